#include "processors/article/schema_org.h"

#include <algorithm>
#include <array>

namespace newsfeed {
namespace {

// Types below https://schema.org/Article whose names do not end in "Article", and Review, as which
// sites write their critics' pieces. "ClaimReview" tells of what others said.
constexpr std::array<std::string_view, 5> kArticleTypes = {
    "BlogPosting", "LiveBlogPosting", "Report", "Review", "SocialMediaPosting"};

}  // namespace

bool IsArticleType(std::string_view type) {
  const size_t prefix = type.find_last_of("/#:");
  if (prefix != type.npos) type.remove_prefix(prefix + 1);
  return type.ends_with("Article") || std::ranges::find(kArticleTypes, type) != kArticleTypes.end();
}

}  // namespace newsfeed
