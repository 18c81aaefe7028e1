#include "daemon/admin/live_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <utility>
#include <vector>

#include "newsfeed/v1/article.pb.h"
#include "tests/daemon/admin/full_status.h"

namespace newsfeed::admin {
namespace {

using ::newsfeed::testing::FullStatus;
using ::newsfeed::testing::kNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OneStatus : public StatusSource {
 public:
  AppStatus Snapshot() const override { return FullStatus(); }
};

struct Event {
  std::string name;
  std::string data;
};

// As a browser reads it. Each event here is two lines.
std::vector<Event> EventsOf(const std::string& text) {
  std::vector<Event> events;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find("\n\n", at);
    const std::string event = text.substr(at, end - at);
    const size_t line = event.find('\n');
    EXPECT_TRUE(event.starts_with("event: ")) << event;
    EXPECT_EQ(event.substr(line, 7), "\ndata: ") << event;
    EXPECT_EQ(event.find('\n', line + 1), std::string::npos) << event;
    events.push_back({event.substr(7, line - 7), event.substr(line + 7)});
    simdjson::dom::parser parser;
    EXPECT_EQ(parser.parse(events.back().data).error(), simdjson::SUCCESS) << events.back().data;
    at = end + 2;
  }
  return events;
}

std::vector<std::string> Names(const std::vector<Event>& events) {
  std::vector<std::string> names;
  for (const Event& event : events) names.push_back(event.name);
  return names;
}

ArticleSample Titled(const std::string& title) {
  v1::EnrichedArticle article;
  article.set_id("a1");
  article.set_title(title);
  ArticleSample sample;
  sample.value = article.SerializeAsString();
  return sample;
}

class LiveEventsTest : public ::testing::Test {
 protected:
  std::vector<Event> Next(LiveEvents& events) { return EventsOf(events.Next(kNow)); }
  void Add(SampledBatch batch) { samples_.Add(std::move(batch), kNow); }

  OneStatus source_;
  OutcomeSamples samples_;
};

TEST_F(LiveEventsTest, TheFirstTellsAllThatIsKept) {
  SampledBatch batch;
  batch.articles = {Titled("One"), Titled("Two")};
  batch.duplicates = {Titled("Copy")};
  batch.dead_letters.resize(1);
  Add(std::move(batch));
  LiveEvents events(source_, &samples_);
  EXPECT_THAT(Names(Next(events)),
              ElementsAre("hello", "status", "article", "article", "duplicate", "dead-letter", "entities"));
  EXPECT_THAT(Names(Next(events)), ElementsAre("status"));
  batch = {};
  batch.articles = {Titled("Three")};
  Add(std::move(batch));
  EXPECT_THAT(Names(Next(events)), ElementsAre("status", "article"));
}

TEST_F(LiveEventsTest, WhatIsMuchComesInPieces) {
  SampledBatch batch;
  for (int i = 0; i < 20; ++i) batch.articles.push_back(Titled(std::string(40'000, 'x')));
  Add(std::move(batch));
  LiveEvents events(source_, &samples_);
  size_t articles = 0;
  do {
    const std::string piece = events.Next(kNow);
    EXPECT_LT(piece.size(), LiveEvents::kMaxBytes + 60'000);
    for (const std::string& name : Names(EventsOf(piece))) articles += name == "article" ? 1 : 0;
  } while (events.more());
  EXPECT_EQ(articles, 20);
}

TEST_F(LiveEventsTest, WithoutSamplesThereAreFiguresOnly) {
  LiveEvents events(source_, nullptr);
  const auto told = Next(events);
  EXPECT_THAT(Names(told), ElementsAre("hello", "status"));
  EXPECT_EQ(told[0].data, R"({"content":false})");
}

TEST_F(LiveEventsTest, WhatATextSaysNeverEndsAnEvent) {
  SampledBatch batch;
  batch.articles = {Titled("</script>\n\nevent: hello\ndata: {}\n\n\r\"\\")};
  DeadLetterSample& letter = batch.dead_letters.emplace_back();
  letter.detail = "bad\xff\n\nevent: x";
  letter.topic = "t\r\n";
  Add(std::move(batch));
  LiveEvents events(source_, &samples_);
  EXPECT_THAT(Names(Next(events)), ElementsAre("hello", "status", "article", "dead-letter", "entities"));
}

TEST_F(LiveEventsTest, ADuplicateStandsBesideItsOriginal) {
  SampledBatch batch;
  batch.originals = {{"o1", "The first", "It began"}};
  batch.duplicates = {Titled("Copy"), Titled("Other copy")};
  batch.duplicates[0].canonical_id = "o1";
  Add(std::move(batch));
  LiveEvents events(source_, &samples_);
  const auto told = Next(events);
  EXPECT_THAT(told[2].data, HasSubstr(R"("original":{"id":"o1","title":"The first","lead":"It began"},"article":{)"));
  EXPECT_THAT(told[3].data, HasSubstr(R"("original":null,"article":{)"));
}

TEST_F(LiveEventsTest, AnOpenPageIsAWatcher) {
  const uint32_t burst = samples_.Ask(kNow).articles;
  SampledBatch batch;
  batch.articles.resize(burst);
  Add(std::move(batch));
  const LiveEvents events(source_, &samples_);
  EXPECT_EQ(samples_.Ask(kNow + absl::Seconds(1)).articles, 8);
}

}  // namespace
}  // namespace newsfeed::admin
