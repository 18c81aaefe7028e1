// The chain of processors of one stage, for one worker, each step measured.
//
//   auto pipeline = Pipeline::Create(config, shared, Stage::kPrepare, &SteadyNanoseconds);
//   (*pipeline)->Process(batch);
//
// Belongs to one worker thread, like the processors in it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "processors/article/batch.h"
#include "processors/article/processor.h"
#include "processors/pipeline/processor_table.h"

namespace newsfeed {

// A monotone clock in nanoseconds, handed in: processors read none.
using NanosecondClock = int64_t (*)();

// What one step has done since the start.
struct StepStats {
  std::string_view name;  // of the table: lives as long as the process
  uint64_t in = 0;   // live articles before the step
  uint64_t out = 0;  // live articles after it
  int64_t nanoseconds = 0;
};

class Pipeline {
 public:
  // The steps of `config`'s chain that belong to `stage`; may be empty. The config must have passed
  // CheckChain.
  static absl::StatusOr<std::unique_ptr<Pipeline>> Create(const config::v1::Config& config,
                                                          const SharedData& shared, Stage stage,
                                                          NanosecondClock clock);

  // Runs every step over the batch. Names the step in the fate of articles that end in it. On an
  // error the batch is half done: Batch::ResetArticles(), then try again or give up.
  absl::Status Process(Batch& batch);

  std::span<const StepStats> stats() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return stats_; }

 private:
  explicit Pipeline(NanosecondClock clock) : clock_(clock) {}

  NanosecondClock clock_;
  std::vector<std::unique_ptr<Processor>> steps_;
  std::vector<StepStats> stats_;  // one a step
};

}  // namespace newsfeed
