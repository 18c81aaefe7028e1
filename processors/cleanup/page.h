// A whole page: what its head says about the article, and which element holds it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "processors/article/article.h"
#include "processors/cleanup/author_finder.h"
#include "processors/cleanup/html_text.h"
#include "processors/cleanup/html_tree.h"
#include "processors/cleanup/json_ld.h"
#include "processors/cleanup/page_view.h"

namespace newsfeed::cleanup {

// Scratch memory of one worker. Tree, HTML, figures and renderer are those of one page and must
// live until the last question about it; nothing of them is kept in the article.
//
// Limits: a title of 1 KB, a list of 64 keywords of 16 KB, a description of 8 KB, a section of 256
// bytes are read to there; a name of the site beyond 100 bytes, an address beyond 2 KB are none. Of
// elements that may be standfirsts 64 are looked at. Authors: author_finder.h. Linear in the page.
class PageReader {
 public:
  // Fills fields of `article` that the feed left empty from the page: title, standfirst, authors,
  // published (with its source, "jsonld:datePublished" or "meta:article:published_time" …),
  // modified, language claim, URL, name and domain of the source, section, keywords; and whether
  // the page says that it is for subscribers. Texts live in the batch.
  //
  // Title: JSON-LD headline, single h1, og:title without the site's name, longest part of the title
  // element; one that two of these agree on goes first. Where another says the same without a
  // kicker
  // ("Harbour: Tunnel opens at last"), it is that. Published and modified: JSON-LD, meta,
  // itemprop, the first time element, for published the date in the URL,
  // the first one written beside the headline.
  void FillMetadata(const PageView& page, Article& article);

  // Nodes of the element that holds the article: one that says so and holds a good part of the
  // page's prose (known class words or itemprop, else <article> or <main>), else the innermost with
  // most of it. Prose is text in longer pieces outside links and furniture. All nodes where there
  // is none.
  Range FindArticle(const PageView& page);

  // Nodes of the standfirst where the page shows it above `article`: between the headline and it,
  // in an element that says so or that repeats `standfirst`. Empty if there is none.
  Range FindStandfirst(const PageView& page, Range article, std::string_view standfirst);

  // The text of the article as JSON-LD gives it; empty if it does not. Until the next FillMetadata.
  const std::string& json_ld_body() const { return json_ld_.body; }

 private:
  // Until the next call.
  std::string_view ShortText(const PageView& page, size_t node, size_t max_bytes);
  void Collect(const PageView& page);
  void CollectElement(const PageView& page, uint32_t node);
  void CollectTime(const HtmlTree& tree, const HtmlNode& node);
  std::string_view MetaContent(std::string_view name) const;
  void FillTitle(const PageView& page, Article& article);
  // The element that shows the title; kNone where none does.
  uint32_t FindHeadline(const PageView& page, std::string_view title);
  void FillTimes(Article& article);
  void FillSource(Article& article);
  // A short text that is no sentence, for readers; else empty. Until the next call.
  std::string_view DateText(const PageView& page, size_t node);
  void FillWrittenDate(const PageView& page, uint32_t headline, Article& article);
  void FillNames(const PageView& page, uint32_t headline, Article& article);
  void CountProse(const HtmlTree& tree, const HtmlFigures& figures, BlockJudge& judge);
  uint32_t Prose(std::span<const HtmlNode> nodes, uint32_t i) const {
    return prose_[nodes[i].end] - prose_[i];
  }
  template <typename IsMarked>
  uint32_t FindMarked(std::span<const HtmlNode> nodes, IsMarked is_marked) const;
  uint32_t FindDensest(std::span<const HtmlNode> nodes) const;
  uint32_t HeadlineAbove(std::span<const HtmlNode> nodes, Range article) const;
  bool FillTime(std::string_view value, std::string_view source, Article& article);

  JsonLdReader json_ld_reader_;
  JsonLdArticle json_ld_;
  std::vector<PageMeta> metas_;
  std::string_view canonical_;
  std::string_view language_;
  std::string_view itemprop_published_;
  std::string_view first_time_;
  std::string_view shown_modified_;
  std::vector<uint32_t> h1_;
  // h2 and h3.
  std::vector<uint32_t> headings_;
  AuthorFinder authors_;
  size_t title_ = 0;
  bool has_title_ = false;
  // Bytes of prose before each node.
  std::vector<uint32_t> prose_;
  std::vector<Word> words_;
  text::Arena text_;
};

}  // namespace newsfeed::cleanup
