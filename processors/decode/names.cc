#include "processors/decode/names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "processors/text/ascii.h"
#include "processors/text/utf8.h"

namespace newsfeed::decode {

namespace ascii = text::ascii;
namespace {

constexpr size_t kMaxAuthors = 64;
constexpr size_t kMaxKeywords = 256;
constexpr size_t kMaxNameBytes = 256;
// Longer ones are texts; splitting them would take its time.
constexpr size_t kMaxBylineBytes = 2048;
constexpr size_t kMaxKeywordListBytes = 16384;
constexpr size_t kMaxTagBytes = 35;  // RFC 5646, section 4.4.1

// Words before the first name. "Von" and "Di" are not here: names begin with them.
constexpr std::array<std::string_view, 6> kBylineStarts = {"written by ", "story by ", "by: ",
                                                           "by ",         "par ",      "por "};

// Between two names. A dash is not here: "Anne-Marie".
constexpr std::array<std::string_view, 5> kSeparators = {" and ", " & ", ";", " / ", " | "};

// Stands behind a comma and belongs to the name before it.
constexpr std::array<std::string_view, 9> kNameEndings = {"jr", "jr.", "sr",   "sr.", "ii",
                                                          "iii", "md",  "m.d.", "phd"};

// Feeds that give the name instead of the code.
struct LanguageName {
  std::string_view name;
  std::string_view code;
};
constexpr std::array kLanguageNames = std::to_array<LanguageName>({
    {"arabic", "ar"},     {"bengali", "bn"},   {"chinese", "zh"},    {"czech", "cs"},
    {"danish", "da"},     {"dutch", "nl"},     {"english", "en"},    {"finnish", "fi"},
    {"french", "fr"},     {"german", "de"},    {"greek", "el"},      {"hebrew", "he"},
    {"hindi", "hi"},      {"hungarian", "hu"}, {"indonesian", "id"}, {"italian", "it"},
    {"japanese", "ja"},   {"korean", "ko"},    {"norwegian", "no"},  {"persian", "fa"},
    {"polish", "pl"},     {"portuguese", "pt"}, {"romanian", "ro"},  {"russian", "ru"},
    {"spanish", "es"},    {"swedish", "sv"},   {"thai", "th"},       {"turkish", "tr"},
    {"ukrainian", "uk"},  {"urdu", "ur"},      {"vietnamese", "vi"},
});

void AddOnce(std::string_view text, size_t most, std::vector<std::string_view>& list) {
  if (text.empty() || text.size() > kMaxNameBytes || list.size() >= most) return;
  if (std::ranges::find(list, text) == list.end()) list.push_back(text);
}

// Calls `visit` with what lies between separators. `cut` finds the first of them: place and size.
template <typename Cut, typename Visit>
void Split(std::string_view text, Cut cut, Visit visit) {
  while (true) {
    const auto [at, size] = cut(text);
    visit(ascii::Trim(text.substr(0, at)));
    if (at == text.npos) return;
    text.remove_prefix(at + size);
  }
}

std::pair<size_t, size_t> FindSeparator(std::string_view text) {
  std::pair<size_t, size_t> first = {text.npos, 0};
  for (std::string_view separator : kSeparators) {
    const size_t at = ascii::Find(text, separator);
    if (at < first.first) first = {at, separator.size()};
  }
  return first;
}

// The first comma that is not before "Jr.".
std::pair<size_t, size_t> FindComma(std::string_view text) {
  for (size_t at = text.find(','); at != text.npos; at = text.find(',', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    const std::string_view next = ascii::Trim(rest.substr(0, rest.find(',')));
    const auto same = [&](std::string_view ending) { return ascii::Equal(next, ending); };
    if (std::ranges::none_of(kNameEndings, same)) return {at, 1};
  }
  return {text.npos, 0};
}

// "Doe, Jane": one word on either side of the only comma.
bool IsInvertedName(std::string_view text) {
  const size_t comma = text.find(',');
  if (comma == text.npos || text.find(',', comma + 1) != text.npos) return false;
  const auto one_word = [](std::string_view part) {
    return !part.empty() && part.find(' ') == part.npos;
  };
  return one_word(ascii::Trim(text.substr(0, comma))) &&
         one_word(ascii::Trim(text.substr(comma + 1)));
}

std::string_view WithoutBy(std::string_view name) {
  for (std::string_view start : kBylineStarts) {
    if (ascii::StartsWith(name, start)) return ascii::Trim(name.substr(start.size()));
  }
  return name;
}

// RSS 2.0 wants "jane@example.com (Jane Doe)".
std::string_view WithoutAddress(std::string_view name) {
  if (name.find('@') == name.npos) return name;
  const size_t open = name.find('(');
  const size_t close = name.rfind(')');
  if (open == name.npos || close == name.npos || close < open) return {};
  return ascii::Trim(name.substr(open + 1, close - open - 1));
}

bool IsWebAddress(std::string_view name) {
  return ascii::StartsWith(name, "http://") || ascii::StartsWith(name, "https://");
}

// The case of a subtag: "GB", "Hant", everything else lower. Only letters and digits are allowed.
bool AppendSubtag(std::string_view subtag, bool first, char*& end) {
  const bool letters = std::ranges::all_of(subtag, ascii::IsLetter);
  const auto good = [](char c) { return ascii::IsLetter(c) || ascii::IsDigit(c); };
  if (subtag.empty() || subtag.size() > 8 || !std::ranges::all_of(subtag, good)) return false;
  if (first && (!letters || subtag.size() < 2)) return false;
  for (size_t i = 0; i < subtag.size(); ++i) {
    const bool upper = !first && letters && (subtag.size() == 2 || (subtag.size() == 4 && i == 0));
    *end++ = upper ? ascii::Upper(subtag[i]) : ascii::Lower(subtag[i]);
  }
  return true;
}

}  // namespace

void AddAuthor(std::string_view name, std::vector<std::string_view>& authors) {
  name = WithoutAddress(WithoutBy(ascii::Trim(name)));
  if (!IsWebAddress(name)) AddOnce(name, kMaxAuthors, authors);
}

void SplitAuthors(std::string_view byline, std::vector<std::string_view>& authors) {
  byline = WithoutBy(ascii::Trim(byline));
  if (byline.size() > kMaxBylineBytes) return;
  Split(byline, FindSeparator, [&](std::string_view part) {
    if (IsInvertedName(part)) return AddAuthor(part, authors);
    Split(part, FindComma, [&](std::string_view name) { AddAuthor(name, authors); });
  });
}

void AddKeyword(std::string_view keyword, std::vector<std::string_view>& keywords) {
  AddOnce(ascii::Trim(keyword), kMaxKeywords, keywords);
}

void SplitKeywords(std::string_view list, std::vector<std::string_view>& keywords) {
  const auto cut = [](std::string_view text) {
    return std::pair<size_t, size_t>(text.find_first_of(",;"), 1);
  };
  list = text::Prefix(list, kMaxKeywordListBytes);
  Split(list, cut, [&](std::string_view keyword) { AddKeyword(keyword, keywords); });
}

std::string_view LanguageTag(std::string_view label, text::Arena& arena) {
  label = ascii::Trim(label);
  for (const LanguageName& known : kLanguageNames) {
    if (ascii::Equal(label, known.name)) return known.code;
  }
  // "en_US.UTF-8" of a locale, too.
  label = label.substr(0, label.find_first_of(".@"));
  if (label.size() < 2 || label.size() > kMaxTagBytes) return {};
  char* const out = arena.Allocate(label.size());
  char* end = out;
  for (bool first = true;; first = false) {
    const size_t at = std::min(label.find_first_of("-_"), label.size());
    if (!AppendSubtag(label.substr(0, at), first, end)) return {};
    if (at == label.size()) break;
    *end++ = '-';
    label.remove_prefix(at + 1);
  }
  return {out, static_cast<size_t>(end - out)};
}

}  // namespace newsfeed::decode
