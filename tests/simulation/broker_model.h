// A model of a Kafka cluster: what a client can see of topics, transactions and consumer groups.
//
// One object is the cluster, without network or replicas. What it assumes about Kafka, each held against a real
// broker by tests/faults and tests/daemon/kafka:
//
// - A transactional record is in the log at once and hides all behind it from read_committed readers until its
//   transaction is decided and the marker of its partition is written. Markers take offsets. They are written one
//   partition after another, some time after the decision; offsets of the group become visible as one of them.
// - init_transactions ends what an earlier producer of the id left open (commits what was decided, aborts the rest) and
//   raises the epoch; requests of an older epoch are refused. An open transaction beyond its timeout is aborted the
//   same way.
// - A request of the current epoch is obeyed whenever it arrives: an EndTxn that was late ends whatever transaction
//   is open then (KIP-890 is what librdkafka does not have).
// - Offsets in a transaction are refused where the member or its generation is not the group's.
// - A member that is not heard of for its session is removed; a partition is given to another member only after
//   its owner has let go of it or was removed.
//
// Not modelled: replication, unclean elections, KAFKA-20734 (lost markers), quotas, ACLs.
//
// Time is handed in. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/time/time.h>

#include "daemon/kafka/kafka_client.h"
#include "tests/simulation/random.h"

namespace newsfeed::simulation {

using kafka::PartitionOffset;
using kafka::TopicPartition;

struct StoredRecord {
  enum class State : uint8_t { kOpen, kCommitted, kAborted, kMarker };
  int64_t offset = 0;
  State state = State::kCommitted;
  int64_t producer = -1;
  int64_t timestamp_ms = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

struct PartitionLog {
  std::deque<StoredRecord> records;  // markers among them; the first has offset `low`
  int64_t low = 0;
  std::map<int64_t, int64_t> open;  // producer: first offset of its open transaction here

  int64_t high() const { return low + static_cast<int64_t>(records.size()); }
  int64_t last_stable() const;
  const StoredRecord* At(int64_t offset) const {
    return offset < low || offset >= high() ? nullptr : &records[static_cast<size_t>(offset - low)];
  }
};

struct Topic {
  std::vector<PartitionLog> partitions;
  size_t max_message_bytes = SIZE_MAX;
};

// What a broker answers to a request of a producer.
enum class Answer : uint8_t { kOk, kFenced, kTooLarge, kIllegalGeneration, kFencedInstance, kInvalidState };

struct ProducerId {
  int64_t id = -1;
  int32_t epoch = -1;
};

class BrokerModel {
 public:
  explicit BrokerModel(Random* random) : random_(random) {}

  void CreateTopic(const std::string& name, int partitions, size_t max_message_bytes = SIZE_MAX);
  const std::map<std::string, Topic>& topics() const { return topics_; }
  PartitionLog* Log(const TopicPartition& where);
  std::vector<TopicPartition> PartitionsOf(const std::string& topic) const;
  void DeleteRecords(const TopicPartition& where, int64_t before);

  // --- Producing. ---
  // Outside of transactions.
  Answer Append(const TopicPartition& where, StoredRecord record);
  ProducerId Init(const std::string& transactional_id, absl::Duration timeout);
  Answer AppendTo(const std::string& transactional_id, ProducerId producer, const TopicPartition& where,
                  StoredRecord record);
  struct MemberId {
    std::string group;
    std::string member;
    int64_t generation = -1;
  };
  Answer SendOffsets(const std::string& transactional_id, ProducerId producer, const MemberId& member,
                     const std::vector<PartitionOffset>& offsets);
  // `committed`: by this call, or by it before.
  Answer EndTransaction(const std::string& transactional_id, ProducerId producer, bool commit);

  // --- Groups. ---
  // Joins, or comes again; the member's id. A static one takes the place of the one before.
  std::string Join(const std::string& group, const std::string& instance, const std::vector<std::string>& topics,
                   absl::Duration session);
  void LeaveGroup(const std::string& group, const std::string& member, bool is_static);
  void Heartbeat(const std::string& group, const std::string& member);
  struct Standing {
    bool known = false;   // false: removed; join again
    bool fenced = false;  // another process is this static member
    int64_t generation = -1;
    std::vector<TopicPartition> target;  // what it shall have
    std::vector<TopicPartition> free;    // of these what nobody else holds
  };
  Standing StandingOf(const std::string& group, const std::string& member) const;
  // The member has taken or let go of partitions, as of this generation.
  void Hold(const std::string& group, const std::string& member, const std::vector<TopicPartition>& held);
  Answer CommitAsMember(const MemberId& member, const std::vector<PartitionOffset>& offsets);
  // False: an open transaction holds offsets of these, and `stable` ones are asked for.
  bool Committed(const std::string& group, std::vector<PartitionOffset>& partitions, bool stable) const;
  // Gives partitions to other members than need be.
  void Shuffle(const std::string& group);
  std::vector<std::string> GroupNames() const;

  // --- Time. ---
  void SetNow(absl::Time now);
  absl::Time now() const { return now_; }
  // A marker that is due, if any.
  void WriteSomeMarker();
  void WriteAllMarkers();
  bool markers_pending() const;
  // While it is down nothing answers.
  void GoDown(absl::Duration how_long) { down_until_ = now_ + how_long; }
  bool down() const { return now_ < down_until_; }

  // Requests that were sent and not answered: they arrive some time later.
  struct LateRequest {
    std::string transactional_id;
    ProducerId producer;
    enum class Kind : uint8_t { kAppend, kSendOffsets, kCommit, kAbort } kind = Kind::kCommit;
    TopicPartition where{};
    StoredRecord record{};
    MemberId member{};
    std::vector<PartitionOffset> offsets{};
  };
  void SendLate(LateRequest request) { late_.push_back(std::move(request)); }
  void DeliverSomeLate();
  bool late_pending() const { return !late_.empty(); }

  uint64_t commits() const { return commits_; }
  uint64_t aborts() const { return aborts_; }

 private:
  struct Transaction {
    enum class State : uint8_t { kEmpty, kOngoing, kCommitting, kAborting };
    ProducerId producer;
    absl::Duration timeout;
    State state = State::kEmpty;
    absl::Time begun;
    std::set<TopicPartition> partitions;
    std::map<std::string, std::vector<PartitionOffset>> offsets;  // by group
  };
  struct Member {
    std::string instance;
    std::vector<std::string> topics;
    absl::Duration session;
    absl::Time last_heard;
    int64_t generation = -1;  // as it knows
    std::set<TopicPartition> held;
    std::set<TopicPartition> target;
  };
  struct Group {
    int64_t generation = 0;
    std::map<std::string, Member> members;
    std::set<std::string> fenced;  // members whose instance id another took
    std::map<TopicPartition, PartitionOffset> committed;
  };

  void Append(PartitionLog& log, StoredRecord record);
  void Begin(Transaction& transaction);
  void Decide(Transaction& transaction, bool commit);
  void WriteMarker(Transaction& transaction);
  void Complete(Transaction& transaction);
  void Rebalance(Group& group);
  static bool HeldByAnother(const Group& group, const std::string& member, const TopicPartition& where);

  Random* const random_;
  absl::Time now_ = absl::UnixEpoch();
  absl::Time down_until_ = absl::InfinitePast();
  std::map<std::string, Topic> topics_;
  std::map<std::string, Transaction> transactions_;
  std::map<std::string, Group> groups_;
  std::deque<LateRequest> late_;
  int64_t next_producer_ = 1;
  int64_t next_member_ = 1;
  uint64_t commits_ = 0;
  uint64_t aborts_ = 0;
};

}  // namespace newsfeed::simulation
