// Runs schedules:  simulate FIRST COUNT [--trace | --first | --covered]
//
// Prints each violation with its seed, at the end the coverage. Exit code 1: something is violated, 2: usage.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "daemon/log.h"
#include "tests/simulation/world.h"

namespace {

constexpr char kUsage[] = R"(usage: simulate FIRST COUNT [--trace | --first | --covered]
  simulate 0 10000           the schedules of seeds 0 to 9999
  simulate 4711 1 --trace    one of them, with all that happens
  simulate 0 5000 --first    until one is violated
  simulate 0 10000 --covered and every fault must have befallen every call and state
)";

}  // namespace

int main(int argc, char** argv) {
  using namespace newsfeed;
  const std::string_view mode = argc == 4 ? argv[3] : "";
  if (argc < 3 || argc > 4 || (argc == 4 && mode != "--trace" && mode != "--first" && mode != "--covered")) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  config::v1::Log quiet;
  quiet.set_level(config::v1::Log::ERROR);
  if (mode != "--trace") log::Init(quiet);
  const uint64_t first = std::strtoull(argv[1], nullptr, 10);
  const uint64_t end = first + std::strtoull(argv[2], nullptr, 10);
  const uint64_t most_failed = mode == "--first" ? 1 : 20;
  std::atomic<uint64_t> next = first;
  std::atomic<uint64_t> failed = 0;
  std::mutex mutex;
  simulation::Coverage coverage;
  uint64_t schedules = 0;
  uint64_t steps = 0;
  uint64_t records = 0;
  const auto work = [&] {
    simulation::Coverage own;
    for (uint64_t seed; failed < most_failed && (seed = next++) < end;) {
      const simulation::ScheduleOutcome outcome =
          simulation::RunSchedule({.seed = seed, .trace = mode == "--trace"}, own);
      const std::lock_guard lock(mutex);
      ++schedules;
      steps += outcome.steps;
      records += outcome.records;
      for (const std::string& line : outcome.trace) fmt::print("{}\n", line);
      if (!outcome.violations.empty()) ++failed;
      for (const std::string& violation : outcome.violations) fmt::print("seed {}: {}\n", seed, violation);
    }
    const std::lock_guard lock(mutex);
    coverage.Add(own);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  if (mode != "--first") fmt::print("{}\n", coverage.Table());
  bool uncovered = false;
  if (mode == "--covered") {
    for (const std::string& zero : coverage.Zeros()) {
      fmt::print("never happened: {}\n", zero);
      uncovered = true;
    }
  }
  fmt::print("{} schedules, {} records, {} steps, {} failed\n", schedules, records, steps, failed.load());
  return failed > 0 || uncovered ? 1 : 0;
}
