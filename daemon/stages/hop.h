// One hop: what becomes of a batch that was read from one topic and goes to others.
//
//   hop->Process(batch, out)     records for the next topics, to be published in one transaction
//
// A hop is pure: same records and configuration, same result; it knows no client. One a worker, one
// thread. Views in `out` lie in the batch or, names of topics and what was serialised, in the hop:
// they hold until its next batch.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "daemon/article_value.h"
#include "daemon/data_folder.h"
#include "daemon/kafka/kafka_client.h"
#include "daemon/outcome.h"
#include "daemon/status.h"
#include "processors/article/batch.h"
#include "processors/pipeline/pipeline.h"

namespace newsfeed::stages {

// What goes out of a batch, and what is to be counted once it is committed.
struct HopOutput {
  std::vector<kafka::ProducedRecord> records;
  uint64_t passed_on = 0;
  std::array<uint64_t, kOutcomes> outcomes{};
  std::map<Reason, uint64_t> dead_letters;
  std::map<FilterWhy, uint64_t> filtered;
  std::map<Verdict, uint64_t> verdicts;
  uint64_t bytes = 0;

  // Records of the batch that are accounted for: passed on, or at their end.
  uint64_t accounted() const {
    return std::accumulate(outcomes.begin(), outcomes.end(), passed_on);
  }

  void Clear();
  // Adds to the counters of the worker.
  void CountInto(WorkerCounters& counters) const;
};

class Hop {
 public:
  virtual ~Hop() = default;

  // An error is ours: nothing of the batch may be published.
  virtual absl::Status Process(Batch& batch, HopOutput& out) = 0;
  // Topics it writes.
  virtual std::vector<std::string> topics() const = 0;
  // Adds what the pipeline inside has done since the hop was made.
  virtual void FillSteps(WorkerCounters& counters) const = 0;
};

// What hops are made of; outlives them. Records of `config->skip` become dead letters before they
// are looked into.
struct HopContext {
  const config::v1::Config* config = nullptr;
  const LoadedData* data = nullptr;
  // Of topics with a schema registry; filled before the first batch.
  const SchemaIds* schema_ids = nullptr;
};

// raw → ID-prepared, dead letters, filtered
absl::StatusOr<std::unique_ptr<Hop>> CreatePrepareHop(const HopContext& context);
// ID-judged → enriched, duplicates, dead letters
absl::StatusOr<std::unique_ptr<Hop>> CreateEnrichHop(const HopContext& context);
// raw → enriched, dead letters, filtered: the chain without dedup
absl::StatusOr<std::unique_ptr<Hop>> CreateDirectHop(const HopContext& context);

}  // namespace newsfeed::stages
