// The changelog as the audit reads it.
#include "daemon/tools/index_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/daemon/tools/record_text.h"
#include "tests/processors/dedup/judging.h"

namespace newsfeed::tools {
namespace {

using newsfeed::testing::Judging;
using testing::AsPolled;
using testing::RecordText;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<v1::IndexEntry> ThreeEntries() {
  Judging judging;
  std::vector<v1::IndexEntry> entries;
  for (const char* id : {"a", "b", "c"}) {
    ToProto(judging.TakeEntry({.id = id, .body = "one two three four five six seven " + std::string(id)}),
            entries.emplace_back());
  }
  return entries;
}

AuditReport Take(IndexAudit& audit, const std::vector<v1::IndexEntry>& entries) {
  int64_t offset = 0;
  for (const v1::IndexEntry& entry : entries) {
    AsPolled({.topic = "index", .offset = offset++, .value = entry.SerializeAsString()},
             [&](const auto& record) { EXPECT_TRUE(audit.Take(record)); });
  }
  AuditReport report;
  audit.FillReport(report);
  return report;
}

TEST(IndexAudit, EntriesThatFollowAreNoFault) {
  IndexAudit audit(*dedup::MakePolicy({}));
  const AuditReport report = Take(audit, ThreeEntries());
  EXPECT_TRUE(report.clean()) << TextOf(report, false);
  EXPECT_EQ(report.verdict_check.same, 3);
}

TEST(IndexAudit, AGapAndARepetitionAreTold) {
  for (const bool repeated : {true, false}) {
    std::vector<v1::IndexEntry> entries = ThreeEntries();
    if (repeated) {
      entries.push_back(entries.back());
    } else {
      entries.erase(entries.begin() + 1);
    }
    IndexAudit audit(nullptr);
    const AuditReport report = Take(audit, entries);
    EXPECT_EQ(report.index_faults, 1);
    EXPECT_FALSE(report.clean());
  }
}

TEST(IndexAudit, WhatIsNoEntryIsTold) {
  IndexAudit audit(nullptr);
  AsPolled({.topic = "index", .value = "\xff"}, [&](const auto& record) { EXPECT_FALSE(audit.Take(record)); });
  AuditReport report;
  audit.FillReport(report);
  EXPECT_THAT(report.index_examples, ElementsAre("index:0:0: is no entry of an index"));
}

TEST(IndexAudit, AForgedVerdictIsFoundByGivingItAgain) {
  std::vector<v1::IndexEntry> entries = ThreeEntries();
  entries[1].mutable_dedup()->set_verdict(v1::Dedup::DUPLICATE);
  IndexAudit audit(*dedup::MakePolicy({}));
  const AuditReport report = Take(audit, entries);
  EXPECT_EQ(report.verdict_check.different, 1);
  EXPECT_THAT(report.index_examples, ElementsAre(HasSubstr("index:0:1: tells DUPLICATE")));
  EXPECT_FALSE(report.clean());
}

TEST(IndexAudit, AnotherSketchThanThePreparedOneIsTold) {
  const std::vector<v1::IndexEntry> entries = ThreeEntries();
  IndexAudit audit(*dedup::MakePolicy({}));
  for (const auto& [offset, sketch] : {std::pair{0, entries[0].sketch()}, std::pair{1, entries[0].sketch()}}) {
    AsPolled(RecordText{.topic = "prepared", .offset = offset}.With(headers::kSketch, sketch),
             [&](const auto& record) { audit.TakePrepared(record); });
  }
  EXPECT_THAT(Take(audit, entries).index_examples, ElementsAre(HasSubstr("index:0:1: holds another sketch")));
}

TEST(IndexAudit, TheLastEntryLiesBetweenWhatWasCommitted) {
  struct {
    int64_t before, after;
    const char* fault;
  } const cases[] = {{3, 3, nullptr},
                     {1, 9, nullptr},  // a judge at work
                     {4, 4, "has no verdict"},
                     {2, 2, "refuses to take over"},
                     {-1, -1, "refuses to take over"}};
  IndexAudit audit(nullptr);
  (void)Take(audit, ThreeEntries());
  for (const auto& [before, after, fault] : cases) {
    AuditReport report;
    audit.CheckCommitted(before, after, report);
    if (fault == nullptr) {
      EXPECT_THAT(report.offsets, IsEmpty()) << before;
    } else {
      EXPECT_THAT(report.offsets, ElementsAre(HasSubstr(fault))) << before;
    }
  }
  AuditReport report;
  IndexAudit(nullptr).CheckCommitted(-1, -1, report);
  EXPECT_THAT(report.offsets, IsEmpty()) << "nothing was ever judged";
}

}  // namespace
}  // namespace newsfeed::tools
