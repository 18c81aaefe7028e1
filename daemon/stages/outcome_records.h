// Outcomes as Kafka records: published articles, dead letters, filtered records, with their headers
// (daemon/record_headers.h).
//
// Keys, values and headers lie in the arena of the batch. One a worker.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/record_headers.h"
#include "daemon/stages/article_routes.h"
#include "daemon/stages/hop.h"
#include "newsfeed/v1/article.pb.h"
#include "processors/text/hash.h"

namespace newsfeed::stages {

using headers::Source;

class OutcomeRecords {
 public:
  // Who wrote the headers of the records that are read: theirs of an input topic are believed
  // nothing.
  enum class Headers : uint8_t { kTheirs, kOurs };
  // `schema_ids`: see HopContext.
  OutcomeRecords(const config::v1::Config& config, Headers read,
                 const SchemaIds* schema_ids = nullptr);

  // Topics of articles: outputs and routes. Not of dead letters and filtered records.
  std::vector<std::string> ArticleTopics() const;
  // FAILED_PRECONDITION while articles cannot be written for want of a schema's number.
  absl::Status Ready() const;

  // The records of `batch` go to `out` from here on.
  void Begin(Batch& batch, HopOutput& out);

  // `message` as an enriched article or a duplicate, and to the topics of its routes. Too large:
  // without its entities; still too large: false, and nothing was added.
  bool AddArticle(const Article& article, const Source& source, v1::EnrichedArticle& message);

  struct DeadLetterForm {
    bool late = false;  // the record is a prepared article with its verdict
    bool stub = false;  // without its value: size and hash
    std::span<const Header> more = {};
  };
  // `article.fate` tells why.
  void AddDeadLetter(const Article& article, const Source& source, const DeadLetterForm& form);
  void AddFiltered(const Article& article, const Source& source);

  // A record of an internal topic with source headers, `more`, and what is passed through.
  void AddInternal(const std::string& topic, const Article& article, const Source& source,
                   std::string_view value, std::span<const Header> more);

  // Serialized into the batch.
  std::string_view Serialize(const google::protobuf::MessageLite& message);
  // Decimal digits in the batch.
  std::string_view Digits(int64_t number);

  // Bytes a record takes, headers included.
  static size_t SizeOf(std::string_view key, std::string_view value,
                       std::span<const Header> headers);
  size_t max_internal_bytes() const { return max_internal_bytes_; }

 private:
  // `message` as a value of `topic`.
  std::string_view Encode(std::string_view topic, const v1::EnrichedArticle& message);
  // An encoded article as a value of another topic.
  std::string_view Reframe(std::string_view value, std::string_view topic);
  uint32_t SchemaIdOf(std::string_view topic) const { return schema_ids_->find(topic)->second; }
  std::string_view ContentType() const;
  bool framed() const { return !outputs_.schema_registry().url().empty(); }
  void AppendSource(const Source& source);
  // Nothing where it is not known.
  void AppendHash(std::string_view name, uint64_t hash);
  void AppendPassedThrough(const Article& article);
  std::span<const Header> KeepHeaders();
  void Add(std::string_view topic, int64_t timestamp_ms, std::string_view key,
           std::string_view value, std::span<const Header> headers);

  const config::v1::Outputs outputs_;
  const ArticleRoutes routes_;
  const SchemaIds* const schema_ids_;
  const bool ours_;
  const size_t max_internal_bytes_;
  Batch* batch_ = nullptr;
  HopOutput* out_ = nullptr;
  std::vector<Header> headers_;  // of the record in hand
  std::vector<size_t> matching_;  // routes of the record in hand
  std::string json_;
};

// The source of a record that was read from an input topic.
inline Source SourceOf(const Article& article) {
  return {article.origin.topic.name, article.origin.partition.value, article.origin.offset.value,
          article.timestamp_ms,
          article.oversize_bytes > 0 ? article.oversize_hash : text::Hash(article.value)};
}

}  // namespace newsfeed::stages
