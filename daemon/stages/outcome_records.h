// Outcomes as Kafka records: published articles, dead letters, filtered records, with their headers
// (daemon/record_headers.h).
//
// Keys, values and headers lie in the arena of the batch. One a worker.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/stages/hop.h"
#include "newsfeed/v1/article.pb.h"

namespace newsfeed::stages {

// The input record an article came from.
struct Source {
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = 0;
};

// Reads the newsfeed-source-* headers of a record between the stages. False: one is absent or no number.
bool ReadSource(const Article& record, Source& source);

class OutcomeRecords {
 public:
  explicit OutcomeRecords(const config::v1::Config& config);

  // The records of `batch` go to `out` from here on.
  void Begin(Batch& batch, HopOutput& out);

  // `message` as an enriched article or a duplicate. Too large: without its entities; still too large: false, and
  // nothing was added.
  bool AddArticle(const Article& article, const Source& source, v1::EnrichedArticle& message);

  // `article.fate` tells why. `late`: the record is a prepared article with its verdict.
  void AddDeadLetter(const Article& article, const Source& source, bool late);
  void AddFiltered(const Article& article, const Source& source);

  // A record of an internal topic with source headers, `more`, and what is passed through.
  void AddInternal(const std::string& topic, const Article& article, const Source& source, std::string_view value,
                   std::span<const Header> more);

  // Serialized into the batch.
  std::string_view Serialize(const google::protobuf::MessageLite& message);
  // Decimal digits in the batch.
  std::string_view Digits(int64_t number);

  // Bytes a record takes, headers included.
  static size_t SizeOf(std::string_view key, std::string_view value, std::span<const Header> headers);
  size_t max_internal_bytes() const { return max_internal_bytes_; }

 private:
  void AppendSource(const Source& source);
  void AppendPassedThrough(const Article& article);
  std::span<const Header> KeepHeaders();
  void Add(std::string_view topic, int64_t timestamp_ms, std::string_view key, std::string_view value,
           std::span<const Header> headers);

  const config::v1::Outputs outputs_;
  const size_t max_internal_bytes_;
  Batch* batch_ = nullptr;
  HopOutput* out_ = nullptr;
  std::vector<Header> headers_;  // of the record in hand
};

// The source of a record that was read from an input topic.
inline Source SourceOf(const Article& article) {
  return {article.origin.topic.name, article.origin.partition.value, article.origin.offset.value,
          article.timestamp_ms};
}

}  // namespace newsfeed::stages
