// Properties of the index: rolled back = never done, restored = live, out of the window = invisible.
#include "processors/dedup/index.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/processors/dedup/judging.h"
#include "tests/processors/dedup/variants.h"

namespace newsfeed::dedup {
namespace {

using newsfeed::testing::Judging;
using newsfeed::testing::kAllVariants;
using newsfeed::testing::kHour;
using newsfeed::testing::kNoon;
using newsfeed::testing::NewsGenerator;
using newsfeed::testing::NewsText;
using newsfeed::testing::TestArticle;

config::v1::Dedup Config(uint32_t window_hours, uint32_t max_entries) {
  config::v1::Dedup config;
  config.set_window_hours(window_hours);
  config.set_max_entries(max_entries);
  return config;
}

// A feed in which everything happens: copies, updates, ids again, redeliveries, kill notices, jumps
// of the clock, other topics, one body under many titles.
class Feed {
 public:
  explicit Feed(uint64_t seed) : generator_(seed) {}

  struct Item {
    std::string sketch, id, topic;
    int64_t offset = 0;
    int64_t timestamp_ms = 0;
  };

  Item Next() {
    if (!items_.empty() && generator_.Below(15) == 0) {
      return items_[items_.size() - 1 - generator_.Below(std::min<size_t>(items_.size(), 20))];
    }
    TestArticle article = Article();
    clock_ms_ += static_cast<int64_t>(generator_.Below(1800)) * 1000;
    article.timestamp_ms = clock_ms_ - static_cast<int64_t>(generator_.Below(2)) * kHour;
    Item item{std::string(sketcher_.Encoded(article)), article.id,
              "topic" + std::to_string(generator_.Below(4)), next_offset_++, article.timestamp_ms};
    items_.push_back(item);
    return item;
  }

 private:
  TestArticle Article() {
    const auto below = [&](uint64_t n) { return generator_.Below(n); };
    NewsText text = generator_.Article(20 + below(200));
    if (!texts_.empty() && below(2) == 0) {
      const auto variant = kAllVariants[below(std::size(kAllVariants))];
      text = generator_.Make(variant, texts_[texts_.size() - 1 - below(std::min<size_t>(
                                          texts_.size(), 30))], text);
    }
    // One body under many titles: what is counted must be restored too.
    if (below(8) == 0) text.body = chrome_;
    texts_.push_back(text);
    return {.id = "id" + std::to_string(below(10) == 0 ? below(200) : 1000 + texts_.size()),
            .title = text.title,
            .body = text.body,
            .source = "s" + std::to_string(below(3)),
            .pub_status = below(20) == 0 ? PubStatus::kCanceled : PubStatus::kUsable,
            .low_information = below(20) == 0};
  }

  NewsGenerator generator_;
  const std::string chrome_ = generator_.Chrome(40);
  Judging sketcher_;
  std::vector<NewsText> texts_;
  std::vector<Item> items_;
  int64_t clock_ms_ = kNoon;
  int64_t next_offset_ = 0;
};

IndexEntry Take(Judge& judge, const Feed::Item& item) {
  IndexEntry entry = judge.Consider(
      {.prepared_offset = judge.index().last_prepared_offset() + 1,
       .sketch = item.sketch,
       .origin = {item.topic, {0}, {item.offset}, item.timestamp_ms},
       .id = item.id});
  EXPECT_TRUE(judge.Insert(entry).ok());
  return entry;
}

std::shared_ptr<const Policy> PolicyOf(const config::v1::Dedup& config) {
  return *MakePolicy(config);
}

class IndexProperty : public ::testing::TestWithParam<uint64_t> {};

TEST_P(IndexProperty, RolledBackIsNeverDone) {
  Feed feed(GetParam());
  NewsGenerator dice(GetParam() + 1000);
  Judge straight(PolicyOf(Config(48, 150)));
  Judge shaken(PolicyOf(Config(48, 150)));
  for (int batch = 0; batch < 40; ++batch) {
    std::vector<Feed::Item> items(1 + dice.Below(20));
    for (Feed::Item& item : items) item = feed.Next();
    // A false start over some of them, in another order.
    for (uint64_t n = dice.Below(2 * items.size()); n > 0; --n) {
      Take(shaken, items[dice.Below(items.size())]);
    }
    shaken.EvictBefore(dice.Below(3) == 0 ? shaken.index().clock_ms() : 0);
    shaken.Rollback();
    for (const Feed::Item& item : items) {
      Take(shaken, item);
      Take(straight, item);
      straight.Commit();
    }
    shaken.Commit();
    ASSERT_EQ(shaken.index().Digest(), straight.index().Digest()) << batch;
  }
  EXPECT_LE(straight.index().size(), 150);
}

// The policy changes on the way; the log is read from its start and from its middle.
TEST_P(IndexProperty, RestoredIsLive) {
  Feed feed(GetParam());
  std::vector<std::string> log;
  const auto keep = [&](const IndexEntry& entry) {
    v1::IndexEntry message;
    ToProto(entry, message);
    log.push_back(message.SerializeAsString());
  };
  const config::v1::Dedup policies[] = {Config(72, 100), Config(24, 100), Config(24, 40),
                                        Config(96, 120)};
  auto live = std::make_unique<Judge>(PolicyOf(policies[0]));
  for (const config::v1::Dedup& config : policies) {
    auto next = std::make_unique<Judge>(PolicyOf(config));
    v1::IndexEntry message;
    for (const std::string& bytes : log) {
      ASSERT_TRUE(message.ParseFromString(bytes));
      ASSERT_TRUE(next->Apply(FromProto(message)).ok());
      if (log.size() % 7 == 0) next->Commit();
      // Seen twice, taken once.
      ASSERT_TRUE(next->Apply(FromProto(message)).ok());
    }
    next->Commit();
    ASSERT_EQ(next->index().Digest(), live->index().Digest());
    live = std::move(next);
    for (int i = 0; i < 100; ++i) keep(Take(*live, feed.Next()));
    live->Commit();
  }
}

// A reload in office.
TEST_P(IndexProperty, APolicySetInOfficeHoldsFromTheNextEntryOn) {
  Feed feed(GetParam());
  Judge live(PolicyOf(Config(72, 100)));
  Judge standby(PolicyOf(Config(72, 100)));
  for (const config::v1::Dedup& config : {Config(72, 100), Config(24, 40), Config(96, 120)}) {
    const auto policy = PolicyOf(config);
    const bool changes = live.index().policy() == nullptr || live.index().policy()->name != policy->name;
    live.SetPolicy(policy);
    for (int i = 0; i < 60; ++i) {
      const Feed::Item item = feed.Next();
      // An abort takes the change back, too.
      if (i == 0) {
        Take(live, item);
        live.Rollback();
      }
      const IndexEntry entry = Take(live, item);
      EXPECT_EQ(entry.policy.has_value(), i == 0 && changes);
      v1::IndexEntry message;
      ToProto(entry, message);
      live.Commit();
      ASSERT_TRUE(standby.Apply(FromProto(message)).ok());
      standby.Commit();
      ASSERT_EQ(standby.index().Digest(), live.index().Digest());
    }
  }
}

TEST_P(IndexProperty, RestoredFromATrimmedLogIsLive) {
  Feed feed(GetParam());
  Judge live(PolicyOf(Config(24, 60)));
  std::vector<std::string> log;
  for (int i = 0; i < 300; ++i) {
    v1::IndexEntry message;
    ToProto(Take(live, feed.Next()), message);
    log.push_back(message.SerializeAsString());
    live.Commit();
  }
  Judge restored(PolicyOf(Config(24, 60)));
  restored.Reserve(20'000);  // tables of another size
  for (size_t i = 150; i < log.size(); ++i) {
    v1::IndexEntry message;
    ASSERT_TRUE(message.ParseFromString(log[i]));
    ASSERT_TRUE(restored.Apply(FromProto(message)).ok());
  }
  restored.Commit();
  EXPECT_EQ(restored.index().size(), live.index().size());
  for (int i = 0; i < 100; ++i) {
    const Feed::Item item = feed.Next();
    const DedupResult expected = Take(live, item).dedup;
    const DedupResult result = Take(restored, item).dedup;
    ASSERT_EQ(result.verdict, expected.verdict);
    ASSERT_EQ(result.canonical_id, expected.canonical_id);
    ASSERT_EQ(result.story_id, expected.story_id);
    ASSERT_EQ(result.rule, expected.rule);
  }
}

INSTANTIATE_TEST_SUITE_P(, IndexProperty, ::testing::Range<uint64_t>(1, 9));

class IndexTest : public ::testing::Test {
 protected:
  // An article like no other, which comes this many hours after noon.
  TestArticle At(int64_t hours) {
    const NewsText text = generator_.Article(100);
    return {.id = std::to_string(next_id_++), .title = text.title, .body = text.body,
            .timestamp_ms = kNoon + hours * kHour};
  }
  static TestArticle CopyOf(TestArticle article, int64_t hours) {
    article.id += " at " + std::to_string(hours);
    article.timestamp_ms = kNoon + hours * kHour;
    return article;
  }

  NewsGenerator generator_{3};
  int next_id_ = 0;
};

TEST_F(IndexTest, SeesToTheEdgeOfTheWindow) {
  Judging judging(Config(24, 100));
  const TestArticle first = At(0);
  judging.Take(first);
  EXPECT_EQ(judging.Take(CopyOf(first, 24)).verdict, Verdict::kDuplicate);
  EXPECT_EQ(judging.Take(CopyOf(first, 25)).verdict, Verdict::kUnique);
}

TEST_F(IndexTest, ForgetsByTheClockOfAnyArticle) {
  Judging judging(Config(24, 100));
  const TestArticle first = At(0);
  judging.Take(first);
  judging.Take(At(30));
  EXPECT_EQ(judging.Take(CopyOf(first, 1)).verdict, Verdict::kUnique) << "the clock is at hour 30";
  EXPECT_EQ(judging.judge().index().probe().evicted_by_window, 1);
}

TEST_F(IndexTest, ForgetsTheOldestBeyondTheCap) {
  Judging judging(Config(24, 3));
  const TestArticle first = At(0);
  const TestArticle second = At(0);
  judging.Take(first);
  judging.Take(second);
  judging.Take(At(0));
  judging.Take(At(0));
  EXPECT_EQ(judging.judge().index().size(), 3);
  EXPECT_EQ(judging.Take(CopyOf(first, 0)).verdict, Verdict::kUnique);
  EXPECT_EQ(judging.judge().index().probe().evicted_by_cap, 2);
}

TEST_F(IndexTest, TakesAnArticleWithoutTimeAtItsOwnClock) {
  Judging judging;
  judging.Take(At(5));
  TestArticle article = At(0);
  article.timestamp_ms = 0;
  EXPECT_EQ(judging.TakeEntry(article).clock_ms, kNoon + 5 * kHour);
}

TEST_F(IndexTest, IsNotEmptiedByOneDateOfTheFeedInTheFuture) {
  Judging judging(Config(72, 100));
  const TestArticle first = At(0);
  judging.Take(first);
  TestArticle future = At(0);
  future.timestamp_ms = 0;
  future.published_ms = kNoon + 700'000 * kHour;
  judging.Take(future);
  EXPECT_EQ(judging.Take(CopyOf(first, 1)).verdict, Verdict::kDuplicate);
}

TEST_F(IndexTest, IgnoresEntriesItHas) {
  Judging judging;
  judging.Encoded(At(0));
  IndexEntry entry = judging.TakeEntry(At(0));
  const uint64_t digest = judging.judge().index().Digest();
  entry.sketch = {};
  EXPECT_TRUE(judging.judge().Apply(entry).ok());
  EXPECT_EQ(judging.judge().index().Digest(), digest);
}

TEST_F(IndexTest, RefusesALogThatGoesBack) {
  Judging judging;
  IndexEntry entry = judging.TakeEntry(At(0));
  entry.sketch = {};
  entry.prepared_offset = 100;
  EXPECT_EQ(judging.judge().Apply(entry).code(), absl::StatusCode::kDataLoss);
}

TEST_F(IndexTest, FreesMemoryBehindTheWindow) {
  Judging judging(Config(1, 100));
  for (int hour = 0; hour < 20'000; ++hour) {
    judging.Take({.id = "a", .title = "t", .body = std::to_string(hour) + " a b c d e f g h i j",
                  .timestamp_ms = kNoon + hour * kHour});
    judging.judge().Commit();
  }
  EXPECT_LT(judging.judge().index().reserved_bytes(), 8'000'000);
}

TEST_F(IndexTest, FindsAllWhenTablesHaveGrown) {
  Judging judging;
  std::vector<TestArticle> articles;
  for (int i = 0; i < 12'000; ++i) {
    articles.push_back({.id = std::to_string(i), .body = generator_.Article(25).body});
    judging.Take(articles.back());
    if (i % 50 == 0) judging.judge().Commit();
  }
  judging.judge().Commit();
  for (size_t i = 0; i < articles.size(); i += 37) {
    EXPECT_EQ(judging.Take(CopyOf(articles[i], 0)).canonical_id, articles[i].id);
  }
}

// All entries without a URL would be one chain, walked whole whenever its bucket is split.
TEST(Postings, AnEntryWithoutAKeyIsInNoChain) {
  EntryStore store;
  Postings postings(&store);
  Keys keys{};
  const auto insert = [&](uint32_t url_key) {
    keys[static_cast<size_t>(List::kUrl)] = url_key;
    const uint64_t ordinal = store.Append(IndexEntry{}, Sketch{}, /*original=*/false, kLookups);
    postings.Insert(ordinal, keys);
    return ordinal;
  };
  const auto found = [&](List list, uint32_t key) {
    std::vector<uint64_t> ordinals;
    postings.ForEach(static_cast<size_t>(list), key, {.first = 1, .end = store.end()}, [&](uint64_t ordinal) {
      ordinals.push_back(ordinal);
      return true;
    });
    return ordinals;
  };
  const uint64_t first = insert(7);
  insert(kNoKey);
  const uint64_t last = insert(7);
  EXPECT_EQ(found(List::kUrl, 7), (std::vector<uint64_t>{last, first}));
  EXPECT_EQ(found(List::kUrl, kNoKey), std::vector<uint64_t>());
  EXPECT_EQ(found(List::kId, 0).size(), 3);
  postings.Remove(last, keys);
  store.PopBack();
  keys[static_cast<size_t>(List::kUrl)] = kNoKey;
  postings.Remove(last - 1, keys);
  store.PopBack();
  EXPECT_EQ(found(List::kUrl, 7), std::vector<uint64_t>{first});
  EXPECT_EQ(found(List::kId, 0), std::vector<uint64_t>{first});
}

}  // namespace
}  // namespace newsfeed::dedup
