// The processor: which articles and fields it tags, and what always holds of its results.
#include "processors/entities/entities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "processors/entities/tokenizer.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/entity_checks.h"
#include "tests/testing/entity_marks.h"
#include "tests/testing/gazetteer_files.h"

namespace newsfeed::entities {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Table;

std::unique_ptr<Processor> Tagger(std::shared_ptr<const Gazetteer> gazetteer) {
  return *Create({}, std::move(gazetteer));
}

class Entities : public ::testing::Test {
 protected:
  void Run() { ASSERT_TRUE(processor_->Process(batch_.batch()).ok()); }

  testing::BatchBuilder batch_;
  std::unique_ptr<Processor> processor_ = Tagger(Table("Oslo\tLOCATION\nBergen\tLOCATION\n"));
};

TEST_F(Entities, TagsTitleAndBody) {
  Article& article = batch_.Clean("Rain in Oslo", "It rained in Oslo.");
  Run();
  EXPECT_THAT(article.entity_mentions, ElementsAre(EntityMention{TextField::kTitle, 8, 12},
                                                   EntityMention{TextField::kBody, 13, 17}));
  EXPECT_TRUE(article.entity_model.starts_with("gazetteer-"));
}

TEST_F(Entities, TagsAStandfirstThatIsNotInTheBody) {
  Article& article = batch_.Clean("Rain", "It rained.");
  article.standfirst = "Wet in Oslo";
  Run();
  EXPECT_THAT(article.entity_mentions, ElementsAre(EntityMention{TextField::kStandfirst, 7, 11}));
}

TEST_F(Entities, LeavesAStandfirstThatIsInTheBody) {
  Article& article = batch_.Clean("Rain", "Wet in Oslo\n\nIt rained.");
  article.standfirst = "Wet in Oslo";
  article.standfirst_in_body = {0, 11};
  Run();
  EXPECT_THAT(article.entity_mentions, ElementsAre(EntityMention{TextField::kBody, 7, 11}));
}

TEST_F(Entities, LeavesDuplicatesAndTheDead) {
  Article& duplicate = batch_.Clean("", "Oslo");
  duplicate.dedup.verdict = Verdict::kDuplicate;
  batch_.Clean("", "Oslo");
  batch_.batch().articles()[1].Reject(Reason::kTooLarge, "");
  batch_.Clean("", "Oslo");
  batch_.batch().articles()[2].dedup.verdict = Verdict::kUpdate;
  Run();
  const auto articles = batch_.batch().articles();
  EXPECT_THAT(articles[0].entities, IsEmpty());
  EXPECT_THAT(articles[0].entity_model, IsEmpty());
  EXPECT_THAT(articles[1].entities, IsEmpty());
  EXPECT_EQ(articles[2].entities.size(), 1U);
}

TEST_F(Entities, OutlivesTheGazetteer) {
  Article& article = batch_.Clean("", "It rained in Oslo.");
  Run();
  processor_ = nullptr;
  EXPECT_THAT(testing::EntityLines(article), ElementsAre("Oslo|LOC|location:oslo: Oslo"));
}

TEST_F(Entities, ForgetsTheArticleBefore) {
  batch_.Clean("", "Ada met Ben in Oslo.");
  Article& article = batch_.Clean("", "It rained in Bergen.");
  Run();
  Run();
  EXPECT_THAT(testing::EntityLines(article), ElementsAre("Bergen|LOC|location:bergen: Bergen"));
}

TEST(EntitiesConfig, IsChecked) {
  config::v1::Entities config;
  config.set_max_entities(0);
  EXPECT_FALSE(Create(config, nullptr).ok());
  config.set_max_entities(10001);
  EXPECT_FALSE(Create(config, nullptr).ok());
  EXPECT_TRUE(Create({}, nullptr).ok());
}

// An own watch list wins, whatever stands around its names.
struct Watched {
  std::string_view name, rows, body;
  std::vector<std::string> entities;
};
class WatchList : public ::testing::TestWithParam<Watched> {};
TEST_P(WatchList, Wins) {
  testing::BatchBuilder batch;
  const Article& article = batch.Clean("", GetParam().body);
  ASSERT_TRUE(Tagger(Table(GetParam().rows))->Process(batch.batch()).ok());
  EXPECT_EQ(testing::EntityLines(article), GetParam().entities);
  for (const Entity& entity : article.entities) {
    if (entity.id.starts_with("desk:")) {
      EXPECT_EQ(entity.confidence, 1.0F);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(, WatchList, ::testing::Values(
    Watched{"OverLongerNames", "Bank of Blue Herons\tORGANIZATION\nBlue Herons\tMISC\tHerons\tdesk\t17\t\twatch\n",
            "The Bank of Blue Herons fell.", {"Herons|MISC|desk:17: Blue Herons"}},
    Watched{"OverLaterFilesRows", "Oslo\tMISC\tmine\tdesk\t1\t\twatch\nOslo\tLOCATION\t\tgeonames\t9\t\tcity\n",
            "It rained in Oslo.", {"mine|MISC|desk:1: Oslo"}},
    Watched{"OverPeoplesNames", "Ada\tGIVEN_NAME\nOslo\tMISC\t\tdesk\t1\t\twatch\n", "Ada Oslo came.",
            {"Oslo|MISC|desk:1: Oslo"}},
    Watched{"OverWhereATownLies",
            "Tollby\tLOCATION\t\tdesk\t1\t\twatch,city,country=NO\nTexas\tLOCATION\t\tgeonames\t2\t\tcountry=US,region=TX\n",
            "It rained in Tollby, Texas.", {"Tollby|LOC|desk:1: Tollby", "Texas|LOC|geonames:2: Texas"}},
    Watched{"OverAcronymsOfTheText", "GRF\tMISC\t\tdesk\t1\t\twatch\n", "The Global Rivers Forum (GRF) met. GRF left.",
            {"Global Rivers Forum|ORG|organization:global-rivers-forum: Global Rivers Forum", "GRF|MISC|desk:1: GRF, GRF"}},
    Watched{"OverTeams", "Oslo\tLOCATION\t\tdesk\t1\t\twatch\nBergen\tLOCATION\t\tgeonames\t2\n",
            "Oslo beat Bergen 2-0. The striker of the match scored both goals, one a penalty.",
            {"Oslo|LOC|desk:1: Oslo", "Bergen|LOC|location:bergen: Bergen"}},
    Watched{"WithSurnames", "Ada Novak\tPERSON\t\tdesk\t1\t\twatch\n", "Ada Novak came. Novak left.",
            {"Ada Novak|PER|desk:1: Ada Novak, Novak"}},
    Watched{"AnyCase", "tollcoin\tMISC\t\tdesk\t1\t\twatch,any-case\n", "TollCoin fell.", {"tollcoin|MISC|desk:1: TollCoin"}},
    Watched{"ExactOnly", "Gap\tORGANIZATION\t\tdesk\t1\tGAP\twatch,exact\n", "GAP fell, not gap and not GAp.",
            {"Gap|ORG|desk:1: GAP"}}),
    [](const auto& row) { return std::string(row.param.name); });

// --- What always holds. ---

std::shared_ptr<const Gazetteer> Shipped() {
  static const auto gazetteer =
      *Gazetteer::Create(testing::GazetteerFiles(NEWSFEED_SOURCE_DIR "/config/gazetteer"));
  return gazetteer;
}

std::string RandomText(uint64_t seed) {
  static constexpr std::string_view kPieces[] = {
      "President ", "Maria ", "Lindqvist", "'s ", " ", ".", "\n\n", "Paris", ", ", "(", ")", "WHO",
      "World Health Organization ", "of ", "University ", "-", "Łódź", "京", "U.S. ", "said ", "Mr. ",
      "GRF", "Global Rivers Forum ", "Corp. ", "al", "\u00A0", "Texas", "the ", "Jr.", "é"};
  std::string text;
  for (int i = 0; i < 60; ++i) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    text += kPieces[(seed >> 33) % std::size(kPieces)];
  }
  return text;
}

TEST(Properties, HoldOnRandomText) {
  const auto processor = Tagger(Shipped());
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    testing::BatchBuilder batch;
    const Article& article = batch.Clean(RandomText(seed + 5000), RandomText(seed));
    ASSERT_TRUE(processor->Process(batch.batch()).ok());
    ASSERT_EQ(testing::EntityFault(article), "") << article.title << "\n---\n" << article.body;
  }
}

TEST(Properties, SecondRunGivesTheSame) {
  testing::BatchBuilder batch;
  const Article& article = batch.Clean(RandomText(1), RandomText(2));
  const auto processor = Tagger(Shipped());
  ASSERT_TRUE(processor->Process(batch.batch()).ok());
  const auto lines = testing::EntityLines(article);
  const auto mentions = article.entity_mentions;
  ASSERT_TRUE(processor->Process(batch.batch()).ok());
  EXPECT_EQ(testing::EntityLines(article), lines);
  EXPECT_EQ(article.entity_mentions, mentions);
}

TEST(Properties, NoLettersNoEntities) {
  testing::BatchBuilder batch;
  const Article& article = batch.Clean("1234", "... 17:30 (42) — !? $5 % …");
  ASSERT_TRUE(Tagger(Shipped())->Process(batch.batch()).ok());
  EXPECT_THAT(article.entities, IsEmpty());
}

class HostileText : public ::testing::TestWithParam<std::string_view> {};
TEST_P(HostileText, TakesLinearTime) {  // quadratic, each of these would take minutes
  std::string body;
  while (body.size() < 1'000'000) body += GetParam();
  testing::BatchBuilder batch;
  const Article& article = batch.Clean("", body);
  ASSERT_TRUE(Tagger(Shipped())->Process(batch.batch()).ok());
  EXPECT_EQ(testing::EntityFault(article), "");
}
INSTANTIATE_TEST_SUITE_P(, HostileText, ::testing::Values(
    "A", "A ", "A. ", "Maria ", "Maria-", "President ", "Mr. ", "University of ", "Corp. ", "Paris, ",
    "(", "(WHO ", "WHO (", "Lake ", "al-", "Texas ", "said Xa Ya, ", "W", "The New ", "\n", "京"));

}  // namespace
}  // namespace newsfeed::entities
