#include "processors/cleanup/author_finder.h"

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <array>

#include "processors/article/byline.h"
#include "processors/cleanup/characters.h"
#include "processors/cleanup/sentence.h"
#include "processors/text/ascii.h"
#include "processors/text/unspaced.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

// Names of meta elements; earlier ones are more often right.
constexpr std::array<std::string_view, 11> kAuthorMetas = {
    "author",          "article:author",    "og:article:author",
    "parsely-author",  "sailthru.author",   "byl",
    "dc.creator",      "dcterms.creator",   "articleAuthor",
    "citation_author", "cXenseParse:author"};

// Values of rel, itemprop and property, behind a prefix ("schema:author", "sioc:has_creator").
constexpr std::array<std::string_view, 3> kAuthorProperties = {"author", "creator", "has_creator"};

// What a class says, whatever stands around the word ("articleAuthor", "c-byline__name"): see
// Byline.
struct ClassWord {
  std::string_view word;
  int rank;
};
constexpr std::array<ClassWord, 14> kClassWords = {{{"byline", 1},
                                                    {"by-line", 1},
                                                    {"author", 2},
                                                    {"autor", 2},
                                                    {"auteur", 2},
                                                    {"verfasser", 2},
                                                    {"forfatter", 2},
                                                    {"skribent", 2},
                                                    {"redactor", 2},
                                                    {"reporter", 2},
                                                    {"journalist", 2},
                                                    {"writer", 2},
                                                    {"contributor", 2},
                                                    {"penulis", 2}}};
// Attributes that name an element beside its class.
constexpr std::array<std::string_view, 4> kNameAttributes = {"id", "data-qa", "data-testid",
                                                             "data-component"};
constexpr int kAuthorLink = 3;
constexpr int kNoByline = 4;
// Ranks below say that they are the byline of this article.
constexpr int kMarkedRanks = 2;

// Parts of the path to a page about an author.
constexpr std::array<std::string_view, 25> kAuthorPaths = {
    "author",     "authors",     "autor",       "autoren",  "autores",   "autore",    "autori",
    "auteur",     "auteurs",     "auteure",     "autorzy",  "autory",    "forfatter", "skribent",
    "journalist", "journalists", "journaliste", "reporter", "reporters", "columnist", "yazar",
    "yazarlar",   "penulis",     "writer",      "writers"};

// Accounts of the system, and words that say nothing.
constexpr std::string_view kAccounts =
    "admin administrator webmaster superuser sysadmin root user guest editor staff author writer "
    "reporter none null "
    "undefined unknown anonymous default developer agencies agency agences agencias agências "
    "agenturen agentur agenzie wires";
// Words of job titles: a name with one of them is none where another stands beside it.
constexpr std::string_view kRoles =
    "editor editors reporter reporters correspondent correspondents journalist journalists "
    "columnist writer writers "
    "contributor contributors staff producer photographer freelancer fellow "
    "redakteur redakteurin chefredakteur chefredakteurin korrespondent korrespondentin reporterin "
    "journalistin volontär "
    "volontärin autor autorin journaliste rédacteur rédactrice correspondant correspondante envoyé "
    "envoyée "
    "redactor redactora corresponsal periodista reportero reportera giornalista redattore "
    "redattrice corrispondente "
    "inviato jornalista repórter correspondente redator redatora redacteur redactrice "
    "correspondent verslaggever "
    "verslaggeefster redaktør redaktör journalisti toimittaja korespondent dziennikarz "
    "dziennikarka redaktor redaktorka "
    "журналист журналистка корреспондент редактор обозреватель кореспондент журналістка журналіст "
    "muhabir muhabiri "
    "editör editörü gazeteci wartawan jurnalis redaktur kontributor";

// Words of the names of desks: a person named on the page wrote it.
constexpr std::string_view kDesks =
    "redaktion redaktionen redactie rédaction redacción redazione redação redakcja redakce "
    "redakcia redakció toimitus "
    "редакция редакція newsroom newsdesk desk staff team bureau redaksi";

// Words in small letters inside names of people.
constexpr std::string_view kParticles =
    "al bin ben da das de del della den der di do dos du e el ibn la las le les los ter ten te van "
    "von vom y zu zum af av "
    "und na";

// Before the names of those who edited: no authors, but in Chinese, where nobody else signs what
// agencies wrote.
constexpr std::array<std::string_view, 8> kEditorLabels = {"editor",     "editors",    "edited by",
                                                           "editing by", "redaktur",   "redaktion",
                                                           "editora",    "editado por"};
constexpr std::array<std::string_view, 8> kChineseEditorLabels = {
    "责编", "责任编辑", "责任编輯", "責任編輯", "責編", "编辑", "編輯", "编 辑"};
constexpr std::array<std::string_view, 4> kOpeningBrackets = {"(", "（", "[", "【"};
constexpr std::array<std::string_view, 4> kClosingBrackets = {")", "）", "]", "】"};

// Rules whose elements speak of others.
constexpr std::array<std::string_view, 3> kElsewhere = {"comments", "related", "navigation"};

constexpr size_t kMaxPathBytes = 300;
// Elements that name the authors of one article stand together.
constexpr size_t kBylineNodes = 40;
constexpr size_t kMaxBylines = 64;
constexpr size_t kMaxBylineBytes = 150;
constexpr size_t kMaxAuthorBytes = 80;
constexpr size_t kMaxAuthorWords = 6;
constexpr size_t kMaxAuthors = 64;
// Parts of a name: "Marie-Anne de la Tour-Exemple". Where much else may stand a long one is as
// often a headline.
constexpr size_t kMaxNamedWords = 7;
constexpr size_t kMaxPersonWords = 4;
constexpr size_t kMaxAuthorListBytes = 2048;
constexpr size_t kMaxSiteBytes = 100;
// Where a byline that only a word like "by" tells is looked for: this far behind the headline.
constexpr size_t kLineNodes = 120;
constexpr uint32_t kMaxProseBefore = 500;
// A teaser of another article: its elements around a byline, its text, and where its heading is
// looked for.
constexpr int kTeaserLevels = 5;
constexpr size_t kMaxTeaserBytes = 500;
constexpr size_t kTeaserNodes = 40;
// Nodes of an element among which its first text is.
constexpr size_t kFirstTextNodes = 8;
// Elements around a text that may hold the rest of its line.
constexpr int kLineLevels = 3;
// An abbreviation of an agency or a paper.
constexpr size_t kMinAgencyLetters = 2;
constexpr size_t kMaxAgencyLetters = 6;

size_t CountTokens(std::string_view text) {
  size_t tokens = 0;
  for (size_t i = 0; i < text.size(); ++i)
    tokens += text[i] != ' ' && (i == 0 || text[i - 1] == ' ') ? 1 : 0;
  return tokens;
}

bool IsAuthorName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxAuthorBytes && name.find("http") == name.npos &&
         name.find_first_of("@/<>{}=") == name.npos && name.find("www.") == name.npos &&
         std::ranges::none_of(name, text::ascii::IsDigit) && CountTokens(name) <= kMaxAuthorWords;
}

// Two letters in any case; other characters share places with them.
constexpr size_t Pair(char first, char second) {
  return static_cast<size_t>(first & 31) << 5 | static_cast<size_t>(second & 31);
}

// Where a word of a class may begin: hardly anywhere, and each class of each element is asked.
constexpr auto kClassBeginnings = [] {
  std::array<bool, 1024> begins{};
  for (const ClassWord& known : kClassWords) begins[Pair(known.word[0], known.word[1])] = true;
  return begins;
}();

constexpr auto kPathBeginnings = [] {
  std::array<bool, 1024> begins{};
  for (std::string_view path : kAuthorPaths) begins[Pair(path[0], path[1])] = true;
  return begins;
}();

bool IsAuthorPath(std::string_view part) {
  return part.size() > 2 && kPathBeginnings[Pair(part[0], part[1])] &&
         std::ranges::any_of(kAuthorPaths, [&](auto path) { return HtmlNameIs(part, path); });
}

int RankOfClass(std::string_view value) {
  int rank = kNoByline;
  for (size_t i = 0; i + 1 < value.size(); ++i) {
    if (!kClassBeginnings[Pair(value[i], value[i + 1])]) continue;
    for (const ClassWord& known : kClassWords) {
      if (text::ascii::StartsWith(value.substr(i), known.word)) rank = std::min(rank, known.rank);
    }
  }
  return rank;
}

// One of the words of an attribute, without its prefix, says "author".
bool SaysAuthor(std::string_view value) {
  value = value.substr(0, kMaxBylineBytes);
  while (!value.empty()) {
    const size_t end = std::min(value.find(' '), value.size());
    std::string_view word = value.substr(0, end);
    word.remove_prefix(word.find_last_of(":/#") + 1);
    if (std::ranges::any_of(kAuthorProperties, [&](auto name) { return HtmlNameIs(word, name); }))
      return true;
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return false;
}

// "/authors/ann-example": a part of the path says so, and another follows it.
bool LeadsToAuthor(std::string_view link) {
  link = link.substr(0, kMaxPathBytes);
  for (size_t slash = link.find('/'); slash != std::string_view::npos;) {
    const size_t next = link.find('/', slash + 1);
    if (next == std::string_view::npos || next + 1 == link.size()) return false;
    const std::string_view part = link.substr(slash + 1, next - slash - 1);
    if (IsAuthorPath(part)) return true;
    slash = next;
  }
  return false;
}

// In small letters, without blanks and hyphens.
std::string Joined(std::string_view text) {
  std::string joined;
  for (const char c : text) {
    if (c != ' ' && c != '-') joined += text::ascii::Lower(c);
  }
  return joined;
}

// "Example Times" is a part of www.example-times.co.uk, "example.com" what follows its "www".
bool IsPartOfHost(std::string_view name, std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/:?#"));
  const std::string wanted = Joined(name);
  while (wanted.size() > 2 && !host.empty()) {
    const std::string_view part = host.substr(0, host.find('.'));
    if (Joined(part) == wanted || Joined(host) == wanted) return true;
    host.remove_prefix(std::min(part.size() + 1, host.size()));
  }
  return false;
}

// Folded words.
using WordSet = absl::flat_hash_set<uint64_t>;
const WordSet* NewWordSet(std::string_view list) {
  std::vector<Word> words;
  ReadWords(list, words);
  auto* set = new WordSet();
  for (const Word& word : words) set->insert(word.hash);
  return set;
}

bool HasWordOf(const WordSet& set, std::string_view name, std::vector<Word>& words) {
  ReadWords(name, words);
  return std::ranges::any_of(words, [&](const Word& word) { return set.contains(word.hash); });
}

// A name in a script without capitals: two to four words, or some letters where words have no
// blanks.
bool LooksLikeUncasedName(std::string_view name) {
  size_t letters = 0;
  bool unspaced = true;
  bool hangul = true;
  for (size_t at = 0; at < name.size();) {
    const text::CodePoint point = text::Decode(name.substr(at));
    at += point.bytes;
    if (point.value == ' ' || point.value == U'·' || point.value == U'・') continue;
    // From Hebrew on scripts have no capitals.
    if (point.value < 0x0590 || (point.value >= 0x1C80 && point.value < 0x2C00)) return false;
    ++letters;
    unspaced = unspaced && text::IsUnspaced(point.value);
    hangul = hangul && point.value >= 0xAC00 && point.value <= 0xD7A3;
  }
  const size_t words = CountTokens(name);
  if (unspaced) return letters >= 2 && letters <= (words > 1 ? 20u : 6u);
  if (hangul && words == 1) return letters >= 2 && letters <= 5;
  return words >= 2 && words <= 4;
}

bool IsAgency(std::string_view name) {
  return name.size() >= kMinAgencyLetters && name.size() <= kMaxAgencyLetters &&
         std::ranges::all_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// The first text of an element begins with a label: most do not, and need not be read.
bool MayNameEditors(const PageView& page, size_t node) {
  const auto nodes = page.tree.nodes();
  const size_t end = std::min<size_t>(nodes[node].end, node + kFirstTextNodes);
  for (size_t i = node; i < end; ++i) {
    if (!nodes[i].is_text()) continue;
    const std::string_view text =
        text::ascii::Trim(page.html.substr(nodes[i].source.begin, nodes[i].source.size()));
    if (text.empty()) continue;
    return std::ranges::any_of(kEditorLabels,
                               [&](auto label) { return text::ascii::StartsWith(text, label); });
  }
  return false;
}

// A heading among the first nodes of an element that is a link, but not to the author at `byline`.
bool BeginsWithLinkedHeading(std::span<const HtmlNode> nodes, size_t element, size_t byline) {
  const size_t end = std::min<size_t>(nodes[element].end, element + kTeaserNodes);
  size_t heading_end = 0;
  for (size_t i = element; i < end; ++i) {
    const std::string_view name = nodes[i].name;
    const bool around = i <= byline && byline < nodes[i].end;
    if (name.size() == 2 && name[0] == 'h' && name[1] >= '2' && name[1] <= '6' && !around) {
      // Of a link around the heading, or one inside.
      const uint32_t parent = nodes[i].parent;
      if (parent != HtmlNode::kNone && nodes[parent].name == "a") return true;
      heading_end = nodes[i].end;
    } else if (name == "a" && i < heading_end) {
      return true;
    }
  }
  return false;
}

// The byline of another article, which stands beside its headline and leads to it.
bool IsInTeaser(const PageView& page, size_t byline) {
  const auto nodes = page.tree.nodes();
  uint32_t around = nodes[byline].parent;
  for (int level = 0; level < kTeaserLevels && around != HtmlNode::kNone; ++level) {
    if (page.figures.TextBytes(nodes[around], around) > kMaxTeaserBytes) return false;
    if (BeginsWithLinkedHeading(nodes, around, byline)) return true;
    around = nodes[around].parent;
  }
  return false;
}

// What follows one of `labels` and a colon; empty if none begins the line.
std::string_view AfterLabelOf(std::span<const std::string_view> labels, std::string_view line) {
  for (std::string_view label : labels) {
    if (!text::ascii::StartsWith(line, label)) continue;
    const std::string_view rest = text::ascii::Trim(line.substr(label.size()));
    for (std::string_view colon : {std::string_view(":"), std::string_view("：")}) {
      if (rest.starts_with(colon)) return text::ascii::Trim(rest.substr(colon.size()));
    }
    if (label.ends_with(" by")) return rest;
  }
  return {};
}

// "来源：… 作者：张三 编辑：…" tells of 张三: Chinese writes several in one line.
std::string_view InnerLabelled(std::string_view line) {
  constexpr std::string_view kAuthor = "作者：";
  const size_t at = line.find(kAuthor);
  if (at == 0 || at == line.npos) return {};
  const std::string_view rest = line.substr(at + kAuthor.size());
  const size_t next = rest.find("：");
  return rest.substr(0, next == rest.npos ? next : rest.rfind(' ', next));
}

std::string_view WithoutOpening(std::string_view line) {
  line = text::ascii::Trim(line);
  for (std::string_view bracket : kOpeningBrackets) {
    if (line.starts_with(bracket)) return text::ascii::Trim(line.substr(bracket.size()));
  }
  return line;
}

std::string_view WithoutClosing(std::string_view line) {
  line = text::ascii::Trim(line.substr(0, line.find_last_not_of('|') + 1));
  for (std::string_view bracket : kClosingBrackets) {
    if (!line.ends_with(bracket)) continue;
    return text::ascii::Trim(line.substr(0, line.size() - bracket.size()));
  }
  return line;
}

// By the length of the name first: every attribute of the page is asked.
int RankOf(const HtmlAttribute& attribute) {
  switch (attribute.name.size()) {
    case 3:
      return HtmlNameIs(attribute.name, "rel") && SaysAuthor(attribute.value) ? 0 : kNoByline;
    case 4:
      return HtmlNameIs(attribute.name, "href") && LeadsToAuthor(attribute.value) ? kAuthorLink
                                                                                  : kNoByline;
    case 5:
      return HtmlNameIs(attribute.name, "class")
                 ? RankOfClass(attribute.value.substr(0, kMaxBylineBytes))
                 : kNoByline;
    // What programs and tests of the site know elements by.
    case 2:
    case 7:
    case 11:
    case 14:
      return std::ranges::any_of(kNameAttributes,
                                 [&](auto name) { return HtmlNameIs(attribute.name, name); })
                 ? RankOfClass(attribute.value.substr(0, kMaxBylineBytes))
                 : kNoByline;
    case 8: {
      const bool says =
          HtmlNameIs(attribute.name, "itemprop") || HtmlNameIs(attribute.name, "property");
      return says && SaysAuthor(attribute.value) ? 0 : kNoByline;
    }
    default:
      return kNoByline;
  }
}

}  // namespace

void AuthorFinder::Collect(const HtmlTree& tree, size_t node) {
  if (bylines_.size() >= kMaxBylines) return;
  int rank = kNoByline;
  for (const HtmlAttribute& attribute : tree.attributes(tree.nodes()[node])) {
    rank = std::min(rank, RankOf(attribute));
  }
  if (rank < kNoByline) bylines_.push_back({node, rank});
}

void AuthorFinder::CollectSites(const PageClaims& claims, const Article& article) {
  sites_.clear();
  site_url_ = article.url;
  const auto add = [&](std::string_view site) {
    const uint64_t key = FoldedKey(text::Prefix(site, kMaxSiteBytes), words_);
    if (key != 0) sites_.push_back(key);
  };
  add(article.source_name);
  add(article.source_domain);
  for (const PageMeta& meta : claims.metas) {
    const bool names_site =
        HtmlNameIs(meta.name, "og:site_name") || HtmlNameIs(meta.name, "application-name");
    if (names_site) add(meta.content);
  }
  for (const JsonLdArticle::Named& publisher : claims.json_ld.publishers) add(publisher.name);
}

bool AuthorFinder::IsSite(std::string_view name) {
  return std::ranges::find(sites_, FoldedKey(name, words_)) != sites_.end() ||
         IsPartOfHost(name, site_url_);
}

bool AuthorFinder::IsAccount(std::string_view name) {
  static const WordSet& accounts = *NewWordSet(kAccounts);
  ReadWords(name, words_);
  return std::ranges::all_of(words_, [](const Word& word) { return accounts.contains(word.hash); });
}

bool AuthorFinder::IsDesk(std::string_view name) {
  static const WordSet& desks = *NewWordSet(kDesks);
  return HasWordOf(desks, name, words_);
}

bool AuthorFinder::IsRole(std::string_view name) {
  static const WordSet& roles = *NewWordSet(kRoles);
  return HasWordOf(roles, name, words_);
}

// "Guest contributor Ann Example", "Anna Esimerkki toimittaja"
std::string_view AuthorFinder::WithoutRole(std::string_view name) {
  if (!IsRole(name)) return name;
  size_t behind = 0;  // the last word that says what somebody does
  size_t last = 0;
  for (size_t begin = 0; begin < name.size();) {
    const size_t end = std::min(name.find(' ', begin), name.size());
    if (IsRole(name.substr(begin, end - begin))) behind = end;
    last = begin;
    begin = end + 1;
  }
  const std::string_view rest = text::ascii::Trim(name.substr(behind));
  if (LooksLikePerson(rest, Source::kNamed)) return rest;
  // A capital belongs to a title of more words: "Ann Example Political Editor".
  if (!IsRole(name.substr(last)) || words_.front().capital) return name;
  const std::string_view before = text::ascii::Trim(name.substr(0, last));
  return LooksLikePerson(before, Source::kNamed) ? before : name;
}

// "Ann Example, Example.com" of example.com.
std::string_view AuthorFinder::WithoutSiteBehind(std::string_view name) {
  const size_t comma = name.rfind(',');
  if (comma == name.npos || !IsSite(text::ascii::Trim(name.substr(comma + 1)))) return name;
  return text::ascii::Trim(name.substr(0, comma));
}

// As bylines write it: two words and more, capitals before all but joining ones.
bool AuthorFinder::LooksLikePerson(std::string_view name, Source source) {
  static const WordSet& particles = *NewWordSet(kParticles);
  ReadWords(name, words_);
  uint32_t capitals = 0;
  for (const Word& word : words_) {
    if (word.symbol || word.hash == kNumber) return false;
    capitals += word.capital ? 1 : 0;
    if (!word.capital && !particles.contains(word.hash)) return false;
  }
  const size_t most = source == Source::kNamed ? kMaxNamedWords : kMaxPersonWords;
  return words_.size() >= 2 && words_.size() <= most && capitals >= 2;
}

bool AuthorFinder::IsAcceptable(std::string_view name, Source source) {
  if (!IsAuthorName(name) || IsAccount(name)) return false;
  if (source == Source::kByline || source == Source::kName) {
    // "By Jane Doe | Example Times"
    return source == Source::kName || names_.size() == 1 || !IsSite(name);
  }
  if (IsSite(name) || std::ranges::find(editors_, name) != editors_.end()) return false;
  if (!LooksLikePerson(name, source)) return source == Source::kNamed && LooksLikeUncasedName(name);
  const bool is_role = IsRole(name);
  if (is_role && source == Source::kNamed && desk_.empty() && IsDesk(name)) desk_ = name;
  return !is_role;
}

void AuthorFinder::Add(std::string_view text, Source source, Article& article) {
  text = text::Prefix(text, kMaxAuthorListBytes * kReferenceBytes);
  text = article.arena().Keep(text::Prefix(CleanLine(text, article.arena()), kMaxAuthorListBytes));
  names_.clear();
  source == Source::kName ? AddAuthor(text, names_) : SplitByline(text, names_);
  for (std::string_view name : names_) {
    if (source == Source::kName && names_.size() == 1) name = WithoutSiteBehind(name);
    if (source == Source::kNamed || source == Source::kPage) name = WithoutPlace(name);
    name = WithoutRole(name);
    if (article.authors.size() >= kMaxAuthors || !IsAcceptable(name, source)) continue;
    const uint64_t key = FoldedKey(name, words_);
    const auto same = [&](std::string_view known) {
      return known == name || FoldedKey(known, words_) == key;
    };
    if (std::ranges::none_of(article.authors, same)) article.authors.push_back(name);
  }
}

void AuthorFinder::AddFromMetas(std::span<const PageMeta> metas, std::string_view name,
                                Article& article) {
  for (const PageMeta& meta : metas) {
    const bool same =
        std::ranges::equal(meta.name, name, {}, text::ascii::Lower, text::ascii::Lower);
    if (same) Add(meta.content, Source::kByline, article);
  }
}

void AuthorFinder::AddFromMetadata(const PageClaims& claims, Article& article) {
  for (const JsonLdArticle::Named& author : claims.json_ld.authors) {
    Add(author.name, author.is_name ? Source::kName : Source::kByline, article);
  }
  for (std::string_view name : kAuthorMetas) {
    if (article.authors.empty()) AddFromMetas(claims.metas, name, article);
  }
}

void AuthorFinder::Fill(const PageView& page, const PageClaims& claims, Article& article) {
  CollectSites(claims, article);
  editors_.clear();
  desk_ = {};
  AddFromMetadata(claims, article);
  // What nobody signed sites and their desks sign: who is named on the page goes first.
  const auto is_desk = [&](std::string_view name) { return IsSite(name) || IsDesk(name); };
  if (std::ranges::all_of(article.authors, is_desk) || AreEditors(page, article)) {
    const std::vector<std::string_view> claimed(article.authors);
    article.authors.clear();
    AddFromPage(page, claims, article);
    for (size_t i = 0; i < kAuthorMetas.size() && article.authors.empty(); ++i) {
      AddFromMetas(claims.metas, kAuthorMetas[i], article);
      if (std::ranges::any_of(article.authors, is_desk)) article.authors.clear();
    }
    if (article.authors.empty()) article.authors.assign(claimed.begin(), claimed.end());
    if (article.authors.empty() && !desk_.empty()) article.authors.push_back(desk_);
  }
  const std::vector<JsonLdArticle::Named>& stated = claims.json_ld.authors;
  if (!stated.empty() && std::ranges::all_of(stated, &JsonLdArticle::Named::is_organization)) {
    PutPersonsFirst(page, claims.headline, article);
  }
  if (std::ranges::all_of(article.authors, [&](auto name) { return IsRole(name); })) return;
  std::erase_if(article.authors, [&](auto name) { return IsRole(name); });
}

// JSON-LD that names an organization may leave out who wrote it: a byline is believed, no other
// element.
void AuthorFinder::PutPersonsFirst(const PageView& page, uint32_t headline, Article& article) {
  if (article.authors.empty()) return;
  const std::vector<std::string_view> claimed(article.authors);
  article.authors.clear();
  AddFromElements(page, kMarkedRanks, article);
  if (article.authors.empty()) AddFromLinesBesideHeadline(page, headline, article);
  if (article.authors.empty()) article.authors.assign(claimed.begin(), claimed.end());
}

std::string_view AuthorFinder::ShortText(const PageView& page, size_t node) {
  text_.Clear();
  return page.ShortText(node, kMaxBylineBytes, text_);
}

bool AuthorFinder::IsElsewhere(const PageView& page, size_t node) const {
  const auto nodes = page.tree.nodes();
  for (size_t at = node; at != HtmlNode::kNone; at = nodes[at].parent) {
    const int rule = page.judge.Judge(page.tree, nodes[at], at, page.figures, {});
    if (rule < 0) continue;
    const std::string_view name = page.rules.name(static_cast<RuleIndex>(rule));
    if (std::ranges::find(kElsewhere, name) != kElsewhere.end()) return true;
  }
  return false;
}

bool AuthorFinder::AreEditors(const PageView& page, const Article& article) {
  for (const Byline& byline : bylines_) {
    if (!MayNameEditors(page, byline.node)) continue;
    const std::string_view rest = AfterLabelOf(kEditorLabels, ShortText(page, byline.node));
    if (rest.empty()) continue;
    names_.clear();
    SplitByline(rest, names_);
    for (std::string_view name : names_) {
      const auto known = std::ranges::find(article.authors, name);
      if (known != article.authors.end()) editors_.push_back(*known);
    }
  }
  return !editors_.empty() && std::ranges::all_of(article.authors, [&](auto name) {
    return std::ranges::find(editors_, name) != editors_.end();
  });
}

void AuthorFinder::AddFromPage(const PageView& page, const PageClaims& claims, Article& article) {
  AddFromElements(page, kNoByline, article);
  if (article.authors.empty()) AddFromLinesBesideHeadline(page, claims.headline, article);
  if (article.authors.empty()) AddFromLabels(page, claims.headline, article);
  if (article.authors.empty()) AddFromParagraphsOfNames(page, claims.headline, article);
}

const std::string& AuthorFinder::Parts(const PageView& page, size_t node) {
  const auto nodes = page.tree.nodes();
  // No further: a page may hold many bylines in one another.
  const size_t end = std::min<size_t>(nodes[node].end, node + kBylineNodes);
  parts_.clear();
  for (size_t i = node; i < end; ++i) {
    if (nodes[i].role == HtmlRole::kSkip) {
      i = std::max<size_t>(nodes[i].end, i + 1) - 1;
    } else if (nodes[i].is_text() && !nodes[i].raw) {
      const std::string_view text = page.html.substr(nodes[i].source.begin, nodes[i].source.size());
      if (std::ranges::all_of(text, IsHtmlBlank)) continue;
      parts_ += text;
      parts_ += '|';
    }
  }
  return parts_;
}

// Nothing but their elements may part names from each other and from a time; else the line as it
// reads.
void AuthorFinder::AddFromNode(const PageView& page, size_t node, Source source, Article& article) {
  const size_t known = article.authors.size();
  Add(Parts(page, node), source, article);
  if (article.authors.size() > known) return;
  const std::string_view line = ShortText(page, node);
  if (std::ranges::none_of(line, text::ascii::IsDigit)) Add(line, source, article);
}

void AuthorFinder::AddFromElements(const PageView& page, int ranks, Article& article) {
  for (int rank = 0; rank < ranks && article.authors.empty(); ++rank) {
    const Source source = rank < kAuthorLink ? Source::kNamed : Source::kPage;
    size_t last = 0;
    for (const Byline& byline : bylines_) {
      if (byline.rank != rank) continue;
      if (!article.authors.empty() && byline.node > last + kBylineNodes) break;
      const std::string_view text = ShortText(page, byline.node);
      if (text.empty() || !AfterLabelOf(kEditorLabels, text).empty() ||
          IsElsewhere(page, byline.node) || IsInTeaser(page, byline.node)) {
        continue;
      }
      AddFromNode(page, byline.node, source, article);
      last = byline.node;
    }
  }
}

// "By" and its like, the first line that names somebody; also an agency: "By AFP".
void AuthorFinder::AddFromLinesBesideHeadline(const PageView& page, uint32_t headline,
                                              Article& article) {
  if (headline == HtmlNode::kNone) return;
  const auto nodes = page.tree.nodes();
  const size_t begin = nodes[headline].end;
  const size_t end = std::min<size_t>(begin + kLineNodes, nodes.size());
  for (size_t i = begin; i < end; ++i) {
    const Range before = {static_cast<uint32_t>(begin), static_cast<uint32_t>(i)};
    // Behind a good part of the text others begin.
    if (page.figures.ProseBytes(before) > kMaxProseBefore) return;
    const uint32_t parent = nodes[i].parent;
    if (parent != HtmlNode::kNone && nodes[parent].role == HtmlRole::kSkip) continue;
    const std::string_view line = ShortText(page, i);
    if (line.empty() || EndsSentence(line)) continue;
    const std::string_view rest = AfterByWord(line);
    if (rest.empty() || IsElsewhere(page, i) || IsInTeaser(page, i)) continue;
    const std::string_view first = text::ascii::Trim(rest.substr(0, rest.find_first_of(",|·•")));
    const std::string_view agency =
        IsAgency(first) ? article.arena().Keep(first) : std::string_view();
    AddFromNode(page, i, Source::kNamed, article);
    if (article.authors.empty() && !agency.empty()) article.authors.push_back(agency);
    if (!article.authors.empty()) return;
  }
}

size_t AuthorFinder::LineAround(const PageView& page, size_t node) {
  const auto nodes = page.tree.nodes();
  const std::string_view own =
      text::ascii::Trim(page.html.substr(nodes[node].source.begin, nodes[node].source.size()));
  size_t widest = node;
  for (int level = 0; level < kLineLevels; ++level) {
    const uint32_t parent = nodes[widest].parent;
    if (parent == HtmlNode::kNone || !ShortText(page, parent).starts_with(own)) break;
    widest = parent;
    if (nodes[widest].role == HtmlRole::kBlock) break;
  }
  return widest;
}

// "Autor: Ann Example", wherever it stands behind the headline.
void AuthorFinder::AddFromLabels(const PageView& page, uint32_t headline, Article& article) {
  const auto nodes = page.tree.nodes();
  std::string_view editors;
  size_t read = 0;
  for (size_t i = headline == HtmlNode::kNone ? 0 : nodes[headline].end;
       i < nodes.size() && read < kMaxBylines; ++i) {
    if (!nodes[i].is_text() || nodes[i].raw || nodes[i].source.size() > kMaxBylineBytes) continue;
    const std::string_view own =
        WithoutOpening(page.html.substr(nodes[i].source.begin, nodes[i].source.size()));
    if (const std::string_view inner = InnerLabelled(own); !inner.empty()) {
      ++read;
      if (!IsElsewhere(page, i)) Add(inner, Source::kNamed, article);
      if (!article.authors.empty()) return;
    }
    const bool is_author = BeginsWithLabel(own);
    const bool is_editor = !is_author && editors.empty() && own.size() > 1 &&
                           (own[0] & 0x80) != 0 &&
                           std::ranges::any_of(kChineseEditorLabels,
                                               [&](auto label) { return own.starts_with(label); });
    if (!is_author && !is_editor) continue;
    ++read;
    if (IsElsewhere(page, i)) continue;
    const std::string_view line = WithoutClosing(WithoutOpening(Parts(page, LineAround(page, i))));
    if (is_author && !AfterLabel(line).empty()) {
      Add(line, Source::kNamed, article);
      if (!article.authors.empty()) return;
    } else if (is_editor) {
      editors = article.arena().Keep(AfterLabelOf(kChineseEditorLabels, line));
    }
  }
  if (!editors.empty()) Add(editors, Source::kNamed, article);
}

// A paragraph of emphasized names and nothing else: two and more, or behind "by".
void AuthorFinder::AddFromParagraphsOfNames(const PageView& page, uint32_t headline,
                                            Article& article) {
  if (headline == HtmlNode::kNone) return;
  const auto nodes = page.tree.nodes();
  size_t read = 0;
  for (size_t i = nodes[headline].end; i < nodes.size() && read < kMaxBylines; ++i) {
    if (nodes[i].name != "p" || i + 1 >= nodes[i].end) continue;
    const HtmlNode& inside = nodes[i + 1];
    const bool emphasized =
        inside.name == "strong" || inside.name == "b" || inside.name == "em" || inside.name == "i";
    if (!emphasized || inside.end != nodes[i].end) continue;
    ++read;
    const std::string_view line = ShortText(page, i);
    if (line.empty() || EndsSentence(line) || IsElsewhere(page, i)) continue;
    const bool begins = !AfterByWord(line).empty();
    Add(line, Source::kPage, article);
    const bool all = article.authors.size() == names_.size();
    if (!article.authors.empty() && all && (begins || names_.size() > 1)) return;
    article.authors.clear();
  }
}

}  // namespace newsfeed::cleanup
