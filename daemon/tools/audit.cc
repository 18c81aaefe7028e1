#include "daemon/tools/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/tools/index_audit.h"

namespace newsfeed::tools {
namespace {

using kafka::TopicPartition;

// What a stage has committed of a partition it reads, and where that began when it was asked.
struct Progress {
  int64_t low = 0;
  int64_t committed = kafka::kNoOffset;
};
using ProgressMap = std::map<TopicPartition, Progress>;

absl::Status AskProgress(TopicReader& reader, const std::string& group,
                         const std::vector<std::string>& topics, ProgressMap& progress) {
  // First offsets before committed ones: a stage never commits less, so a gap between them is none
  // of timing.
  auto ranges = reader.RangesOf(topics);
  if (!ranges.ok()) return ranges.status();
  std::vector<TopicPartition> partitions;
  for (const ReadRange& range : *ranges) partitions.push_back(range.where);
  auto offsets = reader.CommittedBy(group, partitions);
  if (!offsets.ok()) return offsets.status();
  for (size_t i = 0; i < partitions.size(); ++i) {
    progress[partitions[i]] = {(*ranges)[i].low, (*offsets)[i]};
  }
  return absl::OkStatus();
}

absl::StatusOr<ProgressMap> ProgressOf(TopicReader& reader, const config::v1::Config& config,
                                       const AuditTopics& topics) {
  ProgressMap progress;
  const auto ask = [&](Stage stage, const std::vector<std::string>& read) {
    return AskProgress(reader, kafka::GroupOf(config, stage), read, progress);
  };
  // Downstream first: what a later stage has done was done by the earlier ones before.
  if (kafka::HasJudge(config)) {
    if (absl::Status s = ask(Stage::kEnrich, {topics.internal.judged}); !s.ok()) return s;
    if (absl::Status s = ask(Stage::kJudge, {topics.internal.prepared}); !s.ok()) return s;
  }
  if (absl::Status s = ask(Stage::kPrepare, topics.InputNames()); !s.ok()) return s;
  return progress;
}

void Append(std::vector<std::string> from, std::vector<std::string>& to) {
  std::ranges::move(from, std::back_inserter(to));
}

// What was read of each partition.
class Readings {
 public:
  // `with_offsets`: each offset is kept, as one bit.
  void Begin(const ReadRange& range, bool with_offsets) {
    Reading& reading = readings_[range.where];
    if (reading.coverage.topic.empty()) {
      reading.coverage = {
          .topic = range.where.topic, .partition = range.where.partition, .first = range.begin};
      order_.push_back(range.where);
    }
    reading.coverage.end = range.end;
    if (with_offsets) reading.seen.resize(static_cast<size_t>(range.end - reading.coverage.first));
  }

  void Take(const kafka::PolledRecord& record) {
    Reading& reading = Of(record);
    Coverage& coverage = reading.coverage;
    ++coverage.records;
    coverage.first_ms = coverage.first_ms == 0 ? record.timestamp_ms
                                               : std::min(coverage.first_ms, record.timestamp_ms);
    coverage.last_ms = std::max(coverage.last_ms, record.timestamp_ms);
    if (const size_t index = IndexOf(reading, record); index < reading.seen.size()) {
      reading.seen[index] = true;
    }
  }

  // Read uncommitted.
  void TakeAny(const kafka::PolledRecord& record) {
    Reading& reading = Of(record);
    if (const size_t index = IndexOf(reading, record);
        index < reading.seen.size() && !reading.seen[index]) {
      ++reading.coverage.hidden;
    }
  }

  // In the order they were begun.
  std::vector<Coverage> coverage() const {
    std::vector<Coverage> all;
    for (const TopicPartition& where : order_) all.push_back(readings_.at(where).coverage);
    return all;
  }

 private:
  struct Reading {
    Coverage coverage;
    std::vector<bool> seen;  // by offset - coverage.first
  };

  // Records of one partition come in a row.
  Reading& Of(const kafka::PolledRecord& record) {
    if (last_ == nullptr || last_->coverage.partition != record.partition ||
        last_->coverage.topic != record.topic) {
      last_ = &readings_.at({std::string(record.topic), record.partition});
    }
    return *last_;
  }
  static size_t IndexOf(const Reading& reading, const kafka::PolledRecord& record) {
    return static_cast<size_t>(record.offset - reading.coverage.first);
  }

  std::map<TopicPartition, Reading> readings_;
  std::vector<TopicPartition> order_;
  Reading* last_ = nullptr;
};

// Reads the topics into the ledger, in an order that lets the pipeline go on meanwhile.
class Auditing {
 public:
  Auditing(TopicReader& reader, const config::v1::Config& config, const AuditOptions& options,
           std::shared_ptr<const dedup::Policy> policy, AuditLedger& ledger)
      : reader_(reader), config_(config), topics_(AuditTopicsOf(config)), options_(options),
        patience_(TransactionPatience(config)), ledger_(ledger), index_(std::move(policy)) {}

  absl::StatusOr<AuditReport> Run() {
    auto progress = ProgressOf(reader_, config_, topics_);
    if (!progress.ok()) return progress.status();
    progress_ = *std::move(progress);
    // What comes to the inputs from here on is left out.
    auto inputs = AddRanges(reader_.RangesOf(topics_.InputNames()));
    if (!inputs.ok()) return inputs.status();
    if (absl::Status s = AddReceiptsEnd(); !s.ok()) return s;
    if (absl::Status s = ReadInternal(); !s.ok()) return s;
    if (absl::Status s = ReadOutputs(); !s.ok()) return s;
    progress = ProgressOf(reader_, config_, topics_);
    if (!progress.ok()) return progress.status();
    progress_after_ = *std::move(progress);
    if (absl::Status s = ReadUncommittedJudged(); !s.ok()) return s;
    // Late, so that the record of each outcome is seen. What an open transaction of the feed hides
    // is not read by prepare either: not worth waiting for.
    for (const ReadRange& range : *inputs) {
      readings_.Begin(range, /*with_offsets=*/false);
      ledger_.SetCommitted(range.where, progress_after_[range.where].committed);
    }
    if (absl::Status s = reader_.Read(*inputs, absl::ZeroDuration(), take_); !s.ok()) return s;
    if (absl::Status s = ReadHidden(); !s.ok()) return s;
    if (absl::Status s = FollowRetention(); !s.ok()) return s;
    AuditReport report = ledger_.Report();
    report.open_inputs = OpenTransactions(*inputs);
    FillReport(report);
    return report;
  }

 private:
  absl::StatusOr<std::vector<ReadRange>> AddRanges(absl::StatusOr<std::vector<ReadRange>> ranges) {
    if (!ranges.ok()) return ranges;
    for (const ReadRange& range : *ranges) {
      const Progress& progress = progress_[range.where];
      ledger_.AddPartition({range.where, range.low, range.end, progress.committed, progress.low});
    }
    return ranges;
  }

  // Receipts that are decided by now have their records in ID-judged before it is read.
  absl::Status AddReceiptsEnd() {
    auto ranges = reader_.StableRangesOf({topics_.dead_letter});
    if (!ranges.ok()) return ranges.status();
    for (const ReadRange& range : *ranges) {
      ledger_.AddPartition({range.where, range.low, range.end, /*committed=*/range.end});
    }
    return absl::OkStatus();
  }

  // The end of each is asked for when the one before has been read: what was trimmed there unseen
  // lies before it.
  absl::Status ReadInternal() {
    if (topics_.internal.prepared.empty()) return absl::OkStatus();
    const auto [prepared, judged, index] = topics_.internal;
    const auto take_prepared = [this](const kafka::PolledRecord& record) {
      index_.TakePrepared(record);
      return take_(record);
    };
    if (absl::Status s = ReadTopics(AddRanges(reader_.RangesOf({prepared})), take_prepared);
        !s.ok()) {
      return s;
    }
    auto entries = reader_.RangesOf({index});
    if (absl::Status s = ReadTopics(entries, TakeEntries(/*younger=*/false)); !s.ok()) return s;
    if (absl::Status s = ReadTopics(AddRanges(reader_.RangesOf({judged})), take_); !s.ok()) {
      return s;
    }
    auto younger = reader_.RangesOf({index});
    if (!younger.ok()) return younger.status();
    for (size_t i = 0; i < younger->size(); ++i) (*younger)[i].begin = (*entries)[i].end;
    return ReadTopics(std::move(younger), TakeEntries(/*younger=*/true));
  }

  TopicReader::Take TakeEntries(bool younger) {
    return [this, younger](const kafka::PolledRecord& record) {
      readings_.Take(record);
      if (const auto taken = index_.Take(record)) {
        ledger_.TakeEntry(taken->entry, taken->payload_hash, younger);
      }
      return true;
    };
  }

  absl::Status ReadOutputs() {
    auto ranges = reader_.RangesOf(topics_.OutputNames());
    if (!ranges.ok()) return ranges.status();
    std::map<std::string, int32_t> partitions;
    for (const ReadRange& range : *ranges) ++partitions[range.where.topic];
    for (const auto& [topic, count] : partitions) ledger_.SetPartitions(topic, count);
    return ReadTopics(std::move(ranges), take_);
  }

  absl::Status ReadTopics(absl::StatusOr<std::vector<ReadRange>> ranges,
                          const TopicReader::Take& take) {
    if (!ranges.ok()) return ranges.status();
    for (const ReadRange& range : *ranges) readings_.Begin(range, options_.hidden);
    if (absl::Status status = reader_.Read(*ranges, patience_, take); !status.ok()) return status;
    Append(OpenTransactions(*ranges), open_);
    for (const ReadRange& range : *ranges) Remember(range);
    return absl::OkStatus();
  }

  // A partition that was read in two parts is one.
  void Remember(const ReadRange& range) {
    const auto [found, is_new] = read_.try_emplace(range.where, range);
    if (is_new) return;
    ReadRange& whole = found->second;
    whole.end = range.end;
    if (whole.open_transaction) return;
    whole.reached = range.reached;
    whole.open_transaction = range.open_transaction;
  }

  // What enrich has not committed must have no outcome.
  absl::Status ReadUncommittedJudged() {
    if (topics_.internal.judged.empty()) return absl::OkStatus();
    auto ranges = reader_.RangesOf({topics_.internal.judged});
    if (!ranges.ok()) return ranges.status();
    for (ReadRange& range : *ranges) {
      range.begin = std::max(range.low, progress_after_[range.where].committed);
    }
    return reader_.Read(*ranges, absl::ZeroDuration(), [this](const kafka::PolledRecord& record) {
      ledger_.TakeUncommitted(record);
      return true;
    });
  }

  // What readers are not shown: all of it, or as far as it is held by open transactions.
  absl::Status ReadHidden() {
    std::vector<ReadRange> ranges;
    for (const auto& [where, read] : read_) {
      if (!options_.hidden && !read.open_transaction) continue;
      ranges.push_back(read);
      if (!options_.hidden) ranges.back().begin = read.reached;
    }
    return reader_.ReadUncommitted(ranges, [&](const kafka::PolledRecord& record) {
      if (record.offset < read_.at({std::string(record.topic), record.partition}).reached) {
        readings_.TakeAny(record);
      } else if (record.topic != topics_.internal.index) {
        ledger_.TakeHeld(record);
      }
      return true;
    });
  }

  void FillReport(AuditReport& report) {
    index_.FillReport(report);
    const TopicPartition prepared = {topics_.internal.prepared, 0};
    const auto index = read_.find({topics_.internal.index, 0});
    if (index != read_.end() && !index->second.open_transaction) {
      index_.CheckCommitted(progress_[prepared].committed, progress_after_[prepared].committed,
                            report);
    }
    Append(std::move(offsets_), report.offsets);
    report.open_transactions = std::move(open_);
    report.notes = std::move(notes_);
    report.coverage = readings_.coverage();
    report.looked_for_hidden = options_.hidden;
  }

  // What is gone by now is not asked for, and told.
  absl::Status FollowRetention() {
    auto inputs = reader_.RangesOf(topics_.InputNames());
    if (!inputs.ok()) return inputs.status();
    for (const ReadRange& range : *inputs) ledger_.SetLow(range.where, range.low);
    auto outputs = reader_.RangesOf(topics_.OutputNames());
    if (!outputs.ok()) return outputs.status();
    for (const ReadRange& range : *outputs) NoteTrimmed(range);
    for (const auto& [where, progress] : progress_) NoteOvertaken(where, progress);
    return NoteCutOff();
  }

  // Committed beyond the end of a log: it was cut off, or made anew.
  absl::Status NoteCutOff() {
    const auto internal = topics_.InternalNames();
    for (const auto& topics : {internal, topics_.InputNames()}) {
      auto ranges = reader_.RangesOf(topics);
      if (!ranges.ok()) return ranges.status();
      for (const ReadRange& range : *ranges) {
        const int64_t committed = progress_[range.where].committed;
        if (committed <= range.end) continue;
        std::string what =
            fmt::format("{}/{} ends at {}, and its stage has committed {}", range.where.topic,
                        range.where.partition, range.end, committed);
        // An input may be made anew; its stage goes on when there is something to read.
        (topics == internal ? offsets_ : notes_).push_back(std::move(what));
      }
    }
    return absl::OkStatus();
  }

  void NoteTrimmed(const ReadRange& range) {
    if (range.low == 0) return;
    notes_.push_back(
        fmt::format("{}/{} begins at {}: outcomes that were there before cannot be seen, "
                    "and their records would be told as missing",
                    range.where.topic, range.where.partition, range.low));
  }

  void NoteOvertaken(const TopicPartition& where, const Progress& progress) {
    const auto internal = topics_.InternalNames();
    const bool is_input = std::ranges::find(internal, where.topic) == internal.end();
    // An input may have been old when the application began.
    if (is_input && progress.committed < 0) return;
    const int64_t committed = std::max<int64_t>(progress.committed, 0);
    if (progress.low <= committed) return;
    notes_.push_back(
        fmt::format("{}/{} begins at {}, and its stage has committed {}: retention took what "
                    "had not been read",
                    where.topic, where.partition, progress.low, committed));
  }

  TopicReader& reader_;
  const config::v1::Config& config_;
  const AuditTopics topics_;
  const AuditOptions options_;
  const absl::Duration patience_;
  AuditLedger& ledger_;
  IndexAudit index_;
  ProgressMap progress_, progress_after_;
  Readings readings_;
  std::map<TopicPartition, ReadRange> read_;  // of internal topics and outputs
  const TopicReader::Take take_ = [this](const kafka::PolledRecord& record) {
    readings_.Take(record);
    ledger_.Take(record);
    return true;
  };
  std::vector<std::string> open_;
  std::vector<std::string> notes_;
  std::vector<std::string> offsets_;
};

}  // namespace

absl::Duration TransactionPatience(const config::v1::Config& config) {
  return absl::Seconds(config.delivery().transaction_timeout_seconds() + 5);
}

absl::StatusOr<AuditReport> RunAudit(TopicReader& reader, const config::v1::Config& config,
                                     AuditLedger& ledger, const AuditOptions& options) {
  std::shared_ptr<const dedup::Policy> policy;
  if (options.verify_verdicts) {
    auto made = dedup::MakePolicy(config.dedup());
    if (!made.ok()) return made.status();
    policy = *std::move(made);
  }
  return Auditing(reader, config, options, std::move(policy), ledger).Run();
}

}  // namespace newsfeed::tools
