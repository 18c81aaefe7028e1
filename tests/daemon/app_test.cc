// A configuration is loaded again while workers run.
#include "daemon/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/stages/outcome_records.h"
#include "newsfeed/v1/article.pb.h"
#include "tests/daemon/kafka/scripted_clients.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

LoadedConfig Loaded(const std::string& digest) {
  LoadedConfig loaded;
  loaded.config.mutable_pipeline()->add_processors("decode");
  loaded.config.mutable_workers()->set_prepare(1);
  loaded.config.add_inputs()->set_topic("in");
  loaded.data.config_digest = digest;
  return loaded;
}

// One worker; its thread alone uses the script until it is drained.
class AppReload : public ::testing::Test {
 protected:
  AppReload() {
    auto app = App::Create({.loaded = Loaded("old"), .roles = {}, .instance = "a"}, &factory_);
    EXPECT_TRUE(app.ok()) << app.status();
    app_ = *std::move(app);
  }
  ReloadStatus reload() const { return app_->Snapshot().reload; }
  std::string digest() const { return app_->Snapshot().config_digest; }
  void AwaitReloaded() {
    while (!app_->TakeReloaded()) std::this_thread::yield();
  }

  kafka::testing::Script script_;
  kafka::testing::ScriptedFactory factory_{&script_};
  std::unique_ptr<App> app_;
};

TEST_F(AppReload, IsDoneOnceEveryWorkerHasSwapped) {
  ASSERT_TRUE(app_->Reload(Loaded("new")).ok());
  EXPECT_FALSE(app_->TakeReloaded());
  EXPECT_EQ(digest(), "old");
  EXPECT_EQ(reload().pending_workers, 1);
  app_->Start();
  AwaitReloaded();
  EXPECT_EQ(digest(), "new");
  EXPECT_EQ(reload().ok, 1);
  EXPECT_EQ(reload().pending_workers, 0);
  EXPECT_FALSE(app_->TakeReloaded());
}

TEST_F(AppReload, WhatNeedsARestartIsRefusedAsAWhole) {
  LoadedConfig next = Loaded("new");
  next.config.mutable_inputs(0)->set_topic("other");
  next.config.mutable_batch()->set_max_records(1);
  const absl::Status status = app_->Reload(next);
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("needs a restart: inputs"));
  EXPECT_EQ(reload().failed, 1);
  EXPECT_THAT(reload().last_error, HasSubstr("inputs"));
  EXPECT_EQ(reload().pending_workers, 0);
  EXPECT_EQ(app_->loaded()->config.batch().max_records(), 256);
}

TEST_F(AppReload, WhatProcessorsRefuseIsRefused) {
  LoadedConfig next = Loaded("new");
  next.config.mutable_decode()->set_charset("no such thing");
  EXPECT_FALSE(app_->Reload(next).ok());
  EXPECT_EQ(reload().failed, 1);
}

TEST_F(AppReload, ASecondReplacesWhatIsPending) {
  ASSERT_TRUE(app_->Reload(Loaded("second")).ok());
  ASSERT_TRUE(app_->Reload(Loaded("third")).ok());
  app_->Start();
  AwaitReloaded();
  EXPECT_EQ(digest(), "third");
  EXPECT_EQ(reload().ok, 1);
}

// The file that is there now is the bad one.
TEST_F(AppReload, ABadOneAfterAGoodOneThatIsPendingIsTheLast) {
  ASSERT_TRUE(app_->Reload(Loaded("new")).ok());
  EXPECT_FALSE(app_->Reload(absl::InvalidArgumentError("line 3")).ok());
  app_->Start();
  AwaitReloaded();
  EXPECT_EQ(digest(), "new");
  EXPECT_EQ(reload().last_error, "line 3");
  ASSERT_TRUE(app_->Reload(Loaded("newer")).ok());
  AwaitReloaded();
  EXPECT_EQ(reload().last_error, "");
  EXPECT_EQ(reload().failed, 1);
}

// The hop of the start, and that of a reload.
class AppSamples : public ::testing::TestWithParam<bool> {};
TEST_P(AppSamples, AreCopiedOfOutcomes) {
  kafka::testing::Script script;
  script.committed[{"in", 0}] = 7;
  script.polls = {kafka::testing::Moved("assign", 0), kafka::testing::RecordAt(0, 7, R"({"id":"a","body":"Words."})"),
                  kafka::testing::EndAt(0, 8)};
  kafka::testing::ScriptedFactory factory(&script);
  const auto samples = std::make_shared<OutcomeSamples>();
  auto app = App::Create({.loaded = Loaded("old"), .roles = {}, .instance = "a", .samples = samples}, &factory);
  ASSERT_TRUE(app.ok());
  ASSERT_TRUE(!GetParam() || (*app)->Reload(Loaded("new")).ok());
  (*app)->Start();
  while ((*app)->Snapshot().workers[0].counters.outcomes[0] == 0) std::this_thread::yield();
  EXPECT_EQ(samples->Since(0).articles.size(), 1);
  EXPECT_TRUE((*app)->Drain(absl::Seconds(60)));
}
INSTANTIATE_TEST_SUITE_P(, AppSamples, ::testing::Bool());

TEST_F(AppReload, InADrainNothingIsReloaded) {
  app_->Start();
  ASSERT_TRUE(app_->Drain(absl::Seconds(60)));
  EXPECT_TRUE(absl::IsFailedPrecondition(app_->Reload(Loaded("new"))));
  EXPECT_EQ(digest(), "old");
}

// --- files that the configuration names ---------------------------------------------------------

config::v1::Config CleaningBy(const std::string& table) {
  config::v1::Config config = Loaded("").config;
  config.mutable_pipeline()->add_processors("cleanup");
  config.mutable_cleanup()->set_source_furniture(table);
  return config;
}

LoadedConfig LoadedFrom(const config::v1::Config& config) {
  auto data = LoadData(config, NEWSFEED_SOURCE_DIR "/config");
  EXPECT_TRUE(data.ok()) << data.status();
  return {config, *std::move(data)};
}

constexpr char kStory[] =
    R"({"id":"1","url":"https://news.example.com/1","title":"Tunnel","body":"A harbour paper since the flood\n\n)"
    R"(The tunnel under the harbour opened on Monday, two years later than the city had promised."})";

std::string BodyOf(const std::string& published) {
  v1::EnrichedArticle article;
  EXPECT_TRUE(article.ParseFromString(published));
  return article.body();
}

// The configuration is as before, only what the file says is not.
TEST(FurnitureReload, ATableThatWasEditedIsAppliedToTheNextRecord) {
  const testing::TemporaryFolder folder;
  const config::v1::Config config = CleaningBy(folder.Write("furniture.tsv", ""));
  const LoadedConfig before = LoadedFrom(config);
  kafka::testing::Script script;
  script.committed[{"in", 0}] = 7;
  script.polls = {kafka::testing::Moved("assign", 0), kafka::testing::RecordAt(0, 7, kStory),
                  kafka::testing::EndAt(0, 8)};
  kafka::testing::ScriptedFactory factory(&script);
  auto app = App::Create({.loaded = before, .roles = {}, .instance = "a"}, &factory);
  ASSERT_TRUE(app.ok()) << app.status();
  folder.Write("furniture.tsv", "news.example.com\t4\t4\tA harbour paper since the flood\n");
  const LoadedConfig after = LoadedFrom(config);
  EXPECT_NE(after.data.config_digest, before.data.config_digest);
  ASSERT_TRUE((*app)->Reload(after).ok());
  (*app)->Start();
  while ((*app)->Snapshot().workers[0].counters.batches_committed == 0) std::this_thread::yield();
  ASSERT_TRUE((*app)->Drain(absl::Seconds(60)));
  ASSERT_EQ(script.published.size(), 1);
  EXPECT_THAT(BodyOf(script.published[0]), StartsWith("The tunnel"));
}

TEST_F(AppReload, ATableThatCannotBeReadLeavesTheOneInUse) {
  const testing::TemporaryFolder folder;
  const config::v1::Config config = CleaningBy(folder.Write("furniture.tsv", "news.example.com\tno figures\n"));
  EXPECT_FALSE(app_->Reload([&]() -> absl::StatusOr<LoadedConfig> {
    auto data = LoadData(config, NEWSFEED_SOURCE_DIR "/config");
    if (!data.ok()) return data.status();
    return LoadedConfig{config, *std::move(data)};
  }()).ok());
  EXPECT_THAT(reload().last_error, HasSubstr("furniture.tsv:1"));
  EXPECT_EQ(reload().pending_workers, 0);
  EXPECT_EQ(digest(), "old");
}

}  // namespace
}  // namespace newsfeed
