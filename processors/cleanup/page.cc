#include "processors/cleanup/page.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "processors/article/time.h"
#include "processors/cleanup/character_reference.h"
#include "processors/cleanup/characters.h"
#include "processors/cleanup/sentence.h"
#include "processors/cleanup/written_dates.h"
#include "processors/text/ascii.h"
#include "processors/text/url.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

// Names of meta elements, by what they tell; earlier ones are more often right.
constexpr std::array<std::string_view, 20> kPublishedMetas = {"article:published_time",
                                                              "og:article:published_time",
                                                              "datePublished",
                                                              "parsely-pub-date",
                                                              "sailthru.date",
                                                              "pubdate",
                                                              "publishdate",
                                                              "publish-date",
                                                              "publish_date",
                                                              "publication_date",
                                                              "published_at",
                                                              "article.published",
                                                              "og:published_time",
                                                              "cXenseParse:recs:publishtime",
                                                              "DC.date.issued",
                                                              "dcterms.issued",
                                                              "dcterms.created",
                                                              "DC.date.created",
                                                              "citation_publication_date",
                                                              "date"};
constexpr std::array<std::string_view, 8> kModifiedMetas = {
    "article:modified_time", "og:article:modified_time", "og:updated_time",  "dateModified",
    "article.updated",       "dcterms.modified",         "DC.date.modified", "last-modified"};
constexpr std::array<std::string_view, 3> kDescriptionMetas = {"og:description", "description",
                                                               "twitter:description"};
constexpr std::array<std::string_view, 3> kKeywordMetas = {"news_keywords", "keywords",
                                                           "parsely-tags"};
constexpr std::array<std::string_view, 2> kSectionMetas = {"article:section", "parsely-section"};
constexpr std::array<std::string_view, 2> kLanguageMetas = {"og:locale", "content-language"};

// What may be a standfirst on the page.
constexpr uint32_t kMinStandfirstWords = 4;
constexpr uint32_t kMaxStandfirstWords = 100;
constexpr size_t kMaxStandfirstBytes = 4096;
// Elements beside a headline that are asked for it.
constexpr int kMaxStandfirsts = 64;

// What stands between headline and name of the site in titles.
constexpr std::array<std::string_view, 8> kTitleSeparators = {" | ", " - ",  " – ", " — ",
                                                              " · ", " :: ", " » ", " • "};

constexpr size_t kMaxListed = 64;
// What is longer tells no date.
constexpr size_t kMaxDateBytes = 150;

// What may stand before a headline and belong to it, and what is left must say enough.
constexpr size_t kMaxKickerBytes = 60;
constexpr uint32_t kMinTitleWords = 3;

// What is read of a value of the page's metadata: a page may say anything, and at any length.
constexpr size_t kMaxTitleBytes = 1024;
constexpr size_t kMaxKeywordListBytes = 16384;
constexpr size_t kMaxDescriptionBytes = 8192;
constexpr size_t kMaxSectionBytes = 256;
constexpr size_t kMaxLanguageBytes = 64;
constexpr size_t kMaxUrlBytes = 2048;
constexpr size_t kMaxSourceBytes = 100;
// Where the time of publication is written: this far from the headline.
constexpr size_t kDateNodesAfter = 120;
constexpr size_t kDateNodesBefore = 40;

// An element that says it is the article is believed from this share of the page's prose.
constexpr uint32_t kMarkedPercent = 35;
// Of such elements inside each other the innermost with this share of the prose is taken.
constexpr uint32_t kNearlyAllPercent = 90;
// Where nothing is marked, and the block around the densest has this much of its prose, the article
// is cut up.
constexpr uint32_t kSplitPercent = 115;

// At most `max_bytes` of it.
std::string_view OneLine(std::string_view text, size_t max_bytes, text::Arena& arena) {
  const std::string_view line = CleanLine(text::Prefix(text, max_bytes * kReferenceBytes), arena);
  // A view into short-lived memory or the source: either way it must live with the batch.
  return arena.Keep(text::Prefix(line, max_bytes));
}

// Empty if it is no address that can be asked for.
std::string_view WebUrl(std::string_view url, text::Arena& arena) {
  if (url.size() > kMaxUrlBytes) return {};
  url = text::ascii::Trim(ResolveReferences(url, arena));
  return text::IsWebUrl(url) ? url : std::string_view();
}

// What stands before the first of `separators`; it and the separator are taken off `text`.
std::string_view TakePart(std::string_view& text, std::span<const std::string_view> separators) {
  for (size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    for (std::string_view separator : separators) {
      if (!rest.starts_with(separator)) continue;
      const std::string_view part = text.substr(0, at);
      text = rest.substr(separator.size());
      return part;
    }
  }
  return std::exchange(text, {});
}

std::string_view LongestPart(std::string_view title) {
  std::string_view longest;
  while (!title.empty()) {
    const std::string_view part = TakePart(title, kTitleSeparators);
    if (part.size() > longest.size()) longest = part;
  }
  return longest;
}

// Bytes that may stand between headline and name of the site; of other characters these.
constexpr std::string_view kSiteSeparators = " |-_:~<>/,";
constexpr std::array<std::string_view, 8> kWideSiteSeparators = {"：", "｜", "–", "—",
                                                                 "·",  "•",  "»", "　"};

// "Tunnel opens：Example Times" without the name of the site and what is before it.
std::string_view WithoutEndingSite(std::string_view title, std::string_view site) {
  if (site.empty() || title.size() <= site.size() || !title.ends_with(site)) return title;
  std::string_view rest = title.substr(0, title.size() - site.size());
  for (bool cut = true; cut && !rest.empty();) {
    cut = kSiteSeparators.find(rest.back()) != rest.npos;
    if (cut) rest.remove_suffix(1);
    for (std::string_view separator : kWideSiteSeparators) {
      if (!rest.ends_with(separator)) continue;
      rest.remove_suffix(separator.size());
      cut = true;
    }
  }
  // The site's name ends a sentence about it.
  const bool parted = title.size() - site.size() > rest.size() + 1 || title[rest.size()] != ' ';
  return rest.empty() || !parted ? title : rest;
}

// og:title without " | Name of the site".
std::string_view WithoutSite(std::string_view title, std::string_view site) {
  if (const std::string_view rest = WithoutEndingSite(title, site); rest.size() < title.size())
    return rest;
  size_t cut = std::string_view::npos;
  size_t bytes = 0;
  for (std::string_view separator : kTitleSeparators) {
    const size_t found = title.rfind(separator);
    if (found != std::string_view::npos && (cut == std::string_view::npos || found > cut)) {
      cut = found;
      bytes = separator.size();
    }
  }
  if (cut == std::string_view::npos) return title;
  const std::string_view last = title.substr(cut + bytes);
  const bool is_site = !site.empty() && last == site;
  return is_site || (CountWords(last) <= 3 && last.size() * 2 < cut) ? title.substr(0, cut) : title;
}

// Of a time that is written for readers ("March 9, 2031 6:30 am") the day.
std::optional<FeedTime> ReadTime(std::string_view value) {
  const auto time = ParseTime(value);
  return time ? time : WrittenDate(text::Prefix(value, kMaxDateBytes));
}

bool HasProperty(const HtmlTree& tree, const HtmlNode& node) {
  return std::ranges::any_of(tree.attributes(node), [](const HtmlAttribute& attribute) {
    return attribute.name.size() == 8 &&
           (HtmlNameIs(attribute.name, "itemprop") || HtmlNameIs(attribute.name, "property"));
  });
}

// "Harbour: Tunnel opens at last" tells where "Tunnel opens at last" belongs.
bool IsBehindKicker(std::string_view title, std::string_view with_kicker) {
  constexpr std::string_view kColon = ": ";
  if (CountWords(title) < kMinTitleWords || !with_kicker.ends_with(title)) return false;
  const std::string_view before = with_kicker.substr(0, with_kicker.size() - title.size());
  return before.size() <= kMaxKickerBytes && before.ends_with(kColon);
}

void AddKeywords(std::string_view list, Article& article) {
  list = text::Prefix(list, kMaxKeywordListBytes);
  while (!list.empty() && article.keywords.size() < kMaxListed) {
    const size_t comma = std::min(list.find(','), list.size());
    const std::string_view word =
        OneLine(text::ascii::Trim(list.substr(0, comma)), kMaxKeywordListBytes, article.arena());
    if (!word.empty()) article.keywords.push_back(word);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

}  // namespace

std::string_view PageReader::ShortText(const PageView& page, size_t node, size_t max_bytes) {
  text_.Clear();
  return page.ShortText(node, max_bytes, text_);
}

void PageReader::Collect(const PageView& page) {
  json_ld_.Clear();
  metas_.clear();
  h1_.clear();
  authors_.Begin();
  has_title_ = false;
  headings_.clear();
  canonical_ = language_ = itemprop_published_ = first_time_ = shown_modified_ = {};
  const auto nodes = page.tree.nodes();
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i].is_text()) CollectElement(page, i);
  }
  json_ld_.Resolve();
}

void PageReader::CollectElement(const PageView& page, uint32_t i) {
  const HtmlTree& tree = page.tree;
  const auto nodes = tree.nodes();
  const HtmlNode& node = nodes[i];
  const std::string_view name = node.name;
  if (!node.attributes.empty() && node.role != HtmlRole::kSkip && name != "meta" &&
      name != "link") {
    authors_.Collect(tree, i);
  }
  if (name == "meta") {
    std::string_view key = tree.Attribute(node, "property");
    if (key.empty()) key = tree.Attribute(node, "name");
    if (key.empty()) key = tree.Attribute(node, "itemprop");
    if (key.empty()) key = tree.Attribute(node, "http-equiv");
    const std::string_view content = tree.Attribute(node, "content");
    if (!key.empty() && !content.empty()) metas_.push_back({text::ascii::Trim(key), content});
  } else if (name == "title" && !has_title_) {
    has_title_ = true;
    title_ = i;
  } else if (name == "h1") {
    // Of one inside another the inner: the outer was not closed.
    if (!h1_.empty() && i < nodes[h1_.back()].end) h1_.pop_back();
    h1_.push_back(i);
  } else if (name == "h2" || name == "h3") {
    if (headings_.size() < kMaxListed) headings_.push_back(i);
  } else if (name == "html" && language_.empty()) {
    language_ = tree.Attribute(node, "lang");
  } else if (name == "link" && HtmlNameIs(tree.Attribute(node, "rel"), "canonical")) {
    if (canonical_.empty()) canonical_ = text::ascii::Trim(tree.Attribute(node, "href"));
  } else if (name == "time" || HasProperty(tree, node)) {
    CollectTime(tree, node);
  } else if (name == "script" && i + 1 < node.end &&
             HtmlNameIs(text::ascii::Trim(tree.Attribute(node, "type")), "application/ld+json")) {
    const Range source = nodes[i + 1].source;
    json_ld_reader_.Read(page.html.substr(source.begin, source.size()), json_ld_);
  }
}

void PageReader::CollectTime(const HtmlTree& tree, const HtmlNode& node) {
  std::string_view time = tree.Attribute(node, "datetime");
  if (time.empty()) time = tree.Attribute(node, "content");
  if (time.empty()) time = tree.Attribute(node, "title");
  time = text::ascii::Trim(time);
  if (time.empty()) return;
  std::string_view property = tree.Attribute(node, "itemprop");
  if (property.empty()) property = tree.Attribute(node, "property");
  property.remove_prefix(property.rfind(':') + 1);
  const std::string_view names = tree.Attribute(node, "class").substr(0, kMaxDateBytes);
  const auto says = [&](std::string_view word) {
    return text::ascii::Find(names, word) != names.npos;
  };
  if (HtmlNameIs(property, "datepublished") || HtmlNameIs(property, "datecreated")) {
    if (itemprop_published_.empty()) itemprop_published_ = time;
  } else if (HtmlNameIs(property, "datemodified") ||
             (node.name == "time" && says("updated") && !says("published"))) {
    if (shown_modified_.empty()) shown_modified_ = time;
  } else if (node.name == "time" && first_time_.empty()) {
    first_time_ = time;
  }
}

std::string_view PageReader::MetaContent(std::string_view name) const {
  for (const PageMeta& meta : metas_) {
    if (std::ranges::equal(meta.name, name,
                           [](char a, char b) { return (a | 0x20) == (b | 0x20); })) {
      return meta.content;
    }
  }
  return {};
}

void PageReader::FillMetadata(const PageView& page, Article& article) {
  Collect(page);
  if (article.title.empty()) FillTitle(page, article);
  const uint32_t headline = FindHeadline(page, article.title);
  FillTimes(article);
  text::Arena& arena = article.arena();
  if (article.url.empty()) {
    for (std::string_view url :
         {canonical_, MetaContent("og:url"), std::string_view(json_ld_.url)}) {
      if (article.url.empty()) article.url = WebUrl(url, arena);
    }
  }
  FillNames(page, headline, article);
  if (article.standfirst.empty()) {
    std::string_view description = json_ld_.description;
    for (std::string_view name : kDescriptionMetas) {
      if (description.empty()) description = MetaContent(name);
    }
    article.standfirst = OneLine(description, kMaxDescriptionBytes, arena);
  }
  FillSource(article);
  article.paywalled = json_ld_.paywalled || MetaContent("article:content_tier") == "locked";
  if (!article.published) {
    article.published = DateInUrl(article.url);
    if (article.published) article.published_source = "url";
  }
  if (!article.published) FillWrittenDate(page, headline, article);
  if (article.claimed_language.empty()) {
    std::string_view language = json_ld_.language;
    if (language.empty()) language = language_;
    for (std::string_view name : kLanguageMetas) {
      if (language.empty()) language = MetaContent(name);
    }
    article.claimed_language =
        arena.Keep(text::Prefix(text::ascii::Trim(language), kMaxLanguageBytes));
  }
}

// The only h1, else the h1 that shows the title, else another heading that ends with it.
uint32_t PageReader::FindHeadline(const PageView& page, std::string_view title) {
  if (h1_.size() == 1) return h1_[0];
  const uint64_t key = FoldedKey(title, words_);
  for (const uint32_t h1 : h1_) {
    if (FoldedKey(ShortText(page, h1, kMaxTitleBytes), words_) == key) return h1;
  }
  if (title.empty()) return HtmlNode::kNone;
  for (const uint32_t heading : headings_) {
    if (ShortText(page, heading, kMaxTitleBytes).ends_with(title)) return heading;
  }
  return HtmlNode::kNone;
}

std::string_view PageReader::DateText(const PageView& page, size_t node) {
  const auto nodes = page.tree.nodes();
  const uint32_t parent = nodes[node].parent;
  const bool shown =
      nodes[node].is_text() && parent != HtmlNode::kNone && nodes[parent].role != HtmlRole::kSkip;
  const std::string_view text = shown ? ShortText(page, node, kMaxDateBytes) : std::string_view();
  // A sentence tells when something happened, not when it was published.
  return EndsSentence(text) ? std::string_view() : text;
}

// The first date in the pieces of text after the headline, then before it: above stand the dates of
// others. One that is said to be of a change goes last.
void PageReader::FillWrittenDate(const PageView& page, uint32_t headline, Article& article) {
  if (headline == HtmlNode::kNone) return;
  const auto nodes = page.tree.nodes();
  std::optional<FeedTime> updated;
  bool says_updated = false;
  const size_t after = std::min<size_t>(nodes[headline].end + kDateNodesAfter, nodes.size());
  for (size_t i = headline; i < after && !article.published; ++i) {
    const std::string_view text = DateText(page, i);
    if (text.empty()) continue;
    const auto date = WrittenDate(text);
    // "Updated" may stand in an element of its own.
    const bool is_update =
        SaysUpdated(text) || (says_updated && text::ascii::IsDigit(text.front()));
    says_updated = !date && is_update;
    (is_update && date ? updated : article.published) = date;
  }
  for (size_t i = headline; i > 0 && i + kDateNodesBefore > headline && !article.published; --i) {
    const std::string_view text = DateText(page, i - 1);
    if (!text.empty() && !SaysUpdated(text)) article.published = WrittenDate(text);
  }
  if (!article.published) article.published = updated;
  if (article.published) article.published_source = "text";
  if (!article.modified) article.modified = updated;
}

// The feed's name of the source beats the page's; decode makes one of the domain where there is
// none.
void PageReader::FillSource(Article& article) {
  if (article.source_domain.empty())
    article.source_domain = text::HostOf(article.url, article.arena());
  if (!article.source_name.empty() && article.source_name != article.source_domain) return;
  std::string_view name = MetaContent("og:site_name");
  if (name.empty()) name = MetaContent("application-name");
  if (name.empty() && !json_ld_.publishers.empty()) name = json_ld_.publishers.front().name;
  // A longer one is a sentence about the site: read one character more.
  name = OneLine(name, kMaxSourceBytes + 4, article.arena());
  if (!name.empty() && name.size() <= kMaxSourceBytes) article.source_name = name;
  if (article.source_name.empty()) article.source_name = article.source_domain;
}

void PageReader::FillTitle(const PageView& page, Article& article) {
  text::Arena& arena = article.arena();
  std::array<std::string_view, 5> titles;
  const std::string_view site = OneLine(MetaContent("og:site_name"), kMaxSourceBytes, arena);
  titles[0] = WithoutEndingSite(OneLine(json_ld_.headline, kMaxTitleBytes, arena), site);
  if (h1_.size() == 1) {
    titles[1] = arena.Keep(ShortText(page, h1_[0], kMaxTitleBytes));
  }
  titles[2] = WithoutSite(OneLine(MetaContent("og:title"), kMaxTitleBytes, arena), site);
  if (has_title_) {
    const std::string_view title =
        page.renderer.TextOf(page.tree, page.html, title_, arena, kMaxTitleBytes);
    titles[3] = LongestPart(title);
    titles[4] = WithoutSite(title, site);
  }
  std::array<uint64_t, 5> keys;
  std::ranges::transform(titles, keys.begin(),
                         [&](std::string_view title) { return FoldedKey(title, words_); });
  // The last two are of one claim, and og:title may end with the same name of the site.
  if (keys[4] == keys[3] || (keys[4] != keys[0] && keys[4] != keys[1])) keys[4] = 0;
  const auto agreed = [&](uint64_t key) { return key != 0 && std::ranges::count(keys, key) > 1; };
  size_t best = static_cast<size_t>(std::ranges::find_if(keys, agreed) - keys.begin());
  if (best == keys.size()) {
    best = static_cast<size_t>(std::ranges::find_if(titles, [](auto t) { return !t.empty(); }) -
                               titles.begin());
  }
  if (best == titles.size()) return;
  article.title = titles[best];
  // An h1 without it may stand below a kicker of its own.
  for (std::string_view other : {titles[0], titles[2]}) {
    if (IsBehindKicker(other, titles[best])) article.title = other;
  }
}

bool PageReader::FillTime(std::string_view value, std::string_view source, Article& article) {
  if (value.empty()) return false;
  const auto time = ReadTime(value);
  if (!time) return false;
  article.published = time;
  article.published_source = article.arena().Keep(source);
  return true;
}

void PageReader::FillTimes(Article& article) {
  if (!article.published) {
    bool found = FillTime(json_ld_.published, "jsonld:datePublished", article);
    for (size_t i = 0; i < kPublishedMetas.size() && !found; ++i) {
      found = FillTime(MetaContent(kPublishedMetas[i]),
                       std::string("meta:") + std::string(kPublishedMetas[i]), article);
    }
    found = found || FillTime(itemprop_published_, "itemprop:datePublished", article) ||
            FillTime(first_time_, "time:datetime", article) ||
            FillTime(shown_modified_, "time:datetime", article);
  }
  if (article.modified) return;
  article.modified = ReadTime(json_ld_.modified);
  for (std::string_view name : kModifiedMetas) {
    if (!article.modified) article.modified = ReadTime(MetaContent(name));
  }
  if (!article.modified) article.modified = ReadTime(shown_modified_);
}

void PageReader::FillNames(const PageView& page, uint32_t headline, Article& article) {
  if (article.authors.empty()) authors_.Fill(page, {json_ld_, metas_, headline}, article);
  if (article.keywords.empty()) {
    for (const std::string& word : json_ld_.keywords) AddKeywords(word, article);
    for (std::string_view name : kKeywordMetas) {
      if (article.keywords.empty()) AddKeywords(MetaContent(name), article);
    }
    const bool tagged = article.keywords.empty();
    for (const PageMeta& meta : metas_) {
      if (tagged && HtmlNameIs(meta.name, "article:tag")) AddKeywords(meta.content, article);
    }
  }
  if (!article.section.empty()) return;
  std::string_view section = json_ld_.section;
  for (std::string_view name : kSectionMetas) {
    if (section.empty()) section = MetaContent(name);
  }
  article.section = OneLine(section, kMaxSectionBytes, article.arena());
}

void PageReader::CountProse(const HtmlTree& tree, const HtmlFigures& figures, BlockJudge& judge) {
  const auto nodes = tree.nodes();
  prose_.assign(nodes.size() + 1, 0);
  uint32_t furniture_end = 0;
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    const HtmlNode& node = nodes[i];
    if (i >= furniture_end && !node.is_text() && judge.Judge(tree, node, i, figures, {}) >= 0) {
      furniture_end = node.end;
    }
    const bool counts = node.is_text() && i >= furniture_end;
    prose_[i + 1] = prose_[i] + (counts ? figures.ProseBytes(node, i) : 0);
  }
}

// The innermost of the nodes `is_marked` picks that holds nearly as much prose as any of them;
// kNone if that is too little of the page's.
template <typename IsMarked>
uint32_t PageReader::FindMarked(std::span<const HtmlNode> nodes, IsMarked is_marked) const {
  uint32_t most = 0;
  uint32_t found = HtmlNode::kNone;
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    const uint32_t prose = Prose(nodes, i);
    // What is inside has no more: a later node with nearly as much is inside, or as good.
    if (prose == 0 || uint64_t{prose} * 100 < uint64_t{most} * kNearlyAllPercent) continue;
    if (!is_marked(nodes[i])) continue;
    const bool inside = found != HtmlNode::kNone && i < nodes[found].end;
    if (prose > most || inside) found = i;
    most = std::max(most, prose);
  }
  return uint64_t{most} * 100 >= uint64_t{prose_.back()} * kMarkedPercent ? found : HtmlNode::kNone;
}

// The innermost node with most of the prose, or the block around it that has more of it.
uint32_t PageReader::FindDensest(std::span<const HtmlNode> nodes) const {
  uint32_t best = HtmlNode::kNone;
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].is_text() || nodes[i].name == "p") continue;
    if (uint64_t{Prose(nodes, i)} * 2 > prose_.back()) best = i;
  }
  if (best == HtmlNode::kNone) return best;
  const uint32_t outer = nodes[best].parent;
  const bool split =
      outer != HtmlNode::kNone && nodes[outer].name != "body" &&
      uint64_t{Prose(nodes, outer)} * 100 > uint64_t{Prose(nodes, best)} * kSplitPercent;
  return split ? outer : best;
}

Range PageReader::FindArticle(const PageView& page) {
  const HtmlTree& tree = page.tree;
  BlockJudge& judge = page.judge;
  const auto nodes = tree.nodes();
  CountProse(tree, page.figures, judge);
  const Range all = {0, static_cast<uint32_t>(nodes.size())};
  if (prose_.back() == 0) return all;
  uint32_t article =
      FindMarked(nodes, [&](const HtmlNode& node) { return judge.IsContainer(tree, node); });
  if (article == HtmlNode::kNone) {
    article = FindMarked(
        nodes, [](const HtmlNode& node) { return node.name == "article" || node.name == "main"; });
  }
  if (article == HtmlNode::kNone) article = FindDensest(nodes);
  return article == HtmlNode::kNone ? all : Range{article, nodes[article].end};
}

// The last h1 that ends before `article`; kNone if there is none or `article` has one of its own.
uint32_t PageReader::HeadlineAbove(std::span<const HtmlNode> nodes, Range article) const {
  uint32_t above = HtmlNode::kNone;
  for (const size_t h1 : h1_) {
    if (h1 >= article.begin && h1 < article.end) return HtmlNode::kNone;
    if (nodes[h1].end <= article.begin) above = static_cast<uint32_t>(h1);
  }
  return above;
}

Range PageReader::FindStandfirst(const PageView& page, Range article, std::string_view standfirst) {
  const HtmlTree& tree = page.tree;
  const auto nodes = tree.nodes();
  const uint32_t headline = HeadlineAbove(nodes, article);
  if (headline == HtmlNode::kNone) return {};
  const uint64_t key = FoldedKey(standfirst, words_);
  int asked = 0;
  for (uint32_t i = nodes[headline].end; i < article.begin && asked < kMaxStandfirsts;) {
    const HtmlNode& node = nodes[i];
    const bool around_article = node.end > article.begin;
    if (node.is_text() || around_article || node.role != HtmlRole::kBlock) {
      ++i;
      continue;
    }
    if (page.judge.Judge(tree, node, i, page.figures, {}) >= 0) {
      i = node.end;
      continue;
    }
    const bool marked = page.judge.IsStandfirst(tree, node);
    if (marked || page.figures.TextBytes(node, i) <= standfirst.size()) {
      const std::string_view text = ShortText(page, i, kMaxStandfirstBytes);
      ++asked;
      const uint32_t words = CountWords(text);
      if (words >= kMinStandfirstWords && words <= kMaxStandfirstWords &&
          (marked || FoldedKey(text, words_) == key)) {
        return {i, node.end};
      }
    }
    ++i;
  }
  return {};
}

}  // namespace newsfeed::cleanup
