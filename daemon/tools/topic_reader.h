// Reads topics from a place of choice to the end they have when reading begins, and no further.
//
//   auto reader = TopicReader::Open(factory, config);
//   auto ranges = (*reader)->RangesOf({"articles.enriched"});        // first offset, end
//   absl::Status status = (*reader)->Read(*ranges, absl::ZeroDuration(),
//                                         [](const kafka::PolledRecord& r) {...});
//
// Only what is committed is seen, but for ReadUncommitted. Topics written by transactions end in
// markers, so nobody can wait for a number of records: a partition is done when Kafka says that its
// end is reached. An open transaction holds that end back; Read waits for it as long as it is told
// to, and then says so in the range.
//
// Belongs to one thread. Joins no group, commits nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <absl/base/attributes.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "daemon/kafka/kafka_client.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::tools {

// A part of a partition, and how far it was read.
struct ReadRange {
  kafka::TopicPartition where;
  int64_t low = 0;     // the partition's first offset
  int64_t end = 0;     // one past its last record or marker, when asked
  int64_t begin = 0;   // where reading begins: `low`, unless changed
  int64_t reached = 0;  // after Read: what lies before it has been seen
  // After Read: an open transaction hides what lies from `reached` to `end`.
  bool open_transaction = false;
  // After Read: timestamp of the first record that is hidden; 0: not known. It is the time its
  // producer gave it, and newsfeed's own producers give it that of the input record.
  int64_t open_since_ms = 0;
};

class TopicReader {
 public:
  // False: enough, stop.
  using Take = std::function<bool(const kafka::PolledRecord& record)>;

  // UNAVAILABLE where no broker answers within ten seconds. `factory` outlives the reader.
  static absl::StatusOr<std::unique_ptr<TopicReader>> Open(kafka::ClientFactory& factory,
                                                           const config::v1::Config& config);

  // All partitions of the topics. NOT_FOUND names a topic that does not exist.
  absl::StatusOr<std::vector<ReadRange>> RangesOf(const std::vector<std::string>& topics);
  // The same up to the first open transaction: all that lies there is decided.
  absl::StatusOr<std::vector<ReadRange>> StableRangesOf(const std::vector<std::string>& topics);

  // Hands each record of the ranges to `take`: in order within a partition. Waits up to `patience`
  // for open transactions.
  absl::Status Read(std::vector<ReadRange>& ranges, absl::Duration patience, const Take& take);

  // The same with what is not committed: of transactions that are open or were aborted. Waits for
  // none.
  absl::Status ReadUncommitted(std::vector<ReadRange>& ranges, const Take& take);

  // Shortens the ranges so that the last `records` of each partition are left. Offsets tell
  // nothing: ends of transactions take some, so the records are counted.
  absl::Status KeepLast(std::vector<ReadRange>& ranges, int64_t records);

  // The one record at a place; NOT_FOUND where there is none.
  absl::Status ReadOne(const kafka::PartitionOffset& at, const Take& take);

  // Offsets that a group has committed, -1 for none, in the order of `partitions`.
  absl::StatusOr<std::vector<int64_t>> CommittedBy(
      const std::string& group, const std::vector<kafka::TopicPartition>& partitions);

  kafka::Admin& admin() ABSL_ATTRIBUTE_LIFETIME_BOUND { return *admin_; }

 private:
  TopicReader(kafka::ClientFactory& factory, const config::v1::Config& config)
      : factory_(factory), config_(config) {}

  absl::StatusOr<std::vector<ReadRange>> RangesBy(kafka::Consumer& consumer,
                                                  const std::vector<std::string>& topics);
  absl::Status ReadBy(kafka::Consumer& consumer, std::vector<ReadRange>& ranges,
                      absl::Duration patience, const Take& take);
  absl::Status AskOpenSince(ReadRange& range);

  kafka::ClientFactory& factory_;
  const config::v1::Config& config_;
  std::unique_ptr<kafka::Admin> admin_;
  std::unique_ptr<kafka::Consumer> consumer_;
  // Sees what is not committed, and knows where partitions end, open transactions included.
  std::unique_ptr<kafka::Consumer> uncommitted_;
};

// "articles.enriched/3: offsets 17 to 20 are held by an open transaction since
// 2026-03-01T09:30:00Z" for the ranges that are; empty: none.
std::vector<std::string> OpenTransactions(const std::vector<ReadRange>& ranges);

}  // namespace newsfeed::tools
