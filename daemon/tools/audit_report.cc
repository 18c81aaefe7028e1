#include "daemon/tools/audit_report.h"

#include <absl/time/time.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/tools/json_line.h"

namespace newsfeed::tools {
namespace {

// A list of ranges: how it is called in JSON and on the screen.
struct RangesEntry {
  RangeList AuditReport::*list;
  std::string_view name;
  std::string_view title;
};

constexpr RangesEntry kRanges[] = {
    {&AuditReport::missing, "missing", "missing (no outcome, and not in flight)"},
    {&AuditReport::doubled, "doubled", "more than one outcome"},
    {&AuditReport::phantoms, "phantoms", "outcomes of records that the input does not have"},
    {&AuditReport::gone_unread, "gone_unread", "gone unread (retention was faster than prepare)"},
    {&AuditReport::torn, "torn",
     "judged by half (entry of the index without its article, or article without entry)"},
    {&AuditReport::verdicts, "verdicts", "another verdict than the index tells"},
    {&AuditReport::behind, "behind", "done, but not committed as read (would be done again)"},
};

std::string TimeText(int64_t ms) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMillis(ms), absl::UTCTimeZone());
}

// --- The screen ---------------------------------------------------------------------------------

void AppendLine(std::string& out, std::string_view name, uint64_t count,
                std::string_view more = "") {
  fmt::format_to(std::back_inserter(out), "{:<26}{:>12}{}{}\n", name, count,
                 more.empty() ? "" : "  ", more);
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
    AppendLine(out, fmt::format("  {}", entry.title),
               totals.outcomes[static_cast<size_t>(entry.outcome)]);
  }
  AppendLine(out, "  not yet read", totals.unread);
  AppendLine(out, "  waiting for the judge", totals.in_prepared);
  AppendLine(out, "  waiting for enrich", totals.in_judged);
  if (totals.held > 0) {
    AppendLine(out, "  HELD", totals.held, "not lost: an open transaction hides them");
  }
  if (totals.before_start > 0) AppendLine(out, "  before the start", totals.before_start);
  if (totals.gone_unread > 0) AppendLine(out, "  GONE UNREAD", totals.gone_unread);
  AppendLine(out, "  MISSING", totals.missing);
  AppendLine(out, "  with two outcomes", totals.doubled);
}

void AppendCoverage(std::string& out, const std::vector<Coverage>& coverage, bool by_partition) {
  for (const Coverage& one : by_partition ? coverage : ByTopic(coverage)) {
    const std::string name =
        one.partition < 0 ? one.topic : fmt::format("{}/{}", one.topic, one.partition);
    fmt::format_to(std::back_inserter(out), "{}: {} records in offsets {} to {}", name, one.records,
                   one.first, one.end);
    if (one.records > 0) {
      fmt::format_to(std::back_inserter(out), ", {} to {}", TimeText(one.first_ms),
                     TimeText(one.last_ms));
    }
    if (one.hidden > 0) fmt::format_to(std::back_inserter(out), "; {} aborted ones", one.hidden);
    out += '\n';
  }
  if (!coverage.empty()) out += '\n';
}

void AppendTwinless(std::string& out, const std::vector<Twinless>& twinless) {
  if (twinless.empty()) return;
  fmt::format_to(std::back_inserter(out),
                 "\nduplicates whose original was not published: {} (newsfeedd duplicates promote "
                 "--twinless)\n",
                 twinless.size());
  for (size_t i = 0; i < std::min(twinless.size(), RangeList::kMaxRanges); ++i) {
    fmt::format_to(std::back_inserter(out), "  {}:{}  of {}, original {}\n",
                   twinless[i].place.partition, twinless[i].place.offset,
                   ToString(twinless[i].source), ToString(twinless[i].canonical));
  }
}

void AppendDisorder(std::string& out, const AuditReport& report) {
  if (report.disordered == 0) return;
  fmt::format_to(std::back_inserter(out), "\nout of the order of the input: {}\n",
                 report.disordered);
  for (const Disorder& one : report.disorder) {
    fmt::format_to(std::back_inserter(out), "  {}  of {} comes after offset {}\n",
                   ToString(one.place), ToString(one.source), one.after);
  }
}

void AppendList(std::string& out, std::string_view what, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  fmt::format_to(std::back_inserter(out), "\n{}:\n", what);
  for (const std::string& line : lines) out += "  " + line + "\n";
}

void AppendCounts(std::string& out, const AuditReport& report) {
  if (report.looked_for_hidden) {
    uint64_t hidden = 0;
    for (const Coverage& one : report.coverage) hidden += one.hidden;
    AppendLine(out, "aborted records", hidden, "hidden from readers");
  }
  AppendLine(out, "outcomes of older records", report.trimmed, "the input has them no more");
  if (report.earlier > 0) {
    AppendLine(out, "of an earlier input", report.earlier,
               "outcomes of an earlier incarnation of the topic");
  }
  if (report.foreign > 0) AppendLine(out, "outcomes of other topics", report.foreign);
  if (report.newer > 0) AppendLine(out, "outcomes of newer records", report.newer);
  if (report.promoted > 0) AppendLine(out, "promoted articles", report.promoted);
  if (report.receipts > 0) AppendLine(out, "receipts of replays", report.receipts);
  if (report.gave_verdicts_again) {
    AppendLine(out, "verdicts given again",
               report.verdict_check.same + report.verdict_check.different);
    AppendLine(out, "  DIFFERENT", report.verdict_check.different);
    AppendLine(out, "  not possible", report.verdict_check.unknown,
               "entries before them are trimmed, or another policy");
  }
}

// --- JSON ---------------------------------------------------------------------------------------

std::string TotalsJson(const AuditTotals& totals) {
  JsonLine line;
  line.Add("records", totals.records);
  for (const OutcomeEntry& entry : OutcomeTable()) {
    line.Add(entry.name, totals.outcomes[static_cast<size_t>(entry.outcome)]);
  }
  line.Add("unread", totals.unread)
      .Add("in_prepared", totals.in_prepared)
      .Add("in_judged", totals.in_judged);
  line.Add("held", totals.held).Add("before_start", totals.before_start);
  line.Add("missing", totals.missing)
      .Add("doubled", totals.doubled)
      .Add("gone_unread", totals.gone_unread);
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

std::string DisorderJson(const std::vector<Disorder>& disorder) {
  return JsonList(disorder, [](const Disorder& one) {
    JsonLine item;
    item.Add("place", ToString(one.place))
        .Add("source", ToString(one.source))
        .Add("after", one.after);
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

std::string CoverageJson(const std::vector<Coverage>& coverage, bool looked_for_hidden) {
  return JsonList(coverage, [&](const Coverage& one) {
    JsonLine item;
    item.Add("topic", one.topic);
    if (one.partition >= 0) item.Add("partition", one.partition);
    item.Add("first", one.first).Add("end", one.end).Add("records", one.records);
    if (looked_for_hidden) item.Add("aborted", one.hidden);
    if (one.records > 0) {
      item.Add("first_time", TimeText(one.first_ms)).Add("last_time", TimeText(one.last_ms));
    }
    return std::move(item).Take();
  });
}

std::string VerdictsJson(const VerdictCheck& check) {
  JsonLine line;
  line.Add("same", check.same).Add("different", check.different).Add("unknown", check.unknown);
  return std::move(line).Take();
}

}  // namespace

void RangeList::Add(const kafka::TopicPartition& where, int64_t offset) {
  ++offsets;
  if (!ranges.empty() && ranges.back().topic == where.topic &&
      ranges.back().partition == where.partition && ranges.back().last + 1 == offset) {
    ranges.back().last = offset;
    return;
  }
  if (ranges.size() < kMaxRanges) ranges.push_back({where.topic, where.partition, offset, offset});
}

void AuditTotals::Add(const AuditTotals& other) {
  for (size_t i = 0; i < kOutcomes; ++i) outcomes[i] += other.outcomes[i];
  records += other.records;
  unread += other.unread;
  in_prepared += other.in_prepared;
  in_judged += other.in_judged;
  held += other.held;
  before_start += other.before_start;
  missing += other.missing;
  doubled += other.doubled;
  gone_unread += other.gone_unread;
}

std::vector<Coverage> ByTopic(const std::vector<Coverage>& partitions) {
  std::vector<Coverage> topics;
  for (const Coverage& part : partitions) {
    auto whole = std::ranges::find(topics, part.topic, &Coverage::topic);
    if (whole == topics.end()) {
      topics.push_back(part);
      topics.back().partition = -1;
      continue;
    }
    whole->first = std::min(whole->first, part.first);
    whole->end = std::max(whole->end, part.end);
    whole->records += part.records;
    whole->hidden += part.hidden;
    if (part.records == 0) continue;
    whole->first_ms =
        whole->first_ms == 0 ? part.first_ms : std::min(whole->first_ms, part.first_ms);
    whole->last_ms = std::max(whole->last_ms, part.last_ms);
  }
  return topics;
}

std::string TextOf(const AuditReport& report, bool by_partition) {
  std::string out;
  AppendCoverage(out, report.coverage, by_partition);
  if (by_partition) {
    for (const AuditReport::Partition& partition : report.partitions) {
      fmt::format_to(std::back_inserter(out), "{}/{}: offsets {} to {}, committed {}\n",
                     partition.where.topic, partition.where.partition, partition.low, partition.end,
                     partition.committed);
      AppendTotals(out, partition.totals);
      out += '\n';
    }
  }
  AppendTotals(out, report.totals);
  AppendCounts(out, report);
  for (const RangesEntry& entry : kRanges) {
    const bool allowed = entry.list == &AuditReport::doubled && !report.exactly_once;
    AppendRanges(out, fmt::format("{}{}", entry.title, allowed ? " (at least once: allowed)" : ""),
                 report.*entry.list);
  }
  AppendDisorder(out, report);
  AppendTwinless(out, report.twinless);
  AppendList(out, "committed offsets that do not fit what was done", report.offsets);
  if (report.index_faults > 0) {
    AppendList(out,
               fmt::format("entries of the index that do not follow from those before: {}",
                           report.index_faults),
               report.index_examples);
  }
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
  line.Add("earlier", report.earlier)
      .Add("promoted", report.promoted)
      .Add("receipts", report.receipts);
  line.Add("replayed_late", report.replayed_late).Add("unreadable", report.unreadable);
  for (const RangesEntry& entry : kRanges) line.AddRaw(entry.name, RangesJson(report.*entry.list));
  line.AddRaw("twinless", TwinlessJson(report.twinless));
  line.Add("disordered", report.disordered).AddRaw("disorder", DisorderJson(report.disorder));
  line.AddRaw("offsets", JsonList(report.offsets, JsonText));
  line.Add("index_faults", report.index_faults)
      .AddRaw("index_examples", JsonList(report.index_examples, JsonText));
  if (report.gave_verdicts_again) line.AddRaw("verdict_check", VerdictsJson(report.verdict_check));
  line.AddRaw("unreadable_examples", JsonList(report.unreadable_examples, JsonText));
  line.AddRaw("open_transactions", JsonList(report.open_transactions, JsonText));
  line.AddRaw("open_inputs", JsonList(report.open_inputs, JsonText));
  line.AddRaw("notes", JsonList(report.notes, JsonText));
  line.AddRaw("coverage", CoverageJson(by_partition ? report.coverage : ByTopic(report.coverage),
                                       report.looked_for_hidden));
  if (by_partition) line.AddRaw("partitions", PartitionsJson(report.partitions));
  return std::move(line).Take();
}

}  // namespace newsfeed::tools
