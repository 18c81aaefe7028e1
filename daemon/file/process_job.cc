#include "daemon/file/process_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "daemon/ordered_stages.h"
#include "daemon/step_times.h"
#include "daemon/version.h"

namespace newsfeed::file {
namespace {

// What one thread works with.
struct Worker {
  std::unique_ptr<Pipeline> prepare;
  std::unique_ptr<Pipeline> enrich;
  std::unique_ptr<OutcomeEncoder> encoder;
  int64_t encode_nanoseconds = 0;
};

absl::StatusOr<Worker> CreateWorker(const ProcessOptions& options) {
  Worker worker;
  const auto create = [&](Stage stage) {
    return Pipeline::Create(*options.config, options.data->shared, stage, &SteadyNanoseconds);
  };
  auto prepare = create(Stage::kPrepare);
  if (!prepare.ok()) return prepare.status();
  auto enrich = create(Stage::kEnrich);
  if (!enrich.ok()) return enrich.status();
  worker.prepare = *std::move(prepare);
  worker.enrich = *std::move(enrich);
  worker.encoder = std::make_unique<OutcomeEncoder>(
      options.format, ProcessingStamp{kVersion, options.data->config_digest},
      options.config->cleanup().max_removed_text_bytes());
  return worker;
}

void SumUp(const std::vector<Worker>& workers, const Pipeline& judge, ProcessResult& result) {
  for (const Worker& worker : workers) AddSteps(*worker.prepare, result.steps);
  AddSteps(judge, result.steps);
  for (const Worker& worker : workers) {
    AddSteps(*worker.enrich, result.steps);
    result.encode_nanoseconds += worker.encode_nanoseconds;
  }
}

void Encode(const Batch& batch, Worker& worker, EncodedOutcomes& outcomes) {
  const int64_t start = SteadyNanoseconds();
  worker.encoder->Encode(batch, outcomes);
  worker.encode_nanoseconds += SteadyNanoseconds() - start;
}

}  // namespace

absl::Status RunProcessJob(const ProcessOptions& options, RecordSource& source, RecordSink& sink,
                           const std::atomic<bool>& stop, ProcessResult& result) {
  std::vector<Worker> workers;
  for (size_t i = 0; i < options.threads; ++i) {
    auto worker = CreateWorker(options);
    if (!worker.ok()) return worker.status();
    workers.push_back(*std::move(worker));
  }
  auto judge = Pipeline::Create(*options.config, options.data->shared, Stage::kJudge,
                                &SteadyNanoseconds);
  if (!judge.ok()) return judge.status();

  OutcomeAccounting& accounting = result.accounting;
  // `fill` and `write` may run at once in two threads: each counts for itself.
  uint64_t read = 0;
  StageFunctions stages;
  stages.fill = [&](Batch& batch) -> absl::StatusOr<bool> {
    auto polled = source.Poll(batch);
    if (!polled.ok()) return polled.status();
    read += batch.size();
    return *polled != PollResult::kEnd;
  };
  stages.prepare = [&](Batch& batch, size_t i) { return workers[i].prepare->Process(batch); };
  stages.judge = [&](Batch& batch) { return (*judge)->Process(batch); };
  stages.enrich = [&](Batch& batch, EncodedOutcomes& outcomes, size_t i) -> absl::Status {
    if (absl::Status status = workers[i].enrich->Process(batch); !status.ok()) return status;
    Encode(batch, workers[i], outcomes);
    return absl::OkStatus();
  };
  stages.write = [&](const Batch& batch, const EncodedOutcomes& outcomes) -> absl::Status {
    if (absl::Status status = sink.Publish(batch, outcomes); !status.ok()) return status;
    accounting.CountOutcomes(batch);
    if (options.progress) options.progress(accounting);
    return absl::OkStatus();
  };
  const absl::Status status = RunOrderedStages(stages, options.threads, stop);
  accounting.CountRead(read);
  SumUp(workers, **judge, result);
  return status;
}

}  // namespace newsfeed::file
