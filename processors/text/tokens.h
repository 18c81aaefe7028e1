// Words of a text as hashes, the way de-duplication counts them.
//
//   "The U.S. gained 1,250 jobs"  => the, u, s, gained, 1250 (a number), jobs
//   "Reid’s Café" => reids, café        "東京都内" => 東京, 京都, 都内
//
// Lower-cased by simple case folding (Unicode 15, CaseFolding.txt, status C and S), punctuation
// left out, diacritics kept. An apostrophe joins. A word that begins with a digit is a number;
// commas between its digits are dropped, points are kept ("1,250.5" = "1250.5"). In scripts that
// are written without blanks (Han, Kana, Thai, Lao, Khmer, Burmese) a word is a bigram of
// characters, a character alone in its run is a word.
//
// One pass, no allocation; bytes that are no UTF-8 count as blanks. Free functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "processors/text/hash.h"
#include "processors/text/utf8.h"

namespace newsfeed::text {

struct Word {
  uint64_t hash = 0;
  bool number = false;
};

namespace internal {

enum class CharacterClass : uint8_t {
  kBlank,     // ends a word
  kLetter,    // letters and marks
  kDigit,
  kJoiner,    // apostrophes, soft hyphen, zero-width characters: left out
  kUnspaced,  // a character of a script without blanks
};

struct Character {
  char32_t folded = 0;
  CharacterClass kind = CharacterClass::kBlank;
};

// Classes of all ASCII bytes; bytes from 0x80 are not in it.
extern const Character kAscii[128];

Character Classify(char32_t code_point);

// Hash of one word, fed character by character.
class WordHasher {
 public:
  bool empty() const { return empty_; }
  bool number() const { return number_; }

  void Add(Character character) {
    if (empty_) number_ = character.kind == CharacterClass::kDigit;
    empty_ = false;
    state_ = (state_ ^ character.folded) * 0x9E3779B97F4A7C15ULL;
    state_ ^= state_ >> 29;
  }

  Word Finish() {
    const Word word{Mix(state_), number_};
    *this = WordHasher();
    return word;
  }

 private:
  uint64_t state_ = 0x243F6A8885A308D3ULL;
  bool empty_ = true;
  bool number_ = false;
};

inline bool IsAsciiDigit(std::string_view text, size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

// What ForEachWord knows between two characters.
template <typename Sink>
class WordScanner {
 public:
  explicit WordScanner(Sink& sink) : sink_(sink) {}

  void Take(Character character) {
    switch (character.kind) {
      case CharacterClass::kLetter:
      case CharacterClass::kDigit:
        EndRun();
        word_.Add(character);
        return;
      case CharacterClass::kJoiner: return;
      case CharacterClass::kBlank: End(); return;
      case CharacterClass::kUnspaced: TakeUnspaced(character.folded); return;
    }
  }

  // A comma or point between two digits of a number.
  bool InNumber() const { return word_.number(); }
  void TakePoint() { word_.Add({'.', CharacterClass::kDigit}); }

  void End() {
    if (!word_.empty()) sink_(word_.Finish());
    EndRun();
  }

 private:
  void TakeUnspaced(char32_t character) {
    if (!word_.empty()) sink_(word_.Finish());
    if (run_ > 0) sink_(Bigram(previous_, character));
    previous_ = character;
    ++run_;
  }

  void EndRun() {
    if (run_ == 1) sink_(Bigram(previous_, 0));
    run_ = 0;
  }

  static Word Bigram(char32_t first, char32_t second) {
    return {Mix(uint64_t{first} << 32 | (second + 1)), false};
  }

  Sink& sink_;
  WordHasher word_;
  char32_t previous_ = 0;
  size_t run_ = 0;  // characters of the unspaced run so far
};

}  // namespace internal

// Calls `sink(Word)` for each word of `text`, in order.
template <typename Sink>
void ForEachWord(std::string_view text, Sink&& sink) {
  internal::WordScanner scanner(sink);
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80) {
      const CodePoint point = Decode(text.substr(i));
      scanner.Take(internal::Classify(point.value));
      i += point.bytes;
      continue;
    }
    if ((byte == ',' || byte == '.') && scanner.InNumber() &&
        internal::IsAsciiDigit(text, i - 1) && internal::IsAsciiDigit(text, i + 1)) {
      if (byte == '.') scanner.TakePoint();
    } else {
      scanner.Take(internal::kAscii[byte]);
    }
    ++i;
  }
  scanner.End();
}

}  // namespace newsfeed::text
