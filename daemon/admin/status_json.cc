#include "daemon/admin/status_json.h"

#include <absl/time/time.h>
#include <fmt/format.h>

#include <cmath>
#include <concepts>
#include <iterator>
#include <string_view>

#include "daemon/admin/health.h"
#include "daemon/file/json_writer.h"
#include "processors/text/utf8.h"

namespace newsfeed::admin {
namespace {

void AppendText(std::string_view text, std::string& out) {
  if (text::IsValidUtf8(text)) return file::AppendJsonString(text, out);
  std::string readable;
  for (const char c : text) readable += static_cast<unsigned char>(c) < 0x80 ? c : '?';
  file::AppendJsonString(readable, out);
}

// Objects and lists into a string; it knows where commas go. Keys are literals.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  // The comma before an element or a key.
  void Next() {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[') out_ += ',';
  }
  void Key(std::string_view key) {
    Next();
    fmt::format_to(std::back_inserter(out_), "\"{}\":", key);
  }

  void Put(std::string_view key, std::string_view text) {
    Key(key);
    AppendText(text, out_);
  }
  void Put(std::string_view key, const char* text) { Put(key, std::string_view(text)); }
  void Put(std::string_view key, bool value) {
    Key(key);
    out_ += value ? "true" : "false";
  }
  void Put(std::string_view key, std::integral auto value) {
    Key(key);
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  void Put(std::string_view key, double value) {
    Key(key);
    if (std::isfinite(value)) {
      fmt::format_to(std::back_inserter(out_), "{}", value);
    } else {
      out_ += "null";
    }
  }
  void Put(std::string_view key, absl::Time time) {
    Key(key);
    if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) {
      out_ += "null";
    } else {
      out_ += '"' + absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()) + '"';
    }
  }
  // 0: never.
  void PutMillis(std::string_view key, int64_t milliseconds) {
    Put(key, milliseconds == 0 ? absl::InfinitePast() : absl::FromUnixMillis(milliseconds));
  }

  template <typename Body>
  void Object(Body body) {
    out_ += '{';
    body();
    out_ += '}';
  }
  template <typename Elements, typename Body>
  void List(std::string_view key, const Elements& elements, Body body) {
    Key(key);
    out_ += '[';
    for (const auto& element : elements) {
      Next();
      Object([&] { body(element); });
    }
    out_ += ']';
  }
  void Counts(std::string_view key, const std::map<std::string, uint64_t>& counts) {
    Key(key);
    Object([&] {
      for (const auto& [name, count] : counts) {
        Next();
        AppendText(name, out_);
        out_ += fmt::format(":{}", count);
      }
    });
  }

 private:
  std::string& out_;
};

void PutPartition(const PartitionStatus& partition, Writer& json) {
  json.Put("topic", partition.topic);
  json.Put("partition", partition.partition);
  json.Put("position", partition.position);
  json.Put("end", partition.end);
  json.Put("lag", partition.lag());
  json.PutMillis("last_record", partition.timestamp_ms);
}

void PutCounters(const WorkerCounters& counters, Writer& json) {
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
}

void PutWorker(const WorkerStatus& worker, Writer& json) {
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

void PutReload(const ReloadStatus& reload, Writer& json) {
  json.Put("ok", reload.ok);
  json.Put("failed", reload.failed);
  json.Put("last_error", reload.last_error);
  json.Put("pending_workers", reload.pending_workers);
}

void PutSuspect(const Suspect& suspect, Writer& json) {
  json.Put("topic", suspect.topic);
  json.Put("partition", suspect.partition);
  json.Put("first", suspect.first);
  json.Put("last", suspect.last);
  json.Put("deaths", suspect.deaths);
}

void PutJudge(const JudgeStatus& judge, Writer& json) {
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
  Writer json(out);
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
    json.List("suspect_records", status.suspects, [&](const Suspect& suspect) { PutSuspect(suspect, json); });
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
