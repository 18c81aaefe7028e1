#include "daemon/article_value.h"

#include <google/protobuf/util/json_util.h>

namespace newsfeed {

std::array<char, kSchemaHeadBytes> SchemaHead(uint32_t schema_id) {
  return {0,
          static_cast<char>(schema_id >> 24),
          static_cast<char>(schema_id >> 16),
          static_cast<char>(schema_id >> 8),
          static_cast<char>(schema_id),
          0};
}

std::string_view MessageOf(std::string_view value) {
  const bool has_head = value.size() >= kSchemaHeadBytes && value.front() == 0;
  return has_head ? value.substr(kSchemaHeadBytes) : value;
}

bool IsJsonValue(std::string_view value) { return value.starts_with('{'); }

bool ParseArticleValue(std::string_view value, v1::EnrichedArticle& article) {
  if (value.data() == nullptr) return false;
  if (IsJsonValue(value)) {
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;  // of a newer version
    return google::protobuf::util::JsonStringToMessage({value.data(), value.size()}, &article,
                                                       options)
        .ok();
  }
  const std::string_view message = MessageOf(value);
  return article.ParseFromArray(message.data(), static_cast<int>(message.size()));
}

}  // namespace newsfeed
