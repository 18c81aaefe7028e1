// Small questions about the text of a line: where sentences end, what a word is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace newsfeed::cleanup {

// True if the last character, closing quotes and brackets apart, ends a sentence: . ! ? … and those
// of other scripts (。 ！ ？ । ؟ ։ ።; after a Greek letter ";"). A colon ends none.
bool EndsSentence(std::string_view line);

// Words between blanks; in scripts without blanks each letter is one.
uint32_t CountWords(std::string_view text);

// Quarters of a word that a letter of a script without blanks is worth: what takes ten words of
// English takes some twenty letters of Chinese and forty of Thai.
constexpr uint32_t QuarterWords(char32_t unspaced) { return unspaced < 0x3000 ? 1 : 2; }

// Of a text: words between blanks, and letters of scripts without by what they are worth.
struct WordCounts {
  uint32_t words = 0;
  uint32_t half_words = 0;     // Han and Kana
  uint32_t quarter_words = 0;  // Thai, Lao, Burmese, Khmer

  // As CountWords does.
  uint32_t counted() const { return words + half_words + quarter_words; }
  // As many as would say it with blanks.
  uint32_t even() const { return words + (half_words + 1) / 2 + (quarter_words + 3) / 4; }
};
WordCounts CountByScript(std::string_view text);

}  // namespace newsfeed::cleanup
