// Article to newsfeed.v1 messages: the one place that fills them.
#pragma once

#include <string_view>

#include "newsfeed/v1/article.pb.h"
#include "processors/article/article.h"

namespace newsfeed {

// What is the same for all articles of a process.
struct ProcessingStamp {
  std::string_view version;
  std::string_view config_digest;
};

// Fills `out` (cleared first; reuse it, its memory is kept) from a live article. Quotes of removed
// text are cut at `max_removed_text_bytes`; a cut one carries its hash.
void ToProto(const Article& article, const ProcessingStamp& stamp,
             uint32_t max_removed_text_bytes, v1::EnrichedArticle& out);

}  // namespace newsfeed
