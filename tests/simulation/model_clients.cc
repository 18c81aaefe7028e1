#include "tests/simulation/model_clients.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "processors/text/hash.h"

namespace newsfeed::simulation {
namespace {

using kafka::Error;
using kafka::ErrorClass;
using kafka::PollOutcome;
using kafka::Properties;

Error TimedOut() { return {ErrorClass::kTimedOut, -185, "_TIMED_OUT", "timed out"}; }
Error Fenced() { return {ErrorClass::kFenced, -144, "_FENCED", "fenced"}; }
Error Fatal(const char* name = "_FATAL") { return {ErrorClass::kFatal, -150, name, "fatal"}; }
Error Abortable(const char* name) { return {ErrorClass::kAbortable, 22, name, "abort the transaction"}; }

absl::Duration MillisecondsOf(const Properties& properties, const char* name, int otherwise) {
  const auto found = properties.find(name);
  return absl::Milliseconds(found == properties.end() ? otherwise : std::atoi(found->second.c_str()));
}

std::string ValueOf(const Properties& properties, const char* name) {
  const auto found = properties.find(name);
  return found == properties.end() ? "" : found->second;
}

// What the fault makes of a call that has no effect of its own, or none that could be late.
Error Refuse(Fault fault) {
  switch (fault) {
    case Fault::kLost:
    case Fault::kAnswerLost:
    case Fault::kLate: return TimedOut();
    case Fault::kAbortable: return Abortable("COORDINATOR_LOAD_IN_PROGRESS");
    case Fault::kFatal: return Fatal();
    case Fault::kRetriable: return {ErrorClass::kRetriable, -184, "_QUEUE_FULL", "again"};
    default: return {};
  }
}

// --- Consumer ---------------------------------------------------------------------------------

class Group : public kafka::GroupMetadata {
 public:
  explicit Group(BrokerModel::MemberId of) : member(std::move(of)) {}
  const BrokerModel::MemberId member;
};

class ModelConsumer : public kafka::Consumer {
 public:
  ModelConsumer(ModelFactory* factory, const Properties& properties, kafka::RebalanceListener* listener)
      : factory_(factory),
        listener_(listener),
        group_(ValueOf(properties, "group.id")),
        instance_(ValueOf(properties, "group.instance.id")),
        session_(MillisecondsOf(properties, "session.timeout.ms", 10'000)),
        committed_only_(ValueOf(properties, "isolation.level") != "read_uncommitted"),
        eager_(ValueOf(properties, "partition.assignment.strategy").find("cooperative") == std::string::npos) {}

  ~ModelConsumer() override {
    // Without Close the group hears nothing: its member times out.
    factory_->members.erase({group_, member_});
  }

  Error Subscribe(const std::vector<std::string>& topics) override {
    topics_ = topics;
    return {};
  }

  PollOutcome Poll(absl::Duration) override {
    PollOutcome outcome;
    const Fault fault = factory_->Enter(Call::kPoll);
    if (dead_for_good_ || fault == Fault::kFatal) {
      dead_for_good_ = true;
      outcome.kind = PollOutcome::Kind::kError;
      outcome.error = Fatal();
      return outcome;
    }
    if (factory_->dead() || broker().down() || fault == Fault::kLost) return outcome;
    if (!topics_.empty() && !ServeGroup(outcome)) return outcome;
    if (fault == Fault::kRetriable) {
      outcome.kind = PollOutcome::Kind::kError;
      outcome.error = {ErrorClass::kOther, -187, "_ALL_BROKERS_DOWN", "1/1 brokers are down"};
      return outcome;
    }
    Fetch(outcome);
    ModelFactory::Leave(fault);
    return outcome;
  }

  Error Assign(const std::vector<PartitionOffset>& partitions) override {
    const Fault fault = factory_->Enter(Call::kAssign);
    if (eager_) positions_.clear();
    for (const PartitionOffset& partition : partitions) {
      positions_[partition.where] = {.next = partition.offset};
    }
    ModelFactory::Leave(fault);
    return {};
  }
  Error Unassign(const std::vector<TopicPartition>& partitions) override {
    const Fault fault = factory_->Enter(Call::kUnassign);
    for (const TopicPartition& partition : partitions) positions_.erase(partition);
    if (eager_) positions_.clear();
    ModelFactory::Leave(fault);
    return {};
  }
  Error Seek(const std::vector<PartitionOffset>& positions, absl::Duration) override {
    for (const PartitionOffset& position : positions) positions_[position.where] = {.next = position.offset};
    return {};
  }

  Error Committed(std::vector<PartitionOffset>& partitions, absl::Duration) override {
    const Fault fault = factory_->Enter(Call::kCommitted);
    if (const Error error = Refuse(fault); !error.ok()) return error;
    if (!Answers()) return TimedOut();
    if (!broker().Committed(group_, partitions, committed_only_)) return TimedOut();
    ModelFactory::Leave(fault);
    return {};
  }
  Error Watermarks(const TopicPartition& partition, int64_t& low, int64_t& high, absl::Duration) override {
    const Fault fault = factory_->Enter(Call::kWatermarks);
    if (const Error error = Refuse(fault); !error.ok()) return error;
    const PartitionLog* log = broker().Log(partition);
    if (!Answers()) return TimedOut();
    if (log == nullptr) return {ErrorClass::kOther, 3, "UNKNOWN_TOPIC_OR_PART", "no such topic"};
    low = log->low;
    high = committed_only_ ? log->last_stable() : log->high();
    ModelFactory::Leave(fault);
    return {};
  }
  int64_t LastEnd(const TopicPartition&) override { return -1; }

  Error Commit(const std::vector<PartitionOffset>& positions) override {
    const Fault fault = factory_->Enter(Call::kConsumerCommit);
    if (fault != Fault::kAnswerLost) {
      if (const Error error = Refuse(fault); !error.ok()) return error;
    }
    if (!Answers()) return TimedOut();
    if (broker().CommitAsMember({group_, member_, generation_}, positions) != Answer::kOk) {
      return {ErrorClass::kOther, 25, "UNKNOWN_MEMBER_ID", "not a member"};
    }
    ModelFactory::Leave(fault);
    return fault == Fault::kAnswerLost ? TimedOut() : Error();
  }

  std::unique_ptr<kafka::GroupMetadata> TakeGroupMetadata() override {
    if (generation_ < 0 || lost_) return nullptr;
    return std::make_unique<Group>(BrokerModel::MemberId{group_, member_, generation_});
  }

  void Close(absl::Duration) override {
    const Fault fault = factory_->Enter(Call::kClose);
    if (listener_ != nullptr && !held_.empty()) {
      const std::vector<TopicPartition> held(held_.begin(), held_.end());
      held_.clear();
      listener_->OnRevoked(held, false);
    }
    if (!topics_.empty() && Answers() && fault != Fault::kLost) {
      broker().LeaveGroup(group_, member_, !instance_.empty());
    }
    factory_->members.erase({group_, member_});
    ModelFactory::Leave(fault);
  }

 private:
  struct Position {
    int64_t next = 0;
    int64_t end_told = -1;
    bool fresh = true;  // nothing was read since it was assigned
  };

  BrokerModel& broker() { return factory_->broker(); }
  bool Answers() { return !factory_->dead() && !broker().down(); }

  // False: the poll gives an error.
  bool ServeGroup(PollOutcome& outcome) {
    if (member_.empty()) {
      Join();
      return true;
    }
    const BrokerModel::Standing standing = broker().StandingOf(group_, member_);
    if (standing.fenced) {
      factory_->Count("static member fenced");
      dead_for_good_ = true;
      outcome.kind = PollOutcome::Kind::kError;
      outcome.error = Fatal("FENCED_INSTANCE_ID");
      return false;
    }
    if (!standing.known) {
      LetGo({held_.begin(), held_.end()}, /*lost=*/true);
      factory_->members.erase({group_, member_});
      Join();
      return true;
    }
    generation_ = standing.generation;
    std::vector<TopicPartition> gone;
    for (const TopicPartition& where : held_) {
      if (std::ranges::find(standing.target, where) == standing.target.end()) gone.push_back(where);
    }
    std::vector<TopicPartition> added;
    for (const TopicPartition& where : standing.free) {
      if (!held_.contains(where)) added.push_back(where);
    }
    if (eager_ && (!gone.empty() || !added.empty())) {
      // All is given back, and what is to be had comes whole, once nobody else has of it.
      LetGo({held_.begin(), held_.end()}, /*lost=*/false);
      added.clear();
      if (standing.free.size() == standing.target.size()) added = standing.target;
    } else if (!gone.empty()) {
      LetGo(gone, /*lost=*/false);
    }
    if (!added.empty() || !told_) {
      told_ = true;
      held_.insert(added.begin(), added.end());
      broker().Hold(group_, member_, {held_.begin(), held_.end()});
      listener_->OnAssigned(added);
    }
    return true;
  }

  void Join() {
    member_ = broker().Join(group_, instance_, topics_, session_);
    factory_->members.insert({group_, member_});
    generation_ = -1;
    told_ = false;
    held_.clear();
  }

  void LetGo(const std::vector<TopicPartition>& gone, bool lost) {
    if (gone.empty()) return;
    lost_ = lost;
    factory_->Count(lost ? "partitions lost" : "partitions revoked");
    for (const TopicPartition& where : gone) held_.erase(where);
    listener_->OnRevoked(gone, lost);
    lost_ = false;
    if (!lost) broker().Hold(group_, member_, {held_.begin(), held_.end()});
  }

  void Fetch(PollOutcome& outcome) {
    if (positions_.empty()) return;
    auto at = positions_.begin();
    std::advance(at, static_cast<ptrdiff_t>(factory_->random().Below(positions_.size())));
    for (size_t i = 0; i < positions_.size(); ++i) {
      if (FetchFrom(at->first, at->second, outcome)) return;
      if (++at == positions_.end()) at = positions_.begin();
    }
  }

  bool FetchFrom(const TopicPartition& where, Position& position, PollOutcome& outcome) {
    PartitionLog* log = broker().Log(where);
    if (log == nullptr) return false;
    outcome.record.topic = where.topic;
    outcome.record.partition = where.partition;
    if (position.next < log->low || position.next > log->high()) {
      factory_->Count("position out of range");
      outcome.kind = PollOutcome::Kind::kError;
      outcome.error = {ErrorClass::kOther, -140, "_AUTO_OFFSET_RESET", "offset out of range"};
      return true;
    }
    const int64_t end = committed_only_ ? log->last_stable() : log->high();
    while (position.next < end) {
      const StoredRecord& record = *log->At(position.next);
      ++position.next;
      if (record.state == StoredRecord::State::kMarker) continue;
      if (committed_only_ && record.state == StoredRecord::State::kAborted) continue;
      outcome.kind = PollOutcome::Kind::kRecord;
      Fill(record, outcome.record);
      // 2.0.2 may begin to fetch where it was before (#4636): records come again.
      if (position.fresh && !topics_.empty() && factory_->random().OneIn(20)) {
        factory_->Count("records fetched again");
        position.next = std::max(log->low, record.offset - 1);
      }
      position.fresh = false;
      return true;
    }
    if (position.end_told == position.next) return false;
    position.end_told = position.next;
    outcome.kind = PollOutcome::Kind::kEndOfPartition;
    outcome.record.offset = position.next;
    return true;
  }

  void Fill(const StoredRecord& record, kafka::PolledRecord& out) {
    record_ = record;
    const auto view = [](const std::optional<std::string>& text) {
      return text ? std::string_view(*text) : std::string_view();
    };
    headers_.clear();
    for (const auto& [name, value] : record_.headers) headers_.push_back({name, view(value)});
    out.offset = record_.offset;
    out.timestamp_ms = record_.timestamp_ms;
    out.key = view(record_.key);
    out.value = view(record_.value);
    out.headers = headers_;
  }

  ModelFactory* const factory_;
  kafka::RebalanceListener* const listener_;
  const std::string group_;
  const std::string instance_;
  const absl::Duration session_;
  const bool committed_only_;
  const bool eager_;
  std::vector<std::string> topics_;
  std::string member_;
  int64_t generation_ = -1;
  bool lost_ = false;
  bool told_ = false;
  bool dead_for_good_ = false;
  std::set<TopicPartition> held_;
  std::map<TopicPartition, Position> positions_;
  StoredRecord record_;
  std::vector<Header> headers_;
};

// --- Producer ---------------------------------------------------------------------------------

class ModelProducer : public kafka::Producer {
 public:
  ModelProducer(ModelFactory* factory, const Properties& properties)
      : factory_(factory),
        id_(ValueOf(properties, "transactional.id")),
        timeout_(MillisecondsOf(properties, "transaction.timeout.ms", 30'000)) {}

  ~ModelProducer() override {
    // What was on its way may still arrive.
    if (id_.empty() || queue_.empty() || !factory_->random().OneIn(3)) return;
    SendLater();
  }

  Error InitTransactions(absl::Duration) override {
    const Fault fault = factory_->Enter(Call::kInit);
    if (fault != Fault::kAnswerLost) {
      if (Error error = Refuse(fault); !error.ok()) return error;
    }
    if (!Answers()) return TimedOut();
    producer_ = broker().Init(id_, timeout_);
    ModelFactory::Leave(fault);
    return fault == Fault::kAnswerLost ? TimedOut() : Error();
  }

  Error BeginTransaction() override {
    const Fault fault = factory_->Enter(Call::kBegin);
    if (broken_ || fault == Fault::kFatal) return broken_ ? *broken_ : Fatal();
    produced_ = 0;
    failed_.reset();
    refusal_.reset();
    ModelFactory::Leave(fault);
    return {};
  }

  Error Produce(const kafka::ProducedRecord& record) override {
    const Fault fault = factory_->Enter(Call::kProduce);
    if (broken_) return *broken_;
    if (fault == Fault::kFatal) return Break(Fatal("OUT_OF_ORDER_SEQUENCE_NUMBER"));
    if (fault == Fault::kRetriable) return Refuse(fault);
    Queued queued{WhereTo(record), {}, produced_++};
    queued.record.timestamp_ms =
        record.timestamp_ms > 0 ? record.timestamp_ms : absl::ToUnixMillis(broker().now());
    if (record.key.data() != nullptr) queued.record.key = std::string(record.key);
    if (record.value.data() != nullptr) queued.record.value = std::string(record.value);
    for (const Header& header : record.headers) {
      queued.record.headers.emplace_back(
          std::string(header.name),
          header.value.data() == nullptr ? std::nullopt : std::optional(std::string(header.value)));
    }
    queue_.push_back(std::move(queued));
    if (factory_->random().OneIn(4)) SendQueue();
    ModelFactory::Leave(fault);
    return {};
  }

  Error SendOffsets(const std::vector<PartitionOffset>& offsets, const kafka::GroupMetadata& group,
                    absl::Duration) override {
    const BrokerModel::MemberId& member = static_cast<const Group&>(group).member;
    const Fault fault = factory_->Enter(Call::kSendOffsets);
    if (broken_) return *broken_;
    if (failed_) return *failed_;
    if (factory_->random().OneIn(2)) SendQueue();
    if (fault == Fault::kLate) {
      broker().SendLate({id_, producer_, BrokerModel::LateRequest::Kind::kSendOffsets, {}, {}, member, offsets});
    }
    if (fault == Fault::kFatal) return Break(Fatal());
    if (fault != Fault::kAnswerLost) {
      if (Error error = Refuse(fault); !error.ok()) return error;
    }
    if (!Answers()) return TimedOut();
    const Error error = Told(broker().SendOffsets(id_, producer_, member, offsets));
    ModelFactory::Leave(fault);
    return error.ok() && fault == Fault::kAnswerLost ? TimedOut() : error;
  }

  Error CommitTransaction(absl::Duration) override { return End(Call::kCommit, /*commit=*/true); }

  Error AbortTransaction(absl::Duration) override {
    queue_.clear();
    return End(Call::kAbort, /*commit=*/false);
  }

  Error Flush(absl::Duration) override {
    const Fault fault = factory_->Enter(Call::kFlush);
    if (broken_) return *broken_;
    if (fault == Fault::kFatal) return Break(Fatal());
    if (const Error error = Refuse(fault); !error.ok()) return error;
    if (!Answers()) return TimedOut();
    SendQueue();
    ModelFactory::Leave(fault);
    return {};
  }
  void Serve(absl::Duration) override { SendQueue(); }
  std::optional<Refusal> TakeRefusal() override { return std::exchange(refusal_, std::nullopt); }

  Error Metadata(const std::string& topic, int32_t& partitions, absl::Duration) override {
    const Fault fault = factory_->Enter(Call::kMetadata);
    if (const Error error = Refuse(fault); !error.ok()) return error;
    if (!Answers()) return TimedOut();
    partitions = static_cast<int32_t>(broker().PartitionsOf(topic).size());
    ModelFactory::Leave(fault);
    return {};
  }

 private:
  struct Queued {
    TopicPartition where;
    StoredRecord record;
    size_t ordinal = 0;
  };

  BrokerModel& broker() { return factory_->broker(); }
  bool Answers() { return !factory_->dead() && !broker().down(); }
  Error Break(Error error) {
    broken_ = error;
    return error;
  }

  TopicPartition WhereTo(const kafka::ProducedRecord& record) {
    const std::string topic(record.topic);
    const size_t partitions = std::max<size_t>(broker().PartitionsOf(topic).size(), 1);
    const size_t by_key = static_cast<size_t>(text::Hash(record.key) % partitions);
    return {topic, record.partition.value_or(static_cast<int32_t>(by_key))};
  }

  // Records go to the broker one after another; it takes them or ends the transaction.
  void SendQueue() {
    if (!Answers() || broken_ || failed_) return;
    // 2.0.2 has used up the sequence number of what was refused.
    if (gap_) {
      Break(Fatal("OUT_OF_ORDER_SEQUENCE_NUMBER"));
      return;
    }
    for (Queued& queued : queue_) {
      const Answer answer = id_.empty() ? broker().Append(queued.where, std::move(queued.record))
                                        : broker().AppendTo(id_, producer_, queued.where, std::move(queued.record));
      if (answer == Answer::kTooLarge) {
        Error error{ErrorClass::kRefused, 10, "MSG_SIZE_TOO_LARGE", "too large"};
        if (!refusal_) refusal_ = Refusal{queued.ordinal, error};
        error.kind = ErrorClass::kAbortable;
        gap_ = true;
        if (!id_.empty()) failed_ = error;
      } else if (answer == Answer::kFenced) {
        Break(Fenced());
        break;
      }
      if (failed_) break;
    }
    queue_.clear();
  }

  void SendLater() {
    for (Queued& queued : queue_) {
      BrokerModel::LateRequest request{id_, producer_, BrokerModel::LateRequest::Kind::kAppend};
      request.where = queued.where;
      request.record = std::move(queued.record);
      broker().SendLate(std::move(request));
    }
    queue_.clear();
  }

  Error Told(Answer answer) {
    switch (answer) {
      case Answer::kOk: return {};
      case Answer::kFenced: factory_->Count("producer fenced"); return Break(Fenced());
      case Answer::kIllegalGeneration:
        factory_->Count("offsets of an old generation");
        return Abortable("ILLEGAL_GENERATION");
      case Answer::kFencedInstance: return Abortable("FENCED_INSTANCE_ID");
      case Answer::kTooLarge: return Abortable("MSG_SIZE_TOO_LARGE");
      case Answer::kInvalidState: return Break(Fatal("INVALID_TXN_STATE"));
    }
    return {};
  }

  Error End(Call call, bool commit) {
    const Fault fault = factory_->Enter(call);
    if (broken_) return *broken_;
    if (commit) {
      if (!Answers()) return TimedOut();
      SendQueue();
      if (broken_) return *broken_;
      if (failed_) return *failed_;
    }
    using Kind = BrokerModel::LateRequest::Kind;
    if (fault == Fault::kLate) {
      broker().SendLate({id_, producer_, commit ? Kind::kCommit : Kind::kAbort});
    }
    if (fault == Fault::kFatal) return Break(Fatal());
    if (fault != Fault::kAnswerLost) {
      if (Error error = Refuse(fault); !error.ok()) return error;
    }
    if (!Answers()) return TimedOut();
    const Error error = Told(broker().EndTransaction(id_, producer_, commit));
    if (error.ok()) failed_.reset();
    ModelFactory::Leave(fault);
    return error.ok() && fault == Fault::kAnswerLost ? TimedOut() : error;
  }

  ModelFactory* const factory_;
  const std::string id_;
  const absl::Duration timeout_;
  ProducerId producer_;
  size_t produced_ = 0;
  std::vector<Queued> queue_;
  std::optional<Error> broken_;   // for good
  std::optional<Error> failed_;   // this transaction
  std::optional<Refusal> refusal_;
  bool gap_ = false;
};

// --- Admin ------------------------------------------------------------------------------------

class ModelAdmin : public kafka::Admin {
 public:
  explicit ModelAdmin(ModelFactory* factory) : factory_(factory) {}

  Error CreateTopic(const kafka::NewTopic&, absl::Duration) override { return {ErrorClass::kOther, 1, "NONE", ""}; }
  Error DescribeTopic(const std::string& name, kafka::TopicDescription& out, absl::Duration) override {
    if (factory_->broker().down()) return TimedOut();
    const size_t partitions = factory_->broker().PartitionsOf(name).size();
    out = {};
    out.exists = partitions > 0;
    out.partitions = static_cast<int32_t>(partitions);
    out.replication = 1;
    return {};
  }
  Error DescribeBroker(std::map<std::string, std::string>&, absl::Duration) override { return {}; }
  Error DeleteRecords(const std::vector<PartitionOffset>& before, absl::Duration) override {
    const Fault fault = factory_->Enter(Call::kDeleteRecords);
    if (fault != Fault::kAnswerLost) {
      if (Error error = Refuse(fault); !error.ok()) return error;
    }
    if (factory_->broker().down()) return TimedOut();
    for (const PartitionOffset& partition : before) factory_->broker().DeleteRecords(partition.where, partition.offset);
    ModelFactory::Leave(fault);
    return fault == Fault::kAnswerLost ? TimedOut() : Error();
  }

 private:
  ModelFactory* const factory_;
};

}  // namespace

const char* FaultName(Fault fault) {
  static constexpr std::array<const char*, kFaults> kNames = {
      "none", "crash before", "crash after", "lost", "answer lost", "late", "abortable", "fatal", "retriable"};
  return kNames[static_cast<size_t>(fault)];
}

const char* CallName(Call call) {
  static constexpr std::array<const char*, kCalls> kNames = {
      "poll", "assign", "unassign", "committed", "watermarks", "consumer commit", "close", "init", "begin",
      "produce", "flush", "send offsets", "commit", "abort", "metadata", "delete records"};
  return kNames[static_cast<size_t>(call)];
}

bool Possible(Call call, Fault fault) {
  switch (fault) {
    case Fault::kNone: return true;
    case Fault::kCrashBefore:
    case Fault::kCrashAfter: return true;
    case Fault::kLost:
      return call != Call::kAssign && call != Call::kUnassign && call != Call::kBegin && call != Call::kProduce;
    case Fault::kAnswerLost:
      return call == Call::kConsumerCommit || call == Call::kInit || call == Call::kSendOffsets ||
             call == Call::kCommit || call == Call::kAbort || call == Call::kDeleteRecords;
    case Fault::kLate: return call == Call::kSendOffsets || call == Call::kCommit || call == Call::kAbort;
    case Fault::kAbortable: return call == Call::kSendOffsets || call == Call::kCommit;
    case Fault::kFatal:
      return call == Call::kPoll || call == Call::kInit || call == Call::kBegin || call == Call::kProduce ||
             call == Call::kFlush || call == Call::kSendOffsets || call == Call::kCommit || call == Call::kAbort;
    case Fault::kRetriable:
      return call == Call::kPoll || call == Call::kProduce || call == Call::kSendOffsets || call == Call::kCommit ||
             call == Call::kAbort;
    case Fault::kCount: break;
  }
  return false;
}

std::unique_ptr<kafka::Consumer> ModelFactory::NewConsumer(const Properties& properties,
                                                           kafka::RebalanceListener* listener, Error&) {
  return std::make_unique<ModelConsumer>(this, properties, listener);
}
std::unique_ptr<kafka::Producer> ModelFactory::NewProducer(const Properties& properties, Error&) {
  return std::make_unique<ModelProducer>(this, properties);
}
std::unique_ptr<kafka::Admin> ModelFactory::NewAdmin(const Properties&, Error&) {
  return std::make_unique<ModelAdmin>(this);
}

void ModelFactory::Beat() {
  for (const auto& [group, member] : members) broker_->Heartbeat(group, member);
}

}  // namespace newsfeed::simulation
