#include "daemon/tools/topic_reader.h"

#include <absl/time/clock.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "daemon/kafka/application.h"
#include "daemon/kafka/error_status.h"
#include "daemon/steady_time.h"

namespace newsfeed::tools {
namespace {

using kafka::Error;
using kafka::PollOutcome;
using kafka::TopicPartition;

constexpr absl::Duration kTimeout = absl::Seconds(10);
// A broker that gives nothing at all for so long is gone.
constexpr absl::Duration kStall = absl::Seconds(60);

// Errors that librdkafka mends by itself while we go on polling.
bool IsPassing(const Error& error) {
  return error.kind == kafka::ErrorClass::kTimedOut || error.name == "_TRANSPORT" ||
         error.name == "_ALL_BROKERS_DOWN" || error.name == "_RESOLVE" ||
         error.name == "NOT_LEADER_FOR_PARTITION" || error.name == "LEADER_NOT_AVAILABLE" ||
         error.name == "FENCED_LEADER_EPOCH" || error.name == "UNKNOWN_LEADER_EPOCH";
}

// The ranges that are being read; those that are done leave.
class Reading {
 public:
  explicit Reading(std::vector<ReadRange>& ranges) {
    for (ReadRange& range : ranges) {
      range.begin = std::clamp(range.begin, range.low, range.end);
      range.reached = range.begin;
      range.open_transaction = false;
      if (range.begin < range.end) open_[range.where] = &range;
    }
  }

  bool done() const { return open_.empty(); }

  // Of those that are not done: where each goes on.
  std::vector<kafka::PartitionOffset> Positions() const {
    std::vector<kafka::PartitionOffset> positions;
    for (const auto& [where, range] : open_) positions.push_back({where, range->reached});
    return positions;
  }

  // Null where the partition is done. Beyond the end nothing is asked for, and the partition is
  // done.
  ReadRange* Find(const kafka::PolledRecord& record) {
    const auto found = open_.find({std::string(record.topic), record.partition});
    return found == open_.end() ? nullptr : found->second;
  }
  void Finish(ReadRange& range) {
    range.reached = std::max(range.reached, range.end);
    range.open_transaction = false;
    open_.erase(range.where);
  }

  // All that is left is held by open transactions.
  bool AllHeld() const {
    return std::ranges::all_of(open_,
                               [](const auto& item) { return item.second->open_transaction; });
  }

 private:
  std::map<TopicPartition, ReadRange*> open_;
};

// One record or end of partition. False: `take` has enough.
bool TakeOne(const PollOutcome& polled, Reading& reading, const TopicReader::Take& take) {
  ReadRange* range = reading.Find(polled.record);
  if (range == nullptr) return true;
  const int64_t offset = polled.record.offset;
  if (polled.kind == PollOutcome::Kind::kEndOfPartition) {
    range->reached = std::max(range->reached, offset);
    range->open_transaction = offset < range->end;
    if (offset >= range->end) reading.Finish(*range);
    return true;
  }
  range->open_transaction = false;
  if (offset >= range->end) {
    reading.Finish(*range);
    return true;
  }
  range->reached = offset + 1;
  const bool more = take(polled.record);
  if (range->reached >= range->end) reading.Finish(*range);
  return more;
}

// The partition was trimmed while it was read: goes on where it begins now. Not by seeking:
// librdkafka refuses that where a partition stopped at an offset out of range.
absl::Status GoOnAtLow(kafka::Consumer& consumer, ReadRange& range, Reading& reading) {
  int64_t end = 0;
  if (Error error = consumer.Watermarks(range.where, range.low, end, kTimeout); !error.ok()) {
    return kafka::ToStatus(error, range.where.topic);
  }
  range.reached = std::max(range.reached, range.low);
  if (range.reached >= range.end) reading.Finish(range);
  if (reading.done()) return absl::OkStatus();
  return kafka::ToStatus(consumer.Assign(reading.Positions()), range.where.topic);
}

absl::Status TakeError(kafka::Consumer& consumer, const PollOutcome& polled, Reading& reading) {
  if (IsPassing(polled.error)) return absl::OkStatus();
  ReadRange* range = reading.Find(polled.record);
  if (polled.error.name == "_AUTO_OFFSET_RESET") {
    // Told twice where another partition was begun again in between: the second time it may be
    // done.
    return range == nullptr ? absl::OkStatus() : GoOnAtLow(consumer, *range, reading);
  }
  return kafka::ToStatus(polled.error, polled.record.topic);
}

absl::Status ReadAll(kafka::Consumer& consumer, Reading& reading, absl::Duration patience,
                     const TopicReader::Take& take) {
  absl::Time heard = SteadyNow();  // last sign of life
  absl::Time held_since = absl::InfiniteFuture();
  while (!reading.done()) {
    const PollOutcome polled = consumer.Poll(absl::Milliseconds(100));
    const absl::Time now = SteadyNow();
    if (polled.kind == PollOutcome::Kind::kError) {
      if (absl::Status status = TakeError(consumer, polled, reading); !status.ok()) return status;
    } else if (polled.kind != PollOutcome::Kind::kNothing) {
      heard = now;
      if (!TakeOne(polled, reading, take)) return absl::OkStatus();
    }
    if (!reading.AllHeld()) {
      held_since = absl::InfiniteFuture();
      if (now - heard > kStall) return absl::UnavailableError("the brokers answer no more");
    } else if (held_since = std::min(held_since, now); now - held_since >= patience) {
      return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

std::string SinceText(int64_t ms) {
  if (ms <= 0) return "";
  return absl::FormatTime(" since %Y-%m-%dT%H:%M:%SZ", absl::FromUnixMillis(ms),
                          absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<std::unique_ptr<TopicReader>> TopicReader::Open(kafka::ClientFactory& factory,
                                                               const config::v1::Config& config) {
  auto reader = std::unique_ptr<TopicReader>(new TopicReader(factory, config));
  Error error;
  reader->admin_ = factory.NewAdmin(kafka::CommonProperties(config), error);
  if (!error.ok()) return absl::InvalidArgumentError(error.message);
  std::map<std::string, std::string> options;
  if (error = reader->admin_->DescribeBroker(options, kTimeout);
      !error.ok() && !error.name.ends_with("AUTHORIZATION_FAILED")) {
    return absl::UnavailableError(fmt::format("kafka.bootstrap: no broker answers at {} ({})",
                                              fmt::join(config.kafka().bootstrap(), ", "),
                                              error.message));
  }
  reader->consumer_ = factory.NewConsumer(kafka::ReaderProperties(config), nullptr, error);
  if (!error.ok()) return absl::InvalidArgumentError(error.message);
  // A read_committed consumer would be told the last stable offset for the end, too.
  kafka::Properties uncommitted = kafka::ReaderProperties(config);
  uncommitted["isolation.level"] = "read_uncommitted";
  reader->uncommitted_ = factory.NewConsumer(uncommitted, nullptr, error);
  if (!error.ok()) return absl::InvalidArgumentError(error.message);
  return reader;
}

absl::StatusOr<std::vector<ReadRange>> TopicReader::RangesOf(
    const std::vector<std::string>& topics) {
  return RangesBy(*uncommitted_, topics);
}

absl::StatusOr<std::vector<ReadRange>> TopicReader::StableRangesOf(
    const std::vector<std::string>& topics) {
  return RangesBy(*consumer_, topics);
}

absl::StatusOr<std::vector<ReadRange>> TopicReader::RangesBy(
    kafka::Consumer& consumer, const std::vector<std::string>& topics) {
  std::vector<ReadRange> ranges;
  for (const std::string& topic : topics) {
    kafka::TopicDescription found;
    if (Error error = admin_->DescribeTopic(topic, found, kTimeout);
        !error.ok() && found.partitions == 0) {
      return kafka::ToStatus(error, topic);
    }
    if (found.partitions == 0) {
      return absl::NotFoundError(fmt::format("{}: there is no such topic", topic));
    }
    for (int32_t partition = 0; partition < found.partitions; ++partition) {
      ReadRange range{.where = {topic, partition}};
      if (Error error = consumer.Watermarks(range.where, range.low, range.end, kTimeout);
          !error.ok()) {
        return kafka::ToStatus(error, fmt::format("{}/{}", topic, partition));
      }
      range.begin = range.low;
      ranges.push_back(std::move(range));
    }
  }
  return ranges;
}

absl::Status TopicReader::Read(std::vector<ReadRange>& ranges, absl::Duration patience,
                               const Take& take) {
  if (absl::Status status = ReadBy(*consumer_, ranges, patience, take); !status.ok()) return status;
  for (ReadRange& range : ranges) {
    if (!range.open_transaction) continue;
    if (absl::Status status = AskOpenSince(range); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status TopicReader::ReadUncommitted(std::vector<ReadRange>& ranges, const Take& take) {
  return ReadBy(*uncommitted_, ranges, absl::ZeroDuration(), take);
}

absl::Status TopicReader::AskOpenSince(ReadRange& range) {
  std::vector<ReadRange> hidden = {range};
  hidden[0].begin = range.reached;
  return ReadUncommitted(hidden, [&](const kafka::PolledRecord& record) {
    range.open_since_ms = record.timestamp_ms;
    return false;
  });
}

absl::Status TopicReader::ReadBy(kafka::Consumer& consumer, std::vector<ReadRange>& ranges,
                                 absl::Duration patience, const Take& take) {
  Reading reading(ranges);
  if (reading.done()) return absl::OkStatus();
  const std::vector<kafka::PartitionOffset> starts = reading.Positions();
  if (Error error = consumer.Assign(starts); !error.ok()) {
    return kafka::ToStatus(error, "assigning partitions");
  }
  const absl::Status status = ReadAll(consumer, reading, patience, take);
  std::vector<TopicPartition> partitions;
  for (const kafka::PartitionOffset& start : starts) partitions.push_back(start.where);
  if (Error error = consumer.Unassign(partitions); status.ok() && !error.ok()) {
    return kafka::ToStatus(error, "giving partitions back");
  }
  return status;
}

absl::Status TopicReader::KeepLast(std::vector<ReadRange>& ranges, int64_t records) {
  for (ReadRange& range : ranges) {
    for (int64_t window = 2 * records + 16;; window *= 4) {
      range.begin = std::max(range.low, range.end - window);
      std::vector<int64_t> offsets;
      std::vector<ReadRange> part = {range};
      absl::Status status =
          Read(part, absl::ZeroDuration(), [&](const kafka::PolledRecord& record) {
            offsets.push_back(record.offset);
            return true;
          });
      if (!status.ok()) return status;
      const auto found = static_cast<int64_t>(offsets.size());
      if (found >= records) range.begin = offsets[static_cast<size_t>(found - records)];
      if (found >= records || range.begin == range.low) break;
    }
  }
  return absl::OkStatus();
}

absl::Status TopicReader::ReadOne(const kafka::PartitionOffset& at, const Take& take) {
  ReadRange range{.where = at.where};
  if (Error error = uncommitted_->Watermarks(at.where, range.low, range.end, kTimeout);
      !error.ok()) {
    return kafka::ToStatus(error, fmt::format("{}/{}", at.where.topic, at.where.partition));
  }
  bool found = false;
  if (at.offset >= range.low && at.offset < range.end) {
    range.begin = at.offset;
    range.end = at.offset + 1;
    std::vector<ReadRange> ranges = {range};
    const absl::Status status =
        Read(ranges, absl::ZeroDuration(), [&](const kafka::PolledRecord& r) {
          found = r.offset == at.offset;
          if (found) take(r);
          return false;
        });
    if (!status.ok()) return status;
  }
  if (found) return absl::OkStatus();
  return absl::NotFoundError(fmt::format("{}: there is no record {}:{}", at.where.topic,
                                         at.where.partition, at.offset));
}

absl::StatusOr<std::vector<int64_t>> TopicReader::CommittedBy(
    const std::string& group, const std::vector<TopicPartition>& partitions) {
  kafka::Properties properties = kafka::ReaderProperties(config_);
  properties["group.id"] = group;
  Error error;
  const auto consumer = factory_.NewConsumer(properties, nullptr, error);
  if (!error.ok()) return absl::InvalidArgumentError(error.message);
  std::vector<kafka::PartitionOffset> offsets;
  for (const TopicPartition& partition : partitions) {
    offsets.push_back({partition, kafka::kNoOffset});
  }
  // Offsets of a transaction that is being committed are waited for.
  constexpr absl::Duration kCommitting = absl::Seconds(30);
  if (error = consumer->Committed(offsets, kCommitting); !error.ok()) {
    return kafka::ToStatus(
        error, fmt::format("offsets of group {}, which an open transaction may hold", group));
  }
  std::vector<int64_t> committed;
  for (const kafka::PartitionOffset& offset : offsets) committed.push_back(offset.offset);
  return committed;
}

std::vector<std::string> OpenTransactions(const std::vector<ReadRange>& ranges) {
  std::vector<std::string> held;
  for (const ReadRange& range : ranges) {
    if (!range.open_transaction) continue;
    held.push_back(fmt::format("{}/{}: offsets {} to {} are held by an open transaction{}",
                               range.where.topic, range.where.partition, range.reached,
                               range.end - 1, SinceText(range.open_since_ms)));
  }
  return held;
}

}  // namespace newsfeed::tools
