// Which lines of a text are furniture, judged by what they say and where they stand.
//
// First go the lines that are furniture anywhere. What is left has full paragraphs, and so a head,
// a tail and places between; patterns that ask for those are tried in rounds until nothing changes.
// So what is kept would be kept again: cleaning a clean text changes nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "processors/cleanup/line_model.h"
#include "processors/cleanup/line_rules.h"
#include "processors/cleanup/lines.h"

namespace newsfeed::cleanup {

// What is known about the article.
struct FurnitureContext {
  std::string_view title;
  std::span<const std::string_view> authors;
  std::string_view source_name;
  // Rules for lines are tried. Off: those that ask for the title only.
  bool remove_lines = true;
  // A headline at the head is taken as the title if none is given, and goes if it repeats the
  // title.
  bool find_title = true;
};

// Scratch memory of one worker.
class Furniture {
 public:
  static constexpr int kKept = -1;

  Furniture(const LineRules& rules, const RuleSet& on) : rules_(rules), on_(on) {}

  // Looks at `lines`, and describes them to `model` if there is one.
  void Look(std::span<const Line> lines, LineModel* model);

  // Forgets the lines for which `dropped` is true, where the lines have gone from what Judge gets
  // too.
  template <typename Dropped>
  void Forget(Dropped dropped) {
    size_t kept = 0;
    for (size_t i = 0; i < facts_.size(); ++i) {
      if (!dropped(i)) facts_[kept++] = facts_[i];
    }
    facts_.resize(kept);
  }

  // Judges `lines`, which Look has seen. The rule of each is then in verdict(i).
  void Judge(std::span<const Line> lines, const FurnitureContext& context);

  // A line of the head that may be the headline of what follows `line`, by its own looks.
  bool MayBeHeadline(std::string_view text, size_t line) const;
  std::span<const LineFacts> all_facts() const { return facts_; }
  // The first pattern that fits what line i says, as RuleIndex; kKept if none.
  int CandidateRule(size_t i) const;
  // The rule that names line i for its capitals between two paragraphs; kKept if there is none.
  int ShapeRule(size_t i) const;
  // The rule of a line below one that the rule `before` has removed, by the patterns that ask for
  // that.
  int RuleBelow(size_t i, int before) const;

  // The RuleIndex that removes line i, or kKept.
  int verdict(size_t i) const { return verdicts_[i]; }
  const LineFacts& facts(size_t i) const { return facts_[i]; }
  // The line found to be the headline where no title was given; -1: none.
  int headline() const { return headline_; }

 private:
  // Of the patterns that may take line i the first that fits.
  template <typename Fits>
  int FirstRule(size_t i, Fits fits) const;
  // Index of the first and last full paragraph that is kept; first > last: there is none.
  void FindFullParagraphs();
  void RemoveAnywhere();
  void RunRounds();
  bool RunRound();
  void CountShares();
  void FindHeadline();
  bool IsOn(const LineRules::Pattern& pattern) const;
  bool Holds(uint16_t index, size_t line) const;
  bool StandsAt(uint16_t index, size_t line) const;
  bool StandsBetween(uint16_t index, size_t line) const;
  bool HasParagraphBeside(uint16_t index, size_t line, int step) const;
  bool Equals(const LineRules::Pattern& pattern, size_t line) const;
  bool HasCandidate(size_t line, uint16_t index) const;

  const LineRules& rules_;
  const RuleSet& on_;

  std::span<const Line> lines_;
  FurnitureContext context_;
  std::vector<LineFacts> facts_;
  std::vector<int16_t> verdicts_;
  std::vector<uint16_t> candidates_;
  std::vector<uint32_t> undecided_;  // lines with candidates that depend on their place
  std::vector<Word> words_;
  std::vector<uint32_t> share_counts_;  // by pattern
  uint64_t title_key_ = 0;
  uint64_t source_key_ = 0;
  std::vector<uint64_t> author_keys_;
  size_t kept_ = 0;
  int first_full_ = 0;
  int last_full_ = 0;
  int headline_ = -1;
  // The line that is or repeats the headline, in the head; -1: none.
  int headline_line_ = -1;
};

}  // namespace newsfeed::cleanup
