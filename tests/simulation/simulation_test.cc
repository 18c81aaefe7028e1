// Thousands of schedules hold the invariants; and would not if the code had one of the faults in mutants/.
#include <gtest/gtest.h>

#include <string>

#include "tests/simulation/world.h"
#include "tests/testing/program.h"

namespace newsfeed::simulation {
namespace {

// How many schedules a mutant has until it must be found; most are within the first hundred.
constexpr char kUntilFound[] = "4000";

std::string ProgramPath(const std::string& name) { return std::string(NEWSFEED_PROGRAMS) + "/" + name; }

TEST(SimulationTest, TenThousandSchedulesHoldAndCoverAllFaults) {
  const auto result = newsfeed::testing::RunProgram({ProgramPath("simulate"), "0", "10000", "--covered"}, "", 800);
  EXPECT_EQ(result.exit_code, 0) << result.out;
  printf("%s", result.out.c_str());
}

TEST(SimulationTest, ASeedReplaysExactly) {
  for (uint64_t seed = 100; seed < 110; ++seed) {
    Coverage coverage;
    const ScheduleOutcome first = RunSchedule({.seed = seed, .trace = true}, coverage);
    const ScheduleOutcome second = RunSchedule({.seed = seed, .trace = true}, coverage);
    EXPECT_EQ(first.trace, second.trace);
    EXPECT_EQ(first.steps, second.steps);
    EXPECT_GT(first.trace.size(), 100u);
  }
}

class MutantTest : public ::testing::TestWithParam<const char*> {};

TEST_P(MutantTest, IsFound) {
  const auto result =
      newsfeed::testing::RunProgram({ProgramPath(std::string("simulate_") + GetParam()), "0", kUntilFound, "--first"},
                                    "", 300);
  EXPECT_EQ(result.exit_code, 1) << "not found in " << kUntilFound << " schedules";
  EXPECT_NE(result.out.find("seed "), std::string::npos) << result.out << result.err;
  printf("%s", result.out.substr(0, 400).c_str());
}

INSTANTIATE_TEST_SUITE_P(, MutantTest,
                         ::testing::Values("offset_one_too_high", "no_rewind_after_abort", "commit_before_flush",
                                           "old_producer_after_timeout", "batch_forgotten_on_revoke",
                                           "index_not_rolled_back", "restored_before_fencing",
                                           "fenced_judge_goes_on"),
                         [](const auto& i) { return std::string(i.param); });

}  // namespace
}  // namespace newsfeed::simulation
