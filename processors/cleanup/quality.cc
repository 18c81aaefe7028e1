#include "processors/cleanup/quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "processors/cleanup/body.h"
#include "processors/cleanup/sentence.h"

namespace newsfeed::cleanup {
namespace {

using Quality = config::v1::Cleanup::Quality;

// A notice about cookies is not longer, and says so many of what they say.
constexpr uint32_t kMaxConsentWords = 300;
constexpr size_t kMinConsentPhrases = 4;

void MeasureParagraphs(Article& article, bool count_words) {
  article.longest_paragraph = 0;
  const std::string_view body = article.body;
  for (size_t begin = 0; begin < body.size();) {
    const size_t end = std::min(body.find(kParagraphBreak, begin), body.size());
    const std::string_view paragraph = body.substr(begin, end - begin);
    if (count_words) article.words += CountWords(paragraph);
    article.longest_paragraph =
        std::max(article.longest_paragraph, static_cast<uint32_t>(paragraph.size()));
    begin = end + kParagraphBreak.size();
  }
}

// Words of the kept lines; 0 where the text was not read in lines.
uint32_t WordsOfLines(const LineJudge& judge) {
  uint32_t words = 0;
  for (size_t i = 0; i < judge.lines().size(); ++i) {
    if (judge.IsKept(i)) words += judge.facts(i).counted_words;
  }
  return words;
}

bool IsHeadline(const RemovedText& removed) { return removed.rule == "headline"; }

// A headline alone, as alerts are sent: an article that says all in its title, not what an
// extraction left.
bool IsHeadlineAlone(const Article& article) {
  return article.words == 0 && article.form != TextForm::kPage && !article.title.empty() &&
         std::ranges::all_of(article.removed, IsHeadline);
}

// True if more was removed than is left, and what is left has no full paragraph. The headline that
// a text repeats is not removed from the article: the title says it.
bool IsChrome(const LineJudge& judge, const Article& article) {
  if (article.body.size() == article.text.size()) return false;
  size_t removed = judge.removed_bytes();
  for (size_t i = 0; i < judge.lines().size(); ++i) {
    if (!judge.IsKept(i)) {
      removed += judge.lines()[i].text.size();
    } else if (judge.facts(i).full) {
      return false;
    }
  }
  for (const RemovedText& text : article.removed) {
    if (IsHeadline(text)) removed -= std::min(removed, text.text.size());
  }
  return removed > article.body.size();
}

// What is below the floor; empty: nothing.
std::string BelowFloor(const Quality& floor, const Article& article) {
  if (article.words < floor.min_words()) {
    return fmt::format("{} words, fewer than cleanup.quality.min_words {}", article.words,
                       floor.min_words());
  }
  if (article.longest_paragraph < floor.min_longest_paragraph()) {
    return fmt::format(
        "longest paragraph of {} bytes, below cleanup.quality.min_longest_paragraph {}",
        article.longest_paragraph, floor.min_longest_paragraph());
  }
  if (floor.low_information() && article.low_information) {
    return article.consent_notice ? "a notice about cookies (cleanup.quality.low_information)"
                                  : "only page chrome (cleanup.quality.low_information)";
  }
  return {};
}

}  // namespace

void QualityJudge::Fill(const LineJudge& judge, bool built, Article& article) {
  article.words = WordsOfLines(judge);
  const bool counted = article.words > 0;
  if (!counted || !built) MeasureParagraphs(article, !counted);
  article.consent_notice = IsConsentNotice(article);
  article.low_information = article.consent_notice ||
                            (article.words == 0 && !IsHeadlineAlone(article)) ||
                            (article.words > 0 && IsChrome(judge, article));
}

// Articles about cookies are longer, and name few of the things that notices do. Where nothing is
// left it is one if most of the text went as such.
bool QualityJudge::IsConsentNotice(const Article& article) {
  if (article.words > kMaxConsentWords) return false;
  size_t removed_bytes = 0;
  for (const RemovedText& removed : article.removed) {
    if (removed.rule == "consent") removed_bytes += removed.end - removed.begin;
  }
  if (article.words == 0) return removed_bytes * 2 > article.text.size();
  ReadWords(article.body, words_);
  return rules_.CountConsentPhrases(words_) >= kMinConsentPhrases;
}

void QualityJudge::ApplyFloor(Article& article) const {
  const std::string below = BelowFloor(floor_, article);
  // Kill notices are short, and must arrive.
  if (below.empty() || article.pub_status != PubStatus::kUsable) return;
  switch (floor_.below_floor()) {
    case Quality::FILTER: return article.Filter(FilterWhy::kLowQuality);
    case Quality::DEAD_LETTER: return article.Reject(Reason::kLowQuality, below);
    default: article.low_information = true;
  }
}

}  // namespace newsfeed::cleanup
