#include "daemon/outcome.h"

#include <gtest/gtest.h>

#include "tests/testing/batch_builder.h"

namespace newsfeed {
namespace {

TEST(Outcome, FollowsFateAndVerdict) {
  testing::BatchBuilder builder;
  builder.Clean("a", "b").dedup.verdict = Verdict::kUnique;
  builder.Clean("a", "b").dedup.verdict = Verdict::kUpdate;
  builder.Clean("a", "b").dedup.verdict = Verdict::kLowInformation;
  builder.Clean("a", "b");  // not judged
  builder.Clean("a", "b").dedup.verdict = Verdict::kDuplicate;
  builder.Value("x").Reject(Reason::kInvalidJson, "");
  builder.Null().Filter(FilterWhy::kTombstone);
  OutcomeAccounting accounting;
  accounting.CountRead(8);
  accounting.CountOutcomes(builder.batch());
  EXPECT_EQ(accounting.count(Outcome::kEnriched), 4);
  EXPECT_EQ(accounting.count(Outcome::kDuplicate), 1);
  EXPECT_EQ(accounting.count(Outcome::kDeadLetter), 1);
  EXPECT_EQ(accounting.count(Outcome::kFiltered), 1);
  EXPECT_EQ(accounting.done(), 7);
  EXPECT_EQ(accounting.in_flight(), 1);
}

TEST(Outcome, TheTableIsInTheOrderOfTheEnum) {
  for (size_t i = 0; i < kOutcomes; ++i) {
    EXPECT_EQ(static_cast<size_t>(OutcomeTable()[i].outcome), i);
  }
}

}  // namespace
}  // namespace newsfeed
