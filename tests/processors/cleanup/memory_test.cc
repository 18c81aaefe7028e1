// What hostile pages take of memory, from bytes to article. What they take of time:
// tests/bench/hostile_benchmark.cc.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "processors/decode/decode.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/cleaned.h"
#include "tests/testing/counted_memory.h"
#include "tests/testing/hostile_pages.h"

namespace newsfeed {
namespace {

using testing::ForgetPeak;
using testing::HeldBytes;
using testing::HostilePage;
using testing::PeakBytes;

// Of a page's bytes, and what a worker holds whatever comes: the smallest page has half a megabyte.
constexpr size_t kMostTimes = 20;
constexpr size_t kScratchBytes = 1 << 20;

class HostilePageMemory : public ::testing::TestWithParam<HostilePage> {};

TEST_P(HostilePageMemory, IsAtMostTwentyTimesThePage) {
  const std::string page = GetParam().make();
  const auto decode = decode::Create({}, {});
  ASSERT_TRUE(decode.ok());
  const auto cleanup = testing::MakeCleaner();
  Batch batch;
  batch.Add({.id = {{GetParam().file}, {0}, {0}}, .value = page, .from_file = true});
  const size_t before = HeldBytes();
  ForgetPeak();
  ASSERT_TRUE((*decode)->Process(batch).ok());
  ASSERT_TRUE(cleanup->Process(batch).ok());
  EXPECT_LE(PeakBytes() - before, kMostTimes * page.size() + kScratchBytes);
  EXPECT_EQ(batch.articles()[0].fate.reason, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(, HostilePageMemory, ::testing::ValuesIn(testing::HostilePages().begin(),
                                                                  testing::HostilePages().end()),
                         [](const auto& test) { return std::string(test.param.name); });

class LargeTextMemory : public ::testing::TestWithParam<HostilePage> {};

// One huge page must not hold its memory for ever.
TEST_P(LargeTextMemory, IsGivenBack) {
  const std::string page = GetParam().make();
  const auto cleanup = testing::MakeCleaner();
  const size_t before = HeldBytes();
  {
    testing::BatchBuilder builder;
    builder.Text("", page).form = TextForm::kPage;
    ASSERT_TRUE(cleanup->Process(builder.batch()).ok());
  }
  EXPECT_LE(HeldBytes() - before, size_t{1} << 20);
}

std::string JsonLdPage() {
  return "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"articleBody\":\"" +
         testing::Repeated("The quay is open. ", 500'000) + "\"}</script><p>The quay.";
}

INSTANTIATE_TEST_SUITE_P(, LargeTextMemory,
                         ::testing::Values(HostilePage{"JsonLd", "", JsonLdPage},
                                           HostilePage{"Paragraphs", "",
                                                       [] { return testing::Repeated("<p>The quay is open now, they say.\n", 200'000); }}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(CountedMemory, SeesWhatWasHeld) {
  const size_t before = HeldBytes();
  ForgetPeak();
  std::make_unique<std::string>(1 << 20, 'x').reset();
  EXPECT_GE(PeakBytes() - before, size_t{1} << 20);
  EXPECT_LT(HeldBytes() - before, size_t{1} << 10);
}

}  // namespace
}  // namespace newsfeed
