// Scripts that are written without blanks: THE table of them (Unicode 15, Blocks.txt). Korean has
// blanks.
#pragma once

namespace newsfeed::text {

namespace internal {
struct Block {
  char32_t first;
  char32_t last;
};
inline constexpr Block kUnspacedBlocks[] = {
    {0x0E00, 0x0E4F},    // Thai
    {0x0E80, 0x0ECF},    // Lao
    {0x1000, 0x103F},    // Burmese
    {0x1780, 0x17D3},    // Khmer
    {0x3005, 0x3007},    // ideographic iteration mark and zero
    {0x3040, 0x30FF},    // Hiragana, Katakana
    {0x31F0, 0x31FF},    // Katakana extensions
    {0x3400, 0x4DBF},    // Han, extension A
    {0x4E00, 0x9FFF},    // Han
    {0xF900, 0xFAFF},    // Han, compatibility
    {0xFF66, 0xFF9F},    // Katakana, half width
    {0x20000, 0x3FFFF},  // Han, extensions from B on
};
}  // namespace internal

constexpr bool IsUnspaced(char32_t code_point) {
  for (const internal::Block& block : internal::kUnspacedBlocks) {
    if (code_point < block.first) return false;
    if (code_point <= block.last) return true;
  }
  return false;
}

}  // namespace newsfeed::text
