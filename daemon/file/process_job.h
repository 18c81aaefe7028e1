// The whole pipeline over files: source, three stages in memory, sink.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include <absl/status/statusor.h>

#include "daemon/data_folder.h"
#include "daemon/file/outcome_encoder.h"
#include "daemon/io.h"
#include "daemon/outcome.h"
#include "newsfeed/config/v1/config.pb.h"
#include "processors/pipeline/pipeline.h"

namespace newsfeed::file {

struct ProcessResult {
  OutcomeAccounting accounting;
  // Each step of the chain, summed over the workers.
  std::vector<StepStats> steps;
  // Time spent making published bytes of articles, summed over the workers.
  int64_t encode_nanoseconds = 0;
};

struct ProcessOptions {
  const config::v1::Config* config = nullptr;
  const LoadedData* data = nullptr;
  OutputFormat format = OutputFormat::kJsonLines;
  size_t threads = 1;
  // Called after each batch that was written, one at a time.
  std::function<void(const OutcomeAccounting&)> progress = nullptr;
};

// Reads `source` to its end, or until `stop`. All counts of the result add up, also after an error.
absl::Status RunProcessJob(const ProcessOptions& options, RecordSource& source, RecordSink& sink,
                           const std::atomic<bool>& stop, ProcessResult& result);

}  // namespace newsfeed::file
