#include "processors/cleanup/mojibake.h"

#include <algorithm>
#include <array>

#include "processors/text/utf8.h"
#include "processors/text/windows1252.h"

namespace newsfeed::cleanup {
namespace {

// What stands behind a capital in sound text: "AMANHÃ…", "FPÖ“", and blanks.
constexpr std::array<unsigned char, 14> kAfterCapitals = {0x82, 0x84, 0x85, 0x8B, 0x91, 0x92, 0x93,
                                                          0x94, 0x96, 0x97, 0x9B, 0xA0, 0xAB, 0xBB};

// The byte that windows-1252 reads as `c`; -1: none.
int ByteOf(char32_t c) {
  if (c >= 0x80 && c <= 0xFF) return static_cast<int>(c);
  const auto found = std::ranges::find(text::kWindows1252, c);
  return c == 0 || found == text::kWindows1252.end()
             ? -1
             : static_cast<int>(0x80 + (found - text::kWindows1252.begin()));
}

constexpr bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// Pairs of these leads are common in Latin text; others want a run of several characters.
constexpr bool IsLatinLead(unsigned char lead) { return lead >= 0xC2 && lead <= 0xC5; }

// True if the bytes cannot be sound text of windows-1252 by chance.
bool IsProof(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  if (bytes.size() == 2) {
    return IsLatinLead(lead) &&
           std::ranges::find(kAfterCapitals, static_cast<unsigned char>(bytes[1])) ==
               kAfterCapitals.end();
  }
  return bytes.size() > 3 || lead >= 0xE0;
}

// Cheap: what no line can be without that is to be repaired.
bool MayBeMojibake(std::string_view line) {
  for (size_t at = line.find('\xC3'); at != std::string_view::npos;
       at = line.find('\xC3', at + 2)) {
    // A letter from Â to ô, and no ASCII behind it.
    if (at + 2 < line.size() && line[at + 1] >= '\x82' && line[at + 1] <= '\xB4' &&
        !IsAscii(line[at + 2])) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string_view RepairMojibake(std::string_view line, text::Arena& arena) {
  if (!MayBeMojibake(line)) return line;
  char* const out = arena.Allocate(line.size());
  size_t size = 0;
  bool proven = false;
  for (size_t at = 0; at < line.size();) {
    if (IsAscii(line[at])) {
      out[size++] = line[at++];
      continue;
    }
    const size_t run = size;
    while (at < line.size() && !IsAscii(line[at])) {
      const text::CodePoint point = text::Decode(line.substr(at));
      const int byte = ByteOf(point.value);
      if (byte < 0) break;
      out[size++] = static_cast<char>(byte);
      at += point.bytes;
    }
    const std::string_view bytes(out + run, size - run);
    if ((at < line.size() && !IsAscii(line[at])) || bytes.empty() || !text::IsValidUtf8(bytes)) {
      arena.Trim(out, line.size(), 0);
      return line;
    }
    proven = proven || IsProof(bytes);
  }
  arena.Trim(out, line.size(), proven ? size : 0);
  return proven ? std::string_view(out, size) : line;
}

}  // namespace newsfeed::cleanup
