#include "tests/processors/dedup/judging.h"

#include <gtest/gtest.h>

namespace newsfeed::testing {
namespace {

Article& Fill(Batch& batch, const TestArticle& given) {
  Article& article = batch.Add({.timestamp_ms = given.timestamp_ms, .value = given.body});
  article.id = given.id;
  article.title = given.title;
  article.body = given.body;
  article.url = given.url;
  article.source_domain = given.source;
  article.language = given.language;
  article.pub_status = given.pub_status;
  article.low_information = given.low_information;
  if (given.published_ms) article.published = FeedTime{.unix_ms = *given.published_ms};
  return article;
}

}  // namespace

dedup::Sketch Judging::Sketch(const TestArticle& article) {
  batch_.Clear();
  return sketcher_.Make(Fill(batch_, article), 0);
}

std::string_view Judging::Encoded(const TestArticle& article) {
  return Encode(Sketch(article), batch_.arena());
}

dedup::IndexEntry Judging::TakeEntry(const TestArticle& article) {
  const std::string_view sketch = Encoded(article);
  kept_.push_back(article);
  if (kept_.size() > 4) kept_.pop_front();
  const int64_t offset = article.offset >= 0 ? article.offset : next_offset_++;
  dedup::IndexEntry entry = judge_.Consider(
      {.prepared_offset = judge_.index().last_prepared_offset() + 1,
       .sketch = sketch,
       .origin = {"test", {0}, {offset}, article.timestamp_ms},
       .id = kept_.back().id});
  EXPECT_TRUE(judge_.Insert(entry).ok());
  return entry;
}

}  // namespace newsfeed::testing
