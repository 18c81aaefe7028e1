#include "daemon/outcome.h"

#include <numeric>

namespace newsfeed {
namespace {

constexpr std::array kTable = std::to_array<OutcomeEntry>({
    {Outcome::kEnriched, "enriched", "articles.enriched", "enriched"},
    {Outcome::kDuplicate, "duplicates", "articles.duplicates", "duplicates"},
    {Outcome::kDeadLetter, "dead_letter", "articles.dead-letter", "dead letters"},
    {Outcome::kFiltered, "filtered", "articles.filtered", "filtered"},
});
static_assert(kTable.size() == kOutcomes);

}  // namespace

std::span<const OutcomeEntry> OutcomeTable() { return kTable; }
const OutcomeEntry& EntryOf(Outcome outcome) { return kTable[static_cast<size_t>(outcome)]; }

Outcome OutcomeOf(const Article& article) {
  switch (article.fate.kind) {
    case FateKind::kRejected: return Outcome::kDeadLetter;
    case FateKind::kFiltered: return Outcome::kFiltered;
    case FateKind::kLive: break;
  }
  return article.dedup.verdict == Verdict::kDuplicate ? Outcome::kDuplicate : Outcome::kEnriched;
}

void OutcomeAccounting::CountOutcomes(const Batch& batch) {
  for (const Article& article : batch.articles()) {
    ++counts_[static_cast<size_t>(OutcomeOf(article))];
  }
}

uint64_t OutcomeAccounting::done() const {
  return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0});
}

int64_t OutcomeAccounting::in_flight() const {
  return static_cast<int64_t>(read_) - static_cast<int64_t>(done());
}

}  // namespace newsfeed
