// Fills a batch from a group until it is full, old enough, or nothing more is waiting.
#pragma once

#include <absl/time/time.h>

#include "daemon/kafka/group_reader.h"
#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/batch.h"

namespace newsfeed::stages {

class BatchFiller {
 public:
  explicit BatchFiller(const config::v1::Config& config)
      : max_records_(config.batch().max_records()),
        max_bytes_(config.batch().max_bytes()),
        linger_(absl::Milliseconds(config.delivery().linger_ms())) {}

  enum class Result : uint8_t { kMore, kClosed, kNothing, kRevoked, kDead };

  // Reads for one step. kClosed: the batch is to be worked on. kRevoked: forget it and rewind.
  Result Fill(kafka::GroupReader& reader, Batch& batch, absl::Time now, absl::Duration may_wait);

 private:
  // Polls of one step: so many records are added before the owner looks about.
  static constexpr int kPollsPerStep = 512;
  // While records are under way a batch waits so long for them.
  static constexpr absl::Duration kUnderWay = absl::Milliseconds(5);

  bool Full(const Batch& batch) const {
    return batch.size() >= max_records_ || batch.value_bytes() >= max_bytes_;
  }

  const size_t max_records_;
  const size_t max_bytes_;
  const absl::Duration linger_;
  absl::Time first_ = absl::InfinitePast();  // when the batch got its first record
};

}  // namespace newsfeed::stages
