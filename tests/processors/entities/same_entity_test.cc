// What is one thing and what is not, with the shipped tables. People are invented, and firms but for the known ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "processors/entities/entities.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/entity_marks.h"
#include "tests/testing/gazetteer_files.h"

namespace newsfeed::entities {
namespace {

using ::testing::ElementsAreArray;

std::vector<std::string> Entities(std::string_view title, std::string_view body) {
  static const auto gazetteer =
      *Gazetteer::Create(testing::GazetteerFiles(NEWSFEED_SOURCE_DIR "/config/gazetteer"));
  testing::BatchBuilder batch;
  const Article& article = batch.Clean(title, body);
  EXPECT_TRUE((*Create({}, gazetteer))->Process(batch.batch()).ok());
  return testing::EntityLines(article);
}

struct Example {
  std::string_view name, title, body;
  std::vector<std::string> entities;
};
class SameEntity : public ::testing::TestWithParam<Example> {};
TEST_P(SameEntity, Is) {
  EXPECT_THAT(Entities(GetParam().title, GetParam().body), ElementsAreArray(GetParam().entities));
}
std::string NameOf(const ::testing::TestParamInfo<Example>& row) { return std::string(row.param.name); }

INSTANTIATE_TEST_SUITE_P(People, SameEntity, ::testing::Values(
    Example{"Surname", "Lindqvist wins", "Bernie Lindqvist won. Lindqvist was glad.",
            {"Bernie Lindqvist|PER|person:bernie-lindqvist: Lindqvist, Bernie Lindqvist, Lindqvist"}},
    Example{"TitleAndPossessive", "", "Bernie Lindqvist won. Mr Lindqvist smiled. Lindqvist's aides and Sen. Lindqvist left.",
            {"Bernie Lindqvist|PER|person:bernie-lindqvist: Bernie Lindqvist, Lindqvist, Lindqvist, Lindqvist"}},
    Example{"HeadlineInCapitals", "BERNIE LINDQVIST WINS", "It was Bernie Lindqvist who won.",
            {"Bernie Lindqvist|PER|person:bernie-lindqvist: BERNIE LINDQVIST, Bernie Lindqvist"}},
    Example{"HeadlineInTitleCase", "Why Xolo Nkabinde Won", "\"Yes,\" Xolo Nkabinde said.",
            {"Xolo Nkabinde|PER|person:xolo-nkabinde: Xolo Nkabinde, Xolo Nkabinde"}},
    Example{"TwoOfOneSurname", "", "Maria Kral won. Kral smiled. Peter Kral lost. Kral wept. Maria Kral left.",
            {"Maria Kral|PER|person:maria-kral: Maria Kral, Kral, Maria Kral",
             "Peter Kral|PER|person:peter-kral: Peter Kral, Kral"}},
    Example{"SurnameWithParticles", "", "Maria van der Meer won. They like van der Meer. Van der Meer smiled. So did Meer.",
            {"Maria van der Meer|PER|person:maria-van-der-meer: "
             "Maria van der Meer, van der Meer, Van der Meer, Meer"}},
    Example{"FullestForm", "", "Maria Kral won. Maria J. Kral smiled.",
            {"Maria J. Kral|PER|person:maria-j-kral: Maria Kral, Maria J. Kral"}},
    Example{"BearerOfATownsName", "", "Denzel Washington came. Washington, an actor, left.",
            {"Denzel Washington|PER|person:denzel-washington: Denzel Washington, Washington"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(Organizations, SameEntity, ::testing::Values(
    Example{"The", "", "The World Bank lent it. World Bank staff and the World Bank's board agreed.",
            {"World Bank|ORG|wikidata:Q7164: World Bank, World Bank, World Bank"}},
    Example{"AcronymAfterItsName", "", "The World Health Organization (WHO) spoke. WHO staff left.",
            {"World Health Organization|ORG|wikidata:Q7817: World Health Organization, WHO, WHO"}},
    Example{"AcronymBeforeItsName", "GRF warns", "The Global Rivers Forum (GRF) spoke.",
            {"Global Rivers Forum|ORG|organization:global-rivers-forum: GRF, Global Rivers Forum, GRF"}},
    Example{"AcronymWithoutBrackets", "", "The Tollund Rivers University opened. TRU staff came, said a TRU man.",
            {"Tollund Rivers University|ORG|organization:tollund-rivers-university: "
             "Tollund Rivers University, TRU, TRU"}},
    Example{"AcronymOfTwoNames", "", "Tollund Rivers University met Tollby Roads University. TRU staff came.",
            {"Tollund Rivers University|ORG|organization:tollund-rivers-university: Tollund Rivers University",
             "Tollby Roads University|ORG|organization:tollby-roads-university: Tollby Roads University"}},
    Example{"LegalForms", "", "Acme Corp. and Acme Corporation are one.",
            {"Acme Corp.|ORG|organization:acme-corp: Acme Corp., Acme Corporation"}},
    Example{"KnownWithLegalForm", "", "Volkswagen AG fell. Then Volkswagen rose, and VW shares too.",
            {"Volkswagen|ORG|wikidata:Q246: Volkswagen AG, Volkswagen, VW"}},
    Example{"WithoutLegalForm", "Tollund Widget Falls", "The Tollund Widget Co. Ltd. fell. Tollund Widget is old.",
            {"Tollund Widget Co. Ltd.|ORG|organization:tollund-widget-co-ltd: "
             "Tollund Widget, Tollund Widget Co. Ltd., Tollund Widget"}},
    Example{"OneWordWithoutLegalForm", "", "Apple Inc. fell. Then Apple's shares rose.",
            {"Apple Inc.|ORG|wikidata:Q312: Apple Inc., Apple"}},
    Example{"AWordOfTheText", "", "Target Corp. fell. Target prices rose, and a target was missed.",
            {"Target Corp.|ORG|organization:target-corp: Target Corp."}},
    Example{"PartOfALongerName", "", "Acme Corp. fell. The Acme Museum rose, said Acme. Then Acme Quarterly praised it.",
            {"Acme Corp.|ORG|organization:acme-corp: Acme Corp., Acme",
             "Acme Museum|ORG|organization:acme-museum: Acme Museum"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(Places, SameEntity, ::testing::Values(
    Example{"Aliases", "", "The U.S. and the United States are one; US officials and America know.",
            {"United States|LOC|wikidata:Q30: U.S., United States, US, America"}},
    Example{"CityAndState", "", "They flew from New York to Chicago.",
            {"New York City|LOC|geonames:5128581: New York", "Chicago|LOC|geonames:4887398: Chicago"}},
    Example{"StateBehindATown", "", "They met in Buffalo, New York. New York is big.",
            {"Buffalo|LOC|geonames:5110629: Buffalo", "New York|LOC|wikidata:Q1384: New York",
             "New York|LOC|location:new-york: New York"}},
    Example{"CountryByItsTown", "", "Georgia said so in Tbilisi.",
            {"Georgia|LOC|wikidata:Q230: Georgia", "Tbilisi|LOC|geonames:611717: Tbilisi"}},
    Example{"StateByItsTown", "", "Georgia said so in Atlanta.",
            {"Georgia|LOC|wikidata:Q1428: Georgia", "Atlanta|LOC|geonames:4180439: Atlanta"}},
    Example{"NeitherIsSure", "", "Georgia said so.", {"Georgia|LOC|location:georgia: Georgia"}},
    Example{"Region", "", "Lombardy, Bavaria and New South Wales agreed.",
            {"Lombardy|LOC|geonames:3174618: Lombardy", "Bavaria|LOC|wikidata:Q980: Bavaria",
             "New South Wales|LOC|wikidata:Q3224: New South Wales"}},
    Example{"CountryInEurope", "", "Denmark and the Netherlands agreed.",
            {"Denmark|LOC|wikidata:Q35: Denmark", "Netherlands|LOC|wikidata:Q55: Netherlands"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(Teams, SameEntity, ::testing::Values(
    Example{"OfAMatch", "Sweden win",
            "Sweden defeated Panama 2 – 0. The match had two goals, one a penalty in the second half; the striker scored.",
            {"Sweden|LOC|location:sweden: Sweden, Sweden", "Panama|LOC|location:panama: Panama"}},
    Example{"BesideTheirCountry", "",
            "Sweden beat Panama 2-0. The striker of the match scored both goals, one a penalty. They met in Oslo, Norway.",
            {"Sweden|LOC|location:sweden: Sweden", "Panama|LOC|location:panama: Panama",
             "Oslo|LOC|geonames:3143244: Oslo", "Norway|LOC|wikidata:Q20: Norway"}},
    Example{"NotOfAWar", "", "Sweden defeated Russia. Russia lost its fleet, and Sweden won the land by the sea.",
            {"Sweden|LOC|wikidata:Q34: Sweden, Sweden", "Russia|LOC|wikidata:Q159: Russia, Russia"}}),
    NameOf);

}  // namespace
}  // namespace newsfeed::entities
