// Words of schema.org, for records and for the JSON-LD of pages.
#pragma once

#include <string_view>

namespace newsfeed {

// True for the `@type` of an article: "NewsArticle", "http://schema.org/LiveBlogPosting",
// "schema:Report".
bool IsArticleType(std::string_view type);

}  // namespace newsfeed
