// Published articles as the values of records, in each form that `outputs` knows:
//
//   PROTOBUF                 the message
//   JSON                     proto3 JSON, one line
//   with a schema registry   0, the schema's number (4 bytes, big endian), 0 (the file's first
//                            message), the message
//
// A reader needs no configuration: a message begins with the tag of a field, which is neither 0 nor
// '{'. Free functions, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "newsfeed/v1/article.pb.h"

namespace newsfeed {

// Confluent's wire format. EnrichedArticle is the first message of its file: the list of indexes
// [0] is one byte.
inline constexpr size_t kSchemaHeadBytes = 6;
std::array<char, kSchemaHeadBytes> SchemaHead(uint32_t schema_id);
// By topic.
using SchemaIds = std::map<std::string, uint32_t, std::less<>>;

// The serialized message within a value that is not JSON.
std::string_view MessageOf(std::string_view value);
bool IsJsonValue(std::string_view value);

// False: the value is no article, or null.
bool ParseArticleValue(std::string_view value, v1::EnrichedArticle& article);

}  // namespace newsfeed
