// A whole page: what its head says about the article, and which element holds it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "processors/article/article.h"
#include "processors/cleanup/html_text.h"
#include "processors/cleanup/html_tree.h"
#include "processors/cleanup/json_ld.h"

namespace newsfeed::cleanup {

// Scratch memory of one worker. Tree, HTML, figures and renderer are those of one page and must live until
// the last question about it; nothing of them is kept in the article.
//
// Limits: a title of 1 KB, lists of authors of 2 KB and of keywords of 16 KB, 64 of each, a description of
// 8 KB, a section of 256 bytes are read to there; a name of the site beyond 100 bytes, an address beyond
// 2 KB, a byline beyond 150 and an author beyond 80 bytes are none. Of elements that may be bylines or
// standfirsts 64 are looked at. Linear in the page.
class PageReader {
 public:
  // Fills fields of `article` that the feed left empty from the page: title, standfirst, authors,
  // published (with its source, "jsonld:datePublished" or "meta:article:published_time" …),
  // modified, language claim, URL, name and domain of the source, section, keywords; and whether the page
  // says that it is for subscribers. Texts live in the batch.
  //
  // Title: JSON-LD headline, single h1, og:title without the site's name, longest part of the title
  // element; one that two of these agree on goes first. Published and modified: JSON-LD, meta,
  // itemprop, the first time element, for published the date in the URL,
  // the first one written beside the headline.
  void FillMetadata(const HtmlTree& tree, std::string_view html,
                    const HtmlFigures& figures, HtmlRenderer& renderer,
                    Article& article);

  // Nodes of the element that holds the article: one that says so and holds a good part of the page's
  // prose (known class words or itemprop, else <article> or <main>), else the innermost with most
  // of it. Prose is text in longer pieces outside links and furniture. All nodes where there is
  // none.
  Range FindArticle(const HtmlTree& tree, const HtmlFigures& figures, BlockJudge& judge);

  // Nodes of the standfirst where the page shows it above `article`: between the headline and it, in
  // an element that says so or that repeats `standfirst`. Empty if there is none.
  Range FindStandfirst(const HtmlTree& tree, std::string_view html, const HtmlFigures& figures,
                       BlockJudge& judge, HtmlRenderer& renderer, Range article,
                       std::string_view standfirst);

  // The text of the article as JSON-LD gives it; empty if it does not. Until the next FillMetadata.
  const std::string& json_ld_body() const { return json_ld_.body; }

 private:
  struct Meta {
    std::string_view name;
    std::string_view content;
  };

  // An element that says it names authors; 0: rel or itemprop, 1: byline, 2: author in its class, 3: a
  // link to a page about an author.
  struct Byline {
    size_t node;
    int rank;
  };

  // The text of an element in one line, until the next call; empty if it is longer than `max_bytes`:
  // elements lie inside each other, and each may hold the whole page.
  std::string_view ShortText(const HtmlTree& tree, std::string_view html, const HtmlFigures& figures,
                             HtmlRenderer& renderer, size_t node, size_t max_bytes);
  void Collect(const HtmlTree& tree, std::string_view html);
  void CollectByline(const HtmlTree& tree, size_t node);
  void CollectSites(const Article& article);
  // Sites name themselves as authors of what nobody signed: "Example Times" of www.example-times.co.uk.
  bool IsSite(std::string_view name);
  // Where names of authors stand: as a byline or one name in the metadata, or in an element, where much
  // else may stand.
  enum class AuthorSource : uint8_t { kByline, kName, kPage };
  void AddAuthors(std::string_view text, AuthorSource source, Article& article);
  void AddAuthorsInside(const HtmlTree& tree, std::string_view html, const HtmlFigures& figures,
                        HtmlRenderer& renderer, size_t node, Article& article);
  void FillAuthorsFromPage(const HtmlTree& tree, std::string_view html,
                           const HtmlFigures& figures, HtmlRenderer& renderer,
                           Article& article);
  std::string_view MetaContent(std::string_view name) const;
  void FillTitle(const HtmlTree& tree, std::string_view html,
                 const HtmlFigures& figures, HtmlRenderer& renderer,
                 Article& article);
  void FillTimes(Article& article);
  void FillSource(Article& article);
  void FillWrittenDate(const HtmlTree& tree, std::string_view html,
                       const HtmlFigures& figures, HtmlRenderer& renderer,
                       Article& article);
  void FillNames(const HtmlTree& tree, std::string_view html,
                 const HtmlFigures& figures, HtmlRenderer& renderer,
                 Article& article);
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
  std::vector<Meta> metas_;
  std::string_view canonical_;
  std::string_view language_;
  std::string_view itemprop_published_;
  std::string_view first_time_;
  std::vector<size_t> h1_;
  std::vector<Byline> bylines_;
  // Folded names of the site.
  std::vector<uint64_t> sites_;
  std::string_view site_url_;  // of the article
  size_t title_ = 0;
  bool has_title_ = false;
  // Bytes of prose before each node.
  std::vector<uint32_t> prose_;
  std::vector<Word> words_;
  std::vector<std::string_view> names_;
  text::Arena text_;
};

}  // namespace newsfeed::cleanup
