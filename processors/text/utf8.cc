#include "processors/text/utf8.h"

#include <algorithm>

#include <simdjson.h>
#include <unicode/uchar.h>

namespace newsfeed::text {

bool IsValidUtf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string_view Prefix(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && !IsBoundary(text, max_bytes)) --max_bytes;
  return text.substr(0, max_bytes);
}

CodePoint Decode(std::string_view text) {
  constexpr CodePoint kBad{0xFFFD, 1};
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xC2) return kBad;
  if (first < 0xE0) {
    if (!continues(1)) return kBad;
    return {(first & 0x1F) << 6 | (byte(1) & 0x3FU), 2};
  }
  if (first < 0xF0) {
    if (!continues(1) || !continues(2)) return kBad;
    const char32_t value = (first & 0xF) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    if (value < 0x800 || (value >= 0xD800 && value < 0xE000)) return kBad;
    return {value, 3};
  }
  if (first > 0xF4 || !continues(1) || !continues(2) || !continues(3)) return kBad;
  const char32_t value = (first & 0x7) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 |
                         (byte(3) & 0x3FU);
  if (value < 0x10000 || value > 0x10FFFF) return kBad;
  return {value, 4};
}

bool IsBlankText(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = Decode(text);
    const auto c = static_cast<UChar32>(point.value);
    if (u_isgraph(c) && !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return false;
    text.remove_prefix(point.bytes);
  }
  return true;
}

size_t Encode(char32_t code_point, char* out) {
  const auto put = [out](size_t i, char32_t value) { out[i] = static_cast<char>(value); };
  if (code_point < 0x80) {
    put(0, code_point);
    return 1;
  }
  if (code_point < 0x800) {
    put(0, 0xC0 | code_point >> 6);
    put(1, 0x80 | (code_point & 0x3F));
    return 2;
  }
  if (code_point < 0x10000) {
    put(0, 0xE0 | code_point >> 12);
    put(1, 0x80 | (code_point >> 6 & 0x3F));
    put(2, 0x80 | (code_point & 0x3F));
    return 3;
  }
  put(0, 0xF0 | code_point >> 18);
  put(1, 0x80 | (code_point >> 12 & 0x3F));
  put(2, 0x80 | (code_point >> 6 & 0x3F));
  put(3, 0x80 | (code_point & 0x3F));
  return 4;
}

std::string_view CleanExcerpt(std::string_view bytes, size_t max_bytes, Arena& arena) {
  char* out = arena.Allocate(max_bytes + 4);
  size_t size = 0;
  while (!bytes.empty()) {
    CodePoint point = Decode(bytes);
    bytes.remove_prefix(point.bytes);
    if (point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0)) point.value = '?';
    const size_t added = Encode(point.value, out + size);
    if (size + added > max_bytes) break;
    size += added;
  }
  arena.Trim(out, max_bytes + 4, size);
  return {out, size};
}

}  // namespace newsfeed::text
