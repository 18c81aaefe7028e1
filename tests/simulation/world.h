// One schedule: replicas of newsfeedd's real workers over the model of a broker, stepped in an order that a seed
// decides, with everything that may go wrong going wrong; then healed, drained, and checked.
//
//   Outcome outcome = RunSchedule({.seed = 7}, coverage);
//   outcome.violations                       empty: I1 to I8 hold
//
// The same seed gives the same schedule, always. One thread; several may run at a time.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/model_clients.h"

namespace newsfeed::simulation {

struct Coverage {
  std::array<std::array<uint64_t, kFaults>, kCalls> calls{};
  // What befell a worker, by what it was doing: "prepare: committing", "paused".
  std::map<std::string, std::map<std::string, uint64_t>> states;
  std::map<std::string, uint64_t> events;

  void Add(const Coverage& other);
  // Possible and never seen.
  std::vector<std::string> Zeros() const;
  std::string Table() const;
};

struct ScheduleOptions {
  uint64_t seed = 0;
  bool trace = false;
};

struct ScheduleOutcome {
  std::vector<std::string> violations;
  std::vector<std::string> trace;
  uint64_t steps = 0;
  uint64_t records = 0;
};

ScheduleOutcome RunSchedule(const ScheduleOptions& options, Coverage& coverage);

}  // namespace newsfeed::simulation
