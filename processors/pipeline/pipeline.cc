#include "processors/pipeline/pipeline.h"

#include <algorithm>
#include <utility>

namespace newsfeed {
namespace {

uint64_t CountLive(const Batch& batch) {
  return static_cast<uint64_t>(
      std::ranges::count_if(batch.articles(), [](const Article& a) { return a.live(); }));
}

void NameStage(Batch& batch, std::string_view stage) {
  for (Article& article : batch.articles()) {
    if (!article.live() && article.fate.stage.empty()) article.fate.stage = stage;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::Create(const config::v1::Config& config,
                                                           const SharedData& shared, Stage stage,
                                                           NanosecondClock clock) {
  std::unique_ptr<Pipeline> pipeline(new Pipeline(clock));
  for (const ProcessorEntry& entry : ProcessorTable()) {
    if (entry.stage != stage || !InChain(config, entry.config_name)) continue;
    auto step = entry.create(config, shared);
    if (!step.ok()) return step.status();
    // The table's name: figures may outlive the step.
    pipeline->stats_.push_back({.name = entry.step_name});
    pipeline->steps_.push_back(*std::move(step));
  }
  return pipeline;
}

absl::Status Pipeline::Process(Batch& batch) {
  uint64_t live = CountLive(batch);
  for (size_t i = 0; i < steps_.size(); ++i) {
    StepStats& stats = stats_[i];
    const int64_t start = clock_();
    if (absl::Status status = steps_[i]->Process(batch); !status.ok()) return status;
    stats.nanoseconds += clock_() - start;
    stats.in += live;
    live = CountLive(batch);
    stats.out += live;
    NameStage(batch, stats.name);
  }
  return absl::OkStatus();
}

}  // namespace newsfeed
