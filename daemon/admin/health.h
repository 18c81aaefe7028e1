// The answers to the two probes, out of a snapshot. No I/O, no clock.
//
//   Live(status, now)  => {false, "prepare 1 has not stepped for 2m5s"}
//   Ready(status)      => {false, "judge: catching up"}
//
// Liveness asks whether a thread is stuck, and nothing else: a broker that is away is no reason to
// restart the daemon, which would only come back to the same broker.
#pragma once

#include <string>

#include <absl/time/time.h>

#include "daemon/status.h"

namespace newsfeed::admin {

struct Health {
  bool ok = true;
  std::string why;  // one line; empty when ok
};

inline constexpr absl::Duration kStuckAfter = absl::Seconds(120);

// Each worker has stepped in the last `limit`. A worker that has not stepped yet counts from the
// start.
Health Live(const AppStatus& status, absl::Time now, absl::Duration limit = kStuckAfter);

// Not draining, every worker ready, and the judge too where there is one. The first that is not is
// told.
Health Ready(const AppStatus& status);

}  // namespace newsfeed::admin
