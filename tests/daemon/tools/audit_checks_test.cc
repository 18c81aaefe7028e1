// What the ledger checks beside outcomes: order, halves of a verdict, committed offsets, earlier incarnations of a
// topic, and what open transactions hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "daemon/tools/audit_ledger.h"
#include "tests/daemon/tools/record_text.h"

namespace newsfeed::tools {
namespace {

using testing::AsPolled;
using testing::DuplicateOf;
using testing::RecordText;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// An input of six records, all read by prepare; the judge has committed 10 of ID-prepared, enrich 20 of ID-judged,
// which has two partitions.
class AuditChecks : public ::testing::Test {
 protected:
  AuditChecks() { Begin(); }

  void Begin(bool exactly_once = true, int64_t judged_low = 0) {
    ledger_.emplace(AuditTopics{.inputs = {{"raw"}},
                                .enriched = "enriched",
                                .duplicates = "duplicates",
                                .dead_letter = "dead",
                                .filtered = "filtered",
                                .internal = {"prepared", "judged", "index"},
                                .exactly_once = exactly_once});
    ledger_->AddPartition({{"raw", 0}, 0, 6, 6});
    ledger_->AddPartition({{"prepared", 0}, 0, 100, 10});
    ledger_->AddPartition({{"judged", 0}, judged_low, 100, 20});
    ledger_->AddPartition({{"judged", 1}, judged_low, 100, 20});
    ledger_->SetPartitions("enriched", 2);
    for (int64_t i = 0; i < 6; ++i) Take({.topic = "raw", .offset = i, .value = "v" + std::to_string(i)});
  }
  void Take(const RecordText& text) {
    AsPolled(text, [&](const auto& record) { ledger_->Take(record); });
  }
  void TakeAll(const std::vector<RecordText>& records) {
    for (const RecordText& text : records) Take(text);
  }
  void TakeEntry(int64_t at, Verdict verdict, bool younger = false) {
    dedup::IndexEntry entry;
    entry.prepared_offset = at;
    entry.dedup.verdict = verdict;
    entry.origin = {.topic = "raw", .partition = {0}, .offset = {at}};
    ledger_->TakeEntry(entry, text::Hash("v" + std::to_string(at)), younger);
  }
  AuditReport Report() { return ledger_->Report(); }

  std::optional<AuditLedger> ledger_;
};

RecordText Enriched(int64_t at, int32_t partition = 0, const std::string& id = "a") {
  return RecordText{.topic = "enriched", .partition = partition, .offset = 100 + at, .key = id}.From("raw", at);
}
RecordText Judged(int64_t at, int64_t place = 0) {
  return RecordText{.topic = "judged", .offset = place}.From("raw", at);
}
RecordText Prepared(int64_t at, int64_t place = 0) {
  return RecordText{.topic = "prepared", .offset = place}.From("raw", at);
}
RecordText Filtered(int64_t at) { return RecordText{.topic = "filtered"}.From("raw", at); }
RecordText Dead(int64_t at) { return RecordText{.topic = "dead"}.DeadOf("raw", at); }
RecordText LateDead(int64_t at, int64_t place) {
  return RecordText{.topic = "dead", .offset = place}.DeadOf("raw", at, "judged");
}
RecordText Receipt(int64_t of) {
  return RecordText{.topic = "dead"}.With(headers::kReplayedPartition, "0").With(headers::kReplayedOffset,
                                                                                  std::to_string(of));
}
RecordText Published(RecordText text, const char* verdict) {
  return std::move(text).With(headers::kVerdict, verdict);
}
std::vector<RecordText> AllEnriched() {
  std::vector<RecordText> records;
  for (int64_t i = 0; i < 6; ++i) records.push_back(Enriched(i));
  return records;
}

// --- Order --------------------------------------------------------------------------------------

TEST_F(AuditChecks, WhatComesInTheOrderOfTheInputIsClean) {
  TakeAll({Enriched(0), Enriched(2), Enriched(1, 1), Enriched(5), Filtered(3), Dead(4)});
  const AuditReport report = Report();
  EXPECT_TRUE(report.clean()) << TextOf(report, true);
}

TEST_F(AuditChecks, OneOutOfOrderIsTold) {
  TakeAll({Enriched(0), Enriched(2), Enriched(1), Enriched(3), Enriched(4), Enriched(5)});
  const AuditReport report = Report();
  EXPECT_FALSE(report.clean());
  EXPECT_EQ(report.disordered, 1);
  ASSERT_THAT(report.disorder, SizeIs(1));
  EXPECT_EQ(report.disorder[0].place, (Coordinates{"enriched", 0, 101}));
  EXPECT_EQ(report.disorder[0].source, (Coordinates{"raw", 0, 1}));
  EXPECT_EQ(report.disorder[0].after, 2);
  EXPECT_THAT(TextOf(report, false), HasSubstr("enriched:0:101  of raw:0:1 comes after offset 2"));
}

TEST_F(AuditChecks, EveryHopKeepsTheOrder) {
  for (const char* topic : {"prepared", "judged", "filtered"}) {
    Begin();
    TakeAll({RecordText{.topic = topic}.From("raw", 4), RecordText{.topic = topic}.From("raw", 2)});
    EXPECT_EQ(Report().disordered, 1) << topic;
  }
  Begin();
  TakeAll({Dead(4), Dead(2)});
  EXPECT_EQ(Report().disordered, 1) << "dead letters of prepare";
}

// Two partitions of ID-judged meet in one of three of enriched.
TEST_F(AuditChecks, WhereArticlesAreSpreadAnewOnlyAnIdIsInOrder) {
  ledger_->SetPartitions("enriched", 3);
  TakeAll({Enriched(2, 0, "a"), Enriched(1, 0, "b"), Enriched(5, 0, "b"), Enriched(4, 0, "a")});
  EXPECT_EQ(Report().disordered, 0);
  Begin();
  ledger_->SetPartitions("enriched", 3);
  TakeAll({Enriched(2, 0, "a"), Enriched(1, 0, "b"), Enriched(0, 0, "a")});
  EXPECT_EQ(Report().disordered, 1);
}

TEST_F(AuditChecks, PromotionsReplaysAndLateDeadLettersComeWhenTheyCome) {
  TakeAll({Enriched(0), Enriched(3), Enriched(2).With(headers::kPromoted, "1"), Enriched(4), LateDead(1, 7),
           LateDead(5, 8), Receipt(7), Enriched(1)});
  EXPECT_EQ(Report().disordered, 0);
}

TEST_F(AuditChecks, AtLeastOncePromisesNoOrder) {
  Begin(/*exactly_once=*/false);
  TakeAll({Enriched(0), Enriched(1), Enriched(0), Enriched(2), Enriched(3), Enriched(4), Enriched(5)});
  EXPECT_TRUE(Report().clean());
}

// --- Both halves of a verdict -------------------------------------------------------------------

struct Halves {
  std::string_view name;
  std::vector<RecordText> records;
  std::vector<int64_t> entries, younger;
  int64_t judged_low = 0;
  uint64_t torn = 0;
};
std::ostream& operator<<(std::ostream& out, const Halves& halves) { return out << halves.name; }
class Torn : public AuditChecks, public ::testing::WithParamInterface<Halves> {};

TEST_P(Torn, IsTold) {
  Begin(true, GetParam().judged_low);
  for (const int64_t at : GetParam().entries) TakeEntry(at, Verdict::kUnique);
  TakeAll(GetParam().records);
  for (const int64_t at : GetParam().younger) TakeEntry(at, Verdict::kUnique, /*younger=*/true);
  EXPECT_EQ(Report().torn.offsets, GetParam().torn);
}

Halves Case(std::string_view name, std::vector<RecordText> records, std::vector<int64_t> entries, uint64_t torn = 0) {
  return {name, std::move(records), std::move(entries), {}, 0, torn};
}
Halves YoungerEntry() { return {"JudgedWhileAudited", {Judged(1, 20), Judged(2, 21)}, {1}, {2}, 0, 0}; }
Halves TrimmedJudged() { return {"TrimmedFromJudged", {Published(Enriched(1), "UNIQUE")}, {1}, {}, 50, 0}; }
INSTANTIATE_TEST_SUITE_P(
    , Torn,
    ::testing::Values(Case("Both", {Judged(1), Judged(2)}, {1, 2}),
                      Case("EntryAlone", {Judged(1)}, {1, 2}, 1),
                      Case("EntryAndOutcomeWithoutJudged", {Published(Enriched(1), "UNIQUE")}, {1}, 1),
                      Case("JudgedAlone", {Judged(1), Judged(2)}, {1}, 1),
                      Case("PreparedAndCommittedAlone", {Judged(1), Prepared(2, 9)}, {1}, 1),
                      Case("PreparedAndWaiting", {Judged(1), Prepared(2, 10)}, {1}),
                      Case("BeforeTheOldestEntry", {Judged(0), Judged(1)}, {1}),
                      Case("DeadLetterOfTheJudge", {Judged(1), Prepared(2, 9), Dead(2)}, {1}),
                      Case("NoIndexAtAll", {Judged(1)}, {}), YoungerEntry(), TrimmedJudged()),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(AuditChecks, AnotherVerdictThanTheIndexTellsIsTold) {
  for (int64_t i = 0; i < 6; ++i) TakeEntry(i, i == 5 ? Verdict::kUpdate : Verdict::kUnique);
  v1::Dedup duplicate;
  duplicate.set_verdict(v1::Dedup::DUPLICATE);
  for (int64_t i = 0; i < 6; ++i) {
    duplicate.set_verdict(i == 2 ? v1::Dedup::DUPLICATE : i == 5 ? v1::Dedup::UPDATE : v1::Dedup::UNIQUE);
    Take(Judged(i).With(headers::kVerdictDetail, duplicate.SerializeAsString()));
    Take(Published(Enriched(i), i == 4 ? "DUPLICATE" : i == 5 ? "UPDATE" : "UNIQUE"));
  }
  const AuditReport report = Report();
  EXPECT_THAT(report.verdicts.ranges, ElementsAre(OffsetRange{"raw", 0, 2, 2}, OffsetRange{"raw", 0, 4, 4}));
  EXPECT_FALSE(report.clean());
}

// --- Committed offsets --------------------------------------------------------------------------

TEST_F(AuditChecks, WhatIsDoneAndNotCommittedIsTold) {
  TakeAll(AllEnriched());
  ledger_->SetCommitted({"raw", 0}, 4);
  const AuditReport report = Report();
  EXPECT_THAT(report.behind.ranges, ElementsAre(OffsetRange{"raw", 0, 4, 5}));
  EXPECT_FALSE(report.clean());
}

TEST_F(AuditChecks, AtLeastOnceMayBeBehind) {
  Begin(/*exactly_once=*/false);
  TakeAll(AllEnriched());
  ledger_->SetCommitted({"raw", 0}, 4);
  EXPECT_TRUE(Report().clean());
}

TEST_F(AuditChecks, WhatEnrichHasPublishedAndNotCommittedIsTold) {
  TakeAll(AllEnriched());
  for (const RecordText& text : {Judged(5, 30), Judged(4, 31).With(headers::kPromoted, "1"),
                                 Judged(3, 32).Of("of an earlier input")}) {
    AsPolled(text, [&](const auto& record) { ledger_->TakeUncommitted(record); });
  }
  EXPECT_THAT(Report().behind.ranges, ElementsAre(OffsetRange{"judged", 0, 30, 30}));
}

// --- Earlier incarnations -----------------------------------------------------------------------

// The input was deleted and made anew: outcomes of what had the same offsets are no second ones.
TEST_F(AuditChecks, OutcomesOfAnEarlierInputAreCountedApart) {
  for (int64_t i = 0; i < 6; ++i) Take(Enriched(i).Of("old" + std::to_string(i)));
  for (int64_t i = 0; i < 6; ++i) Take(Enriched(i).Of("v" + std::to_string(i)));
  const AuditReport report = Report();
  EXPECT_TRUE(report.clean()) << TextOf(report, true);
  EXPECT_EQ(report.earlier, 6);
  EXPECT_EQ(report.totals.outcomes[0], 6);
}

TEST_F(AuditChecks, AnEarlierOutcomeHidesNoLoss) {
  for (int64_t i = 0; i < 6; ++i) Take(Enriched(i).Of("old"));
  for (int64_t i = 0; i < 5; ++i) Take(Enriched(i).Of("v" + std::to_string(i)));
  const AuditReport report = Report();
  EXPECT_THAT(report.missing.ranges, ElementsAre(OffsetRange{"raw", 0, 5, 5}));
  EXPECT_EQ(report.earlier, 6);
}

TEST_F(AuditChecks, ADuplicateOfAnEarlierInputNeedsNoTwinHere) {
  Take(Dead(0).Of("v0"));
  Take(RecordText{.topic = "duplicates", .value = DuplicateOf("raw", 0)}.From("raw", 1).Of("old1"));
  for (int64_t i = 1; i < 6; ++i) Take(Enriched(i).Of("v" + std::to_string(i)));
  const AuditReport report = Report();
  EXPECT_THAT(report.twinless, IsEmpty());
  EXPECT_TRUE(report.clean()) << TextOf(report, true);
}

TEST_F(AuditChecks, TheOrderOfInputAndOutcomesDoesNotMatter) {
  for (const bool outcomes_first : {true, false}) {
    ledger_.emplace(AuditTopics{.inputs = {{"raw"}}, .enriched = "enriched", .duplicates = "duplicates",
                                .dead_letter = "dead", .filtered = "filtered", .internal = {}});
    ledger_->AddPartition({{"raw", 0}, 0, 1, 1});
    const RecordText input{.topic = "raw", .value = "new"};
    if (!outcomes_first) Take(input);
    TakeAll({Enriched(0).Of("old"), Filtered(0).Of("older"), Enriched(0).Of("new")});
    if (outcomes_first) Take(input);
    const AuditReport report = Report();
    EXPECT_TRUE(report.clean()) << TextOf(report, true);
    EXPECT_EQ(report.earlier, 2);
  }
}

TEST_F(AuditChecks, TwoOutcomesOfOneValueAreTwo) {
  TakeAll(AllEnriched());
  Take(Dead(3).Of("v3"));
  EXPECT_EQ(Report().doubled.offsets, 1);
}

// --- Open transactions --------------------------------------------------------------------------

TEST_F(AuditChecks, WhatAnOpenTransactionHoldsIsNotLost) {
  for (int64_t i = 0; i < 4; ++i) Take(Enriched(i));
  AsPolled(Enriched(4), [&](const auto& record) { ledger_->TakeHeld(record); });
  const AuditReport report = Report();
  EXPECT_EQ(report.totals.held, 1);
  EXPECT_THAT(report.missing.ranges, ElementsAre(OffsetRange{"raw", 0, 5, 5}));
  EXPECT_FALSE(report.clean());
}

// --- Telling ------------------------------------------------------------------------------------

TEST(AuditReport, TellsWhatItCovers) {
  AuditReport report;
  report.coverage = {{"raw", 0, 5, 9, 3, 1'772'357'400'000, 1'772'361'000'000, 0},
                     {"raw", 1, 2, 4, 2, 1'772'350'200'000, 1'772'350'200'000, 0},
                     {"enriched", 0, 0, 7, 5, 1'772'357'400'000, 1'772'357'400'000, 2}};
  report.looked_for_hidden = true;
  const std::string text = TextOf(report, false);
  EXPECT_THAT(text, HasSubstr("raw: 5 records in offsets 2 to 9, 2026-03-01T07:30:00Z to 2026-03-01T10:30:00Z\n"));
  EXPECT_THAT(text, HasSubstr(" 2  hidden from readers"));
  EXPECT_THAT(JsonOf(report, false), HasSubstr(R"({"topic":"enriched","first":0,"end":7,"records":5,"aborted":2,)"));
}

}  // namespace
}  // namespace newsfeed::tools
