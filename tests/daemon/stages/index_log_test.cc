// The changelog of the index, read by a standby: trimmed beneath it, ended, unreadable.
#include "daemon/stages/index_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/kafka/scripted_clients.h"

namespace newsfeed::stages {
namespace {

using kafka::testing::Broken;
using kafka::testing::EndAt;
using kafka::testing::RecordAt;
using ::testing::Contains;

class IndexLogTest : public ::testing::Test {
 protected:
  IndexLogTest() { EXPECT_TRUE(log_.Open().ok()); }

  kafka::testing::Script script_;
  kafka::testing::ScriptedFactory factory_{&script_};
  IndexLog log_{&factory_, {}, "in"};
  dedup::Judge judge_{*dedup::MakePolicy(config::v1::Dedup())};
};

TEST_F(IndexLogTest, TrimmedBeneathItIsAGapAndBegunAtTheStartAgain) {
  script_.polls = {Broken(kafka::ErrorClass::kOther, "_AUTO_OFFSET_RESET")};
  EXPECT_EQ(log_.Read(judge_, absl::ZeroDuration()), IndexLog::Result::kGap);
  script_.low = 40;
  log_.Restart();
  ASSERT_TRUE(log_.Open().ok());
  EXPECT_EQ(log_.position(), 40);
  EXPECT_THAT(script_.calls, Contains("assign at 40"));
}

TEST_F(IndexLogTest, TheEndLiesBehindTheMarksOfTransactions) {
  script_.polls = {EndAt(0, 100)};
  EXPECT_FALSE(log_.reached_end());
  EXPECT_EQ(log_.Read(judge_, absl::ZeroDuration()), IndexLog::Result::kNothing);
  EXPECT_TRUE(log_.reached_end());
}

TEST_F(IndexLogTest, WhatIsNoEntryIsNotTaken) {
  script_.polls = {RecordAt(0, 0, "\xff\xff")};
  EXPECT_EQ(log_.Read(judge_, absl::ZeroDuration()), IndexLog::Result::kUnreadable);
  EXPECT_EQ(log_.position(), 0);
}

}  // namespace
}  // namespace newsfeed::stages
