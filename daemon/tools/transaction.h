// Writes of the operator's commands: all or nothing, and one command at a time. Replays and
// promotions have one transactional id, since what the one does decides what the other may do.
//
//   auto writer = TransactionalWriter::Open(factory, config);  // fences another one
//   auto refused = (*writer)->Commit(groups);                  // one transaction
//
// What a command has done already must be read after Open: only then can nobody else add to it.
//
// A refusal of the broker's names no record, and leaves a producer that is of no use
// (kafka/publisher.cc): the groups are halved until the culprit is alone, each time with a new
// producer. Initialising it would fence another command that was begun meanwhile, and may have
// written already. So every command first takes a second id, "ID-repair-lock", and looks whether it
// still has that one after it has made a new producer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "daemon/kafka/kafka_client.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::tools {

// A record that owns its bytes.
struct OutgoingRecord {
  std::string topic;
  std::optional<int32_t> partition{};  // none: by the key
  int64_t timestamp_ms = 0;            // 0: now
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  std::vector<std::pair<std::string, std::optional<std::string>>> headers{};

  // Key, value, headers and timestamp of a record that was read.
  static OutgoingRecord CopyOf(const kafka::PolledRecord& record);
};

// Records that make sense only together.
using OutgoingGroup = std::vector<OutgoingRecord>;

class TransactionalWriter {
 public:
  // The transactional ids are "ID-repair" and "ID-repair-lock". Waits until what a predecessor left
  // open is ended. The factory outlives the writer.
  static absl::StatusOr<std::unique_ptr<TransactionalWriter>> Open(
      kafka::ClientFactory& factory, const config::v1::Config& config);

  // A group that the broker refuses for good, and why.
  struct Refused {
    size_t group = 0;
    std::string why;
  };
  // Commits all groups but those that are refused: in one transaction, or in several where any is.
  // An error: nothing was written of the groups that were not through yet, or, if it says so, that
  // is not known. ABORTED: another replay or promotion was begun.
  absl::StatusOr<std::vector<Refused>> Commit(const std::vector<OutgoingGroup>& groups);

 private:
  TransactionalWriter(kafka::ClientFactory& factory, const config::v1::Config& config)
      : factory_(factory), config_(config) {}

  absl::StatusOr<std::unique_ptr<kafka::Producer>> NewProducer(std::string_view suffix) const;
  // `first` is the index of the first of them. Adds to `refused`.
  absl::Status CommitAll(std::span<const OutgoingGroup> groups, size_t first,
                         std::vector<Refused>& refused);
  // Why one of the groups is refused, or nothing and all is committed.
  absl::StatusOr<std::optional<std::string>> TryCommit(std::span<const OutgoingGroup> groups);
  // `record` tells a partition that may be written to.
  absl::Status Renew(const OutgoingRecord& record);
  absl::Status HoldLock(const OutgoingRecord& record);

  kafka::ClientFactory& factory_;
  const config::v1::Config config_;
  std::unique_ptr<kafka::Producer> lock_;
  std::unique_ptr<kafka::Producer> producer_;
};

}  // namespace newsfeed::tools
