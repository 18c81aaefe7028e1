// The characters of one line: what a reader does not see goes, the rest is left as it is.
//
//   "Caf" "e\u0301 &amp;\u00A0bar \u200B "  =>  "Café & bar"
//
// - NFC (never NFKC);
// - UTF-8 that was once read as windows-1252 is read again where the whole line allows it
//   (mojibake.h);
// - soft hyphen, zero-width space, word joiner, BOM and control characters are removed;
// - any blank (no-break, thin, ideographic, tab) is a blank, runs are one, none at the ends;
// - joiners (ZWJ, ZWNJ) stay between letters of scripts that need them and inside emoji;
// - embeddings, overrides and isolates of bidirectional text stay if the line closes them in order;
// - character references are resolved, at most twice ("&amp;amp;"); a reference that is escaped
//   more often is meant to be read as such and is left alone, so that the result is stable;
// - at most 30 combining marks on a letter (UAX #15, Stream-Safe Text), the rest is dropped.
//
// Cleaning a cleaned line changes nothing. Linear in the line.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "processors/text/arena.h"

namespace newsfeed::cleanup {

// True if cleaning leaves the line as it is; looks at printable ASCII only, so it may say no to a
// line that is clean. 8 bytes a step.
bool IsPlainAscii(std::string_view line);

// The cleaned line. `line` is valid UTF-8; line ends in it are blanks. The result is a part of
// `line` or lives in `arena`.
std::string_view CleanLine(std::string_view line, text::Arena& arena);

// Calls `line(begin, end, plain)` for each line of `text`, in order, empty ones too: LF, CR, CRLF,
// NEL, LS and PS end a line. `plain`: IsPlainAscii says yes of it; one line of several between two
// LF is not asked.
template <typename OnLine>
void ForEachLine(std::string_view text, OnLine on_line);

// Bytes of the line end at the head of `text` (not empty), 0 if there is none.
inline size_t LineEndBytes(std::string_view text) {
  switch (text[0]) {
    case '\n': return 1;
    case '\r': return text.size() > 1 && text[1] == '\n' ? 2 : 1;
    case '\xC2': return text.size() > 1 && text[1] == '\x85' ? 2 : 0;
    case '\xE2':
      return text.size() > 2 && text[1] == '\x80' && (text[2] == '\xA8' || text[2] == '\xA9') ? 3
                                                                                               : 0;
    default: return 0;
  }
}

// The first byte from `at` on that may begin a line end other than LF, else `end`: eight at a time.
inline size_t NextLineEndByte(std::string_view text, size_t at, size_t end) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x8080808080808080;
  for (; at + 8 <= end; at += 8) {
    uint64_t bytes;
    std::memcpy(&bytes, text.data() + at, 8);
    // CR, or 0xC2 to 0xFF with both high bits set; perhaps what is above one of these.
    const uint64_t returns = bytes ^ (kOnes * '\r');
    if ((((returns - kOnes) & ~returns) | (bytes & (bytes << 1))) & kHighs) break;
  }
  while (at < end && text[at] != '\r' && static_cast<unsigned char>(text[at]) < 0xC2) ++at;
  return at;
}

template <typename OnLine>
void ForEachLine(std::string_view text, OnLine on_line) {
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t newline = text.find('\n', begin);
    const size_t end = newline == std::string_view::npos ? text.size() : newline;
    // Most lines are ASCII, and end in LF only.
    size_t line = begin;
    const bool plain = IsPlainAscii(text.substr(begin, end - begin));
    if (!plain) {
      for (size_t i = NextLineEndByte(text, begin, end); i < end;
           i = NextLineEndByte(text, i, end)) {
        const unsigned char c = static_cast<unsigned char>(text[i]);
        const size_t bytes = c == '\r' || c >= 0xC2 ? LineEndBytes(text.substr(i)) : 0;
        if (bytes == 0 || i + bytes > end) {
          // The CR of a CRLF: the LF is at `end`.
          if (bytes == 2 && c == '\r') break;
          ++i;
          continue;
        }
        on_line(line, i, false);
        i += bytes;
        line = i;
      }
    }
    const bool after_cr = end > line && text[end - 1] == '\r' && newline != std::string_view::npos;
    on_line(line, after_cr ? end - 1 : end, plain);
    if (newline == std::string_view::npos) return;
    begin = newline + 1;
  }
}

}  // namespace newsfeed::cleanup
