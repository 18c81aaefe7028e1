#include "processors/article/byline.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "processors/text/ascii.h"

namespace newsfeed {

namespace ascii = text::ascii;
namespace {

constexpr size_t kMaxAuthors = 64;
constexpr size_t kMaxNameBytes = 256;
// Longer ones are texts; splitting them would take its time.
constexpr size_t kMaxBylineBytes = 2048;

// Before the first name.
constexpr std::array<std::string_view, 9> kStarts = {"written by ", "story by ", "by: ",    "by ",   "text: ",
                                                     "tekst: ",     "autor: ",   "author: ", "texto: "};
// Names begin with them, too ("Von Miller"): only before a full name.
constexpr std::array<std::string_view, 7> kDoubtfulStarts = {"von ", "par ", "por ", "di ", "door ", "av ", "af "};

// Between two names. A dash is not here: "Anne-Marie".
constexpr std::array<std::string_view, 10> kSeparators = {" and ", " & ",   ";",    " / ",  "|",
                                                          " und ", " og ", " och ", " et ", " ja "};
// Inside names, too ("Ortega y Gasset"): only between two full names.
constexpr std::array<std::string_view, 3> kDoubtfulSeparators = {" y ", " e ", " en "};

// Stands behind a comma and belongs to the name before it.
constexpr std::array<std::string_view, 9> kNameEndings = {"jr", "jr.", "sr",   "sr.", "ii",
                                                          "iii", "md",  "m.d.", "phd"};

// Words in small letters inside names of people.
constexpr std::array<std::string_view, 24> kParticles = {
    "al", "ben", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do",
    "dos", "du", "e",  "el", "ibn", "la", "le",  "ter",   "van", "von", "y",  "zu"};
constexpr size_t kMaxPersonWords = 5;

// Place and size of a separator.
using Cut = std::pair<size_t, size_t>;
constexpr Cut kNoCut = {std::string_view::npos, 0};

void AddOnce(std::string_view name, std::vector<std::string_view>& authors) {
  if (name.empty() || name.size() > kMaxNameBytes || authors.size() >= kMaxAuthors) return;
  if (std::ranges::find(authors, name) == authors.end()) authors.push_back(name);
}

// Calls `visit` with what lies between separators. `cut` finds the first of them.
template <typename FindCut, typename Visit>
void Split(std::string_view text, FindCut cut, Visit visit) {
  while (true) {
    const auto [at, size] = cut(text);
    visit(ascii::Trim(text.substr(0, at)));
    if (at == text.npos) return;
    text.remove_prefix(at + size);
  }
}

Cut FindFirst(std::span<const std::string_view> separators, std::string_view text, size_t from = 0) {
  for (size_t at = from; at < text.size(); ++at) {
    for (std::string_view separator : separators) {
      if (ascii::StartsWith(text.substr(at), separator)) return {at, separator.size()};
    }
  }
  return kNoCut;
}

Cut FindSeparator(std::string_view text) { return FindFirst(kSeparators, text); }

// The first comma that is not before "Jr.".
Cut FindComma(std::string_view text) {
  for (size_t at = text.find(','); at != text.npos; at = text.find(',', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    const std::string_view next = ascii::Trim(rest.substr(0, rest.find(',')));
    const auto same = [&](std::string_view ending) { return ascii::Equal(next, ending); };
    if (std::ranges::none_of(kNameEndings, same)) return {at, 1};
  }
  return kNoCut;
}

bool IsOneWord(std::string_view text) { return text.find(' ') == text.npos; }

// Between two full names: "Ann Poe y Jane Doe".
Cut FindDoubtfulSeparator(std::string_view text) {
  Cut found = FindFirst(kDoubtfulSeparators, text);
  while (found.first != text.npos) {
    const size_t end = found.first + found.second;
    const Cut next = FindFirst(kDoubtfulSeparators, text, end);
    const std::string_view right = ascii::Trim(text.substr(end, next.first == text.npos ? text.npos : next.first - end));
    if (!IsOneWord(ascii::Trim(text.substr(0, found.first))) && !IsOneWord(right)) return found;
    found = next;
  }
  return kNoCut;
}

// "Doe, Jane": one word on either side of the only comma.
bool IsInvertedName(std::string_view text) {
  const size_t comma = text.find(',');
  if (comma == text.npos || text.find(',', comma + 1) != text.npos) return false;
  const auto one_word = [](std::string_view part) { return !part.empty() && IsOneWord(part); };
  return one_word(ascii::Trim(text.substr(0, comma))) &&
         one_word(ascii::Trim(text.substr(comma + 1)));
}

bool BeginsSmall(std::string_view word) { return word.empty() || (word[0] >= 'a' && word[0] <= 'z'); }

// Two words and more, in capitals but for "von" and its like.
bool IsPerson(std::string_view name) {
  if (name.empty() || BeginsSmall(name)) return false;
  size_t words = 0;
  bool last_is_small = false;
  while (!name.empty()) {
    const std::string_view word = name.substr(0, name.find(' '));
    last_is_small = BeginsSmall(word);
    if (last_is_small && std::ranges::find(kParticles, word) == kParticles.end()) return false;
    if (std::ranges::any_of(word, ascii::IsDigit)) return false;
    ++words;
    name.remove_prefix(std::min(word.size() + 1, name.size()));
  }
  return words >= 2 && words <= kMaxPersonWords && !last_is_small;
}

std::string_view WithoutStart(std::string_view name) {
  for (std::string_view start : kStarts) {
    if (ascii::StartsWith(name, start)) return ascii::Trim(name.substr(start.size()));
  }
  for (std::string_view start : kDoubtfulStarts) {
    if (!ascii::StartsWith(name, start)) continue;
    const std::string_view rest = ascii::Trim(name.substr(start.size()));
    const std::string_view first = rest.substr(0, std::min(FindSeparator(rest).first, FindComma(rest).first));
    return !BeginsSmall(first) && !IsOneWord(ascii::Trim(first)) ? rest : name;
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

void AddOne(std::string_view name, std::vector<std::string_view>& authors) {
  name = WithoutAddress(WithoutStart(ascii::Trim(name)));
  const bool is_address = ascii::StartsWith(name, "http://") || ascii::StartsWith(name, "https://");
  if (!is_address) AddOnce(name, authors);
}

template <typename Visit>
void ForEachName(std::string_view byline, Visit visit) {
  Split(byline, FindSeparator, [&](std::string_view part) {
    if (IsInvertedName(part)) return visit(part);
    Split(part, FindComma, [&](std::string_view names) { Split(names, FindDoubtfulSeparator, visit); });
  });
}

}  // namespace

void SplitByline(std::string_view byline, std::vector<std::string_view>& authors) {
  byline = WithoutStart(ascii::Trim(byline));
  if (byline.size() > kMaxBylineBytes) return;
  ForEachName(byline, [&](std::string_view name) { AddOne(name, authors); });
}

void AddAuthor(std::string_view name, std::vector<std::string_view>& authors) {
  if (name.size() > kMaxBylineBytes) return;
  bool is_list = true;
  ForEachName(WithoutStart(ascii::Trim(name)), [&](std::string_view part) { is_list = is_list && IsPerson(part); });
  is_list ? SplitByline(name, authors) : AddOne(name, authors);
}

}  // namespace newsfeed
