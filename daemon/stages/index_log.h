// Reads the changelog of the judge's index and applies it: restores at start, follows as a standby.
//
//   log.Open(now)                 from the first entry, or from where it was
//   log.Read(judge, wait)         one poll; applies what came
//   log.position()                next offset to be applied
//   log.AskEnd()                  high watermark: what position must reach
//
// Reads what is committed only, so the end is reached once no transaction is open over it. A
// position below the log's start (it was trimmed while we were away) needs a new index: kGap. One
// thread.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include <absl/status/status.h>
#include <absl/time/time.h>

#include "daemon/kafka/kafka_client.h"
#include "newsfeed/v1/internal.pb.h"
#include "processors/dedup/judge.h"

namespace newsfeed::stages {

class IndexLog {
 public:
  IndexLog(kafka::ClientFactory* factory, kafka::Properties properties, std::string topic)
      : factory_(factory), properties_(std::move(properties)), where_{std::move(topic), 0} {}

  enum class Result : uint8_t {
    kApplied,
    kNothing,
    kGap,        // trimmed away, or entries are missing: Restart with an empty judge
    kUnreadable, // an entry that this version does not know: error() tells
    kDead,       // Open again
  };

  // A client that reads from position(), or from the log's start after Restart.
  absl::Status Open();
  void Close() { consumer_.reset(); }
  bool is_open() const { return consumer_ != nullptr; }
  // From the start of the log on.
  void Restart() {
    consumer_.reset();
    position_ = -1;
  }

  Result Read(dedup::Judge& judge, absl::Duration wait);

  // Sets end().
  absl::Status AskEnd();
  int64_t end() const { return end_; }
  int64_t position() const { return position_; }
  // Offsets from position() to end(), as far as they were asked for.
  uint64_t behind() const { return static_cast<uint64_t>(std::max<int64_t>(end_ - position_, 0)); }
  bool reached_end() const { return position_ >= 0 && position_ >= end_; }
  // Everything up to here was written by us.
  void SkipTo(int64_t position) { position_ = std::max(position_, position); }

  const std::string& error() const { return error_; }

 private:
  static constexpr uint32_t kCommitEvery = 256;

  Result Apply(const kafka::PolledRecord& record, dedup::Judge& judge);

  kafka::ClientFactory* const factory_;
  const kafka::Properties properties_;
  const kafka::TopicPartition where_;
  std::unique_ptr<kafka::Consumer> consumer_;
  int64_t position_ = -1;
  int64_t end_ = -1;
  uint32_t since_commit_ = 0;
  v1::IndexEntry entry_;
  std::string error_;
};

}  // namespace newsfeed::stages
