// One step of the pipeline: decode, cleanup, dedup, entities.
//
// A Processor belongs to one worker thread and is never called by another, so it may keep scratch
// memory between calls. What several workers need is given to its factory and is immutable
// (a Model).
//
// Processors do no I/O, read no clock, start no threads and log nothing. They count only what is
// theirs, in a Probe struct of plain integers.
#pragma once

#include <string_view>

#include <absl/status/status.h>

#include "processors/article/batch.h"

namespace newsfeed {

class Processor {
 public:
  virtual ~Processor() = default;

  // The name used in config, metrics and dead letters. Lives as long as the process.
  virtual std::string_view name() const = 0;

  // Works on each live article of `batch`, in order. An article that is at fault is rejected with a
  // Reason, and the call still returns OK.
  //
  // An error means that *we* cannot work, whatever the input: nothing of the batch is published,
  // and the worker may call again with the same payloads.
  virtual absl::Status Process(Batch& batch) = 0;
};

}  // namespace newsfeed
