#include "processors/decode/names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "processors/text/ascii.h"
#include "processors/text/utf8.h"

namespace newsfeed::decode {

namespace ascii = text::ascii;
namespace {

constexpr size_t kMaxKeywords = 256;
constexpr size_t kMaxNameBytes = 256;
constexpr size_t kMaxKeywordListBytes = 16384;


void AddOnce(std::string_view text, size_t most, std::vector<std::string_view>& list) {
  if (text.empty() || text.size() > kMaxNameBytes || list.size() >= most) return;
  if (std::ranges::find(list, text) == list.end()) list.push_back(text);
}

// Calls `visit` with what lies between separators. `cut` finds the first of them: place and size.
template <typename Cut, typename Visit>
void Split(std::string_view text, Cut cut, Visit visit) {
  while (true) {
    const auto [at, size] = cut(text);
    visit(ascii::Trim(text.substr(0, at)));
    if (at == text.npos) return;
    text.remove_prefix(at + size);
  }
}

}  // namespace

void AddKeyword(std::string_view keyword, std::vector<std::string_view>& keywords) {
  AddOnce(ascii::Trim(keyword), kMaxKeywords, keywords);
}

void SplitKeywords(std::string_view list, std::vector<std::string_view>& keywords) {
  const auto cut = [](std::string_view text) {
    return std::pair<size_t, size_t>(text.find_first_of(",;"), 1);
  };
  list = text::Prefix(list, kMaxKeywordListBytes);
  Split(list, cut, [&](std::string_view keyword) { AddKeyword(keyword, keywords); });
}

}  // namespace newsfeed::decode
