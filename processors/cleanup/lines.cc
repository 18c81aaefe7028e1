#include "processors/cleanup/lines.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "processors/cleanup/characters.h"
#include "processors/cleanup/sentence.h"
#include "processors/text/unspaced.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

// What hard-wrapped text looks like, in bytes of a line and percent of the lines that are followed
// by another of their block. Wire copy has 60 to 80 columns; twice the bytes in other scripts.
constexpr size_t kMinWrapBytes = 45;
constexpr size_t kMaxWrapBytes = 200;
constexpr size_t kMinWrappedLines = 4;
// A line this full was cut by the margin: the next word had no room.
constexpr size_t kFullLinePercent = 75;
constexpr size_t kMinFullLines = 75;
constexpr size_t kMaxEndingSentences = 40;

bool IsBlankByte(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view Trim(std::string_view line) {
  while (!line.empty() && IsBlankByte(line.front())) line.remove_prefix(1);
  while (!line.empty() && IsBlankByte(line.back())) line.remove_suffix(1);
  return line;
}

class Splitter {
 public:
  Splitter(std::string_view text, bool clean, text::Arena& arena, std::vector<Line>& lines)
      : text_(text),
        clean_(clean),
        most_(MaxTextLines(text.size())),
        arena_(arena),
        lines_(lines) {}

  bool too_many() const { return too_many_; }

  // `plain`: known to need no cleaning.
  void Add(size_t begin, size_t end, bool plain) {
    if (too_many_) return;
    const std::string_view raw = text_.substr(begin, end - begin);
    const std::string_view line = plain ? raw : clean_ ? CleanLine(raw, arena_) : Trim(raw);
    if (line.empty()) {
      blank_line_ = true;
      return;
    }
    too_many_ = lines_.size() == most_;
    if (too_many_) return;
    lines_.push_back({line,
                      {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)},
                      blank_line_,
                      IsBlankByte(raw.front())});
    blank_line_ = false;
  }

 private:
  std::string_view text_;
  bool clean_;
  size_t most_;
  text::Arena& arena_;
  std::vector<Line>& lines_;
  bool blank_line_ = true;
  bool too_many_ = false;
};

bool Continues(const Line& line) { return !line.after_blank_line && !line.indented; }

bool IsHardWrapped(std::span<const Line> lines) {
  size_t longest = 0;
  size_t wrapped = 0;
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    longest = std::max(longest, lines[i].text.size());
    if (Continues(lines[i + 1])) ++wrapped;
  }
  if (!lines.empty()) longest = std::max(longest, lines.back().text.size());
  if (wrapped < kMinWrappedLines || longest < kMinWrapBytes || longest > kMaxWrapBytes) {
    return false;
  }
  size_t full = 0;
  size_t ending = 0;
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    if (!Continues(lines[i + 1])) continue;
    if (lines[i].text.size() * 100 >= longest * kFullLinePercent) ++full;
    if (EndsSentence(lines[i].text)) ++ending;
  }
  return full * 100 >= wrapped * kMinFullLines && ending * 100 <= wrapped * kMaxEndingSentences;
}

// Han, Kana and Thai are written without blanks: none is put where a line was cut.
bool IsWithoutBlanks(std::string_view text, bool last) {
  size_t at = 0;
  if (last) {
    at = text.size() - 1;
    while (at > 0 && !text::IsBoundary(text, at)) --at;
  }
  return text::IsUnspaced(text::Decode(text.substr(at)).value);
}

Line Join(std::span<const Line> lines, text::Arena& arena) {
  size_t bytes = lines.size();
  for (const Line& line : lines) bytes += line.text.size();
  char* out = arena.Allocate(bytes);
  size_t size = 0;
  for (const Line& line : lines) {
    if (size > 0 && !(IsWithoutBlanks({out, size}, true) && IsWithoutBlanks(line.text, false))) {
      out[size++] = ' ';
    }
    std::memcpy(out + size, line.text.data(), line.text.size());
    size += line.text.size();
  }
  arena.Trim(out, bytes, size);
  Line joined = lines.front();
  joined.text = {out, size};
  joined.source.end = lines.back().source.end;
  return joined;
}

}  // namespace

bool SplitLines(std::string_view text, bool clean, text::Arena& arena, std::vector<Line>& lines) {
  lines.clear();
  Splitter splitter(text, clean, arena, lines);
  if (clean) {
    ForEachLine(text,
                [&](size_t begin, size_t end, bool plain) { splitter.Add(begin, end, plain); });
    return !splitter.too_many();
  }
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    splitter.Add(begin, end, false);
    begin = end + 1;
  }
  return !splitter.too_many();
}

void JoinWrappedLines(text::Arena& arena, std::vector<Line>& lines) {
  if (!IsHardWrapped(lines)) return;
  size_t kept = 0;
  for (size_t begin = 0; begin < lines.size();) {
    size_t end = begin + 1;
    while (end < lines.size() && Continues(lines[end])) ++end;
    lines[kept++] = end - begin == 1
                        ? lines[begin]
                        : Join(std::span<const Line>(lines).subspan(begin, end - begin), arena);
    begin = end;
  }
  lines.resize(kept);
}

}  // namespace newsfeed::cleanup
