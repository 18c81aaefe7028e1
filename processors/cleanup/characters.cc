#include "processors/cleanup/characters.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "processors/cleanup/character_reference.h"
#include "processors/cleanup/mojibake.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

// Longest run of marks that text of any language needs (UAX #15, section 13).
constexpr int kMaxMarks = 30;
// Below it nothing composes and nothing has a combining class.
constexpr char32_t kFirstMark = 0x300;
// A line that still changes after so many rounds was made to: its ampersands go.
constexpr int kMaxRounds = 4;

constexpr char32_t kZwnj = 0x200C;
constexpr char32_t kZwj = 0x200D;

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;

// High bit set in each byte of `word` (all below 0x80) that is 0, and perhaps in those after one
// that are 1.
constexpr uint64_t Zeros(uint64_t word) { return (word - kOnes) & ~word & kHighs; }

// True if eight bytes are printable ASCII, no ampersand and no blank beside a blank.
constexpr bool IsPlainWord(uint64_t word, bool blank_before) {
  const uint64_t controls = (word - kOnes * 0x20) | (word + kOnes) | word;  // < 0x20 or > 0x7E
  const uint64_t ampersands = Zeros(word ^ (kOnes * '&'));
  const uint64_t blanks = Zeros(word ^ (kOnes * ' '));
  const uint64_t doubled = blanks & ((blanks << 8) | (blank_before ? 0x80 : 0));
  return ((controls & kHighs) | ampersands | doubled) == 0;
}

enum class Kind { kKeep, kBlank, kRemove, kJoiner, kBidi };

Kind KindOf(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
    return c == '\t' || c == '\n' || c == '\r' || c == 0x0B || c == 0x0C || c == 0x85
               ? Kind::kBlank
               : Kind::kRemove;
  }
  if (c == ' ' || c == 0xA0) return Kind::kBlank;
  if (c == 0xAD) return Kind::kRemove;
  if (c < 0x1680) return Kind::kKeep;
  if (c == kZwj || c == kZwnj) return Kind::kJoiner;
  if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return Kind::kBidi;
  if (c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
      c == 0x205F || c == 0x3000) {
    return Kind::kBlank;
  }
  if (c == 0x200B || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB)) {
    return Kind::kRemove;
  }
  return Kind::kKeep;
}

// Characters that canonical composition neither changes nor looks back from (NFC_Quick_Check Yes,
// combining class 0), the ones most text is made of.
struct Inert {
  char32_t first, last;
};
constexpr Inert kInert[] = {
    {0x2010, 0x2027},  // dashes, quotes, bullet, ellipsis
    {0x2030, 0x205E},  // per mille to vertical dots
    {0x20A0, 0x20BF},  // currencies
    {0x0391, 0x03A1},  // Greek
    {0x03A3, 0x03CE},
    {0x0400, 0x0482},  // Cyrillic
    {0x048A, 0x052F},
    {0x05D0, 0x05EA},  // Hebrew letters
    {0x0621, 0x064A},  // Arabic letters
    {0x3001, 0x3029},  // punctuation of Han
    {0x3041, 0x3096},  // Kana
    {0x30A1, 0x30FE},
    {0x4E00, 0x9FFF},  // Han
    {0xAC00, 0xD7A3},  // Hangul
    {0xFF01, 0xFF60},  // wide forms
};

bool IsInert(char32_t c) {
  for (const Inert& inert : kInert) {
    if (c >= inert.first && c <= inert.last) return true;
  }
  return false;
}

// Scripts whose letters change their form at a joiner.
bool NeedsJoiners(char32_t c) {
  UErrorCode error = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(c), &error)) {
    case USCRIPT_ARABIC:
    case USCRIPT_SYRIAC:
    case USCRIPT_MANDAIC:
    case USCRIPT_MONGOLIAN:
    case USCRIPT_NKO:
    case USCRIPT_DEVANAGARI:
    case USCRIPT_BENGALI:
    case USCRIPT_GURMUKHI:
    case USCRIPT_GUJARATI:
    case USCRIPT_ORIYA:
    case USCRIPT_TAMIL:
    case USCRIPT_TELUGU:
    case USCRIPT_KANNADA:
    case USCRIPT_MALAYALAM:
    case USCRIPT_SINHALA:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
    case USCRIPT_TIBETAN: return true;
    default: return false;
  }
}

bool IsEmojiPart(char32_t c) {
  return c == 0xFE0F || u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_EXTENDED_PICTOGRAPHIC) ||
         u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_EMOJI_MODIFIER);
}

bool JoinerStays(char32_t joiner, char32_t before, char32_t after) {
  if (NeedsJoiners(before) && NeedsJoiners(after)) return true;
  return joiner == kZwj && IsEmojiPart(before) && IsEmojiPart(after);
}

// True if each isolate and embedding is closed, in order. U+2066-2068 open what U+2069 closes,
// U+202A-202B and 202D-202E what U+202C closes.
class BidiBalance {
 public:
  void Add(char32_t c) {
    any_ = true;
    if (c == 0x202C || c == 0x2069) {
      const char want = c == 0x202C ? 'e' : 'i';
      if (open_.empty() || open_.back() != want) {
        broken_ = true;
      } else {
        open_.pop_back();
      }
    } else {
      open_.push_back(c >= 0x2066 ? 'i' : 'e');
    }
  }
  bool MustGo() const { return any_ && (broken_ || !open_.empty()); }

 private:
  std::string open_;
  bool any_ = false;
  bool broken_ = false;
};

// One round over a line. Writes to memory of at least the line's size: nothing that is written is
// longer than what it stands for.
class LineFilter {
 public:
  LineFilter(std::string_view line, char* out) : in_(line), begin_(out), out_(out) {}

  void Run(bool drop_ampersands) {
    while (at_ < in_.size()) {
      if (CopyPlain()) continue;
      const unsigned char c = static_cast<unsigned char>(in_[at_]);
      if (c > 0x20 && c < 0x7F && c != '&') {
        PutBlank();
        *out_++ = static_cast<char>(c);
        marks_ = 0;
        ++at_;
      } else if (c == '&') {
        Ampersand(drop_ampersands);
      } else {
        const text::CodePoint point = text::Decode(in_.substr(at_));
        at_ += point.bytes;
        Put(point.value);
      }
    }
  }

  std::string_view result() const { return {begin_, static_cast<size_t>(out_ - begin_)}; }
  bool may_compose() const { return may_compose_; }
  bool drop_bidi() const { return bidi_.MustGo(); }
  // True if a further round may change something.
  bool unsettled() const { return unsettled_; }

 private:
  // Copies the next eight bytes if they are printable ASCII that stays as it is.
  bool CopyPlain() {
    if (at_ + 8 > in_.size()) return false;
    const bool after_blank = blank_ || out_ == begin_;
    uint64_t word;
    std::memcpy(&word, in_.data() + at_, 8);
    if (!IsPlainWord(word, after_blank)) return false;
    PutBlank();
    std::memcpy(out_, &word, 8);
    // A blank at the end waits for what follows.
    blank_ = (word >> 56) == ' ';
    out_ += blank_ ? 7 : 8;
    at_ += 8;
    marks_ = 0;
    return true;
  }

  void PutBlank() {
    if (blank_ && out_ != begin_) *out_++ = ' ';
    blank_ = false;
  }

  void Put(char32_t c) {
    switch (KindOf(c)) {
      case Kind::kRemove: return;
      case Kind::kBlank: blank_ = true; return;
      case Kind::kJoiner:
        if (!JoinerStays(c, Before(), After())) return;
        break;
      case Kind::kBidi: bidi_.Add(c); break;
      case Kind::kKeep: break;
    }
    if (c < kFirstMark || IsInert(c)) {
      marks_ = 0;
    } else if (!CountMark(c)) {
      return;
    }
    PutBlank();
    out_ += text::Encode(c, out_);
  }

  // False if the mark is one too many.
  bool CountMark(char32_t c) {
    may_compose_ = true;
    if (u_getCombiningClass(static_cast<UChar32>(c)) == 0) {
      marks_ = 0;
      return true;
    }
    if (++marks_ > kMaxMarks) return false;
    // Composition may split a mark in two, which counts again.
    if (marks_ > kMaxMarks / 2) unsettled_ = true;
    return true;
  }

  // The last character written, 0 at the beginning and after a blank.
  char32_t Before() const {
    if (out_ == begin_ || blank_) return 0;
    const char* last = out_ - 1;
    while (last > begin_ && (static_cast<unsigned char>(*last) & 0xC0) == 0x80) --last;
    return text::Decode({last, static_cast<size_t>(out_ - last)}).value;
  }

  char32_t After() const { return at_ < in_.size() ? text::Decode(in_.substr(at_)).value : 0; }

  // "&": of a reference, of one that is escaped once more, or just an ampersand.
  void Ampersand(bool drop) {
    if (drop) {
      ++at_;
      return;
    }
    unsettled_ = true;
    const auto first = ReadCharacterReference(in_.substr(at_));
    if (!first) return PutAmpersand();
    if (first->character != '&') return Take(*first);
    const auto second = ReadEscaped(at_ + first->bytes);
    if (!second) return Take(*first);
    if (second->character == '&' && ReadEscaped(at_ + first->bytes + second->bytes - 1)) {
      return PutAmpersand();
    }
    Take({second->character, first->bytes + second->bytes - 1});
  }

  // The reference whose "&" was itself a reference that ended at `at`.
  std::optional<CharacterReference> ReadEscaped(size_t at) const {
    char escaped[40] = {'&'};
    const std::string_view rest = in_.substr(at, sizeof(escaped) - 1);
    std::memcpy(escaped + 1, rest.data(), rest.size());
    return ReadCharacterReference({escaped, rest.size() + 1});
  }

  void Take(CharacterReference reference) {
    at_ += reference.bytes;
    Put(reference.character);
  }

  void PutAmpersand() {
    ++at_;
    marks_ = 0;
    PutBlank();
    *out_++ = '&';
  }

  std::string_view in_;
  size_t at_ = 0;
  char* begin_;
  char* out_;
  int marks_ = 0;
  bool blank_ = false;
  bool may_compose_ = false;
  bool unsettled_ = false;
  BidiBalance bidi_;
};

const icu::Normalizer2& Nfc() {
  static const icu::Normalizer2* const nfc = [] {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* instance = icu::Normalizer2::getNFCInstance(error);
    return U_SUCCESS(error) ? instance : nullptr;
  }();
  return *nfc;
}

icu::StringPiece Piece(std::string_view text) {
  return {text.data(), static_cast<int32_t>(text.size())};
}

std::string_view Compose(std::string_view line, text::Arena& arena) {
  UErrorCode error = U_ZERO_ERROR;
  if (Nfc().isNormalizedUTF8(Piece(line), error)) return line;
  std::string composed;
  icu::StringByteSink<std::string> sink(&composed, static_cast<int32_t>(line.size()));
  error = U_ZERO_ERROR;
  Nfc().normalizeUTF8(0, Piece(line), sink, nullptr, error);
  // Only memory can fail here; the line is then left as it was.
  return U_SUCCESS(error) ? arena.Keep(composed) : line;
}

std::string_view WithoutBidi(std::string_view line, text::Arena& arena) {
  char* out = arena.Allocate(line.size());
  size_t size = 0;
  for (size_t at = 0; at < line.size();) {
    const text::CodePoint point = text::Decode(line.substr(at));
    if (KindOf(point.value) != Kind::kBidi) {
      std::memcpy(out + size, line.data() + at, point.bytes);
      size += point.bytes;
    }
    at += point.bytes;
  }
  arena.Trim(out, line.size(), size);
  return {out, size};
}

struct Round {
  std::string_view line;
  bool unsettled = false;
};

Round CleanOnce(std::string_view line, bool drop_ampersands, text::Arena& arena) {
  char* out = arena.Allocate(line.size());
  LineFilter filter(line, out);
  filter.Run(drop_ampersands);
  std::string_view result = filter.result();
  arena.Trim(out, line.size(), result.size());
  bool unsettled = filter.unsettled();
  if (filter.drop_bidi()) {
    // What stood beside a control may now touch: blanks, joiners, marks.
    result = WithoutBidi(result, arena);
    unsettled = true;
  }
  if (filter.may_compose()) result = Compose(result, arena);
  return {result, unsettled};
}

// Until nothing is left to repair: each round is shorter.
std::string_view Repaired(std::string_view line, text::Arena& arena) {
  for (;;) {
    const std::string_view repaired = RepairMojibake(line, arena);
    if (repaired == line) return line;
    line = repaired;
  }
}

}  // namespace

bool IsPlainAscii(std::string_view line) {
  if (line.empty()) return true;
  if (line.front() == ' ' || line.back() == ' ') return false;
  size_t i = 0;
  bool blank_before = false;
  for (; i + 8 <= line.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, line.data() + i, 8);
    if (!IsPlainWord(word, blank_before)) return false;
    blank_before = (word >> 56) == ' ';
  }
  for (; i < line.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(line[i]);
    const bool blank = c == ' ';
    if (c < 0x20 || c > 0x7E || c == '&' || (blank && blank_before)) return false;
    blank_before = blank;
  }
  return true;
}

std::string_view CleanLine(std::string_view line, text::Arena& arena) {
  if (IsPlainAscii(line)) return line;
  // Before blanks are folded: a no-break space may be half of an "à".
  line = Repaired(line, arena);
  for (int round = 1; round <= kMaxRounds; ++round) {
    const Round cleaned = CleanOnce(line, false, arena);
    const std::string_view repaired = Repaired(cleaned.line, arena);
    if (repaired == cleaned.line && (!cleaned.unsettled || cleaned.line == line)) {
      return cleaned.line;
    }
    line = repaired;
  }
  for (;;) {
    const std::string_view cleaned = CleanOnce(CleanOnce(line, true, arena).line, true, arena).line;
    line = Repaired(cleaned, arena);
    if (line == cleaned) return line;
  }
}

}  // namespace newsfeed::cleanup
