// A clock that nobody sets: what waits or watches by it is neither held up nor ended where the wall
// clock is put right.
#pragma once

#include <absl/time/clock.h>
#include <absl/time/time.h>

#include <chrono>

namespace newsfeed {

// The wall clock's time at the first call and what has passed since. Any thread.
inline absl::Time SteadyNow() {
  using Clock = std::chrono::steady_clock;
  static const Clock::time_point begun = Clock::now();
  static const absl::Time wall = absl::Now();
  return wall + absl::FromChrono(Clock::now() - begun);
}

}  // namespace newsfeed
