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

std::vector<TopicPartition> PartitionsOf(const std::vector<ReadRange>& ranges) {
  std::vector<TopicPartition> partitions;
  for (const ReadRange& range : ranges) partitions.push_back(range.where);
  return partitions;
}

// What a stage has committed of the topics it reads. Asked for before the ends of the topics.
absl::Status AskCommitted(TopicReader& reader, const std::string& group,
                          const std::vector<std::string>& topics,
                          std::map<TopicPartition, int64_t>& committed) {
  auto ranges = reader.RangesOf(topics);
  if (!ranges.ok()) return ranges.status();
  const std::vector<TopicPartition> partitions = PartitionsOf(*ranges);
  auto offsets = reader.CommittedBy(group, partitions);
  if (!offsets.ok()) return offsets.status();
  for (size_t i = 0; i < partitions.size(); ++i) committed[partitions[i]] = (*offsets)[i];
  return absl::OkStatus();
}

absl::StatusOr<std::map<TopicPartition, int64_t>> CommittedOffsets(
    TopicReader& reader, const config::v1::Config& config, const AuditTopics& topics) {
  std::map<TopicPartition, int64_t> committed;
  const auto ask = [&](Stage stage, const std::vector<std::string>& read) {
    return AskCommitted(reader, kafka::GroupOf(config, stage), read, committed);
  };
  // Downstream first: what a later stage has done was done by the earlier ones before.
  if (kafka::HasJudge(config)) {
    if (absl::Status s = ask(Stage::kEnrich, {topics.internal.judged}); !s.ok()) return s;
    if (absl::Status s = ask(Stage::kJudge, {topics.internal.prepared}); !s.ok()) return s;
  }
  if (absl::Status s = ask(Stage::kPrepare, topics.InputNames()); !s.ok()) return s;
  return committed;
}

absl::StatusOr<std::vector<ReadRange>> AddRanges(TopicReader& reader,
                                                 const std::vector<std::string>& topics,
                                                 const std::map<TopicPartition, int64_t>& committed,
                                                 AuditLedger& ledger) {
  auto ranges = reader.RangesOf(topics);
  if (!ranges.ok()) return ranges;
  for (const ReadRange& range : *ranges) {
    const auto offset = committed.find(range.where);
    ledger.AddPartition({range.where, range.low, range.end,
                         offset == committed.end() ? kafka::kNoOffset : offset->second});
  }
  return ranges;
}

void Append(std::vector<std::string> from, std::vector<std::string>& to) {
  std::ranges::move(from, std::back_inserter(to));
}

std::vector<std::string> TrimmedOutputs(const std::vector<ReadRange>& ranges) {
  std::vector<std::string> notes;
  for (const ReadRange& range : ranges) {
    if (range.low == 0) continue;
    notes.push_back(fmt::format("{}/{} begins at {}: outcomes that were there before cannot be seen, "
                                "and their records would be told as missing",
                                range.where.topic, range.where.partition, range.low));
  }
  return notes;
}

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
  line.Add("missing", totals.missing).Add("doubled", totals.doubled);
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
  const AuditTopics topics = AuditTopicsOf(config);
  auto committed = CommittedOffsets(reader, config, topics);
  if (!committed.ok()) return committed.status();
  auto inputs = AddRanges(reader, topics.InputNames(), *committed, ledger);
  if (!inputs.ok()) return inputs.status();
  auto internal = AddRanges(reader, topics.InternalNames(), *committed, ledger);
  if (!internal.ok()) return internal.status();
  auto outcomes = reader.RangesOf(topics.OutputNames());
  if (!outcomes.ok()) return outcomes.status();
  const std::vector<std::string> notes = TrimmedOutputs(*outcomes);
  std::ranges::move(*internal, std::back_inserter(*outcomes));

  const auto take = [&](const kafka::PolledRecord& record) {
    ledger.Take(record);
    return true;
  };
  // What an open transaction of the feed hides is not read by prepare either: not worth waiting for.
  if (absl::Status s = reader.Read(*inputs, absl::ZeroDuration(), take); !s.ok()) return s;
  if (absl::Status s = reader.Read(*outcomes, TransactionPatience(config), take); !s.ok()) return s;
  auto now = reader.RangesOf(topics.InputNames());
  if (!now.ok()) return now.status();
  for (const ReadRange& range : *now) ledger.SetLow(range.where, range.low);

  AuditReport report = ledger.Report();
  report.notes = notes;
  report.open_transactions = OpenTransactions(*inputs);
  Append(OpenTransactions(*outcomes), report.open_transactions);
  return report;
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
  AppendTwinless(out, report.twinless);
  if (report.unreadable > 0) {
    AppendList(out, fmt::format("records without valid coordinates: {}", report.unreadable),
               report.unreadable_examples);
  }
  AppendList(out, "not read", report.open_transactions);
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
  line.AddRaw("open_transactions", JsonList(report.open_transactions, JsonText));
  line.AddRaw("notes", JsonList(report.notes, JsonText));
  if (by_partition) line.AddRaw("partitions", PartitionsJson(report.partitions));
  return std::move(line).Take();
}

}  // namespace newsfeed::tools
