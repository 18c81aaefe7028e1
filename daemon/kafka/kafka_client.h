// Kafka as the daemon sees it: one-to-one the rd_kafka calls we use, without decisions of its own.
//
// Sessions, rebalances, error handling, judge and audit stand above this interface and are the same
// code over librdkafka (rdkafka_client.cc) and over a model of the broker (tests/simulation). What
// a call does and how it fails is told in librdkafka's rdkafka.h and INTRODUCTION.md; here stands
// only what we rely on.
//
// A client is used by one thread. No call throws. Timeouts are the longest a call may block; a call
// that timed out is kTimedOut and may be repeated where rdkafka.h says that it resumes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/time/time.h>

#include "processors/article/record.h"

namespace newsfeed::kafka {

// What went wrong with a call, in the classes that decide what is to be done.
enum class ErrorClass : uint8_t {
  kNone,
  kRetriable,  // repeat the same call
  kAbortable,  // abort the transaction, rewind, go on with the same producer
  kFatal,      // the client is dead: destroy it and make a new one (also _FENCED)
  kFenced,     // fatal, and somebody else has our transactional.id
  kTimedOut,   // outcome unknown
  kRefused,    // the broker or the client refused this one record for good
  kOther,      // anything else: not the record's fault, not known to be repeatable
};

struct Error {
  ErrorClass kind = ErrorClass::kNone;
  int code = 0;          // rd_kafka_resp_err_t
  std::string name;      // "ILLEGAL_GENERATION"
  std::string message;

  bool ok() const { return kind == ErrorClass::kNone; }
};

// A partition by name; sorts by topic, then number.
struct TopicPartition {
  std::string topic;
  int32_t partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
};

// Offsets with the metadata string that Kafka keeps beside a committed offset. Offset -1: none.
struct PartitionOffset {
  TopicPartition where;
  int64_t offset = -1;
  std::string metadata{};
  bool operator==(const PartitionOffset&) const = default;
};

inline constexpr int64_t kNoOffset = -1;

// A record as it was polled. Views live until the next poll of the same consumer.
struct PolledRecord {
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = 0;
  std::string_view key{};    // data() == nullptr: null
  std::string_view value{};  // data() == nullptr: null
  std::span<const Header> headers{};
};

// What a poll may give.
struct PollOutcome {
  enum class Kind : uint8_t { kNothing, kRecord, kEndOfPartition, kError };
  Kind kind = Kind::kNothing;
  PolledRecord record;                 // kRecord; kEndOfPartition: topic, partition, offset only
  Error error;                         // kError: of the consumer or of one partition
};

// The group's membership at one moment, as send_offsets wants it. Opaque.
class GroupMetadata {
 public:
  virtual ~GroupMetadata() = default;
};

// Called from within Poll and Close. The session answers by calling Assign… or Unassign… of the
// consumer.
class RebalanceListener {
 public:
  virtual ~RebalanceListener() = default;
  virtual void OnAssigned(const std::vector<TopicPartition>& partitions) = 0;
  // `lost`: the group has given them to others already; nothing of them may be committed.
  virtual void OnRevoked(const std::vector<TopicPartition>& partitions, bool lost) = 0;
};

class Consumer {
 public:
  virtual ~Consumer() = default;

  virtual Error Subscribe(const std::vector<std::string>& topics) = 0;
  virtual PollOutcome Poll(absl::Duration timeout) = 0;

  // Adds to or takes from the assignment, by the group's protocol (incremental with
  // cooperative-sticky, whole with range). Partitions start at the offset given; none: at the
  // committed one.
  virtual Error Assign(const std::vector<PartitionOffset>& partitions) = 0;
  virtual Error Unassign(const std::vector<TopicPartition>& partitions) = 0;

  virtual Error Seek(const std::vector<PartitionOffset>& positions, absl::Duration timeout) = 0;

  // Offsets committed for this consumer's group, waiting for open transactions over them.
  virtual Error Committed(std::vector<PartitionOffset>& partitions, absl::Duration timeout) = 0;
  // First offset, and the one after the last: the high watermark, but with
  // isolation.level=read_committed the last stable offset, the first of an open transaction
  // (measured with 2.0.2). Whoever must know what an open transaction hides asks through a
  // read_uncommitted consumer. Asks anew who leads the partition.
  virtual Error Watermarks(const TopicPartition& partition, int64_t& low, int64_t& high,
                           absl::Duration timeout) = 0;
  // End of the log as the last answer to a fetch told it; -1: not known. Asks nobody.
  virtual int64_t LastEnd(const TopicPartition& partition) = 0;
  // Commits offsets as the consumer: only start positions and at-least-once.
  virtual Error Commit(const std::vector<PartitionOffset>& positions) = 0;

  // Null without a generation: not joined, or the assignment is lost. Offsets must not be sent
  // then.
  virtual std::unique_ptr<GroupMetadata> TakeGroupMetadata() = 0;

  // Leaves the group. Blocks no longer than `timeout`; the client is of no use afterwards.
  virtual void Close(absl::Duration timeout) = 0;
};

// A record to be produced. All is copied by Produce.
struct ProducedRecord {
  std::string_view topic;
  std::optional<int32_t> partition{};  // none: by the key
  int64_t timestamp_ms = 0;            // 0: now
  std::string_view key{};              // data() == nullptr: null
  std::string_view value{};            // data() == nullptr: null
  std::span<const Header> headers{};
};

class Producer {
 public:
  virtual ~Producer() = default;

  virtual Error InitTransactions(absl::Duration timeout) = 0;
  virtual Error BeginTransaction() = 0;
  // Queues a record; kRefused: too large for the client's own limit, the transaction is unharmed;
  // kRetriable: the queue is full, call Serve and repeat.
  virtual Error Produce(const ProducedRecord& record) = 0;
  virtual Error SendOffsets(const std::vector<PartitionOffset>& offsets, const GroupMetadata& group,
                            absl::Duration timeout) = 0;
  virtual Error CommitTransaction(absl::Duration timeout) = 0;
  virtual Error AbortTransaction(absl::Duration timeout) = 0;

  // Waits until all queued records have been answered.
  virtual Error Flush(absl::Duration timeout) = 0;
  // Delivers answers to what was produced.
  virtual void Serve(absl::Duration timeout) = 0;
  // The first record that the broker refused since the last call: its place in the order of Produce
  // since BeginTransaction (or since the last call), and why.
  struct Refusal {
    size_t ordinal = 0;
    Error error;
  };
  virtual std::optional<Refusal> TakeRefusal() = 0;

  // Asks for a topic's partitions, which also makes the client know their leaders.
  virtual Error Metadata(const std::string& topic, int32_t& partitions, absl::Duration timeout) = 0;
};

// A topic to be made. Options are the broker's topic settings ("retention.ms").
struct NewTopic {
  std::string name;
  int32_t partitions = 1;
  int32_t replication = -1;            // -1: the broker's default
  std::map<std::string, std::string> options{};
};

// A topic as the cluster has it.
struct TopicDescription {
  bool exists = false;                 // the rest is empty where it does not
  int32_t partitions = 0;
  int32_t replication = 0;             // the smallest of its partitions
  std::map<std::string, std::string> options{};  // with the broker's defaults
};

// Topics and what is kept in them. Asking for a topic never makes it, whatever the broker's
// `auto.create.topics.enable` says.
class Admin {
 public:
  virtual ~Admin() = default;

  // kOther with name "TOPIC_ALREADY_EXISTS" where it is there already.
  virtual Error CreateTopic(const NewTopic& topic, absl::Duration timeout) = 0;
  // An absent topic is no error.
  virtual Error DescribeTopic(const std::string& name, TopicDescription& out,
                              absl::Duration timeout) = 0;
  // Settings of one of the brokers ("default.replication.factor").
  virtual Error DescribeBroker(std::map<std::string, std::string>& options,
                               absl::Duration timeout) = 0;
  // Deletes what lies before the offsets; what is gone already is no error.
  virtual Error DeleteRecords(const std::vector<PartitionOffset>& before,
                              absl::Duration timeout) = 0;
};

// Options of one client: librdkafka property names.
using Properties = std::map<std::string, std::string>;

// Makes clients. Thread-safe.
class ClientFactory {
 public:
  virtual ~ClientFactory() = default;
  // Null with `error` set where the properties are refused. `listener` outlives the consumer.
  virtual std::unique_ptr<Consumer> NewConsumer(const Properties& properties,
                                                RebalanceListener* listener, Error& error) = 0;
  virtual std::unique_ptr<Producer> NewProducer(const Properties& properties, Error& error) = 0;
  virtual std::unique_ptr<Admin> NewAdmin(const Properties& properties, Error& error) = 0;
};

}  // namespace newsfeed::kafka
