// The model file: what is written is read, and nothing else is.
#include "processors/entities/tagger_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/tiny_tagger_model.h"

namespace newsfeed::entities {
namespace {

using ::testing::HasSubstr;

TaggerModelParts Parts() {
  TaggerModelParts parts;
  parts.name = "news-xx";
  parts.languages = "xx yy";
  parts.words = {{TokenHash("oslo"), {{1, 2, 3, 4}, 5, 6, WordInfo::kMayBegin}}};
  parts.phrases = {{Lexicon::PhraseKey(7, 8), {9, true}}};
  parts.outside = -100;
  parts.row_bits = kMinRowBits;
  parts.marks.assign(1 << kMinRowBits, 0);
  parts.rows.assign(1 << kMinRowBits, {});
  return parts;
}

std::string Refusal(std::string_view bytes) {
  const auto model = TaggerModel::Create(bytes, "m.model");
  return model.ok() ? "" : std::string(model.status().message());
}

TEST(TaggerModelFile, IsReadAsItWasWritten) {
  TaggerModelParts parts = Parts();
  const uint32_t feature = 0xABCDEF12;
  const uint32_t slot = BucketOf(feature, parts.row_bits) + 1;
  parts.marks[slot] = MarkOf(feature);
  parts.rows[slot].weights[3] = -77;
  parts.rows[slot].weights[15] = 120;
  const auto model = *TaggerModel::Create(WriteTaggerModel(parts), "m.model");
  ASSERT_NE(model->row(feature), nullptr);
  EXPECT_EQ(model->row(feature)->weights[3], -77);
  EXPECT_EQ(model->row(feature)->weights[15], 120);
  EXPECT_EQ(model->row(feature ^ 1), nullptr);
  EXPECT_EQ(model->outside(), -100);
  EXPECT_EQ(model->lexicon().Find(TokenHash("oslo")).clusters[2], 3);
  EXPECT_TRUE(model->lexicon().MayBegin(TokenHash("oslo")));
  EXPECT_FALSE(model->lexicon().MayBegin(TokenHash("bergen")));
  EXPECT_EQ(model->lexicon().FindPhrase(Lexicon::PhraseKey(7, 8)).lists, 9);
  EXPECT_TRUE(model->id().starts_with("news-xx-"));
}

TEST(TaggerModelFile, KeepsLargeWeightsToOnePartInAHundred) {
  TaggerModelParts parts = Parts();
  parts.marks[0] = 1;
  parts.rows[0].weights[0] = 255;
  parts.rows[0].weights[1] = 101;
  const auto model = *TaggerModel::Create(WriteTaggerModel(parts), "m.model");
  EXPECT_EQ(model->row(0)->weights[0], 254);
  EXPECT_EQ(model->row(0)->weights[1], 100);
}

TEST(TaggerModelFile, KnowsItsLanguages) {
  const auto model = *TaggerModel::Create(WriteTaggerModel(Parts()), "m.model");
  EXPECT_TRUE(model->Knows("xx"));
  EXPECT_TRUE(model->Knows("yy-GB"));
  EXPECT_FALSE(model->Knows("en"));
  EXPECT_FALSE(model->Knows("xxx"));
  EXPECT_FALSE(model->Knows(""));
}

TEST(TaggerModelFile, TellsConfidenceBetweenItsKnots) {
  TaggerModelParts parts = Parts();
  parts.calibration[0] = {0, 51, 102, 102, 102, 102, 102, 204, 255};
  const auto model = *TaggerModel::Create(WriteTaggerModel(parts), "m.model");
  EXPECT_NEAR(model->Confidence(EntityType::kPerson, 0.125F), 0.2, 0.001);
  EXPECT_NEAR(model->Confidence(EntityType::kPerson, 0.1875F), 0.3, 0.001);
  EXPECT_NEAR(model->Confidence(EntityType::kPerson, 1), 0.99, 0.001);
  EXPECT_NEAR(model->Confidence(EntityType::kPerson, 0), 0.01, 0.001);
}

TEST(TaggerModelFile, RefusesWhatIsNoModel) {
  EXPECT_EQ(Refusal(""), "m.model: is no model of this program");
  EXPECT_EQ(Refusal("nftagger"), "m.model: is no model of this program");
  EXPECT_EQ(Refusal(std::string(1000, 'x')), "m.model: is no model of this program");
}

TEST(TaggerModelFile, RefusesAnotherFormat) {
  std::string bytes = WriteTaggerModel(Parts());
  bytes[8] = 9;
  EXPECT_EQ(Refusal(bytes), "m.model: has format 9, this program reads 1");
}

TEST(TaggerModelFile, RefusesAFileCutShort) {
  const std::string bytes = WriteTaggerModel(Parts());
  EXPECT_THAT(Refusal(bytes.substr(0, bytes.size() - 1)), HasSubstr("is damaged: "));
  EXPECT_THAT(Refusal(bytes + "x"), HasSubstr("is damaged: "));
}

TEST(TaggerModelFile, RefusesAChangedByte) {
  const std::string whole = WriteTaggerModel(Parts());
  for (size_t i = 20; i < whole.size(); i += 7) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
    EXPECT_EQ(Refusal(bytes), "m.model: is damaged: its checksum differs") << i;
  }
}

// With a right checksum, so that only the reader of the contents stands between.
TEST(TaggerModelFile, RefusesContentsThatContradictEachOther) {
  const std::string whole = WriteTaggerModel(Parts());
  for (size_t size : {size_t{0}, size_t{5}, size_t{40}, whole.size() - 28 - 1}) {
    std::string bytes = whole.substr(0, 28 + size);
    const uint64_t body = size, checksum = text::Hash(std::string_view(bytes).substr(28));
    bytes.replace(12, 8, std::string(reinterpret_cast<const char*>(&body), 8));
    bytes.replace(20, 8, std::string(reinterpret_cast<const char*>(&checksum), 8));
    EXPECT_EQ(Refusal(bytes), "m.model: is damaged: its contents contradict each other") << size;
  }
}

}  // namespace
}  // namespace newsfeed::entities
