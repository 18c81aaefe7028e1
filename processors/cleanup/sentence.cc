#include "processors/cleanup/sentence.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "processors/text/unspaced.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

constexpr std::array<char32_t, 19> kStops = {
    U'!',      U'.',      U'?',      U'\u0589', U'\u061F', U'\u06D4', U'\u0964',
    U'\u0965', U'\u104B', U'\u1362', U'\u17D4', U'\u2026', U'\u203C', U'\u2047',
    U'\u3002', U'\uFF01', U'\uFF0E', U'\uFF1F', U'\uFF61'};

constexpr std::array<char32_t, 20> kClosing = {
    U'"',      U'\'',     U')',      U'*',      U']',      U'}',      U'\u00AB',
    U'\u00BB', U'\u2018', U'\u2019', U'\u201C', U'\u201D', U'\u203A', U'\u300B',
    U'\u300D', U'\u300F', U'\u3011', U'\uFF02', U'\uFF09', U'\uFF3D'};
static_assert(std::ranges::is_sorted(kStops) && std::ranges::is_sorted(kClosing));

bool IsGreek(char32_t c) { return (c >= 0x0370 && c < 0x0400) || (c >= 0x1F00 && c < 0x2000); }

// Closing characters looked at before giving up.
constexpr int kMaxClosing = 4;

// Of eight bytes, in the order of the text: the high bit of each that is no blank or control.
constexpr uint64_t kHighs = 0x8080808080808080;
constexpr uint64_t Filled(uint64_t bytes) {
  constexpr uint64_t kBelowHigh = (0x80 - 0x21) * 0x0101010101010101ULL;
  return (((bytes & ~kHighs) + kBelowHigh) | bytes) & kHighs;
}

// How many high bits are set: without the instruction for it a call otherwise.
constexpr uint32_t CountHighs(uint64_t highs) {
  return static_cast<uint32_t>((highs >> 7) * 0x0101010101010101ULL >> 56);
}

// One of them is 0xE0 or more.
constexpr bool MayBeUnspaced(uint64_t bytes) {
  return (bytes & (bytes << 1) & (bytes << 2) & kHighs) != 0;
}

char32_t LastCharacter(std::string_view text, size_t& begin) {
  begin = text.size() - 1;
  while (begin > 0 && !text::IsBoundary(text, begin)) --begin;
  return text::Decode(text.substr(begin)).value;
}

}  // namespace

bool EndsSentence(std::string_view line) {
  for (int closing = 0; !line.empty() && closing <= kMaxClosing; ++closing) {
    size_t begin = 0;
    const char32_t last = LastCharacter(line, begin);
    if (std::ranges::binary_search(kStops, last)) return true;
    if (last == U';' && begin > 0) {
      size_t before = 0;
      return IsGreek(LastCharacter(line.substr(0, begin), before));
    }
    if (last != ' ' && !std::ranges::binary_search(kClosing, last)) return false;
    line = line.substr(0, begin);
  }
  return false;
}

uint32_t CountWords(std::string_view text) { return CountByScript(text).counted(); }

WordCounts CountByScript(std::string_view text) {
  WordCounts counts;
  uint32_t words = 0;
  bool in_word = false;
  for (size_t at = 0; at < text.size();) {
    if (at + 8 <= text.size()) {
      uint64_t eight;
      std::memcpy(&eight, text.data() + at, 8);
      if (!MayBeUnspaced(eight)) {
        const uint64_t filled = Filled(eight);
        words += CountHighs(filled & ~(filled << 8 | (in_word ? 0x80 : 0)));
        in_word = filled >> 63 != 0;
        at += 8;
        continue;
      }
    }
    const unsigned char c = static_cast<unsigned char>(text[at]);
    // Also all of U+2000 to U+2FFF: quotes, dashes, signs.
    if (c < 0xE0 || c == 0xE2) {
      const bool blank = c <= ' ';
      words += static_cast<uint32_t>(!blank && !in_word);
      in_word = !blank;
      ++at;
      continue;
    }
    const text::CodePoint point = text::Decode(text.substr(at));
    const bool unspaced = text::IsUnspaced(point.value);
    words += static_cast<uint32_t>(!unspaced && !in_word);
    if (unspaced) ++(QuarterWords(point.value) == 1 ? counts.quarter_words : counts.half_words);
    in_word = !unspaced;
    at += point.bytes;
  }
  counts.words = words;
  return counts;
}

}  // namespace newsfeed::cleanup
