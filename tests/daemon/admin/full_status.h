// A snapshot in which nothing is missing: two workers of "prepare", one of "judge", and the judge.
#pragma once

#include <string>
#include <utility>

#include <absl/time/time.h>

#include "daemon/status.h"

namespace newsfeed::testing {

inline const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

inline WorkerStatus FullWorker(std::string stage, size_t worker) {
  WorkerStatus status;
  status.stage = std::move(stage);
  status.worker = worker;
  status.state = "filling";
  status.ready = true;
  status.last_step = kNow - absl::Seconds(1);
  status.last_commit = kNow - absl::Seconds(3);
  status.partitions = {{"raw", static_cast<int32_t>(worker), 17, 20, 1'799'999'990'500}};
  WorkerCounters& counters = status.counters;
  counters.records_read = 10;
  counters.outcomes = {4, 3, 2, 1};
  counters.dead_letters_by_reason = {{"INVALID_JSON", 2}};
  counters.filtered_by_why = {{"TOMBSTONE", 1}};
  counters.verdicts = {{"UNIQUE", 4}};
  counters.batches_committed = 5;
  counters.batches_aborted = 1;
  counters.fenced = 1;
  counters.commit_seconds.Add(0.03);
  counters.commit_seconds.Add(1000);
  counters.end_to_end_seconds.Add(2);
  counters.steps = {{"decode", 10, 8, 1'500'000'000}};
  counters.encode_nanoseconds = 250'000'000;
  return status;
}

inline AppStatus FullStatus() {
  AppStatus status;
  status.version = "1.2.3";
  status.application_id = "news";
  status.instance = "a";
  status.config_digest = "beef";
  status.started = kNow - absl::Minutes(10);
  status.workers = {FullWorker("prepare", 0), FullWorker("prepare", 1), FullWorker("judge", 0)};
  JudgeStatus& judge = status.judge.emplace();
  judge.office = JudgeStatus::Office::kOwner;
  judge.entries = 7;
  judge.clock_ms = 1'799'999'990'500;
  status.reload = {.ok = 2, .failed = 1, .last_error = "needs a restart: inputs", .pending_workers = 3};
  status.trims = {.ok = 4, .failed = 1};
  status.suspects = {{"raw", 3, 17, 17, 3}, {"raw", 4, 0, 255, 1}};
  return status;
}

}  // namespace newsfeed::testing
