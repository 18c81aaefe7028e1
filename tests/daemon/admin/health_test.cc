#include "daemon/admin/health.h"

#include <gtest/gtest.h>

#include "tests/daemon/admin/full_status.h"

namespace newsfeed::admin {
namespace {

using ::newsfeed::testing::FullStatus;
using ::newsfeed::testing::kNow;

TEST(Live, WhileEveryWorkerSteps) {
  EXPECT_TRUE(Live(FullStatus(), kNow).ok);
  EXPECT_EQ(Live(FullStatus(), kNow).why, "");
}

TEST(Live, NotWithAWorkerThatIsStuck) {
  AppStatus status = FullStatus();
  status.workers[1].last_step = kNow - absl::Seconds(120);
  EXPECT_TRUE(Live(status, kNow).ok);
  status.workers[1].last_step = kNow - absl::Milliseconds(125'400);
  EXPECT_FALSE(Live(status, kNow).ok);
  EXPECT_EQ(Live(status, kNow).why, "prepare 1 has not stepped for 2m5s");
  EXPECT_TRUE(Live(status, kNow, absl::Seconds(130)).ok);
}

TEST(Live, WhateverTheBrokerDoes) {
  AppStatus status = FullStatus();
  for (WorkerStatus& worker : status.workers) {
    worker.ready = false;
    worker.last_commit = absl::InfinitePast();
    worker.state = "waiting for the broker";
  }
  EXPECT_TRUE(Live(status, kNow).ok);
}

TEST(Ready, TellsTheFirstThatIsNot) {
  AppStatus status = FullStatus();
  EXPECT_TRUE(Ready(status).ok);

  status.judge->why_not_ready = "catching up";
  EXPECT_EQ(Ready(status).why, "judge: catching up");
  status.workers[1].ready = false;
  EXPECT_EQ(Ready(status).why, "prepare 1: filling");
  status.workers[1].detail = "no such topic";
  EXPECT_EQ(Ready(status).why, "prepare 1: no such topic");
  status.draining = true;
  EXPECT_EQ(Ready(status).why, "draining");
  EXPECT_FALSE(Ready(status).ok);
}

TEST(Live, WhileItWaitsForItsCluster) {
  AppStatus status = FullStatus();
  for (WorkerStatus& worker : status.workers) worker.last_step = absl::InfinitePast();
  status.started = kNow - absl::Hours(10);
  EXPECT_TRUE(Live(status, kNow).ok);
}

}  // namespace
}  // namespace newsfeed::admin
