#include "daemon/file/json_writer.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <limits>
#include <random>
#include <string>
#include <utility>

#include "newsfeed/v1/article.pb.h"
#include "processors/text/utf8.h"

namespace newsfeed::file {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Json(const Message& message) {
  std::string out;
  AppendJson(message, out);
  return out;
}

// Fills every field with something of its type.
class RandomMessage {
 public:
  explicit RandomMessage(uint64_t seed) : random_(seed) {}

  void Fill(Message& message) {
    const auto* reflection = message.GetReflection();
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor* field = message.GetDescriptor()->field(i);
      if (field->is_map()) continue;  // keys must differ: see FillExtra
      for (uint64_t n = field->is_repeated() ? random_() % 4 : random_() % 2; n > 0; --n) {
        Put(*field, *reflection, message);
      }
    }
  }

  void FillExtra(v1::EnrichedArticle& article) {
    for (uint64_t n = random_() % 4; n > 0; --n) (*article.mutable_extra())[Text()] = Text();
  }

 private:
  void Put(const FieldDescriptor& field, const google::protobuf::Reflection& reflection,
           Message& message) {
    const bool list = field.is_repeated();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return list ? reflection.AddString(&message, &field, Text())
                    : reflection.SetString(&message, &field, Text());
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Fill(list ? *reflection.AddMessage(&message, &field)
                         : *reflection.MutableMessage(&message, &field));
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection.SetEnumValue(&message, &field,
                                       static_cast<int>(random_() % static_cast<uint64_t>(field.enum_type()->value_count())));
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection.SetBool(&message, &field, random_() % 2 == 0);
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection.SetInt32(&message, &field, static_cast<int32_t>(random_()));
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection.SetUInt32(&message, &field, static_cast<uint32_t>(random_()));
      case FieldDescriptor::CPPTYPE_INT64:
        return reflection.SetInt64(&message, &field, static_cast<int64_t>(random_()));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return reflection.SetFloat(&message, &field,
                                   static_cast<float>(random_() % 100'000) / 99'991.0F);
      default: FAIL() << "a type that newsfeed.v1 did not use: " << field.full_name();
    }
  }

  // Any code points, controls and the ends of the planes among them.
  std::string Text() {
    std::string text;
    for (uint64_t n = random_() % 12; n > 0; --n) {
      char32_t c = static_cast<char32_t>(random_() % (random_() % 3 == 0 ? 0x110000 : 0x80));
      if (c >= 0xD800 && c < 0xE000) c = 0xFFFD;
      char bytes[4];
      text.append(bytes, text::Encode(c, bytes));
    }
    return text;
  }

  std::mt19937_64 random_;
};

TEST(JsonWriter, ProtobufReadsBackTheSameMessage) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    v1::EnrichedArticle article;
    RandomMessage random(seed);
    random.Fill(article);
    random.FillExtra(article);
    v1::EnrichedArticle read;
    const auto status = google::protobuf::util::JsonStringToMessage(Json(article), &read);
    ASSERT_TRUE(status.ok()) << status << "\n" << Json(article);
    ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(article, read))
        << Json(article);
  }
}

// Bytes of a newer version, or of others.
TEST(JsonWriter, WhatJsonHasNoWordsForIsWrittenAsProtobufDoes) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const auto& [number, json] : std::initializer_list<std::pair<float, const char*>>{
           {std::numeric_limits<float>::quiet_NaN(), R"("similarity":"NaN")"},
           {kInfinity, R"("similarity":"Infinity")"},
           {-kInfinity, R"("similarity":"-Infinity")"},
           {0.5F, R"("similarity":0.5)"}}) {
    v1::EnrichedArticle article;
    article.mutable_dedup()->set_similarity(number);
    article.mutable_dedup()->set_verdict(static_cast<v1::Dedup::Verdict>(99));
    EXPECT_THAT(Json(article), ::testing::HasSubstr(json));
    EXPECT_THAT(Json(article), ::testing::HasSubstr(R"("verdict":99)"));
    v1::EnrichedArticle read;
    const auto status = google::protobuf::util::JsonStringToMessage(Json(article), &read);
    ASSERT_TRUE(status.ok()) << status << "\n" << Json(article);
    EXPECT_EQ(read.dedup().verdict(), 99);
  }
}

// The same names, defaults and absent messages as protobuf's own writer prints; escapes differ.
TEST(JsonWriter, AnEmptyArticleIsThatOfProtobuf) {
  const v1::EnrichedArticle article;
  std::string expected;
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(article, &expected, options).ok());
  EXPECT_EQ(Json(article), expected);
}

TEST(JsonWriter, StringsAreEscapedAsJsonWants) {
  std::string out;
  AppendJsonString("a\"b\\c\n\t\r\x01<é\u2028", out);
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\t\\r\\u0001<é\u2028\"");
}

}  // namespace
}  // namespace newsfeed::file
