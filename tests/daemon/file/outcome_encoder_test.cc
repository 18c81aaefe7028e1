#include "daemon/file/outcome_encoder.h"

#include <gmock/gmock.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/delimited_message_util.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/testing/batch_builder.h"

namespace newsfeed::file {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using newsfeed::testing::BatchBuilder;

// The encoded outcome of each article.
std::vector<std::string> Encoded(const Batch& batch, OutputFormat format) {
  OutcomeEncoder encoder(format, {"1.2.3", "d1"}, 16);
  EncodedOutcomes outcomes;
  encoder.Encode(batch, outcomes);
  std::vector<std::string> values;
  for (const auto& item : outcomes.items) values.emplace_back(outcomes.value(item));
  return values;
}

TEST(OutcomeEncoder, ArticlesAreJsonLinesWithDefaults) {
  BatchBuilder builder;
  builder.Clean("A title", "The body.").dedup.verdict = Verdict::kUnique;
  const std::string line = Encoded(builder.batch(), OutputFormat::kJsonLines)[0];
  EXPECT_THAT(line, HasSubstr(R"("title":"A title")"));
  EXPECT_THAT(line, HasSubstr(R"("pubStatus":"USABLE")"));
  EXPECT_THAT(line, HasSubstr(R"("entities":[])"));
  EXPECT_THAT(line, HasSubstr(R"("verdict":"UNIQUE")"));
  EXPECT_THAT(line, HasSubstr(R"("offset":"0")"));
  EXPECT_THAT(line, HasSubstr(R"("configDigest":"d1")"));
  EXPECT_TRUE(line.ends_with("}\n"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST(OutcomeEncoder, ExtraFieldsComeInTheOrderOfTheirNames) {
  BatchBuilder builder;
  Article& article = builder.Clean("t", "b");
  for (std::string_view name : {"z", "m", "a", "q", "k"}) article.extra.push_back({name, "v"});
  EXPECT_THAT(Encoded(builder.batch(), OutputFormat::kJsonLines)[0],
              HasSubstr(R"("extra":{"a":"v","k":"v","m":"v","q":"v","z":"v"})"));
}

TEST(OutcomeEncoder, LongRemovedTextIsCutAtACharacterAndHashed) {
  BatchBuilder builder;
  Article& article = builder.Clean("t", "b");
  article.removed = {{"short", "Read more", 0, 9}, {"long", "123456789012345é and on", 9, 33}};
  const std::string line = Encoded(builder.batch(), OutputFormat::kJsonLines)[0];
  EXPECT_THAT(line, HasSubstr(R"("text":"Read more","begin":0,"end":9,"hash":"","size":9)"));
  EXPECT_THAT(line,
              HasSubstr(R"("text":"123456789012345","begin":9,"end":33,"hash":"400e4927fa030acd","size":24)"));
}

TEST(OutcomeEncoder, ProtobufIsDelimited) {
  BatchBuilder builder;
  builder.Clean("A title", "The body.");
  const std::string bytes = Encoded(builder.batch(), OutputFormat::kProtobuf)[0];
  google::protobuf::io::ArrayInputStream input(bytes.data(), static_cast<int>(bytes.size()));
  v1::EnrichedArticle article;
  ASSERT_TRUE(google::protobuf::util::ParseDelimitedFromZeroCopyStream(&article, &input, nullptr));
  EXPECT_EQ(input.ByteCount(), static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(article.title(), "A title");
}

TEST(OutcomeEncoder, DeadLettersHoldReasonPlaceAndTheOriginalBytes) {
  BatchBuilder builder;
  Article& article = builder.Value("{\"id\":\xFF\n");
  article.Reject(Reason::kInvalidJson, "cut \"here\"\n");
  article.fate.stage = "decode";
  EXPECT_EQ(Encoded(builder.batch(), OutputFormat::kProtobuf)[0],
            R"({"reason":"INVALID_JSON","stage":"decode","detail":"cut \"here\"?",)"
            R"("origin":{"topic":"test","partition":0,"offset":0},)"
            R"("headers":{"newsfeed-error-reason":"INVALID_JSON","newsfeed-error-stage":"decode",)"
            R"("newsfeed-error-detail":"cut \"here\"?","newsfeed-error-topic":"test",)"
            R"("newsfeed-error-partition":"0","newsfeed-error-offset":"0",)"
            R"("newsfeed-error-version":"1.2.3"},"value_base64":"eyJpZCI6/wo="})"
            "\n");
}

TEST(OutcomeEncoder, ATombstoneHasANullValue) {
  BatchBuilder builder;
  builder.Null().Filter(FilterWhy::kTombstone);
  const std::string line = Encoded(builder.batch(), OutputFormat::kJsonLines)[0];
  EXPECT_THAT(line, HasSubstr(R"("why":"TOMBSTONE")"));
  EXPECT_THAT(line, HasSubstr(R"("newsfeed-filter-why":"TOMBSTONE")"));
  EXPECT_THAT(line, HasSubstr(R"("value_base64":null)"));
}

TEST(OutcomeEncoder, AnOversizePayloadIsAStub) {
  BatchBuilder builder;
  Article& article = builder.Value("");
  article.oversize_bytes = 52'428'800;
  article.oversize_hash = 0xabc;
  article.Reject(Reason::kTooLarge, "");
  const std::string line = Encoded(builder.batch(), OutputFormat::kJsonLines)[0];
  EXPECT_THAT(line, HasSubstr(
      R"("newsfeed-error-stub":"52428800 bytes, xxh3 0000000000000abc")"));
  EXPECT_THAT(line, Not(HasSubstr("value_base64")));
}

}  // namespace
}  // namespace newsfeed::file
