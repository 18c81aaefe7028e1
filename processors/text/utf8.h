// UTF-8: checks, boundaries and excerpts. Free functions on views; no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "processors/text/arena.h"

namespace newsfeed::text {

// True if all of `text` is well-formed UTF-8 (Unicode 15, table 3-7). 10 GB/s (simdjson).
bool IsValidUtf8(std::string_view text);

// True if `offset` is not inside a character of valid UTF-8; both ends are boundaries.
inline bool IsBoundary(std::string_view text, size_t offset) {
  return offset >= text.size() || (static_cast<unsigned char>(text[offset]) & 0xC0) != 0x80;
}

// The characters of valid UTF-8.
size_t CountCharacters(std::string_view text);

// The longest prefix of valid UTF-8 `text` with at most `max_bytes` that cuts no character.
std::string_view Prefix(std::string_view text, size_t max_bytes);

// One code point of a text, and the bytes it takes there.
struct CodePoint {
  char32_t value = 0;
  uint32_t bytes = 0;
};

// The code point at the head of `text`, which must not be empty. A byte that begins no well-formed
// sequence gives U+FFFD and 1.
CodePoint Decode(std::string_view text);

// Blanks of any script, controls and invisible characters: nothing that a reader could see.
bool IsBlankText(std::string_view text);

// Writes `code_point` (not a surrogate, at most U+10FFFF) to `out`, which has room for 4 bytes.
// Returns the number of bytes written.
size_t Encode(char32_t code_point, char* out);

// A copy of the head of any bytes, fit for logs and headers: "a\x01b\xFF" => "a?b\uFFFD".
// Invalid bytes become U+FFFD, control characters '?'; at most `max_bytes` bytes.
std::string_view CleanExcerpt(std::string_view bytes, size_t max_bytes, Arena& arena);

}  // namespace newsfeed::text
