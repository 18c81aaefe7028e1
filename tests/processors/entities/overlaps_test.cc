// What is kept of names that overlap: the table, the grammar and the tagger, whose names are given here.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "processors/entities/mention.h"
#include "processors/entities/name_grammar.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/entity_marks.h"

namespace newsfeed::entities {
namespace {

constexpr std::string_view kTable =
    "name\ttype\tcanonical\tscheme\tid\taliases\tflags\n"
    "Tollund's\tORGANIZATION\n"
    "Harrow Republic\tLOCATION\nHarrow\tLOCATION\n"
    "Northland\tLOCATION\nPeople's Republic of Oxland\tLOCATION\nOxland\tLOCATION\nEast and West Ox\tLOCATION\n"
    "the Tower\tORGANIZATION\t\t\t\tTower\n"
    "The Hamlet\tLOCATION\n"
    "Lark Bay\tLOCATION\t\t\t\t\tcommon\n"
    "Ada\tGIVEN_NAME\nMr.\tTITLE\n"
    "Watched Ox\tORGANIZATION\t\t\t\t\twatch\n";

EntityType TypeOf(std::string_view name) {
  for (EntityType type : {EntityType::kPerson, EntityType::kOrganization, EntityType::kLocation}) {
    if (testing::ShortTypeName(type) == name) return type;
  }
  return EntityType::kMisc;
}

// The text and what is kept, when the tagger says what is in brackets: "[PER Tollund] sold".
std::string Kept(std::string_view marked) {
  std::string text;
  std::vector<std::pair<EntityType, Range>> marks;  // in bytes
  for (size_t i = 0; i < marked.size(); ++i) {
    if (marked[i] == '[') {
      const size_t blank = marked.find(' ', i);
      marks.push_back({TypeOf(marked.substr(i + 1, blank - i - 1)), {static_cast<uint32_t>(text.size()), 0}});
      i = blank;
    } else if (marked[i] == ']') {
      marks.back().second.end = static_cast<uint32_t>(text.size());
    } else {
      text += marked[i];
    }
  }
  const GazetteerFile file{"t.tsv", std::string(kTable)};
  const auto gazetteer = *Gazetteer::Create(std::span(&file, 1));
  testing::BatchBuilder batch;
  Document document;
  Read(batch.Clean("", text), *gazetteer, document);
  std::vector<Candidate> candidates, tagged;
  std::vector<Acronym> acronyms;
  FindNames(document, *gazetteer, candidates, acronyms);
  for (const auto& [type, bytes] : marks) {
    Range tokens;
    for (uint32_t t = 0; t < document.tokens.size(); ++t) {
      if (document.tokens[t].begin == bytes.begin) tokens.begin = t;
      if (document.tokens[t].end == bytes.end) tokens.end = t + 1;
    }
    tagged.push_back({tokens, 0, type, Evidence::kTagger, {}, 0.9F});
  }
  AddTagged(tagged, candidates);
  ResolveOverlaps(*gazetteer, document, candidates);
  std::string out;
  size_t at = 0;
  for (const Candidate& c : candidates) {
    const uint32_t begin = document.tokens[c.tokens.begin].begin, end = document.tokens[c.tokens.end - 1].end;
    out.append(text, at, begin - at).append("[").append(testing::ShortTypeName(c.type)).append(" ");
    out.append(text, begin, end - begin).append("]");
    at = end;
  }
  return out.append(text, at);
}

TEST(Overlaps, TheTaggerBeatsTheTable) {
  EXPECT_EQ(Kept("The [ORG Harrow Widgets] fell."), "The [ORG Harrow Widgets] fell.");
  EXPECT_EQ(Kept("[ORG Harrow] fell."), "[ORG Harrow] fell.");
}
TEST(Overlaps, ANameOfTheTableGoesOn) {
  EXPECT_EQ(Kept("[ORG Tollund]'s prices rose."), "[ORG Tollund's] prices rose.");
  EXPECT_EQ(Kept("[LOC Tollund]’s rose."), "[ORG Tollund’s] rose.");
  EXPECT_EQ(Kept("The [MISC Harrow] Republic voted."), "The [LOC Harrow Republic] voted.");
  EXPECT_EQ(Kept("The [MISC Harrow] [LOC Republic] voted."), "The [LOC Harrow Republic] voted.");
  EXPECT_EQ(Kept("In [LOC The Hamlet] and [PER Hamlet]."), "In [LOC The Hamlet] and [PER Hamlet].");
  EXPECT_EQ(Kept("In The [PER Hamlet] it rains."), "In [LOC The Hamlet] it rains.");
}
TEST(Overlaps, PeopleOwnThings) {
  EXPECT_EQ(Kept("[PER Tollund]'s lawyer spoke."), "[PER Tollund]'s lawyer spoke.");
  EXPECT_EQ(Kept("[PER Ada Tollund]'s lawyer spoke."), "[PER Ada Tollund]'s lawyer spoke.");
  EXPECT_EQ(Kept("Ada Tollund's lawyer spoke."), "[PER Ada Tollund]'s lawyer spoke.");
  EXPECT_EQ(Kept("Mr. Tollund's lawyer left Tollund's."), "Mr. [PER Tollund]'s lawyer left [ORG Tollund's].");
}
TEST(Overlaps, TheArticleAloneIsNoMoreOfAName) {
  EXPECT_EQ(Kept("He left the [ORG Tower] today."), "He left the [ORG Tower] today.");
}
TEST(Overlaps, ATableNameThatCrossesAnotherOfTheTaggerIsNotMeant) {
  EXPECT_EQ(Kept("The [MISC Harrow] [ORG Republic Widgets Group] fell."),
            "The [MISC Harrow] [ORG Republic Widgets Group] fell.");
}
TEST(Overlaps, ANameThatWantsContextCorrectsNothing) {
  EXPECT_EQ(Kept("He lives in [PER Lark] Bay now."), "He lives in [PER Lark] Bay now.");
}
TEST(Overlaps, AListOfNamesOfTheTableIsNoName) {
  EXPECT_EQ(Kept("The [ORG People's Republic of Oxland and Northland] met."),
            "The [LOC People's Republic of Oxland] and [LOC Northland] met.");
  EXPECT_EQ(Kept("In [LOC Harrow, Oxland and Northland] it rains."),
            "In [LOC Harrow], [LOC Oxland] and [LOC Northland] it rains.");
  EXPECT_EQ(Kept("The [ORG Oxland and Northland Railway] met."), "The [ORG Oxland and Northland Railway] met.");
  EXPECT_EQ(Kept("The [ORG East and West Ox] met."), "The [ORG East and West Ox] met.");
}
TEST(Overlaps, TheWatchListWins) { EXPECT_EQ(Kept("The [PER Old Watched Ox] left."), "The Old [ORG Watched Ox] left."); }

}  // namespace
}  // namespace newsfeed::entities
