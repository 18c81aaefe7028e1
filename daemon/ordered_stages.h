// The three stages joined in memory: prepare and enrich on any thread, fill, judge and write one at
// a time and in the order of the input. So the result does not depend on the number of threads.
//
//   fill ─► prepare ─► judge ─► enrich ─► write
//   order    any       order     any      order
//
// Batches live in a ring of slots; each thread takes the most advanced batch that something can be
// done for, so that little is in flight and memory is bounded by the number of slots.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "daemon/io.h"

namespace newsfeed {

// What is done with a batch. `worker` counts from 0; two calls with the same worker never overlap,
// nor do two calls of fill, of judge, or of write.
struct StageFunctions {
  // False at the end of the input; is not called again then.
  std::function<absl::StatusOr<bool>(Batch& batch)> fill;
  std::function<absl::Status(Batch& batch, size_t worker)> prepare;
  std::function<absl::Status(Batch& batch)> judge;
  std::function<absl::Status(Batch& batch, EncodedOutcomes& outcomes, size_t worker)> enrich;
  std::function<absl::Status(const Batch& batch, const EncodedOutcomes& outcomes)> write;
};

// Runs all until the input ends, `stop` becomes true (what has been read is still finished), or a
// stage fails (the first error is returned, what was written before stands). Starts `threads` - 1
// threads beside the calling one, and returns when they have ended.
absl::Status RunOrderedStages(const StageFunctions& stages, size_t threads,
                              const std::atomic<bool>& stop);

}  // namespace newsfeed
