// The statistical tagger, alone and beside the table and the grammar.
#include "processors/entities/tagger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "processors/entities/entities.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/entity_checks.h"
#include "tests/testing/entity_marks.h"
#include "tests/testing/gazetteer_files.h"
#include "tests/testing/tiny_tagger_model.h"

namespace newsfeed::entities {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Table;

class Tagging : public ::testing::Test {
 protected:
  // The body with its names in brackets.
  std::string Tagged(std::string_view title, std::string_view body, std::string_view language = "en") {
    testing::BatchBuilder batch;
    Article& article = batch.Clean(title, body);
    article.language = language;
    EXPECT_TRUE(processor_->Process(batch.batch()).ok());
    EXPECT_EQ(testing::EntityFault(article), "");
    entity_model_ = article.entity_model;
    lines_ = testing::EntityLines(article);
    return testing::MarkedText(article, TextField::kBody);
  }
  std::string Tagged(std::string_view body) { return Tagged("", body); }

  void Use(std::string_view rows) { processor_ = *Create({}, Table(rows), testing::TinyTaggerModel()); }

  std::unique_ptr<Processor> processor_ = *Create({}, Table(""), testing::TinyTaggerModel());
  std::string entity_model_;
  std::vector<std::string> lines_;
};

// No name of this test is in the training sentences.
TEST_F(Tagging, FindsNamesByWhatStandsAroundThem) {
  EXPECT_EQ(Tagged("It rained in Tromso on Tuesday."), "It rained in [LOC Tromso] on Tuesday.");
  EXPECT_EQ(Tagged("Shares of Lakselv fell on Monday."), "Shares of [ORG Lakselv] fell on Monday.");
  EXPECT_EQ(Tagged("The house was sold, said Ola Dahl."), "The house was sold, said [PER Ola Dahl].");
}

TEST_F(Tagging, FindsNothingInTextsWithoutCapitals) {
  EXPECT_EQ(Tagged("it rained in tromso."), "it rained in tromso.");
  EXPECT_EQ(Tagged("1,000 -- 2,000 (3) \xE2\x80\xA6 ?!"), "1,000 -- 2,000 (3) \xE2\x80\xA6 ?!");
  EXPECT_EQ(Tagged(""), "");
}

TEST_F(Tagging, SaysWhoTagged) {
  Tagged("It rained in Tromso.");
  EXPECT_THAT(entity_model_, ::testing::MatchesRegex("gazetteer-[0-9a-f]+\\+tiny-[0-9a-f]{8}"));
}

TEST_F(Tagging, LeavesOtherLanguagesToTheTable) {
  Use("Bergen\tLOCATION\n");
  EXPECT_EQ(Tagged("", "Es regnete in Tromso und Bergen.", "de"),
            "Es regnete in Tromso und [LOC Bergen].");
  EXPECT_THAT(entity_model_, ::testing::MatchesRegex("gazetteer-[0-9a-f]+"));
}

TEST_F(Tagging, TakesTextsWithoutALanguageForEnglish) {
  EXPECT_EQ(Tagged("", "It rained in Tromso on Tuesday.", ""), "It rained in [LOC Tromso] on Tuesday.");
}

TEST_F(Tagging, KeepsTheLinksOfTheTable) {
  Use("Oslo\tLOCATION\t\twikidata\tQ585\n");
  Tagged("It rained in Oslo on Tuesday.");
  EXPECT_THAT(lines_, ElementsAre("Oslo|LOC|wikidata:Q585: Oslo"));
}

// Elsewhere "Lofoten" is a place; here it is a firm, and no link of the place is given.
TEST_F(Tagging, BeatsTheTable) {
  Use("Lofoten\tLOCATION\t\twikidata\tQ1\n");
  EXPECT_EQ(Tagged("Shares of Lofoten fell on Monday."), "Shares of [ORG Lofoten] fell on Monday.");
  EXPECT_THAT(lines_, ElementsAre("Lofoten|ORG|organization:lofoten: Lofoten"));
}

TEST(AddTagged, LetsTheSurerTellTheType) {
  const Sense place;
  const Candidate of_table{.tokens = {0, 1}, .type = EntityType::kLocation, .evidence = Evidence::kTable,
                           .senses = {&place, 1}, .confidence = 0.7F};
  Candidate name{.tokens = {0, 1}, .type = EntityType::kOrganization, .evidence = Evidence::kTagger, .senses = {}};
  for (const auto& [confidence, type] : {std::pair(0.6F, EntityType::kLocation), std::pair(0.8F, EntityType::kOrganization)}) {
    name.confidence = confidence;
    std::vector<Candidate> candidates = {of_table};
    AddTagged(std::span(&name, 1), candidates);
    ASSERT_EQ(candidates.size(), 2U);
    EXPECT_EQ(candidates[1].type, type);
    EXPECT_EQ(candidates[1].senses.empty(), type == EntityType::kOrganization);
  }
}

TEST_F(Tagging, LeavesToTheTableWhatItDoesNotSee) {
  Use("heron widgets\tORGANIZATION\t\t\t\t\tany-case\n");
  EXPECT_EQ(Tagged("he bought heron widgets."), "he bought [ORG heron widgets].");
}

TEST_F(Tagging, YieldsToAWatchList) {
  Use("Heron\tMISC\t\tdesk\t17\t\twatch\n");
  EXPECT_EQ(Tagged("Shares of Heron Bank fell on Monday."),
            "Shares of [MISC Heron] Bank fell on Monday.");
}

TEST_F(Tagging, GivesAConfidenceToEachMention) {
  testing::BatchBuilder batch;
  const Article& article = batch.Clean("", "It rained in Stavanger on Tuesday.");
  ASSERT_TRUE(processor_->Process(batch.batch()).ok());
  ASSERT_EQ(article.entities.size(), 1U);
  EXPECT_GT(article.entities[0].confidence, 0.5F);
  EXPECT_LT(article.entities[0].confidence, 1.0F);
}

// --- What always holds. ---

std::string RandomText(uint64_t seed) {
  static constexpr std::string_view kPieces[] = {
      "Ada ", "Novak", "'s ", " ", ".", "\n\n", "Oslo", ", ", "(", ")", "NATO", "Shares of ", "said ",
      "in ", "-", "Łódź", "京", "U.S. ", "Corp ", "al", "\u00A0", "the ", "é", "Él ", "Ünye", "42", "iPhone "};
  std::string text;
  for (int i = 0; i < 60; ++i) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    text += kPieces[(seed >> 33) % std::size(kPieces)];
  }
  return text;
}

TEST_F(Tagging, HoldsItsPromisesOnRandomText) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) Tagged(RandomText(seed + 5000), RandomText(seed));
}

TEST_F(Tagging, DoesNotDependOnWhatCameBefore) {
  std::vector<std::string> first;
  for (uint64_t seed = 1; seed <= 100; ++seed) first.push_back(Tagged(RandomText(seed)));
  for (uint64_t seed = 100; seed >= 1; --seed) {
    EXPECT_EQ(Tagged(RandomText(seed)), first[seed - 1]) << seed;
  }
}

// A quadratic step would take minutes.
TEST_F(Tagging, IsLinearInHostileTexts) {
  for (std::string_view unit : {"A", "A ", "Ab ", "Novak ", "A. ", "Heron-", "said Ada ", "É", "A'"}) {
    std::string text;
    while (text.size() < 1'000'000) text += unit;
    Tagged(text);
  }
}

// More words than the tagger keeps sums of.
TEST(StatisticalTagger, ForgetsWordsInALongArticle) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "W" + std::to_string(i) + "x.\n";
  StatisticalTagger tagger(testing::TinyTaggerModel());
  const auto whole = testing::Marked(text + "It rained in Tromso on Tuesday.");
  const auto names = tagger.FindNames(whole->document);
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names.back().type, EntityType::kLocation);
  EXPECT_EQ(TokenText(whole->text, whole->document.tokens[names.back().tokens.begin]), "Tromso");
}

TEST(OfferedTags, AreThoseThatMayFollow) {
  struct Example {
    Tag previous;
    bool last;
    size_t count;
  };
  for (const auto& [previous, last, count] : {
           Example{kOutside, false, 9},                              // O, four B, four S
           Example{kOutside, true, 5},                               // no B at the end
           Example{MakeTag(EntityType::kPerson, kEnd), false, 9},
           Example{MakeTag(EntityType::kPerson, kBegin), false, 2},  // I, E
           Example{MakeTag(EntityType::kPerson, kInside), true, 1},  // E
       }) {
    std::array<Tag, kTags> tags;
    ASSERT_EQ(OfferedTags(previous, last, tags), count) << int{previous};
    for (size_t i = 0; i < count; ++i) {
      EXPECT_TRUE(!IsOpen(previous) || TypeOf(tags[i]) == TypeOf(previous));
      EXPECT_FALSE(last && IsOpen(tags[i]));
    }
  }
}

}  // namespace
}  // namespace newsfeed::entities
