// The whole pipeline over config/samples, held against samples_expected.yaml record by record.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/config_loader.h"
#include "daemon/data_folder.h"
#include "daemon/file/file_source.h"
#include "daemon/file/process_job.h"
#include "newsfeed/v1/article.pb.h"

namespace newsfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using RecordKey = std::pair<std::string, int64_t>;

// What became of one record, as published.
struct Published {
  int times = 0;
  std::string outcome;
  v1::EnrichedArticle article;  // enriched and duplicates
  YAML::Node failure;           // dead letters and filtered: the line of JSON
};

class CollectingSink : public RecordSink {
 public:
  absl::Status Publish(const Batch& batch, const EncodedOutcomes& outcomes) override {
    for (size_t i = 0; i < outcomes.items.size(); ++i) {
      const RecordId& id = batch.articles()[i].origin;
      Collect(outcomes.items[i], outcomes.value(outcomes.items[i]),
              records[{std::string(id.topic.name), id.offset.value}]);
    }
    return absl::OkStatus();
  }

  std::map<RecordKey, Published> records;

 private:
  static void Collect(const EncodedOutcomes::Item& item, std::string_view value, Published& out) {
    ++out.times;
    out.outcome = EntryOf(item.outcome).name;
    if (item.outcome == Outcome::kDuplicate) out.outcome = "duplicate";
    if (item.outcome == Outcome::kEnriched || item.outcome == Outcome::kDuplicate) {
      const auto status = google::protobuf::util::JsonStringToMessage(
          {value.data(), value.size()}, &out.article);
      EXPECT_TRUE(status.ok()) << status;
    } else {
      out.failure = YAML::Load(std::string(value));  // JSON is YAML
    }
  }
};

struct SamplesRun {
  CollectingSink sink;
  file::ProcessResult result;
};

const SamplesRun& SharedRun() {
  static SamplesRun& run = *[] {
    auto* made = new SamplesRun();
    const config::v1::Config config;
    const auto data = LoadData(config, NEWSFEED_SOURCE_DIR "/config");
    EXPECT_TRUE(data.ok()) << data.status();
    auto source = file::FileSource::Create(
        {NEWSFEED_SOURCE_DIR "/config/samples"},
        {config.batch().max_records(), config.batch().max_bytes()},
        config.limits().max_record_bytes());
    EXPECT_TRUE(source.ok()) << source.status();
    std::atomic<bool> stop = false;
    const file::ProcessOptions options{.config = &config, .data = &*data};
    EXPECT_TRUE(RunProcessJob(options, **source, made->sink, stop, made->result).ok());
    return made;
  }();
  return run;
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Compares one string field where the expectation names it.
void ExpectText(const YAML::Node& expected, const char* key, const std::string& actual) {
  if (expected[key]) {
    EXPECT_EQ(actual, expected[key].as<std::string>()) << key;
  }
}

void ExpectBody(const YAML::Node& expected, const v1::EnrichedArticle& article) {
  ExpectText(expected, "body", article.body());
  if (const auto& begins = expected["body_begins"]) {
    EXPECT_THAT(article.body(), ::testing::StartsWith(begins.as<std::string>()));
  }
  if (const auto& ends = expected["body_ends"]) {
    EXPECT_THAT(article.body(), ::testing::EndsWith(ends.as<std::string>()));
  }
  for (const auto& phrase : expected["body_includes"]) {
    EXPECT_THAT(article.body(), HasSubstr(phrase.as<std::string>()));
  }
  for (const auto& phrase : expected["body_excludes"]) {
    EXPECT_THAT(article.body(), Not(HasSubstr(phrase.as<std::string>())));
  }
}

bool HasEntity(const v1::EnrichedArticle& article, const std::string& name,
               const std::string& type) {
  return std::ranges::any_of(article.entities(), [&](const v1::Entity& entity) {
    return v1::Entity::Type_Name(entity.type()) == type &&
           (entity.name() == name ||
            std::ranges::any_of(entity.mentions(),
                                [&](const v1::Mention& m) { return m.text() == name; }));
  });
}

// Every mention lies where it says.
void ExpectMentionsInPlace(const v1::EnrichedArticle& article) {
  for (const v1::Entity& entity : article.entities()) {
    EXPECT_GT(entity.mentions_size(), 0);
    for (const v1::Mention& mention : entity.mentions()) {
      const std::string& text = mention.field() == v1::Mention::TITLE        ? article.title()
                                : mention.field() == v1::Mention::STANDFIRST ? article.standfirst()
                                                                             : article.body();
      ASSERT_LE(mention.end(), text.size());
      EXPECT_EQ(text.substr(mention.begin(), mention.end() - mention.begin()), mention.text());
    }
  }
}

void ExpectArticle(const YAML::Node& expected, const v1::EnrichedArticle& article) {
  ExpectText(expected, "id", article.id());
  ExpectText(expected, "url", article.url());
  ExpectText(expected, "title", article.title());
  ExpectText(expected, "standfirst", article.standfirst());
  ExpectText(expected, "language", article.language());
  ExpectText(expected, "published_at", article.published_at());
  ExpectText(expected, "embargoed_until", article.embargoed_until());
  ExpectText(expected, "rights_holder", article.rights().holder());
  ExpectText(expected, "usage_terms", article.rights().usage_terms());
  ExpectText(expected, "verdict", v1::Dedup::Verdict_Name(article.dedup().verdict()));
  ExpectText(expected, "canonical_id", article.dedup().canonical_id());
  if (expected["charset"]) {
    EXPECT_EQ(Lower(article.cleanup().charset()), Lower(expected["charset"].as<std::string>()));
  }
  EXPECT_EQ(v1::EnrichedArticle::PubStatus_Name(article.pub_status()),
            expected["pub_status"].as<std::string>("USABLE"));
  EXPECT_EQ(article.cleanup().truncated(), expected["truncated"].as<bool>(false));
  if (expected["authors"]) {
    EXPECT_THAT(article.authors(), ::testing::ElementsAreArray(
                                       expected["authors"].as<std::vector<std::string>>()));
  }
  if (const auto& earlier = expected["revision_of"]) {
    EXPECT_EQ(article.dedup().revision_of().topic(), earlier["file"].as<std::string>());
    EXPECT_EQ(article.dedup().revision_of().offset(), earlier["ordinal"].as<int64_t>());
  }
  ExpectBody(expected, article);
  ExpectMentionsInPlace(article);
  for (const auto& entity : expected["entities"]) {
    EXPECT_TRUE(HasEntity(article, entity["name"].as<std::string>(),
                          entity["type"].as<std::string>()))
        << entity["name"].as<std::string>();
  }
}

const YAML::Node& Expectations() {
  static const YAML::Node& file =
      *new YAML::Node(YAML::LoadFile(NEWSFEED_SOURCE_DIR "/tests/golden/samples_expected.yaml"));
  return file;
}

TEST(Samples, EachRecordEndsAsExpected) {
  const auto& records = SharedRun().sink.records;
  const YAML::Node expected_records = Expectations()["records"];
  EXPECT_EQ(records.size(), expected_records.size());
  for (const YAML::Node& expected : expected_records) {
    const std::string name = expected["file"].as<std::string>();
    const auto ordinal = expected["ordinal"].as<int64_t>();
    SCOPED_TRACE(fmt::format("{} record {} ({})", name, ordinal, expected["note"].as<std::string>("")));
    const auto found = records.find({name, ordinal});
    ASSERT_NE(found, records.end());
    const Published& published = found->second;
    EXPECT_EQ(published.times, 1);
    EXPECT_EQ(published.outcome, expected["outcome"].as<std::string>());
    if (expected["reason"]) {
      EXPECT_EQ(published.failure["reason"].as<std::string>(""),
                expected["reason"].as<std::string>());
    } else if (published.article.ByteSizeLong() > 0) {
      ExpectArticle(expected, published.article);
    }
  }
}

TEST(Samples, TheSummaryAddsUp) {
  const OutcomeAccounting& accounting = SharedRun().result.accounting;
  const YAML::Node summary = Expectations()["summary"];
  EXPECT_EQ(accounting.read(), summary["read"].as<uint64_t>());
  EXPECT_EQ(accounting.in_flight(), 0);
  for (const OutcomeEntry& entry : OutcomeTable()) {
    EXPECT_EQ(accounting.count(entry.outcome),
              summary[std::string(entry.name)].as<uint64_t>())
        << entry.name;
  }
}

// Each DUPLICATE names an article that was published itself.
TEST(Samples, EveryDuplicateHasAPublishedTwin) {
  const auto& records = SharedRun().sink.records;
  for (const auto& [key, published] : records) {
    if (published.outcome != "duplicate") continue;
    const v1::Origin& origin = published.article.dedup().canonical_origin();
    const auto twin = records.find({origin.topic(), origin.offset()});
    ASSERT_NE(twin, records.end()) << key.first << " " << key.second;
    EXPECT_EQ(twin->second.outcome, "enriched");
    EXPECT_EQ(twin->second.article.id(), published.article.dedup().canonical_id());
  }
}

}  // namespace
}  // namespace newsfeed
