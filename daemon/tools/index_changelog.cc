#include "daemon/tools/index_changelog.h"

#include <absl/time/time.h>
#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "daemon/kafka/application.h"
#include "daemon/tools/audit.h"
#include "daemon/tools/json_line.h"

namespace newsfeed::tools {
namespace {

constexpr size_t kMaxExamples = 10;
constexpr size_t kMaxPolicies = 100;
constexpr uint64_t kCommitEvery = 256;

std::string ThresholdsOf(std::string_view config) {
  config::v1::Dedup message;
  if (!message.ParseFromArray(config.data(), static_cast<int>(config.size()))) return "";
  std::string out;
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto& field = *descriptor->field(i);
    fmt::format_to(std::back_inserter(out), "{}{}: {}", i > 0 ? " " : "", std::string(field.name()),
                   message.GetReflection()->GetUInt32(message, &field));
  }
  return out;
}

std::string VerdictName(size_t verdict) {
  return v1::Dedup::Verdict_Name(static_cast<v1::Dedup::Verdict>(verdict));
}

std::string TimeText(int64_t ms) {
  if (ms <= 0) return "-";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMillis(ms), absl::UTCTimeZone());
}

}  // namespace

IndexChangelog::IndexChangelog(std::shared_ptr<const dedup::Policy> policy, Mode mode) {
  if (mode == Mode::kVerify) replay_.emplace(std::move(policy));
  report_.verified = mode == Mode::kVerify;
}

void IndexChangelog::Take(const kafka::PolledRecord& record) {
  if (!message_.ParseFromArray(record.value.data(), static_cast<int>(record.value.size()))) {
    ++report_.broken;
    return AddExample(record, "is no entry of an index");
  }
  const dedup::IndexEntry entry = dedup::FromProto(message_);
  Count(record, entry);
  if (replay_) {
    Verify(record, entry);
  } else {
    Restore(record, entry);
  }
}

void IndexChangelog::Count(const kafka::PolledRecord& record, const dedup::IndexEntry& entry) {
  if (report_.entries++ == 0) report_.first_sequence = entry.sequence;
  report_.last_sequence = entry.sequence;
  report_.last_prepared_offset = entry.prepared_offset;
  const auto verdict = static_cast<size_t>(entry.dedup.verdict);
  if (verdict < report_.verdicts.size()) ++report_.verdicts[verdict];
  report_.without_sketch += entry.sketch.empty();
  report_.rejected += entry.rejected;
  if (!entry.policy) return;
  if (report_.policies.size() >= kMaxPolicies) report_.policies.erase(report_.policies.begin());
  report_.policies.push_back({record.offset, entry.sequence, CleanText(entry.policy->name),
                              ThresholdsOf(entry.policy->config)});
}

void IndexChangelog::Restore(const kafka::PolledRecord& record, const dedup::IndexEntry& entry) {
  // What comes twice is passed over by a judge; in a log it is a fault.
  const bool twice = entry.prepared_offset <= index_->last_prepared_offset();
  absl::Status status = index_->Apply(entry);
  if (twice) status = absl::DataLossError("is of a prepared article that an entry before is of");
  if (!status.ok()) {
    ++report_.broken;
    AddExample(record, std::string(status.message()));
    index_ = std::make_unique<dedup::Index>();
    (void)index_->Apply(entry);
  }
  if (report_.entries % kCommitEvery == 0) index_->Commit();
}

void IndexChangelog::Verify(const kafka::PolledRecord& record, const dedup::IndexEntry& entry) {
  using Result = dedup::VerdictReplay::Result;
  switch (replay_->Take(entry)) {
    case Result::kSame: ++report_.same; return;
    case Result::kUnknown: ++report_.unknown; return;
    case Result::kDifferent: ++report_.different; break;
    case Result::kBroken: ++report_.broken; break;
  }
  AddExample(record, replay_->why());
}

void IndexChangelog::AddExample(const kafka::PolledRecord& record, std::string_view why) {
  if (report_.examples.size() >= kMaxExamples) return;
  report_.examples.push_back(fmt::format("{}:{}:{}: {}", record.topic, record.partition,
                                         record.offset, CleanText(why, 1024)));
}

IndexReport IndexChangelog::Report() const {
  IndexReport report = report_;
  const dedup::Index& index = this->index();
  report.in_window = index.size();
  report.originals = index.store().originals();
  report.bytes = index.reserved_bytes();
  report.digest = index.Digest();
  report.evicted_by_window = index.probe().evicted_by_window;
  report.evicted_by_cap = index.probe().evicted_by_cap;
  report.clock_ms = index.clock_ms();
  report.oldest_ms = index.size() > 0 ? index.oldest().time_ms : 0;
  return report;
}

absl::StatusOr<IndexReport> ReadIndexLog(TopicReader& reader, const config::v1::Config& config,
                                         IndexChangelog::Mode mode) {
  auto policy = dedup::MakePolicy(config.dedup());
  if (!policy.ok()) return policy.status();
  auto ranges = reader.RangesOf({kafka::InternalTopicsOf(config).index});
  if (!ranges.ok()) return ranges.status();
  IndexChangelog log(*std::move(policy), mode);
  absl::Status status =
      reader.Read(*ranges, TransactionPatience(config), [&](const kafka::PolledRecord& record) {
        log.Take(record);
        return true;
      });
  if (!status.ok()) return status;
  IndexReport report = log.Report();
  report.open_transactions = OpenTransactions(*ranges);
  return report;
}

// --- Printing -----------------------------------------------------------------------------------

std::string TextOf(const IndexReport& report) {
  std::string out;
  const auto line = [&out](std::string_view name, std::string_view text) {
    fmt::format_to(std::back_inserter(out), "{:<20}{}\n", name, text);
  };
  line("entries",
       fmt::format("{} (sequence {} to {}), {} without a sketch, {} refused by the judge",
                   report.entries, report.first_sequence, report.last_sequence,
                   report.without_sketch, report.rejected));
  std::string verdicts;
  for (size_t verdict = 1; verdict < report.verdicts.size(); ++verdict) {
    fmt::format_to(std::back_inserter(verdicts), "{}{} {}", verdict > 1 ? ", " : "",
                   VerdictName(verdict), report.verdicts[verdict]);
  }
  line("verdicts", verdicts);
  for (const PolicySeen& policy : report.policies) {
    line("policy", fmt::format("{} from entry {} (offset {}) on: {}", policy.name, policy.sequence,
                               policy.offset,
                               policy.thresholds.empty() ? "cannot be read" : policy.thresholds));
  }
  line("last judged",
       fmt::format("offset {} of the prepared articles", report.last_prepared_offset));
  line("window", fmt::format("{} to {}", TimeText(report.oldest_ms), TimeText(report.clock_ms)));
  line("index",
       fmt::format(
           "{} articles, {} of them originals, {:.1f} MB; left: {} by the window, {} by the cap",
           report.in_window, report.originals, static_cast<double>(report.bytes) / 1e6,
           report.evicted_by_window, report.evicted_by_cap));
  line("digest", fmt::format("{:016x}", report.digest));
  if (report.verified) {
    line("given again",
         fmt::format("{} the same, {} different, {} not known (trimmed, or without a sketch)",
                     report.same, report.different, report.unknown));
  }
  if (report.broken > 0) {
    line("broken", fmt::format("{} entries do not follow the one before", report.broken));
  }
  for (const std::string& example : report.examples) line("fault", example);
  return out;
}

std::string JsonOf(const IndexReport& report) {
  JsonLine verdicts;
  for (size_t verdict = 1; verdict < report.verdicts.size(); ++verdict) {
    verdicts.Add(VerdictName(verdict), report.verdicts[verdict]);
  }
  JsonLine line;
  line.Add("entries", report.entries).Add("firstSequence", report.first_sequence);
  line.Add("lastSequence", report.last_sequence).Add("withoutSketch", report.without_sketch);
  line.Add("rejected", report.rejected).AddRaw("verdicts", std::move(verdicts).Take());
  line.AddRaw("policies", JsonList(report.policies, [](const PolicySeen& policy) {
                JsonLine json;
                json.Add("name", policy.name)
                    .Add("offset", policy.offset)
                    .Add("sequence", policy.sequence);
                json.Add("thresholds", policy.thresholds);
                return std::move(json).Take();
              }));
  line.Add("lastPreparedOffset", report.last_prepared_offset).Add("clockMs", report.clock_ms);
  line.Add("oldestMs", report.oldest_ms)
      .Add("inWindow", report.in_window)
      .Add("originals", report.originals);
  line.Add("bytes", report.bytes).Add("digest", fmt::format("{:016x}", report.digest));
  line.Add("evictedByWindow", report.evicted_by_window).Add("evictedByCap", report.evicted_by_cap);
  if (report.verified) {
    line.Add("same", report.same).Add("different", report.different).Add("unknown", report.unknown);
  }
  line.Add("broken", report.broken);
  line.AddRaw("examples",
              JsonList(report.examples, [](const std::string& text) { return JsonText(text); }));
  line.AddRaw("openTransactions", JsonList(report.open_transactions,
                                           [](const std::string& text) { return JsonText(text); }));
  return std::move(line).Take();
}

}  // namespace newsfeed::tools
