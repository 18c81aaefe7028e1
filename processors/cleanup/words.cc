#include "processors/cleanup/words.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <iterator>
#include <utility>

#include "processors/cleanup/sentence.h"
#include "processors/text/unspaced.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

enum class Class : uint8_t {
  kSeparator, kSmall, kCapital, kDigit, kSymbol, kApostrophe, kUnspaced, kWide
};

constexpr std::array<Class, 256> kClasses = [] {
  std::array<Class, 256> classes{};
  for (int c = 'a'; c <= 'z'; ++c) classes[static_cast<size_t>(c)] = Class::kSmall;
  for (int c = 'A'; c <= 'Z'; ++c) classes[static_cast<size_t>(c)] = Class::kCapital;
  for (int c = '0'; c <= '9'; ++c) classes[static_cast<size_t>(c)] = Class::kDigit;
  for (int c = 0x80; c < 0x100; ++c) classes[static_cast<size_t>(c)] = Class::kWide;
  for (char c : {':', '=', '>', '|', '@', '#'}) classes[static_cast<size_t>(c)] = Class::kSymbol;
  classes['\''] = Class::kApostrophe;
  return classes;
}();

// Letters in small letters and digits; 0 for any other byte.
constexpr std::array<char, 256> kFolded = [] {
  std::array<char, 256> folded{};
  for (size_t c = 0; c < 0x80; ++c) {
    const Class type = kClasses[c];
    if (type == Class::kSmall || type == Class::kDigit) folded[c] = static_cast<char>(c);
    if (type == Class::kCapital) folded[c] = static_cast<char>(c | 0x20);
  }
  return folded;
}();

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;

// The high bit of each of eight bytes that lies in [first, last], all ASCII.
template <unsigned char first, unsigned char last>
constexpr uint64_t InRange(uint64_t bytes) {
  const uint64_t low = bytes & ~kHighs;
  return (low + kOnes * (0x80 - first)) & ~(low + kOnes * (0x7F - last)) & ~bytes & kHighs;
}

// Vowels and other points of Arabic and Hebrew, written or not, and the line that stretches a word.
bool IsPoint(char32_t c) {
  return (c >= 0x0591 && c <= 0x05C7) || (c >= 0x064B && c <= 0x065F) || c == 0x0670 || c == 0x0640;
}

// The symbol that `c` is or stands for; 0: none.
char32_t SymbolOf(char32_t c) {
  switch (c) {
    case '=':
    case 0x3011:  // 【写真】
    case 0xFF1A:
    case 0xFF1D: return ':';
    case '>':
    case 0x203A:  // Home › World
    case 0x2502:
    case 0xFF5C: return '|';
    case 0xFF20: return '@';
    case 0x24B8:
    case 0x24D2:
    case 0xA9: return 0xA9;
    case 0xB7:
    case 0x2022: return 0x2022;
    default: return c < 0x80 ? c : 0;
  }
}

Class ClassOf(char32_t c) {
  if (c == 0x2018 || c == 0x2019 || c == 0x05F3 || c == 0x05F4 || IsPoint(c)) {
    return Class::kApostrophe;
  }
  if (SymbolOf(c) != 0) return Class::kSymbol;
  const UChar32 point = static_cast<UChar32>(c);
  if (u_isUAlphabetic(point) || (U_GET_GC_MASK(point) & U_GC_M_MASK) != 0) {
    if (text::IsUnspaced(c)) return Class::kUnspaced;
    return u_isUUppercase(point) ? Class::kCapital : Class::kSmall;
  }
  return u_isdigit(point) ? Class::kDigit : Class::kSeparator;
}

// Letters that a language writes in two ways, in small letters, and the one that stands for both.
constexpr std::pair<char32_t, char32_t> kSameLetters[] = {
    {0x0130, U'i'},    {0x0131, U'i'},                        // Turkish
    {0x0390, 0x03B9},  {0x03AC, 0x03B1},  {0x03AD, 0x03B5},   // Greek capitals have no accents
    {0x03AE, 0x03B7},  {0x03AF, 0x03B9},  {0x03B0, 0x03C5},  {0x03CA, 0x03B9}, {0x03CB, 0x03C5},
    {0x03CC, 0x03BF},  {0x03CD, 0x03C5},  {0x03CE, 0x03C9},
    {0x0451, 0x0435},                                         // Russian
    {0x0622, 0x0627},  {0x0623, 0x0627},  {0x0625, 0x0627},   // Arabic, Persian
    {0x0649, 0x064A},  {0x06A9, 0x0643},  {0x06CC, 0x064A}};

char32_t Fold(char32_t c) {
  if (c < 0x80) return c | 0x20;
  const auto folded = static_cast<char32_t>(u_foldCase(static_cast<UChar32>(c), 0));
  if (folded < 0x0130 || folded > 0x06CC) return folded;
  const auto* const same =
      std::ranges::lower_bound(kSameLetters, folded, {}, &std::pair<char32_t, char32_t>::first);
  return same != std::end(kSameLetters) && same->first == folded ? same->second : folded;
}

// Beyond Latin a number and the word that follows it are two.
constexpr char32_t kFirstGreek = 0x0370;

class Reader {
 public:
  Reader(std::vector<Word>& words, bool split_at_capitals)
      : words_(words), split_at_capitals_(split_at_capitals) {
    words_.clear();
  }

  void Read(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
      const unsigned char byte = static_cast<unsigned char>(text[at]);
      if (kFolded[byte] != 0 && length_ == 0 && !split_at_capitals_) {
        at = ReadWord(text, at);
        continue;
      }
      if (kClasses[byte] != Class::kWide) {
        Add(kClasses[byte], byte);
        ++at;
        continue;
      }
      const text::CodePoint point = text::Decode(text.substr(at));
      Add(ClassOf(point.value), point.value);
      at += point.bytes;
    }
    Finish();
  }

 private:
  void Add(Class type, char32_t c) {
    switch (type) {
      case Class::kSmall: Letter(c, false); break;
      case Class::kCapital: Letter(c, true); break;
      case Class::kDigit: Digit(c); break;
      case Class::kApostrophe: break;
      case Class::kSymbol:
        Finish();
        words_.push_back({.hash = SymbolOf(c), .symbol = c != '#', .length = 1});
        break;
      case Class::kUnspaced:
        Finish();
        words_.push_back({.hash = text::Mix(kSeed ^ c),
                          .quarters = static_cast<uint8_t>(QuarterWords(c)),
                          .length = 1});
        break;
      default: Finish();
    }
  }

  // The letters and digits of ASCII from `at` on, where a word begins: most of a text, eight at a
  // time. What follows may go on with the word. Returns where they end.
  size_t ReadWord(std::string_view text, size_t at) {
    const Class first = kClasses[static_cast<unsigned char>(text[at])];
    const bool capital = first != Class::kSmall;
    const bool digit = first == Class::kDigit;
    uint64_t hash = kSeed;
    uint64_t part = 0;
    uint64_t small = 0;
    uint64_t letters = 0;
    size_t count = 8;
    const size_t begin = at;
    while (count == 8 && at + 8 <= text.size()) {
      uint64_t bytes;
      std::memcpy(&bytes, text.data() + at, 8);
      const uint64_t folded = bytes | kOnes * 0x20;
      const uint64_t letter = InRange<'a', 'z'>(folded);
      const uint64_t others = ~(letter | InRange<'0', '9'>(bytes)) & kHighs;
      count = others == 0 ? 8 : static_cast<size_t>(std::countr_zero(others)) / 8;
      const uint64_t taken = count == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * count)) - 1;
      letters |= letter & taken;
      small |= letter & (bytes << 2) & taken;
      part = folded & taken;
      at += count;
      if (count < 8) break;
      hash = text::Mix(hash ^ part);
      part = 0;
    }
    const auto length = static_cast<uint32_t>(at - begin);
    if (count < 8 && IsSeparator(text[at])) {
      const bool number = letters == 0 || (digit && IsClock(text.substr(begin, length)));
      Put(hash, part, {.capital = capital, .capitals = small == 0, .length = length}, number);
      return at + 1;
    }
    // The end of the text, or what may go on with the word.
    hash_ = hash;
    part_ = part;
    filled_ = length % 8;
    length_ = length;
    first_capital_ = capital;
    all_capitals_ = small == 0;
    digits_only_ = letters == 0;
    if (count < 8) return at;
    for (; at < text.size() && kFolded[static_cast<unsigned char>(text[at])] != 0; ++at) {
      const unsigned char byte = static_cast<unsigned char>(text[at]);
      all_capitals_ = all_capitals_ && kClasses[byte] != Class::kSmall;
      digits_only_ = digits_only_ && kClasses[byte] == Class::kDigit;
      Grow(static_cast<unsigned char>(kFolded[byte]));
    }
    digits_only_ = digits_only_ || (digit && IsClock(text.substr(begin, at - begin)));
    return at;
  }

  // "10h15", "10h": of words that begin with a digit.
  static bool IsClock(std::string_view word) {
    constexpr size_t kLongestClock = 5;
    const auto is_digit = [](char c) {
      return kClasses[static_cast<unsigned char>(c)] == Class::kDigit;
    };
    if (word.size() > kLongestClock) return false;
    const auto letter = std::ranges::find_if_not(word, is_digit);
    return letter != word.end() && (*letter | 0x20) == 'h' &&
           std::all_of(letter + 1, word.end(), is_digit);
  }

  [[gnu::always_inline]] void Put(uint64_t hash, uint64_t part, Word word, bool number) {
    word.hash = number ? kNumber : text::Mix(hash * kPrime ^ part);
    word.capitals = word.capitals && !number;
    words_.push_back(word);
  }

  static bool IsSeparator(char c) {
    return kClasses[static_cast<unsigned char>(c)] == Class::kSeparator;
  }

  void Letter(char32_t c, bool capital) {
    if (capital && split_at_capitals_ && small_before_) Finish();
    if (digits_only_ && length_ > 0 && c >= kFirstGreek) Finish();
    if (length_ == 0) {
      first_capital_ = capital;
      all_capitals_ = true;
    }
    all_capitals_ = all_capitals_ && capital;
    digits_only_ = false;
    small_before_ = !capital;
    Grow(Fold(c));
  }

  void Digit(char32_t c) {
    if (length_ == 0) first_capital_ = true;
    small_before_ = false;
    Grow(c);
  }

  void Grow(char32_t c) {
    for (; c > 0xFF; c >>= 8) Append(static_cast<uint8_t>(c));
    Append(static_cast<uint8_t>(c));
    ++length_;
  }

  void Append(uint8_t byte) {
    part_ |= uint64_t{byte} << (8 * filled_);
    if (++filled_ == 8) EndPart();
  }

  void EndPart() {
    hash_ = text::Mix(hash_ ^ part_);
    part_ = 0;
    filled_ = 0;
  }

  void Finish() {
    if (length_ == 0) return;
    Put(hash_, part_, {.capital = first_capital_, .capitals = all_capitals_, .length = length_},
        digits_only_);
    hash_ = kSeed;
    part_ = 0;
    filled_ = 0;
    length_ = 0;
    digits_only_ = true;
    all_capitals_ = true;
    small_before_ = false;
  }

  static constexpr uint64_t kSeed = 0xCBF29CE484222325ULL;
  static constexpr uint64_t kPrime = 0x100000001B3ULL;

  std::vector<Word>& words_;
  bool split_at_capitals_;
  // Of the word so far: whole parts of eight bytes, and the last.
  uint64_t hash_ = kSeed;
  uint64_t part_ = 0;
  uint32_t filled_ = 0;
  uint32_t length_ = 0;
  bool first_capital_ = false;
  bool all_capitals_ = true;
  bool digits_only_ = true;
  bool small_before_ = false;
};

}  // namespace

void ReadWords(std::string_view line, std::vector<Word>& words) { Reader(words, false).Read(line); }

void ReadNameWords(std::string_view name, std::vector<Word>& words) {
  Reader(words, true).Read(name);
}

uint64_t FoldedKey(const std::vector<Word>& words) {
  uint64_t key = 0;
  for (const Word& word : words) {
    if (!word.symbol) key = Extend(key, word.hash);
  }
  return key;
}

uint64_t FoldedKey(std::string_view text, std::vector<Word>& scratch) {
  ReadWords(text, scratch);
  return FoldedKey(scratch);
}

}  // namespace newsfeed::cleanup
