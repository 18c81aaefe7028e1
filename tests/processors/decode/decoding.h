// Decodes one record in a test.
//
//   Decoding decoding;                       Decoding decoding("format: TEXT");
//   const Article& article = decoding(R"({"title": "x"})");   // holds until the next call
#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "processors/decode/decode.h"
#include "tests/testing/batch_builder.h"

namespace newsfeed::decode {

inline absl::StatusOr<std::unique_ptr<Processor>> CreateFrom(const std::string& config_text,
                                                             const std::string& limits_text = "",
                                                             Next next = Next::kPublish) {
  config::v1::Decode config;
  config::v1::Limits limits;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(config_text, &config));
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(limits_text, &limits));
  return Create(config, limits, next);
}

class Decoding {
 public:
  explicit Decoding(const std::string& config = "", const std::string& limits = "",
                    Next next = Next::kPublish)
      : processor_(CreateFrom(config, limits, next).value()) {}

  const Article& operator()(std::string_view value, std::vector<Header> headers = {}) {
    batch_ = std::make_unique<newsfeed::testing::BatchBuilder>();
    Article& article = batch_->Value(value, std::move(headers));
    if (!topic_.empty()) article.origin.topic.name = topic_;
    article.from_file = from_file_;
    EXPECT_TRUE(processor_->Process(batch_->batch()).ok());
    return article;
  }

  // The record is from a file of this name.
  Decoding& FromFile(std::string_view name) {
    topic_ = name;
    from_file_ = true;
    return *this;
  }
  Decoding& FromTopic(std::string_view name) {
    topic_ = name;
    return *this;
  }

  Processor& processor() { return *processor_; }

 private:
  std::unique_ptr<Processor> processor_;
  std::unique_ptr<newsfeed::testing::BatchBuilder> batch_;
  std::string topic_;
  bool from_file_ = false;
};

}  // namespace newsfeed::decode
