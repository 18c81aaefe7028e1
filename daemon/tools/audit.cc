#include "daemon/tools/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

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
  // First offsets before committed ones: a stage never commits less, so a gap between them is none of timing.
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

// Reads the topics into the ledger, in an order that lets the pipeline go on meanwhile.
class Auditing {
 public:
  Auditing(TopicReader& reader, AuditTopics topics, ProgressMap progress, absl::Duration patience,
           AuditLedger& ledger)
      : reader_(reader), topics_(std::move(topics)), progress_(std::move(progress)),
        patience_(patience), ledger_(ledger) {}

  absl::StatusOr<AuditReport> Run() {
    // What comes to the inputs from here on is left out.
    auto inputs = AddRanges(reader_.RangesOf(topics_.InputNames()));
    if (!inputs.ok()) return inputs.status();
    if (absl::Status s = AddReceiptsEnd(); !s.ok()) return s;
    for (const std::string& topic : topics_.InternalNames()) {
      // The end is asked for when the topic before has been read: what was trimmed there unseen lies before it.
      if (absl::Status s = ReadOutcomes(AddRanges(reader_.RangesOf({topic}))); !s.ok()) return s;
    }
    if (absl::Status s = ReadOutcomes(reader_.RangesOf(topics_.OutputNames())); !s.ok()) return s;
    // Last, so that the record of each outcome is seen. What an open transaction of the feed hides is not read by
    // prepare either: not worth waiting for.
    if (absl::Status s = reader_.Read(*inputs, absl::ZeroDuration(), take_); !s.ok()) return s;
    if (absl::Status s = FollowRetention(); !s.ok()) return s;
    AuditReport report = ledger_.Report();
    report.open_inputs = OpenTransactions(*inputs);
    report.open_transactions = std::move(open_);
    report.notes = std::move(notes_);
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

  absl::Status ReadOutcomes(absl::StatusOr<std::vector<ReadRange>> ranges) {
    if (!ranges.ok()) return ranges.status();
    absl::Status status = reader_.Read(*ranges, patience_, take_);
    Append(OpenTransactions(*ranges), open_);
    return status;
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
    return absl::OkStatus();
  }

  void NoteTrimmed(const ReadRange& range) {
    if (range.low == 0) return;
    notes_.push_back(fmt::format("{}/{} begins at {}: outcomes that were there before cannot be seen, "
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
    notes_.push_back(fmt::format("{}/{} begins at {}, and its stage has committed {}: retention took what "
                                 "had not been read",
                                 where.topic, where.partition, progress.low, committed));
  }

  TopicReader& reader_;
  const AuditTopics topics_;
  ProgressMap progress_;
  const absl::Duration patience_;
  AuditLedger& ledger_;
  const TopicReader::Take take_ = [this](const kafka::PolledRecord& record) {
    ledger_.Take(record);
    return true;
  };
  std::vector<std::string> open_;
  std::vector<std::string> notes_;
};

}  // namespace

absl::Duration TransactionPatience(const config::v1::Config& config) {
  return absl::Seconds(config.delivery().transaction_timeout_seconds() + 5);
}

absl::StatusOr<AuditReport> RunAudit(TopicReader& reader, const config::v1::Config& config,
                                     AuditLedger& ledger) {
  AuditTopics topics = AuditTopicsOf(config);
  auto progress = ProgressOf(reader, config, topics);
  if (!progress.ok()) return progress.status();
  return Auditing(reader, std::move(topics), *std::move(progress), TransactionPatience(config), ledger)
      .Run();
}

}  // namespace newsfeed::tools
