#include "daemon/tools/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "daemon/tools/json_line.h"

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

// --- Printing -----------------------------------------------------------------------------------

void AppendLine(std::string& out, std::string_view name, uint64_t count, std::string_view more = "") {
  fmt::format_to(std::back_inserter(out), "{:<26}{:>12}{}{}\n", name, count, more.empty() ? "" : "  ", more);
}

std::string RangeText(const OffsetRange& range) {
  if (range.first == range.last) {
    return fmt::format("{}:{}:{}", range.topic, range.partition, range.first);
  }
  return fmt::format("{}:{}:{}-{}", range.topic, range.partition, range.first, range.last);
}

void AppendRanges(std::string& out, std::string_view what, const RangeList& list) {
  if (list.offsets == 0) return;
  fmt::format_to(std::back_inserter(out), "\n{}: {}\n", what, list.offsets);
  for (const OffsetRange& range : list.ranges) out += "  " + RangeText(range) + "\n";
  if (list.ranges.size() == RangeList::kMaxRanges) out += "  (and further ones)\n";
}

void AppendTotals(std::string& out, const AuditTotals& totals) {
  AppendLine(out, "input records", totals.records);
  for (const OutcomeEntry& entry : OutcomeTable()) {
    AppendLine(out, fmt::format("  {}", entry.title), totals.outcomes[static_cast<size_t>(entry.outcome)]);
  }
  AppendLine(out, "  not yet read", totals.unread);
  AppendLine(out, "  waiting for the judge", totals.in_prepared);
  AppendLine(out, "  waiting for enrich", totals.in_judged);
  if (totals.before_start > 0) AppendLine(out, "  before the start", totals.before_start);
  if (totals.gone_unread > 0) AppendLine(out, "  GONE UNREAD", totals.gone_unread);
  AppendLine(out, "  MISSING", totals.missing);
  AppendLine(out, "  with two outcomes", totals.doubled);
}

void AppendTwinless(std::string& out, const std::vector<Twinless>& twinless) {
  if (twinless.empty()) return;
  fmt::format_to(std::back_inserter(out),
                 "\nduplicates whose original was not published: {} (newsfeedd duplicates promote --twinless)\n",
                 twinless.size());
  for (size_t i = 0; i < std::min(twinless.size(), RangeList::kMaxRanges); ++i) {
    fmt::format_to(std::back_inserter(out), "  {}:{}  of {}, original {}\n", twinless[i].place.partition,
                   twinless[i].place.offset, ToString(twinless[i].source), ToString(twinless[i].canonical));
  }
}

void AppendList(std::string& out, std::string_view what, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  fmt::format_to(std::back_inserter(out), "\n{}:\n", what);
  for (const std::string& line : lines) out += "  " + line + "\n";
}

std::string TotalsJson(const AuditTotals& totals) {
  JsonLine line;
  line.Add("records", totals.records);
  for (const OutcomeEntry& entry : OutcomeTable()) {
    line.Add(entry.name, totals.outcomes[static_cast<size_t>(entry.outcome)]);
  }
  line.Add("unread", totals.unread).Add("in_prepared", totals.in_prepared).Add("in_judged", totals.in_judged);
  line.Add("before_start", totals.before_start);
  line.Add("missing", totals.missing).Add("doubled", totals.doubled).Add("gone_unread", totals.gone_unread);
  return std::move(line).Take();
}

std::string RangesJson(const RangeList& list) {
  JsonLine line;
  line.Add("offsets", list.offsets);
  line.AddRaw("ranges", JsonList(list.ranges, [](const OffsetRange& range) {
                JsonLine item;
                item.Add("topic", range.topic).Add("partition", range.partition);
                item.Add("first", range.first).Add("last", range.last);
                return std::move(item).Take();
              }));
  return std::move(line).Take();
}

std::string TwinlessJson(const std::vector<Twinless>& twinless) {
  return JsonList(twinless, [](const Twinless& one) {
    JsonLine item;
    item.Add("partition", one.place.partition).Add("offset", one.place.offset);
    item.Add("source", ToString(one.source)).Add("canonical", ToString(one.canonical));
    return std::move(item).Take();
  });
}

std::string PartitionsJson(const std::vector<AuditReport::Partition>& partitions) {
  return JsonList(partitions, [](const AuditReport::Partition& partition) {
    JsonLine item;
    item.Add("topic", partition.where.topic).Add("partition", partition.where.partition);
    item.Add("low", partition.low).Add("end", partition.end).Add("committed", partition.committed);
    item.AddRaw("totals", TotalsJson(partition.totals));
    return std::move(item).Take();
  });
}

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

std::string TextOf(const AuditReport& report, bool by_partition) {
  std::string out;
  if (by_partition) {
    for (const AuditReport::Partition& partition : report.partitions) {
      fmt::format_to(std::back_inserter(out), "{}/{}: offsets {} to {}, committed {}\n", partition.where.topic,
                     partition.where.partition, partition.low, partition.end, partition.committed);
      AppendTotals(out, partition.totals);
      out += '\n';
    }
  }
  AppendTotals(out, report.totals);
  AppendLine(out, "outcomes of older records", report.trimmed, "the input has them no more");
  if (report.foreign > 0) AppendLine(out, "outcomes of other topics", report.foreign);
  if (report.newer > 0) AppendLine(out, "outcomes of newer records", report.newer);
  if (report.promoted > 0) AppendLine(out, "promoted articles", report.promoted);
  if (report.receipts > 0) AppendLine(out, "receipts of replays", report.receipts);
  AppendRanges(out, "missing (no outcome, and not in flight)", report.missing);
  AppendRanges(out, report.exactly_once ? "more than one outcome" : "more than one outcome (at least once: allowed)",
               report.doubled);
  AppendRanges(out, "outcomes of records that the input does not have", report.phantoms);
  AppendRanges(out, "gone unread (retention was faster than prepare)", report.gone_unread);
  AppendTwinless(out, report.twinless);
  if (report.unreadable > 0) {
    AppendList(out, fmt::format("records without valid coordinates: {}", report.unreadable),
               report.unreadable_examples);
  }
  AppendList(out, "not read, so nothing is proved", report.open_transactions);
  AppendList(out, "inputs not read, nor by prepare", report.open_inputs);
  AppendList(out, "note", report.notes);
  out += report.clean() ? "\nclean: each record has one outcome or is in flight\n" : "\nVIOLATED\n";
  return out;
}

std::string JsonOf(const AuditReport& report, bool by_partition) {
  JsonLine line;
  line.Add("clean", report.clean()).AddRaw("totals", TotalsJson(report.totals));
  line.Add("trimmed", report.trimmed).Add("newer", report.newer).Add("foreign", report.foreign);
  line.Add("promoted", report.promoted).Add("receipts", report.receipts);
  line.Add("replayed_late", report.replayed_late).Add("unreadable", report.unreadable);
  line.AddRaw("missing", RangesJson(report.missing)).AddRaw("doubled", RangesJson(report.doubled));
  line.AddRaw("phantoms", RangesJson(report.phantoms)).AddRaw("twinless", TwinlessJson(report.twinless));
  line.AddRaw("unreadable_examples", JsonList(report.unreadable_examples, JsonText));
  line.AddRaw("gone_unread", RangesJson(report.gone_unread));
  line.AddRaw("open_transactions", JsonList(report.open_transactions, JsonText));
  line.AddRaw("open_inputs", JsonList(report.open_inputs, JsonText));
  line.AddRaw("notes", JsonList(report.notes, JsonText));
  if (by_partition) line.AddRaw("partitions", PartitionsJson(report.partitions));
  return std::move(line).Take();
}

}  // namespace newsfeed::tools
