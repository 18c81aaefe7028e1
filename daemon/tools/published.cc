#include "daemon/tools/published.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <string>
#include <utility>

#include "daemon/article_value.h"

namespace newsfeed::tools {

using google::protobuf::internal::WireFormatLite;

std::optional<v1::Dedup> DedupOf(std::string_view value) {
  if (IsJsonValue(value)) {
    v1::EnrichedArticle whole;
    if (!ParseArticleValue(value, whole) || !whole.has_dedup()) return std::nullopt;
    return std::move(*whole.mutable_dedup());
  }
  const std::string_view article = MessageOf(value);
  constexpr uint32_t kDedupTag = WireFormatLite::MakeTag(v1::EnrichedArticle::kDedupFieldNumber,
                                                         WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(article.data()),
                                            static_cast<int>(article.size()));
  std::string bytes;
  while (const uint32_t tag = in.ReadTag()) {
    if (tag != kDedupTag) {
      if (!WireFormatLite::SkipField(&in, tag)) return std::nullopt;
      continue;
    }
    int size = 0;
    v1::Dedup dedup;
    if (!in.ReadVarintSizeAsInt(&size) || !in.ReadString(&bytes, size) ||
        !dedup.ParseFromString(bytes)) {
      return std::nullopt;
    }
    return dedup;
  }
  return std::nullopt;
}

}  // namespace newsfeed::tools
