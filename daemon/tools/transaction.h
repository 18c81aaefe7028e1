// Writes of the operator's commands: all or nothing, and one command at a time. Replays and promotions have one
// transactional id, since what the one does decides what the other may do.
//
//   auto writer = TransactionalWriter::Open(factory, config);  // fences another replay or promotion
//   auto refused = (*writer)->Commit(groups);                  // one transaction
//
// What a command has done already must be read after Open: only then can nobody else add to it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
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
  // The transactional id is "ID-repair". Waits until what a predecessor left open is ended.
  static absl::StatusOr<std::unique_ptr<TransactionalWriter>> Open(kafka::ClientFactory& factory,
                                                                   const config::v1::Config& config);

  // A group that the broker refuses for good, and why.
  struct Refused {
    size_t group = 0;
    std::string why;
  };
  // Commits all groups but those that are refused, in one transaction. An error: nothing of them was written,
  // or, if it says so, that is not known. ABORTED: another replay or promotion was begun.
  absl::StatusOr<std::vector<Refused>> Commit(const std::vector<OutgoingGroup>& groups);

 private:
  explicit TransactionalWriter(std::unique_ptr<kafka::Producer> producer)
      : producer_(std::move(producer)) {}

  absl::StatusOr<std::optional<Refused>> TryCommit(const std::vector<OutgoingGroup>& groups,
                                                   const std::vector<bool>& left_out);
  kafka::Error ProduceOne(const OutgoingRecord& record);

  std::unique_ptr<kafka::Producer> producer_;
};

}  // namespace newsfeed::tools
