#include "processors/pipeline/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "tests/testing/batch_builder.h"

namespace newsfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

int64_t ticks = 0;
int64_t FakeClock() { return ticks += 10; }

config::v1::Config Chain(std::initializer_list<const char*> names) {
  config::v1::Config config;
  for (const char* name : names) config.mutable_pipeline()->add_processors(name);
  return config;
}

std::vector<std::string> StepNames(const config::v1::Config& config, Stage stage) {
  SharedData shared;
  shared.line_rules = *cleanup::LineRules::Create({});
  shared.gazetteer = *entities::Gazetteer::Create({});
  auto pipeline = Pipeline::Create(config, shared, stage, &FakeClock);
  EXPECT_TRUE(pipeline.ok()) << pipeline.status();
  std::vector<std::string> names;
  for (const StepStats& step : (*pipeline)->stats()) names.emplace_back(step.name);
  return names;
}

TEST(Pipeline, TheDefaultChainHasAllStepsInTheirStages) {
  const config::v1::Config config;
  EXPECT_THAT(StepNames(config, Stage::kPrepare), ElementsAre("decode", "cleanup", "sketch"));
  EXPECT_THAT(StepNames(config, Stage::kJudge), ElementsAre("judge"));
  EXPECT_THAT(StepNames(config, Stage::kEnrich), ElementsAre("entities"));
}

TEST(Pipeline, ProcessorsCanBeLeftOut) {
  const config::v1::Config config = Chain({"decode", "entities"});
  EXPECT_THAT(StepNames(config, Stage::kPrepare), ElementsAre("decode"));
  EXPECT_THAT(StepNames(config, Stage::kJudge), ElementsAre());
}

TEST(Pipeline, StepsKnowTheNamesOfTheTable) {
  for (const ProcessorEntry& entry : ProcessorTable()) {
    EXPECT_THAT(StepNames({}, entry.stage), ::testing::Contains(std::string(entry.step_name)));
  }
}

TEST(Pipeline, MeasuresEachStepAndNamesItInTheFate) {
  const SharedData shared;
  auto pipeline = Pipeline::Create(Chain({"decode"}), shared, Stage::kPrepare, &FakeClock);
  testing::BatchBuilder builder;
  builder.Value(R"({"title":"t","body":"b"})");
  builder.Value("{bad");
  ASSERT_TRUE((*pipeline)->Process(builder.batch()).ok());
  const StepStats& decode = (*pipeline)->stats()[0];
  EXPECT_EQ(decode.in, 2);
  EXPECT_EQ(decode.out, 1);
  EXPECT_EQ(decode.nanoseconds, 10);
  EXPECT_EQ(builder.batch().articles()[1].fate.stage, "decode");
}

struct BadChain {
  std::vector<const char*> names;
  const char* message;
};

TEST(CheckChain, NamesWhatIsWrong) {
  for (const BadChain& bad : std::vector<BadChain>{
           {{"decode", "translate"}, "unknown processor \"translate\""},
           {{"cleanup", "decode"}, "\"decode\" is out of order or twice"},
           {{"decode", "decode"}, "\"decode\" is out of order or twice"},
           {{"cleanup"}, "\"decode\" is required"}}) {
    config::v1::Config config;
    for (const char* name : bad.names) config.mutable_pipeline()->add_processors(name);
    EXPECT_THAT(std::string(CheckChain(config).message()), HasSubstr(bad.message));
  }
}

}  // namespace
}  // namespace newsfeed
