#include "processors/text/shingles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace newsfeed::text {
namespace {

using testing::ElementsAre;

std::vector<uint64_t> Shingles(const std::vector<uint64_t>& words) {
  ShingleRoller roller;
  std::vector<uint64_t> shingles;
  for (const uint64_t word : words) {
    if (const auto shingle = roller.Push(word)) shingles.push_back(*shingle);
  }
  return shingles;
}

TEST(ShingleRoller, GivesOneAWordFromTheFifthOn) {
  EXPECT_EQ(Shingles({1, 2, 3, 4}).size(), 0);
  EXPECT_EQ(Shingles({1, 2, 3, 4, 5, 6, 7}).size(), 3);
}

TEST(ShingleRoller, ForgetsWhatIsOlderThanFiveWords) {
  EXPECT_EQ(Shingles({1, 2, 3, 4, 5, 6, 7}).back(), Shingles({9, 9, 3, 4, 5, 6, 7}).back());
  EXPECT_NE(Shingles({1, 2, 3, 4, 5}).back(), Shingles({2, 1, 3, 4, 5}).back());
}

TEST(ShingleRoller, HasOneForAShortText) {
  ShingleRoller roller;
  EXPECT_FALSE(roller.ShortText());
  roller.Push(7);
  EXPECT_TRUE(roller.ShortText());
  for (int i = 0; i < 4; ++i) roller.Push(7);
  EXPECT_FALSE(roller.ShortText());
}

TEST(BottomSample, KeepsAllOfFew) {
  BottomSample<uint32_t, 8> sample;
  for (const uint32_t value : {30U, 10U, 0xFFFFFFFFU, 10U}) sample.Add(value);
  const auto kept = sample.Finish();
  EXPECT_THAT(kept.values, ElementsAre(10U, 30U, 0xFFFFFFFFU));
  EXPECT_EQ(kept.level, 0);
}

// Reference: the finest level at which no more than `most` distinct values remain.
SampleView<uint32_t> Expected(const std::set<uint32_t>& values, size_t most,
                              std::vector<uint32_t>& kept) {
  for (uint32_t level = 0;; ++level) {
    kept.clear();
    for (const uint32_t value : values) {
      if (InSample(value, level)) kept.push_back(value);
    }
    if (kept.size() <= most) return {kept, level};
  }
}

TEST(BottomSample, RaisesTheLevelUntilFewEnoughRemain) {
  std::mt19937 random(1);
  for (const size_t count : {5, 9, 100, 5000, 100000}) {
    BottomSample<uint32_t, 8> sample;
    std::set<uint32_t> values;
    for (size_t i = 0; i < count; ++i) {
      const auto value = static_cast<uint32_t>(random());
      values.insert(value);
      sample.Add(value);
    }
    std::vector<uint32_t> reference;
    const auto expected = Expected(values, 8, reference);
    const auto kept = sample.Finish();
    EXPECT_EQ(kept.level, expected.level) << count;
    EXPECT_THAT(kept.values, testing::ElementsAreArray(expected.values));
  }
}

TEST(SampleView, ComparesAtTheCoarserLevel) {
  const std::vector<uint32_t> values = {1, 0x20000000, 0x60000000, 0x90000000};
  const SampleView<uint32_t> view{values, 0};
  EXPECT_EQ(view.At(0).size(), 4);
  EXPECT_EQ(view.At(1).size(), 3);
  EXPECT_EQ(view.At(2).size(), 2);
  EXPECT_EQ(view.At(30).size(), 1);
}

TEST(CountShared, CountsWhatBothHave) {
  const std::vector<uint32_t> a = {1, 3, 5, 7};
  const std::vector<uint32_t> b = {0, 3, 4, 7, 9};
  EXPECT_EQ(CountShared<uint32_t>(a, b), 2);
  EXPECT_EQ(CountShared<uint32_t>(a, {}), 0);
}

}  // namespace
}  // namespace newsfeed::text
