#include "processors/article/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "processors/text/utf8.h"

namespace newsfeed {
namespace {

using ::testing::ElementsAre;

TEST(Batch, CopiesAllARecordPointsTo) {
  Batch batch;
  std::string value = "value", key = "key", name = "h", header = "v";
  const std::vector<Header> headers = {{name, header}, {"null", {}}};
  const Article& article =
      batch.Add({.id = {{"t"}, {1}, {2}}, .timestamp_ms = 5, .key = key, .value = value,
                 .headers = headers});
  value = key = name = header = "XXXXX";
  EXPECT_EQ(article.value, "value");
  EXPECT_EQ(article.key, "key");
  EXPECT_EQ(article.FindHeader("h"), "v");
  EXPECT_EQ(article.FindHeader("null"), std::nullopt);
  EXPECT_EQ(article.origin, (RecordId{{"t"}, {1}, {2}}));
  EXPECT_EQ(batch.value_bytes(), 5);
}

TEST(Batch, NullIsNotEmpty) {
  Batch batch;
  EXPECT_FALSE(batch.Add({}).has_value());
  EXPECT_TRUE(batch.Add({.value = ""}).has_value());
  EXPECT_TRUE(batch.articles()[0].key.data() == nullptr);
}

TEST(Batch, PayloadsArePaddedForReading) {
  Batch batch;
  for (int i = 0; i < 3000; ++i) batch.Add({.value = std::string(static_cast<size_t>(i), 'x')});
  char sum = 0;
  for (const Article& article : batch.articles()) {
    // The sanitizer would see a read beyond the memory.
    const char* end = article.value.data() + article.value.size();
    for (size_t i = 0; i < text::Arena::kPadding; ++i) sum = static_cast<char>(sum + end[i]);
  }
  EXPECT_EQ(batch.size(), 3000);
  volatile char used = sum;
  (void)used;
}

TEST(Batch, ResetArticlesKeepsTheRecords) {
  Batch batch;
  batch.Add({.id = {{"t"}, {0}, {7}}, .value = "v"});
  Article& article = batch.articles()[0];
  article.title = batch.arena().Keep("title");
  article.authors = {"a"};
  article.Reject(Reason::kInvalidJson, "why");
  batch.ResetArticles();
  EXPECT_TRUE(article.live());
  EXPECT_EQ(article.title, "");
  EXPECT_TRUE(article.authors.empty());
  EXPECT_EQ(article.value, "v");
  EXPECT_EQ(article.origin.offset.value, 7);
}

TEST(Batch, ClearedIsEmptyAndReusable) {
  Batch batch;
  batch.Add({.value = "one"}).entities.resize(3);
  batch.Clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.value_bytes(), 0);
  const Article& article = batch.Add({.value = "two"});
  EXPECT_EQ(article.value, "two");
  EXPECT_TRUE(article.entities.empty());
}

TEST(Fate, ChangesOnce) {
  Batch batch;
  Article& article = batch.Add({.value = "x"});
  article.Reject(Reason::kTooDeep, "first");
  article.Reject(Reason::kTooLarge, "second");
  article.Filter(FilterWhy::kTombstone);
  EXPECT_EQ(article.fate.reason, Reason::kTooDeep);
  EXPECT_EQ(article.fate.detail, "first");
  EXPECT_EQ(article.fate.kind, FateKind::kRejected);
}

TEST(Fate, DetailIsShortCleanUtf8) {
  Batch batch;
  Article& article = batch.Add({.value = "x"});
  article.Reject(Reason::kInvalidJson, std::string(300, 'a') + "\xFF");
  EXPECT_EQ(article.fate.detail.size(), Fate::kMaxDetailBytes);
  Article& other = batch.Add({.value = "x"});
  other.Reject(Reason::kInvalidJson, "a\x01" "b\xFF" "c");
  EXPECT_EQ(other.fate.detail, "a?b\uFFFDc");
}

}  // namespace
}  // namespace newsfeed
