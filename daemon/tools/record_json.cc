#include "daemon/tools/record_json.h"

#include <absl/strings/escaping.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <map>
#include <utility>

#include "daemon/article_value.h"
#include "daemon/kafka/application.h"
#include "daemon/record_headers.h"
#include "daemon/tools/coordinates.h"
#include "daemon/tools/json_line.h"
#include "newsfeed/v1/internal.pb.h"

namespace newsfeed::tools {
namespace {

using kafka::PolledRecord;

// Room for one header on a screen; sketches and verdicts are binary anyway.
constexpr size_t kMaxHeaderBytes = 4096;

// By Protobuf's own writer: internal messages hold bytes, which file::AppendJson does not write.
std::string ProtoJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "null";
  return json;
}

bool Parse(std::string_view bytes, google::protobuf::Message& message) {
  return bytes.data() != nullptr &&
         message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

JsonLine Begin(const PolledRecord& record) {
  JsonLine line;
  line.Add("partition", record.partition).Add("offset", record.offset);
  return line;
}

std::string PreparedJson(const PolledRecord& record) {
  v1::Prepared prepared;
  if (!Parse(record.value, prepared)) return ToRawJson(record);
  JsonLine line = Begin(record);
  if (const auto source = SourceOf(record.headers)) {
    line.Add("source", CleanText(ToString(*source)));
  }
  line.Add("sketchBytes", headers::Last(record.headers, headers::kSketch).value_or("").size());
  v1::Dedup dedup;
  if (Parse(headers::Last(record.headers, headers::kVerdictDetail).value_or(std::string_view()),
            dedup)) {
    line.AddRaw("dedup", ProtoJson(dedup));
  }
  if (headers::Last(record.headers, headers::kPromoted)) line.Add("promoted", true);
  return std::move(line.AddRaw("prepared", ProtoJson(prepared))).Take();
}

std::string IndexJson(const PolledRecord& record) {
  v1::IndexEntry entry;
  if (!Parse(record.value, entry)) return ToRawJson(record);
  JsonLine line = Begin(record);
  return std::move(line.AddRaw("entry", ProtoJson(entry))).Take();
}

std::string ArticleJson(const PolledRecord& record, ArticleFormat format) {
  v1::EnrichedArticle article;
  if (!ParseArticleValue(record.value, article)) return ToRawJson(record);
  std::string json;
  AppendArticle(article, format, json);
  return json;
}

std::string HeadersJson(const PolledRecord& record) {
  std::map<std::string, std::string> members;
  for (const Header& header : record.headers) {
    members[CleanText(header.name)] = header.value.data() == nullptr
                                          ? "null"
                                          : JsonText(CleanText(header.value, kMaxHeaderBytes));
  }
  JsonLine line;
  for (const auto& [name, json] : members) line.AddRaw(name, json);
  return std::move(line).Take();
}

}  // namespace

std::string ToRawJson(const PolledRecord& record) {
  JsonLine line = Begin(record);
  line.Add("timestamp", record.timestamp_ms);
  if (record.key.data() != nullptr) {
    line.Add("key", CleanText(record.key));
  } else {
    line.AddRaw("key", "null");
  }
  line.AddRaw("headers", HeadersJson(record));
  if (record.value.data() == nullptr) return std::move(line.AddRaw("value_base64", "null")).Take();
  return std::move(line.Add("value_base64", absl::Base64Escape(absl::string_view(
                                                record.value.data(), record.value.size())))).Take();
}

bool HoldsArticles(std::string_view topic, const config::v1::Config& config) {
  const auto& outputs = config.outputs();
  return topic == outputs.enriched() || topic == outputs.duplicates() ||
         std::ranges::any_of(outputs.routes(), [&](const config::v1::Route& route) {
           return topic == route.topic();
         });
}

std::string ToJson(const PolledRecord& record, const config::v1::Config& config,
                   ArticleFormat format) {
  const kafka::InternalTopics internal = kafka::InternalTopicsOf(config);
  if (HoldsArticles(record.topic, config)) return ArticleJson(record, format);
  if (record.topic == internal.prepared || record.topic == internal.judged) {
    return PreparedJson(record);
  }
  if (record.topic == internal.index) return IndexJson(record);
  return ToRawJson(record);
}

}  // namespace newsfeed::tools
