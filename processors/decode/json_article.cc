#include "processors/decode/json_article.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "processors/text/ascii.h"
#include "processors/text/html_sniffing.h"
#include "processors/article/byline.h"
#include "processors/article/language_tag.h"
#include "processors/article/schema_org.h"
#include "processors/decode/format.h"
#include "processors/decode/names.h"
#include "processors/text/url.h"
#include "processors/text/utf8.h"

namespace newsfeed::decode {

namespace ascii = text::ascii;
namespace {

// Rights are published up to this many bytes (article.proto).
constexpr size_t kMaxRightsBytes = 4096;

// Rows are this far apart in score; between them lie roles and types of parts.
constexpr uint32_t kRowScore = 256;

// Bodies, headlines or links beyond these are not looked at.
constexpr uint32_t kMaxParts = 32;

struct NamedStatus {
  std::string_view name;
  PubStatus status;
};
constexpr std::array kPubStatuses = std::to_array<NamedStatus>({
    {"usable", PubStatus::kUsable},
    {"withheld", PubStatus::kWithheld},
    {"canceled", PubStatus::kCanceled},
    {"cancelled", PubStatus::kCanceled},
    {"killed", PubStatus::kCanceled},
});

// Also as qcode and address of IPTC NewsCodes. A status that says anything else is not "usable":
// such an article is withheld rather than given free.
std::optional<PubStatus> PubStatusByName(std::string_view name) {
  // "stat:canceled", "http://cv.iptc.org/newscodes/pubstatusg2/canceled"
  name = ascii::Trim(name);
  name.remove_prefix(name.find_last_of(":/") + 1);
  for (const NamedStatus& known : kPubStatuses) {
    if (ascii::Equal(name, known.name)) return known.status;
  }
  return std::nullopt;
}

// Without unescaping: "\n" and the like are blanks too.
bool IsBlankRaw(std::string_view raw) {
  while (!raw.empty()) {
    if (ascii::IsBlank(raw.front())) {
      raw.remove_prefix(1);
    } else if (raw.front() == '\\' && std::string_view("ntrf").find(raw[1]) != raw.npos) {
      raw.remove_prefix(2);
    } else {
      return false;
    }
  }
  return true;
}

// Seconds or milliseconds since 1970, also as 1.7723574E9; a day as 20260301. Anything below a
// billion (2001) is no time: 0 means unknown, and 2026 is a year.
std::optional<FeedTime> TimeOfNumber(std::string_view number) {
  constexpr double kLeastEpoch = 1e9;
  constexpr double kMostEpoch = 1e14;
  const bool civil = number.size() == 8 || number.size() == 12;  // a day, a minute
  if (civil && std::ranges::all_of(number, ascii::IsDigit)) return ParseTime(number);
  double value = 0;
  const char* end = number.data() + number.size();
  const auto [rest, error] = std::from_chars(number.data(), end, value);
  if (error != std::errc() || rest != end || value < kLeastEpoch || value > kMostEpoch) {
    return std::nullopt;
  }
  return TimeFromEpoch(static_cast<int64_t>(value));
}

// "… [+1234 chars]" of newsapi.org at the end: cut off, true.
bool CutTruncationMark(std::string_view& text) {
  std::string_view rest = ascii::Trim(text);
  constexpr std::string_view kEnd = " chars]";
  if (!rest.ends_with(kEnd)) return false;
  rest.remove_suffix(kEnd.size());
  const size_t digits_end = rest.size();
  while (!rest.empty() && ascii::IsDigit(rest.back())) rest.remove_suffix(1);
  if (rest.size() == digits_end || !rest.ends_with("[+")) return false;
  rest.remove_suffix(2);
  while (!rest.empty() && ascii::IsBlank(rest.back())) rest.remove_suffix(1);
  text = {text.data(), static_cast<size_t>(rest.data() + rest.size() - text.data())};
  return true;
}

bool IsEmptyContainer(std::string_view raw) {
  return raw.size() >= 2 && ascii::Trim(raw.substr(1, raw.size() - 2)).empty();
}

bool IsTime(Field field) {
  return field == Field::kPublished || field == Field::kModified || field == Field::kEmbargo;
}

bool IsValue(Aspect aspect) { return aspect != Aspect::kRole && aspect != Aspect::kMime; }

// simdjson finds other errors in an unbalanced record where the byte behind it is a bracket. What
// is said of a record must not depend on its neighbour: there a copy takes its place.
std::string_view EndedText(std::string_view text, text::Arena& arena) {
  const char behind = text.data()[text.size()];
  if (behind != '}' && behind != ']') return text;
  char* copy = arena.Allocate(text.size() + 1);
  std::ranges::copy(text, copy);
  copy[text.size()] = ' ';
  return {copy, text.size()};
}

// The first of a list of keys, for a detail: "/title, /headline, ...".
std::string FirstNames(std::string_view names, size_t max_bytes) {
  if (names.size() <= max_bytes) return std::string(names);
  const size_t comma = names.substr(0, max_bytes).rfind(',');
  return fmt::format("{}, ...", names.substr(0, std::min(comma, max_bytes)));
}

// Gives the text of `article` its form.
void SetForm(bool html, bool repair, Article& article) {
  if (!html && !text::LooksLikeHtml(article.text)) {
    article.form = TextForm::kPlain;
    const auto unescaped =
        repair ? text::UnescapedHtml(article.text, article.arena()) : std::nullopt;
    if (unescaped) {
      article.text = *unescaped;
      article.form = text::IsPage(article.text) ? TextForm::kPage : TextForm::kFragment;
    }
    return;
  }
  if (repair) {
    article.text = text::UnescapedHtml(article.text, article.arena()).value_or(article.text);
  }
  article.form = text::IsPage(article.text) ? TextForm::kPage : TextForm::kFragment;
}

}  // namespace

void JsonArticleReader::Read(std::string_view text, Article& article) {
  const JsonFault fault = walk_.Run(EndedText(text, article.arena()), paths_, max_depth_);
  if (fault.reason != Reason::kUnspecified) return article.Reject(fault.reason, fault.detail);
  Choose(article);
  if (RejectWrongType(article, Field::kTitle) || RejectWrongType(article, Field::kBody)) return;
  const bool no_text =
      choice(Field::kTitle).capture == nullptr && choice(Field::kBody).capture == nullptr;
  // A kill notice may name what it kills and say no more.
  const bool notice = Status() != PubStatus::kUsable && choice(Field::kId).capture != nullptr;
  if (no_text && !notice) {
    return article.Reject(Reason::kMissingText,
                          fmt::format("neither title ({}) nor body ({})",
                                      FirstNames(paths_.looked_for(Field::kTitle), 50),
                                      FirstNames(paths_.looked_for(Field::kBody), 130)));
  }
  FillText(article);
  FillTimes(article);
  FillLists(article);
  FillRest(article);
}

void JsonArticleReader::Choose(const Article& article) {
  choices_.fill({});
  wrongs_.fill({});
  graph_index_ = GraphIndex();
  siblings_.clear();
  for (const JsonCapture& capture : walk_.captures()) {
    if (IsValue(capture.target.aspect) || capture.kind != JsonKind::kString) continue;
    if (capture.last < kMaxParts) siblings_.push_back(&capture);
  }
  for (const JsonCapture& capture : walk_.captures()) {
    if (capture.target.graph && capture.first != graph_index_) continue;
    if (!IsValue(capture.target.aspect) || capture.target.field == Field::kExtra) continue;
    Consider(capture, article.arena());
    ConsiderWrong(capture);
  }
}

// The object of a "@graph" that is the article.
std::optional<uint32_t> JsonArticleReader::GraphIndex() const {
  for (const JsonCapture& capture : walk_.captures()) {
    const JsonTarget& target = capture.target;
    const bool is_type = target.field == Field::kType && target.graph;
    if (is_type && capture.kind == JsonKind::kString && IsArticleType(capture.raw)) {
      return capture.first;
    }
  }
  return std::nullopt;
}

void JsonArticleReader::Consider(const JsonCapture& capture, text::Arena& arena) {
  const Field field = capture.target.field;
  Choice& best = choices_[static_cast<size_t>(field)];
  const bool number = capture.kind == JsonKind::kNumber;
  if (capture.kind != JsonKind::kString && !(number && (field == Field::kId || IsTime(field)))) {
    return;
  }
  if (capture.target.element && capture.last > 0) return;
  const uint32_t score = Score(capture);
  if (score >= best.score || IsBlankRaw(capture.raw)) return;
  Choice found{&capture, score, capture.raw, {}};
  if (!number) {
    found.text = Unescape(capture.raw, arena);
    if (text::IsBlankText(found.text)) return;
  }
  if (field == Field::kUrl) {
    found.text = ascii::Trim(found.text);
    if (!text::IsWebUrl(found.text)) return;
  } else if (IsTime(field)) {
    const auto time = number ? TimeOfNumber(capture.raw) : ParseTime(found.text);
    if (!time) return;
    found.time = *time;
  }
  best = found;
}

void JsonArticleReader::ConsiderWrong(const JsonCapture& capture) {
  const JsonTarget& target = capture.target;
  Wrong& wrong = wrongs_[static_cast<size_t>(target.field)];
  // Several values where one belongs are wrong even if one of them could be taken.
  const bool several = target.element && capture.last > 0;
  const bool wrong_kind =
      capture.kind != JsonKind::kString && capture.kind != JsonKind::kNull && target.base;
  if (!several && !wrong_kind) return;
  // "summary": 5 is no body of a wrong type, nor is the first of several summaries one.
  if (target.field == Field::kBody && IsAlsoStandfirst(capture)) {
    Choice& body = choices_[static_cast<size_t>(Field::kBody)];
    if (body.capture != nullptr && body.capture->target.rank == target.rank) body = {};
    return;
  }
  const uint32_t score = target.rank * kRowScore + (several ? 0 : kRowScore - 1);
  if (score < wrong.score) wrong = {&capture, score};
}

bool JsonArticleReader::IsAlsoStandfirst(const JsonCapture& capture) const {
  return std::ranges::any_of(walk_.captures(), [&](const JsonCapture& other) {
    return other.node == capture.node && other.target.field == Field::kStandfirst;
  });
}

// Smaller is better: by the row, then by the role and type of a part.
uint32_t JsonArticleReader::Score(const JsonCapture& capture) const {
  const JsonTarget& target = capture.target;
  const uint32_t row = target.rank * kRowScore + 1;
  if (target.aspect != Aspect::kPart) return row;
  if (capture.last >= kMaxParts) return UINT32_MAX;
  const int role = PartRank(target.field, SiblingOf(capture, Aspect::kRole));
  if (role == kNoPart) return UINT32_MAX;
  // HTML has the paragraphs of a body; elsewhere it is in the way.
  const bool good_type = IsHtml(capture) == (target.field == Field::kBody);
  return row + static_cast<uint32_t>(role) * 2 + (good_type ? 0 : 1);
}

// The role or type that stands beside the value of a part.
std::string_view JsonArticleReader::SiblingOf(const JsonCapture& part, Aspect aspect) const {
  for (const JsonCapture* sibling : siblings_) {
    const JsonTarget& target = sibling->target;
    if (target.aspect == aspect && target.list == part.target.list && sibling->last == part.last) {
      return sibling->raw;
    }
  }
  return {};
}

bool JsonArticleReader::IsHtml(const JsonCapture& capture) const {
  if (capture.target.aspect == Aspect::kHtml) return true;
  if (capture.target.aspect != Aspect::kPart) return false;
  return ascii::Find(SiblingOf(capture, Aspect::kMime), "html") != std::string_view::npos;
}

bool JsonArticleReader::RejectWrongType(Article& article, Field field) const {
  const Wrong& wrong = wrongs_[static_cast<size_t>(field)];
  const Choice& best = choice(field);
  if (wrong.capture == nullptr) return false;
  if (best.capture != nullptr) {
    // A value found within ("/body/#text") is of the same row and better.
    if (best.score < wrong.score) return false;
    // Lists and objects may hold the body in a form that is not known: another row, a summary, must
    // not take its place. Of several values none can be chosen.
    const bool object = wrong.capture->kind == JsonKind::kObject;
    const bool list = wrong.capture->kind == JsonKind::kArray || wrong.capture->target.element;
    if (!list && (field == Field::kTitle || !object)) return false;
  }
  article.Reject(Reason::kWrongType,
                 fmt::format("{} is {}, not a string",
                             PointerTo(*wrong.capture, article.arena()),
                             wrong.capture->target.element ? "an array of several values"
                                                           : JsonKindName(wrong.capture->kind)));
  return true;
}

void JsonArticleReader::FillText(Article& article) const {
  const Choice& title = choice(Field::kTitle);
  const Choice& body = choice(Field::kBody);
  const Choice& standfirst = choice(Field::kStandfirst);
  if (title.capture != nullptr) article.title = title.text;
  article.text = article.arena().Keep({});
  if (body.capture != nullptr) {
    article.text = body.text;
    std::string_view cut = article.text;
    article.truncated = CutTruncationMark(cut);
    if (repair_bodies_) article.text = cut;
    SetForm(IsHtml(*body.capture), repair_bodies_, article);
  }
  const bool is_body = body.capture != nullptr && standfirst.capture != nullptr &&
                       body.capture->raw.data() == standfirst.capture->raw.data();
  if (standfirst.capture != nullptr && !is_body) {
    article.standfirst = ascii::Trim(standfirst.text);
    CutTruncationMark(article.standfirst);
  }
}

void JsonArticleReader::FillTimes(Article& article) const {
  if (const Choice& published = choice(Field::kPublished); published.capture != nullptr) {
    article.published = published.time;
    article.published_source = PointerTo(*published.capture, article.arena());
  }
  if (choice(Field::kModified).capture != nullptr) article.modified = choice(Field::kModified).time;
  if (choice(Field::kEmbargo).capture != nullptr) {
    article.embargoed_until = choice(Field::kEmbargo).time;
  }
}

// All values of the best row, not only the first.
void JsonArticleReader::FillLists(Article& article) const {
  for (const JsonCapture& capture : walk_.captures()) {
    const JsonTarget& target = capture.target;
    if (target.field != Field::kAuthors && target.field != Field::kKeywords) continue;
    if (target.graph && capture.first != graph_index_) continue;
    const Choice& best = choice(target.field);
    if (best.capture == nullptr || target.rank != best.capture->target.rank) continue;
    if (capture.kind != JsonKind::kString) continue;
    const std::string_view text = Unescape(capture.raw, article.arena());
    if (target.field == Field::kAuthors) {
      target.base ? SplitByline(text, article.authors) : AddAuthor(text, article.authors);
    } else {
      target.base ? SplitKeywords(text, article.keywords) : AddKeyword(text, article.keywords);
    }
  }
}

void JsonArticleReader::FillRest(Article& article) const {
  const auto trimmed = [&](Field field) { return ascii::Trim(choice(field).text); };
  article.id = trimmed(Field::kId);
  article.url = trimmed(Field::kUrl);
  article.source_name = trimmed(Field::kSource);
  article.source_domain = trimmed(Field::kDomain);
  article.section = trimmed(Field::kSection);
  article.claimed_language = LanguageTag(trimmed(Field::kLanguage), article.arena());
  article.rights_holder = text::Prefix(trimmed(Field::kRightsHolder), kMaxRightsBytes);
  article.rights_notice = text::Prefix(trimmed(Field::kRightsNotice), kMaxRightsBytes);
  article.usage_terms = text::Prefix(trimmed(Field::kUsageTerms), kMaxRightsBytes);
  article.pub_status = Status();
}

// A status or an embargo that is there and cannot be read is not "usable".
PubStatus JsonArticleReader::Status() const {
  const Choice& status = choice(Field::kPubStatus);
  if (status.capture != nullptr) {
    const auto told = PubStatusByName(status.text);
    if (told != PubStatus::kUsable) return told.value_or(PubStatus::kWithheld);
  } else if (IsTold(Field::kPubStatus)) {
    return PubStatus::kWithheld;
  }
  const bool embargoed = choice(Field::kEmbargo).capture == nullptr && IsTold(Field::kEmbargo);
  return embargoed ? PubStatus::kWithheld : PubStatus::kUsable;
}

// Whether the record says something there, of whatever type. Null, false, 0 and blanks say nothing.
bool JsonArticleReader::IsTold(Field field) const {
  return std::ranges::any_of(walk_.captures(), [&](const JsonCapture& capture) {
    if (capture.target.field != field || !IsValue(capture.target.aspect)) return false;
    if (capture.target.graph && capture.first != graph_index_) return false;
    switch (capture.kind) {
      case JsonKind::kNull: return false;
      case JsonKind::kString: return !IsBlankRaw(capture.raw);
      case JsonKind::kObject:
      case JsonKind::kArray: return !IsEmptyContainer(capture.raw);
      default: return capture.raw != "false" && capture.raw != "0";
    }
  });
}

// The path of the node with the indices of this value: "/@graph/*/date" => "/@graph/1/date".
std::string_view JsonArticleReader::PointerTo(const JsonCapture& capture,
                                              text::Arena& arena) const {
  const std::string_view path = paths_.node(capture.node).path;
  size_t star = path.find("/*");
  if (star == path.npos) return arena.Keep(path);
  std::string pointer;
  size_t from = 0;
  for (uint32_t index = capture.first; star != path.npos; index = capture.last) {
    pointer += path.substr(from, star - from);
    pointer += fmt::format("/{}", index);
    from = star + 2;
    star = path.find("/*", from);
  }
  pointer += path.substr(from);
  return arena.Keep(pointer);
}

std::optional<std::string_view> JsonArticleReader::Extra(size_t index, text::Arena& arena) const {
  for (const JsonCapture& capture : walk_.captures()) {
    if (capture.target.field != Field::kExtra || capture.target.rank != index) continue;
    if (capture.kind == JsonKind::kNull) return std::nullopt;
    if (capture.kind == JsonKind::kString) return Unescape(capture.raw, arena);
    if (capture.kind != JsonKind::kObject && capture.kind != JsonKind::kArray) return capture.raw;
    char* out = arena.Allocate(capture.raw.size());
    size_t size = 0;
    if (simdjson::minify(capture.raw.data(), capture.raw.size(), out, size) != simdjson::SUCCESS) {
      return capture.raw;
    }
    arena.Trim(out, capture.raw.size(), size);
    return std::string_view(out, size);
  }
  return std::nullopt;
}

}  // namespace newsfeed::decode
