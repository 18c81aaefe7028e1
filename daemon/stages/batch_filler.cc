#include "daemon/stages/batch_filler.h"

#include <algorithm>

namespace newsfeed::stages {

BatchFiller::Result BatchFiller::Fill(kafka::GroupReader& reader, Batch& batch, absl::Time now,
                                      absl::Duration may_wait) {
  using ReadResult = kafka::GroupReader::ReadResult;
  for (int polls = 0; polls < kPollsPerStep; ++polls) {
    if (Full(batch)) return Result::kClosed;
    absl::Duration wait = absl::ZeroDuration();
    const bool whole = batch.empty() || (reader.at_end() && linger_ == absl::ZeroDuration());
    if (batch.empty()) {
      wait = may_wait;
    } else if (!whole) {
      wait = std::min(may_wait, linger_ > absl::ZeroDuration() ? first_ + linger_ - now : kUnderWay);
    }
    const ReadResult read = reader.Read(batch, std::max(wait, absl::ZeroDuration()));
    if (read == ReadResult::kDead) return Result::kDead;
    if (reader.TakeRevoked()) return Result::kRevoked;
    if (read == ReadResult::kRecord && batch.size() == 1) first_ = now;
    if (!reader.pending().empty()) return Result::kMore;
    if (read != ReadResult::kNothing) continue;
    if (batch.empty()) return Result::kNothing;
    if (linger_ == absl::ZeroDuration() || now - first_ >= linger_) return Result::kClosed;
    return Result::kMore;
  }
  return Result::kMore;
}

}  // namespace newsfeed::stages
