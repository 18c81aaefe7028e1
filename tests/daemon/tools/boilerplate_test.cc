#include "daemon/tools/boilerplate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/line_rules_file.h"

namespace newsfeed::tools {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kStories[] = {
    "The tunnel under the harbour opened on Monday, two years later than the city had promised, and "
    "drivers waited for an hour at the northern gate, where a choir sang and a ribbon was cut.",
    "A storm took the roof of the old market hall on Tuesday night; nobody was hurt, said the fire "
    "brigade, which had closed the square before the first tiles fell into the fish stalls.",
    "The council will pay for new lanterns on the quay, after three winters in which neighbours had "
    "hung out lamps of their own and sent the bill for the candles to the mayor every spring.",
    "Eleven bakers of the old town have agreed on one recipe for the harbour loaf, which a judge had "
    "asked for in a quarrel about the name that had lasted longer than two of the bakeries."};

std::string Record(std::string_view story, std::string_view id) {
  return fmt::format(R"({{"id":"{}","url":"https://news.example.com/{}","body":"Get our letter every )"
                     R"(morning\n\n{}\n\nSee the pictures of week {}"}})",
                     id, id, story, id.size());
}

// What is learned from the stories, each sent `copies` times.
std::string Learned(int copies, size_t stories = std::size(kStories)) {
  config::v1::Config config;
  SharedData shared;
  shared.line_rules = testing::ShippedLineRules();
  auto job = BoilerplateJob::Create(config, shared, {});
  EXPECT_TRUE(job.ok());
  int64_t offset = 0;
  for (size_t i = 0; i < stories; ++i) {
    Batch batch;
    for (int copy = 0; copy < copies; ++copy) {
      const std::string value = Record(kStories[i], fmt::format("{}-{}", i, copy));
      batch.Add({.id = {{"feed"}, {0}, {offset++}}, .value = value});
    }
    EXPECT_TRUE((*job)->Learn(batch).ok());
  }
  return (*job)->Table();
}

TEST(BoilerplateTest, LearnsWhatRepeatsAcrossStories) {
  EXPECT_THAT(Learned(1), EndsWith("news.example.com\t4\t4\tGet our letter every morning\n"
                                   "news.example.com\t4\t4\tSee the pictures of week 3\n"));
}

TEST(BoilerplateTest, CopiesOfAStoryCountOnce) {
  EXPECT_THAT(Learned(5, 2), Not(HasSubstr("letter")));
  EXPECT_EQ(Learned(5), Learned(1));
}

}  // namespace
}  // namespace newsfeed::tools
