#include "processors/article/byline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace newsfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Names = std::vector<std::string_view>;

Names Authors(std::string_view byline) {
  Names names;
  SplitByline(byline, names);
  return names;
}

Names Named(std::string_view name) {
  Names names;
  AddAuthor(name, names);
  return names;
}

TEST(SplitByline, FindsEachName) {
  EXPECT_THAT(Authors("Jane Doe"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("By Jane Doe and John Roe"), ElementsAre("Jane Doe", "John Roe"));
  EXPECT_THAT(Authors("BY JANE DOE; JOHN ROE"), ElementsAre("JANE DOE", "JOHN ROE"));
  EXPECT_THAT(Authors("Jane Doe, John Roe and Ann Poe"),
              ElementsAre("Jane Doe", "John Roe", "Ann Poe"));
  EXPECT_THAT(Authors("Jane Doe & Jane Doe"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("Ann Poe und Jane Doe og John Roe"), ElementsAre("Ann Poe", "Jane Doe", "John Roe"));
  EXPECT_THAT(Authors("Jane Doe|John Roe"), ElementsAre("Jane Doe", "John Roe"));
}

TEST(SplitByline, LeavesNamesWhole) {
  EXPECT_THAT(Authors("Anderson Byrd"), ElementsAre("Anderson Byrd"));
  EXPECT_THAT(Authors("Doe, Jane"), ElementsAre("Doe, Jane"));
  EXPECT_THAT(Authors("John Roe, Jr."), ElementsAre("John Roe, Jr."));
  EXPECT_THAT(Authors("Anna von Beispiel"), ElementsAre("Anna von Beispiel"));
  EXPECT_THAT(Authors("Jane Roe y Doe"), ElementsAre("Jane Roe y Doe"));
  EXPECT_THAT(Authors("Jane Roe y Doe y Ann Poe"), ElementsAre("Jane Roe y Doe", "Ann Poe"));
}

TEST(SplitByline, TakesOffWhatBeginsIt) {
  EXPECT_THAT(Authors("Von Anna Beispiel"), ElementsAre("Anna Beispiel"));
  EXPECT_THAT(Authors("von Anna Beispiel und Ann Poe"), ElementsAre("Anna Beispiel", "Ann Poe"));
  EXPECT_THAT(Authors("Di Anna Esempio"), ElementsAre("Anna Esempio"));
  EXPECT_THAT(Authors("Author: Jane Doe"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("Von Miller"), ElementsAre("Von Miller"));
  EXPECT_THAT(Authors("Von Miller and Jane Doe"), ElementsAre("Von Miller", "Jane Doe"));
  EXPECT_THAT(Authors("von der Beispiel"), ElementsAre("von der Beispiel"));
}

TEST(SplitByline, DropsWhatIsNoName) {
  EXPECT_THAT(Authors("jane@example.com (Jane Doe)"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("jane@example.com"), IsEmpty());
  EXPECT_THAT(Authors("https://example.com/jane"), IsEmpty());
  EXPECT_THAT(Authors(" , ; "), IsEmpty());
  EXPECT_THAT(Authors(std::string(300, 'x')), IsEmpty());
  EXPECT_THAT(Authors("Jane Doe," + std::string(2048, ' ') + "John Roe"), IsEmpty());
}

TEST(AddAuthor, IsOneName) {
  EXPECT_THAT(Named("Jane Roe y Doe"), ElementsAre("Jane Roe y Doe"));
  EXPECT_THAT(Named("Martin Example King, Jr."), ElementsAre("Martin Example King, Jr."));
  EXPECT_THAT(Named("Von Miller"), ElementsAre("Von Miller"));
  EXPECT_THAT(Named("Doe, Jane"), ElementsAre("Doe, Jane"));
  EXPECT_THAT(Named("Health and Safety Desk"), ElementsAre("Health and Safety Desk"));
  EXPECT_THAT(Named("By Jane Doe"), ElementsAre("Jane Doe"));
}

TEST(AddAuthor, OrAListThatCanBeNothingElse) {
  EXPECT_THAT(Named("Jane Doe and John van Roe"), ElementsAre("Jane Doe", "John van Roe"));
  EXPECT_THAT(Named("Jane Doe, John Roe"), ElementsAre("Jane Doe", "John Roe"));
}

}  // namespace
}  // namespace newsfeed
