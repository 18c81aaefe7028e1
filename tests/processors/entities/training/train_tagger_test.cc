// The trainer as a program: a recipe of invented texts to its end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "processors/entities/tagger_model.h"
#include "tests/testing/program.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed::entities {
namespace {

constexpr std::string_view kConll =
    "Ada\tB-PER\nNovak\tI-PER\nleft\tO\nOslo\tB-LOC\n.\tO\n\n"
    "Shares\tO\nof\tO\nTollund\tB-ORG\nCorp\tI-ORG\nrose\tO\n.\tO\n\n"
    "Novak\tB-PER\nlikes\tO\nOslo\tB-LOC\n.\tO\n\n"
    "The\tO\nDanish\tB-MISC\nminister\tO\nmet\tO\nBen\tB-PER\nOkri\tI-PER\n.\tO\n";
constexpr std::string_view kNames =
    R"({"text": "Kari Moe of Fjord Lines lives in Bergen.", )"
    R"("names": [[0, 8, "PER"], [12, 23, "ORG"], [33, 39, "LOC"]]})";
constexpr std::string_view kRecipe =
    "# A tagger of five sentences.\nname tiny\nlanguages en\nwords words.tsv\nphrases phrases.tsv\n"
    "row_bits 12\nmin_count 1\nepochs 3\nrate 0.1\ndropout 0.35\n"
    "train conll gold.conll weight=2 cut\ntrain names silver.ndjson\ntune conll gold.conll\ndev conll gold.conll\n";

class TrainTagger : public ::testing::Test {
 protected:
  TrainTagger() {
    folder_.Write("gold.conll", kConll);
    folder_.Write("silver.ndjson", kNames);
    folder_.Write("words.tsv", "oslo\t1\t2\t3\t4\t4\nbergen\t1\t2\t3\t4\t4\n");
    folder_.Write("phrases.tsv", "Fjord Lines\t16\nAda\t1\n");
  }

  testing::ProgramResult Train(std::string_view recipe, const std::string& model) {
    return testing::RunProgram({TRAIN_TAGGER, folder_.Write("recipe", recipe), (folder_.path() / model).string()});
  }
  std::string Model(const std::string& name) { return testing::ReadWholeFile(folder_.path() / name); }

  testing::TemporaryFolder folder_;
};

TEST_F(TrainTagger, WritesTheSameModelEachTime) {
  ASSERT_EQ(Train(kRecipe, "a.model").exit_code, 0);
  ASSERT_EQ(Train(kRecipe, "b.model").exit_code, 0);
  EXPECT_EQ(Model("a.model"), Model("b.model"));
  const auto model = TaggerModel::Create(Model("a.model"), "a.model");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(std::string((*model)->id()), ::testing::StartsWith("tiny-"));
}

TEST_F(TrainTagger, AnotherSeedAndAPartLeftOutGiveAnotherModel) {
  ASSERT_EQ(Train(kRecipe, "a.model").exit_code, 0);
  for (std::string_view key : {"seed 2\n", "document_memory 0\n"}) {
    ASSERT_EQ(Train(std::string(kRecipe) + std::string(key), "b.model").exit_code, 0);
    EXPECT_NE(Model("a.model"), Model("b.model")) << key;
  }
}

TEST_F(TrainTagger, TakesTheScoreOfTheRecipe) {
  ASSERT_EQ(Train(std::string(kRecipe) + "outside -32\n", "a.model").exit_code, 0);
  EXPECT_EQ((*TaggerModel::Create(Model("a.model"), "a.model"))->outside(), -32);
}

TEST_F(TrainTagger, RefusesAKeyItDoesNotKnow) {
  const auto result = Train(std::string(kRecipe) + "epoch 3\n", "a.model");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, ::testing::HasSubstr("unknown key epoch"));
}

}  // namespace
}  // namespace newsfeed::entities
