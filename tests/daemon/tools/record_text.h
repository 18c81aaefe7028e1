// Records for tests of tools: owns what a PolledRecord only points to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "daemon/kafka/kafka_client.h"
#include "daemon/record_headers.h"
#include "newsfeed/v1/article.pb.h"
#include "processors/text/hash.h"

namespace newsfeed::testing {

struct RecordText {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  std::vector<std::pair<std::string, std::string>> headers{};

  RecordText With(std::string_view name, std::string text) && {
    headers.emplace_back(name, std::move(text));
    return std::move(*this);
  }
  // Made from the record at this place of the input.
  RecordText From(const std::string& input, int64_t at, int32_t input_partition = 0) && {
    return std::move(*this)
        .With(headers::kSourceTopic, input)
        .With(headers::kSourcePartition, std::to_string(input_partition))
        .With(headers::kSourceOffset, std::to_string(at));
  }
  // A dead letter of the record at this place of the input.
  RecordText DeadOf(const std::string& input, int64_t at, std::string_view replay = headers::kReplayInput) && {
    return std::move(*this)
        .With(headers::kErrorReason, "INVALID_JSON")
        .With(headers::kErrorStage, "decode")
        .With(headers::kErrorTopic, input)
        .With(headers::kErrorPartition, "0")
        .With(headers::kErrorOffset, std::to_string(at))
        .With(headers::kErrorReplay, std::string(replay));
  }

  // The hash of the input's value, as it goes with each outcome.
  RecordText Of(std::string_view input_value) && {
    const bool dead = !headers.empty() && headers.back().first == headers::kErrorReplay;
    return std::move(*this).With(dead ? headers::kErrorHash : headers::kSourceHash,
                                 fmt::format("{:016x}", text::Hash(input_value)));
  }

  std::vector<Header> HeaderViews() const {
    std::vector<Header> views;
    for (const auto& [name, text] : headers) views.push_back({name, text});
    return views;
  }
};

// Calls `take` with the record as it would be polled.
template <typename Take>
void AsPolled(const RecordText& text, Take take) {
  const std::vector<Header> headers = text.HeaderViews();
  kafka::PolledRecord record{text.topic, text.partition, text.offset, 0, {}, {}, headers};
  if (text.key) record.key = *text.key;
  if (text.value) record.value = *text.value;
  take(record);
}

// A serialized article judged a DUPLICATE of the record at this place of the input.
inline std::string DuplicateOf(const std::string& input, int64_t at) {
  v1::EnrichedArticle article;
  article.set_id("copy");
  article.set_body("The bridge will stay closed until spring.");
  article.mutable_dedup()->set_verdict(v1::Dedup::DUPLICATE);
  article.mutable_dedup()->set_canonical_id("original");
  article.mutable_dedup()->mutable_canonical_origin()->set_topic(input);
  article.mutable_dedup()->mutable_canonical_origin()->set_offset(at);
  return article.SerializeAsString();
}

}  // namespace newsfeed::testing
