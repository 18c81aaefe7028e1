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
constexpr std::array<std::string_view, 26> kStarts = {
    "written by ",  "story by ",    "words by ",    "text by ",     "posted by ",  "published by ",
    "reported by ", "article by ",  "escrito por ", "by ",          "文/",         "文／",
    "本报记者",     "本報記者",     "记者",         "記者",         "oleh ",       "द्वारा ",
    "opinion by ",  "analysis by ", "review by ",   "reviewed by ", "comment by ", "interview by ",
    "report by ",   "column by "};
// Begin a byline only with a colon; where a script has capitals both are here, but for ASCII.
constexpr std::array<std::string_view, 62> kLabels = {
    "by",         "author",    "authors",    "writer",   "reporter",   "text",
    "words",      "autor",     "autorin",    "autoren",  "autores",    "autora",
    "autore",     "autori",    "autrice",    "auteur",   "auteurs",    "autrices",
    "texte",      "texto",     "testo",      "tekst",    "teksti",     "szerző",
    "Szerző",     "forfatter", "författare", "skribent", "journalist", "kirjoittaja",
    "yazar",      "yazan",     "haber",      "penulis",  "oleh",       "Автор",
    "автор",      "Авторы",    "Автори",     "Текст",    "текст",      "Συντάκτης",
    "Συγγραφέας", "Κείμενο",   "作者",       "撰文",     "文",         "執筆",
    "기자",       "글",        "כתב",        "מאת",      "بقلم",       "लेखक",
    "记者",       "記者",      "本报记者",   "本報記者", "written by", "reported by",
    "text by",    "words by"};
constexpr std::array<std::string_view, 2> kColons = {":", "："};
// Names begin with them, too ("Von Miller"): only before a full name.
constexpr std::array<std::string_view, 8> kDoubtfulStarts = {"von ",  "par ", "por ", "di ",
                                                             "door ", "av ",  "af ",  "od "};

// Behind them others are named: who took the pictures, who edited.
constexpr std::array<std::string_view, 27> kOtherCredits = {
    "photo:",      "photos:",     "photo by ", "photos by ", "photographs by ", "photography by ",
    "edited by ",  "editing by ", "editor:",   "foto:",      "fotos:",          "foto's:",
    "fotografie:", "bild:",       "bilder:",   "grafik:",    "video:",          "kuva:",
    "kuvat:",      "photo :",     "photos :",  "Фото:",      "фото:",           "사진:",
    "写真:",       "撮影:",       "摄影："};

// Between two names. A dash within blanks only: "Anne-Marie".
constexpr std::array<std::string_view, 31> kSeparators = {
    " and ", " & ",  ";",   " / ",   "|",      " und ", " og ",   " och ", " et ",   " ja ", " ve ",
    " и ",   " та ", " і ", " και ", " oraz ", " 및 ",  "、",     "，",    "；",     "，",   "،",
    "／",    "｜",   "•",   " · ",   " - ",    " – ",   " with ", " mit ", " avec "};
// Inside names, too ("Ortega y Gasset"): only between two full names.
constexpr std::array<std::string_view, 9> kDoubtfulSeparators = {
    " y ", " e ", " en ", " i ", " a ", " és ", " și ", " và ", " dan "};

// Behind a name, and no part of it: "reporter".
constexpr std::array<std::string_view, 5> kEnds = {"기자", "특파원", "記者", "记者", "통신원"};
// Behind the place of a report: "台北報導".
constexpr std::array<std::string_view, 2> kReports = {"報導", "报道"};
// Between the name that begins a byline and the place or paper it was written for.
constexpr std::array<std::string_view, 6> kBeforePlaces = {" in ", " aus ", " from ",
                                                           " at ", " for ", " à "};

// Between a name and a time.
constexpr std::array<std::string_view, 8> kBeforeTimes = {" on ", " am ",  " le ", " op ",
                                                          " el ", " den ", " em ", " il "};

// Stands behind a comma and belongs to the name before it.
constexpr std::array<std::string_view, 9> kNameEndings = {"jr",  "jr.", "sr",   "sr.", "ii",
                                                          "iii", "md",  "m.d.", "phd"};

// Words in small letters inside names of people.
constexpr std::array<std::string_view, 24> kParticles = {
    "al",  "ben", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do",
    "dos", "du",  "e",   "el", "ibn", "la", "le",  "ter",   "van", "von", "y",  "zu"};
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

Cut FindFirst(std::span<const std::string_view> separators, std::string_view text,
              size_t from = 0) {
  for (size_t at = from; at < text.size(); ++at) {
    for (std::string_view separator : separators) {
      if (ascii::StartsWith(text.substr(at), separator)) return {at, separator.size()};
    }
  }
  return kNoCut;
}

// "Jane Doe/John Roe", but not "example.com/jane".
Cut FindSlash(std::string_view text) {
  for (size_t at = text.find('/'); at != text.npos; at = text.find('/', at + 1)) {
    const size_t begin = text.rfind(' ', at) + 1;
    const std::string_view word = text.substr(begin, text.find(' ', at) - begin);
    const bool at_edge = at == begin || at + 1 == begin + word.size();
    if (!at_edge && word.find_first_of(".:@") == word.npos) return {at, 1};
  }
  return kNoCut;
}

Cut FindSeparator(std::string_view text) {
  const Cut found = FindFirst(kSeparators, text);
  return std::min(found, FindSlash(text.substr(0, found.first)));
}

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
    const std::string_view right =
        ascii::Trim(text.substr(end, next.first == text.npos ? text.npos : next.first - end));
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

bool BeginsSmall(std::string_view word) {
  return word.empty() || (word[0] >= 'a' && word[0] <= 'z');
}

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

// What follows a label and its colon ("Autor: Jane Doe", "Auteur : Jane Doe"); no data where there
// is none.
std::string_view FindAfterLabel(std::string_view line) {
  for (std::string_view label : kLabels) {
    if (!ascii::StartsWith(line, label) && !line.starts_with(label)) continue;
    const std::string_view rest = ascii::Trim(line.substr(label.size()));
    for (std::string_view colon : kColons) {
      if (rest.starts_with(colon)) return ascii::Trim(rest.substr(colon.size()));
    }
  }
  return {};
}

std::string_view WithoutStart(std::string_view name) {
  if (const std::string_view rest = FindAfterLabel(name); rest.data() != nullptr) return rest;
  for (std::string_view start : kStarts) {
    if (ascii::StartsWith(name, start)) return ascii::Trim(name.substr(start.size()));
  }
  for (std::string_view start : kDoubtfulStarts) {
    if (!ascii::StartsWith(name, start)) continue;
    const std::string_view rest = ascii::Trim(name.substr(start.size()));
    const std::string_view first =
        rest.substr(0, std::min(FindSeparator(rest).first, FindComma(rest).first));
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

// The person at the head of `name` before `at`, without the small words and dashes that lead on;
// else `name`.
std::string_view PersonBefore(std::string_view name, size_t at) {
  std::string_view head = ascii::Trim(name.substr(0, at));
  while (!head.empty()) {
    const size_t begin = head.rfind(' ') + 1;
    const std::string_view word = head.substr(begin);
    const bool leads_on = BeginsSmall(word) || std::ranges::none_of(word, [](char c) {
                            return ascii::IsLetter(c) || static_cast<unsigned char>(c) >= 0x80;
                          });
    if (!leads_on) break;
    head = ascii::Trim(head.substr(0, begin));
  }
  if (IsPerson(head)) return head;
  // "Jane Doe on March" of "Jane Doe on March 9th".
  head = ascii::Trim(head.substr(0, FindFirst(kBeforeTimes, head).first));
  return IsPerson(head) ? head : name;
}

// "Jane Doe (Example Agency)", "Jane Doe on 3 March", "Jane Doe @jane".
std::string_view WithoutTail(std::string_view name) {
  for (size_t at = 0; at + 1 < name.size(); ++at) {
    const char next = name[at + 1];
    const std::string_view word = name.substr(at + 1, name.find(' ', at + 1) - at - 1);
    const bool ends = next == '(' || next == '[' || next == '<' || ascii::IsDigit(next) ||
                      word.find('@') != word.npos;
    if (name[at] == ' ' && ends) return PersonBefore(name, at);
  }
  return name;
}

std::string_view CutPlace(std::string_view name) {
  const size_t at = FindFirst(kBeforePlaces, name).first;
  return at == name.npos ? name : PersonBefore(name, at);
}

std::string_view WithoutEnd(std::string_view name) {
  for (std::string_view end : kEnds) {
    if (name.size() > end.size() && name.ends_with(end))
      return ascii::Trim(name.substr(0, name.size() - end.size()));
  }
  return name;
}

// "Jane Doe," "- Jane Doe"
std::string_view WithoutMarks(std::string_view name) {
  constexpr std::string_view kMarks = ",;:|-*\"_ ";
  const size_t begin = name.find_first_not_of(kMarks);
  if (begin == name.npos) return {};
  return name.substr(begin, name.find_last_not_of(kMarks) + 1 - begin);
}

// `begins`: a word like "by" stood before the first name.
void AddOne(std::string_view name, bool begins, std::vector<std::string_view>& authors) {
  const std::string_view trimmed = ascii::Trim(name);
  name = WithoutStart(trimmed);
  if (begins || name.size() < trimmed.size()) name = CutPlace(name);
  name = WithoutMarks(WithoutEnd(WithoutAddress(WithoutTail(name))));
  if (std::ranges::any_of(kReports, [&](auto end) { return name.ends_with(end); })) return;
  const bool is_address = ascii::StartsWith(name, "http://") || ascii::StartsWith(name, "https://");
  if (!is_address) AddOnce(name, authors);
}

// Up to where others than authors are named.
std::string_view BeforeOtherCredits(std::string_view byline) {
  for (size_t at = 0; at < byline.size(); ++at) {
    if (at > 0 && (ascii::IsLetter(byline[at - 1]) || byline[at] == ' ')) continue;
    const std::string_view rest = byline.substr(at);
    const auto begins = [&](std::string_view credit) { return ascii::StartsWith(rest, credit); };
    if (std::ranges::any_of(kOtherCredits, begins)) return byline.substr(0, at);
  }
  return byline;
}

template <typename Visit>
void ForEachName(std::string_view byline, Visit visit) {
  Split(byline, FindSeparator, [&](std::string_view part) {
    if (IsInvertedName(part)) return visit(part);
    Split(part, FindComma,
          [&](std::string_view names) { Split(names, FindDoubtfulSeparator, visit); });
  });
}

}  // namespace

std::string_view WithoutPlace(std::string_view name) { return CutPlace(name); }

std::string_view AfterLabel(std::string_view line) { return FindAfterLabel(ascii::Trim(line)); }

bool BeginsWithLabel(std::string_view line) { return AfterLabel(line).data() != nullptr; }

std::string_view AfterByWord(std::string_view line) {
  line = ascii::Trim(line);
  if (BeginsWithLabel(line)) return {};
  const std::string_view rest = WithoutStart(line);
  return rest.size() < line.size() ? rest : std::string_view();
}

void SplitByline(std::string_view byline, std::vector<std::string_view>& authors) {
  if (byline.size() > kMaxBylineBytes) return;
  const std::string_view whole = ascii::Trim(BeforeOtherCredits(byline));
  const std::string_view names = WithoutStart(whole);
  const bool begins = names.size() < whole.size();
  ForEachName(names, [&](std::string_view name) { AddOne(name, begins, authors); });
}

void AddAuthor(std::string_view name, std::vector<std::string_view>& authors) {
  if (name.size() > kMaxBylineBytes) return;
  bool is_list = true;
  ForEachName(WithoutStart(ascii::Trim(name)),
              [&](std::string_view part) { is_list = is_list && IsPerson(part); });
  is_list ? SplitByline(name, authors) : AddOne(name, false, authors);
}

}  // namespace newsfeed
