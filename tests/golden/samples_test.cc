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

}  // namespace
}  // namespace newsfeed
