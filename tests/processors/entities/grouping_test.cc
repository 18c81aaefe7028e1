// Which mentions are one entity, and what is said of it. All but the places is invented.
#include "processors/entities/grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "processors/entities/entities.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/entity_marks.h"

namespace newsfeed::entities {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr std::string_view kTable =
    "name\ttype\tcanonical\tscheme\tid\taliases\tflags\n"
    "United Rivers\tLOCATION\t\twikidata|iso3166\tQ5|UR\tU.R.|UR\tcountry=UR\n"
    "Northland\tLOCATION\t\twikidata\tQ6\t\tcountry=NL,region=NO\n"
    "Riverish\tMISC\t\t\t\t\tcountry=UR\n"
    "Harbor\tLOCATION\t\tgeonames\t1\t\tcity,country=UR,population=300000\n"
    "Harbor\tLOCATION\t\tgeonames\t2\t\tcity,country=NL,region=NO,population=200000\n"
    "Bigtown\tLOCATION\t\tgeonames\t3\t\tcity,country=UR,population=9000000\n"
    "Bigtown\tLOCATION\t\tgeonames\t4\t\tcity,country=NL,population=200000\n"
    // A capital with the name of a state; one town lies in the state.
    "Lakeside\tLOCATION\t\tgeonames\t5\t\tcountry=UR,region=LA,population=7000000\n"
    "Lakeside\tLOCATION\t\tgeonames\t6\t\tcity,country=UR,region=CA,population=60000000,capital\n"
    "Milltown\tLOCATION\t\tgeonames\t7\t\tcity,country=UR,region=LA,population=700000\n"
    "World Widget Office\tORGANIZATION\t\twikidata\tQ9\tWWO\n"
    "Ada\tGIVEN_NAME\nBen\tGIVEN_NAME\nIda\tGIVEN_NAME\n"
    "Mr.\tTITLE\nsenator\tTITLE\nCorp.\tORGANIZATION_SUFFIX\nCorp\tORGANIZATION_SUFFIX\n";

class Grouping : public ::testing::Test {
 protected:
  std::vector<std::string> Entities(std::string_view title, std::string_view body,
                                    uint32_t max_entities = 1000) {
    const GazetteerFile file{"t.tsv", std::string(kTable)};
    config::v1::Entities config;
    config.set_max_entities(max_entities);
    article_ = &batch_.Clean(title, body);
    const auto processor = Create(config, *Gazetteer::Create(std::span(&file, 1)));
    EXPECT_TRUE((*processor)->Process(batch_.batch()).ok());
    return testing::EntityLines(*article_);
  }

  testing::BatchBuilder batch_;
  Article* article_ = nullptr;
};

TEST_F(Grouping, AStateBehindATownOfItsIsTheState) {
  EXPECT_THAT(Entities("", "Talks went on in Lakeside."),
              ElementsAre("Lakeside|LOC|geonames:6: Lakeside"));
  EXPECT_THAT(Entities("", "It burned near Milltown, Lakeside."),
              ElementsAre("Milltown|LOC|geonames:7: Milltown",
                          "Lakeside|LOC|geonames:5: Lakeside"));
}

TEST_F(Grouping, SurnameGoesToFullName) {
  EXPECT_THAT(Entities("Novak Leads", "Ada Novak ran. Novak won."),
              ElementsAre("Ada Novak|PER|person:ada-novak: Novak, Ada Novak, Novak"));
}

TEST_F(Grouping, SurnamesAloneStandBesideShortForms) {
  EXPECT_THAT(Entities("", "Mr. Novak left Tollund Widget Corp. in May."),
              ElementsAre("Novak|PER|person:novak: Novak",
                          "Tollund Widget Corp.|ORG|organization:tollund-widget-corp: Tollund Widget Corp."));
}

TEST_F(Grouping, SurnameGoesToTheLastFullNameBefore) {
  EXPECT_THAT(Entities("", "Ada Novak ran. Novak won. Ben Novak lost. Novak wept."),
              ElementsAre("Ada Novak|PER|person:ada-novak: Ada Novak, Novak",
                          "Ben Novak|PER|person:ben-novak: Ben Novak, Novak"));
}

TEST_F(Grouping, InitialsAndSuffixesDoNotPart) {
  EXPECT_THAT(Entities("", "Ada Q. Novak came. Ada Novak Jr. left. Mr. Novak stayed."),
              ElementsAre("Ada Q. Novak|PER|person:ada-q-novak: Ada Q. Novak, Ada Novak Jr., Novak"));
}

TEST_F(Grouping, AliasesAreOne) {
  EXPECT_THAT(Entities("UR Votes", "The United Rivers voted. U.R. polls closed."),
              ElementsAre("United Rivers|LOC|wikidata:Q5: UR, United Rivers, U.R."));
}

TEST_F(Grouping, AcronymOfTheTextIsOne) {
  EXPECT_THAT(Entities("", "The Blue Heron Trust (BHT) met. BHT left."),
              ElementsAre("Blue Heron Trust|ORG|organization:blue-heron-trust: "
                          "Blue Heron Trust, BHT, BHT"));
}

TEST_F(Grouping, CaseAndDotsDoNotPart) {
  EXPECT_THAT(Entities("", "Acme Corp. fell. Acme Corp rose."),
              ElementsAre("Acme Corp.|ORG|organization:acme-corp: Acme Corp., Acme Corp"));
}

TEST_F(Grouping, LinksAreThoseOfTheTable) {
  Entities("", "The United Rivers voted.");
  EXPECT_THAT(article_->entity_links,
              ElementsAre(EntityLink{"wikidata", "Q5"}, EntityLink{"iso3166", "UR"}));
}

TEST_F(Grouping, NamesakesWithoutContextHaveNoLink) {
  EXPECT_THAT(Entities("", "They met in Harbor."), ElementsAre("Harbor|LOC|location:harbor: Harbor"));
}

TEST_F(Grouping, NamesakeOfACountryNamed) {
  EXPECT_THAT(Entities("", "They met in Harbor with Riverish aid."),
              ElementsAre("Harbor|LOC|geonames:1: Harbor", "Riverish|MISC|misc:riverish: Riverish"));
}

TEST_F(Grouping, NamesakeFarLarger) {
  EXPECT_THAT(Entities("", "In Bigtown it rained."), ElementsAre("Bigtown|LOC|geonames:3: Bigtown"));
}

TEST_F(Grouping, NamesakeByWhatFollows) {
  EXPECT_THAT(Entities("", "In Harbor, Northland, it rained. Harbor is wet."),
              ElementsAre("Harbor|LOC|geonames:2: Harbor, Harbor",
                          "Northland|LOC|wikidata:Q6: Northland"));
}

TEST_F(Grouping, TownOutsideTheTableHasNoLink) {
  const GazetteerFile file{"t.tsv", std::string(kTable.substr(0, kTable.find('\n') + 1)) +
                                        "Solo\tLOCATION\t\tgeonames\t8\t\tcity,country=UR\n"
                                        "Northland\tLOCATION\t\twikidata\tQ6\t\tcountry=NL\n"};
  testing::BatchBuilder batch;
  const Article& article = batch.Clean("", "In Solo, Northland, it rained.");
  EXPECT_TRUE((*Create({}, *Gazetteer::Create(std::span(&file, 1))))->Process(batch.batch()).ok());
  EXPECT_EQ(testing::EntityLines(article).front(), "Solo|LOC|location:solo: Solo");
}

TEST_F(Grouping, SalienceRanksTheSubject) {
  Entities("Ada Novak Wins", "Ada Novak won in Harbor. Novak smiled. Bigtown wept.");
  ASSERT_THAT(article_->entities, SizeIs(3));
  EXPECT_FLOAT_EQ(article_->entities[0].salience, 1.0F);
  EXPECT_GT(article_->entities[1].salience, article_->entities[2].salience);
  EXPECT_GT(article_->entities[2].salience, 0.0F);
}

TEST_F(Grouping, LeavesOutTheLeastSalient) {
  EXPECT_THAT(Entities("Ada Novak Wins", "In Bigtown and Northland Ada Novak won. Northland.", 2),
              ElementsAre("Ada Novak|PER|person:ada-novak: Ada Novak, Ada Novak",
                          "Northland|LOC|wikidata:Q6: Northland, Northland"));
  EXPECT_THAT(article_->entity_mentions, SizeIs(4));
}

TEST_F(Grouping, IdsAreUnique) {
  // Two names that fold to one id.
  const auto lines = Entities("", "Acme-X Corp. rose. Acme X Corp. fell.");
  EXPECT_THAT(lines, ElementsAre("Acme-X Corp.|ORG|organization:acme-x-corp: Acme-X Corp.",
                                 "Acme X Corp.|ORG|organization:acme-x-corp-2: Acme X Corp."));
}

}  // namespace
}  // namespace newsfeed::entities
