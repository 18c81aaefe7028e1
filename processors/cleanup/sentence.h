// Small questions about the text of a line: where sentences end, what a word is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace newsfeed::cleanup {

// True if the last character, closing quotes and brackets apart, ends a sentence: . ! ? … and those
// of other scripts (。 ！ ？ । ؟ ։ ።). A colon ends none.
bool EndsSentence(std::string_view line);

// Words between blanks; in scripts without blanks each letter is one.
uint32_t CountWords(std::string_view text);

}  // namespace newsfeed::cleanup
