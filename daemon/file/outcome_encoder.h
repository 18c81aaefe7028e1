// Outcomes as they stand in files.
//
//   enriched, duplicate     kJsonLines: proto3 JSON, one line; kProtobuf: delimited EnrichedArticle
//   dead letter, filtered   always one line of JSON:
//     {"id":"…","reason":"INVALID_JSON","stage":"decode","detail":"…",
//      "origin":{"topic":"bad.ndjson","partition":0,"offset":3},
//      "headers":{"newsfeed-error-reason":"INVALID_JSON",…},"value_base64":"eyJpZCI6"}
//
// `value_base64` holds the original payload byte for byte; null for a tombstone; absent for a
// payload beyond the size limit, where a header holds its size and hash instead.
//
// One per worker: keeps scratch messages.
#pragma once

#include <memory>
#include <string>

#include "daemon/io.h"
#include "newsfeed/v1/article.pb.h"
#include "processors/article/to_proto.h"

namespace newsfeed::file {

enum class OutputFormat { kJsonLines, kProtobuf };

class OutcomeEncoder {
 public:
  // What `stamp` views must outlive the encoder.
  OutcomeEncoder(OutputFormat format, const ProcessingStamp& stamp,
                 uint32_t max_removed_text_bytes);
  ~OutcomeEncoder();

  // Fills `out` (cleared first) with one item for each article.
  void Encode(const Batch& batch, EncodedOutcomes& out);

 private:
  void AppendMessage(const Article& article, std::string& out);
  void AppendFailure(const Article& article, Outcome outcome, std::string& out) const;

  const OutputFormat format_;
  const ProcessingStamp stamp_;
  const uint32_t max_removed_text_bytes_;
  v1::EnrichedArticle message_;
};

}  // namespace newsfeed::file
