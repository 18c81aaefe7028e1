#include "daemon/stages/batch_filler.h"

#include <algorithm>

namespace newsfeed::stages {

BatchFiller::Result BatchFiller::Fill(kafka::GroupReader& reader, Batch& batch, size_t limit,
                                      absl::Time now, absl::Duration may_wait) {
  for (int polls = 0; polls < kPollsPerStep; ++polls) {
    if (Full(batch, limit) || Old(batch, now)) return Result::kClosed;
    const Result read = Read(reader, batch, now, absl::ZeroDuration());
    if (read == Result::kMore) continue;
    if (read != Result::kNothing) return read;
    if (!batch.empty() && linger_ == absl::ZeroDuration() && reader.at_end()) {
      return Result::kClosed;
    }
    // One wait a step: the owner knows what time it is only then.
    return Read(reader, batch, now, batch.empty() ? may_wait : std::min(may_wait, kUnderWay));
  }
  return Result::kMore;
}

BatchFiller::Result BatchFiller::Read(kafka::GroupReader& reader, Batch& batch, absl::Time now,
                                      absl::Duration wait) {
  using ReadResult = kafka::GroupReader::ReadResult;
  const ReadResult read = reader.Read(batch, now, wait);
  if (read == ReadResult::kDead) return Result::kDead;
  if (read == ReadResult::kGone) return Result::kGone;
  if (reader.TakeRevoked()) return Result::kRevoked;
  if (!reader.pending().empty()) return Result::kPending;
  if (read == ReadResult::kRecord && batch.size() == 1) first_ = now;
  return read == ReadResult::kNothing ? Result::kNothing : Result::kMore;
}

}  // namespace newsfeed::stages
