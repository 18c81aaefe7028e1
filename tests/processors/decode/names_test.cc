#include "processors/decode/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsfeed::decode {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Names = std::vector<std::string_view>;

Names Authors(std::string_view byline) {
  Names names;
  SplitAuthors(byline, names);
  return names;
}

TEST(SplitAuthors, FindsEachName) {
  EXPECT_THAT(Authors("Jane Doe"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("By Jane Doe and John Roe"), ElementsAre("Jane Doe", "John Roe"));
  EXPECT_THAT(Authors("BY JANE DOE; JOHN ROE"), ElementsAre("JANE DOE", "JOHN ROE"));
  EXPECT_THAT(Authors("Jane Doe, John Roe and Ann Poe"),
              ElementsAre("Jane Doe", "John Roe", "Ann Poe"));
  EXPECT_THAT(Authors("Jane Doe & Jane Doe"), ElementsAre("Jane Doe"));
}

TEST(SplitAuthors, LeavesNamesWhole) {
  EXPECT_THAT(Authors("Anderson Byrd"), ElementsAre("Anderson Byrd"));
  EXPECT_THAT(Authors("Doe, Jane"), ElementsAre("Doe, Jane"));
  EXPECT_THAT(Authors("John Roe, Jr."), ElementsAre("John Roe, Jr."));
  EXPECT_THAT(Authors("Anna von Beispiel"), ElementsAre("Anna von Beispiel"));
}

TEST(SplitAuthors, DropsWhatIsNoName) {
  EXPECT_THAT(Authors("jane@example.com (Jane Doe)"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("jane@example.com"), IsEmpty());
  EXPECT_THAT(Authors("https://example.com/jane"), IsEmpty());
  EXPECT_THAT(Authors(" , ; "), IsEmpty());
  EXPECT_THAT(Authors(std::string(300, 'x')), IsEmpty());
}

TEST(SplitKeywords, AtCommas) {
  Names names;
  SplitKeywords("harbour, shipping;  harbour,,", names);
  EXPECT_THAT(names, ElementsAre("harbour", "shipping"));
}

TEST(LanguageTag, IsInTheUsualCase) {
  text::Arena arena;
  EXPECT_EQ(LanguageTag("EN", arena), "en");
  EXPECT_EQ(LanguageTag("en_us", arena), "en-US");
  EXPECT_EQ(LanguageTag("zh-hant-tw", arena), "zh-Hant-TW");
  EXPECT_EQ(LanguageTag("de_DE.UTF-8", arena), "de-DE");
  EXPECT_EQ(LanguageTag(" English ", arena), "en");
  for (const char* bad : {"", "e", "en US", "12", "en--us", "klingonian-language"}) {
    EXPECT_EQ(LanguageTag(bad, arena), "") << bad;
  }
}

}  // namespace
}  // namespace newsfeed::decode
