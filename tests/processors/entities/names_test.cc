// The name grammar and the shipped tables together. People and firms are invented.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "processors/entities/entities.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/entity_marks.h"
#include "tests/testing/gazetteer_files.h"

namespace newsfeed::entities {
namespace {

const std::shared_ptr<const Gazetteer>& Shipped() {
  static const auto gazetteer =
      *Gazetteer::Create(testing::GazetteerFiles(NEWSFEED_SOURCE_DIR "/config/gazetteer"));
  return gazetteer;
}

std::string Tagged(std::string_view body, std::string_view language = "en") {
  testing::BatchBuilder batch;
  Article& article = batch.Clean("", body);
  article.language = language;
  EXPECT_TRUE((*Create({}, Shipped()))->Process(batch.batch()).ok());
  return testing::MarkedText(article, TextField::kBody);
}

// The brackets are what is expected; the text is the same without.
class Marks : public ::testing::TestWithParam<std::string_view> {};
TEST_P(Marks, Names) {
  std::string text;
  const std::string_view marked = GetParam();
  for (size_t i = 0; i < marked.size(); ++i) {
    if (marked[i] == '[') i = marked.find(' ', i);
    else if (marked[i] != ']') text += marked[i];
  }
  EXPECT_EQ(Tagged(text), marked);
}

INSTANTIATE_TEST_SUITE_P(Places, Marks, ::testing::Values(
    "He flew from [LOC Paris] to [LOC New York].",
    "The [LOC U.S.] and [LOC South Korea] signed it in [LOC Seoul].",
    "A [LOC U.S.]-led mission left [LOC Iraq]'s north.",
    "It was a nice day for reading at home.",
    "Reading is good. Nice people read.",
    "They met in [LOC Nice] and in [LOC Reading].",
    "The house in [LOC Orange], [LOC California], was sold.",
    "The flood reached [LOC Lake Tollund] and [LOC Harrow County].",
    "They flew from [LOC Côte d’Ivoire] to [LOC St. John’s] and [LOC Cox's Bāzār].",
    "The Kowloon Kites and the Chicago Spanners played."));

INSTANTIATE_TEST_SUITE_P(People, Marks, ::testing::Values(
    "President [PER Oskar Lindqvist] spoke.",
    "Mr. [PER Lindqvist] and Mrs. [PER Okonkwo-Reyes] left.",
    "Deputy Prime Minister [PER Zbigniew Kral] agreed.",
    "His lawyer, spokesman [PER Tarvo Ilves], declined.",
    "It was [PER Maria van der Meer] who won.",
    "So said [PER George W. Tallow Jr.] at noon.",
    "[PER Nadia al-Hadidi], who knows [PER Jean-Claude Mireau], smiled.",
    "\"No,\" [PER Xolo Nkabinde] said.",
    "The Prime Minister said so. Foreign Minister [PER Ada Moe] said no, said the Prime Minister.",
    "He lost the Stanley Cup and went to Anderson Works.",
    "In May, April and June it rained on Monday."));

INSTANTIATE_TEST_SUITE_P(Organizations, Marks, ::testing::Values(
    "Shares of [ORG Tollund Widget Corp.] fell.",
    "The [ORG University of Tollund] and [ORG Tollund University] merged.",
    "The [ORG University of Tollund] and the [ORG University of Harrow] merged.",
    "The [ORG Ministry of Rivers and Lakes] said no.",
    "The [ORG World Bank] lent it to the [ORG United Nations].",
    "[ORG Toyota] cut jobs. Shares of [ORG Toyota] fell.",
    "Who knows? The [ORG WHO] does.",
    "The [ORG Global Rivers Forum] ([ORG GRF]) met; [ORG GRF] members left.",
    "[ORG GRF] ([ORG Global Rivers Forum]) met.",
    "The [MISC Gross River Product] ([MISC GRP]) rose."));

INSTANTIATE_TEST_SUITE_P(Demonyms, Marks, ::testing::Values(
    "Two [MISC French] ships and some [MISC Ukrainians] came.",
    "The [MISC South African] team lost."));

TEST(Headlines, InTitleCaseGiveNoVerbs) {
  EXPECT_EQ(Tagged("Maria Lindqvist Rejects Offer From Large Group"),
            "[PER Maria Lindqvist] Rejects Offer From Large Group");
  EXPECT_EQ(Tagged("Judge Orders Release Of Seven Whales"), "Judge Orders Release Of Seven Whales");
}

TEST(Headlines, InCapitalsGiveNamesOfTheTable) {
  EXPECT_EQ(Tagged("LEADERS MEET IN PARIS TODAY"), "LEADERS MEET IN [LOC PARIS] TODAY");
}

TEST(Memory, KnowsSurnames) {
  EXPECT_EQ(Tagged("Maria Lindqvist came. Lindqvist left. Lindqvist's dog stayed."),
            "[PER Maria Lindqvist] came. [PER Lindqvist] left. [PER Lindqvist]'s dog stayed.");
}

TEST(Memory, TakesATownForThePerson) {
  EXPECT_EQ(Tagged("Ms. Maria Lyon came. Lyon left."), "Ms. [PER Maria Lyon] came. [PER Lyon] left.");
}

TEST(Memory, TakesACountryForThePerson) {
  EXPECT_EQ(Tagged("Maria Israel came. Israel left. Israel's dog stayed in Israel."),
            "[PER Maria Israel] came. [PER Israel] left. [PER Israel]'s dog stayed in [LOC Israel].");
  EXPECT_EQ(Tagged("Maria Israel came. Israel and Israeli towns."),
            "[PER Maria Israel] came. [LOC Israel] and [MISC Israeli] towns.");
}

TEST(Memory, LeavesStatesBehindPrepositions) {
  EXPECT_EQ(Tagged("Maria Montana came. Montana left for a house in Montana."),
            "[PER Maria Montana] came. [PER Montana] left for a house in [LOC Montana].");
}

TEST(OtherLanguages, HaveTheTableOnly) {
  EXPECT_EQ(Tagged("Präsident Oskar Lindqvist war in Berlin.", "de"),
            "Präsident Oskar Lindqvist war in [LOC Berlin].");
  EXPECT_EQ(Tagged("BERLIN ist schön.", "de"), "BERLIN ist schön.");
  EXPECT_EQ(Tagged("Elle quitte la Côte d’Ivoire.", "fr"), "Elle quitte la [LOC Côte d’Ivoire].");
}

TEST(ShippedTables, AreSmall) {
  EXPECT_GT(Shipped()->size(), 6000U);
  EXPECT_LT(Shipped()->bytes(), 8U << 20);
}

}  // namespace
}  // namespace newsfeed::entities
