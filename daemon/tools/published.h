// Parts of published messages, without parsing the whole.
#pragma once

#include <optional>
#include <string_view>

#include "newsfeed/v1/article.pb.h"

namespace newsfeed::tools {

// The verdict of a serialized EnrichedArticle; the body is skipped over. Nothing where there is
// none or the bytes are no such message.
std::optional<v1::Dedup> DedupOf(std::string_view article);

}  // namespace newsfeed::tools
