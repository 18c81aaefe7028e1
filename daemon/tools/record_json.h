// Records of newsfeed's topics as JSON lines.
//
//   enriched, duplicates   the EnrichedArticle, as `newsfeedd decode` prints it from files
//   ID-prepared            {"partition","offset","source","sketchBytes","prepared":{…}}
//   ID-judged              the same with "dedup":{…}, and "promoted"
//   ID-index               {"partition","offset","entry":{… the sketch in base64}}
//   all others             {"partition","offset","timestamp","key","headers":{…},"value_base64"}
//
// A value that is not what its topic should hold is printed like those of all others. Headers may
// repeat; the last one counts and is printed.
#pragma once

#include <string>
#include <string_view>

#include "daemon/kafka/kafka_client.h"
#include "daemon/tools/trade_format.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::tools {

// Articles in `format`.
std::string ToJson(const kafka::PolledRecord& record, const config::v1::Config& config,
                   ArticleFormat format = ArticleFormat::kNewsfeed);

// Whether `topic` holds articles: enriched or duplicates.
bool HoldsArticles(std::string_view topic, const config::v1::Config& config);

// As of "all others".
std::string ToRawJson(const kafka::PolledRecord& record);

}  // namespace newsfeed::tools
