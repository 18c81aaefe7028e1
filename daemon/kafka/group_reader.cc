#include "daemon/kafka/group_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "daemon/failpoint.h"
#include "daemon/kafka/error_status.h"
#include "daemon/log.h"
#include "processors/text/hash.h"

namespace newsfeed::kafka {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(10);
constexpr absl::Duration kAskAgain = absl::Seconds(1);

// Beside each committed offset stands the timestamp of the record before it: after a topic was
// deleted and made again, it tells the new topic's records from the old.
std::string ToMetadata(int64_t timestamp_ms) { return fmt::format("ts={}", timestamp_ms); }

int64_t FromMetadata(std::string_view metadata) {
  int64_t timestamp = 0;
  if (metadata.starts_with("ts=")) {
    std::from_chars(metadata.data() + 3, metadata.data() + metadata.size(), timestamp);
  }
  return timestamp;
}

std::string Name(const TopicPartition& p) { return fmt::format("{}/{}", p.topic, p.partition); }

}  // namespace

Error GroupReader::Open() {
  consumer_.reset();
  positions_.clear();
  begin_again_ = absl::InfiniteFuture();
  pending_.clear();
  revoked_ = joined_ = false;
  Error error;
  consumer_ = factory_->NewConsumer(options_.properties, this, error);
  if (!error.ok()) return last_error_ = error;
  topic_names_.insert(options_.topics.begin(), options_.topics.end());
  if (error = consumer_->Subscribe(options_.topics); !error.ok()) {
    consumer_.reset();
    return last_error_ = error;
  }
  ++opened_;
  return error;
}

void GroupReader::Close(absl::Duration timeout) {
  if (consumer_ == nullptr) return;
  consumer_->Close(timeout);
  consumer_.reset();
  positions_.clear();
  pending_.clear();
  joined_ = false;
}

void GroupReader::OnAssigned(const std::vector<TopicPartition>& partitions) {
  ++rebalances_;
  joined_ = true;
  pending_.insert(pending_.end(), partitions.begin(), partitions.end());
  // Nothing to begin: the group's protocol wants the answer all the same.
  if (partitions.empty()) consumer_->Assign({});
}

void GroupReader::OnRevoked(const std::vector<TopicPartition>& partitions, bool lost) {
  ++rebalances_;
  for (const TopicPartition& partition : partitions) {
    std::erase(pending_, partition);
    revoked_ |= positions_.erase(partition) > 0;
  }
  log::Info(lost ? "partitions lost" : "partitions revoked",
            {{"group", options_.properties.at("group.id")},
             {"count", std::to_string(partitions.size())}});
  // Lost or not, what was not committed is forgotten; another member reads it again.
  consumer_->Unassign(partitions);
}

GroupReader::Position* GroupReader::Find(std::string_view topic, int32_t partition) {
  key_.topic.assign(topic);
  key_.partition = partition;
  const auto found = positions_.find(key_);
  return found == positions_.end() ? nullptr : &found->second;
}

GroupReader::ReadResult GroupReader::Read(Batch& batch, absl::Time now, absl::Duration wait) {
  now_ = now;
  if (now >= begin_again_) {
    begin_again_ = absl::InfiniteFuture();
    return RestartedOrDead();
  }
  const PollOutcome outcome = consumer_->Poll(wait);
  switch (outcome.kind) {
    case PollOutcome::Kind::kNothing: return ReadResult::kNothing;
    case PollOutcome::Kind::kRecord: return TakeRecord(outcome.record, batch);
    case PollOutcome::Kind::kEndOfPartition: {
      if (Position* position = Find(outcome.record.topic, outcome.record.partition)) {
        position->end = outcome.record.offset;
        position->at_end = true;
      }
      return ReadResult::kEvent;
    }
    case PollOutcome::Kind::kError: return TakeError(outcome);
  }
  return ReadResult::kNothing;
}

GroupReader::ReadResult GroupReader::TakeRecord(const PolledRecord& record, Batch& batch) {
  Position* position = Find(record.topic, record.partition);
  if (position == nullptr) return ReadResult::kEvent;  // of a partition just taken away
  position->at_end = false;
  position->ends_below_since = absl::InfiniteFuture();
  if (position->probe_after_ms > 0) {
    if (const ReadResult probed = Probe(record, *position); probed != ReadResult::kRecord) {
      return probed;
    }
  }
  if (record.offset < position->next) {
    ++dropped_;
    return ReadResult::kEvent;
  }
  Add(record, batch);
  position->next = record.offset + 1;
  position->timestamp_ms = record.timestamp_ms;
  position->end = std::max(position->end, position->next);
  return ReadResult::kRecord;
}

void GroupReader::Add(const PolledRecord& polled, Batch& batch) {
  Record record{.id = {{*topic_names_.find(polled.topic)}, {polled.partition}, {polled.offset}},
                .timestamp_ms = std::max<int64_t>(polled.timestamp_ms, 0),
                .key = polled.key,
                .value = polled.value,
                .headers = polled.headers};
  if (options_.max_record_bytes > 0 && polled.value.size() > options_.max_record_bytes) {
    record.oversize_bytes = polled.value.size();
    record.oversize_hash = text::Hash(polled.value);
    record.value = polled.value.substr(0, 0);
  }
  batch.Add(record);
}

GroupReader::ReadResult GroupReader::TakeError(const PollOutcome& outcome) {
  last_error_ = outcome.error;
  if (outcome.error.kind == ErrorClass::kFatal || outcome.error.kind == ErrorClass::kFenced) {
    return ReadResult::kDead;
  }
  if (outcome.error.name == "_AUTO_OFFSET_RESET") {
    return HandleOutOfRange({std::string(outcome.record.topic), outcome.record.partition});
  }
  log::Warn("consumer error", {{"error", outcome.error.name}, {"message", outcome.error.message}});
  return ReadResult::kEvent;
}

// The log does not hold the offset we want. Retention may have overtaken us: what is gone is
// counted. A log that ends below was cut off or made anew.
GroupReader::ReadResult GroupReader::HandleOutOfRange(const TopicPartition& where) {
  Position* position = Find(where.topic, where.partition);
  if (position == nullptr) return ReadResult::kEvent;
  int64_t low = 0;
  int64_t high = 0;
  if (const Error error = consumer_->Watermarks(where, low, high, kCallTimeout); !error.ok()) {
    last_error_ = error;
    return ReadResult::kDead;
  }
  if (low <= position->next && position->next <= high) {
    position->ends_below_since = absl::InfiniteFuture();
    return RestartedOrDead();
  }
  if (options_.internal) {
    return position->next < low || EndsBelow(where, high, *position) ? ReadResult::kGone
                                                                     : ReadResult::kEvent;
  }
  // Read and not committed: the batch would go on without its offsets. A new client begins at what
  // is committed.
  if (position->next != position->committed) return ReadResult::kDead;
  if (position->next < low) {
    skipped_ += static_cast<uint64_t>(low - position->next);
    log::Error("records are gone before they were read", {{"partition", Name(where)},
               {"from", std::to_string(position->next)}, {"to", std::to_string(low)}});
    position->committed = position->next = low;
    return RestartedOrDead();
  }
  // An input may have been made anew, and would grow past what was read while we wait.
  log::Error("log ends below the committed offset: cut off, or deleted and made again",
             {{"partition", Name(where)}, {"end", std::to_string(high)}});
  // Without the time of what was read last nothing proves that it is another log.
  if (position->committed_timestamp_ms <= 0) {
    return GoOnInSameLog(where, position->next, *position, /*proven=*/false);
  }
  position->probe_after_ms = position->committed_timestamp_ms;
  position->probed_from = position->next;
  position->committed = position->next = low;
  return RestartedOrDead();
}

bool GroupReader::EndsBelow(const TopicPartition& where, int64_t end, Position& position) {
  if (position.ends_below_since == absl::InfiniteFuture()) {
    position.ends_below_since = now_;
    log::Warn("log is told to end below what was read; asking again", {{"partition", Name(where)},
              {"end", std::to_string(end)}, {"next", std::to_string(position.next)}});
  }
  const bool believed = now_ - position.ends_below_since >= kCutOffPatience;
  if (believed) {
    position.ends_below_since = absl::InfiniteFuture();
  } else {
    begin_again_ = now_ + kAskAgain;
  }
  return believed;
}

// A new topic's records are younger than what was committed of the old; else the end of the same
// log was lost, and what is there has been read.
GroupReader::ReadResult GroupReader::Probe(const PolledRecord& record, Position& position) {
  const bool is_new = record.timestamp_ms > position.probe_after_ms;
  position.probe_after_ms = 0;
  if (is_new) return ReadResult::kRecord;
  return GoOnInSameLog({std::string(record.topic), record.partition}, position.probed_from,
                       position, /*proven=*/true);
}

GroupReader::ReadResult GroupReader::GoOnInSameLog(const TopicPartition& where, int64_t next,
                                                   Position& position, bool proven) {
  int64_t low = 0;
  int64_t high = 0;
  if (const Error error = consumer_->Watermarks(where, low, high, kCallTimeout); !error.ok()) {
    last_error_ = error;
    return ReadResult::kDead;
  }
  const int64_t from = next < low ? low : std::min(next, high);
  const int64_t unseen = next < low ? low - next : (next > high && !proven ? high - low : 0);
  if (unseen > 0) {
    skipped_ += static_cast<uint64_t>(unseen);
    log::Error("records are passed over that were perhaps never read", {{"partition", Name(where)},
               {"records", std::to_string(unseen)}, {"to", std::to_string(from)}});
  }
  position.committed = position.next = from;
  return RestartedOrDead();
}

Error GroupReader::Restart() {
  std::vector<TopicPartition> owned;
  std::vector<PartitionOffset> from;
  for (auto& [where, position] : positions_) {
    owned.push_back(where);
    from.push_back({where, position.next});
    position.at_end = false;
  }
  Error error = consumer_->Unassign(owned);
  if (error.ok()) error = consumer_->Assign(from);
  if (!error.ok()) last_error_ = error;
  return error;
}

bool GroupReader::at_end() const {
  return std::ranges::all_of(positions_, [](const auto& p) { return p.second.at_end; });
}

absl::Status GroupReader::CommittedOf(std::vector<PartitionOffset>& partitions) {
  const Error error = consumer_->Committed(partitions, kCallTimeout);
  if (!error.ok()) last_error_ = error;
  return ToStatus(error, "committed offsets");
}

absl::Status GroupReader::PendingCommitted(int64_t& offset) {
  std::vector<PartitionOffset> wanted{{pending_.front()}};
  absl::Status status = CommittedOf(wanted);
  if (status.ok()) offset = wanted.front().offset;
  return status;
}

absl::Status GroupReader::FirstOffset(PartitionOffset& partition) {
  int64_t low = 0;
  int64_t high = 0;
  if (const Error error = consumer_->Watermarks(partition.where, low, high, kCallTimeout);
      !error.ok()) {
    last_error_ = error;
    return ToStatus(error, "watermarks");
  }
  if (options_.internal && low > 0) {
    return absl::FailedPreconditionError(fmt::format(
        "{}: the group {} has no offset, but records before {} are trimmed: its offsets are lost",
        Name(partition.where), options_.properties.at("group.id"), low));
  }
  partition.offset = low;
  return absl::OkStatus();
}

absl::Status GroupReader::Assign() {
  std::vector<PartitionOffset> from;
  for (const TopicPartition& partition : pending_) from.push_back({partition});
  if (absl::Status status = CommittedOf(from); !status.ok()) return status;
  for (PartitionOffset& partition : from) {
    if (partition.offset != kNoOffset) continue;
    if (absl::Status status = FirstOffset(partition); !status.ok()) return status;
  }
  return Begin(from);
}

absl::Status GroupReader::AssignAt(int64_t offset) {
  std::vector<PartitionOffset> from;
  for (const TopicPartition& partition : pending_) from.push_back({partition, offset});
  return Begin(from);
}

absl::Status GroupReader::Begin(const std::vector<PartitionOffset>& from) {
  Failpoint("group_reader.before_assign");
  if (const Error error = consumer_->Assign(from); !error.ok()) {
    last_error_ = error;
    return ToStatus(error, "assign");
  }
  for (const PartitionOffset& partition : from) {
    const int64_t timestamp = FromMetadata(partition.metadata);
    positions_[partition.where] = {.committed = partition.offset, .next = partition.offset,
                                   .timestamp_ms = timestamp, .committed_timestamp_ms = timestamp};
    log::Info("partition assigned", {{"group", options_.properties.at("group.id")},
              {"partition", Name(partition.where)}, {"offset", std::to_string(partition.offset)}});
  }
  pending_.clear();
  return absl::OkStatus();
}

absl::Status GroupReader::Rewind() {
  if (positions_.empty()) return absl::OkStatus();
  if (doubt_) {
    if (absl::Status status = AskCommitted(); !status.ok()) return status;
  }
  for (auto& [where, position] : positions_) {
    position.next = position.committed;
    position.timestamp_ms = position.committed_timestamp_ms;
  }
  return ToStatus(Restart(), "beginning again");
}

absl::Status GroupReader::AskCommitted() {
  std::vector<PartitionOffset> wanted;
  for (const auto& [where, position] : positions_) wanted.push_back({where});
  if (absl::Status status = CommittedOf(wanted); !status.ok()) return status;
  for (const PartitionOffset& partition : wanted) {
    Position& position = positions_[partition.where];
    // Nothing committed yet: where reading began. Never back behind what we know to be committed.
    if (partition.offset <= position.committed) continue;
    position.committed = partition.offset;
    position.committed_timestamp_ms = FromMetadata(partition.metadata);
  }
  doubt_ = false;
  return absl::OkStatus();
}

void GroupReader::Committed() {
  for (auto& [where, position] : positions_) {
    position.committed = position.next;
    position.committed_timestamp_ms = position.timestamp_ms;
  }
}

std::vector<PartitionOffset> GroupReader::offsets() const {
  std::vector<PartitionOffset> moved;
  for (const auto& [where, position] : positions_) {
    if (position.next > position.committed) {
      moved.push_back({where, position.next, ToMetadata(position.timestamp_ms)});
    }
  }
  return moved;
}

std::vector<PartitionStatus> GroupReader::Partitions() const {
  std::vector<PartitionStatus> all;
  for (const auto& [where, position] : positions_) {
    const int64_t last = consumer_ ? consumer_->LastEnd(where) : -1;
    int64_t end = std::max({position.end, position.next, last});
    if (position.at_end && position.committed == position.next) {
      // Up to where the reader stands lie marks of transactions, and nothing waits. What lies
      // beyond is hidden by an open transaction.
      end = position.committed + std::max<int64_t>(0, last - position.end);
    }
    all.push_back(
        {where.topic, where.partition, position.committed, end, position.committed_timestamp_ms});
  }
  return all;
}

}  // namespace newsfeed::kafka
