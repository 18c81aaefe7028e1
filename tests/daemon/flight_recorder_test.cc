// What is known of the records in hand when a process ended. A process that dies is one that lets go of the file with
// marks in it.
#include "daemon/flight_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FlightRecorderTest : public ::testing::Test {
 protected:
  std::unique_ptr<FlightRecorder> Open(bool* fresh = nullptr) {
    auto recorder = FlightRecorder::Open(file_, fresh);
    EXPECT_TRUE(recorder.ok()) << recorder.status();
    return recorder.ok() ? *std::move(recorder) : nullptr;
  }
  // Of topic "raw".
  Batch& Of(int32_t partition, int64_t first, int64_t last) {
    batch_.Clear();
    for (int64_t offset = first; offset <= last; ++offset) batch_.Add({.id = {{"raw"}, {partition}, {offset}}});
    return batch_;
  }
  // A process that dies with the records in hand.
  void Die(int32_t partition, int64_t first, int64_t last) { Open()->NewDesk().Begin(Of(partition, first, last)); }

  testing::TemporaryFolder folder_;
  const std::string file_ = folder_.path() / "a.flight";
  Batch batch_;
};

TEST_F(FlightRecorderTest, WhatWasDoneIsNoSuspect) {
  {
    auto recorder = Open();
    auto desk = recorder->NewDesk();
    desk.Begin(Of(3, 0, 255));
    desk.End();
  }
  EXPECT_THAT(Open()->suspects(), IsEmpty());
}

TEST_F(FlightRecorderTest, DeathsInARowNarrowItDown) {
  Die(3, 0, 255);
  EXPECT_THAT(Open()->suspects(), ElementsAre(Suspect{"raw", 3, 0, 255, 1}));
  Die(3, 17, 17);
  Die(3, 17, 17);
  const auto suspects = Open()->suspects();
  EXPECT_THAT(suspects, ElementsAre(Suspect{"raw", 3, 17, 17, 3}));
  EXPECT_TRUE(suspects[0].found());
  EXPECT_EQ(ToString(suspects[0]), "raw:3:17");
}

TEST_F(FlightRecorderTest, EveryWorkerAndPartitionHasItsOwn) {
  {
    auto recorder = Open();
    Batch two;
    for (const int64_t offset : {5, 6}) {
      two.Add({.id = {{"raw"}, {1}, {offset}}});
      two.Add({.id = {{"raw"}, {2}, {offset + 100}}});
    }
    auto first = recorder->NewDesk();
    auto second = recorder->NewDesk();
    first.Begin(two);
    second.Begin(Of(3, 9, 9));
  }
  EXPECT_THAT(Open()->suspects(), ElementsAre(Suspect{"raw", 1, 5, 6, 1}, Suspect{"raw", 2, 105, 106, 1},
                                              Suspect{"raw", 3, 9, 9, 1}));
}

TEST_F(FlightRecorderTest, ABatchWithSuspectsIsReadAgainOneByOne) {
  Die(3, 0, 1);
  auto recorder = Open();
  auto desk = recorder->NewDesk();
  EXPECT_FALSE(desk.MustSplit(Of(4, 0, 9))) << "another partition";
  EXPECT_TRUE(desk.MustSplit(Of(3, 0, 9)));
  EXPECT_EQ(desk.most_records(), 1);
  EXPECT_FALSE(desk.MustSplit(Of(3, 0, 0)));
  desk.Passed(Of(3, 0, 0));
  EXPECT_THAT(recorder->suspects(), ElementsAre(Suspect{"raw", 3, 1, 1, 1}));
  desk.Passed(Of(3, 1, 1));
  EXPECT_THAT(recorder->suspects(), IsEmpty());
  EXPECT_GT(desk.most_records(), 1);
  EXPECT_FALSE(desk.MustSplit(Of(3, 0, 9)));
}

TEST_F(FlightRecorderTest, WhatTheOperatorLeavesOutIsNoSuspectAnyMore) {
  Die(3, 17, 17);
  google::protobuf::RepeatedPtrField<std::string> places;
  *places.Add() = "raw:3:16";
  auto recorder = Open();
  recorder->ForgetSkipped(SkipList::Checked(places));
  EXPECT_EQ(recorder->suspects().size(), 1);
  *places.Add() = "raw:3:17";
  recorder->ForgetSkipped(SkipList::Checked(places));
  EXPECT_THAT(recorder->suspects(), IsEmpty());
  recorder.reset();
  EXPECT_THAT(Open()->suspects(), IsEmpty());
}

// The one to blame may be another.
TEST_F(FlightRecorderTest, ARangeOfWhichTheOperatorLeavesOneOutIsSuspectStill) {
  Die(3, 17, 18);
  google::protobuf::RepeatedPtrField<std::string> places;
  *places.Add() = "raw:3:17";
  auto recorder = Open();
  recorder->ForgetSkipped(SkipList::Checked(places));
  EXPECT_THAT(recorder->suspects(), ElementsAre(Suspect{"raw", 3, 17, 18, 1}));
}

// Another process has read the partition since.
TEST_F(FlightRecorderTest, WhatTheGroupHasCommittedIsNoSuspectAnyMore) {
  Die(3, 10, 20);
  auto recorder = Open();
  auto desk = recorder->NewDesk();
  desk.Committed("raw", 4, 100);
  desk.Committed("foreign", 3, 100);
  desk.Committed("raw", 3, 5);
  EXPECT_THAT(recorder->suspects(), ElementsAre(Suspect{"raw", 3, 10, 20, 1}));
  desk.Committed("raw", 3, 15);
  EXPECT_THAT(recorder->suspects(), ElementsAre(Suspect{"raw", 3, 15, 20, 1}));
  desk.Committed("raw", 3, 20);
  EXPECT_THAT(recorder->suspects(), ElementsAre(Suspect{"raw", 3, 20, 20, 1}));
  desk.Committed("raw", 3, 21);
  EXPECT_THAT(recorder->suspects(), IsEmpty());
  recorder.reset();
  EXPECT_THAT(Open()->suspects(), IsEmpty());
}

TEST_F(FlightRecorderTest, ALivingProcessKeepsItsFile) {
  const auto recorder = Open();
  EXPECT_TRUE(absl::IsUnavailable(FlightRecorder::Open(file_).status()));
}

TEST_F(FlightRecorderTest, DamagedAndForeignFilesAreBegunAnew) {
  Die(3, 0, 255);
  const std::string good = testing::ReadWholeFile(file_);
  std::string noise = good;
  for (size_t i = 16; i < noise.size(); ++i) noise[i] = static_cast<char>(i * 31 + i / 7);
  const std::pair<std::string, bool> files[] = {
      {"another's", true}, {good.substr(0, 1000), true}, {std::string(good.size(), 'x'), true}, {noise, false}, {"", false}};
  for (const auto& [contents, told] : files) {
    folder_.Write("a.flight", contents);
    bool fresh = false;
    const auto recorder = Open(&fresh);
    ASSERT_TRUE(recorder);
    EXPECT_EQ(fresh, told) << contents.size();
    EXPECT_THAT(recorder->suspects(), SizeIs(::testing::Le(FlightRecorder::kMaxSuspects)));
  }
  Die(3, 0, 255);
  EXPECT_FALSE(Open()->suspects().empty());
}

TEST_F(FlightRecorderTest, WithoutAFileNothingIsKept) {
  EXPECT_FALSE(FlightRecorder::Open(folder_.path() / "none" / "a.flight").ok());
  FlightRecorder::Desk desk;
  desk.Begin(Of(3, 0, 1));
  EXPECT_FALSE(desk.MustSplit(Of(3, 0, 1)));
  desk.End();
  desk.Passed(Of(3, 0, 1));
}

}  // namespace
}  // namespace newsfeed
