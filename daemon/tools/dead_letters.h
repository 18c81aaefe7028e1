// Dead letters: what lies in the topic, and sending it back once its cause is mended.
//
// A replay writes, in one transaction, the record to where it came from (an input, or ID-judged
// with its verdict) and a receipt into the topic of dead letters: each is replayed once, however
// often the command is run, killed or run twice at a time. The record keeps its key, value, headers
// (without newsfeed-error-*), timestamp and partition. What goes back to ID-judged is left where a
// copy of its original was promoted instead (duplicates.h): then all topics are read.
//
// One thread. What only has a stub left (the value was too large for the topic) cannot be replayed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "daemon/kafka/kafka_client.h"
#include "daemon/tools/coordinates.h"
#include "daemon/tools/topic_reader.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::tools {

// A dead letter without its value.
struct DeadLetter {
  Place place;
  int64_t timestamp_ms = 0;
  std::string reason;  // "WRONG_TYPE"
  std::string stage;
  std::string detail;  // fit for a screen
  std::optional<Coordinates> source;
  bool late = false;  // goes back to ID-judged
  bool promotion = false;  // of an article that `duplicates promote` had sent there
  bool stub = false;
  bool replayed = false;
};

// Which; what is not set lets all through.
struct DeadLetterFilter {
  std::string reason{};
  std::string stage{};
  std::optional<int32_t> partition{};
  std::optional<int64_t> offset{};
  std::optional<std::string> key{};
  bool unreplayed_only = false;
  int64_t last = 0;  // of those that pass, the newest by timestamp; 0: all
};

struct DeadLetterList {
  std::vector<DeadLetter> letters;             // by partition and offset
  std::vector<std::string> open_transactions;  // parts of the topic that cannot be read now
};

// One line of JSON; without `source` where it is not known.
std::string JsonOf(const DeadLetter& letter);

// Waits up to `patience` for open transactions. Only what passes is held in memory, of `last` no
// more than that.
absl::StatusOr<DeadLetterList> ListDeadLetters(TopicReader& reader,
                                               const config::v1::Config& config,
                                               const DeadLetterFilter& filter,
                                               absl::Duration patience);

struct ReplayReport {
  uint64_t replayed = 0;
  uint64_t already = 0;  // have a receipt
  std::vector<std::string> left;  // "3:17: only a stub is left …"
};

// With `dry_run` nothing is written and nobody is fenced.
absl::StatusOr<ReplayReport> ReplayDeadLetters(kafka::ClientFactory& factory, TopicReader& reader,
                                               const config::v1::Config& config,
                                               const DeadLetterFilter& filter, bool dry_run);

}  // namespace newsfeed::tools
