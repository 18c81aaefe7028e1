// A changelog that was written here, told in order, cut short, and tampered with.
#include "processors/dedup/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/processors/dedup/judging.h"

namespace newsfeed::dedup {
namespace {

using newsfeed::testing::Judging;
using newsfeed::testing::kHour;
using newsfeed::testing::kNoon;
using newsfeed::testing::TestArticle;
using Result = VerdictReplay::Result;
using ::testing::Each;
using ::testing::HasSubstr;

config::v1::Dedup Config(uint32_t window_hours) {
  config::v1::Dedup config;
  config.set_window_hours(window_hours);
  return config;
}

// The number-th article, one each half hour; every third repeats the one before.
TestArticle ArticleAt(int number) {
  const int text = number % 3 == 2 ? number - 1 : number;
  TestArticle article{.id = "a" + std::to_string(number), .title = "Title " + std::to_string(text)};
  for (int word = 0; word < 60; ++word) article.body += "w" + std::to_string(text * 100 + word) + " ";
  article.timestamp_ms = kNoon + number * kHour / 2;
  return article;
}

struct Log {
  std::vector<v1::IndexEntry> entries;
  uint64_t digest = 0;
};
Log LogOf(int articles, uint32_t window_hours = 3) {
  Judging judging(Config(window_hours));
  Log log;
  for (int i = 0; i < articles; ++i) {
    ToProto(judging.TakeEntry(ArticleAt(i)), log.entries.emplace_back());
  }
  log.digest = judging.judge().index().Digest();
  return log;
}

std::vector<Result> Replay(VerdictReplay& replay, const std::vector<v1::IndexEntry>& entries, size_t from = 0) {
  std::vector<Result> results;
  for (size_t i = from; i < entries.size(); ++i) results.push_back(replay.Take(FromProto(entries[i])));
  return results;
}

TEST(VerdictReplay, AnUntouchedLogComesOutTheSame) {
  const Log log = LogOf(30);
  EXPECT_EQ(log.entries[2].dedup().verdict(), v1::Dedup::DUPLICATE);
  VerdictReplay replay(nullptr);
  EXPECT_THAT(Replay(replay, log.entries), Each(Result::kSame)) << replay.why();
  EXPECT_EQ(replay.index().Digest(), log.digest) << "restored is live";
}

TEST(VerdictReplay, AnotherVerdictIsTold) {
  Log log = LogOf(6);
  log.entries[2].mutable_dedup()->set_verdict(v1::Dedup::UNIQUE);
  VerdictReplay replay(nullptr);
  EXPECT_EQ(Replay(replay, log.entries)[2], Result::kDifferent);
  EXPECT_THAT(replay.why(), HasSubstr("tells UNIQUE of a1"));
  EXPECT_THAT(replay.why(), HasSubstr("given again it is DUPLICATE of a1"));
}

TEST(VerdictReplay, AnotherClockIsTold) {
  Log log = LogOf(6);
  log.entries[4].set_clock_ms(log.entries[4].clock_ms() + 1);
  VerdictReplay replay(nullptr);
  EXPECT_EQ(Replay(replay, log.entries)[4], Result::kDifferent);
}

TEST(VerdictReplay, AMissingEntryIsABreak) {
  Log log = LogOf(6);
  log.entries.erase(log.entries.begin() + 3);
  VerdictReplay replay(nullptr);
  EXPECT_EQ(Replay(replay, log.entries)[3], Result::kBroken);
}

TEST(VerdictReplay, AnEntryThatComesTwiceIsABreak) {
  Log log = LogOf(6);
  log.entries.insert(log.entries.begin() + 3, log.entries[2]);
  VerdictReplay replay(nullptr);
  EXPECT_EQ(Replay(replay, log.entries)[3], Result::kBroken);
}

// What the first ones were compared with is gone: they are not told as wrong.
TEST(VerdictReplay, AfterTrimmingVerdictsAreKnownAgainAWindowLater) {
  const Log log = LogOf(30);
  VerdictReplay replay(*MakePolicy(Config(3)));
  const std::vector<Result> results = Replay(replay, log.entries, 5);
  EXPECT_EQ(results[0], Result::kUnknown);
  EXPECT_THAT(std::vector(results.begin() + 8, results.end()), Each(Result::kSame)) << replay.why();
  VerdictReplay without_policy(nullptr);
  EXPECT_THAT(Replay(without_policy, log.entries, 5), Each(Result::kUnknown));
}

TEST(VerdictReplay, AChangeOfPolicyHoldsFromItsEntryOn) {
  std::vector<v1::IndexEntry> entries = LogOf(6).entries;
  Judge judge(*MakePolicy(Config(24)));
  for (const v1::IndexEntry& entry : entries) ASSERT_TRUE(judge.Apply(FromProto(entry)).ok());
  Judging sketches;
  for (int i = 6; i < 12; ++i) {
    const TestArticle article = ArticleAt(i);
    const IndexEntry entry = judge.Consider({.prepared_offset = i,
                                             .sketch = sketches.Encoded(article),
                                             .origin = {"test", {0}, {i}, article.timestamp_ms},
                                             .id = article.id});
    ToProto(entry, entries.emplace_back());
    ASSERT_TRUE(judge.Insert(entry).ok());
  }
  ASSERT_TRUE(entries[6].has_policy());
  VerdictReplay replay(nullptr);
  EXPECT_THAT(Replay(replay, entries), Each(Result::kSame)) << replay.why();
  EXPECT_EQ(replay.index().Digest(), judge.index().Digest());
}

}  // namespace
}  // namespace newsfeed::dedup
