#include "processors/entities/gazetteer.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace newsfeed::entities {
namespace {

const std::string kHeader = "name\ttype\tcanonical\tscheme\tid\taliases\tflags\n";

std::shared_ptr<const Gazetteer> Make(std::vector<std::string> tables) {
  std::vector<GazetteerFile> files;
  for (size_t i = 0; i < tables.size(); ++i) {
    files.push_back({std::to_string(i) + ".tsv", kHeader + tables[i]});
  }
  auto gazetteer = Gazetteer::Create(files);
  EXPECT_TRUE(gazetteer.ok()) << gazetteer.status();
  return *gazetteer;
}

// The canonical name of what `text` begins with, and how many tokens it takes: "Norway/1".
std::string Found(const Gazetteer& gazetteer, std::string_view text, bool exact_case = false) {
  std::vector<Token> tokens;
  Tokenize(text, tokens);
  const Match match = gazetteer.Find(text, tokens, exact_case);
  if (match.tokens == 0) return "";
  return std::string(gazetteer.entry(match.senses().front().entry).name) + "/" +
         std::to_string(match.tokens);
}

const Gazetteer& Sample() {
  static const auto gazetteer = Make({
      "# a comment\n"
      "New Hamlet\tLOCATION\tNew Hamlet City\tgeonames\t7\tNHC|N. Hamlet\tcity,country=NO\n"
      "Hamlet\tLOCATION\n"
      "World Widget Office\tORGANIZATION\t\twikidata|lei\tQ1|L2\tWWO|Office of Widgets\n"
      "de Vries Group\tORGANIZATION\n"
      "Tollund's\tORGANIZATION\nCôte d'Hamlet\tLOCATION\nRa’s Hamlet\tLOCATION\n"
      "L'Ox\tORGANIZATION\t\t\t\t\texact\n"
      "Who\tORGANIZATION\tThe Who\t\t\t\texact\n"
      "mooncoin\tMISC\t\t\t\t\tany-case\n"});
  return *gazetteer;
}

struct Lookup {
  std::string_view name, text, expected;
};
class Finds : public testing::TestWithParam<Lookup> {};
TEST_P(Finds, LongestName) { EXPECT_EQ(Found(Sample(), GetParam().text), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(, Finds, testing::Values(
    Lookup{"Name", "Hamlet is", "Hamlet/1"},
    Lookup{"Longest", "New Hamlet is", "New Hamlet City/2"},
    Lookup{"Alias", "NHC is", "New Hamlet City/1"},
    Lookup{"AliasWithDot", "N. Hamlet is", "New Hamlet City/2"},
    Lookup{"PrefixOnly", "World Widget Shop", ""},
    Lookup{"Possessive", "Hamlet's", "Hamlet/1"},
    Lookup{"InHyphens", "Hamlet-based", "Hamlet/1"},
    Lookup{"AllCapitals", "NEW HAMLET", "New Hamlet City/2"},
    Lookup{"LowerCase", "hamlet", ""},
    Lookup{"LowerCaseWithin", "New hamlet", ""},
    Lookup{"CapitalForSmall", "De Vries Group", "de Vries Group/3"},
    Lookup{"AcronymNeedsCapitals", "Wwo", ""},
    Lookup{"Exact", "Who", "The Who/1"},
    Lookup{"ExactOnly", "WHO", ""},
    Lookup{"AnyCase", "MoonCoin", "mooncoin/1"},
    Lookup{"CurlyApostrophe", "Côte d’Hamlet", "Côte d'Hamlet/2"},
    Lookup{"CurlyClitic", "Tollund’s is", "Tollund's/2"},
    Lookup{"CapitalClitic", "TOLLUND'S IS", "Tollund's/2"},
    Lookup{"CurlyCapitalClitic", "TOLLUND’S IS", "Tollund's/2"},
    Lookup{"StraightForCurly", "Ra's Hamlet", "Ra’s Hamlet/3"},
    Lookup{"CurlyAsItIs", "Ra’s Hamlet", "Ra’s Hamlet/3"},
    Lookup{"CurlyInExact", "L’Ox", "L'Ox/1"},
    Lookup{"CurlyInExactIsStillExact", "L’OX", ""},
    Lookup{"ApostropheIsNoOtherMark", "Côte d`Hamlet", ""},
    Lookup{"NotOverSentences", "New\nHamlet", ""},
    Lookup{"Unknown", "Elsinore", ""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Gazetteer, ExactCaseLeavesNoRoom) {
  EXPECT_EQ(Found(Sample(), "New Hamlet", true), "New Hamlet City/2");
  EXPECT_EQ(Found(Sample(), "NEW HAMLET", true), "");
  EXPECT_EQ(Found(Sample(), "MOONCOIN", true), "mooncoin/1");
  EXPECT_EQ(Found(Sample(), "Côte d’Hamlet", true), "Côte d'Hamlet/2");
  EXPECT_EQ(Found(Sample(), "Ra's Hamlet", true), "Ra’s Hamlet/3");
}

TEST(Gazetteer, FindAllIsFindAtEachToken) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "in New Hamlet the mooncoin of de Vries Group; ";
  std::vector<Token> tokens;
  Tokenize(text, tokens);
  std::vector<Match> matches(tokens.size());
  Sample().FindAll(text, tokens, false, matches);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Match one = Sample().Find(text, std::span(tokens).subspan(i), false);
    EXPECT_EQ(matches[i].tokens, one.tokens) << i;
    EXPECT_EQ(matches[i].first_sense, one.first_sense) << i;
  }
}

TEST(Gazetteer, TitlesCountInLowerCase) {
  const auto gazetteer = Make({"Chief\tTITLE\nsaid\tSPEECH_VERB\n"});
  for (std::string_view text : {"chief", "Chief", "CHIEF", "said"}) {
    std::vector<Token> tokens;
    Tokenize(text, tokens);
    EXPECT_NE(gazetteer->Find(text, tokens, false).cues, 0) << text;
  }
}

TEST(Gazetteer, GivesAllLinks) {
  std::vector<Token> tokens;
  Tokenize("WWO", tokens);
  const Match match = Sample().Find("WWO", tokens, false);
  ASSERT_EQ(match.tokens, 1U);
  const auto links = Sample().links(Sample().entry(match.senses().front().entry));
  ASSERT_EQ(links.size(), 2U);
  EXPECT_EQ(links[0], (EntityLink{"wikidata", "Q1"}));
  EXPECT_EQ(links[1], (EntityLink{"lei", "L2"}));
}

TEST(Gazetteer, LaterFilesWin) {
  EXPECT_EQ(Found(*Make({"Ox\tORGANIZATION\tfirst\n", "Ox\tMISC\tsecond\n"}), "Ox"), "second/1");
}

TEST(Gazetteer, WatchListHidesAllOthers) {
  const auto gazetteer =
      Make({"Ox\tORGANIZATION\tmine\t\t\t\twatch\n", "Ox\tLOCATION\ttown\nOx\tLOCATION\tisle\n"});
  EXPECT_EQ(Found(*gazetteer, "Ox"), "mine/1");
}

TEST(Gazetteer, KeepsPlacesOfOneName) {
  const auto gazetteer = Make({"Ox\tORGANIZATION\nOx\tLOCATION\ttown\n", "Ox\tLOCATION\tisle\n"});
  std::vector<Token> tokens;
  Tokenize("Ox", tokens);
  EXPECT_EQ(gazetteer->Find("Ox", tokens, false).senses().size(), 2U);
}

TEST(Gazetteer, CuesStandBesideNames) {
  const auto gazetteer = Make({"Paris\tLOCATION\n", "Paris\tGIVEN_NAME\nprime minister\tTITLE\n"});
  std::vector<Token> tokens;
  Tokenize("Paris Prime Minister", tokens);
  const Match paris = gazetteer->Find("Paris Prime Minister", tokens, false);
  EXPECT_EQ(paris.tokens, 1U);
  EXPECT_EQ(paris.cues, kGivenName);
  EXPECT_EQ(gazetteer->Find("Paris Prime Minister", std::span(tokens).subspan(1), false).title_tokens,
            2U);
}

struct Damaged {
  std::string_view name, contents, message;
};
class GazetteerRefuses : public testing::TestWithParam<Damaged> {};
TEST_P(GazetteerRefuses, WithPlace) {
  const GazetteerFile file{"x.tsv", std::string(GetParam().contents)};
  const auto gazetteer = Gazetteer::Create(std::span(&file, 1));
  ASSERT_FALSE(gazetteer.ok());
  const absl::Status status = gazetteer.status();
  EXPECT_NE(std::string(status.message().data(), status.message().size()).find(GetParam().message),
            std::string::npos) << status;
}
#define HEADER "name\ttype\tcanonical\tscheme\tid\taliases\tflags\n"
INSTANTIATE_TEST_SUITE_P(, GazetteerRefuses, testing::Values(
    Damaged{"NoHeader", "Oslo\tLOCATION\n", "x.tsv:1: the first line"},
    Damaged{"NoType", HEADER "Oslo\n", "x.tsv:2: no type"},
    Damaged{"UnknownType", HEADER "\n# x\nOslo\tCITY\n", "x.tsv:4: unknown type \"CITY\""},
    Damaged{"UnknownFlag", HEADER "Oslo\tLOCATION\t\t\t\t\tbig\n", "unknown flag \"big\""},
    Damaged{"BadNumber", HEADER "Oslo\tLOCATION\t\t\t\t\tpopulation=x\n", "unknown flag"},
    Damaged{"LongCountry", HEADER "Oslo\tLOCATION\t\t\t\t\tcountry=NOR\n", "unknown flag"},
    Damaged{"NoName", HEADER "\tLOCATION\n", "has no word"},
    Damaged{"EmptyAlias", HEADER "A\tLOCATION\t\t\t\t||\n", "has no word"},
    Damaged{"SchemeAlone", HEADER "A\tLOCATION\t\tgeonames\n", "go together"},
    Damaged{"TooManyCells", HEADER "A\tLOCATION\t\t\t\t\t\t\t\n", "more than 7"},
    Damaged{"NotUtf8", HEADER "\xFF\tLOCATION\n", "not valid UTF-8"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(GazetteerModel, ChangesWithTheContents) {
  const auto first = Make({"Ox\tLOCATION\n"});
  EXPECT_EQ(first->model().size(), std::string_view("gazetteer-12345678").size());
  EXPECT_EQ(first->model(), Make({"Ox\tLOCATION\n"})->model());
  EXPECT_NE(first->model(), Make({"Oz\tLOCATION\n"})->model());
}

}  // namespace
}  // namespace newsfeed::entities
