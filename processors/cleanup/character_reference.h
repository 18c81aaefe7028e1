// Character references of HTML, known ones only: "&amp;", "&#8217;", "&#x2019;".
//
// The semicolon is required: "AT&T" and "?a=1&copy=2" are text.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace newsfeed::cleanup {

// The bytes of a reference as sites write them: "&#x2019;".
inline constexpr size_t kReferenceBytes = 8;

struct CharacterReference {
  char32_t character = 0;
  // From "&" to ";".
  size_t bytes = 0;
};

// The reference at the head of `text`, which begins with "&"; nothing if there is none that is
// known. Numbers that are no character give U+FFFD; 128 to 159 are read as windows-1252, as in
// HTML (section 13.2.5.80 of the standard). Looks at 34 bytes at most.
std::optional<CharacterReference> ReadCharacterReference(std::string_view text);

}  // namespace newsfeed::cleanup
