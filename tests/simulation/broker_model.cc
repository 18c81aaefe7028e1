#include "tests/simulation/broker_model.h"

#include <algorithm>
#include <iterator>

namespace newsfeed::simulation {
namespace {

using State = StoredRecord::State;

size_t SizeOf(const StoredRecord& record) {
  size_t size = record.key.value_or("").size() + record.value.value_or("").size();
  for (const auto& [name, value] : record.headers) size += name.size() + value.value_or("").size();
  return size;
}

}  // namespace

int64_t PartitionLog::last_stable() const {
  int64_t stable = high();
  for (const auto& [producer, first] : open) stable = std::min(stable, first);
  return stable;
}

// --- topics -----------------------------------------------------------------------------------

void BrokerModel::CreateTopic(const std::string& name, int partitions, size_t max_message_bytes) {
  topics_[name] = {std::vector<PartitionLog>(static_cast<size_t>(partitions)), max_message_bytes};
}

PartitionLog* BrokerModel::Log(const TopicPartition& where) {
  const auto topic = topics_.find(where.topic);
  if (topic == topics_.end() || where.partition < 0 ||
      static_cast<size_t>(where.partition) >= topic->second.partitions.size()) {
    return nullptr;
  }
  return &topic->second.partitions[static_cast<size_t>(where.partition)];
}

std::vector<TopicPartition> BrokerModel::PartitionsOf(const std::string& topic) const {
  std::vector<TopicPartition> all;
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return all;
  for (size_t i = 0; i < found->second.partitions.size(); ++i) all.push_back({topic, static_cast<int32_t>(i)});
  return all;
}

void BrokerModel::DeleteRecords(const TopicPartition& where, int64_t before) {
  PartitionLog& log = *Log(where);
  before = std::min(before, log.last_stable());
  while (log.low < before) {
    log.records.pop_front();
    ++log.low;
  }
}

// --- producing --------------------------------------------------------------------------------

void BrokerModel::Append(PartitionLog& log, StoredRecord record) {
  record.offset = log.high();
  log.records.push_back(std::move(record));
}

Answer BrokerModel::Append(const TopicPartition& where, StoredRecord record) {
  if (SizeOf(record) > topics_[where.topic].max_message_bytes) return Answer::kTooLarge;
  record.state = State::kCommitted;
  Append(*Log(where), std::move(record));
  return Answer::kOk;
}

ProducerId BrokerModel::Init(const std::string& id, absl::Duration timeout) {
  Transaction& transaction = transactions_[id];
  if (transaction.state == Transaction::State::kOngoing) Decide(transaction, /*commit=*/false);
  Complete(transaction);
  if (transaction.producer.id < 0) transaction.producer.id = next_producer_++;
  ++transaction.producer.epoch;
  transaction.timeout = timeout;
  return transaction.producer;
}

void BrokerModel::Begin(Transaction& transaction) {
  Complete(transaction);  // CONCURRENT_TRANSACTIONS: the client waits for the markers
  if (transaction.state == Transaction::State::kOngoing) return;
  transaction.state = Transaction::State::kOngoing;
  transaction.begun = now_;
}

Answer BrokerModel::AppendTo(const std::string& id, ProducerId producer, const TopicPartition& where,
                             StoredRecord record) {
  Transaction& transaction = transactions_[id];
  if (producer.epoch != transaction.producer.epoch) return Answer::kFenced;
  if (SizeOf(record) > topics_[where.topic].max_message_bytes) return Answer::kTooLarge;
  Begin(transaction);
  transaction.partitions.insert(where);
  PartitionLog& log = *Log(where);
  log.open.emplace(producer.id, log.high());
  record.producer = producer.id;
  record.state = State::kOpen;
  Append(log, std::move(record));
  return Answer::kOk;
}

Answer BrokerModel::SendOffsets(const std::string& id, ProducerId producer, const MemberId& member,
                                const std::vector<PartitionOffset>& offsets) {
  Transaction& transaction = transactions_[id];
  if (producer.epoch != transaction.producer.epoch) return Answer::kFenced;
  const Group& group = groups_[member.group];
  if (group.fenced.contains(member.member)) return Answer::kFencedInstance;
  if (member.generation >= 0 &&  // below 0 nothing is checked
      (!group.members.contains(member.member) || member.generation != group.generation)) {
    return Answer::kIllegalGeneration;
  }
  Begin(transaction);
  auto& sent = transaction.offsets[member.group];
  sent.insert(sent.end(), offsets.begin(), offsets.end());
  return Answer::kOk;
}

Answer BrokerModel::EndTransaction(const std::string& id, ProducerId producer, bool commit) {
  using TxnState = Transaction::State;
  Transaction& transaction = transactions_[id];
  if (producer.epoch != transaction.producer.epoch) return Answer::kFenced;
  switch (transaction.state) {
    case TxnState::kOngoing: Decide(transaction, commit); return Answer::kOk;
    case TxnState::kCommitting: return commit ? Answer::kOk : Answer::kInvalidState;
    case TxnState::kAborting: return commit ? Answer::kInvalidState : Answer::kOk;
    case TxnState::kEmpty: return Answer::kOk;
  }
  return Answer::kOk;
}

void BrokerModel::Decide(Transaction& transaction, bool commit) {
  transaction.state = commit ? Transaction::State::kCommitting : Transaction::State::kAborting;
  ++(commit ? commits_ : aborts_);
}

void BrokerModel::WriteMarker(Transaction& transaction) {
  const bool commit = transaction.state == Transaction::State::kCommitting;
  if (!transaction.partitions.empty()) {
    auto next = transaction.partitions.begin();
    std::advance(next, static_cast<ptrdiff_t>(random_->Below(transaction.partitions.size())));
    PartitionLog& log = *Log(*next);
    const int64_t producer = transaction.producer.id;
    for (int64_t offset = std::max(log.open[producer], log.low); offset < log.high(); ++offset) {
      StoredRecord& record = log.records[static_cast<size_t>(offset - log.low)];
      if (record.producer == producer && record.state == State::kOpen) {
        record.state = commit ? State::kCommitted : State::kAborted;
      }
    }
    log.open.erase(producer);
    StoredRecord marker;
    marker.state = State::kMarker;
    marker.producer = producer;
    Append(log, std::move(marker));
    transaction.partitions.erase(next);
  } else if (!transaction.offsets.empty()) {
    auto& [group, offsets] = *transaction.offsets.begin();
    if (commit) {
      for (const PartitionOffset& offset : offsets) groups_[group].committed[offset.where] = offset;
    }
    transaction.offsets.erase(transaction.offsets.begin());
  }
  if (transaction.partitions.empty() && transaction.offsets.empty()) {
    transaction.state = Transaction::State::kEmpty;
  }
}

void BrokerModel::Complete(Transaction& transaction) {
  while (transaction.state == Transaction::State::kCommitting ||
         transaction.state == Transaction::State::kAborting) {
    WriteMarker(transaction);
  }
}

void BrokerModel::WriteSomeMarker() {
  std::vector<Transaction*> due;
  for (auto& [id, transaction] : transactions_) {
    if (transaction.state == Transaction::State::kCommitting || transaction.state == Transaction::State::kAborting) {
      due.push_back(&transaction);
    }
  }
  if (!due.empty()) WriteMarker(*due[random_->Below(due.size())]);
}

void BrokerModel::WriteAllMarkers() {
  for (auto& [id, transaction] : transactions_) Complete(transaction);
}

bool BrokerModel::markers_pending() const {
  return std::ranges::any_of(transactions_, [](const auto& t) {
    return t.second.state == Transaction::State::kCommitting || t.second.state == Transaction::State::kAborting;
  });
}

void BrokerModel::DeliverSomeLate() {
  if (late_.empty()) return;
  const LateRequest request = std::move(late_.front());
  late_.pop_front();
  using Kind = LateRequest::Kind;
  switch (request.kind) {
    case Kind::kAppend: AppendTo(request.transactional_id, request.producer, request.where, request.record); break;
    case Kind::kSendOffsets:
      SendOffsets(request.transactional_id, request.producer, request.member, request.offsets);
      break;
    case Kind::kCommit: EndTransaction(request.transactional_id, request.producer, true); break;
    case Kind::kAbort: EndTransaction(request.transactional_id, request.producer, false); break;
  }
}

// --- groups -----------------------------------------------------------------------------------

std::string BrokerModel::Join(const std::string& group_name, const std::string& instance,
                              const std::vector<std::string>& topics, absl::Duration session) {
  Group& group = groups_[group_name];
  const std::string id = "member-" + std::to_string(next_member_++);
  for (auto& [old_id, old] : group.members) {
    if (instance.empty() || old.instance != instance) continue;
    // The same member come back: it has what it had, and nobody else is asked.
    Member member = std::move(old);
    member.last_heard = now_;
    member.held.clear();
    group.fenced.insert(old_id);
    group.members.erase(old_id);
    group.members.emplace(id, std::move(member));
    return id;
  }
  group.members[id] = {.instance = instance, .topics = topics, .session = session, .last_heard = now_,
                       .generation = -1, .held = {}, .target = {}};
  Rebalance(group);
  return id;
}

void BrokerModel::LeaveGroup(const std::string& group_name, const std::string& member, bool is_static) {
  Group& group = groups_[group_name];
  const auto found = group.members.find(member);
  if (found == group.members.end()) return;
  if (is_static) {
    found->second.held.clear();  // it has stopped, and is waited for
    return;
  }
  group.members.erase(found);
  Rebalance(group);
}

void BrokerModel::Heartbeat(const std::string& group, const std::string& member) {
  const auto found = groups_[group].members.find(member);
  if (found != groups_[group].members.end()) found->second.last_heard = now_;
}

void BrokerModel::Rebalance(Group& group) {
  ++group.generation;
  std::set<TopicPartition> all;
  for (const auto& [id, member] : group.members) {
    for (const std::string& topic : member.topics) {
      for (TopicPartition& where : PartitionsOf(topic)) all.insert(std::move(where));
    }
  }
  std::set<TopicPartition> left = all;
  for (auto& [id, member] : group.members) {
    for (const TopicPartition& where : member.target) left.erase(where);
  }
  const auto fewest = [&] {
    return std::ranges::min_element(group.members, {}, [](const auto& m) { return m.second.target.size(); });
  };
  const auto most = [&] {
    return std::ranges::max_element(group.members, {}, [](const auto& m) { return m.second.target.size(); });
  };
  if (group.members.empty()) return;
  for (const TopicPartition& where : left) fewest()->second.target.insert(where);
  while (most()->second.target.size() > fewest()->second.target.size() + 1) {
    auto moved = most()->second.target.extract(most()->second.target.begin());
    fewest()->second.target.insert(std::move(moved));
  }
}

void BrokerModel::Shuffle(const std::string& group_name) {
  Group& group = groups_[group_name];
  if (group.members.size() < 2) return;
  std::vector<TopicPartition> all;
  for (auto& [id, member] : group.members) {
    all.insert(all.end(), member.target.begin(), member.target.end());
    member.target.clear();
  }
  for (const TopicPartition& where : all) {
    auto to = group.members.begin();
    std::advance(to, static_cast<ptrdiff_t>(random_->Below(group.members.size())));
    to->second.target.insert(where);
  }
  ++group.generation;
}

bool BrokerModel::HeldByAnother(const Group& group, const std::string& member, const TopicPartition& where) {
  return std::ranges::any_of(group.members, [&](const auto& other) {
    return other.first != member && other.second.held.contains(where);
  });
}

BrokerModel::Standing BrokerModel::StandingOf(const std::string& group_name, const std::string& id) const {
  Standing standing;
  const auto group = groups_.find(group_name);
  if (group == groups_.end()) return standing;
  standing.fenced = group->second.fenced.contains(id);
  const auto member = group->second.members.find(id);
  if (member == group->second.members.end()) return standing;
  standing.known = true;
  standing.generation = group->second.generation;
  standing.target.assign(member->second.target.begin(), member->second.target.end());
  for (const TopicPartition& where : standing.target) {
    if (!HeldByAnother(group->second, id, where)) standing.free.push_back(where);
  }
  return standing;
}

void BrokerModel::Hold(const std::string& group_name, const std::string& id,
                       const std::vector<TopicPartition>& held) {
  Group& group = groups_[group_name];
  const auto member = group.members.find(id);
  if (member == group.members.end()) return;
  member->second.generation = group.generation;
  member->second.held = {held.begin(), held.end()};
}

Answer BrokerModel::CommitAsMember(const MemberId& member, const std::vector<PartitionOffset>& offsets) {
  Group& group = groups_[member.group];
  const bool from_outside = member.member.empty();
  if (from_outside ? !group.members.empty()
                   : !group.members.contains(member.member) || member.generation != group.generation) {
    return Answer::kIllegalGeneration;
  }
  for (const PartitionOffset& offset : offsets) group.committed[offset.where] = offset;
  return Answer::kOk;
}

bool BrokerModel::Committed(const std::string& group_name, std::vector<PartitionOffset>& partitions,
                            bool stable) const {
  if (stable) {
    for (const auto& [id, transaction] : transactions_) {
      const auto sent = transaction.offsets.find(group_name);
      if (sent == transaction.offsets.end()) continue;
      for (const PartitionOffset& offset : sent->second) {
        if (std::ranges::find(partitions, offset.where, &PartitionOffset::where) != partitions.end()) return false;
      }
    }
  }
  const auto group = groups_.find(group_name);
  for (PartitionOffset& partition : partitions) {
    partition.offset = kafka::kNoOffset;
    partition.metadata.clear();
    if (group == groups_.end()) continue;
    const auto found = group->second.committed.find(partition.where);
    if (found != group->second.committed.end()) partition = found->second;
  }
  return true;
}

std::vector<std::string> BrokerModel::GroupNames() const {
  std::vector<std::string> names;
  for (const auto& [name, group] : groups_) names.push_back(name);
  return names;
}

// --- time -------------------------------------------------------------------------------------

void BrokerModel::SetNow(absl::Time now) {
  const bool was_down = down();
  now_ = now;
  if (was_down && !down()) {
    // Sessions begin anew with the coordinator.
    for (auto& [name, group] : groups_) {
      for (auto& [id, member] : group.members) member.last_heard = now_;
    }
  }
  if (down()) return;
  for (auto& [id, transaction] : transactions_) {
    if (transaction.state != Transaction::State::kOngoing || now_ - transaction.begun < transaction.timeout) continue;
    Decide(transaction, /*commit=*/false);
    Complete(transaction);
    ++transaction.producer.epoch;
  }
  for (auto& [name, group] : groups_) {
    const size_t removed = std::erase_if(group.members, [&](const auto& member) {
      return now_ - member.second.last_heard >= member.second.session;
    });
    if (removed > 0) Rebalance(group);
  }
}

}  // namespace newsfeed::simulation
