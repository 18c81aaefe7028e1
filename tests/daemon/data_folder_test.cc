// What is loaded for a configuration, and what is refused.
#include "daemon/data_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kTable = "name\ttype\tcanonical\tscheme\tid\taliases\tflags\nOslo\tLOCATION\n";

// A chain of entities alone, with this model.
config::v1::Config With(const std::string& model) {
  config::v1::Config config;
  config.mutable_pipeline()->add_processors("decode");
  config.mutable_pipeline()->add_processors("entities");
  if (!model.empty()) config.mutable_entities()->set_model(model);
  return config;
}

std::string Refusal(const testing::TemporaryFolder& folder, const std::string& model) {
  const auto data = LoadData(With(model), folder.path());
  return data.ok() ? "" : std::string(data.status().message());
}

TEST(LoadData, LoadsTheShippedModel) {
  const auto data = LoadData(With(""), NEWSFEED_SOURCE_DIR "/config");
  ASSERT_TRUE(data.ok()) << data.status();
  ASSERT_NE(data->shared.tagger_model, nullptr);
  EXPECT_TRUE(data->shared.tagger_model->Knows("en-GB"));
  EXPECT_TRUE(data->shared.tagger_model->id().starts_with("news-en-"));
}

TEST(LoadData, LoadsNoModelIfThereIsToBeNone) {
  const testing::TemporaryFolder folder;
  folder.Write("gazetteer/a.tsv", kTable);
  const auto data = LoadData(With("none"), folder.path());
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->shared.tagger_model, nullptr);
  EXPECT_EQ(data->shared.gazetteer->size(), 1U);
}

TEST(LoadData, NamesTheModelThatIsMissing) {
  const testing::TemporaryFolder folder;
  folder.Write("gazetteer/a.tsv", kTable);
  EXPECT_THAT(Refusal(folder, ""), HasSubstr("models/news-en.model"));
}

TEST(LoadData, NamesTheModelThatIsNone) {
  const testing::TemporaryFolder folder;
  folder.Write("gazetteer/a.tsv", kTable);
  folder.Write("models/foreign.model", "PK\x03\x04");
  EXPECT_EQ(Refusal(folder, "models/foreign.model"), "models/foreign.model: is no model of this program");
}

TEST(LoadData, AnotherModelIsAnotherDigest) {
  const auto with = LoadData(With(""), NEWSFEED_SOURCE_DIR "/config");
  const auto without = LoadData(With("none"), NEWSFEED_SOURCE_DIR "/config");
  ASSERT_TRUE(with.ok() && without.ok());
  EXPECT_NE(with->config_digest, without->config_digest);
}

}  // namespace
}  // namespace newsfeed
