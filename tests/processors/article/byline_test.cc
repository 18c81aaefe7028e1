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
  EXPECT_THAT(Authors("Ann Poe und Jane Doe og John Roe"),
              ElementsAre("Ann Poe", "Jane Doe", "John Roe"));
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

TEST(SplitByline, ReadsOtherLanguages) {
  EXPECT_THAT(Authors("Auteur : Anne Exemple et Luc Modèle"),
              ElementsAre("Anne Exemple", "Luc Modèle"));
  EXPECT_THAT(Authors("Автор: Иван Примеров и Анна Образцова"),
              ElementsAre("Иван Примеров", "Анна Образцова"));
  EXPECT_THAT(Authors("Иван Примеров, Анна Зразок та Олег Зразок"),
              ElementsAre("Иван Примеров", "Анна Зразок", "Олег Зразок"));
  EXPECT_THAT(Authors("Jan Przykład i Anna Wzór"), ElementsAre("Jan Przykład", "Anna Wzór"));
  EXPECT_THAT(Authors("Ali Örnek ve Ayşe Deneme"), ElementsAre("Ali Örnek", "Ayşe Deneme"));
  EXPECT_THAT(Authors("Oleh Budi Contoh dan Siti Contoh"),
              ElementsAre("Budi Contoh", "Siti Contoh"));
  EXPECT_THAT(Authors("本报记者 张三、李四"), ElementsAre("张三", "李四"));
  EXPECT_THAT(Authors("記者張三／台北報導"), ElementsAre("張三"));
  EXPECT_THAT(Authors("홍길동 기자"), ElementsAre("홍길동"));
  EXPECT_THAT(Authors("بقلم: أحمد مثال، سارة مثال"), ElementsAre("أحمد مثال", "سارة مثال"));
}

TEST(SplitByline, LeavesOutPlaceTimeAndPaper) {
  EXPECT_THAT(Authors("By Jane Doe in Springfield"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("By Jane Doe for The Example Times"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("Von Anna Beispiel, John Roe aus Musterstadt"),
              ElementsAre("Anna Beispiel", "John Roe"));
  EXPECT_THAT(Authors("Example Centre for Policy"), ElementsAre("Example Centre for Policy"));
  EXPECT_THAT(Authors("By Jane Doe on 3 March 2031"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("By Jane Doe on March 3rd"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("Jane Doe (Example Agency)"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("홍길동 기자 hong@example.com"), ElementsAre("홍길동"));
  EXPECT_THAT(Authors("Opinion by Jane Doe"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("- Jane Doe -"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Named("Jane Doe,"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("Jane Doe @jane"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("Jane Doe <jane@example.com>"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("Anne Exemple avec AFP"), ElementsAre("Anne Exemple", "AFP"));
  EXPECT_THAT(Authors("Channel 4 News"), ElementsAre("Channel 4 News"));
}

TEST(SplitByline, EndsWhereOthersAreNamed) {
  EXPECT_THAT(Authors("Text: Anna Beispiel, Fotos: John Roe"), ElementsAre("Anna Beispiel"));
  EXPECT_THAT(Authors("By Jane Doe; photographs by John Roe and Ann Poe"), ElementsAre("Jane Doe"));
  EXPECT_THAT(Authors("Editing by John Roe"), IsEmpty());
  EXPECT_THAT(Authors("Roefoto: Jane"), ElementsAre("Roefoto: Jane"));
}

TEST(SplitByline, PartsAtASlash) {
  EXPECT_THAT(Authors("Jane Doe/John Roe"), ElementsAre("Jane Doe", "John Roe"));
  EXPECT_THAT(Authors("dpa/AFP"), ElementsAre("dpa", "AFP"));
  EXPECT_THAT(Authors("example.com/jane"), ElementsAre("example.com/jane"));
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
