// Who wrote the article of a page: what its metadata, its elements and its lines say.
//
//   {"@type": "NewsArticle", "author": [{"name": "Ann Example"}]}          Ann Example
//   <meta name=author content="By Ann Example | Example Times">            Ann Example
//   <p class=byline>Ann Example and Bob Sample, reporters</p>              Ann Example, Bob Sample
//   <p>By <b>Ann Example</b></p> beside the headline                       Ann Example
//   <div>(责编：张三、李四)</div> where nobody else is named               张三, 李四
//
// Persons, or where none is named the agency or desk that the page states, or the site itself: no
// addresses, times, accounts of the system ("admin"), job titles beside a name.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "processors/article/article.h"
#include "processors/cleanup/json_ld.h"
#include "processors/cleanup/page_view.h"
#include "processors/cleanup/words.h"

namespace newsfeed::cleanup {

// What the page's head says, and where its headline stands: the node, or HtmlNode::kNone.
struct PageClaims {
  const JsonLdArticle& json_ld;
  std::span<const PageMeta> metas;
  uint32_t headline = HtmlNode::kNone;
};

// Scratch memory of one worker. Linear in the page: of elements that may name authors 64 are read,
// a byline is at most 150 bytes, an author 80, a value of the metadata is read to 2 KB; 64 authors
// at most.
class AuthorFinder {
 public:
  // Begins a page.
  void Begin() { bylines_.clear(); }

  // To be told of each element outside the head, in order.
  void Collect(const HtmlTree& tree, size_t node);

  // Adds authors to an article that has none. Texts live in the batch.
  void Fill(const PageView& page, const PageClaims& claims, Article& article);

 private:
  // An element that says it names authors; 0: rel or itemprop, 1: byline, 2: author in its class,
  // 3: a link to a page about an author.
  struct Byline {
    size_t node;
    int rank;
  };

  // Where names stand: as a byline or as one name in the metadata; in an element that says that it
  // names authors, or behind a word that does; in one where much else may stand.
  enum class Source : uint8_t { kByline, kName, kNamed, kPage };

  void CollectSites(const PageClaims& claims, const Article& article);
  // Sites name themselves as authors of what nobody signed: "Example Times" of
  // www.example-times.co.uk.
  bool IsSite(std::string_view name);
  // No name of anybody: "admin", "Staff".
  bool IsAccount(std::string_view name);
  // A part of the house: "Example Times Staff".
  bool IsDesk(std::string_view name);
  // Says what somebody does: "Political Editor".
  bool IsRole(std::string_view name);
  std::string_view WithoutRole(std::string_view name);
  std::string_view WithoutSiteBehind(std::string_view name);
  bool LooksLikePerson(std::string_view name, Source source);
  bool IsAcceptable(std::string_view name, Source source);
  void Add(std::string_view text, Source source, Article& article);
  void AddFromMetadata(const PageClaims& claims, Article& article);
  void AddFromMetas(std::span<const PageMeta> metas, std::string_view name, Article& article);

  // In the order of trust, until one names somebody.
  void AddFromPage(const PageView& page, const PageClaims& claims, Article& article);
  // Of the first so many ranks.
  void AddFromElements(const PageView& page, int ranks, Article& article);
  void PutPersonsFirst(const PageView& page, uint32_t headline, Article& article);
  void AddFromNode(const PageView& page, size_t node, Source source, Article& article);
  void AddFromLinesBesideHeadline(const PageView& page, uint32_t headline, Article& article);
  void AddFromLabels(const PageView& page, uint32_t headline, Article& article);
  void AddFromParagraphsOfNames(const PageView& page, uint32_t headline, Article& article);

  // The element around a text that begins with it, or the text: what may hold the rest of its line.
  size_t LineAround(const PageView& page, size_t node);
  std::string_view ShortText(const PageView& page, size_t node);
  // The texts inside a short element, parted by "|".
  const std::string& Parts(const PageView& page, size_t node);
  // Part of comments, menus or hints at other articles.
  bool IsElsewhere(const PageView& page, size_t node) const;
  // True if the page says that all of them edited.
  bool AreEditors(const PageView& page, const Article& article);

  std::vector<Byline> bylines_;
  // Folded names of the site.
  std::vector<uint64_t> sites_;
  std::string_view site_url_;  // of the article
  std::vector<std::string_view> editors_;
  // The first desk that an element named.
  std::string_view desk_;
  std::vector<std::string_view> names_;
  std::vector<Word> words_;
  text::Arena text_;
  std::string parts_;
};

}  // namespace newsfeed::cleanup
