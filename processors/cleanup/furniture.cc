#include "processors/cleanup/furniture.h"

#include <algorithm>

#include "processors/text/html_sniffing.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

using Rules = config::v1::LineRules;
using Pattern = LineRules::Pattern;

// Real texts settle in two rounds; a text made to need more is left as it is then.
constexpr int kMaxRounds = 8;
// Lines passed over in search of a paragraph beside a line.
constexpr int kMaxPassedOver = 3;
// What may be a headline.
constexpr uint32_t kMinHeadlineWords = 3;
constexpr uint32_t kMaxHeadlineWords = 30;
constexpr size_t kMaxHeadlineCharacters = 250;
// A label before a headline ("Politics | Europe") is no longer than this.
constexpr uint32_t kMaxLabelWords = 5;
// A list of so many short items is a menu ("Home | World | Sport"), whatever stands in it.
constexpr uint32_t kMenuItems = 3;

// A title that came with its article would be read as HTML (FieldText), and then be another.
bool ReadsAsHtml(std::string_view text) {
  return text::LooksLikeHtml(text) || text.find("&lt;") != text.npos ||
         text.find("&#60;") != text.npos;
}

// A headline begins with no small letter and breaks off nowhere: "the minister said:" is the head
// of a text that was cut.
bool LooksLikeHeadline(std::string_view text, const LineFacts& facts) {
  constexpr std::string_view kBreakingOff = ":,;(";
  return facts.words >= kMinHeadlineWords && facts.words <= kMaxHeadlineWords &&
         text::CountCharacters(text) <= kMaxHeadlineCharacters && facts.key != 0 &&
         !text.ends_with('.') &&
         kBreakingOff.find(text.back()) == std::string_view::npos &&
         !(text.front() >= 'a' && text.front() <= 'z') && text.front() != '@' &&
         facts.items < kMenuItems && !ReadsAsHtml(text);
}

constexpr uint8_t Bit(Rules::Place place) { return static_cast<uint8_t>(1 << place); }

}  // namespace

void Furniture::Judge(std::span<const Line> lines, const FurnitureContext& context) {
  lines_ = lines;
  context_ = context;
  headline_ = headline_line_ = -1;
  title_key_ = FoldedKey(context.title, words_);
  source_key_ = FoldedKey(context.source_name, words_);
  author_keys_.clear();
  for (std::string_view author : context.authors) {
    author_keys_.push_back(FoldedKey(author, words_));
  }
  undecided_.clear();
  verdicts_.assign(lines_.size(), kKept);
  kept_ = lines_.size();
  RemoveAnywhere();
  FindFullParagraphs();
  RunRounds();
  if (!context_.find_title || title_key_ != 0) return;
  FindHeadline();
  if (headline_ >= 0) RunRounds();
}

bool Furniture::IsOn(const Pattern& pattern) const {
  if (!on_.Has(pattern.rule)) return false;
  return pattern.equals == Rules::TITLE ? context_.find_title : context_.remove_lines;
}

void Furniture::Look(std::span<const Line> lines, LineModel* model) {
  facts_.clear();
  candidates_.clear();
  for (const Line& line : lines) {
    facts_.push_back(rules_.Look(line.text, words_, candidates_));
    if (model == nullptr) continue;
    const Range range = facts_.back().candidates;
    model->Describe(line, facts_.back(), words_, rules_,
                    std::span(candidates_).subspan(range.begin, range.size()));
  }
}

bool Furniture::MayBeHeadline(std::string_view text, size_t line) const {
  return LooksLikeHeadline(text, facts_[line]);
}

template <typename Fits>
int Furniture::FirstRule(size_t i, Fits fits) const {
  const Range range = facts_[i].candidates;
  for (uint32_t c = range.begin; c < range.end; ++c) {
    const Pattern& pattern = rules_.pattern(candidates_[c]);
    if (fits(pattern) && on_.Has(pattern.rule)) return pattern.rule;
  }
  return kKept;
}

int Furniture::CandidateRule(size_t i) const {
  return FirstRule(i, [](const Pattern& pattern) {
    return pattern.has_phrases || pattern.only != 0 || pattern.min_items != 0;
  });
}

int Furniture::ShapeRule(size_t i) const {
  return FirstRule(i, [](const Pattern& pattern) { return pattern.all_caps; });
}

int Furniture::RuleBelow(size_t i, int before) const {
  if (before == kKept) return kKept;
  return FirstRule(
      i, [&](const Pattern& pattern) { return ((pattern.follows >> before) & 1) != 0; });
}

void Furniture::RemoveAnywhere() {
  for (size_t i = 0; i < lines_.size(); ++i) {
    bool depends_on_place = false;
    for (uint32_t c = facts_[i].candidates.begin; c < facts_[i].candidates.end; ++c) {
      const Pattern& pattern = rules_.pattern(candidates_[c]);
      if (!IsOn(pattern)) continue;
      if (!pattern.anywhere()) {
        depends_on_place = true;
      } else {
        verdicts_[i] = pattern.rule;
        --kept_;
        break;
      }
    }
    if (verdicts_[i] == kKept && depends_on_place) undecided_.push_back(static_cast<uint32_t>(i));
  }
}

void Furniture::FindFullParagraphs() {
  const int count = static_cast<int>(lines_.size());
  const auto is_full = [&](int i) {
    const LineFacts& facts = facts_[static_cast<size_t>(i)];
    return verdicts_[static_cast<size_t>(i)] == kKept && facts.full &&
           (facts.key == 0 || facts.key != title_key_);
  };
  first_full_ = 0;
  while (first_full_ < count && !is_full(first_full_)) ++first_full_;
  last_full_ = count - 1;
  while (last_full_ >= 0 && !is_full(last_full_)) --last_full_;
}

void Furniture::RunRounds() {
  for (int round = 0; round < kMaxRounds && RunRound(); ++round) {
  }
}

// Tries every undecided line once, in order. True if one was removed.
bool Furniture::RunRound() {
  bool changed = false;
  CountShares();
  if (title_key_ != 0) {
    for (int i = 0; i < first_full_ && headline_line_ < 0; ++i) {
      if (facts_[static_cast<size_t>(i)].key == title_key_) headline_line_ = i;
    }
  }
  for (const uint32_t i : undecided_) {
    if (verdicts_[i] != kKept) continue;
    for (uint32_t c = facts_[i].candidates.begin; c < facts_[i].candidates.end; ++c) {
      if (!Holds(candidates_[c], i)) continue;
      verdicts_[i] = rules_.pattern(candidates_[c]).rule;
      --kept_;
      changed = true;
      break;
    }
  }
  return changed;
}

void Furniture::CountShares() {
  share_counts_.assign(share_counts_.size(), 0);
  for (const uint32_t i : undecided_) {
    if (verdicts_[i] != kKept) continue;
    for (uint32_t c = facts_[i].candidates.begin; c < facts_[i].candidates.end; ++c) {
      if (rules_.pattern(candidates_[c]).max_share_percent == 100) continue;
      if (candidates_[c] >= share_counts_.size()) share_counts_.resize(candidates_[c] + 1, 0);
      ++share_counts_[candidates_[c]];
    }
  }
}

bool Furniture::Holds(uint16_t index, size_t line) const {
  const Pattern& pattern = rules_.pattern(index);
  if (!IsOn(pattern) || pattern.anywhere()) return false;
  if (pattern.equals != Rules::NO_FIELD && !Equals(pattern, line)) return false;
  if (pattern.places != 0 && !StandsAt(index, line)) return false;
  if (pattern.follows != 0) {
    const int before = line == 0 ? kKept : verdicts_[line - 1];
    if (before == kKept || ((pattern.follows >> before) & 1) == 0) return false;
  }
  return pattern.max_share_percent == 100 ||
         share_counts_[index] * 100 <= kept_ * pattern.max_share_percent;
}

bool Furniture::StandsAt(uint16_t index, size_t line) const {
  const uint8_t places = rules_.pattern(index).places;
  const int i = static_cast<int>(line);
  if ((places & Bit(Rules::HEAD)) != 0 && i < first_full_) return true;
  if ((places & Bit(Rules::TAIL)) != 0 && i > last_full_) return true;
  if ((places & Bit(Rules::BEFORE_HEADLINE)) != 0 && i < headline_line_) return true;
  return (places & Bit(Rules::BETWEEN)) != 0 && i > first_full_ && i < last_full_ &&
         StandsBetween(index, line);
}

bool Furniture::StandsBetween(uint16_t index, size_t line) const {
  return HasParagraphBeside(index, line, -1) && HasParagraphBeside(index, line, 1);
}

bool Furniture::HasParagraphBeside(uint16_t index, size_t line, int step) const {
  int passed = 0;
  for (int i = static_cast<int>(line) + step;
       i >= 0 && i < static_cast<int>(lines_.size()) && passed <= kMaxPassedOver; i += step) {
    const size_t at = static_cast<size_t>(i);
    if (facts_[at].full && verdicts_[at] == kKept && !facts_[at].all_caps) return true;
    if (verdicts_[at] == kKept && !HasCandidate(at, index)) return false;
    ++passed;
  }
  return false;
}

bool Furniture::HasCandidate(size_t line, uint16_t index) const {
  const Range range = facts_[line].candidates;
  return std::find(candidates_.begin() + range.begin, candidates_.begin() + range.end, index) !=
         candidates_.begin() + range.end;
}

bool Furniture::Equals(const Pattern& pattern, size_t line) const {
  const uint64_t key = facts_[line].key;
  if (key == 0) return false;
  switch (pattern.equals) {
    // A text that is nothing but its title keeps it.
    case Rules::TITLE: return key == title_key_ && kept_ > 1;
    case Rules::SOURCE: return key == source_key_;
    case Rules::AUTHOR: return std::ranges::find(author_keys_, key) != author_keys_.end();
    default: return false;
  }
}

// The first line in the head that may be a headline, if nothing but labels stands before it.
void Furniture::FindHeadline() {
  if (last_full_ < 0) return;
  for (int i = 0; i < first_full_; ++i) {
    const size_t at = static_cast<size_t>(i);
    if (verdicts_[at] != kKept) continue;
    const LineFacts& facts = facts_[at];
    const bool label = (facts.words <= kMaxLabelWords || facts.items >= kMenuItems) &&
                       !facts.ends_sentence;
    // A longer line below a label is the likelier headline: "Letters to the editor" stands above
    // it.
    const bool better_below = label && i + 1 < first_full_ && verdicts_[at + 1] == kKept &&
                              facts_[at + 1].words > kMaxLabelWords &&
                              LooksLikeHeadline(lines_[at + 1].text, facts_[at + 1]);
    if (LooksLikeHeadline(lines_[at].text, facts) && !better_below) {
      headline_ = headline_line_ = i;
      title_key_ = facts.key;
      return;
    }
    if (!label) return;
  }
}

}  // namespace newsfeed::cleanup
