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

struct RequiredCase {
  const char* name;
  std::vector<const char*> chain;
  std::string value;
  std::string required;
  std::string_view stage;  // that refuses it; empty: none
};

void PrintTo(const RequiredCase& given, std::ostream* out) { *out << given.name; }

class RequiredFields : public ::testing::TestWithParam<RequiredCase> {};

// What cleanup may find is asked for behind it, what it never finds before.
TEST_P(RequiredFields, AreAskedForOnceNothingFillsThem) {
  config::v1::Config config;
  for (const char* name : GetParam().chain) config.mutable_pipeline()->add_processors(name);
  config.mutable_decode()->add_required(GetParam().required);
  auto pipeline = Pipeline::Create(config, {}, Stage::kPrepare, &FakeClock);
  testing::BatchBuilder builder;
  const Article& article = builder.Value(GetParam().value);
  ASSERT_TRUE((*pipeline)->Process(builder.batch()).ok());
  EXPECT_EQ(article.fate.stage, GetParam().stage);
  if (article.live()) return;
  EXPECT_EQ(ReasonName(article.fate.reason), "MISSING_FIELD");
  EXPECT_EQ(article.fate.detail, "required field is missing: " + GetParam().required);
}

constexpr char kPage[] =
    R"(<html><head><title>Harbour reopens</title><meta name="date" content="2026-03-01"></head>)"
    R"(<body><p>Ships may enter the harbour again, the harbour master said.</p></body></html>)";
constexpr char kBarePage[] =
    "<html><body><p>Ships may enter the harbour again, the harbour master said.</p></body></html>";
constexpr char kText[] = "Ships may enter the harbour again, the harbour master said on Sunday.";
// The page is the body of a record.
std::string Record(std::string_view page) {
  std::string escaped;
  for (const char c : page) escaped += c == '"' ? "\\\"" : std::string(1, c);
  return R"({"id":"a-1","html":")" + escaped + "\"}";
}

const std::vector<const char*> kClean = {"decode", "cleanup"};
const std::vector<const char*> kRaw = {"decode"};

INSTANTIATE_TEST_SUITE_P(
    , RequiredFields,
    ::testing::Values(
        RequiredCase{"TitleOfAPage", kClean, kPage, "title", ""},
        RequiredCase{"TitleOfAPageInARecord", kClean, Record(kPage), "title", ""},
        RequiredCase{"TimeOfAPageInARecord", kClean, Record(kPage), "published_at", ""},
        RequiredCase{"LanguageOfARecord", kClean, R"({"body":")" + std::string(kText) + "\"}",
                     "language", ""},
        RequiredCase{"LanguageOfAText", kClean, kText, "language", ""},
        RequiredCase{"PageWithoutATitle", kClean, kBarePage, "title", "cleanup"},
        RequiredCase{"PageInARecordWithoutATime", kClean, Record(kBarePage), "published_at",
                     "cleanup"},
        RequiredCase{"TextWithoutATitle", kClean, kText, "title", "cleanup"},
        RequiredCase{"TitleOfNothingButMarkup", kClean,
                     R"({"title":"<b></b>","body":"Ships may enter."})", "title", "cleanup"},
        RequiredCase{"UnknownLanguage", kClean, R"({"title":"4:2"})", "language", "cleanup"},
        RequiredCase{"PageWithoutABody", kClean,
                     "<html><head><title>Harbour reopens</title></head><body></body></html>", "body",
                     "cleanup"},
        RequiredCase{"IdOfAPage", kClean, kPage, "id", "decode"},
        RequiredCase{"TimeOfAText", kClean, kText, "published_at", "decode"},
        RequiredCase{"UrlOfARecord", kClean, R"({"title":"Harbour reopens"})", "url", "decode"},
        RequiredCase{"TitleOfAPageAsItIs", kRaw, kPage, "title", "decode"},
        RequiredCase{"TitleOfAPageInARecordAsItIs", kRaw, Record(kPage), "title", "decode"},
        RequiredCase{"TitleOfATextAsItIs", kRaw, kText, "title", "decode"}));

TEST(Pipeline, AsksNoFilteredArticleForRequiredFields) {
  config::v1::Config config = Chain({"decode", "cleanup"});
  config.mutable_decode()->add_required("title");
  auto* quality = config.mutable_cleanup()->mutable_quality();
  quality->set_min_words(100);
  quality->set_below_floor(config::v1::Cleanup::Quality::FILTER);
  auto pipeline = Pipeline::Create(config, {}, Stage::kPrepare, &FakeClock);
  testing::BatchBuilder builder;
  const Article& article = builder.Value(kText);
  ASSERT_TRUE((*pipeline)->Process(builder.batch()).ok());
  EXPECT_EQ(article.fate.kind, FateKind::kFiltered);
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
