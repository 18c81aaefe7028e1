#include "processors/entities/tokenizer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <utility>

#include <unicode/uchar.h>

#include "processors/text/utf8.h"

namespace newsfeed::entities {
namespace {

// Abbreviations whose dot belongs to them, in lower case, sorted. Those that may end a sentence do
// so before a word of kSentenceOpeners; the others never do: a name or number follows.
struct Abbreviation {
  std::string_view word;
  bool may_end;
};
constexpr auto kAbbreviations = std::to_array<Abbreviation>({
    {"adm", false},  {"apr", true},   {"assn", true},  {"asst", false}, {"atty", false},
    {"aug", true},   {"ave", true},   {"bldg", true},  {"blvd", true},  {"bros", true},
    {"brig", false}, {"calif", true}, {"capt", false}, {"cmdr", false}, {"co", true},
    {"col", false},  {"colo", true},  {"conn", true},  {"corp", true},  {"cos", true},
    {"cpl", false},  {"dec", true},   {"del", true},   {"dept", true},  {"dist", true},
    {"dr", false},   {"est", true},   {"etc", true},   {"feb", true},   {"fla", true},
    {"fr", false},   {"ft", false},   {"ga", true},    {"gen", false},  {"gov", false},
    {"hon", false},  {"inc", true},   {"jan", true},   {"jr", true},    {"jul", true},
    {"jun", true},   {"kan", true},   {"ky", true},    {"lt", false},   {"ltd", true},
    {"maj", false},  {"mar", true},   {"md", true},    {"messrs", false}, {"mich", true},
    {"minn", true},  {"mo", true},    {"mont", true},  {"mr", false},   {"mrs", false},
    {"ms", false},   {"msgr", false}, {"mt", false},   {"nev", true},   {"no", false},
    {"nov", true},   {"nos", false},  {"oct", true},   {"okla", true},  {"ore", true},
    {"pa", true},    {"ph", false},   {"plc", true},   {"pres", false}, {"prof", false},
    {"pvt", false},  {"rep", false},  {"reps", false}, {"rev", false},  {"sen", false},
    {"sens", false}, {"sep", true},   {"sept", true},  {"sgt", false},  {"sr", true},
    {"st", false},   {"ste", false},  {"supt", false}, {"tenn", true},  {"tex", true},
    {"univ", true},  {"va", true},    {"vs", false},   {"vt", true},    {"wash", true},
    {"wis", true},
});

// Words that begin sentences and hardly follow an abbreviation within one, in lower case, sorted.
constexpr auto kSentenceOpeners = std::to_array<std::string_view>({
    "a",     "after", "all",   "also",  "although", "an",    "and",   "as",    "at",      "because",
    "before", "but",  "by",    "during", "each",    "even",  "for",   "from",  "he",      "her",
    "here",  "his",   "how",   "however", "i",      "if",    "in",    "it",    "its",     "last",
    "many",  "meanwhile", "more", "most", "my",     "no",    "not",   "now",   "on",      "one",
    "or",    "our",   "she",   "since", "so",       "some",  "such",  "that",  "the",     "their",
    "then",  "there", "these", "they",  "this",     "those", "though", "to",   "under",   "we",
    "what",  "when",  "where", "which", "while",    "who",   "why",   "with",  "you",
});

// After an apostrophe and before no letter.
constexpr auto kClitics = std::to_array<std::string_view>({"s", "re", "ve", "ll", "d", "m"});

enum ByteClass : uint8_t { kOther, kBlank, kNewline, kLower, kUpper, kDigit, kHigh };

constexpr std::array<uint8_t, 256> kClass = [] {
  std::array<uint8_t, 256> table{};
  for (size_t i = 0; i < 256; ++i) {
    if (i >= 'a' && i <= 'z') table[i] = kLower;
    if (i >= 'A' && i <= 'Z') table[i] = kUpper;
    if (i >= '0' && i <= '9') table[i] = kDigit;
    if (i <= ' ' || i == 0x7F) table[i] = kBlank;
    if (i >= 0x80) table[i] = kHigh;
  }
  table['\n'] = kNewline;
  return table;
}();

// Behind a word of ASCII letters: what can be no part of it, nor of an address.
constexpr std::array<bool, 256> kEndsWord = [] {
  std::array<bool, 256> table{};
  for (size_t i = 0; i < 256; ++i) table[i] = kClass[i] == kBlank || kClass[i] == kNewline;
  for (char c : std::string_view(",;?!)\"")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();
bool EndsWord(char c) { return kEndsWord[static_cast<unsigned char>(c)]; }

uint8_t ClassOf(char c) { return kClass[static_cast<unsigned char>(c)]; }
bool IsAsciiLetter(char c) { return ClassOf(c) == kLower || ClassOf(c) == kUpper; }
char AsciiLower(char c) { return ClassOf(c) == kUpper ? static_cast<char>(c | 0x20) : c; }

// The hash of a word: its folded bytes in blocks of eight, so that a word of ASCII letters is
// hashed as it is loaded, and any other byte by byte to the same value.
class WordHash {
 public:
  // Eight bytes, the first in the low bits; only while whole blocks have been added.
  void AddBlock(uint64_t block) {
    state_ = (state_ ^ block) * kMultiplier;
    state_ ^= state_ >> 32;
    size_ += 8;
  }

  // The last block: `size` bytes, less than eight, the rest of `block` 0.
  void AddTail(uint64_t block, size_t size) {
    block_ = block;
    size_ += size;
  }

  void AddByte(char c) {
    block_ |= uint64_t{static_cast<unsigned char>(c)} << size_ % 8 * 8;
    if (size_ % 8 != 7) {
      ++size_;
      return;
    }
    size_ -= 7;
    AddBlock(std::exchange(block_, 0));
  }

  uint32_t Result() const {
    uint64_t hash = (state_ ^ block_) * kMultiplier;
    hash = (hash ^ hash >> 32 ^ size_) * kMultiplier;
    return static_cast<uint32_t>(hash >> 32);
  }

 private:
  static constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio
  uint64_t state_ = 0xC4CEB9FE1A85EC53;
  uint64_t block_ = 0;
  uint64_t size_ = 0;
};

// Eight bytes of text at once (SWAR; after Mycroft and Hacker's Delight, 6-1).
constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighBits = kOnes * 0x80;

// The eight bytes at `p`, the first in the low bits; 0 beyond the end of `text`.
uint64_t LoadBlock(std::string_view text, size_t p) {
  static_assert(std::endian::native == std::endian::little);
  uint64_t block = 0;
  std::memcpy(&block, text.data() + p, std::min<size_t>(sizeof(block), text.size() - p));
  return block;
}
uint64_t LoadWholeBlock(std::string_view text, size_t p) {
  uint64_t block;
  std::memcpy(&block, text.data() + p, sizeof(block));
  return block;
}

// The high bit of each byte that is an ASCII letter.
uint64_t LettersOf(uint64_t block) {
  const uint64_t low = (block | kOnes * 0x20) & ~kHighBits;
  const uint64_t from_a = low + kOnes * (0x80 - 'a');
  const uint64_t beyond_z = low + kOnes * (0x80 - 'z' - 1);
  return from_a & ~beyond_z & ~block & kHighBits;
}

constexpr char32_t kCurlyApostrophe = 0x2019;

// The folded form of a code point.
char32_t Fold(char32_t c) {
  if (c == kCurlyApostrophe) return '\'';
  return static_cast<char32_t>(u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT));
}

void AddCodePoint(WordHash& hash, char32_t c) {
  char bytes[4];
  const size_t size = text::Encode(Fold(c), bytes);
  for (size_t i = 0; i < size; ++i) hash.AddByte(bytes[i]);
}

uint32_t HashOf(char32_t c) {
  WordHash hash;
  AddCodePoint(hash, c);
  return hash.Result();
}

// What a code point above ASCII is to a tokenizer.
enum class Wide : uint8_t { kLetter, kSingle, kDigit, kBlank, kLineEnd, kApostrophe, kMark };

bool IsUnspacedScript(char32_t c) {
  return (c >= 0x0E00 && c < 0x0E80) ||    // Thai
         (c >= 0x2E80 && c < 0x3000) ||    // radicals
         (c >= 0x3005 && c < 0x3008) ||    // iteration marks
         (c >= 0x3040 && c < 0x3130) ||    // kana, bopomofo
         (c >= 0x31F0 && c < 0x3200) ||    // small kana
         (c >= 0x3400 && c < 0xA000) ||    // Han
         (c >= 0xF900 && c < 0xFB00) || (c >= 0x20000 && c < 0x32000);
}

Wide Classify(char32_t c) {
  if (c == kCurlyApostrophe) return Wide::kApostrophe;
  if (c == 0x2028 || c == 0x2029 || c == 0x85) return Wide::kLineEnd;
  if (IsUnspacedScript(c)) return Wide::kSingle;
  const uint32_t mask = U_MASK(u_charType(static_cast<UChar32>(c)));
  // A format character (soft hyphen, joiner) stays inside the word it stands in.
  if (mask & (U_GC_L_MASK | U_GC_M_MASK | U_GC_CF_MASK)) return Wide::kLetter;
  if (mask & U_GC_N_MASK) return Wide::kDigit;
  if (mask & U_GC_Z_MASK) return Wide::kBlank;
  return Wide::kMark;
}

// Upper and lower case letters seen in a word.
struct CaseSeen {
  bool upper_first = false;
  bool lower_first = false;
  bool upper_later = false;
  bool lower_later = false;
  bool any = false;

  void Add(bool upper, bool lower) {
    if (!any) {
      upper_first = upper;
      lower_first = lower;
      any = true;
    } else {
      upper_later |= upper;
      lower_later |= lower;
    }
  }
  LetterCase Result() const {
    const bool upper = upper_first || upper_later;
    const bool lower = lower_first || lower_later;
    if (!upper) return lower ? LetterCase::kLower : LetterCase::kNone;
    if (!lower) return upper_later ? LetterCase::kUpper : LetterCase::kCapital;
    return upper_first && !upper_later ? LetterCase::kCapital : LetterCase::kMixed;
  }
};

// A word under the reader: where it ends, its hash and case.
struct Word {
  size_t end = 0;
  WordHash hash;
  CaseSeen seen;
  bool letters = false;
};

class Scanner {
 public:
  Scanner(std::string_view text, std::vector<Token>& tokens) : text_(text), tokens_(tokens) {}

  void Run() {
    while (SkipBlanks()) Next();
  }

 private:
  // What was seen since the last word, for the decision whether the next begins a sentence.
  enum class Ending : uint8_t { kNone, kTerminator, kAbbreviation };

  bool at_end(size_t p) const { return p >= text_.size(); }
  char at(size_t p) const { return p < text_.size() ? text_[p] : '\0'; }
  text::CodePoint wide(size_t p) const { return text::Decode(text_.substr(p)); }

  bool IsLetterAt(size_t p) const {
    if (at_end(p)) return false;
    if (ClassOf(text_[p]) != kHigh) return IsAsciiLetter(text_[p]);
    return Classify(wide(p).value) == Wide::kLetter;
  }

  bool IsLowerAt(size_t p) const {
    if (at_end(p)) return false;
    if (ClassOf(text_[p]) != kHigh) return ClassOf(text_[p]) == kLower;
    return u_islower(static_cast<UChar32>(wide(p).value));
  }

  // Passes over blanks; false at the end of the text.
  bool SkipBlanks() {
    glued_ = pos_ > 0;
    while (pos_ < text_.size()) {
      const uint8_t c = ClassOf(text_[pos_]);
      size_t bytes = 1;
      if (c == kHigh) {
        const text::CodePoint point = wide(pos_);
        const Wide kind = Classify(point.value);
        if (kind == Wide::kLineEnd) line_ended_ = true;
        if (kind != Wide::kBlank && kind != Wide::kLineEnd) return true;
        bytes = point.bytes;
      } else if (c == kNewline) {
        line_ended_ = true;
      } else if (c != kBlank) {
        return true;
      }
      glued_ = false;
      pos_ += bytes;
    }
    return false;
  }

  void Next() {
    if (TryPlainWord()) return;
    if (TryAddress()) return;
    const char c = text_[pos_];
    switch (ClassOf(c)) {
      case kLower:
      case kUpper: return NextWord();
      case kDigit: return NextWord();
      case kHigh: return NextWide();
      default: return NextMark();
    }
  }

  // A word of ASCII letters behind which nothing can follow that belongs to it: most words.
  bool TryPlainWord() {
    WordHash hash;
    uint64_t upper_later = 0, lower_later = 0, first_byte = 0xFF;
    for (size_t p = pos_;; p += 8, first_byte = 0) {
      const uint64_t block =
          p + 8 <= text_.size() ? LoadWholeBlock(text_, p) : LoadBlock(text_, p);
      const uint64_t others = LettersOf(block) ^ kHighBits;
      const size_t letters = static_cast<size_t>(std::countr_zero(others)) / 8;
      const uint64_t lower_bits = block & kOnes * 0x20;
      if (letters == 8) {
        if (p - pos_ >= kMaxPlainBytes) return false;
        hash.AddBlock(block | kOnes * 0x20);
        upper_later |= (lower_bits ^ kOnes * 0x20) & ~first_byte;
        lower_later |= lower_bits & ~first_byte;
        continue;
      }
      const size_t end = p + letters;
      if (end == pos_ || !EndsPlainWord(end)) return false;
      const uint64_t mask = (uint64_t{1} << letters * 8) - 1;
      hash.AddTail((block | kOnes * 0x20) & mask, letters);
      upper_later |= (lower_bits ^ kOnes * 0x20) & mask & ~first_byte;
      lower_later |= lower_bits & mask & ~first_byte;
      const bool upper = ClassOf(text_[pos_]) == kUpper;
      Put(end, hash.Result(), TokenKind::kWord,
          CaseOf(upper, upper_later != 0, lower_later != 0), upper);
      return true;
    }
  }
  static constexpr size_t kMaxPlainBytes = 32;

  // As CaseSeen::Result, without branches.
  static LetterCase CaseOf(bool upper_first, bool upper_later, bool lower_later) {
    using enum LetterCase;
    static constexpr LetterCase kCases[2][2][2] = {{{kLower, kLower}, {kMixed, kMixed}},
                                                   {{kCapital, kCapital}, {kUpper, kMixed}}};
    return kCases[upper_first][upper_later][lower_later];
  }

  // True if what stands at `end` can be no part of a word or an address.
  bool EndsPlainWord(size_t end) {
    if (at_end(end) || EndsWord(text_[end])) return true;
    if (text_[end] == '-') return NextAtSign() > end + kMaxLocalPart;
    // The dot behind a word in lower case, before a blank, is the sentence's.
    return text_[end] == '.' && ClassOf(text_[pos_]) == kLower &&
           (at_end(end + 1) || EndsWord(text_[end + 1]));
  }

  void NextWide() {
    const text::CodePoint point = wide(pos_);
    switch (Classify(point.value)) {
      case Wide::kLetter:
      case Wide::kDigit: return NextWord();
      case Wide::kSingle:
        return Emit(pos_ + point.bytes, HashOf(point.value), TokenKind::kWord, LetterCase::kNone);
      default: break;
    }
    if (point.value == kCurlyApostrophe && TryClitic(point.bytes)) return;
    Emit(pos_ + point.bytes, HashOf(point.value), TokenKind::kMark, LetterCase::kNone);
    if (point.value == 0x2026 || point.value == 0x3002 || point.value == 0xFF01 ||
        point.value == 0xFF1F) {
      ending_ = Ending::kTerminator;  // … 。 ！ ？
    }
  }

  void NextMark() {
    const char c = text_[pos_];
    if (c == '\'' && TryClitic(1)) return;
    size_t end = pos_ + 1;
    WordHash hash;
    hash.AddByte(c);
    if (c == '.' || c == '-' || c == '!' || c == '?' || c == '*' || c == '_' || c == '=') {
      for (; at(end) == c && !at_end(end); ++end) hash.AddByte(c);
    }
    Emit(end, hash.Result(), TokenKind::kMark, LetterCase::kNone);
    if (c == '.' || c == '!' || c == '?') ending_ = Ending::kTerminator;
  }

  // The clitic at an apostrophe of `bytes` bytes at `p`: its length without the apostrophe, or 0.
  size_t CliticAt(size_t p, size_t bytes) const {
    for (std::string_view clitic : kClitics) {
      bool equal = true;
      for (size_t i = 0; i < clitic.size(); ++i) {
        equal = equal && AsciiLower(at(p + bytes + i)) == clitic[i];
      }
      const size_t end = p + bytes + clitic.size();
      if (equal && !IsLetterAt(end) && ClassOf(at(end)) != kDigit) return clitic.size();
    }
    return 0;
  }

  // "'s" behind a word.
  bool TryClitic(size_t apostrophe_bytes) {
    if (!glued_ || tokens_.empty() || !After(tokens_.back())) return false;
    const size_t size = CliticAt(pos_, apostrophe_bytes);
    if (size == 0) return false;
    EmitHashed(pos_ + apostrophe_bytes + size, TokenKind::kClitic);
    return true;
  }

  static bool After(const Token& token) {
    return token.is_word() || token.kind == TokenKind::kNumber;
  }

  // "n't" at the `n` at p.
  bool IsNegationAt(size_t p) const {
    if (AsciiLower(at(p)) != 'n') return false;
    size_t bytes = 1;
    if (at(p + 1) != '\'') {
      if (ClassOf(at(p + 1)) != kHigh || wide(p + 1).value != kCurlyApostrophe) return false;
      bytes = 3;
    }
    return AsciiLower(at(p + 1 + bytes)) == 't' && !IsLetterAt(p + 2 + bytes);
  }

  void NextWord() {
    if (IsNegationAt(pos_) && glued_) {  // its word was emitted just before
      size_t end = pos_ + 1;
      end += at(end) == '\'' ? 2U : 4U;
      return EmitHashed(end, TokenKind::kClitic);
    }
    if (const size_t end = DottedLettersEnd(); end != 0) {
      EmitHashed(end, TokenKind::kAbbreviation);
      ending_ = Ending::kAbbreviation;
      return;
    }
    Word word;
    ReadWord(pos_, word);
    if (at(word.end) == '.' && FinishAbbreviation(word)) return;
    Emit(word.end, word.hash.Result(), word.letters ? TokenKind::kWord : TokenKind::kNumber,
         word.seen.Result());
  }

  // Far beyond any real one, so that a chain of them is not read again and again.
  static constexpr size_t kMaxDottedLetters = 16;

  // "U.S.", "a.m.", "U.S" -> end of it; 0 if none stands here.
  size_t DottedLettersEnd() const {
    size_t p = pos_;
    size_t letters = 0;
    while (letters < kMaxDottedLetters && IsAsciiLetter(at(p)) && at(p + 1) == '.') {
      p += 2;
      ++letters;
    }
    if (letters == 0) return 0;
    const bool another = IsAsciiLetter(at(p)) && !IsLetterAt(p + 1) && ClassOf(at(p + 1)) != kDigit;
    if (another) return p + 1;
    // "U.S.A" is fine, "e.g.The" and "a.bc" are not; one letter alone is an initial, seen later.
    return letters >= 2 && !(IsLetterAt(p) && IsLowerAt(p)) ? p : 0;
  }

  // Reads on from `p`, with the apostrophes and dots that belong to the word.
  void ReadWord(size_t p, Word& word) {
    for (;;) {
      // Most words are ASCII letters and a blank.
      while (p < text_.size() && IsAsciiLetter(text_[p])) {
        const char c = text_[p];
        if ((c | 0x20) == 'n' && p > pos_ && IsNegationAt(p)) break;
        const bool upper = ClassOf(c) == kUpper;
        word.seen.Add(upper, !upper);
        word.letters = true;
        word.hash.AddByte(static_cast<char>(c | 0x20));
        ++p;
      }
      const size_t next = ReadOther(p, word);
      if (next == p) break;
      p = next;
    }
    word.end = p;
  }

  // One character that is no ASCII letter: its end if it belongs to the word, else `p`.
  size_t ReadOther(size_t p, Word& word) {
    if (at_end(p)) return p;
    const char c = text_[p];
    const uint8_t byte_class = ClassOf(c);
    if (byte_class == kDigit) {
      word.hash.AddByte(c);
      return p + 1;
    }
    if (byte_class == kHigh) return ReadWide(p, word);
    const bool inner = (c == '\'' && IsInnerApostrophe(p, 1)) || (c == '.' && IsInnerDot(p)) ||
                       ((c == ',' || c == ':') && IsInsideNumber(p));
    if (!inner) return p;
    word.hash.AddByte(c);
    return p + 1;
  }

  size_t ReadWide(size_t p, Word& word) {
    const text::CodePoint point = wide(p);
    const auto c = static_cast<UChar32>(point.value);
    switch (Classify(point.value)) {
      case Wide::kLetter:
        if (u_isalpha(c)) {
          word.seen.Add(u_isupper(c) || u_istitle(c), u_islower(c));
          word.letters = true;
        }
        break;
      case Wide::kDigit: break;
      case Wide::kApostrophe:
        if (!IsInnerApostrophe(p, point.bytes)) return p;
        break;
      default: return p;
    }
    AddCodePoint(word.hash, point.value);
    return p + point.bytes;
  }

  bool IsInnerApostrophe(size_t p, size_t bytes) const {
    return p > pos_ && IsLetterAt(p + bytes) && CliticAt(p, bytes) == 0;
  }

  // "Amazon.com", "2.5", "BRK.B"; not "end.The" nor "end. the".
  bool IsInnerDot(size_t p) const {
    if (p == pos_) return false;
    if (ClassOf(at(p + 1)) == kDigit) return ClassOf(at(p - 1)) == kDigit;
    if (IsLowerAt(p + 1)) return true;
    return ClassOf(at(p - 1)) == kUpper && p - pos_ >= 2 && ClassOf(at(p + 1)) == kUpper &&
           !IsLetterAt(p + 2);
  }

  bool IsInsideNumber(size_t p) const {
    return p > pos_ && ClassOf(at(p - 1)) == kDigit && ClassOf(at(p + 1)) == kDigit;
  }

  // Takes the dot behind `word` if it is an abbreviation or an initial.
  bool FinishAbbreviation(const Word& word) {
    const std::string_view text = text_.substr(pos_, word.end - pos_);
    Ending ending = Ending::kNone;
    if (text.size() == 1 && word.seen.upper_first) {
      if (!InitialFollows(word.end + 1)) return false;
    } else {
      const Abbreviation* found = FindAbbreviation(text, word);
      if (found == nullptr) return false;
      if (found->may_end) ending = Ending::kAbbreviation;
    }
    WordHash hash = word.hash;
    hash.AddByte('.');
    Emit(word.end + 1, hash.Result(), TokenKind::kAbbreviation, word.seen.Result());
    ending_ = ending;
    return true;
  }

  // "J. Smith", "J. K.": what stands behind the dot of an initial is a capital.
  bool InitialFollows(size_t p) const {
    while (at(p) == ' ') ++p;
    return IsLetterAt(p) && !IsLowerAt(p);
  }

  static const Abbreviation* FindAbbreviation(std::string_view word, const Word& seen) {
    // Only "no." is written in lower case too often to be one.
    if (word.size() > 6 || !seen.seen.upper_first) return nullptr;
    char lower[8];
    std::ranges::transform(word, lower, AsciiLower);
    const std::string_view key(lower, word.size());
    const auto* found = std::ranges::lower_bound(kAbbreviations, key, {}, &Abbreviation::word);
    return found != kAbbreviations.end() && found->word == key ? found : nullptr;
  }

  // A URL, an e-mail address or a @name.
  bool TryAddress() {
    const char c = text_[pos_];
    if (c == '@' && (IsLetterAt(pos_ + 1) || at(pos_ + 1) == '_')) return EmitAddress(pos_ + 1);
    if ((c | 0x20) == 'h' || (c | 0x20) == 'w') {
      const std::string_view rest = text_.substr(pos_, 8);
      if (rest.starts_with("http://") || rest.starts_with("https://") || rest.starts_with("www.")) {
        return EmitAddress(pos_);
      }
    }
    if (ClassOf(c) == kOther) return false;
    const size_t sign = NextAtSign();
    if (sign - pos_ > kMaxLocalPart || !IsLetterAt(sign + 1)) return false;
    for (size_t p = pos_; p < sign; ++p) {
      if (!IsAddressByte(text_[p])) return false;
    }
    return EmitAddress(sign + 1);
  }

  // RFC 5321: the part before the @ has at most 64 bytes.
  static constexpr size_t kMaxLocalPart = 64;

  static bool IsAddressByte(char c) {
    const uint8_t k = ClassOf(c);
    return k == kLower || k == kUpper || k == kDigit || c == '.' || c == '_' || c == '-' ||
           c == '+';
  }

  // The next @ of the text; far away if there is none. Each byte is looked at once.
  size_t NextAtSign() {
    if (!at_sign_known_ || at_sign_ < pos_) {
      const size_t found = text_.find('@', pos_);
      at_sign_ = found == std::string_view::npos ? SIZE_MAX : found;
      at_sign_known_ = true;
    }
    return at_sign_;
  }

  // To the next blank, less marks at its end.
  bool EmitAddress(size_t from) {
    size_t end = from;
    while (!at_end(end) && IsAddressEndByte(text_[end])) ++end;
    while (end > pos_ + 1 && ClassOf(text_[end - 1]) == kOther && text_[end - 1] != '/') --end;
    EmitHashed(end, TokenKind::kAddress);
    return true;
  }

  static bool IsAddressEndByte(char c) {
    const uint8_t k = ClassOf(c);
    return k != kBlank && k != kNewline && k != kHigh && c != '<' && c != '>' && c != '"';
  }

  void EmitHashed(size_t end, TokenKind kind) {
    CaseSeen seen;
    WordHash hash;
    for (size_t p = pos_; p < end;) {
      const text::CodePoint point = wide(p);
      if (IsAsciiLetter(text_[p])) {
        seen.Add(ClassOf(text_[p]) == kUpper, ClassOf(text_[p]) == kLower);
      }
      AddCodePoint(hash, point.value);
      p += point.bytes;
    }
    Emit(end, hash.Result(), kind, seen.Result());
  }

  void Emit(size_t end, uint32_t hash, TokenKind kind, LetterCase letter_case) {
    const bool has_capital = letter_case != LetterCase::kNone && letter_case != LetterCase::kLower;
    Put(end, hash, kind, letter_case, has_capital && StartsUpper(pos_));
  }

  void Put(size_t end, uint32_t hash, TokenKind kind, LetterCase letter_case, bool capitalized) {
    Token token{.begin = static_cast<uint32_t>(pos_),
                .end = static_cast<uint32_t>(end),
                .hash = hash,
                .kind = kind,
                .letter_case = letter_case};
    token.flags = static_cast<uint8_t>(glued_ * Token::kGlued | capitalized * Token::kCapitalized);
    if ((first_ || line_ended_ || ending_ != Ending::kNone) && BeginsSentence(token)) {
      token.flags |= Token::kSentenceStart;
      word_due_ = true;
    }
    if (kind != TokenKind::kMark) {
      if (word_due_) token.flags |= Token::kFirstWord;
      word_due_ = false;
    }
    tokens_.push_back(token);
    pos_ = end;
  }

  bool StartsUpper(size_t p) const {
    if (ClassOf(text_[p]) != kHigh) return ClassOf(text_[p]) == kUpper;
    const auto point = static_cast<UChar32>(wide(p).value);
    return u_isupper(point) || u_istitle(point);
  }

  // Decides whether `token`, which is about to be emitted, begins a sentence; only where something
  // was seen that may end one.
  bool BeginsSentence(const Token& token) {
    if (first_ || line_ended_) {
      first_ = line_ended_ = false;
      ending_ = Ending::kNone;
      return true;
    }
    if (ending_ == Ending::kAbbreviation) return EndsAfterAbbreviation(token);
    // A closing mark goes with the sentence before it; more decides the next token.
    if (token.kind == TokenKind::kMark && token.Is(Token::kGlued)) return false;
    ending_ = Ending::kNone;
    if (token.kind == TokenKind::kClitic) return false;  // "Yahoo!'s"
    size_t p = token.begin;
    while (p < token.begin + 4U && !at_end(p) && ClassOf(text_[p]) == kOther) {
      ++p;  // (" and the like
    }
    return !IsLowerAt(p);
  }

  bool EndsAfterAbbreviation(const Token& token) {
    ending_ = Ending::kNone;
    if (token.kind != TokenKind::kWord || token.letter_case != LetterCase::kCapital) return false;
    const std::string_view word = TokenText(text_, token);
    char lower[12];
    if (word.size() > sizeof(lower)) return false;
    std::ranges::transform(word, lower, AsciiLower);
    return std::ranges::binary_search(kSentenceOpeners, std::string_view(lower, word.size()));
  }

  const std::string_view text_;
  std::vector<Token>& tokens_;
  size_t pos_ = 0;
  bool glued_ = false;
  bool first_ = true;
  bool line_ended_ = false;
  bool word_due_ = false;
  Ending ending_ = Ending::kNone;
  size_t at_sign_ = 0;
  bool at_sign_known_ = false;
};

}  // namespace

void Tokenize(std::string_view text, std::vector<Token>& tokens) { Scanner(text, tokens).Run(); }

uint32_t TokenHash(std::string_view word) {
  WordHash hash;
  while (!word.empty()) {
    const text::CodePoint point = text::Decode(word);
    AddCodePoint(hash, point.value);
    word.remove_prefix(point.bytes);
  }
  return hash.Result();
}

bool EqualFolded(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const text::CodePoint x = text::Decode(a);
    const text::CodePoint y = text::Decode(b);
    if (x.value != y.value && Fold(x.value) != Fold(y.value)) return false;
    a.remove_prefix(x.bytes);
    b.remove_prefix(y.bytes);
  }
  return a.empty() && b.empty();
}

bool EqualButApostrophes(std::string_view a, std::string_view b) {
  if (a == b) return true;  // nearly always
  constexpr std::string_view kCurly = "\xE2\x80\x99";
  while (!a.empty() && !b.empty()) {
    const size_t bytes_a = a.starts_with(kCurly) ? kCurly.size() : 1;
    const size_t bytes_b = b.starts_with(kCurly) ? kCurly.size() : 1;
    const char x = bytes_a == 1 ? a.front() : '\'';
    const char y = bytes_b == 1 ? b.front() : '\'';
    if (x != y) return false;
    a.remove_prefix(bytes_a);
    b.remove_prefix(bytes_b);
  }
  return a.empty() && b.empty();
}

void AppendFolded(std::string_view word, std::vector<char>& out) {
  while (!word.empty()) {
    const text::CodePoint point = text::Decode(word);
    char bytes[4];
    const size_t size = text::Encode(Fold(point.value), bytes);
    out.insert(out.end(), bytes, bytes + size);
    word.remove_prefix(point.bytes);
  }
}

}  // namespace newsfeed::entities
