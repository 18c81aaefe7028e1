#include "processors/article/schema_org.h"

#include <gtest/gtest.h>

namespace newsfeed {
namespace {

TEST(IsArticleType, KnowsArticlesOfSchemaOrg) {
  for (const char* type : {"Article", "NewsArticle", "ReportageNewsArticle", "LiveBlogPosting", "BlogPosting", "Report",
                           "SocialMediaPosting", "Review", "https://schema.org/NewsArticle", "http:\\/\\/schema.org\\/Report",
                           "schema:BlogPosting", "https://example.com/terms#Report"}) {
    EXPECT_TRUE(IsArticleType(type)) << type;
  }
  for (const char* type : {"", "WebPage", "Organization", "ClaimReview", "ArticleSection", "https://schema.org/"}) {
    EXPECT_FALSE(IsArticleType(type)) << type;
  }
}

}  // namespace
}  // namespace newsfeed
