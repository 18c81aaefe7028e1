#include "processors/cleanup/standfirst.h"

#include <absl/container/flat_hash_set.h>

#include <algorithm>

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
  for (const Word& word : scratch) later.insert(word.hash);
  ReadWords(first, scratch);
  size_t content = 0;
  size_t repeated = 0;
  for (const Word& word : scratch) {
    if (!IsContent(word)) continue;
    ++content;
    repeated += later.contains(word.hash) ? 1 : 0;
  }
  return content >= kMinContentWords && repeated * 100 >= content * kMinRepeatedPercent;
}

}  // namespace newsfeed::cleanup
