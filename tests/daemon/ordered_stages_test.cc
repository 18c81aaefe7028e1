#include "daemon/ordered_stages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

namespace newsfeed {
namespace {

using ::testing::ElementsAreArray;

// Stages over batches of one record each, whose offset says which batch it is.
class Fake {
 public:
  explicit Fake(int64_t batches) : batches_(batches) {}

  StageFunctions stages() {
    StageFunctions stages;
    stages.fill = [this](Batch& batch) -> absl::StatusOr<bool> {
      if (filled_ == batches_) return false;
      EXPECT_TRUE(batch.empty()) << "a slot is reused before its batch is through";
      batch.Add({.id = {{"t"}, {0}, {filled_++}}, .value = "x"});
      return true;
    };
    stages.prepare = [this](Batch& batch, size_t worker) { return Mark(batch, 'p', worker); };
    stages.judge = [this](Batch& batch) {
      judged_.push_back(OffsetOf(batch));
      return Mark(batch, 'j', 0);
    };
    stages.enrich = [this](Batch& batch, EncodedOutcomes& outcomes, size_t worker) {
      outcomes.bytes = "e";
      return Mark(batch, 'e', worker);
    };
    stages.write = [this](const Batch& batch, const EncodedOutcomes& outcomes) {
      EXPECT_EQ(outcomes.bytes, "e");
      EXPECT_EQ(batch.articles()[0].title, "pje");
      written_.push_back(OffsetOf(batch));
      return OffsetOf(batch) == fail_write_at ? absl::UnknownError("disk full") : absl::OkStatus();
    };
    return stages;
  }

  const std::vector<int64_t>& judged() const { return judged_; }
  const std::vector<int64_t>& written() const { return written_; }
  int64_t fail_write_at = -1;
  std::atomic<size_t> workers_seen = 0;

 private:
  static int64_t OffsetOf(const Batch& batch) { return batch.articles()[0].origin.offset.value; }

  absl::Status Mark(Batch& batch, char stage, size_t worker) {
    workers_seen |= size_t{1} << worker;
    Article& article = batch.articles()[0];
    article.title = batch.arena().Keep(std::string(article.title) + stage);
    return absl::OkStatus();
  }

  int64_t batches_;
  int64_t filled_ = 0;
  std::vector<int64_t> judged_;
  std::vector<int64_t> written_;
};

std::vector<int64_t> UpTo(int64_t n) {
  std::vector<int64_t> all;
  for (int64_t i = 0; i < n; ++i) all.push_back(i);
  return all;
}

class OrderedStages : public ::testing::TestWithParam<size_t> {};

TEST_P(OrderedStages, JudgeAndWriteInTheOrderOfTheInput) {
  Fake fake(500);
  std::atomic<bool> stop = false;
  ASSERT_TRUE(RunOrderedStages(fake.stages(), GetParam(), stop).ok());
  EXPECT_THAT(fake.judged(), ElementsAreArray(UpTo(500)));
  EXPECT_THAT(fake.written(), ElementsAreArray(UpTo(500)));
}

TEST_P(OrderedStages, NothingToDoEnds) {
  Fake fake(0);
  std::atomic<bool> stop = false;
  ASSERT_TRUE(RunOrderedStages(fake.stages(), GetParam(), stop).ok());
  EXPECT_TRUE(fake.written().empty());
}

TEST_P(OrderedStages, TheFirstErrorEndsAll) {
  Fake fake(500);
  fake.fail_write_at = 20;
  std::atomic<bool> stop = false;
  const absl::Status status = RunOrderedStages(fake.stages(), GetParam(), stop);
  EXPECT_EQ(status, absl::UnknownError("disk full"));
  EXPECT_THAT(fake.written(), ElementsAreArray(UpTo(21)));
}

TEST_P(OrderedStages, StopFinishesWhatHasBeenRead) {
  Fake fake(500);
  std::atomic<bool> stop = false;
  StageFunctions stages = fake.stages();
  int64_t filled = 0;
  stages.fill = [&, fill = stages.fill](Batch& batch) {
    if (++filled == 10) stop = true;
    return fill(batch);
  };
  ASSERT_TRUE(RunOrderedStages(stages, GetParam(), stop).ok());
  EXPECT_THAT(fake.written(), ElementsAreArray(UpTo(10)));
}

INSTANTIATE_TEST_SUITE_P(Threads, OrderedStages, ::testing::Values(1, 2, 5));

}  // namespace
}  // namespace newsfeed
