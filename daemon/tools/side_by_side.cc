#include "daemon/tools/side_by_side.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "daemon/tools/json_line.h"
#include "processors/text/hash.h"
#include "processors/text/shingles.h"
#include "processors/text/tokens.h"
#include "processors/text/utf8.h"

namespace newsfeed::tools {
namespace {

constexpr size_t kMaxTextBytes = 64 << 10;
constexpr size_t kMinWidth = 20;

// What stands between two blanks; its hash is that of its words, 0 where it has none ("–").
struct Piece {
  std::string_view text;
  uint64_t hash = 0;
  bool shared = false;
};

using Paragraph = std::vector<Piece>;

uint64_t HashOf(std::string_view piece) {
  uint64_t hash = 0;
  text::ForEachWord(piece, [&](text::Word word) { hash = text::Mix(hash * 31 + word.hash) | 1; });
  return hash;
}

std::vector<Paragraph> ParagraphsOf(std::string_view text) {
  std::vector<Paragraph> paragraphs;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    Paragraph paragraph;
    for (std::string_view line = text.substr(0, end); !line.empty();) {
      const size_t blank = std::min(line.find_first_of(" \t\r"), line.size());
      if (blank > 0) paragraph.push_back({line.substr(0, blank), HashOf(line.substr(0, blank))});
      line.remove_prefix(std::min(blank + 1, line.size()));
    }
    if (!paragraph.empty()) paragraphs.push_back(std::move(paragraph));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return paragraphs;
}

// Over paragraphs, as the judge's do.
std::vector<Piece*> WordsOf(std::vector<Paragraph>& paragraphs) {
  std::vector<Piece*> words;
  for (Paragraph& paragraph : paragraphs) {
    for (Piece& piece : paragraph) {
      if (piece.hash != 0) words.push_back(&piece);
    }
  }
  return words;
}

// Calls `take(shingle, first, last)` with the words it is made of.
template <typename Take>
void ForEachShingle(const std::vector<Piece*>& words, Take take) {
  text::ShingleRoller roller;
  for (size_t i = 0; i < words.size(); ++i) {
    if (const auto shingle = roller.Push(words[i]->hash)) {
      take(*shingle, i + 1 - text::kShingleWords, i);
    }
  }
  if (const auto whole = roller.ShortText()) take(*whole, size_t{0}, words.size() - 1);
}

size_t MarkShared(const std::vector<Piece*>& words, const std::vector<Piece*>& other) {
  absl::flat_hash_set<uint64_t> of_other;
  ForEachShingle(other, [&](uint64_t shingle, size_t, size_t) { of_other.insert(shingle); });
  ForEachShingle(words, [&](uint64_t shingle, size_t first, size_t last) {
    if (!of_other.contains(shingle)) return;
    for (size_t i = first; i <= last; ++i) words[i]->shared = true;
  });
  return static_cast<size_t>(
      std::ranges::count_if(words, [](const Piece* word) { return word->shared; }));
}

// For each paragraph on the left the one on the right with most of its words, where these are
// shared; each on the right is taken once. -1: none.
std::vector<int> Partners(const std::vector<Paragraph>& left, const std::vector<Paragraph>& right) {
  absl::flat_hash_map<uint64_t, std::vector<int>> places;
  for (size_t i = 0; i < right.size(); ++i) {
    for (const Piece& piece : right[i]) {
      std::vector<int>& of_word = places[piece.hash];
      // Common words say little, and would take the square of the texts' lengths.
      if (piece.shared && of_word.size() < 8) of_word.push_back(static_cast<int>(i));
    }
  }
  std::vector<int> partners;
  std::vector<bool> taken(right.size());
  for (const Paragraph& paragraph : left) {
    std::vector<int> votes(right.size());
    for (const Piece& piece : paragraph) {
      const auto found = piece.shared ? places.find(piece.hash) : places.end();
      if (found == places.end()) continue;
      for (const int at : found->second) {
        votes[static_cast<size_t>(at)] += !taken[static_cast<size_t>(at)];
      }
    }
    const auto best = std::ranges::max_element(votes);
    const bool none = best == votes.end() || *best == 0;
    partners.push_back(none ? -1 : static_cast<int>(best - votes.begin()));
    if (!none) taken[static_cast<size_t>(partners.back())] = true;
  }
  return partners;
}

// Wraps a paragraph, with brackets around what is not shared.
std::vector<std::string> Wrapped(const Paragraph& paragraph, size_t width) {
  std::vector<std::string> lines(1);
  size_t used = 0;
  for (size_t i = 0; i < paragraph.size(); ++i) {
    const Piece& piece = paragraph[i];
    // A dash belongs to what is before it.
    const auto alone = [&](size_t at) { return paragraph[at].hash != 0 && !paragraph[at].shared; };
    std::string text = CleanText(piece.text, kMaxTextBytes);
    if (alone(i) && (i == 0 || !alone(i - 1))) text.insert(0, 1, '[');
    if (alone(i) && (i + 1 == paragraph.size() || !alone(i + 1))) text += ']';
    // A word longer than the column is cut into lines.
    while (true) {
      const size_t blank = used > 0 ? 1 : 0;
      if (used + blank + text::CountCharacters(text) <= width) {
        lines.back() += (blank > 0 ? " " : "") + text;
        used += blank + text::CountCharacters(text);
        break;
      }
      if (used > 0) {
        lines.emplace_back();
        used = 0;
        continue;
      }
      size_t bytes = 0;
      for (size_t points = 0; points < width; ++points) {
        bytes += text::Decode(std::string_view(text).substr(bytes)).bytes;
      }
      lines.back() = text.substr(0, bytes);
      text.erase(0, bytes);
      lines.emplace_back();
    }
  }
  return lines;
}

void AppendRow(const Paragraph* left, const Paragraph* right, size_t width, std::string& out) {
  const std::vector<std::string> a =
      left != nullptr ? Wrapped(*left, width) : std::vector<std::string>();
  const std::vector<std::string> b =
      right != nullptr ? Wrapped(*right, width) : std::vector<std::string>();
  for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string_view of_a = i < a.size() ? a[i] : std::string_view();
    const std::string_view of_b = i < b.size() ? b[i] : std::string_view();
    out += of_a;
    out.append(width - text::CountCharacters(of_a), ' ');
    out += of_b.empty() ? " |" : " | ";
    out += of_b;
    out += '\n';
  }
}

}  // namespace

SharedWords SideBySide(std::string_view left, std::string_view right, size_t width) {
  width = std::max(width, kMinWidth);
  std::vector<Paragraph> of_left = ParagraphsOf(text::Prefix(left, kMaxTextBytes));
  std::vector<Paragraph> of_right = ParagraphsOf(text::Prefix(right, kMaxTextBytes));
  const std::vector<Piece*> left_words = WordsOf(of_left);
  const std::vector<Piece*> right_words = WordsOf(of_right);
  SharedWords shared{
      .columns = {}, .words_left = left_words.size(), .words_right = right_words.size()};
  shared.shared_left = MarkShared(left_words, right_words);
  shared.shared_right = MarkShared(right_words, left_words);

  const std::vector<int> partners = Partners(of_left, of_right);
  std::vector<bool> partnered(of_right.size());
  for (const int at : partners) {
    if (at >= 0) partnered[static_cast<size_t>(at)] = true;
  }
  // What has no partner on the right comes where it stands there.
  size_t next = 0;
  const auto skip_to = [&](size_t end) {
    for (; next < end; ++next) {
      if (!partnered[next]) AppendRow(nullptr, &of_right[next], width, shared.columns);
    }
  };
  for (size_t i = 0; i < of_left.size(); ++i) {
    if (partners[i] < 0) {
      AppendRow(&of_left[i], nullptr, width, shared.columns);
      continue;
    }
    const auto at = static_cast<size_t>(partners[i]);
    skip_to(at);
    AppendRow(&of_left[i], &of_right[at], width, shared.columns);
  }
  skip_to(of_right.size());
  return shared;
}

}  // namespace newsfeed::tools
