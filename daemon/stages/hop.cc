#include "daemon/stages/hop.h"

#include <string>

#include "newsfeed/v1/article.pb.h"

namespace newsfeed::stages {

void HopOutput::Clear() {
  records.clear();
  passed_on = bytes = 0;
  outcomes = {};
  dead_letters.clear();
  filtered.clear();
  verdicts.clear();
}

void HopOutput::CountInto(WorkerCounters& counters) const {
  counters.records_passed_on += passed_on;
  counters.bytes_written += bytes;
  for (size_t i = 0; i < kOutcomes; ++i) counters.outcomes[i] += outcomes[i];
  for (const auto& [reason, count] : dead_letters) {
    counters.dead_letters_by_reason[std::string(ReasonName(reason))] += count;
  }
  for (const auto& [why, count] : filtered) {
    counters.filtered_by_why[std::string(FilterWhyName(why))] += count;
  }
  for (const auto& [verdict, count] : verdicts) {
    counters.verdicts[v1::Dedup::Verdict_Name(static_cast<v1::Dedup::Verdict>(verdict))] += count;
  }
}

}  // namespace newsfeed::stages
