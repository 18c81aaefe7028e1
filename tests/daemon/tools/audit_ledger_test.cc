#include "daemon/tools/audit_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/daemon/tools/record_text.h"

namespace newsfeed::tools {
namespace {

using testing::AsPolled;
using testing::DuplicateOf;
using testing::RecordText;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An input of four records, 0 to 3, all read by prepare; the judge has committed 10 of ID-prepared, enrich 20 of
// ID-judged.
AuditTopics Topics() {
  return {.inputs = {{"raw"}},
          .enriched = "enriched",
          .duplicates = "duplicates",
          .dead_letter = "dead",
          .filtered = "filtered",
          .internal = {"prepared", "judged", "index"}};
}

AuditLedger LedgerOf(const std::vector<RecordText>& records, int64_t committed = 4,
                     AuditTopics topics = Topics()) {
  AuditLedger ledger(std::move(topics));
  ledger.AddPartition({{"raw", 0}, 0, 4, committed});
  ledger.AddPartition({{"prepared", 0}, 0, 100, 10});
  ledger.AddPartition({{"judged", 0}, 0, 100, 20});
  for (int64_t i = 0; i < 4; ++i) {
    AsPolled({.topic = "raw", .offset = i}, [&](const auto& record) { ledger.Take(record); });
  }
  for (const RecordText& text : records) {
    AsPolled(text, [&](const auto& record) { ledger.Take(record); });
  }
  return ledger;
}

AuditReport ReportOf(const std::vector<RecordText>& records, int64_t committed = 4) {
  return LedgerOf(records, committed).Report();
}

RecordText Enriched(int64_t at) { return RecordText{.topic = "enriched"}.From("raw", at); }
RecordText Filtered(int64_t at) { return RecordText{.topic = "filtered"}.From("raw", at); }
RecordText Dead(int64_t at) { return RecordText{.topic = "dead"}.DeadOf("raw", at); }
RecordText Duplicate(int64_t at, int64_t of, int64_t place = 0) {
  return RecordText{.topic = "duplicates", .offset = place, .value = DuplicateOf("raw", of)}.From(
      "raw", at);
}
RecordText Prepared(int64_t at, int64_t place) {
  return RecordText{.topic = "prepared", .offset = place}.From("raw", at);
}
RecordText Judged(int64_t at, int64_t place) {
  return RecordText{.topic = "judged", .offset = place}.From("raw", at);
}
RecordText LateDead(int64_t at, int64_t place) {
  return RecordText{.topic = "dead", .offset = place}.From("raw", at).DeadOf("raw", at, "judged");
}
RecordText Receipt(int64_t of) {
  return RecordText{.topic = "dead", .offset = 99}
      .With(headers::kReplayedPartition, "0")
      .With(headers::kReplayedOffset, std::to_string(of));
}

struct Case {
  std::string_view name;
  std::vector<RecordText> records;
  int64_t committed = 4;
  // What is expected.
  uint64_t outcomes = 4, in_flight = 0, missing = 0, doubled = 0, phantoms = 0, twinless = 0,
           unreadable = 0;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class Audit : public ::testing::TestWithParam<Case> {};

TEST_P(Audit, Finds) {
  const Case& c = GetParam();
  const AuditReport report = ReportOf(c.records, c.committed);
  const AuditTotals& totals = report.totals;
  uint64_t outcomes = 0;
  for (uint64_t count : totals.outcomes) outcomes += count;
  EXPECT_EQ(outcomes, c.outcomes);
  EXPECT_EQ(totals.unread + totals.in_prepared + totals.in_judged, c.in_flight);
  EXPECT_EQ(report.missing.offsets, c.missing);
  EXPECT_EQ(report.doubled.offsets, c.doubled);
  EXPECT_EQ(report.phantoms.offsets, c.phantoms);
  EXPECT_EQ(report.twinless.size(), c.twinless);
  EXPECT_EQ(report.unreadable, c.unreadable);
  EXPECT_EQ(report.clean(), c.missing + c.doubled + c.phantoms + c.twinless + c.unreadable == 0);
}

INSTANTIATE_TEST_SUITE_P(, Audit, ::testing::Values(
    Case{"AllThrough", {Enriched(0), Duplicate(1, 0), Dead(2), Filtered(3)}},
    Case{"Lost", {Enriched(0), Enriched(1), Enriched(3)}, 4, 3, 0, 1},
    Case{"Doubled", {Enriched(0), Enriched(1), Enriched(1), Enriched(2), Dead(3)}, 4, 4, 0, 0, 1},
    Case{"DoubledAcrossTopics", {Enriched(0), Enriched(1), Filtered(1), Dead(2), Dead(3)}, 4, 4, 0, 0, 1},
    Case{"NotYetRead", {Enriched(0), Enriched(1)}, 2, 2, 2},
    Case{"NothingCommitted", {}, -1, 0, 4},
    Case{"ReadWhileAudited", {Enriched(0), Enriched(1), Enriched(2)}, 2, 3, 1},
    Case{"WaitsForTheJudge", {Enriched(0), Enriched(1), Enriched(2), Prepared(3, 10)}, 4, 3, 1},
    Case{"LostByTheJudge", {Enriched(0), Enriched(1), Enriched(2), Prepared(3, 9)}, 4, 3, 0, 1},
    Case{"WaitsForEnrich", {Enriched(0), Enriched(1), Enriched(2), Prepared(3, 9), Judged(3, 20)}, 4, 3, 1},
    Case{"LostByEnrich", {Enriched(0), Enriched(1), Enriched(2), Prepared(3, 9), Judged(3, 19)}, 4, 3, 0, 1},
    Case{"PublishedWhileAudited", {Enriched(0), Enriched(1), Enriched(2), Judged(3, 20), Enriched(3)}},
    Case{"AllPublished", {Enriched(0), Enriched(1), Enriched(2), Enriched(3)}, 4, 4},
    Case{"NewerThanTheAudit", {Enriched(0), Enriched(1), Enriched(2), Enriched(3), Enriched(4)}},
    Case{"PromotedIsNoSecondOutcome",
         {Enriched(0), Duplicate(1, 0), Dead(2), Filtered(3), Enriched(1).With(headers::kPromoted, "1")}},
    Case{"PromotedInFlightIsNoWaiting",
         {Enriched(0), Duplicate(1, 0), Dead(2), Filtered(3), Judged(1, 20).With(headers::kPromoted, "1")}},
    Case{"TwinIsADeadLetter", {Dead(0), Duplicate(1, 0), Dead(2), Filtered(3)}, 4, 4, 0, 0, 0, 0, 1},
    Case{"TwinWasPromoted",
         {Dead(0), Duplicate(1, 0), Duplicate(2, 0), Filtered(3), Enriched(1).With(headers::kPromoted, "1")}},
    Case{"TwinIsInFlight", {Judged(0, 20), Duplicate(1, 0), Dead(2), Filtered(3)}, 4, 3, 1},
    Case{"TwinIsLost", {Duplicate(1, 0), Dead(2), Filtered(3)}, 4, 3, 0, 1},
    Case{"LateDeadLetter", {LateDead(0, 7), Enriched(1), Enriched(2), Enriched(3)}},
    Case{"LateDeadLetterReplayed",
         {LateDead(0, 7), Receipt(7), Enriched(0), Enriched(1), Enriched(2), Enriched(3)}},
    Case{"LateDeadLetterReplayedInFlight",
         {Receipt(7), LateDead(0, 7), Judged(0, 25), Enriched(1), Enriched(2), Enriched(3)}, 4, 3, 1},
    Case{"LateDeadLetterReplayedAndLost",
         {LateDead(0, 7), Receipt(7), Enriched(1), Enriched(2), Enriched(3)}, 4, 3, 0, 1},
    Case{"ReplayOfAnotherDeadLetter",
         {LateDead(0, 7), Receipt(8), Enriched(0), Enriched(1), Enriched(2), Enriched(3)}, 4, 4, 0, 0, 1},
    Case{"DeadLetterReplayedToTheInputStays",
         {Dead(0), Receipt(0), Enriched(1), Enriched(2), Enriched(3)}},
    Case{"FailedPromotionIsNoOutcome",
         {Enriched(0), Duplicate(1, 0), Enriched(2), Enriched(3), LateDead(1, 7).With(headers::kPromoted, "1")}},
    Case{"ForgedReceipt",
         {Dead(0).With(headers::kReplayedPartition, "0").With(headers::kReplayedOffset, "7"),
          LateDead(1, 7), Enriched(2), Enriched(3)}},
    Case{"ForgedCoordinatesComeFirst",
         {RecordText{.topic = "dead"}.DeadOf("raw", 3).DeadOf("raw", 0), Enriched(1), Enriched(2), Enriched(3)}},
    Case{"NoCoordinates", {Enriched(0), Enriched(1), Enriched(2), Enriched(3), {.topic = "enriched"}},
         4, 4, 0, 0, 0, 0, 0, 1},
    Case{"CoordinatesThatAreNone",
         {Enriched(0), Enriched(1), Enriched(2), Enriched(3),
          RecordText{.topic = "filtered"}.From("raw", 3).With(headers::kSourceOffset, "+3")},
         4, 4, 0, 0, 0, 0, 0, 1}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(AuditLedger, AMarkerIsNoRecordAndNothingIsMissingThere) {
  AuditLedger ledger(Topics());
  ledger.AddPartition({{"raw", 0}, 0, 2, 2});
  AsPolled({.topic = "raw", .offset = 0}, [&](const auto& record) { ledger.Take(record); });
  AsPolled(Enriched(0), [&](const auto& record) { ledger.Take(record); });
  EXPECT_TRUE(ledger.Report().clean());
}

TEST(AuditLedger, AnOutcomeOfNoRecordIsAPhantom) {
  AuditLedger ledger(Topics());
  ledger.AddPartition({{"raw", 0}, 5, 7, 7});
  AsPolled(Enriched(6), [&](const auto& record) { ledger.Take(record); });
  AsPolled(Enriched(4), [&](const auto& record) { ledger.Take(record); });
  const AuditReport report = ledger.Report();
  EXPECT_THAT(report.phantoms.ranges, ElementsAre(OffsetRange{"raw", 0, 6, 6}));
  EXPECT_EQ(report.trimmed, 1);
}

TEST(AuditLedger, NeighboursAreOneRange) {
  const AuditReport report = ReportOf({Enriched(2)});
  EXPECT_THAT(report.missing.ranges,
              ElementsAre(OffsetRange{"raw", 0, 0, 1}, OffsetRange{"raw", 0, 3, 3}));
}

TEST(AuditLedger, WhatWasThereBeforeALateStartIsNotMissing) {
  AuditTopics topics = Topics();
  topics.inputs[0].from_latest = true;
  const AuditReport report = LedgerOf({Enriched(2)}, 4, topics).Report();
  EXPECT_EQ(report.totals.before_start, 2);
  EXPECT_THAT(report.missing.ranges, ElementsAre(OffsetRange{"raw", 0, 3, 3}));
}

TEST(AuditLedger, AtLeastOnceMayGiveAnOutcomeTwice) {
  AuditTopics topics = Topics();
  topics.exactly_once = false;
  const AuditReport report =
      LedgerOf({Enriched(0), Enriched(0), Enriched(1), Enriched(2), Enriched(3)}, 4, topics).Report();
  EXPECT_EQ(report.doubled.offsets, 1);
  EXPECT_TRUE(report.clean());
}

TEST(AuditLedger, WhatIsTrimmedMeanwhileIsNotAskedFor) {
  AuditLedger ledger = LedgerOf({Enriched(2), Enriched(3)});
  ledger.SetLow({"raw", 0}, 2);
  EXPECT_TRUE(ledger.Report().clean());
}

TEST(AuditLedger, WhatRetentionTookBeforeItWasReadIsNotClean) {
  AuditLedger ledger(Topics());
  // 5 to 9 were gone when prepare had committed 5; 7 it had in hand.
  ledger.AddPartition({.where = {"raw", 0}, .low = 10, .end = 10, .committed = 5, .gone_until = 10});
  AsPolled(Enriched(7), [&](const auto& record) { ledger.Take(record); });
  const AuditReport report = ledger.Report();
  EXPECT_EQ(report.totals.gone_unread, 4);
  EXPECT_THAT(report.gone_unread.ranges, ElementsAre(OffsetRange{"raw", 0, 5, 9}));
  EXPECT_FALSE(report.clean());
}

TEST(AuditLedger, AnApplicationThatNeverBeganHasMissedNothing) {
  AuditLedger ledger(Topics());
  ledger.AddPartition({.where = {"raw", 0}, .low = 10, .end = 10, .committed = -1, .gone_until = 10});
  EXPECT_TRUE(ledger.Report().clean());
}

TEST(AuditLedger, HiddenOutcomesProveNothingAndHiddenInputsAreNoFault) {
  AuditReport report = ReportOf({Enriched(0), Enriched(1), Enriched(2), Enriched(3)});
  report.open_inputs = {"raw/0: offsets 4 to 5 are held by an open transaction"};
  EXPECT_TRUE(report.clean());
  report.open_transactions = {"enriched/0: offsets 4 to 5 are held by an open transaction"};
  EXPECT_FALSE(report.clean());
}

TEST(AuditLedger, WhatIsReplayedWhileAuditedIsInFlight) {
  AuditLedger ledger(Topics());
  ledger.AddPartition({{"raw", 0}, 0, 1, 1});
  ledger.AddPartition({{"dead", 0}, 0, 100, 50});  // receipts from 50 on are younger than what was read
  for (const RecordText& text : {RecordText{.topic = "raw"}, LateDead(0, 7), Receipt(7)}) {
    AsPolled(text, [&](const auto& record) { ledger.Take(record); });
  }
  const AuditReport report = ledger.Report();
  EXPECT_EQ(report.totals.in_judged, 1);
  EXPECT_TRUE(report.clean());
}

TEST(AuditLedger, AnOriginalWithoutAnyTraceIsUnknown) {
  // Its article is gone by retention, its input record is not.
  AuditLedger ledger = LedgerOf({Duplicate(1, 0), Dead(2), Filtered(3)});
  EXPECT_THAT(ledger.Report().twinless, IsEmpty());
  EXPECT_EQ(ledger.TwinOf({"raw", 0, 0}), TwinState::kUnknown);
  EXPECT_EQ(ledger.TwinOf({"raw", 0, 2}), TwinState::kNone);
  EXPECT_EQ(ledger.TwinOf({"raw", 0, 3}), TwinState::kNone);
  EXPECT_EQ(ledger.TwinOf({"raw", 0, 4}), TwinState::kInFlight);
}

TEST(AuditLedger, APromotionCountsUntilItIsKnownToHaveFailed) {
  const auto promoted = [](RecordText text) { return std::move(text).With(headers::kPromoted, "1"); };
  struct {
    std::vector<RecordText> records;
    TwinState twin;
  } const cases[] = {
      {{promoted(Judged(1, 20))}, TwinState::kPromoted},  // in flight
      {{promoted(Judged(1, 19))}, TwinState::kPromoted},  // its article is gone by retention
      {{promoted(Judged(1, 19)), promoted(LateDead(1, 7))}, TwinState::kNone},
      {{promoted(LateDead(1, 7)), Receipt(7)}, TwinState::kPromoted},
      {{promoted(LateDead(1, 7)), promoted(Enriched(1))}, TwinState::kPromoted},
  };
  for (const auto& [records, twin] : cases) {
    std::vector<RecordText> all = {LateDead(0, 6), Duplicate(1, 0)};
    all.insert(all.end(), records.begin(), records.end());
    AuditLedger ledger = LedgerOf(all);
    (void)ledger.Report();
    EXPECT_EQ(TwinStateName(ledger.TwinOf({"raw", 0, 0})), TwinStateName(twin));
    EXPECT_EQ(ledger.OriginalOf({"raw", 0, 1}), (Coordinates{"raw", 0, 0}));
  }
}

TEST(AuditLedger, TopicsThatAreNoInputsAreToldApart) {
  RecordText copy{.topic = "duplicates", .value = DuplicateOf("old-a", 5)};
  AuditLedger ledger = LedgerOf({std::move(copy).From("old-a", 7),
                                 RecordText{.topic = "enriched"}.From("old-a", 7).With(headers::kPromoted, "1"),
                                 RecordText{.topic = "enriched"}.From("old-c", 5)});
  (void)ledger.Report();
  EXPECT_TRUE(ledger.IsPromoted({"old-a", 0, 7}));
  EXPECT_FALSE(ledger.IsPromoted({"old-b", 0, 7}));
  EXPECT_EQ(ledger.TwinOf({"old-a", 0, 5}), TwinState::kPromoted);
  EXPECT_EQ(ledger.TwinOf({"old-b", 0, 5}), TwinState::kUnknown);
  EXPECT_EQ(ledger.TwinOf({"old-c", 0, 5}), TwinState::kPublished);
}

TEST(AuditLedger, KnowsTheTwinOfEachDuplicate) {
  AuditLedger ledger = LedgerOf({Dead(0), Duplicate(1, 0, 42), Enriched(2), Enriched(3)});
  const AuditReport report = ledger.Report();
  ASSERT_EQ(report.twinless.size(), 1);
  EXPECT_EQ(report.twinless[0].source, (Coordinates{"raw", 0, 1}));
  EXPECT_EQ(report.twinless[0].place, (Place{0, 42}));
  EXPECT_EQ(ledger.TwinOf({"raw", 0, 2}), TwinState::kPublished);
  EXPECT_EQ(ledger.TwinOf({"elsewhere", 0, 2}), TwinState::kUnknown);
  EXPECT_FALSE(ledger.IsPromoted({"raw", 0, 1}));
}

}  // namespace
}  // namespace newsfeed::tools
