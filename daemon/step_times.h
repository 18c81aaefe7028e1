// What the steps of pipelines took, measured and added up.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "processors/pipeline/pipeline.h"

namespace newsfeed {

// The clock of pipelines.
inline int64_t SteadyNanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Adds a pipeline's figures to those of others, step by step.
inline void AddSteps(const Pipeline& pipeline, std::vector<StepStats>& sums) {
  for (const StepStats& step : pipeline.stats()) {
    auto sum = std::ranges::find(sums, step.name, &StepStats::name);
    if (sum == sums.end()) sum = sums.insert(sum, {.name = step.name});
    sum->in += step.in;
    sum->out += step.out;
    sum->nanoseconds += step.nanoseconds;
  }
}

}  // namespace newsfeed
