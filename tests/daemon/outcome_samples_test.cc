#include "daemon/outcome_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsfeed {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

SampledBatch Articles(size_t count) {
  SampledBatch batch;
  batch.articles.resize(count);
  return batch;
}

SampledBatch Naming(const std::string& id, uint32_t articles) {
  SampledBatch batch;
  batch.noted = articles;
  batch.entities.assign(articles, {id, "Name of " + id, "PERSON"});
  return batch;
}

class OutcomeSamplesTest : public ::testing::Test {
 protected:
  // What a worker with many articles may give.
  uint32_t Quota(absl::Time now) { return samples_.Ask(now).articles; }
  void TakeAll(absl::Time now) { samples_.Add(Articles(Quota(now)), now); }

  OutcomeSamples samples_;
};

TEST_F(OutcomeSamplesTest, ABurstThenOneASecondWhileNobodyLooks) {
  EXPECT_EQ(Quota(kNow), 32);
  TakeAll(kNow);
  EXPECT_EQ(Quota(kNow), 0);
  EXPECT_EQ(Quota(kNow + absl::Milliseconds(999)), 0);
  EXPECT_EQ(Quota(kNow + absl::Milliseconds(2001)), 2);
  EXPECT_EQ(Quota(kNow + absl::Hours(1)), 32);
}

TEST_F(OutcomeSamplesTest, EightASecondWhileAPageIsOpen) {
  TakeAll(kNow);
  {
    const OutcomeSamples::Watcher watcher(&samples_);
    EXPECT_EQ(Quota(kNow + absl::Milliseconds(1001)), 8);
    TakeAll(kNow + absl::Milliseconds(1001));
  }
  EXPECT_EQ(Quota(kNow + absl::Milliseconds(2002)), 1);
}

TEST_F(OutcomeSamplesTest, AClockThatGoesBackGivesNothing) {
  TakeAll(kNow);
  EXPECT_EQ(Quota(kNow - absl::Hours(1)), 0);
  EXPECT_EQ(Quota(kNow), 0);
}

TEST_F(OutcomeSamplesTest, TheNewestAreKept) {
  samples_.Add(Articles(30), kNow);
  samples_.Add(Articles(30), kNow);
  const auto recent = samples_.Since(0);
  EXPECT_THAT(recent.articles, SizeIs(OutcomeSamples::kArticles));
  EXPECT_EQ(recent.articles.back()->number, 60);
  EXPECT_EQ(recent.last, 60);
}

TEST_F(OutcomeSamplesTest, APageIsToldWhatIsNew) {
  samples_.Add(Articles(2), kNow);
  const uint64_t last = samples_.Since(0).last;
  EXPECT_THAT(samples_.Since(last).articles, IsEmpty());
  samples_.Add(Articles(1), kNow);
  EXPECT_THAT(samples_.Since(last).articles, SizeIs(1));
}

TEST_F(OutcomeSamplesTest, ACopyGetsItsOriginalOfBeforeOrOfTheSameBatch) {
  SampledBatch first;
  first.originals = {{"a", "Title a", "Lead a"}};
  samples_.Add(std::move(first), kNow);
  SampledBatch second;
  second.originals = {{"b", "Title b", "Lead b"}};
  second.duplicates.resize(3);
  second.duplicates[0].canonical_id = "a";
  second.duplicates[1].canonical_id = "b";
  second.duplicates[2].canonical_id = "never seen";
  samples_.Add(std::move(second), kNow);
  const auto duplicates = samples_.Since(0).duplicates;
  ASSERT_THAT(duplicates, SizeIs(3));
  EXPECT_EQ(duplicates[0]->original.value().title, "Title a");
  EXPECT_EQ(duplicates[1]->original.value().title, "Title b");
  EXPECT_FALSE(duplicates[2]->original);
}

TEST_F(OutcomeSamplesTest, OriginalsAreBounded) {
  for (size_t i = 0; i <= OutcomeSamples::kOriginals; ++i) {
    SampledBatch batch;
    batch.originals = {{std::to_string(i), std::string(10'000, 't'), std::string(10'000, 'l')}};
    samples_.Add(std::move(batch), kNow);
  }
  SampledBatch batch;
  batch.duplicates.resize(2);
  batch.duplicates[0].canonical_id = "0";
  batch.duplicates[1].canonical_id = "1";
  samples_.Add(std::move(batch), kNow);
  const auto duplicates = samples_.Since(0).duplicates;
  EXPECT_FALSE(duplicates[0]->original) << "the oldest";
  EXPECT_EQ(duplicates[1]->original.value().title.size(), OutcomeSamples::kMaxTitleBytes);
  EXPECT_EQ(duplicates[1]->original.value().lead.size(), OutcomeSamples::kMaxLeadBytes);
}

TEST_F(OutcomeSamplesTest, EntitiesOfTheLastHourAreCounted) {
  samples_.Add(Naming("old", 9), kNow - absl::Minutes(66));
  samples_.Add(Naming("a", 2), kNow - absl::Minutes(50));
  samples_.Add(Naming("a", 1), kNow);
  samples_.Add(Naming("b", 1), kNow);
  const auto top = samples_.TopEntities(kNow, 10);
  EXPECT_EQ(top.articles, 4);
  ASSERT_THAT(top.entities, SizeIs(2));
  EXPECT_EQ(top.entities[0].entity.name, "Name of a");
  EXPECT_EQ(top.entities[0].articles, 3);
  EXPECT_THAT(samples_.TopEntities(kNow, 1).entities, SizeIs(1));
  EXPECT_THAT(samples_.TopEntities(kNow + absl::Hours(2), 10).entities, IsEmpty());
}

TEST_F(OutcomeSamplesTest, DifferentEntitiesAreBounded) {
  for (size_t i = 0; i < 2 * OutcomeSamples::kEntitiesOfSlice; ++i) samples_.Add(Naming(std::to_string(i), 1), kNow);
  EXPECT_THAT(samples_.TopEntities(kNow, 1'000'000).entities, SizeIs(OutcomeSamples::kEntitiesOfSlice));
}

}  // namespace
}  // namespace newsfeed
