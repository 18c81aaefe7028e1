// What becomes of a record, counted: every input record ends as exactly one outcome.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "processors/article/batch.h"

namespace newsfeed {

enum class Outcome : uint8_t { kEnriched, kDuplicate, kDeadLetter, kFiltered };
inline constexpr size_t kOutcomes = 4;

// One row of THE table of outcomes.
struct OutcomeEntry {
  Outcome outcome;
  std::string_view name;   // metric label and key of summary.json: "dead_letter"
  std::string_view topic;  // default topic, and name of the output file: "articles.dead-letter"
  std::string_view title;  // for the summary on the screen: "dead letters"
};

// In the order of the enum.
std::span<const OutcomeEntry> OutcomeTable();
const OutcomeEntry& EntryOf(Outcome outcome);

// Of an article that has been through the whole chain.
Outcome OutcomeOf(const Article& article);

// Counters of one run. Plain integers: one thread.
class OutcomeAccounting {
 public:
  void CountRead(uint64_t records) { read_ += records; }
  void CountOutcomes(const Batch& batch);

  uint64_t read() const { return read_; }
  uint64_t count(Outcome outcome) const { return counts_[static_cast<size_t>(outcome)]; }

  // All that have an outcome.
  uint64_t done() const;

  // Records that were read and have no outcome yet. 0 when all is through; anything else at the
  // end of a run is a fault of ours.
  int64_t in_flight() const;

 private:
  uint64_t read_ = 0;
  std::array<uint64_t, kOutcomes> counts_{};
};

}  // namespace newsfeed
