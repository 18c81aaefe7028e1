// What the daemon knows of itself at one moment: plain values, copied out of the workers. /status,
// /metrics, probes and systemd are made of it; workers know none of them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "daemon/flight_recorder.h"
#include "daemon/outcome.h"
#include "processors/pipeline/pipeline.h"

namespace newsfeed {

// Seconds in buckets, as Prometheus counts them.
struct LatencyHistogram {
  // Upper bounds in seconds; the last bucket has none.
  static constexpr std::array<double, 15> kBounds = {.005, .01, .02, .05, .1, .15, .25, .5,
                                                     1,    2.5, 5,   10,  30, 60,  300};
  std::array<uint64_t, kBounds.size() + 1> counts{};  // by bucket, not cumulative
  double sum_seconds = 0;

  void Add(double seconds) {
    size_t bucket = 0;
    while (bucket < kBounds.size() && seconds > kBounds[bucket]) ++bucket;
    ++counts[bucket];
    sum_seconds += seconds;
  }
};

// A partition that a worker owns.
struct PartitionStatus {
  std::string topic;
  int32_t partition = 0;
  int64_t position = 0;      // offset of the next record to be read and committed
  int64_t end = -1;          // high watermark, less marks of transactions before it; -1: unknown
  int64_t timestamp_ms = 0;  // of the last record committed; 0: none yet
  int64_t lag() const { return end < position ? 0 : end - position; }
};

// What a worker has done since the process began. Only committed batches count as outcomes.
struct WorkerCounters {
  uint64_t records_read = 0;       // of batches that were committed
  uint64_t bytes_read = 0;
  uint64_t records_passed_on = 0;  // to the next stage
  std::array<uint64_t, kOutcomes> outcomes{};
  std::map<std::string, uint64_t> dead_letters_by_reason;
  std::map<std::string, uint64_t> filtered_by_why;
  std::map<std::string, uint64_t> verdicts;  // of the judge
  uint64_t bytes_written = 0;
  uint64_t batches_committed = 0;
  uint64_t batches_aborted = 0;
  uint64_t records_dropped = 0;    // below the expected offset: seen before
  uint64_t offsets_skipped = 0;    // gaps that retention or a new topic left
  uint64_t fenced = 0;             // another producer initialised with our transactional id
  uint64_t producers_replaced = 0;  // after a fault
  uint64_t consumers_replaced = 0;
  uint64_t rebalances = 0;
  uint64_t errors = 0;
  // Records of committed batches without exactly one outcome, nor passed on: a fault of ours.
  uint64_t accounting_mismatches = 0;
  LatencyHistogram commit_seconds;      // begin to commit of a batch
  LatencyHistogram end_to_end_seconds;  // timestamp of the input record to its commit here
  std::vector<StepStats> steps;         // of the pipeline
  int64_t encode_nanoseconds = 0;
};

struct WorkerStatus {
  std::string stage;   // "prepare", "judge", "enrich"
  size_t worker = 0;
  std::string state;   // "reading", "committing", "taking over", …
  std::string detail;  // why it is not ready, or the last error; empty: nothing to tell
  // Has joined its group, or stands by on purpose. Stays true in a rebalance.
  bool ready = false;
  absl::Time last_step = absl::InfinitePast();    // liveness: never depends on the broker
  absl::Time last_commit = absl::InfinitePast();
  std::string last_error;
  std::vector<PartitionStatus> partitions;
  WorkerCounters counters;
};

// The judge and its index, on every replica with that role.
struct JudgeStatus {
  enum class Office : uint8_t { kCatchingUp, kStandby, kTakingOver, kOwner };
  Office office = Office::kCatchingUp;
  std::string why_not_ready;        // empty: ready
  uint64_t entries = 0;             // in window and cap
  uint64_t originals = 0;
  size_t index_bytes = 0;
  int64_t clock_ms = 0;             // of the index
  int64_t oldest_ms = 0;            // of the oldest entry; 0: empty
  int64_t last_prepared_offset = -1;
  int64_t index_position = 0;       // next offset of the changelog to be applied
  int64_t index_end = -1;           // its high watermark
  double restore_seconds = 0;       // the last catching up took
  uint64_t takeovers = 0;
  uint64_t compared = 0;            // pairs: an article beside one that may be its original
  uint64_t repeated = 0;            // redeliveries that were told their old verdict
  uint64_t evicted_by_cap = 0;
  uint64_t evicted_by_window = 0;
};

// "catching up", "standby", "taking over", "owner".
const char* OfficeName(JudgeStatus::Office office);

// Configurations loaded while running.
struct ReloadStatus {
  uint64_t ok = 0;              // every worker uses it
  uint64_t failed = 0;          // the one before stays
  std::string last_error;       // of the last that failed; empty: none has failed since
  size_t pending_workers = 0;   // take the new one after the batch in hand
};

// Rounds of trimming the internal topics.
struct TrimStatus {
  uint64_t ok = 0;
  uint64_t failed = 0;
};

struct AppStatus {
  std::string version;
  std::string application_id;
  std::string instance;
  std::string config_digest;
  // By the wall clock; the other times are as long before it as they really were.
  absl::Time taken = absl::InfinitePast();
  absl::Time started = absl::InfinitePast();
  bool draining = false;
  std::vector<WorkerStatus> workers;
  std::optional<JudgeStatus> judge;  // with the judge's role only
  ReloadStatus reload;
  TrimStatus trims;
  std::vector<Suspect> suspects;     // records that were in hand when the process died before
};

// Gives snapshots. Any thread.
class StatusSource {
 public:
  virtual ~StatusSource() = default;
  virtual AppStatus Snapshot() const = 0;
};

}  // namespace newsfeed
