// A configuration is loaded again while workers run.
#include "daemon/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/stages/outcome_records.h"
#include "tests/daemon/kafka/scripted_clients.h"

namespace newsfeed {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace newsfeed
