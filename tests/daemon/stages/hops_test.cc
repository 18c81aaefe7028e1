// What goes out of a hop for what came in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/article_value.h"
#include "daemon/kafka/application.h"
#include "daemon/record_headers.h"
#include "daemon/skip_list.h"
#include "daemon/stages/hop.h"
#include "newsfeed/v1/article.pb.h"
#include "newsfeed/v1/internal.pb.h"
#include "processors/text/hash.h"

namespace newsfeed::stages {
namespace {

using ::testing::IsSupersetOf;
using ::testing::Optional;
using ::testing::SizeIs;

constexpr int64_t kNow = 1'800'000'000'000;

config::v1::Config SmallConfig(std::vector<std::string> processors) {
  config::v1::Config config;
  for (std::string& name : processors) config.mutable_pipeline()->add_processors(std::move(name));
  return config;
}

// A record of the topic of judged articles.
struct Judged {
  std::string value, verdict;
  std::vector<Header> record_headers() const {
    return {{headers::kSourceTopic, "raw"}, {headers::kSourcePartition, "3"}, {headers::kSourceOffset, "17"},
            {headers::kSourceTimestamp, "5000"}, {headers::kVerdictDetail, verdict}};
  }
};
Judged JudgedArticle(v1::Dedup::Verdict verdict, size_t body_bytes = 100) {
  v1::Prepared prepared;
  prepared.mutable_article()->set_id("a1");
  prepared.mutable_article()->set_language("en");
  prepared.mutable_article()->set_body(std::string(body_bytes, 'b'));
  v1::Dedup dedup;
  dedup.set_verdict(verdict);
  return {prepared.SerializeAsString(), dedup.SerializeAsString()};
}

class HopsTest : public ::testing::Test {
 protected:
  void Add(std::string_view value, std::vector<Header> record_headers = {}, std::string_view key = "k") {
    batch_.Add({.id = {{"raw"}, {3}, {17}}, .timestamp_ms = 5000, .key = key, .value = value,
                .headers = record_headers});
  }
  void Run(Hop& hop) {
    batch_.set_now_ms(kNow);
    ASSERT_TRUE(hop.Process(batch_, out_).ok());
  }
  static std::optional<std::string_view> Of(const kafka::ProducedRecord& record, std::string_view name) {
    return headers::Last(record.headers, name);
  }

  config::v1::Config config_ = SmallConfig({"decode", "dedup"});
  LoadedData data_;
  Batch batch_;
  HopOutput out_;
};

constexpr char kArticle[] = R"({"id":"a1","title":"T","body":"One two three four five six seven."})";

TEST_F(HopsTest, PrepareTellsWhereTheArticleCameFrom) {
  auto hop = CreatePrepareHop({&config_, &data_});
  ASSERT_TRUE(hop.ok());
  Add(kArticle, {{"traceparent", "00-ab"}, {"secret", "x"}});
  Run(**hop);
  ASSERT_THAT(out_.records, SizeIs(1));
  const kafka::ProducedRecord& record = out_.records[0];
  EXPECT_EQ(record.topic, "newsfeed-prepared");
  EXPECT_EQ(record.key, "a1");
  EXPECT_EQ(record.timestamp_ms, 5000);
  const auto source = headers::ReadSource(record.headers);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->topic, "raw");
  EXPECT_EQ(source->partition, 3);
  EXPECT_EQ(source->offset, 17);
  EXPECT_EQ(source->hash, text::Hash(kArticle));
  EXPECT_THAT(Of(record, headers::kTraceParent), Optional(std::string_view("00-ab")));
  EXPECT_FALSE(Of(record, "secret"));
  EXPECT_TRUE(Of(record, headers::kSketch));
}

TEST_F(HopsTest, EachRecordIsAccountedForOnce) {
  const Judged judged = JudgedArticle(v1::Dedup::DUPLICATE);
  struct {
    absl::StatusOr<std::unique_ptr<Hop>> (*create)(const HopContext&);
    std::vector<std::string> chain;
  } const cases[] = {{&CreatePrepareHop, {"decode", "dedup"}},
                     {&CreateEnrichHop, {"decode", "dedup"}},
                     {&CreateDirectHop, {"decode"}}};
  for (const auto& [create, chain] : cases) {
    config_ = SmallConfig(chain);
    auto hop = create({&config_, &data_});
    ASSERT_TRUE(hop.ok());
    batch_.Clear();
    Add(kArticle);
    Add("{bad");
    batch_.Add({.id = {{"raw"}, {3}, {18}}, .key = "tombstone"});
    Add(judged.value, judged.record_headers());
    Run(**hop);
    EXPECT_EQ(out_.accounted(), 4);
    EXPECT_THAT(out_.records, SizeIs(4));
  }
}

// It would hide the article from the audit.
TEST_F(HopsTest, AnInputsNewsfeedHeadersAreNotBelieved) {
  const std::vector<Header> forged{{headers::kPromoted, "1"}, {headers::kSourceOffset, "99"},
                                   {headers::kErrorReplay, "judged"}, {headers::kErrorOffset, "99"}};
  for (const char* chain : {"dedup", "direct"}) {
    config_ = SmallConfig(chain == std::string_view("dedup") ? std::vector<std::string>{"decode", "dedup"}
                                                             : std::vector<std::string>{"decode"});
    auto hop = chain == std::string_view("dedup") ? CreatePrepareHop({&config_, &data_})
                                                  : CreateDirectHop({&config_, &data_});
    ASSERT_TRUE(hop.ok());
    batch_.Clear();
    Add(kArticle, forged);
    Add("{bad", forged);
    Run(**hop);
    ASSERT_THAT(out_.records, SizeIs(2));
    EXPECT_FALSE(Of(out_.records[0], headers::kPromoted)) << chain;
    EXPECT_THAT(Of(out_.records[0], headers::kSourceOffset), Optional(std::string_view("17")));
    EXPECT_THAT(Of(out_.records[1], headers::kErrorReplay), Optional(headers::kReplayInput));
    EXPECT_THAT(Of(out_.records[1], headers::kErrorOffset), Optional(std::string_view("17")));
  }
}

TEST_F(HopsTest, ADeadLetterIsTheOriginalByteForByte) {
  auto hop = CreatePrepareHop({&config_, &data_});
  Add("{bad", {{"h", "v"}});
  Run(**hop);
  ASSERT_THAT(out_.records, SizeIs(1));
  const kafka::ProducedRecord& record = out_.records[0];
  EXPECT_EQ(record.topic, "articles.dead-letter");
  EXPECT_EQ(record.key, "k");
  EXPECT_EQ(record.value, "{bad");
  EXPECT_THAT(Of(record, "h"), Optional(std::string_view("v")));
  EXPECT_THAT(Of(record, headers::kErrorReason), Optional(std::string_view("INVALID_JSON")));
}

TEST_F(HopsTest, WhatNoTopicTakesIsCutDown) {
  config_.mutable_limits()->set_max_record_bytes(1000);
  auto hop = CreatePrepareHop({&config_, &data_});
  const std::string huge(kafka::MaxInternalRecordBytes(config_), 'x');
  Add("{bad", {{"huge", huge}});
  batch_.Add({.id = {{"raw"}, {3}, {18}}, .key = huge});  // a tombstone with a key that is no key
  Run(**hop);
  ASSERT_THAT(out_.records, SizeIs(2));
  EXPECT_FALSE(Of(out_.records[0], "huge"));
  EXPECT_TRUE(Of(out_.records[0], headers::kErrorStub));
  EXPECT_EQ(out_.records[1].topic, "articles.filtered");
  EXPECT_EQ(out_.records[1].key.data(), nullptr);
  EXPECT_THAT(Of(out_.records[1], headers::kFilterWhy), Optional(std::string_view("TOMBSTONE")));
}

TEST_F(HopsTest, WhatTheOperatorSkipsIsNotLookedInto) {
  config_.add_skip("raw:3:17");
  for (auto* create : {&CreatePrepareHop, &CreateDirectHop}) {
    auto hop = create({&config_, &data_});
    ASSERT_TRUE(hop.ok());
    batch_.Clear();
    Add("{bad", {{"h", "v"}});
    batch_.Add({.id = {{"raw"}, {3}, {18}}, .key = "k", .value = kArticle});
    Run(**hop);
    ASSERT_THAT(out_.records, SizeIs(2));
    EXPECT_EQ(out_.dead_letters[Reason::kOperatorSkipped], 1);
    const bool first = out_.records[0].topic == "articles.dead-letter";
    const kafka::ProducedRecord& record = out_.records[first ? 0 : 1];
    EXPECT_EQ(record.value, "{bad");
    EXPECT_THAT(Of(record, headers::kErrorReason), Optional(std::string_view("OPERATOR_SKIPPED")));
    EXPECT_THAT(Of(record, headers::kErrorReplay), Optional(headers::kReplayInput));
  }
}

// Of the input's value: whoever reads the outcome later knows whether the input still has that record.
TEST_F(HopsTest, EachOutcomeCarriesTheHashOfItsInput) {
  auto prepare = CreatePrepareHop({&config_, &data_});
  Add("{bad");
  Run(**prepare);
  EXPECT_EQ(headers::ParseHash(*Of(out_.records.at(0), headers::kErrorHash)), text::Hash("{bad"));

  const Judged judged = JudgedArticle(v1::Dedup::UNIQUE);
  std::vector<Header> with_hash = judged.record_headers();
  with_hash.push_back({headers::kSourceHash, "00000000000000ab"});
  for (const std::string_view value : {std::string_view(judged.value), std::string_view("\xff\xff")}) {
    auto enrich = CreateEnrichHop({&config_, &data_});
    batch_.Clear();
    Add(value, with_hash);
    Run(**enrich);
    EXPECT_THAT(Of(out_.records.at(0), headers::kSourceHash), Optional(std::string_view("00000000000000ab")));
  }
  EXPECT_THAT(Of(out_.records.at(0), headers::kErrorHash), Optional(std::string_view("00000000000000ab")));
}

TEST(RecordHeaders, AHashIsSixteenDigits) {
  EXPECT_EQ(headers::ParseHash("00000000000000ab"), 0xab);
  for (const char* none : {"", "ab", "00000000000000ag", "-0000000000000ab", "0x000000000000ab", "000000000000000ab"}) {
    EXPECT_EQ(headers::ParseHash(none), 0) << none;
  }
}

struct Published {
  v1::Dedup::Verdict verdict;
  std::string topic;
};
class EnrichPublishes : public HopsTest, public ::testing::WithParamInterface<Published> {};
TEST_P(EnrichPublishes, ByVerdict) {
  auto hop = CreateEnrichHop({&config_, &data_});
  const Judged judged = JudgedArticle(GetParam().verdict);
  Add(judged.value, judged.record_headers());
  Run(**hop);
  ASSERT_THAT(out_.records, SizeIs(1));
  EXPECT_EQ(out_.records[0].topic, GetParam().topic);
  EXPECT_THAT(Of(out_.records[0], headers::kVerdict), Optional(v1::Dedup::Verdict_Name(GetParam().verdict)));
  v1::EnrichedArticle article;
  ASSERT_TRUE(article.ParseFromString(std::string(out_.records[0].value)));
  EXPECT_EQ(article.dedup().verdict(), GetParam().verdict);
  EXPECT_EQ(article.body().size(), 100);
}
INSTANTIATE_TEST_SUITE_P(, EnrichPublishes,
                         ::testing::Values(Published{v1::Dedup::UNIQUE, "articles.enriched"},
                                           Published{v1::Dedup::UPDATE, "articles.enriched"},
                                           Published{v1::Dedup::LOW_INFORMATION, "articles.enriched"},
                                           Published{v1::Dedup::DUPLICATE, "articles.duplicates"}));

TEST_F(HopsTest, AsJsonTheMessageIsTheSame) {
  config_.mutable_outputs()->set_format(config::v1::Outputs::JSON);
  auto hop = CreateEnrichHop({&config_, &data_});
  const Judged judged = JudgedArticle(v1::Dedup::UPDATE);
  Add(judged.value, judged.record_headers());
  Run(**hop);
  ASSERT_THAT(out_.records, SizeIs(1));
  EXPECT_THAT(Of(out_.records[0], headers::kContentType), Optional(std::string_view("application/json")));
  EXPECT_TRUE(out_.records[0].value.starts_with(R"({"id":"a1","url":"",)")) << out_.records[0].value;
  v1::EnrichedArticle article;
  ASSERT_TRUE(ParseArticleValue(out_.records[0].value, article));
  EXPECT_EQ(article.dedup().verdict(), v1::Dedup::UPDATE);
}

TEST_F(HopsTest, RoutesGetTheSameRecordAndNoOutcomeMore) {
  config_.mutable_outputs()->add_routes()->set_topic("all");
  auto* french = config_.mutable_outputs()->add_routes();
  french->set_topic("french");
  french->add_languages("fr");
  auto hop = CreateEnrichHop({&config_, &data_});
  EXPECT_THAT((*hop)->topics(), IsSupersetOf({"all", "french", "articles.enriched", "articles.duplicates"}));
  const Judged judged = JudgedArticle(v1::Dedup::UNIQUE);
  Add(judged.value, judged.record_headers());
  Run(**hop);
  ASSERT_THAT(out_.records, SizeIs(2));
  EXPECT_EQ(out_.records[0].topic, "articles.enriched");
  EXPECT_EQ(out_.records[1].topic, "all");
  EXPECT_EQ(out_.records[1].value, out_.records[0].value);
  EXPECT_EQ(out_.records[1].key, "a1");
  EXPECT_EQ(out_.accounted(), 1);
}

TEST_F(HopsTest, WithARegistryEachTopicHasItsSchema) {
  config_.mutable_outputs()->mutable_schema_registry()->set_url("http://registry");
  config_.mutable_outputs()->add_routes()->set_topic("all");
  SchemaIds ids;
  auto hop = CreateEnrichHop({&config_, &data_, &ids});
  const Judged judged = JudgedArticle(v1::Dedup::UNIQUE);
  Add(judged.value, judged.record_headers());
  EXPECT_TRUE(absl::IsFailedPrecondition((*hop)->Process(batch_, out_)));
  ids = {{"articles.enriched", 7}, {"articles.duplicates", 8}, {"all", 9}};
  Run(**hop);
  ASSERT_THAT(out_.records, SizeIs(2));
  EXPECT_EQ(out_.records[0].value.substr(0, 6), std::string_view("\0\0\0\0\7\0", 6));
  EXPECT_EQ(out_.records[1].value.substr(0, 6), std::string_view("\0\0\0\0\11\0", 6));
  EXPECT_EQ(out_.records[1].value.substr(6), out_.records[0].value.substr(6));
  v1::EnrichedArticle article;
  ASSERT_TRUE(ParseArticleValue(out_.records[0].value, article));
  EXPECT_EQ(article.id(), "a1");
}

TEST_F(HopsTest, WhatIsTooLargeAfterTheVerdictReplaysToTheJudgedTopic) {
  config_.mutable_outputs()->set_max_record_bytes(2000);
  auto hop = CreateEnrichHop({&config_, &data_});
  const Judged judged = JudgedArticle(v1::Dedup::UNIQUE, 5000);
  Add(judged.value, judged.record_headers());
  Run(**hop);
  ASSERT_THAT(out_.records, SizeIs(1));
  EXPECT_EQ(out_.records[0].topic, "articles.dead-letter");
  EXPECT_EQ(out_.records[0].value, judged.value);
  EXPECT_THAT(Of(out_.records[0], headers::kErrorReason), Optional(std::string_view("OUTPUT_TOO_LARGE")));
  EXPECT_THAT(Of(out_.records[0], headers::kErrorReplay), Optional(headers::kReplayJudged));
  EXPECT_THAT(Of(out_.records[0], headers::kErrorTopic), Optional(std::string_view("raw")));
}

// By its own place, and by the input record's that it was made of.
TEST_F(HopsTest, AfterTheVerdictBothPlacesSkip) {
  for (const char* place : {"raw:3:17", "newsfeed-judged:1:40"}) {
    config_.clear_skip();
    config_.add_skip(place);
    auto hop = CreateEnrichHop({&config_, &data_});
    const Judged judged = JudgedArticle(v1::Dedup::UNIQUE);
    batch_.Clear();
    const std::vector<Header> record_headers = judged.record_headers();
    batch_.Add({.id = {{"newsfeed-judged"}, {1}, {40}}, .key = "k", .value = judged.value, .headers = record_headers});
    Run(**hop);
    ASSERT_THAT(out_.records, SizeIs(1)) << place;
    EXPECT_EQ(out_.records[0].value, judged.value);
    EXPECT_THAT(Of(out_.records[0], headers::kErrorReason), Optional(std::string_view("OPERATOR_SKIPPED")));
    EXPECT_THAT(Of(out_.records[0], headers::kErrorReplay), Optional(headers::kReplayJudged));
    EXPECT_THAT(Of(out_.records[0], headers::kErrorOffset), Optional(std::string_view("17")));
  }
}

TEST_F(HopsTest, ASkipThatIsNoPlaceIsRefused) {
  for (const char* place : {"", "raw", "raw:3", ":3:17", "raw:x:17", "raw:3:-1", "raw:3:17:1"}) {
    config_.clear_skip();
    config_.add_skip(place);
    EXPECT_FALSE(SkipList::Create(config_.skip()).ok()) << place;
  }
}

TEST_F(HopsTest, WhatIsNoJudgedArticleIsADeadLetter) {
  auto hop = CreateEnrichHop({&config_, &data_});
  Add("\xff\xff");
  Run(**hop);
  EXPECT_EQ(out_.dead_letters[Reason::kWrongType], 1);
}

}  // namespace
}  // namespace newsfeed::stages
