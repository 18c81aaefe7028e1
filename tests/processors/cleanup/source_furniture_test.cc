#include "processors/cleanup/source_furniture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "processors/cleanup/cleanup.h"
#include "processors/cleanup/line_observer.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/line_rules_file.h"

namespace newsfeed::cleanup {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kText[] =
    "Harbour tunnel opens two years late\n\n"
    "The harbour in pictures, week 12\n\n"
    "The tunnel under the harbour opened on Monday, two years later than the city had promised.\n\n"
    "Drivers waited for an hour at the northern gate, where a choir sang and a ribbon was cut.";
constexpr char kTable[] =
    "# comment\n"
    "news.example.com\t12\t14\tThe harbour in pictures, week 9\n"
    "news.example.com\t12\t14\tHarbour tunnel opens two years late\n";

std::vector<std::string> Rules(const Article& article) {
  std::vector<std::string> rules;
  for (const RemovedText& removed : article.removed) rules.emplace_back(removed.rule);
  return rules;
}

// Cleans kText as an article of `domain` with what kTable says.
std::vector<std::string> RulesFor(std::string_view domain, const std::string& disabled = "") {
  config::v1::Cleanup config;
  if (!disabled.empty()) config.add_disabled_rules(disabled);
  auto cleaner = Create(config, {}, testing::ShippedLineRules(), *SourceFurniture::Create(kTable, "t"));
  testing::BatchBuilder builder;
  Article& article = builder.Text("Harbour tunnel opens two years late", kText);
  article.source_domain = domain;
  EXPECT_TRUE((*cleaner)->Process(builder.batch()).ok());
  return Rules(article);
}

TEST(SourceFurnitureTest, RemovesTheLinesOfTheSourceButNotTheTitle) {
  EXPECT_THAT(RulesFor("news.example.com"), ElementsAre("headline", "source-furniture"));
}

TEST(SourceFurnitureTest, LeavesOtherSourcesAlone) {
  EXPECT_THAT(RulesFor("example.org"), ElementsAre("headline"));
  EXPECT_THAT(RulesFor(""), ElementsAre("headline"));
}

TEST(SourceFurnitureTest, CanBeSwitchedOff) {
  EXPECT_THAT(RulesFor("news.example.com", "source-furniture"), ElementsAre("headline"));
}

TEST(SourceFurnitureTest, TellsTheBadRow) {
  const auto fault = [](std::string_view table) {
    return std::string(SourceFurniture::Create(table, "t.tsv").status().message());
  };
  EXPECT_EQ(fault("# x\na\tb\n"), "t.tsv:2: a row is source, stories, of, line, set apart by tabs");
  EXPECT_EQ(fault("a\tx\t3\tline\n"), "t.tsv:1: stories and of are numbers");
  EXPECT_EQ(fault("\t3\t3\tline\n"), "t.tsv:1: the source is empty");
  EXPECT_EQ(fault("a\t3\t3\t***\n"), "t.tsv:1: the line has no words");
}

FurnitureLearner Learned(const FurnitureLearner::Options& options, int stories) {
  FurnitureLearner learner(options);
  for (int i = 0; i < stories; ++i) {
    learner.BeginStory("b.example.com");
    learner.AddLine("Get our letter every morning");
    learner.AddLine("GET our letter, every morning!");
    learner.AddLine(i % 2 == 0 ? "Now on Sundays too" : "Never on Sundays");
    learner.AddLine("Story number " + std::string(1, static_cast<char>('a' + i)));
  }
  learner.BeginStory("a.example.com");
  learner.AddLine("Get our letter every morning");
  learner.BeginStory("");
  learner.AddLine("Get our letter every morning");
  return learner;
}

TEST(FurnitureLearnerTest, CountsALineOncePerStory) {
  EXPECT_THAT(Learned({.min_stories = 3, .min_share_percent = 0}, 6).Table(),
              EndsWith("line\n"
                       "b.example.com\t6\t6\tGet our letter every morning\n"
                       "b.example.com\t3\t6\tNever on Sundays\n"
                       "b.example.com\t3\t6\tNow on Sundays too\n"));
}

TEST(FurnitureLearnerTest, WantsStoriesAndAShare) {
  EXPECT_THAT(Learned({.min_stories = 4, .min_share_percent = 0}, 6).Table(), Not(HasSubstr("Sundays")));
  EXPECT_THAT(Learned({.min_stories = 3, .min_share_percent = 51}, 6).Table(), Not(HasSubstr("Sundays")));
  EXPECT_THAT(Learned({.min_stories = 3}, 2).Table(), Not(HasSubstr("letter")));
}

// What a source writes anew each day is text, though only its numbers change.
TEST(FurnitureLearnerTest, NumbersCountInALongLineAlone) {
  FurnitureLearner learner({.min_stories = 3, .min_share_percent = 0});
  const auto report = [](int day) {
    return fmt::format("The harbour index closed {} points higher on Monday, the exchange of Sampleton said.", day);
  };
  for (int day = 1; day <= 3; ++day) {
    learner.BeginStory("a");
    learner.AddLine(report(day));
    learner.AddLine(fmt::format("The harbour in pictures, week {}", day));
    learner.AddLine("Call the harbour desk on 555 0100 with what you saw or heard today.");
  }
  EXPECT_THAT(learner.Table(),
              EndsWith("line\n"
                       "a\t3\t3\tCall the harbour desk on 555 0100 with what you saw or heard today.\n"
                       "a\t3\t3\tThe harbour in pictures, week 1\n"));
  const auto table = SourceFurniture::Create("a\t3\t3\t" + report(1) + "\n", "t");
  ASSERT_TRUE(table.ok());
  for (const int day : {1, 2}) {
    auto cleaner = Create({}, {}, testing::ShippedLineRules(), *table);
    testing::BatchBuilder builder;
    Article& article = builder.Text("T", std::string(kText) + "\n\n" + report(day));
    article.source_domain = "a";
    EXPECT_TRUE((*cleaner)->Process(builder.batch()).ok());
    EXPECT_EQ(article.body.find(report(day)) == std::string_view::npos, day == 1);
  }
}

TEST(FurnitureLearnerTest, WhatItWritesCanBeRead) {
  const auto table = SourceFurniture::Create(Learned({}, 6).Table(), "t");
  ASSERT_TRUE(table.ok());
  EXPECT_EQ((*table)->sources(), 1u);
  EXPECT_EQ((*table)->Find("b.example.com")->size(), 3u);
  EXPECT_EQ((*table)->Find("a.example.com"), nullptr);
}

TEST(FurnitureLearnerTest, ForgetsWhatWasSeenLeastBeforeItHoldsTooMuch) {
  FurnitureLearner learner({.min_stories = 1, .min_share_percent = 0, .max_lines = 100});
  for (int i = 0; i < 1000; ++i) {
    learner.BeginStory("a.example.com");
    learner.AddLine("Get our letter every morning");
    std::string line = "A line of its own ";
    for (int n = i; n > 0; n /= 10) line += static_cast<char>('a' + n % 10);
    learner.AddLine(line);
  }
  const std::string table = learner.Table();
  EXPECT_THAT(table, HasSubstr("a.example.com\t1000\t1000\tGet our letter every morning\n"));
  EXPECT_LE(std::count(table.begin(), table.end(), '\n'), 110);
}

// Five stories of one source that ends each with a sentence about itself, which reads as the stories do.
constexpr std::string_view kAboutUs =
    "The harbour letter is written by nine people who live beside the quay and has been read since 1903.";
struct Story {
  std::string_view title, first, second, third;
};
constexpr Story kStories[] = {
    {"Harbour tunnel opens two years late",
     "The tunnel under the harbour opened on Monday, two years later than the city had promised.",
     "Drivers waited for an hour at the northern gate, where a choir sang and a ribbon was cut.",
     "Lorries have to take the old bridge until the pumps have been tested in a storm, the builder said."},
    {"Old crane is to become a hotel",
     "The last of the steam cranes will hold nine rooms from May on, its owner told the council.",
     "Guests will sleep forty metres above the water, and breakfast will come up in the coal lift.",
     "Neighbours fear for the falcons that have nested in the cabin since the crane stood still."},
    {"Ferry drivers end their strike",
     "The drivers of the ferries went back to work on Thursday after eleven days on the quay.",
     "They will be paid for the night shifts as before, and two boats more will sail in summer.",
     "A mediator from the north had talked to both sides in a room without chairs, he said later."},
    {"Fish market moves to the dry dock",
     "From autumn on the fish will be sold in the dry dock, where no ship has lain for ten years.",
     "The hall of today lets in the rain, and its cold store failed twice during the hot weeks.",
     "Traders ask who pays for the new ice machines, which cost more than the dock itself."},
    {"Lighthouse shines red for a week",
     "The lighthouse at the mouth of the harbour will shine red next week, for the first time ever.",
     "A school won the right to choose its colour in a contest of knots held on the long pier.",
     "Captains have been told on all channels that nothing else is meant by it, the pilots said."}};

std::string TextOf(const Story& story) {
  std::string text;
  for (std::string_view line : {story.title, story.first, story.second, story.third, kAboutUs}) {
    text.append(line).append("\n\n");
  }
  return text;
}

class StoryReader : public LineObserver {
 public:
  void Read(const Article&, std::span<const Line> lines) override {
    learner.BeginStory("harbour.example.com");
    for (const Line& line : lines) learner.AddLine(line.text);
  }
  FurnitureLearner learner{FurnitureLearner::Options{}};
};

std::string BodyOf(const Story& story, std::shared_ptr<const SourceFurniture> furniture,
                   LineObserver* observer = nullptr) {
  auto cleaner = Create({}, {}, testing::ShippedLineRules(), std::move(furniture), observer);
  testing::BatchBuilder builder;
  const std::string text = TextOf(story);
  Article& article = builder.Text(story.title, text);
  article.source_domain = "harbour.example.com";
  EXPECT_TRUE((*cleaner)->Process(builder.batch()).ok());
  return std::string(article.body);
}

TEST(FurnitureLearnerTest, WhatFourStoriesShareGoesFromTheFifth) {
  StoryReader reader;
  for (size_t i = 0; i + 1 < std::size(kStories); ++i) BodyOf(kStories[i], nullptr, &reader);
  const auto table = SourceFurniture::Create(reader.learner.Table(), "t");
  ASSERT_TRUE(table.ok()) << table.status();
  const Story& fifth = kStories[std::size(kStories) - 1];
  EXPECT_THAT(BodyOf(fifth, nullptr), EndsWith(std::string(kAboutUs)));
  std::string alone;
  for (std::string_view line : {fifth.first, fifth.second, fifth.third}) {
    alone.append(alone.empty() ? "" : "\n\n").append(line);
  }
  EXPECT_EQ(BodyOf(fifth, *table), alone);
}

TEST(FurnitureLearnerTest, KeepsRowsWhole) {
  FurnitureLearner learner({.min_stories = 1, .min_share_percent = 0});
  learner.BeginStory("a\tb");
  learner.AddLine("A line of a name with a tab");
  learner.BeginStory("a");
  learner.AddLine("A line\nin two");
  EXPECT_THAT(learner.Table(), EndsWith("of\tline\n"));
}

}  // namespace
}  // namespace newsfeed::cleanup
