// Runs schedules:  simulate FIRST COUNT [--trace]
//
// Prints each violation with its seed, at the end the coverage. Exit code 1: something is violated, 2: usage.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "daemon/log.h"
#include "tests/simulation/world.h"

int main(int argc, char** argv) {
  using namespace newsfeed;
  if (argc < 3 || argc > 4 || (argc == 4 && std::string_view(argv[3]) != "--trace")) {
    fmt::print(stderr, "usage: simulate FIRST COUNT [--trace]\n"
                       "  simulate 0 10000        the schedules of seeds 0 to 9999\n"
                       "  simulate 4711 1 --trace one of them, with all that happens\n");
    return 2;
  }
  config::v1::Log quiet;
  quiet.set_level(config::v1::Log::ERROR);
  if (argc == 3) log::Init(quiet);
  const uint64_t first = std::strtoull(argv[1], nullptr, 10);
  const uint64_t count = std::strtoull(argv[2], nullptr, 10);
  const bool trace = argc == 4;
  std::atomic<uint64_t> next = first;
  std::atomic<uint64_t> failed = 0;
  std::mutex mutex;
  simulation::Coverage coverage;
  uint64_t steps = 0;
  const auto work = [&] {
    simulation::Coverage own;
    uint64_t own_steps = 0;
    for (uint64_t seed; (seed = next++) < first + count && failed < 20;) {
      const simulation::ScheduleOutcome outcome = simulation::RunSchedule({.seed = seed, .trace = trace}, own);
      own_steps += outcome.steps;
      const std::lock_guard lock(mutex);
      for (const std::string& line : outcome.trace) fmt::print("{}\n", line);
      if (!outcome.violations.empty()) ++failed;
      for (const std::string& violation : outcome.violations) fmt::print("seed {}: {}\n", seed, violation);
    }
    const std::lock_guard lock(mutex);
    coverage.Add(own);
    steps += own_steps;
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  fmt::print("{}\n{} schedules, {} steps, {} failed\n", coverage.Table(), std::min(next.load(), first + count) - first,
             steps, failed.load());
  return failed > 0 ? 1 : 0;
}
