#include "daemon/admin/metrics.h"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <map>
#include <system_error>
#include <utility>

#include "daemon/admin/health.h"

namespace newsfeed::admin {

// The samples of one metric. Samples of the same label values are added up.
class Series {
 public:
  using Labels = std::initializer_list<std::string_view>;

  explicit Series(const Metric& metric) : metric_(metric) {}

  void Add(Labels labels, double value) { values_[Key(labels)] += value; }
  void Add(Labels labels, uint64_t value) { Add(labels, static_cast<double>(value)); }
  void Add(Labels labels, int64_t value) { Add(labels, static_cast<double>(value)); }
  void Add(Labels labels, bool value) { Add(labels, value ? 1.0 : 0.0); }
  void Add(Labels labels, const LatencyHistogram& histogram);

  prometheus::MetricFamily Family() const;

 private:
  using Values = std::vector<std::string>;

  static Values Key(Labels labels) { return Values(labels.begin(), labels.end()); }
  prometheus::ClientMetric Sample(const Values& labels) const;

  const Metric& metric_;
  std::map<Values, double> values_;
  std::map<Values, LatencyHistogram> histograms_;
};

void Series::Add(Labels labels, const LatencyHistogram& histogram) {
  LatencyHistogram& sum = histograms_[Key(labels)];
  std::ranges::transform(sum.counts, histogram.counts, sum.counts.begin(), std::plus<>());
  sum.sum_seconds += histogram.sum_seconds;
}

prometheus::ClientMetric Series::Sample(const Values& labels) const {
  prometheus::ClientMetric sample;
  for (size_t i = 0; i < labels.size(); ++i) {
    sample.label.push_back({std::string(metric_.labels.at(i)), labels[i]});
  }
  return sample;
}

namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

ClientMetric::Histogram Cumulative(const LatencyHistogram& histogram) {
  ClientMetric::Histogram cumulative;
  cumulative.sample_sum = histogram.sum_seconds;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    cumulative.sample_count += histogram.counts[i];
    const bool last = i == LatencyHistogram::kBounds.size();
    cumulative.bucket.push_back(
        {cumulative.sample_count,
         last ? std::numeric_limits<double>::infinity() : LatencyHistogram::kBounds[i]});
  }
  return cumulative;
}

}  // namespace

prometheus::MetricFamily Series::Family() const {
  prometheus::MetricFamily family{
      std::string(metric_.name), std::string(metric_.help), metric_.type, {}};
  for (const auto& [labels, value] : values_) {
    ClientMetric& sample = family.metric.emplace_back(Sample(labels));
    (metric_.type == MetricType::Counter ? sample.counter.value : sample.gauge.value) = value;
  }
  for (const auto& [labels, histogram] : histograms_) {
    family.metric.emplace_back(Sample(labels)).histogram = Cumulative(histogram);
  }
  return family;
}

namespace {

// One member of the counters, by stage.
template <auto kMember>
void ByStage(const AppStatus& status, absl::Time, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    out.Add({worker.stage}, worker.counters.*kMember);
  }
}

// A map among the counters, by its keys.
template <auto kMember>
void ByKey(const AppStatus& status, absl::Time, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    for (const auto& [key, count] : worker.counters.*kMember) out.Add({key}, count);
  }
}

void Outcomes(const AppStatus& status, absl::Time, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    for (const OutcomeEntry& entry : OutcomeTable()) {
      out.Add({entry.name}, worker.counters.outcomes[static_cast<size_t>(entry.outcome)]);
    }
  }
}

void Batches(const AppStatus& status, absl::Time, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    out.Add({worker.stage, "committed"}, worker.counters.batches_committed);
    out.Add({worker.stage, "aborted"}, worker.counters.batches_aborted);
  }
}

void StepSeconds(const AppStatus& status, absl::Time, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    for (const StepStats& step : worker.counters.steps) {
      out.Add({step.name}, static_cast<double>(step.nanoseconds) / 1e9);
    }
  }
}

void StepArticles(const AppStatus& status, absl::Time, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    for (const StepStats& step : worker.counters.steps) out.Add({step.name}, step.in);
  }
}

void EncodeSeconds(const AppStatus& status, absl::Time, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    out.Add({}, static_cast<double>(worker.counters.encode_nanoseconds) / 1e9);
  }
}

// A figure of every partition that a worker owns. A partition whose end is not known has no lag.
void Lag(const AppStatus& status, absl::Time, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    for (const PartitionStatus& p : worker.partitions) {
      if (p.end >= 0) out.Add({worker.stage, p.topic, std::to_string(p.partition)}, p.lag());
    }
  }
}

// Nobody knows the oldest record that waits before it is read: it is younger than the last one
// committed.
void Age(const AppStatus& status, absl::Time now, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    for (const PartitionStatus& p : worker.partitions) {
      if (p.end < 0 || p.timestamp_ms <= 0) continue;
      const absl::Duration age = now - absl::FromUnixMillis(p.timestamp_ms);
      out.Add({worker.stage, p.topic, std::to_string(p.partition)},
              p.lag() > 0 ? std::max(absl::ToDoubleSeconds(age), 0.0) : 0.0);
    }
  }
}

void Position(const AppStatus& status, absl::Time, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    for (const PartitionStatus& p : worker.partitions) {
      out.Add({worker.stage, p.topic, std::to_string(p.partition)}, p.position);
    }
  }
}

// Since the start where it never happened, so that an alert fires for that too.
template <auto kMember>
void SecondsSince(const AppStatus& status, absl::Time now, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    out.Add({worker.stage, std::to_string(worker.worker)},
            absl::ToDoubleSeconds(now - std::max(worker.*kMember, status.started)));
  }
}

void OwnedPartitions(const AppStatus& status, absl::Time, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    out.Add({worker.stage, std::to_string(worker.worker)}, uint64_t{worker.partitions.size()});
  }
}

void WorkerReady(const AppStatus& status, absl::Time, Series& out) {
  for (const WorkerStatus& worker : status.workers) {
    out.Add({worker.stage, std::to_string(worker.worker)}, worker.ready);
  }
}

void Offices(const AppStatus& status, absl::Time, Series& out) {
  if (!status.judge) return;
  using enum JudgeStatus::Office;
  for (const auto office : {kCatchingUp, kStandby, kTakingOver, kOwner}) {
    out.Add({OfficeName(office)}, status.judge->office == office);
  }
}

// One figure of the judge, divided by `kDivisor`.
template <auto kMember, int kDivisor = 1>
void OfJudge(const AppStatus& status, absl::Time, Series& out) {
  if (status.judge) out.Add({}, static_cast<double>((*status.judge).*kMember) / kDivisor);
}

void Evicted(const AppStatus& status, absl::Time, Series& out) {
  if (!status.judge) return;
  out.Add({"cap"}, status.judge->evicted_by_cap);
  out.Add({"window"}, status.judge->evicted_by_window);
}

// Both results from the start on: a rate needs the zero before the first.
void Trims(const AppStatus& status, absl::Time, Series& out) {
  if (!status.judge) return;
  out.Add({"ok"}, status.trims.ok);
  out.Add({"failed"}, status.trims.failed);
}

void BuildInfo(const AppStatus& status, absl::Time, Series& out) {
  out.Add({status.version, status.config_digest, status.instance, status.application_id}, true);
}

void Reloads(const AppStatus& status, absl::Time, Series& out) {
  out.Add({"ok"}, status.reload.ok);
  out.Add({"failed"}, status.reload.failed);
}

void LastReload(const AppStatus& status, absl::Time, Series& out) {
  out.Add({}, status.reload.last_error.empty());
}

void PendingWorkers(const AppStatus& status, absl::Time, Series& out) {
  out.Add({}, uint64_t{status.reload.pending_workers});
}

void SuspectRecords(const AppStatus& status, absl::Time, Series& out) {
  out.Add({}, static_cast<uint64_t>(std::ranges::count_if(status.suspects, &Suspect::found)));
}

void AppReady(const AppStatus& status, absl::Time, Series& out) { out.Add({}, Ready(status).ok); }

void ResidentMemory(const AppStatus&, absl::Time, Series& out) {
  uint64_t all_pages = 0;
  uint64_t resident_pages = 0;
  if (std::ifstream("/proc/self/statm") >> all_pages >> resident_pages) {
    out.Add({}, resident_pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)));
  }
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void CpuSeconds(const AppStatus&, absl::Time, Series& out) {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return;
  out.Add({}, Seconds(usage.ru_utime) + Seconds(usage.ru_stime));
}

void OpenFiles(const AppStatus&, absl::Time, Series& out) {
  std::error_code error;
  const std::filesystem::directory_iterator begin("/proc/self/fd", error);
  if (error) return;
  // The listing holds one itself.
  const int64_t listed = std::distance(begin, std::filesystem::directory_iterator());
  out.Add({}, listed - 1);
}

void StartTime(const AppStatus& status, absl::Time, Series& out) {
  out.Add({}, absl::ToDoubleSeconds(status.started - absl::UnixEpoch()));
}

constexpr MetricType kCounter = MetricType::Counter;
constexpr MetricType kGauge = MetricType::Gauge;
constexpr MetricType kHistogram = MetricType::Histogram;

using W = WorkerCounters;
using J = JudgeStatus;

constexpr Metric kMetrics[] = {
    // The process and what it was started with.
    {"newsfeed_build_info", kGauge, {"version", "config_digest", "instance", "application"},
     "Always 1; the labels tell what runs.", BuildInfo},
    {"newsfeed_ready", kGauge, {}, "1 when /readyz answers 200.", AppReady},
    {"newsfeed_reloads_total", kCounter, {"result"},
     "Configurations loaded on SIGHUP: ok once every worker uses it, failed where the old one "
     "stays.",
     Reloads},
    {"newsfeed_config_last_reload_successful", kGauge, {}, "0 when the last reload failed.",
     LastReload},
    {"newsfeed_config_pending_workers", kGauge, {},
     "Workers that take the new configuration after the batch in hand.", PendingWorkers},
    {"newsfeed_fatal_records", kGauge, {},
     "Records that ended the process more than once; /status and the log name them, `--skip` "
     "leaves them out.",
     SuspectRecords},

    // Records, each counted when its batch is committed.
    {"newsfeed_records_read_total", kCounter, {"stage"},
     "Records read, of batches that were committed.",
     ByStage<&W::records_read>},
    {"newsfeed_records_total", kCounter, {"outcome"}, "Records by what became of them.", Outcomes},
    {"newsfeed_records_passed_on_total", kCounter, {"stage"},
     "Records passed on to the next stage.",
     ByStage<&W::records_passed_on>},
    {"newsfeed_accounting_mismatch_total", kCounter, {"stage"},
     "Records committed without exactly one outcome, nor passed on: a fault of newsfeedd. Must be "
     "0.",
     ByStage<&W::accounting_mismatches>},
    {"newsfeed_dead_letters_total", kCounter, {"reason"}, "Dead letters by reason.",
     ByKey<&W::dead_letters_by_reason>},
    {"newsfeed_filtered_total", kCounter, {"why"}, "Records left out on purpose, by rule.",
     ByKey<&W::filtered_by_why>},
    {"newsfeed_verdicts_total", kCounter, {"verdict"}, "Verdicts of the judge.",
     ByKey<&W::verdicts>},
    {"newsfeed_bytes_read_total", kCounter, {"stage"}, "Bytes of the records read.",
     ByStage<&W::bytes_read>},
    {"newsfeed_bytes_written_total", kCounter, {"stage"}, "Bytes of the records written.",
     ByStage<&W::bytes_written>},
    {"newsfeed_batches_total", kCounter, {"stage", "result"}, "Transactions: committed or aborted.",
     Batches},
    {"newsfeed_records_dropped_total", kCounter, {"stage"},
     "Records below the expected offset: seen before.", ByStage<&W::records_dropped>},
    {"newsfeed_offsets_skipped_total", kCounter, {"stage"},
     "Offsets never seen: deleted by retention, or the topic was made anew.",
     ByStage<&W::offsets_skipped>},

    // Faults.
    {"newsfeed_producers_replaced_total", kCounter, {"stage"}, "Producers replaced after a fault.",
     ByStage<&W::producers_replaced>},
    {"newsfeed_fenced_total", kCounter, {"stage"},
     "Times that the broker gave a worker's transactional id to another: a judge that lost its "
     "office, a transaction open for too long, or a second process of this name.",
     ByStage<&W::fenced>},
    {"newsfeed_consumers_replaced_total", kCounter, {"stage"}, "Consumers replaced after a fault.",
     ByStage<&W::consumers_replaced>},
    {"newsfeed_rebalances_total", kCounter, {"stage"}, "Changes of the partitions a worker owns.",
     ByStage<&W::rebalances>},
    {"newsfeed_errors_total", kCounter, {"stage"},
     "Batches that could not be worked on by a fault of ours; they are tried again.",
     ByStage<&W::errors>},

    // Time.
    {"newsfeed_commit_seconds", kHistogram, {"stage"}, "From the begin of a batch to its commit.",
     ByStage<&W::commit_seconds>},
    {"newsfeed_end_to_end_seconds", kHistogram, {"stage"},
     "From the timestamp of the input record to its commit by this stage.",
     ByStage<&W::end_to_end_seconds>},
    {"newsfeed_step_seconds_total", kCounter, {"step"}, "Time spent in a step of the pipeline.",
     StepSeconds},
    {"newsfeed_step_articles_total", kCounter, {"step"}, "Articles that entered a step.",
     StepArticles},
    {"newsfeed_encode_seconds_total", kCounter, {}, "Time spent in writing Protobuf.",
     EncodeSeconds},

    // Workers and partitions.
    {"newsfeed_consumer_lag", kGauge, {"stage", "topic", "partition"},
     "Records that wait, also those that an open transaction hides: high watermark minus position, "
     "0 at the end. Absent until the watermark is known.",
     Lag},
    {"newsfeed_consumer_age_seconds", kGauge, {"stage", "topic", "partition"},
     "Age of the last record committed while records wait: none that waits is older. 0 where none "
     "waits.",
     Age},
    {"newsfeed_consumer_position", kGauge, {"stage", "topic", "partition"},
     "Offset of the next record to be read and committed.", Position},
    {"newsfeed_worker_partitions", kGauge, {"stage", "worker"}, "Partitions that the worker owns.",
     OwnedPartitions},
    {"newsfeed_seconds_since_last_commit", kGauge, {"stage", "worker"},
     "Seconds since the last commit; since the start where there was none.",
     SecondsSince<&WorkerStatus::last_commit>},
    {"newsfeed_seconds_since_last_step", kGauge, {"stage", "worker"},
     "Seconds since the thread last went round; /livez fails at 120.",
     SecondsSince<&WorkerStatus::last_step>},
    {"newsfeed_worker_ready", kGauge, {"stage", "worker"},
     "1 when the worker has joined its group or stands by.", WorkerReady},

    // The judge and its index; only on replicas with that role.
    {"newsfeed_judge_office", kGauge, {"office"},
     "1 for the office the judge holds, 0 for the others.",
     Offices},
    {"newsfeed_index_entries", kGauge, {}, "Entries of the index.", OfJudge<&J::entries>},
    {"newsfeed_index_originals", kGauge, {}, "Entries that are originals.", OfJudge<&J::originals>},
    {"newsfeed_index_bytes", kGauge, {}, "Memory of the index.", OfJudge<&J::index_bytes>},
    {"newsfeed_index_clock_seconds", kGauge, {}, "Clock of the index, as Unix time.",
     OfJudge<&J::clock_ms, 1000>},
    {"newsfeed_index_oldest_seconds", kGauge, {},
     "Time of the oldest entry, as Unix time; 0: empty.",
     OfJudge<&J::oldest_ms, 1000>},
    {"newsfeed_index_position", kGauge, {}, "Next offset of the changelog to be applied.",
     OfJudge<&J::index_position>},
    {"newsfeed_index_end", kGauge, {}, "High watermark of the changelog; -1: not known.",
     OfJudge<&J::index_end>},
    {"newsfeed_index_restore_seconds", kGauge, {}, "How long the last catching up took.",
     OfJudge<&J::restore_seconds>},
    {"newsfeed_judge_takeovers_total", kCounter, {}, "Times this replica became the owner.",
     OfJudge<&J::takeovers>},
    {"newsfeed_judge_candidates_total", kCounter, {},
     "Originals that articles were compared with in full; by verdicts, candidates an article.",
     OfJudge<&J::compared>},
    {"newsfeed_judge_repeated_total", kCounter, {},
     "Redelivered records that were told their old verdict.",
     OfJudge<&J::repeated>},
    {"newsfeed_index_evicted_total", kCounter, {"why"},
     "Entries that left the index: over the cap, or out of the window.", Evicted},

    {"newsfeed_internal_trims_total", kCounter, {"result"},
     "Rounds of deleting what is done with from the internal topics, by the owner only: ok or "
     "failed.",
     Trims},

    // As every program that Prometheus sees.
    {"process_resident_memory_bytes", kGauge, {}, "Resident memory.", ResidentMemory},
    {"process_cpu_seconds_total", kCounter, {}, "User and system time.", CpuSeconds},
    {"process_start_time_seconds", kGauge, {}, "Start of the process, as Unix time.", StartTime},
    {"process_open_fds", kGauge, {}, "Open file descriptors.", OpenFiles},
};

std::string_view TypeName(MetricType type) {
  switch (type) {
    case MetricType::Counter: return "counter";
    case MetricType::Gauge: return "gauge";
    case MetricType::Histogram: return "histogram";
    default: return "";
  }
}

}  // namespace

std::span<const Metric> MetricTable() { return kMetrics; }

std::vector<prometheus::MetricFamily> Collect(const AppStatus& status, absl::Time now) {
  std::vector<prometheus::MetricFamily> families;
  for (const Metric& metric : kMetrics) {
    Series series(metric);
    metric.collect(status, now, series);
    prometheus::MetricFamily family = series.Family();
    if (!family.metric.empty()) families.push_back(std::move(family));
  }
  return families;
}

std::string MetricsText(const AppStatus& status, absl::Time now) {
  // By way of the base: it makes the string.
  const prometheus::TextSerializer text;
  return text.Serialize(Collect(status, now));
}

std::string MetricsMarkdown() {
  std::string markdown = "| metric | type | labels | what |\n|---|---|---|---|\n";
  for (const Metric& metric : kMetrics) {
    std::string labels;
    for (const std::string_view label : metric.labels) {
      if (!label.empty()) labels += fmt::format("{}`{}`", labels.empty() ? "" : ", ", label);
    }
    markdown += fmt::format("| `{}` | {} | {} | {} |\n", metric.name, TypeName(metric.type),
                            labels.empty() ? "-" : labels, metric.help);
  }
  return markdown;
}

}  // namespace newsfeed::admin
