// A line or an attribute as hashes of its folded words: what phrases of rules are looked up by.
//
//   "Read More: Who's next?" => hash(read) hash(more) hash(:) hash(whos) hash(next)
//   class="ShareBar social_links" => hash(share) hash(bar) hash(social) hash(links)
//
// Words are runs of letters and digits, in small letters; apostrophes are left out; a number is
// kNumber. In scripts without blanks each letter is a word, and beyond Latin letters behind a
// number are a word of their own: "2031年3月" => # 年 # 月, "3월" => # 월; "10h15" is a number. Of
// punctuation only : | @ © • and what stands for them (· = ： ＝ 】 > › ｜ ⓒ) are words. What a
// language writes with and without, or otherwise in capitals, is one: İ and i, ё and е, Greek
// accents, Arabic vowels and hamza. Hashes are 64 bits and not compared further: one chance in
// 10^15 for a line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "processors/text/hash.h"

namespace newsfeed::cleanup {

inline constexpr uint64_t kNumber = 0x23;  // '#'

struct Word {
  uint64_t hash = 0;
  bool symbol = false;
  // Begins with a capital or a digit.
  bool capital = false;
  // All letters are capitals.
  bool capitals = false;
  // 4; fewer for a letter of a script without blanks, see QuarterWords.
  uint8_t quarters = 4;
  // Characters.
  uint32_t length = 0;

  bool unspaced() const { return quarters < 4; }
};

// Clears and fills `words` from a line; "#" in it is the word kNumber.
void ReadWords(std::string_view line, std::vector<Word>& words);

// Clears and fills `words` from a name in markup: also split where a capital follows a small
// letter.
void ReadNameWords(std::string_view name, std::vector<Word>& words);

// The hash of a phrase grown by one word; begin with 0.
inline uint64_t Extend(uint64_t phrase, uint64_t word) {
  return text::Mix(phrase * 0x9E3779B97F4A7C15ULL + word);
}

// One hash for a text's words, symbols left out: equal texts when folded.
uint64_t FoldedKey(std::string_view text, std::vector<Word>& scratch);
uint64_t FoldedKey(const std::vector<Word>& words);

}  // namespace newsfeed::cleanup
