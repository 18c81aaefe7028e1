#include "daemon/admin/health.h"

#include <fmt/format.h>

namespace newsfeed::admin {

Health Live(const AppStatus& status, absl::Time now, absl::Duration limit) {
  for (const WorkerStatus& worker : status.workers) {
    // Not started: the daemon waits for its cluster, which is no reason to end it.
    if (worker.last_step == absl::InfinitePast()) continue;
    const absl::Duration silent = now - worker.last_step;
    if (silent > limit) {
      return {false, fmt::format("{} {} has not stepped for {}", worker.stage, worker.worker,
                                 absl::FormatDuration(absl::Trunc(silent, absl::Seconds(1))))};
    }
  }
  return {};
}

Health Ready(const AppStatus& status) {
  if (status.draining) return {false, "draining"};
  for (const WorkerStatus& worker : status.workers) {
    if (worker.ready) continue;
    return {false, fmt::format("{} {}: {}", worker.stage, worker.worker,
                               worker.detail.empty() ? worker.state : worker.detail)};
  }
  if (status.judge && !status.judge->why_not_ready.empty()) {
    return {false, "judge: " + status.judge->why_not_ready};
  }
  return {};
}

}  // namespace newsfeed::admin
