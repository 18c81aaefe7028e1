// Clients that answer as a test tells them, and note what was asked.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/kafka/kafka_client.h"

namespace newsfeed::kafka::testing {

inline Error Failure(ErrorClass kind, std::string name = "TEST") {
  return {kind, 1, std::move(name), "as the test wants it"};
}

// What the clients of one factory share.
struct Script {
  // By call ("commit"): the answers in order; then always OK.
  std::map<std::string, std::deque<Error>> answers;
  std::vector<std::string> calls;
  std::vector<std::string> published;  // values of transactions that were committed
  std::vector<std::string> topics;     // of the same
  std::deque<PollOutcome> polls;
  std::map<TopicPartition, int64_t> committed;
  std::map<TopicPartition, std::string> metadata;  // of the same
  std::vector<PartitionOffset> sent_offsets;
  int64_t low = 0, high = 100;
  int producers = 0;
  bool has_generation = true;
  std::optional<Producer::Refusal> refusal;  // told once
  // A value that the broker refuses, and with it all that went there in one request: the first is named. The producer
  // has a gap in its sequence numbers then.
  std::string poison;

  Error Answer(const std::string& call) {
    calls.push_back(call);
    auto& queue = answers[call];
    if (queue.empty()) return {};
    Error answer = queue.front();
    queue.pop_front();
    return answer;
  }
};

class ScriptedGroup : public GroupMetadata {};

class ScriptedProducer : public Producer {
 public:
  explicit ScriptedProducer(Script* script) : script_(script) { ++script_->producers; }

  Error InitTransactions(absl::Duration) override { return script_->Answer("init"); }
  Error BeginTransaction() override {
    open_.clear();
    open_topics_.clear();
    return script_->Answer("begin");
  }
  Error Produce(const ProducedRecord& record) override {
    Error answer = script_->Answer("produce");
    if (answer.ok()) {
      open_.emplace_back(record.value);
      open_topics_.emplace_back(record.topic);
    }
    return answer;
  }
  Error SendOffsets(const std::vector<PartitionOffset>& offsets, const GroupMetadata&, absl::Duration) override {
    script_->sent_offsets = offsets;
    return script_->Answer("offsets");
  }
  Error CommitTransaction(absl::Duration) override {
    Error answer = script_->Answer("commit");
    if (spent_ || Poisoned()) return Failure(ErrorClass::kFatal, "OUT_OF_ORDER_SEQUENCE_NUMBER");
    if (answer.ok()) {
      script_->published.insert(script_->published.end(), open_.begin(), open_.end());
      script_->topics.insert(script_->topics.end(), open_topics_.begin(), open_topics_.end());
      for (const PartitionOffset& o : script_->sent_offsets) script_->committed[o.where] = o.offset;
    }
    return answer;
  }
  Error AbortTransaction(absl::Duration) override { return script_->Answer("abort"); }
  Error Flush(absl::Duration) override { return script_->Answer("flush"); }
  void Serve(absl::Duration) override { script_->calls.push_back("serve"); }
  std::optional<Refusal> TakeRefusal() override {
    if (!Poisoned()) return std::exchange(script_->refusal, std::nullopt);
    spent_ = true;
    return Refusal{0, Failure(ErrorClass::kRefused, "MSG_SIZE_TOO_LARGE")};
  }
  Error Metadata(const std::string&, int32_t& partitions, absl::Duration) override {
    partitions = 1;
    return script_->Answer("metadata");
  }

 private:
  Script* const script_;
  std::vector<std::string> open_;
  std::vector<std::string> open_topics_;
  bool spent_ = false;

  bool Poisoned() const {
    return !script_->poison.empty() && std::ranges::find(open_, script_->poison) != open_.end();
  }
};

class ScriptedConsumer : public Consumer {
 public:
  ScriptedConsumer(Script* script, RebalanceListener* listener) : script_(script), listener_(listener) {}

  Error Subscribe(const std::vector<std::string>&) override { return script_->Answer("subscribe"); }
  // A poll outcome of kind kNothing whose topic is "assign" or "revoke" or "lost" is a rebalance of its partition
  // of topic "in".
  PollOutcome Poll(absl::Duration) override {
    if (script_->polls.empty()) return {};
    PollOutcome outcome = script_->polls.front();
    script_->polls.pop_front();
    const std::vector<TopicPartition> moved{{"in", outcome.record.partition}};
    if (outcome.record.topic == "assign") {
      listener_->OnAssigned(moved);
    } else if (outcome.record.topic == "revoke" || outcome.record.topic == "lost") {
      listener_->OnRevoked(moved, outcome.record.topic == "lost");
    } else {
      return outcome;
    }
    return {};
  }
  Error Assign(const std::vector<PartitionOffset>& partitions) override {
    for (const PartitionOffset& p : partitions) {
      script_->calls.push_back("assign at " + std::to_string(p.offset));
    }
    return {};
  }
  Error Unassign(const std::vector<TopicPartition>&) override { return script_->Answer("unassign"); }
  Error Seek(const std::vector<PartitionOffset>& positions, absl::Duration) override {
    for (const PartitionOffset& p : positions) script_->calls.push_back("seek to " + std::to_string(p.offset));
    return script_->Answer("seek");
  }
  Error Committed(std::vector<PartitionOffset>& partitions, absl::Duration) override {
    for (PartitionOffset& p : partitions) {
      const auto found = script_->committed.find(p.where);
      p.offset = found == script_->committed.end() ? kNoOffset : found->second;
      const auto metadata = script_->metadata.find(p.where);
      p.metadata = metadata == script_->metadata.end() ? "" : metadata->second;
    }
    return script_->Answer("committed");
  }
  Error Watermarks(const TopicPartition&, int64_t& low, int64_t& high, absl::Duration) override {
    low = script_->low;
    high = script_->high;
    return script_->Answer("watermarks");
  }
  int64_t LastEnd(const TopicPartition&) override { return -1; }
  Error Commit(const std::vector<PartitionOffset>& positions) override {
    for (const PartitionOffset& p : positions) script_->committed[p.where] = p.offset;
    return script_->Answer("consumer commit");
  }
  std::unique_ptr<GroupMetadata> TakeGroupMetadata() override {
    return script_->has_generation ? std::make_unique<ScriptedGroup>() : nullptr;
  }
  void Close(absl::Duration) override { script_->calls.push_back("close"); }

 private:
  Script* const script_;
  RebalanceListener* const listener_;
};

class ScriptedFactory : public ClientFactory {
 public:
  explicit ScriptedFactory(Script* script) : script_(script) {}
  std::unique_ptr<Consumer> NewConsumer(const Properties&, RebalanceListener* listener, Error& error) override {
    error = script_->Answer("new consumer");
    if (!error.ok()) return nullptr;
    return std::make_unique<ScriptedConsumer>(script_, listener);
  }
  std::unique_ptr<Producer> NewProducer(const Properties&, Error& error) override {
    error = script_->Answer("new producer");
    if (!error.ok()) return nullptr;
    return std::make_unique<ScriptedProducer>(script_);
  }
  std::unique_ptr<Admin> NewAdmin(const Properties&, Error& error) override {
    error = Failure(ErrorClass::kOther);
    return nullptr;
  }

 private:
  Script* const script_;
};

// --- Polls. ---
inline PollOutcome Moved(std::string_view how, int32_t partition) {
  PollOutcome outcome;
  outcome.record.topic = how;
  outcome.record.partition = partition;
  return outcome;
}
inline PollOutcome RecordAt(int32_t partition, int64_t offset, std::string_view value = "v", int64_t timestamp = 1000) {
  PollOutcome outcome;
  outcome.kind = PollOutcome::Kind::kRecord;
  outcome.record = {.topic = "in", .partition = partition, .offset = offset, .timestamp_ms = timestamp, .value = value};
  return outcome;
}
inline PollOutcome EndAt(int32_t partition, int64_t offset) {
  PollOutcome outcome;
  outcome.kind = PollOutcome::Kind::kEndOfPartition;
  outcome.record = {.topic = "in", .partition = partition, .offset = offset};
  return outcome;
}
inline PollOutcome Broken(ErrorClass kind, std::string name, int32_t partition = 0) {
  PollOutcome outcome;
  outcome.kind = PollOutcome::Kind::kError;
  outcome.record = {.topic = "in", .partition = partition};
  outcome.error = Failure(kind, std::move(name));
  return outcome;
}

}  // namespace newsfeed::kafka::testing
