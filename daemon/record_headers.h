// Names of the record headers that newsfeed writes. They are an API.
//
// A header may stand there more than once, since a dead letter keeps those it came with: the last
// one counts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "processors/article/record.h"

namespace newsfeed::headers {

// --- Where the article came from: on every record newsfeed writes but dead letters. Decimal
// numbers. ---
inline constexpr std::string_view kSourceTopic = "newsfeed-source-topic";
inline constexpr std::string_view kSourcePartition = "newsfeed-source-partition";
inline constexpr std::string_view kSourceOffset = "newsfeed-source-offset";
// Kafka timestamp of the input record, milliseconds since 1970.
inline constexpr std::string_view kSourceTimestamp = "newsfeed-source-timestamp";
// XXH3 of its value, 16 hexadecimal digits: tells a record from one that had its place before the
// topic was made anew.
inline constexpr std::string_view kSourceHash = "newsfeed-source-hash";

// --- Published articles. ---
inline constexpr std::string_view kContentType = "content-type";
inline constexpr std::string_view kArticleContentType =
    "application/x-protobuf; messageType=\"newsfeed.v1.EnrichedArticle\"";
inline constexpr std::string_view kJsonContentType = "application/json";
// Behind the head of Confluent's wire format.
inline constexpr std::string_view kFramedContentType =
    "application/x-protobuf; messageType=\"newsfeed.v1.EnrichedArticle\"; framing=confluent";
inline constexpr std::string_view kVerdict = "newsfeed-verdict";    // "UNIQUE"
inline constexpr std::string_view kLanguage = "newsfeed-language";  // "en"
// "1" on an article that `duplicates promote` published beside its duplicate.
inline constexpr std::string_view kPromoted = "newsfeed-promoted";
// Passed through from the input.
inline constexpr std::string_view kTraceParent = "traceparent";
inline constexpr std::string_view kTraceState = "tracestate";

// --- Filtered records. ---
inline constexpr std::string_view kFilterWhy = "newsfeed-filter-why";

// --- Dead letters. ---
inline constexpr std::string_view kErrorPrefix = "newsfeed-error-";
inline constexpr std::string_view kErrorReason = "newsfeed-error-reason";
inline constexpr std::string_view kErrorStage = "newsfeed-error-stage";
inline constexpr std::string_view kErrorDetail = "newsfeed-error-detail";
inline constexpr std::string_view kErrorTopic = "newsfeed-error-topic";
inline constexpr std::string_view kErrorPartition = "newsfeed-error-partition";
inline constexpr std::string_view kErrorOffset = "newsfeed-error-offset";
// As newsfeed-source-hash.
inline constexpr std::string_view kErrorHash = "newsfeed-error-hash";
inline constexpr std::string_view kErrorVersion = "newsfeed-error-version";
// Size and hash of a value that is not there because the dead-letter topic would not take it.
inline constexpr std::string_view kErrorStub = "newsfeed-error-stub";
// "1234 bytes, xxh3 0123456789abcdef"
std::string StubText(uint64_t bytes, uint64_t hash);
// Where `dead-letters replay` sends it: "input" (the original record), "judged" (a prepared article
// with its verdict).
inline constexpr std::string_view kErrorReplay = "newsfeed-error-replay";
inline constexpr std::string_view kReplayInput = "input";
inline constexpr std::string_view kReplayJudged = "judged";

// --- A receipt in the dead-letter topic, without key and value: the dead letter at these
// coordinates of this topic was replayed, in the same transaction. ---
inline constexpr std::string_view kReplayedPartition = "newsfeed-replayed-partition";
inline constexpr std::string_view kReplayedOffset = "newsfeed-replayed-offset";

// --- Between the stages. ---
inline constexpr std::string_view kSketch = "newsfeed-sketch";  // processors/dedup/sketch.h
inline constexpr std::string_view kVerdictDetail = "newsfeed-verdict-detail"; // newsfeed.v1.Dedup

// --- Reading them. ---

// The value of the last header called `name`; nothing where there is none or it is null.
std::optional<std::string_view> Last(std::span<const Header> headers, std::string_view name);

// Decimal digits and nothing else; no overflow.
std::optional<int64_t> ParseNumber(std::string_view digits);
std::optional<int32_t> ParsePartition(std::string_view digits);

// Of 16 hexadecimal digits; 0: no such text.
uint64_t ParseHash(std::string_view hex);

// The input record that an article came from. A view into the headers.
struct Source {
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = 0;
  uint64_t hash = 0;  // of its value; 0: not known, an older version wrote the record
};
// From the newsfeed-source-* headers; nothing where one but the hash is absent or no number.
std::optional<Source> ReadSource(std::span<const Header> headers);

}  // namespace newsfeed::headers
