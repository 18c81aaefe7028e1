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

// The entities alone, added to a message that has everything else.
void AddEntities(const Article& article, v1::EnrichedArticle& out);

// The same for parts that other messages hold too (newsfeed.v1.IndexEntry).
void ToProto(const Origin& origin, v1::Origin& out);
void ToProto(const DedupResult& result, v1::Dedup& out);

// Back again: views of `message`, which must outlive the result.
Origin FromProto(const v1::Origin& message);
DedupResult FromProto(const v1::Dedup& message);

}  // namespace newsfeed
