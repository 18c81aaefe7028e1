#include "processors/decode/format.h"

#include <gtest/gtest.h>

namespace newsfeed::decode {
namespace {

TEST(FormatByContentType, KnowsTheTypes) {
  EXPECT_EQ(FormatByContentType("application/json"), Format::kJson);
  EXPECT_EQ(FormatByContentType("Application/LD+JSON; charset=utf-8"), Format::kJson);
  EXPECT_EQ(FormatByContentType("text/html;charset=x"), Format::kHtml);
  EXPECT_EQ(FormatByContentType("text/plain"), Format::kText);
  EXPECT_EQ(FormatByContentType("application/octet-stream"), std::nullopt);
  EXPECT_EQ(FormatByContentType(""), std::nullopt);
}

TEST(FormatByFileName, KnowsTheEndings) {
  EXPECT_EQ(FormatByFileName("a/b.ndjson.gz"), Format::kJson);
  EXPECT_EQ(FormatByFileName("b.HTM"), Format::kHtml);
  EXPECT_EQ(FormatByFileName("b.txt"), Format::kText);
  EXPECT_EQ(FormatByFileName("articles.raw"), std::nullopt);
  EXPECT_EQ(FormatByFileName(".txt"), std::nullopt);
}

TEST(SniffFormat, LooksAtTheFirstBytes) {
  EXPECT_EQ(SniffFormat(" \n{\"a\":1}"), Format::kJson);
  EXPECT_EQ(SniffFormat("[{}]"), Format::kJson);
  EXPECT_EQ(SniffFormat("<!DOCTYPE html>"), Format::kHtml);
  EXPECT_EQ(SniffFormat("\r\n<p>x"), Format::kHtml);
  EXPECT_EQ(SniffFormat("< 5 people"), Format::kText);
  EXPECT_EQ(SniffFormat("Ships"), Format::kText);
  EXPECT_EQ(SniffFormat(""), Format::kText);
}

}  // namespace
}  // namespace newsfeed::decode
