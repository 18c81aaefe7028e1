#include "daemon/article_value.h"

#include <gtest/gtest.h>

#include <string>

#include "daemon/file/json_writer.h"

namespace newsfeed {
namespace {

v1::EnrichedArticle Example() {
  v1::EnrichedArticle article;
  article.set_id("a1");
  article.set_title("Über alles");
  article.mutable_dedup()->set_verdict(v1::Dedup::UPDATE);
  return article;
}

std::string Framed(uint32_t id, const std::string& message) {
  const auto head = SchemaHead(id);
  return std::string(head.data(), head.size()) + message;
}

std::string Json(const v1::EnrichedArticle& article) {
  std::string json;
  file::AppendJson(article, json);
  return json;
}

TEST(ArticleValue, TheHeadIsThatOfConfluent) {
  EXPECT_EQ(Framed(0x01020304, ""), std::string("\0\1\2\3\4\0", 6));
}

TEST(ArticleValue, EachFormIsReadBack) {
  const std::string message = Example().SerializeAsString();
  for (const std::string& value : {message, Framed(7, message), Json(Example())}) {
    v1::EnrichedArticle article;
    EXPECT_TRUE(ParseArticleValue(value, article));
    EXPECT_EQ(article.SerializeAsString(), message);
  }
}

TEST(ArticleValue, OtherBytesAreNone) {
  v1::EnrichedArticle article;
  for (const std::string_view value : {std::string_view(), std::string_view("{bad"), std::string_view("\0\0\0", 3),
                                       std::string_view("<html>"), std::string_view("[]")}) {
    EXPECT_FALSE(ParseArticleValue(value, article)) << value;
  }
}

}  // namespace
}  // namespace newsfeed
