// Processes that die, at random and at named points; processes that are stopped in good order.
#include <csignal>
#include <random>

#include "tests/faults/fault_row.h"

namespace newsfeed::faults {
namespace {

constexpr int kKills = 20;

TEST_F(Faults, OneOfThreeKilledAtRandom) {
  Begin({});
  std::mt19937 random(20261125);
  for (int kill = 0; kill < kKills; ++kill) {
    const size_t victim = random() % daemons();
    Kill(victim);
    StartDaemon(victim);
    AwaitRecovery();
    if (HasFatalFailure()) return;
  }
  Finish();
}

TEST_F(Faults, JudgesOwnerKilled) {
  Begin({});
  for (int kill = 0; kill < kKills; ++kill) {
    const size_t owner = JudgeOwner();
    Kill(owner);
    StartDaemon(owner);
    AwaitRecovery();
    if (HasFatalFailure()) return;
  }
  EXPECT_GE(Offices(), static_cast<size_t>(kKills));
  Finish();
}

// Points of the transaction, each passed in every stage.
const char* const kPoints[] = {
    // With records at the broker and no offsets.
    "publisher.after_produce@{0}:3=sleep:0.1;publisher.after_produce@{0}:3=kill",
    "publisher.after_send_offsets@{0}:3=kill",
    "publisher.before_commit@{0}:3=kill",
    // While the commit is under way.
    "publisher.before_commit@{0}:3=kill_in:0.002",
    "publisher.before_commit@{0}:3=kill_in:0.005",
    // The worker does not know that it is done.
    "publisher.after_commit@{0}:3=kill",
    "group_reader.before_assign@{0}=kill",
};

std::string RulesOf(std::string rule, const std::string& stage) {
  for (size_t at = 0; (at = rule.find("{0}", at)) != std::string::npos;) rule.replace(at, 3, stage);
  return rule;
}

class FaultsOfStage : public Faults {
 protected:
  // Each death is in the life that the last one led to.
  void KillAtEachPointOf(const std::string& stage) {
    Begin({});
    for (const char* point : kPoints) {
      Kill(0);
      StartDaemon(0, RulesOf(point, stage));
      AwaitKilled(0);
      StartDaemon(0);
      AwaitRecovery();
      if (HasFatalFailure()) return;
    }
    Finish();
  }
};

TEST_F(FaultsOfStage, PrepareKilledAtEachPoint) { KillAtEachPointOf("prepare"); }
TEST_F(FaultsOfStage, EnrichKilledAtEachPoint) { KillAtEachPointOf("enrich"); }

class FaultsOfJudges : public FaultsOfStage {
 protected:
  // All wait for the office with the same rule: whoever takes it dies, one after the other.
  void KillEachAt(const std::vector<std::string>& rules) {
    Begin({});
    for (const std::string& rule : rules) {
      for (size_t i = 0; i < daemons(); ++i) Kill(i);
      for (size_t i = 0; i < daemons(); ++i) StartDaemon(i, rule);
      for (size_t i = 0; i < daemons(); ++i) AwaitKilled(i);
      for (size_t i = 0; i < daemons(); ++i) StartDaemon(i);
      AwaitRecovery();
      if (HasFatalFailure()) return;
    }
    Finish();
  }
};

TEST_F(FaultsOfJudges, EachKilledAtEachPoint) {
  KillEachAt({RulesOf(kPoints[0], "judge"), "publisher.after_send_offsets@judge:3=kill",
              "publisher.before_commit@judge:3=kill_in:0.003", "publisher.after_commit@judge:3=kill",
              // While the index is restored: before the group is joined.
              "index_log.applied:300=kill"});
}

TEST_F(FaultsOfJudges, EachKilledAtMorePoints) {
  KillEachAt({"publisher.before_commit@judge:3=kill", "publisher.before_commit@judge:3=kill_in:0.005",
              "group_reader.before_assign@judge=kill", "judge.fenced_predecessor=kill", "judge.read_to_end=kill"});
}

TEST_F(Faults, RollingTermination) {
  Begin({});
  for (size_t i = 0; i < 2 * daemons(); ++i) {
    Terminate(i % daemons());
    Fault();
    StartDaemon(i % daemons());
    AwaitRecovery();
    if (HasFatalFailure()) return;
  }
  Finish();
}

TEST_F(Faults, ScaledFromOneToThreeAndBack) {
  Begin({.daemons = 1});
  for (int round = 0; round < 2; ++round) {
    for (const size_t added : {1U, 2U}) {
      StartDaemon(added);
      Fault();
      AwaitRecovery();
    }
    for (const size_t gone : {2U, 1U}) {
      Terminate(gone);
      Fault();
      AwaitRecovery();
    }
    if (HasFatalFailure()) return;
  }
  Finish();
}

}  // namespace
}  // namespace newsfeed::faults
