// Fills a batch from a group until it is full, old enough, or nothing more is waiting.
#pragma once

#include <absl/time/time.h>

#include <algorithm>

#include "daemon/kafka/group_reader.h"
#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/batch.h"

namespace newsfeed::stages {

class BatchFiller {
 public:
  // `times`: as many records as are configured, for a hop that does little with each. Bytes bound
  // it all the same.
  explicit BatchFiller(const config::v1::Config& config, size_t times = 1)
      : max_records_(times * config.batch().max_records()),
        max_bytes_(config.batch().max_bytes()),
        linger_(absl::Milliseconds(config.delivery().linger_ms())),
        oldest_(std::max(linger_, kUnderWayAtMost)) {}

  enum class Result : uint8_t {
    kMore,     // go on
    kNothing,  // nothing is waiting
    kClosed,   // the batch is to be worked on
    kPending,  // a new partition is to be begun first
    kRevoked,  // forget the batch and rewind
    kDead,     // as of the reader
    kGone,     // as of the reader
  };

  // Reads for one step, and waits once at most.
  // `limit`: records it may have at most, below what is configured.
  Result Fill(kafka::GroupReader& reader, Batch& batch, size_t limit, absl::Time now,
              absl::Duration may_wait);

 private:
  // Polls of one step: so many records are added before the owner looks about.
  static constexpr int kPollsPerStep = 512;
  // While more is under way a batch waits for it: a poll so long, and so long in all. A third of
  // what two hops may take of the latency that is aimed at.
  static constexpr absl::Duration kUnderWay = absl::Milliseconds(5);
  static constexpr absl::Duration kUnderWayAtMost = absl::Milliseconds(20);

  Result Read(kafka::GroupReader& reader, Batch& batch, absl::Time now, absl::Duration wait);
  bool Old(const Batch& batch, absl::Time now) const {
    return !batch.empty() && now - first_ >= oldest_;
  }

  bool Full(const Batch& batch, size_t limit) const {
    return batch.size() >= std::min(max_records_, limit) || batch.value_bytes() >= max_bytes_;
  }

  size_t max_records_;
  size_t max_bytes_;
  absl::Duration linger_;
  absl::Duration oldest_;
  absl::Time first_ = absl::InfinitePast();  // when the batch got its first record
};

}  // namespace newsfeed::stages
