#include "processors/cleanup/body.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

namespace newsfeed::cleanup {

void BuildBody(const LineJudge& judge, Article& article) {
  const std::vector<Line>& lines = judge.lines();
  size_t bytes = 0;
  size_t longest = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!judge.IsKept(i)) continue;
    bytes += lines[i].text.size() + kParagraphBreak.size();
    longest = std::max(longest, lines[i].text.size());
  }
  article.longest_paragraph = static_cast<uint32_t>(longest);
  char* out = article.arena().Allocate(bytes);
  size_t size = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!judge.IsKept(i)) continue;
    if (size > 0) {
      std::memcpy(out + size, kParagraphBreak.data(), kParagraphBreak.size());
      size += kParagraphBreak.size();
    }
    std::memcpy(out + size, lines[i].text.data(), lines[i].text.size());
    size += lines[i].text.size();
  }
  article.arena().Trim(out, bytes, size);
  article.body = {out, size};
}

void CutBody(Article& article) {
  if (article.removed.empty()) {
    article.body = article.text;
    return;
  }
  char* out = article.arena().Allocate(article.text.size());
  size_t size = 0;
  size_t at = 0;
  const auto copy_to = [&](size_t end) {
    std::memcpy(out + size, article.text.data() + at, end - at);
    size += end - at;
  };
  std::ranges::stable_sort(article.removed, {}, &RemovedText::begin);
  for (const RemovedText& removed : article.removed) {
    copy_to(removed.begin);
    // With its line end.
    at = std::min<size_t>(removed.end + 1, article.text.size());
  }
  copy_to(article.text.size());
  article.arena().Trim(out, article.text.size(), size);
  article.body = {out, size};
}

}  // namespace newsfeed::cleanup
