#include "processors/entities/type_agreement.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/testing/batch_builder.h"
#include "tests/testing/entity_marks.h"

namespace newsfeed::entities {
namespace {

constexpr std::string_view kTable =
    "name\ttype\tcanonical\tscheme\tid\taliases\tflags\n"
    "Northland\tLOCATION\t\tiso3166\tNL\tN.L.\tcountry=NL\n"
    "Northlandic\tMISC\t\t\t\t\tcountry=NL\n"
    "Maria\tGIVEN_NAME\n"
    "Tollby\tLOCATION\t\tgeonames\t1\t\tcity,country=NL\n";

// "[ORG Tollby] fell" as a text and its candidates; "!" marks one of the watch list, "?" one that is not sure.
class Agreement : public ::testing::Test {
 protected:
  std::string After(std::string_view marked) {
    std::string text;
    struct Mark {
      EntityType type;
      uint32_t begin, end;
      bool watched, sure;
    };
    std::vector<Mark> marks;
    for (size_t i = 0; i < marked.size(); ++i) {
      if (marked[i] == '[') {
        const std::string_view type = marked.substr(i + 1, marked.find(' ', i) - i - 1);
        const bool watched = type.ends_with('!'), sure = !type.ends_with('?');
        marks.push_back({TypeOf(type.substr(0, type.find_first_of("!?"))),
                         static_cast<uint32_t>(text.size()), 0, watched, sure});
        i = marked.find(' ', i);
      } else if (marked[i] == ']') {
        marks.back().end = static_cast<uint32_t>(text.size());
      } else {
        text += marked[i];
      }
    }
    const GazetteerFile file{"t.tsv", std::string(kTable)};
    const auto gazetteer = *Gazetteer::Create(std::span(&file, 1));
    testing::BatchBuilder batch;
    const Article& article = batch.Clean("", text);
    Document document;
    Read(article, *gazetteer, document);
    std::vector<Candidate> candidates;
    for (const Mark& mark : marks) {
      Range tokens;
      for (uint32_t t = 0; t < document.tokens.size(); ++t) {
        if (document.tokens[t].begin == mark.begin) tokens.begin = t;
        if (document.tokens[t].end == mark.end) tokens.end = t + 1;
      }
      candidates.push_back({tokens, 0, mark.type, mark.watched ? Evidence::kWatchList : Evidence::kTagger, {},
                            mark.sure ? 0.9F : 0.5F});
    }
    TypeAgreement().Reach(document, *gazetteer, candidates);
    std::string types;
    for (const Candidate& c : candidates) types.append(testing::ShortTypeName(c.type)).append(" ");
    return types;
  }

 private:
  static EntityType TypeOf(std::string_view name) {
    for (EntityType type : {EntityType::kPerson, EntityType::kOrganization, EntityType::kLocation}) {
      if (testing::ShortTypeName(type) == name) return type;
    }
    return EntityType::kMisc;
  }
};

TEST_F(Agreement, CountriesAreThoseOfTheTable) {
  EXPECT_EQ(After("[ORG Northland] and the [MISC N.L.] fell."), "LOC LOC ");
}
TEST_F(Agreement, ACountryMayBeASurname) {
  EXPECT_EQ(After("[PER Maria Northland] came. \"No,\" [LOC Northland] said in [LOC Northland]."), "PER PER LOC ");
  EXPECT_EQ(After("[PER Maria Northland] came. [LOC Northland] fell, said the [MISC Northlandic] king."),
            "PER LOC MISC ");
  EXPECT_EQ(After("[PER Maria Northland] came. In [LOC Northland], from [LOC Northland]: [LOC Northland] fell."),
            "PER LOC LOC LOC ");
  EXPECT_EQ(After("[PER Maria of Northland] came. [LOC Northland] fell."), "PER LOC ");
  EXPECT_EQ(After("[PER Maria's day in Northland] came. [LOC Northland] fell."), "PER LOC ");
}
TEST_F(Agreement, APersonThatIsNotSureNamesNoCountry) {
  EXPECT_EQ(After("[PER? Bio Northland] came. [LOC Northland] fell."), "PER LOC ");
  EXPECT_EQ(After("[PER? Maria Northland] came. [LOC Northland] fell."), "PER PER ");
}
TEST_F(Agreement, ACountryMayBeAFirstName) {
  EXPECT_EQ(After("[PER Northland Novak] came. [LOC Northland] told fans."), "PER PER ");
  EXPECT_EQ(After("[PER Northland Novak] came to [LOC Northland]. [LOC Northland] told fans."), "PER LOC LOC ");
}
TEST_F(Agreement, TownsMayBeFirms) { EXPECT_EQ(After("[ORG Tollby] fell."), "ORG "); }
TEST_F(Agreement, SurnamesArePeople) {
  EXPECT_EQ(After("[PER Maria Novak] came. [ORG Novak] left. [MISC Novak Prize] winners."), "PER PER MISC ");
}
TEST_F(Agreement, FirmsWithoutTheirLegalForm) {
  EXPECT_EQ(After("[ORG Acme Widget Inc.] rose. [PER Acme Widget] fell."), "ORG ORG ");
}
TEST_F(Agreement, MostMentions) {
  EXPECT_EQ(After("[LOC Tollville] rose. The [LOC Tollville] fell. [ORG Tollville] was."), "LOC LOC LOC ");
}
TEST_F(Agreement, ATieStays) { EXPECT_EQ(After("[LOC Tollville] rose. [ORG Tollville] was."), "LOC ORG "); }
TEST_F(Agreement, TheWatchListStays) {
  EXPECT_EQ(After("[LOC Tollville] rose. [LOC Tollville] fell. [MISC! Tollville] was. [ORG! Northland] too."),
            "LOC LOC MISC ORG ");
}

}  // namespace
}  // namespace newsfeed::entities
