// Batches for tests.
//
//   BatchBuilder batch;
//   Article& article = batch.Value(R"({"title":"x","body":"y"})");
//   decoder->Process(batch.batch());
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "processors/article/batch.h"

namespace newsfeed::testing {

class BatchBuilder {
 public:
  // A record with this value, at the next offset of partition 0 of topic "test". The reference
  // holds until the next call.
  Article& Value(std::string_view value, std::vector<Header> headers = {});
  // A tombstone.
  Article& Null();
  // An article as decode leaves it: plain text, an id, a title.
  Article& Text(std::string_view title, std::string_view text);
  // An article as cleanup leaves it.
  Article& Clean(std::string_view title, std::string_view body);

  Batch& batch() { return batch_; }

 private:
  Batch batch_;
  int64_t next_offset_ = 0;
};

}  // namespace newsfeed::testing
