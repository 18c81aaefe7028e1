// A worker through commits, aborts, lost answers, rebalances and the end.
#include "daemon/stages/hop_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/kafka/scripted_clients.h"

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

// Publishes every record, and forgets the outcome of some.
class PassHop : public Hop {
 public:
  explicit PassHop(std::string_view forgets = "") : forgets_(forgets) {}

  absl::Status Process(Batch& batch, HopOutput& out) override {
    out.Clear();
    for (const Article& article : batch.articles()) {
      out.records.push_back({.topic = "out", .value = article.value});
      if (article.value != forgets_) ++out.outcomes[static_cast<size_t>(Outcome::kEnriched)];
    }
    return absl::OkStatus();
  }
  std::vector<std::string> topics() const override { return {"out"}; }
  void FillSteps(WorkerCounters&) const override {}

 private:
  const std::string_view forgets_;
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

TEST_F(HopWorkerTest, OutcomesThatDoNotAddUpAreCounted) {
  HopWorker forgetful(&factory_, config_, {Stage::kPrepare, "a", 0}, {"in"}, std::make_unique<PassHop>("eight"));
  for (int i = 0; i < 200; ++i) forgetful.Step(now_ += absl::Seconds(1), absl::ZeroDuration());
  WorkerStatus status;
  forgetful.FillStatus(status);
  EXPECT_EQ(status.counters.records_read, 2);
  EXPECT_EQ(status.counters.accounting_mismatches, 1);
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
  EXPECT_EQ(Counters().consumers_made, 1);
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

TEST_F(HopWorkerTest, AnotherProcessWithOurIdIsTheEnd) {
  script_.answers["commit"] = {Failure(ErrorClass::kFenced), Failure(ErrorClass::kFenced)};
  Run();
  GiveAgain();
  EXPECT_EQ(Run(), Progress::kFatal);
  EXPECT_THAT(script_.published, IsEmpty());
}

}  // namespace
}  // namespace newsfeed::stages
