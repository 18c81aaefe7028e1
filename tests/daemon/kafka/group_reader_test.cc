// Positions through rebalances, aborts and logs that were cut off.
#include "daemon/kafka/group_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/daemon/kafka/scripted_clients.h"

namespace newsfeed::kafka {
namespace {

using testing::Broken;
using testing::Failure;
using testing::Moved;
using testing::RecordAt;
using testing::Script;
using ReadResult = GroupReader::ReadResult;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GroupReaderTest : public ::testing::Test {
 protected:
  explicit GroupReaderTest(bool internal = false)
      : reader_(&factory_, {.properties = {{"group.id", "g"}}, .topics = {"in"}, .internal = internal}) {
    EXPECT_TRUE(reader_.Open().ok());
  }

  // Reads all polls of the script.
  ReadResult ReadAll() {
    ReadResult last = ReadResult::kNothing;
    while (!script_.polls.empty()) last = reader_.Read(batch_, now_, absl::ZeroDuration());
    return last;
  }
  // A broker tells that the log of the partition ends at `end`, below what was read, for as long as it takes.
  ReadResult TellThatItEndsAt(int64_t end) {
    script_.high = end;
    script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET")};
    EXPECT_EQ(ReadAll(), ReadResult::kEvent);
    now_ += kCutOffPatience;
    EXPECT_EQ(reader_.Read(batch_, now_, absl::ZeroDuration()), ReadResult::kEvent) << "begins again";
    script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET")};
    return ReadAll();
  }
  void GivePartition(int32_t partition) {
    script_.polls = {Moved("assign", partition)};
    ReadAll();
    ASSERT_TRUE(reader_.Assign().ok());
  }
  // Partition 0 is read and committed to there; the last record had the time 1000.
  void CommitTo50() {
    GivePartition(0);
    script_.polls = {RecordAt(0, 50, "v", 1000)};
    ReadAll();
    reader_.Committed();
    batch_.Clear();
  }
  std::vector<int64_t> Offsets() const {
    std::vector<int64_t> offsets;
    for (const Article& article : batch_.articles()) offsets.push_back(article.origin.offset.value);
    return offsets;
  }

  Script script_;
  testing::ScriptedFactory factory_{&script_};
  GroupReader reader_;
  Batch batch_;
  absl::Time now_ = absl::FromUnixSeconds(1000);
};

TEST_F(GroupReaderTest, BeginsAtWhatIsCommittedElseAtTheFirstRecord) {
  script_.committed[{"in", 0}] = 7;
  script_.low = 3;
  GivePartition(0);
  GivePartition(1);
  EXPECT_THAT(script_.calls, Contains("assign at 7"));
  EXPECT_THAT(script_.calls, Contains("assign at 3"));
}

TEST_F(GroupReaderTest, OffsetsAreLastPlusOneOfWhatWasRead) {
  GivePartition(0);
  script_.polls = {RecordAt(0, 0), RecordAt(0, 5)};
  ReadAll();
  ASSERT_EQ(reader_.offsets().size(), 1);
  EXPECT_EQ(reader_.offsets()[0].offset, 6);
  reader_.Committed();
  EXPECT_THAT(reader_.offsets(), IsEmpty());
}

TEST_F(GroupReaderTest, RecordsBelowTheExpectedOffsetAreDropped) {
  script_.committed[{"in", 0}] = 7;
  GivePartition(0);
  script_.polls = {RecordAt(0, 6), RecordAt(0, 7)};
  ReadAll();
  EXPECT_THAT(Offsets(), ElementsAre(7));
  EXPECT_EQ(reader_.dropped(), 1);
}

TEST_F(GroupReaderTest, RewindsToWhatIsCommitted) {
  script_.committed[{"in", 0}] = 7;
  GivePartition(0);
  script_.polls = {RecordAt(0, 7), RecordAt(0, 8)};
  ReadAll();
  const auto asked = std::ranges::count(script_.calls, "committed");
  ASSERT_TRUE(reader_.Rewind().ok());
  EXPECT_EQ(std::ranges::count(script_.calls, "committed"), asked) << "waits behind a join";
  EXPECT_THAT(script_.calls, Contains("assign at 7"));
  batch_.Clear();
  script_.polls = {RecordAt(0, 7)};
  ReadAll();
  EXPECT_THAT(Offsets(), ElementsAre(7));
}

// The commit did succeed, though its answer was lost.
TEST_F(GroupReaderTest, RewindsForwardAfterACommitThatWasNotKnown) {
  script_.committed[{"in", 0}] = 7;
  GivePartition(0);
  script_.polls = {RecordAt(0, 7)};
  ReadAll();
  script_.committed[{"in", 0}] = 8;
  reader_.Doubt();
  ASSERT_TRUE(reader_.Rewind().ok());
  EXPECT_THAT(script_.calls, Contains("assign at 8"));
}

TEST_F(GroupReaderTest, ARevokedPartitionMakesTheBatchInvalid) {
  GivePartition(0);
  GivePartition(1);
  script_.polls = {RecordAt(0, 0), Moved("revoke", 0)};
  ReadAll();
  EXPECT_TRUE(reader_.TakeRevoked());
  EXPECT_FALSE(reader_.TakeRevoked());
  script_.polls = {RecordAt(0, 1)};
  EXPECT_EQ(ReadAll(), ReadResult::kEvent) << "not ours any more";
  EXPECT_THAT(script_.calls, Contains("unassign"));
}

TEST_F(GroupReaderTest, APartitionTakenBeforeItWasBegunIsForgotten) {
  script_.polls = {Moved("assign", 0), Moved("lost", 0)};
  ReadAll();
  EXPECT_THAT(reader_.pending(), IsEmpty());
  EXPECT_FALSE(reader_.TakeRevoked());
}

TEST_F(GroupReaderTest, WhatRetentionTookIsSkippedAndCounted) {
  script_.committed[{"in", 0}] = 7;
  GivePartition(0);
  script_.low = 20;
  script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET")};
  ReadAll();
  EXPECT_EQ(reader_.skipped(), 13);
  EXPECT_THAT(script_.calls, Contains("assign at 20"));
}

struct MadeAnew {
  int64_t timestamp;             // of the first record of the log that is there now
  std::vector<int64_t> taken;
};
class GroupReaderMadeAnew : public GroupReaderTest, public ::testing::WithParamInterface<MadeAnew> {};

// The log ends below the committed offset.
TEST_P(GroupReaderMadeAnew, IsBegunOnlyWhereItsRecordsAreYounger) {
  CommitTo50();
  script_.high = 3;
  script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET"), RecordAt(0, 0, "v", GetParam().timestamp)};
  ReadAll();
  EXPECT_EQ(Offsets(), GetParam().taken);
  EXPECT_EQ(reader_.skipped(), 0);
}
INSTANTIATE_TEST_SUITE_P(, GroupReaderMadeAnew, ::testing::Values(MadeAnew{2000, {0}}, MadeAnew{1000, {}}));

// A commit that moves another partition alone, and a record that was read and not committed, leave the time of what was
// committed as it is: by it a topic made anew is known.
TEST_F(GroupReaderTest, ThePartitionThatStoodStillKeepsItsTime) {
  script_.committed = {{{"in", 0}, 50}, {{"in", 1}, 50}};
  script_.metadata = {{{"in", 0}, "ts=1000"}, {{"in", 1}, "ts=1000"}};
  GivePartition(0);
  GivePartition(1);
  script_.polls = {RecordAt(0, 50, "v", 1500)};
  ReadAll();
  reader_.Committed();
  EXPECT_EQ(reader_.Partitions()[0].timestamp_ms, 1500);
  EXPECT_EQ(reader_.Partitions()[1].timestamp_ms, 1000);
  batch_.Clear();
  script_.high = 3;
  script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET", 1), RecordAt(1, 0, "v", 2000)};
  ReadAll();
  EXPECT_THAT(Offsets(), ElementsAre(0)) << "made anew, and begun";
}

TEST_F(GroupReaderTest, ARewindTakesBackTheTimeToo) {
  script_.committed = {{{"in", 0}, 50}, {{"in", 1}, 50}};
  script_.metadata[{"in", 0}] = "ts=1000";
  GivePartition(0);
  GivePartition(1);
  script_.polls = {RecordAt(0, 50, "v", 3000)};
  ReadAll();
  ASSERT_TRUE(reader_.Rewind().ok());
  script_.polls = {RecordAt(1, 50, "v", 3000)};
  ReadAll();
  reader_.Committed();
  EXPECT_EQ(reader_.Partitions()[0].timestamp_ms, 1000);
}

TEST_F(GroupReaderTest, TheTimeOfACommitThatWasNotKnownIsThatOfTheGroup) {
  script_.committed[{"in", 0}] = 7;
  GivePartition(0);
  script_.polls = {RecordAt(0, 7, "v", 900)};
  ReadAll();
  script_.committed[{"in", 0}] = 8;
  script_.metadata[{"in", 0}] = "ts=900";
  reader_.Doubt();
  ASSERT_TRUE(reader_.Rewind().ok());
  EXPECT_EQ(reader_.Partitions()[0].timestamp_ms, 900);
}

// A broker that leads no more told an end, and the leader then shows the log as it was.
TEST_F(GroupReaderTest, ALogThatWasWholeAfterAllIsReadOnWhereItWas) {
  CommitTo50();
  script_.high = 3;
  script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET")};
  ReadAll();
  script_.high = 70;
  script_.polls = {RecordAt(0, 0, "v", 900), RecordAt(0, 51)};
  ReadAll();
  EXPECT_EQ(script_.calls.back(), "assign at 51");
  EXPECT_EQ(Offsets(), std::vector<int64_t>{51});
}

TEST_F(GroupReaderTest, WithWorkInHandALogThatEndsBelowNeedsANewClient) {
  GivePartition(0);
  script_.polls = {RecordAt(0, 50, "v", 1000)};
  ReadAll();
  script_.high = 3;
  script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET")};
  EXPECT_EQ(ReadAll(), ReadResult::kDead);
}

TEST_F(GroupReaderTest, APartitionThatCannotBeMovedNeedsANewClient) {
  GivePartition(0);
  script_.low = 20;
  script_.answers["unassign"] = {Failure(ErrorClass::kTimedOut)};
  script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET")};
  EXPECT_EQ(ReadAll(), ReadResult::kDead);
}

TEST_F(GroupReaderTest, AFatalErrorIsTheEndOfTheClient) {
  script_.polls = {Broken(ErrorClass::kFatal, "FENCED_INSTANCE_ID")};
  EXPECT_EQ(ReadAll(), ReadResult::kDead);
}

TEST_F(GroupReaderTest, WithoutATimeALogThatEndsBelowIsTheSameLog) {
  script_.committed[{"in", 0}] = 50;
  GivePartition(0);
  script_.high = 3;
  script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET"), RecordAt(0, 0, "v", 2000)};
  ReadAll();
  EXPECT_THAT(Offsets(), IsEmpty());
  EXPECT_EQ(reader_.skipped(), 3) << "perhaps never read";
}

TEST(GroupReaderInternal, ATrimmedLogWithoutAnOffsetIsRefused) {
  Script script;
  script.low = 5;
  testing::ScriptedFactory factory(&script);
  GroupReader reader(&factory, {.properties = {{"group.id", "g"}}, .topics = {"in"}, .internal = true});
  ASSERT_TRUE(reader.Open().ok());
  Batch batch;
  script.polls = {Moved("assign", 0)};
  reader.Read(batch, absl::Now(), absl::ZeroDuration());
  EXPECT_TRUE(absl::IsFailedPrecondition(reader.Assign()));
}

class GroupReaderInternalTest : public GroupReaderTest {
 protected:
  GroupReaderInternalTest() : GroupReaderTest(/*internal=*/true) {
    script_.committed[{"in", 0}] = 50;
    GivePartition(0);
  }
};

TEST_F(GroupReaderInternalTest, ALogThatIsToldToEndBelowForLongIsGone) {
  EXPECT_EQ(TellThatItEndsAt(3), ReadResult::kGone);
}

TEST_F(GroupReaderInternalTest, ABrokerThatThinksItLeadsStillIsNotBelieved) {
  script_.calls.clear();
  script_.high = 3;
  script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET")};
  ReadAll();
  EXPECT_THAT(script_.calls, ElementsAre("watermarks"));
  now_ += absl::Seconds(1);
  EXPECT_EQ(reader_.Read(batch_, now_, absl::ZeroDuration()), ReadResult::kEvent);
  script_.polls = {RecordAt(0, 50)};
  EXPECT_EQ(ReadAll(), ReadResult::kRecord);
  EXPECT_THAT(script_.calls, ElementsAre("watermarks", "unassign", "assign at 50"));
}

TEST_F(GroupReaderInternalTest, ALogThatWasTrimmedIsGoneAtOnce) {
  script_.low = 60;
  script_.polls = {Broken(ErrorClass::kOther, "_AUTO_OFFSET_RESET")};
  EXPECT_EQ(ReadAll(), ReadResult::kGone);
}

}  // namespace
}  // namespace newsfeed::kafka
