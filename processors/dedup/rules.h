// The rules of a verdict: facts in, verdict and the rule that gave it out. Pure; all integers.
//
//   Facts facts = Compare(sketch, store, entry);
//   Decision decision = Decide(facts, policy);     // {kDuplicate, "containment"}
//
// Rules() is THE table: names, verdicts and reasons; the README is checked against it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "processors/article/article.h"
#include "processors/dedup/entry_store.h"
#include "processors/dedup/policy.h"
#include "processors/dedup/sketch.h"

namespace newsfeed::dedup {

// Order and names as in the table in rules.cc.
enum class Rule : uint8_t {
  kNoText,
  kUnreadableSketch,
  kNoCandidate,
  kStatus,
  kLowInformation,
  kRevision,
  kOtherTime,
  kLowContainment,
  kRepeatedBody,
  kOtherTitle,
  kCorrectionMark,
  kSameText,
  kShortText,
  kCorrectedNumbers,
  kOtherNumbers,
  kNewText,
  kOtherLead,
  kHalfShared,
  kContainment,
};

struct RuleRow {
  Rule rule;
  std::string_view name;      // `dedup.evidence.rule`
  std::string_view verdicts;  // what it gives
  std::string_view when;
  std::string_view reason;
};

std::span<const RuleRow> Rules();
std::string_view RuleName(Rule rule);

// What two articles have in common; the new one is the article to be judged, the old an original.
// Shares are in 1/10,000.
struct Facts {
  bool published_apart = false;  // both times known and further apart than the window
  bool same_text = false;        // all words, in order
  bool same_source = false;
  bool same_language = false;    // or one of them unsure
  bool titles_known = false;     // both have one
  // The new one begins with a word such as "Corrected", the old does not.
  bool correction_mark = false;
  uint32_t fewer_words = 0;      // of the shorter text
  uint32_t containment = 0;          // share of the new one's shingles that the old has
  uint32_t containment_reverse = 0;  // share of the old one's shingles that the new has
  uint32_t sampled_containment = 0;  // as `containment`, from the sample alone
  uint32_t jaccard = 0;
  uint32_t lead = 0;               // larger of both ways
  // Share of the numbers behind the same words that are the same; where fewer than three stand
  // behind the same words, of the distinct numbers of the text with fewer. kWhole: none.
  uint32_t numbers = 0;
  uint32_t number_places = 0;      // numbers behind the same words
  uint32_t corrected_numbers = 0;  // of them other numbers, which one of the texts has nowhere else
  uint32_t title = 0;              // shared words of the fewer

  uint32_t similarity() const {
    return containment > containment_reverse ? containment : containment_reverse;
  }
};

// How often the same body came, the article to be judged among them.
struct Repetition {
  // Beyond the first, titles of one source that have nothing to do with each other.
  uint32_t titles = 0;
  // Of them titles of the article's own source beside its own.
  uint32_t own_titles = 0;
  // Days on which it came under titles that have nothing to do with the article's.
  uint32_t days = 0;
};

// What the body of several articles has in common with that of one, and says nothing of it.
bool IsRepeatedBody(const Repetition& repetition);

// An entry with the same body, title and source alone.
struct Bearer {
  uint32_t source_hash = 0;
  int64_t day = 0;
  text::SampleView<uint16_t> title;  // empty: none
};

// `bearers` in any order, the article to be judged first.
Repetition CountRepetition(std::span<const Bearer> bearers);

// Both times of publication are known and further apart than the window.
bool PublishedApart(const Sketch& sketch, const StoredEntry& old, int64_t window_ms);

Facts Compare(const Sketch& sketch, const EntryStore& store, const StoredEntry& old,
              const Policy& policy);

struct Decision {
  Verdict verdict = Verdict::kUnique;
  Rule rule = Rule::kNoCandidate;
};

// The verdict on an article beside one original; kUnique: not its copy, and `rule` is the test it
// failed.
Decision Decide(const Facts& facts, const Policy& policy);

// So much in common that the bodies are one, though a line of a sidebar is another.
bool IsSameBody(const Facts& facts);
// The same source under the same headline: a page that comes again.
bool IsSamePage(const Facts& facts);

}  // namespace newsfeed::dedup
