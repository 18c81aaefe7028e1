// A record that the broker refuses is found among others, and less is made of it until it passes.
#include "daemon/stages/refusals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace newsfeed::stages {
namespace {

const kafka::Error kTooLarge{kafka::ErrorClass::kRefused, 10, "MSG_SIZE_TOO_LARGE", "too large"};

// Publishes records 0 to `count` in batches of at most `most` to a broker that refuses the `bad` ones until they were
// refused `until` times alone. Gives the number of batches, and in `refusals` what each record was passed with.
int PublishAll(int count, size_t most, const std::set<int>& bad, uint8_t until, std::vector<int>& refusals_of) {
  Refusals refusals;
  refusals_of.assign(static_cast<size_t>(count), -1);
  int batches = 0;
  for (int next = 0; next < count;) {
    Batch batch;
    while (batch.size() < std::min(most, refusals.limit()) && next + static_cast<int>(batch.size()) < count) {
      batch.Add({.id = {{"in"}, {0}, {next + static_cast<int>(batch.size())}}, .value = "v"});
    }
    refusals.Mark(batch);
    bool refused = false;
    for (const Article& article : batch.articles()) {
      refused |= bad.contains(static_cast<int>(article.origin.offset.value)) && article.refusals < until;
    }
    ++batches;
    if (refused) {
      refusals.Add(batch, kTooLarge);
      if (refusals.stuck()) return batches;
      continue;
    }
    for (const Article& article : batch.articles()) {
      refusals_of[static_cast<size_t>(article.origin.offset.value)] = article.refusals;
    }
    refusals.Settle(batch);
    next += static_cast<int>(batch.size());
  }
  return batches;
}

TEST(RefusalsTest, OnlyTheCulpritIsMadeLessOf) {
  for (const int bad : {0, 1, 137, 498, 499}) {
    std::vector<int> refusals_of;
    const int batches = PublishAll(500, 500, {bad}, 1, refusals_of);
    EXPECT_LE(batches, 40) << "of some 2 log 500 batches";
    for (int i = 0; i < 500; ++i) EXPECT_EQ(refusals_of[static_cast<size_t>(i)], i == bad ? 1 : 0) << i;
  }
}

TEST(RefusalsTest, SeveralAndNeighbours) {
  std::vector<int> refusals_of;
  const std::set<int> bad{3, 4, 5, 90, 99};
  PublishAll(100, 40, bad, 3, refusals_of);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(refusals_of[static_cast<size_t>(i)], bad.contains(i) ? 3 : 0) << i;
}

TEST(RefusalsTest, ATopicThatTakesNothingIsNotTheRecordsFault) {
  std::vector<int> refusals_of;
  PublishAll(10, 10, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 100, refusals_of);
  for (const int refusals : refusals_of) EXPECT_EQ(refusals, -1) << "nothing passed, nothing was left out";
}

TEST(RefusalsTest, BatchesGrowToTheirSizeAgain) {
  Refusals refusals;
  Batch batch;
  for (int i = 0; i < 64; ++i) batch.Add({.id = {{"in"}, {0}, {i}}, .value = "v"});
  refusals.Add(batch, kTooLarge);
  EXPECT_EQ(refusals.limit(), 32);
  for (int i = 0; i < 30; ++i) refusals.Settle(batch);
  EXPECT_EQ(refusals.limit(), SIZE_MAX);
}

}  // namespace
}  // namespace newsfeed::stages
