#include "daemon/admin/status_json.h"

#include "daemon/admin/health.h"
#include "daemon/admin/json_output.h"

namespace newsfeed::admin {
namespace {

void PutPartition(const PartitionStatus& partition, JsonOutput& json) {
  json.Put("topic", partition.topic);
  json.Put("partition", partition.partition);
  json.Put("position", partition.position);
  json.Put("end", partition.end);
  json.Put("lag", partition.lag());
  json.PutMillis("last_record", partition.timestamp_ms);
}

// Counts by bucket, not cumulative; the last has no bound.
void PutHistogram(const LatencyHistogram& histogram, JsonOutput& json) {
  json.Numbers("bounds", LatencyHistogram::kBounds);
  json.Numbers("counts", histogram.counts);
}

void PutCounters(const WorkerCounters& counters, JsonOutput& json) {
  json.Put("records_read", counters.records_read);
  json.Put("records_passed_on", counters.records_passed_on);
  for (const OutcomeEntry& entry : OutcomeTable()) {
    json.Put(entry.name, counters.outcomes[static_cast<size_t>(entry.outcome)]);
  }
  json.Counts("dead_letters_by_reason", counters.dead_letters_by_reason);
  json.Counts("filtered_by_why", counters.filtered_by_why);
  json.Counts("verdicts", counters.verdicts);
  json.Put("batches_committed", counters.batches_committed);
  json.Put("batches_aborted", counters.batches_aborted);
  json.Put("records_dropped", counters.records_dropped);
  json.Put("offsets_skipped", counters.offsets_skipped);
  json.Put("rebalances", counters.rebalances);
  json.Put("errors", counters.errors);
  json.Put("accounting_mismatches", counters.accounting_mismatches);
  json.List("steps", counters.steps, [&](const StepStats& step) {
    json.Put("name", step.name);
    json.Put("in", step.in);
    json.Put("out", step.out);
    json.Put("seconds", static_cast<double>(step.nanoseconds) / 1e9);
  });
  json.Put("encode_seconds", static_cast<double>(counters.encode_nanoseconds) / 1e9);
  json.Put("commit_seconds", counters.commit_seconds.sum_seconds);
  json.Key("end_to_end");
  json.Object([&] { PutHistogram(counters.end_to_end_seconds, json); });
}

void PutWorker(const WorkerStatus& worker, JsonOutput& json) {
  json.Put("stage", worker.stage);
  json.Put("worker", worker.worker);
  json.Put("state", worker.state);
  json.Put("detail", worker.detail);
  json.Put("ready", worker.ready);
  json.Put("last_step", worker.last_step);
  json.Put("last_commit", worker.last_commit);
  json.Put("last_error", worker.last_error);
  json.List("partitions", worker.partitions,
            [&](const PartitionStatus& p) { PutPartition(p, json); });
  json.Key("counters");
  json.Object([&] { PutCounters(worker.counters, json); });
}

void PutReload(const ReloadStatus& reload, JsonOutput& json) {
  json.Put("ok", reload.ok);
  json.Put("failed", reload.failed);
  json.Put("last_error", reload.last_error);
  json.Put("pending_workers", reload.pending_workers);
}

void PutSuspect(const Suspect& suspect, JsonOutput& json) {
  json.Put("topic", suspect.topic);
  json.Put("partition", suspect.partition);
  json.Put("first", suspect.first);
  json.Put("last", suspect.last);
  json.Put("deaths", suspect.deaths);
}

void PutJudge(const JudgeStatus& judge, JsonOutput& json) {
  json.Put("office", OfficeName(judge.office));
  json.Put("why_not_ready", judge.why_not_ready);
  json.Put("entries", judge.entries);
  json.Put("originals", judge.originals);
  json.Put("index_bytes", judge.index_bytes);
  json.PutMillis("clock", judge.clock_ms);
  json.PutMillis("oldest", judge.oldest_ms);
  json.Put("last_prepared_offset", judge.last_prepared_offset);
  json.Put("index_position", judge.index_position);
  json.Put("index_end", judge.index_end);
  json.Put("restore_seconds", judge.restore_seconds);
  json.Put("takeovers", judge.takeovers);
  json.Put("compared", judge.compared);
  json.Put("repeated", judge.repeated);
  json.Put("evicted_by_cap", judge.evicted_by_cap);
  json.Put("evicted_by_window", judge.evicted_by_window);
}

}  // namespace

std::string StatusJson(const AppStatus& status) {
  std::string out;
  JsonOutput json(out);
  const Health ready = Ready(status);
  json.Object([&] {
    json.Put("version", status.version);
    json.Put("application", status.application_id);
    json.Put("instance", status.instance);
    json.Put("config_digest", status.config_digest);
    json.Put("started", status.started);
    json.Put("ready", ready.ok);
    json.Put("why_not_ready", ready.why);
    json.Put("draining", status.draining);
    json.Key("reload");
    json.Object([&] { PutReload(status.reload, json); });
    json.List("suspect_records", status.suspects,
              [&](const Suspect& suspect) { PutSuspect(suspect, json); });
    json.List("workers", status.workers,
              [&](const WorkerStatus& worker) { PutWorker(worker, json); });
    json.Key("judge");
    if (status.judge) {
      json.Object([&] { PutJudge(*status.judge, json); });
    } else {
      out += "null";
    }
  });
  out += '\n';
  return out;
}

}  // namespace newsfeed::admin
