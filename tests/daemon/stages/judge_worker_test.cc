// A judge whose topics do not hold what it needs. All else is in tests/simulation.
#include "daemon/stages/judge_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/kafka/scripted_clients.h"

namespace newsfeed::stages {
namespace {

using kafka::ErrorClass;
using kafka::testing::Broken;
using kafka::testing::Moved;
using ::testing::HasSubstr;

class JudgeWorkerTest : public ::testing::Test {
 protected:
  JudgeWorkerTest() { script_.low = script_.high = 0; }

  // Until `office`, or the end.
  Progress RunTo(JudgeStatus::Office office) {
    Progress progress = Progress::kProgress;
    for (int i = 0; i < 50 && Office() != office && progress != Progress::kFatal; ++i) {
      progress = worker_.Step(now_ += absl::Seconds(1), absl::ZeroDuration());
    }
    return progress;
  }
  JudgeStatus::Office Office() const {
    JudgeStatus status;
    worker_.FillJudge(status);
    return status.office;
  }
  WorkerStatus Status() const {
    WorkerStatus status;
    worker_.FillStatus(status);
    return status;
  }

  absl::Time now_ = absl::FromUnixSeconds(1000);
  kafka::testing::Script script_;
  kafka::testing::ScriptedFactory factory_{&script_};
  config::v1::Config config_;
  JudgeWorker worker_{&factory_, &config_, "a", dedup::MakePolicy(config_.dedup()).value(), FlightRecorder::Desk()};
};

TEST_F(JudgeWorkerTest, WhereTheGroupsOffsetIsLostItCannotGoOn) {
  script_.low = script_.high = 5;  // trimmed before, so something was committed
  RunTo(JudgeStatus::Office::kStandby);
  script_.polls = {Moved("assign", 0)};
  EXPECT_EQ(RunTo(JudgeStatus::Office::kOwner), Progress::kFatal);
  EXPECT_THAT(Status().detail, HasSubstr("its offsets are lost"));
  EXPECT_FALSE(Status().ready);
}

TEST_F(JudgeWorkerTest, WhereTheNextArticleIsGoneItCannotGoOn) {
  script_.committed[{"in", 0}] = 0;
  RunTo(JudgeStatus::Office::kStandby);
  script_.polls = {Moved("assign", 0)};
  RunTo(JudgeStatus::Office::kOwner);
  script_.low = script_.high = 60;
  script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET")};
  Progress progress = Progress::kProgress;
  for (int i = 0; i < 5 && progress != Progress::kFatal; ++i) {
    progress = worker_.Step(now_ += absl::Seconds(1), absl::ZeroDuration());
  }
  EXPECT_EQ(progress, Progress::kFatal);
  EXPECT_THAT(Status().detail, HasSubstr("deleted or trimmed by hand"));
}

}  // namespace
}  // namespace newsfeed::stages
