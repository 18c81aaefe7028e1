// A worker through commits, aborts, lost answers, rebalances and the end.
#include "daemon/stages/hop_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/daemon/kafka/scripted_clients.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed::stages {
namespace {

using kafka::ErrorClass;
using kafka::testing::EndAt;
using kafka::testing::Failure;
using kafka::testing::Moved;
using kafka::testing::RecordAt;
using kafka::testing::Script;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Publishes every record; "forgotten" has no outcome, and "deadly" ends the process.
class PassHop : public Hop {
 public:
  explicit PassHop(std::string topic = "out") : topic_(std::move(topic)) {}

  absl::Status Process(Batch& batch, HopOutput& out) override {
    out.Clear();
    for (const Article& article : batch.articles()) {
      if (article.value == "deadly") std::raise(SIGKILL);
      if (article.value == "when") out.records.push_back({.topic = topic_, .value = batch.arena().Keep(std::to_string(batch.now_ms()))});
      if (topic_ == "broken") return absl::InternalError("broken");
      out.records.push_back({.topic = topic_, .value = article.value});
      if (article.value != "forgotten") ++out.outcomes[static_cast<size_t>(Outcome::kEnriched)];
    }
    return absl::OkStatus();
  }
  std::vector<std::string> topics() const override { return {"out"}; }
  void FillSteps(WorkerCounters& counters) const override { counters.encode_nanoseconds += 7; }

 private:
  const std::string topic_;
};

class HopWorkerTest : public ::testing::Test {
 protected:
  HopWorkerTest() {
    script_.committed[{"in", 0}] = 7;
    script_.polls = {Moved("assign", 0), RecordAt(0, 7, "seven"), RecordAt(0, 8, "eight"), EndAt(0, 9)};
  }

  // Until nothing is left to do; time passes.
  Progress Run() {
    Progress progress = Progress::kProgress;
    for (int i = 0; i < 200; ++i) {
      progress = worker_.Step(now_ += absl::Seconds(1), absl::ZeroDuration());
      if (progress == Progress::kDone || progress == Progress::kFatal) break;
    }
    return progress;
  }
  // What a broker gives again after a seek to 7.
  void GiveAgain() { script_.polls = {RecordAt(0, 7, "seven"), RecordAt(0, 8, "eight"), EndAt(0, 9)}; }
  WorkerCounters Counters() const {
    WorkerStatus status;
    worker_.FillStatus(status);
    return status.counters;
  }
  // As App does with what a reload made.
  bool Renew(const std::string& topic) {
    Renewal renewal{std::make_shared<LoadedConfig>(), std::make_unique<PassHop>(topic), nullptr};
    return worker_.Renew(renewal);
  }
  // Until the last call was `call`.
  void RunTo(const std::string& call) {
    for (int i = 0; i < 200 && (script_.calls.empty() || script_.calls.back() != call); ++i) {
      worker_.Step(now_ += absl::Seconds(1), absl::ZeroDuration());
    }
  }
  int64_t committed() { return script_.committed[{"in", 0}]; }

  absl::Time now_ = absl::FromUnixSeconds(1000);
  Script script_;
  kafka::testing::ScriptedFactory factory_{&script_};
  config::v1::Config config_;
  HopWorker worker_{&factory_, config_, {Stage::kPrepare, "a", 0}, {"in"}, std::make_unique<PassHop>()};
};

TEST_F(HopWorkerTest, PublishesAndCommits) {
  Run();
  EXPECT_THAT(script_.published, ElementsAre("seven", "eight"));
  EXPECT_EQ(committed(), 9);
  EXPECT_EQ(Counters().outcomes[0], 2);
  EXPECT_EQ(Counters().records_read, 2);
  EXPECT_EQ(Counters().accounting_mismatches, 0);
}

// Waits are by the clock that Step is told, records by the one that may be set at any time.
TEST_F(HopWorkerTest, RecordsAreDatedByTheWallClock) {
  script_.polls = {Moved("assign", 0), RecordAt(0, 7, "when"), EndAt(0, 8)};
  worker_.set_wall_ahead(absl::Hours(1000));
  Run();
  ASSERT_EQ(script_.published.size(), 2);
  EXPECT_GT(std::stoll(script_.published[0]), absl::ToUnixMillis(absl::FromUnixSeconds(1000) + absl::Hours(1000)));
}

TEST_F(HopWorkerTest, OutcomesThatDoNotAddUpAreCounted) {
  script_.polls = {Moved("assign", 0), RecordAt(0, 7, "seven"), RecordAt(0, 8, "forgotten"), EndAt(0, 9)};
  Run();
  EXPECT_EQ(Counters().records_read, 2);
  EXPECT_EQ(Counters().accounting_mismatches, 1);
}

TEST_F(HopWorkerTest, AfterAnAbortTheSameRecordsComeAgain) {
  script_.answers["offsets"] = {Failure(ErrorClass::kAbortable, "ILLEGAL_GENERATION")};
  Run();
  EXPECT_THAT(script_.calls, Contains("assign at 7"));
  EXPECT_THAT(script_.published, IsEmpty());
  GiveAgain();
  Run();
  EXPECT_THAT(script_.published, ElementsAre("seven", "eight"));
  EXPECT_EQ(Counters().outcomes[0], 2);
  EXPECT_EQ(Counters().batches_aborted, 1);
}

TEST_F(HopWorkerTest, ACommitWithoutAnswerThatFailedIsDoneAgain) {
  script_.answers["commit"] = {Failure(ErrorClass::kTimedOut)};
  Run();
  EXPECT_EQ(script_.producers, 2) << "the old one is out of step with its coordinator";
  EXPECT_THAT(script_.calls, Contains("assign at 7"));
  GiveAgain();
  Run();
  EXPECT_THAT(script_.published, ElementsAre("seven", "eight"));
}

TEST_F(HopWorkerTest, ACommitWithoutAnswerThatSucceededIsNotDoneAgain) {
  script_.answers["commit"] = {Failure(ErrorClass::kTimedOut)};
  // Init of the new producer ends what was open: here by completing it.
  for (int i = 0; i < 200 && script_.producers < 2; ++i) worker_.Step(now_ += absl::Seconds(1), absl::ZeroDuration());
  script_.committed[{"in", 0}] = 9;
  Run();
  EXPECT_THAT(script_.calls, Contains("assign at 9"));
  EXPECT_THAT(script_.published, IsEmpty());
}

// The producer was lost with a batch, and none can be had: the partitions are not read, and others may read them.
TEST_F(HopWorkerTest, WithoutAProducerForLongTheGroupIsLeft) {
  script_.answers["commit"] = {Failure(ErrorClass::kTimedOut)};
  for (int i = 0; i < 6; ++i) script_.answers["init"].push_back(i == 0 ? kafka::Error() : Failure(ErrorClass::kOther));
  RunTo("close");
  WorkerStatus status;
  worker_.FillStatus(status);
  EXPECT_FALSE(status.ready);
  script_.polls = {Moved("assign", 0), RecordAt(0, 7, "seven"), RecordAt(0, 8, "eight"), EndAt(0, 9)};
  Run();
  EXPECT_THAT(script_.published, ElementsAre("seven", "eight")) << "and joined again";
}

TEST_F(HopWorkerTest, WhatWasRevokedWhileReadingIsNotPublished) {
  script_.polls = {Moved("assign", 0), RecordAt(0, 7, "seven"), Moved("revoke", 0)};
  Run();
  EXPECT_THAT(script_.published, IsEmpty());
  EXPECT_EQ(committed(), 7);
}

TEST_F(HopWorkerTest, WithoutAGenerationNothingIsPublished) {
  script_.has_generation = false;
  Run();
  EXPECT_THAT(script_.published, IsEmpty());
  EXPECT_THAT(script_.calls, Contains("assign at 7"));
}

TEST_F(HopWorkerTest, ADeadConsumerIsReplaced) {
  script_.polls = {kafka::testing::Broken(ErrorClass::kFatal, "FENCED_INSTANCE_ID")};
  Run();
  script_.polls = {Moved("assign", 0), RecordAt(0, 7, "seven"), EndAt(0, 8)};
  Run();
  EXPECT_THAT(script_.published, ElementsAre("seven"));
  EXPECT_EQ(Counters().consumers_replaced, 1);
}

TEST_F(HopWorkerTest, ADrainFinishesTheBatchInHandAndReadsNoMore) {
  while (script_.calls.empty() || script_.calls.back() != "produce") {
    worker_.Step(now_ += absl::Seconds(1), absl::ZeroDuration());
  }
  worker_.Drain();
  EXPECT_EQ(Run(), Progress::kDone);
  EXPECT_THAT(script_.published, ElementsAre("seven", "eight"));
  EXPECT_EQ(script_.calls.back(), "close");
  EXPECT_EQ(Counters().outcomes[0], 2);
}

TEST_F(HopWorkerTest, ANewHopWaitsForTheCommitOfTheBatchInHand) {
  RunTo("produce");
  EXPECT_FALSE(Renew("other"));
  Run();
  EXPECT_THAT(script_.published, ElementsAre("seven", "eight"));
  EXPECT_TRUE(Renew("other"));
  EXPECT_EQ(Counters().outcomes[0], 2);
  EXPECT_EQ(Counters().encode_nanoseconds, 14) << "counters do not go back";
  script_.polls = {RecordAt(0, 9, "nine"), EndAt(0, 10)};
  Run();
  EXPECT_THAT(script_.published, ElementsAre("seven", "eight", "nine"));
  EXPECT_THAT(script_.topics, ElementsAre("out", "out", "other"));
  EXPECT_EQ(committed(), 10);
}

TEST_F(HopWorkerTest, ANewHopIsTakenAfterAnAbort) {
  script_.answers["offsets"] = {Failure(ErrorClass::kAbortable, "ILLEGAL_GENERATION")};
  Run();
  EXPECT_TRUE(Renew("other"));
  GiveAgain();
  Run();
  EXPECT_THAT(script_.topics, ElementsAre("other", "other"));
  EXPECT_EQ(Counters().outcomes[0], 2);
}

// Nothing would ever be committed, and so the batch never be out of hand.
TEST_F(HopWorkerTest, ANewHopHealsTheErrorsOfTheOldOne) {
  ASSERT_TRUE(Renew("broken"));
  Run();
  EXPECT_THAT(script_.published, IsEmpty());
  EXPECT_GT(Counters().errors, 1);
  EXPECT_TRUE(Renew("out"));
  Run();
  EXPECT_THAT(script_.published, ElementsAre("seven", "eight"));
}

TEST_F(HopWorkerTest, FinishedItKeepsItsPlaceInTheGroupUntilTheDrain) {
  RunTo("produce");
  worker_.Finish();
  Progress progress = Progress::kProgress;
  for (int i = 0; i < 200 && progress != Progress::kParked; ++i) {
    progress = worker_.Step(now_ += absl::Seconds(1), absl::ZeroDuration());
  }
  EXPECT_EQ(progress, Progress::kParked);
  EXPECT_THAT(script_.published, ElementsAre("seven", "eight"));
  EXPECT_THAT(script_.calls, ::testing::Not(Contains("close")));
  worker_.Drain();
  EXPECT_EQ(Run(), Progress::kDone);
  EXPECT_EQ(script_.calls.back(), "close");
}

// --- records that end the process -------------------------------------------------------------

// One life of a process that reads the records 7 to 9 from what is committed on; what was published.
std::vector<std::string> OneLife(const std::string& file, bool skipped) {
  auto recorder = FlightRecorder::Open(file);
  Script script;
  script.committed[{"in", 0}] = 7;
  config::v1::Config config;
  kafka::testing::ScriptedFactory factory(&script);
  HopWorker worker(&factory, config, {Stage::kPrepare, "a", 0}, {"in"}, std::make_unique<PassHop>(),
                   (*recorder)->NewDesk());
  const std::map<int64_t, std::string> log{{7, "seven"}, {8, skipped ? "eight" : "deadly"}, {9, "nine"}};
  absl::Time now = absl::FromUnixSeconds(1000);
  script.polls = {Moved("assign", 0)};
  for (int i = 0; i < 300 && script.committed[{"in", 0}] < 10; ++i) {
    worker.Step(now += absl::Seconds(1), absl::ZeroDuration());
    if (!script.polls.empty() || script.calls.empty()) continue;
    // The broker gives what comes after each assignment, and after each commit what was not given yet.
    if (script.calls.back().starts_with("assign at ") || script.calls.back() == "commit") {
      for (auto it = log.lower_bound(script.committed[{"in", 0}]); it != log.end(); ++it) {
        script.polls.push_back(RecordAt(0, it->first, it->second));
      }
      script.polls.push_back(EndAt(0, 10));
    }
  }
  return script.published;
}

// False: the process was killed.
bool Survives(const std::string& file) {
  const pid_t child = fork();
  if (child == 0) {
    OneLife(file, /*skipped=*/false);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status);
}

TEST(HopWorkerDies, AtTheThirdStartTheRecordIsKnownAndSkippingItHeals) {
  const newsfeed::testing::TemporaryFolder folder;
  const std::string file = folder.path() / "a.flight";
  const auto suspects = [&] { return (*FlightRecorder::Open(file))->suspects(); };
  EXPECT_FALSE(Survives(file));
  EXPECT_THAT(suspects(), ElementsAre(Suspect{"in", 0, 7, 9, 1}));
  EXPECT_FALSE(Survives(file));
  EXPECT_THAT(suspects(), Contains(Suspect{"in", 0, 8, 8, 2}));
  EXPECT_TRUE(suspects()[0].found());
  EXPECT_FALSE(Survives(file));
  EXPECT_THAT(suspects(), Contains(Suspect{"in", 0, 8, 8, 3}));
  EXPECT_THAT(OneLife(file, /*skipped=*/true), ElementsAre("seven", "eight", "nine"));
  EXPECT_THAT(suspects(), IsEmpty());
}

TEST_F(HopWorkerTest, AnotherProcessWithOurIdIsTheEnd) {
  script_.answers["commit"] = {Failure(ErrorClass::kFenced), Failure(ErrorClass::kFenced)};
  Run();
  GiveAgain();
  EXPECT_EQ(Run(), Progress::kFatal);
  EXPECT_THAT(script_.published, IsEmpty());
}

}  // namespace
}  // namespace newsfeed::stages
