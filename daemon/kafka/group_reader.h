// A member of a consumer group that reads records into batches and knows its own positions.
//
//   reader->Read(batch, wait)      one poll: a record, an event, or nothing
//   reader->offsets()              last + 1 of what was read, to be committed with the outcomes
//   reader->Committed()            they were
//   reader->Rewind()               they were not: back to what is committed
//   reader->Doubt()                not known whether they were: the next Rewind asks the group
//
// The position map is the truth: what is committed comes from it, never from the client. Records
// below the expected offset are dropped and counted. A rebalance that takes a partition makes the
// batch in hand invalid: TakeRevoked() says so, and the owner clears the batch and rewinds the
// rest.
//
// New partitions wait in pending() until the owner calls Assign, so that no decision is taken
// inside a callback of librdkafka and the judge can restore its index first.
//
// One thread. At most one call to Kafka in each method, but for Rewind and Assign (two).
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/time/time.h>

#include "daemon/kafka/kafka_client.h"
#include "daemon/status.h"
#include "processors/article/batch.h"

namespace newsfeed::kafka {

// A broker that was stopped and goes on believes for a moment that it leads still, and that the log
// ends where it ended then. Longer than the session of brokers (9 s).
inline constexpr absl::Duration kCutOffPatience = absl::Seconds(10);

class GroupReader : private RebalanceListener {
 public:
  struct Options {
    Properties properties;
    std::vector<std::string> topics;
    // Larger payloads are handed on cut, with size and hash.
    uint64_t max_record_bytes = 0;
    // A topic between our stages: its log never ends before what we committed.
    bool internal = false;
  };

  enum class ReadResult : uint8_t {
    kRecord,   // added to the batch
    kNothing,  // none now
    kEvent,    // something else was served; ask again
    kDead,     // the client is of no use any more: Open again
    kGone,     // an internal topic does not hold what comes next: an operator must look
  };

  GroupReader(ClientFactory* factory, Options options)
      : factory_(factory), options_(std::move(options)) {}
  GroupReader(const GroupReader&) = delete;
  GroupReader& operator=(const GroupReader&) = delete;

  // Makes the client and joins the group. Forgets everything of a client before.
  Error Open();
  // Leaves the group.
  void Close(absl::Duration timeout);
  bool is_open() const { return consumer_ != nullptr; }

  ReadResult Read(Batch& batch, absl::Time now, absl::Duration wait);
  // Every partition has been read to its end, as far as we know.
  bool at_end() const;

  // True once after partitions were taken away.
  bool TakeRevoked() { return std::exchange(revoked_, false); }
  // Given by the group, not read yet.
  const std::vector<TopicPartition>& pending() const { return pending_; }
  // Begins the pending ones: at what the group has committed, else at the first record.
  // FAILED_PRECONDITION: the log of an internal topic does not hold the committed offset. Any other
  // error: no answer; call again.
  absl::Status Assign();
  // Begins all pending ones at `offset`.
  absl::Status AssignAt(int64_t offset);
  // What the group has committed, whoever of it has the partitions; kNoOffset: nothing.
  absl::Status CommittedOf(std::vector<PartitionOffset>& partitions);
  // What the group has committed for the first pending partition; kNoOffset: nothing.
  absl::Status PendingCommitted(int64_t& offset);

  // Back to what is committed. Asks the group only in doubt: the answer waits behind a join that is
  // under way, for seconds, and meanwhile the partitions that are kept would not be worked on.
  absl::Status Rewind();
  void Committed();
  void Doubt() { doubt_ = true; }

  // Next offset of each partition that has moved since the last commit.
  std::vector<PartitionOffset> offsets() const;
  Consumer* consumer() { return consumer_.get(); }

  // Has been given partitions, or been told that there are none for it.
  bool joined() const { return joined_; }
  std::vector<PartitionStatus> Partitions() const;
  uint64_t dropped() const { return dropped_; }
  uint64_t skipped() const { return skipped_; }
  uint64_t rebalances() const { return rebalances_; }
  // Clients made after the first.
  uint64_t replaced() const { return opened_ > 0 ? opened_ - 1 : 0; }
  const Error& last_error() const { return last_error_; }

 private:
  struct Position {
    int64_t committed = 0;  // or where reading began
    int64_t next = 0;       // expected
    int64_t end = -1;       // of the log, when last told
    int64_t timestamp_ms = 0;            // of the record before `next`. 0: not known
    int64_t committed_timestamp_ms = 0;  // the same for `committed`
    bool at_end = false;
    // Since when its log is told to end below `next`. InfiniteFuture: it is not.
    absl::Time ends_below_since = absl::InfiniteFuture();
    // The log was cut off or made anew: its first record must be younger than this to be begun
    // again. 0: no probe.
    int64_t probe_after_ms = 0;
    int64_t probed_from = 0;  // `next` before the probe
  };

  void OnAssigned(const std::vector<TopicPartition>& partitions) override;
  void OnRevoked(const std::vector<TopicPartition>& partitions, bool lost) override;

  ReadResult TakeRecord(const PolledRecord& record, Batch& batch);
  ReadResult TakeError(const PollOutcome& outcome);
  ReadResult HandleOutOfRange(const TopicPartition& where);
  // kRecord: it is of a topic made anew, and may be taken.
  ReadResult Probe(const PolledRecord& record, Position& position);
  // The log ends before what was read; true: for so long that it must be believed.
  bool EndsBelow(const TopicPartition& where, int64_t end, Position& position);
  // At `next` where the log now holds it after all, since the one who told its end was not its
  // leader any more; else at its end, or its beginning where that has come past. Where nothing has
  // `proven` that it is the same log, all that it holds counts as skipped.
  ReadResult GoOnInSameLog(const TopicPartition& where, int64_t next, Position& position,
                           bool proven);
  // Reads every partition from Position::next on. Not by seeking: librdkafka refuses that where a
  // partition stopped at an offset out of range, and leaves it unread.
  Error Restart();
  ReadResult RestartedOrDead() { return Restart().ok() ? ReadResult::kEvent : ReadResult::kDead; }
  absl::Status AskCommitted();
  void Add(const PolledRecord& record, Batch& batch);
  absl::Status Begin(const std::vector<PartitionOffset>& from);
  absl::Status FirstOffset(PartitionOffset& partition);
  Position* Find(std::string_view topic, int32_t partition);

  ClientFactory* const factory_;
  const Options options_;
  std::unique_ptr<Consumer> consumer_;
  std::map<TopicPartition, Position> positions_;
  std::vector<TopicPartition> pending_;
  std::set<std::string, std::less<>> topic_names_;  // views of batches
  TopicPartition key_;                              // scratch
  absl::Time now_ = absl::InfinitePast();           // of the last Read
  // Partitions that stopped at an offset out of range.
  absl::Time begin_again_ = absl::InfiniteFuture();
  bool revoked_ = false;
  bool doubt_ = false;
  bool joined_ = false;
  uint64_t dropped_ = 0;
  uint64_t skipped_ = 0;
  uint64_t rebalances_ = 0;
  uint64_t opened_ = 0;
  Error last_error_;
};

}  // namespace newsfeed::kafka
