// Which versions of an article are shown where there are more than can be.
#include "daemon/tools/why.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsfeed::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

FoundVersion At(int64_t time, size_t body_bytes = 10) {
  FoundVersion version;
  version.article.set_title("t" + std::to_string(time));
  version.article.set_body(std::string(body_bytes, 'b'));
  version.article.mutable_origin()->set_timestamp(time);
  return version;
}

std::vector<std::string> Titles(const std::vector<FoundVersion>& versions) {
  std::vector<std::string> titles;
  for (const FoundVersion& version : versions) titles.push_back(version.article.title());
  return titles;
}

TEST(NewestVersions, OfManyTheNewestAreKept) {
  NewestVersions newest(2, 1 << 20);
  for (int64_t time : {5, 1, 9, 7}) newest.Add(At(time));
  EXPECT_EQ(newest.left_out(), 2);
  const auto versions = std::move(newest).Take();
  EXPECT_THAT(Titles(versions), ElementsAre("t7", "t9"));
  EXPECT_EQ(versions.front().article.body(), "");
  EXPECT_EQ(versions.back().article.body(), std::string(10, 'b')) << "is shown beside its original";
}

TEST(NewestVersions, TheirBytesAreBounded) {
  NewestVersions newest(100, 1000);
  for (int64_t time = 1; time <= 100; ++time) newest.Add(At(time, 100));
  EXPECT_GT(newest.left_out(), 0);
  newest.Add(At(101, 5000));
  EXPECT_EQ(newest.left_out(), 100) << "the newest is kept, whatever its size";
}

TEST(NewestVersions, WhatIsLeftOutIsTold) {
  FoundArticle found{.id = "a", .versions = {}, .left_out = 3, .dead_letters = {}, .open_transactions = {}};
  found.versions.push_back(At(1));
  EXPECT_THAT(TextOf(found, config::v1::Config(), 0), HasSubstr("3 older versions are not shown"));
  EXPECT_THAT(JsonOf(found), HasSubstr(R"("olderVersions":3)"));
}

}  // namespace
}  // namespace newsfeed::tools
