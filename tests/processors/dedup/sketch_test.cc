#include "processors/dedup/sketch.h"

#include <gtest/gtest.h>

#include <string>

#include "processors/dedup/policy.h"
#include "tests/processors/dedup/judging.h"
#include "tests/processors/dedup/variants.h"

namespace newsfeed::dedup {
namespace {

using newsfeed::testing::Judging;
using newsfeed::testing::kNoon;
using newsfeed::testing::NewsGenerator;
using newsfeed::testing::TestArticle;

class SketchTest : public ::testing::Test {
 protected:
  Sketch Make(const TestArticle& article) { return judging_.Sketch(article); }
  std::string Encoded(const TestArticle& article) { return std::string(judging_.Encoded(article)); }
  TestArticle News(size_t words) {
    const auto text = generator_.Article(words);
    return {.id = "a", .title = text.title, .body = text.body, .url = "https://example.com/a"};
  }

  Judging judging_;
  NewsGenerator generator_{7};
};

TEST_F(SketchTest, SurvivesEncoding) {
  for (const size_t words : {0, 1, 4, 5, 60, 600, 20000}) {
    TestArticle article = News(words);
    article.published_ms = -5;
    const Sketch sketch = Make(article);
    Sketch decoded;
    ASSERT_TRUE(Decode(Encoded(article), decoded).ok()) << words;
    EXPECT_EQ(decoded, sketch) << words;
  }
}

TEST_F(SketchTest, IsSmall) { EXPECT_LT(Encoded(News(20000)).size(), kMaxEncodedSketchBytes); }

TEST_F(SketchTest, IsRefusedWhenCutShort) {
  const std::string whole = Encoded(News(600));
  Sketch decoded;
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string cut(whole.data(), size);  // its own memory, so that ASan sees over-reads
    EXPECT_FALSE(Decode(cut, decoded).ok()) << size;
  }
  EXPECT_FALSE(Decode(whole + "x", decoded).ok());
}

TEST_F(SketchTest, OfAnotherVersionIsUnimplemented) {
  std::string bytes = Encoded(News(60));
  bytes[0] = 2;
  Sketch decoded;
  EXPECT_EQ(Decode(bytes, decoded).code(), absl::StatusCode::kUnimplemented);
}

TEST_F(SketchTest, MarksACorrectionByTheFirstWords) {
  EXPECT_TRUE(Make({.title = "CORRECTED - Storm", .body = "The port is open."}).correction_mark);
  EXPECT_TRUE(Make({.title = "Storm", .body = "(Corrects cost) The port is open."}).correction_mark);
  EXPECT_FALSE(Make({.title = "A market correction", .body = "Prices fell in a correction."}).correction_mark);
}

TEST_F(SketchTest, OfNoTextMatchesNothing) {
  const Sketch sketch = Make({.id = "a", .title = "Title", .body = " … "});
  EXPECT_FALSE(sketch.has_text());
  EXPECT_EQ(sketch.text_hash, 0);
}

TEST_F(SketchTest, HidesCaseAndPunctuation) {
  EXPECT_EQ(Make({.body = "One, two; THREE — four five six."}).text_hash,
            Make({.body = "one two three\n\nfour five six"}).text_hash);
}

TEST_F(SketchTest, TakesTheTimeOfTheRecordThenThatOfTheFeed) {
  EXPECT_EQ(Make({.body = "x", .timestamp_ms = 5, .published_ms = 7}).event_time_ms, 5);
  const Sketch by_feed = Make({.body = "x", .timestamp_ms = 0, .published_ms = 7});
  EXPECT_EQ(by_feed.event_time_ms, 7);
  EXPECT_TRUE(by_feed.time_from_feed);
  EXPECT_EQ(Make({.body = "x", .timestamp_ms = 0}).event_time_ms, 0);
}

TEST_F(SketchTest, CapsTheTimeByTheClock) {
  Batch batch;
  Article& article = batch.Add({.timestamp_ms = kNoon + 5, .value = "x"});
  Sketcher sketcher;
  EXPECT_EQ(sketcher.Make(article, kNoon).event_time_ms, kNoon);
  EXPECT_EQ(sketcher.Make(article, 0).event_time_ms, kNoon + 5);
}

TEST_F(SketchTest, OfTextsWithHalfInCommonSharesHalfTheSignature) {
  const std::string half = News(400).body;
  const Sketch a = Make({.body = half + "\n\n" + News(200).body});
  const Sketch b = Make({.body = half + "\n\n" + News(200).body});
  size_t same = 0;
  for (size_t i = 0; i < a.signature.size(); ++i) same += a.signature[i] == b.signature[i];
  EXPECT_GT(same, Sketch::kSignatureBins / 3);
  EXPECT_LT(same, Sketch::kSignatureBins * 2 / 3);
}

TEST(MakePolicy, NamesTheValuesNotTheirSpelling) {
  config::v1::Dedup defaults;
  config::v1::Dedup written;
  written.set_window_hours(72);
  config::v1::Dedup other;
  other.set_window_hours(73);
  EXPECT_EQ((*MakePolicy(defaults))->name, (*MakePolicy(written))->name);
  EXPECT_NE((*MakePolicy(defaults))->name, (*MakePolicy(other))->name);
  EXPECT_EQ((*MakePolicy(defaults))->name.size(), 11);
}

TEST(MakePolicy, RefusesWhatIsOutOfLimits) {
  config::v1::Dedup config;
  config.set_min_containment_percent(101);
  EXPECT_EQ(MakePolicy(config).status().message(),
            "dedup.min_containment_percent: 101 is not within 1 to 100");
}

}  // namespace
}  // namespace newsfeed::dedup
