#include "processors/cleanup/standfirst.h"

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <span>

#include "processors/cleanup/sentence.h"

namespace newsfeed::cleanup {
namespace {

// Longer ones are texts.
constexpr size_t kMaxGivenBytes = 8192;
// A summary is no longer than this, a paragraph that tells it again no longer than that.
constexpr size_t kMaxStandfirstBytes = 400;
constexpr size_t kMaxParagraphBytes = 2000;
// Shorter words say little about what a sentence is about.
constexpr uint32_t kContentLength = 4;
constexpr size_t kMinContentWords = 6;
constexpr size_t kMinRepeatedPercent = 60;

bool IsContent(const Word& word) {
  return !word.symbol && (word.length >= kContentLength || word.capital);
}

// In scripts without blanks two letters are taken for a word of content.
uint64_t PairBefore(std::span<const Word> words, size_t i) {
  const bool pair = i > 0 && words[i].unspaced() && words[i - 1].unspaced();
  return pair ? Extend(words[i - 1].hash, words[i].hash) : 0;
}

}  // namespace

Range FindGivenStandfirst(std::string_view body, std::string_view standfirst) {
  if (standfirst.empty() || standfirst.size() > kMaxGivenBytes) return {};
  // A search for it anywhere in the text would take as long as both multiplied.
  for (size_t at = 0; at < body.size(); at = std::min(body.find('\n', at), body.size()) + 1) {
    if (!body.substr(at).starts_with(standfirst)) continue;
    return {static_cast<uint32_t>(at), static_cast<uint32_t>(at + standfirst.size())};
  }
  return {};
}

bool IsStandfirst(std::string_view first, std::string_view second, std::vector<Word>& scratch) {
  if (first.size() > kMaxStandfirstBytes || second.size() > kMaxParagraphBytes ||
      !EndsSentence(first) || first == second) {
    return false;
  }
  absl::flat_hash_set<uint64_t> later;
  ReadWords(second, scratch);
  for (size_t i = 0; i < scratch.size(); ++i) {
    later.insert(scratch[i].hash);
    later.insert(PairBefore(scratch, i));
  }
  ReadWords(first, scratch);
  size_t content = 0;
  size_t repeated = 0;
  for (size_t i = 0; i < scratch.size(); ++i) {
    const uint64_t pair = PairBefore(scratch, i);
    if (pair == 0 && !IsContent(scratch[i])) continue;
    ++content;
    repeated += later.contains(pair == 0 ? scratch[i].hash : pair) ? 1 : 0;
  }
  return content >= kMinContentWords && repeated * 100 >= content * kMinRepeatedPercent;
}

}  // namespace newsfeed::cleanup
