// The whole pipeline over config/samples: held against samples_expected.yaml record by record, as `newsfeedd test`
// does, and what must hold of any input.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/config_loader.h"
#include "daemon/data_folder.h"
#include "daemon/file/case_run.h"
#include "daemon/file/file_source.h"
#include "daemon/file/process_job.h"
#include "newsfeed/v1/article.pb.h"

namespace newsfeed {
namespace {

using RecordKey = std::pair<std::string, int64_t>;

// What became of one record, as published.
struct Published {
  int times = 0;
  Outcome outcome = Outcome::kEnriched;
  v1::EnrichedArticle article;  // enriched and duplicates
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
    out.outcome = item.outcome;
    if (item.outcome == Outcome::kEnriched || item.outcome == Outcome::kDuplicate) {
      const auto status = google::protobuf::util::JsonStringToMessage(
          {value.data(), value.size()}, &out.article);
      EXPECT_TRUE(status.ok()) << status;
    }
  }
};

struct SamplesRun {
  CollectingSink sink;
  file::ProcessResult result;
};

void RunSamples(const config::v1::Config& config, SamplesRun& run) {
  const auto data = LoadData(config, NEWSFEED_SOURCE_DIR "/config");
  ASSERT_TRUE(data.ok()) << data.status();
  auto source = file::FileSource::Create(
      {NEWSFEED_SOURCE_DIR "/config/samples"},
      {config.batch().max_records(), config.batch().max_bytes()},
      config.limits().max_record_bytes());
  ASSERT_TRUE(source.ok()) << source.status();
  std::atomic<bool> stop = false;
  const file::ProcessOptions options{.config = &config, .data = &*data};
  ASSERT_TRUE(RunProcessJob(options, **source, run.sink, stop, run.result).ok());
}

const SamplesRun& SharedRun() {
  static SamplesRun& run = *[] {
    auto* made = new SamplesRun();
    RunSamples({}, *made);
    return made;
  }();
  return run;
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

TEST(Samples, EachRecordEndsAsExpected) {
  constexpr char kCases[] = NEWSFEED_SOURCE_DIR "/tests/golden/samples_expected.yaml";
  const auto cases = file::LoadCaseFile(kCases);
  ASSERT_TRUE(cases.ok()) << cases.status();
  const config::v1::Config config;
  const auto data = LoadData(config, NEWSFEED_SOURCE_DIR "/config");
  ASSERT_TRUE(data.ok()) << data.status();
  const auto result = file::RunCase(cases->tests(0), kCases, config, *data);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(result->records, 0);
  for (const file::CaseFailure& failure : result->failures) {
    ADD_FAILURE() << failure.record << "\n  " << fmt::format("{}", fmt::join(failure.differences, "\n  "));
  }
}

TEST(Samples, EachRecordEndsOnce) {
  EXPECT_EQ(SharedRun().result.accounting.in_flight(), 0);
  for (const auto& [key, published] : SharedRun().sink.records) {
    EXPECT_EQ(published.times, 1) << key.first << " " << key.second;
  }
}

TEST(Samples, EachMentionLiesWhereItSays) {
  for (const auto& [key, published] : SharedRun().sink.records) {
    SCOPED_TRACE(fmt::format("{} {}", key.first, key.second));
    ExpectMentionsInPlace(published.article);
  }
}

// Each DUPLICATE names an article that was published itself.
TEST(Samples, EveryDuplicateHasAPublishedTwin) {
  const auto& records = SharedRun().sink.records;
  for (const auto& [key, published] : records) {
    if (published.outcome != Outcome::kDuplicate) continue;
    const v1::Origin& origin = published.article.dedup().canonical_origin();
    const auto twin = records.find({origin.topic(), origin.offset()});
    ASSERT_NE(twin, records.end()) << key.first << " " << key.second;
    EXPECT_EQ(twin->second.outcome, Outcome::kEnriched);
    EXPECT_EQ(twin->second.article.id(), published.article.dedup().canonical_id());
  }
}

bool IsPublished(const Published& record) {
  return record.outcome == Outcome::kEnriched || record.outcome == Outcome::kDuplicate;
}

struct RequiredField {
  const char* name;
  bool (*empty)(const v1::EnrichedArticle& article);
};

void PrintTo(const RequiredField& field, std::ostream* out) { *out << field.name; }

class SamplesRequiring : public ::testing::TestWithParam<RequiredField> {};

// `decode.required` refuses what would be published without the field, and nothing else: of pages
// and texts too, whether the feed tells it or cleanup finds it.
TEST_P(SamplesRequiring, LackNoOtherArticle) {
  config::v1::Config config;
  config.mutable_decode()->add_required(GetParam().name);
  SamplesRun run;
  RunSamples(config, run);
  int passed = 0;
  for (const auto& [key, unasked] : SharedRun().sink.records) {
    if (!IsPublished(unasked)) continue;
    const bool complete = !GetParam().empty(unasked.article);
    EXPECT_EQ(IsPublished(run.sink.records.at(key)), complete) << key.first << " " << key.second;
    passed += complete ? 1 : 0;
  }
  EXPECT_GT(passed, 0);
}

using Item = v1::EnrichedArticle;
INSTANTIATE_TEST_SUITE_P(
    , SamplesRequiring,
    ::testing::Values(
        RequiredField{"url", [](const Item& item) { return item.url().empty(); }},
        RequiredField{"source", [](const Item& item) { return item.source().name().empty(); }},
        RequiredField{"title", [](const Item& item) { return item.title().empty(); }},
        RequiredField{"standfirst", [](const Item& item) { return item.standfirst().empty(); }},
        RequiredField{"body", [](const Item& item) { return item.body().empty(); }},
        RequiredField{"published_at", [](const Item& item) { return item.published_at().empty(); }},
        RequiredField{"modified_at", [](const Item& item) { return item.modified_at().empty(); }},
        RequiredField{"authors", [](const Item& item) { return item.authors().empty(); }},
        RequiredField{"language", [](const Item& item) { return item.language() == "und"; }},
        RequiredField{"section", [](const Item& item) { return item.section().empty(); }},
        RequiredField{"keywords", [](const Item& item) { return item.keywords().empty(); }}));

}  // namespace
}  // namespace newsfeed
