#include "processors/cleanup/json_ld.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace newsfeed::cleanup {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

JsonLdArticle Read(const std::vector<std::string>& scripts) {
  JsonLdReader reader;
  JsonLdArticle article;
  for (const std::string& script : scripts) reader.Read(script, article);
  article.Resolve();
  return article;
}

std::vector<std::string> NamesOf(const std::vector<JsonLdArticle::Named>& list) {
  std::vector<std::string> names;
  for (const JsonLdArticle::Named& one : list) names.push_back(one.name);
  return names;
}

struct AuthorExample {
  std::string name, author;
  std::vector<std::string> authors;
};
class JsonLdAuthors : public ::testing::TestWithParam<AuthorExample> {};

TEST_P(JsonLdAuthors, OfAnyShape) {
  const JsonLdArticle article = Read({R"({"@type":"NewsArticle",)" + GetParam().author + "}"});
  EXPECT_THAT(NamesOf(article.authors), ElementsAreArray(GetParam().authors));
}

INSTANTIATE_TEST_SUITE_P(
    , JsonLdAuthors,
    ::testing::Values(
        AuthorExample{"Text", R"("author":"Ann Example")", {"Ann Example"}},
        AuthorExample{
            "Object", R"("author":{"@type":"Person","name":"Ann Example"})", {"Ann Example"}},
        AuthorExample{"List",
                      R"("author":[{"name":"Ann Example"},"Bob Sample"])",
                      {"Ann Example", "Bob Sample"}},
        AuthorExample{"ListInAList",
                      R"("author":[{"name":"Ann Example"},[{"name":"Bob Sample"}]])",
                      {"Ann Example", "Bob Sample"}},
        AuthorExample{"SeveralNames",
                      R"("author":{"name":["Ann Example","Bob Sample"]})",
                      {"Ann Example", "Bob Sample"}},
        AuthorExample{"Value", R"("author":{"name":{"@value":"Ann Example"}})", {"Ann Example"}},
        AuthorExample{
            "OrderedList", R"("author":{"@list":[{"name":"Ann Example"}]})", {"Ann Example"}},
        AuthorExample{
            "TwoNames", R"("author":{"givenName":"Ann","familyName":"Example"})", {"Ann Example"}},
        AuthorExample{"Creator", R"("creator":["Ann Example"])", {"Ann Example"}},
        AuthorExample{"AuthorBeforeCreator",
                      R"("creator":"cms","author":{"name":"Ann Example"})",
                      {"Ann Example"}},
        AuthorExample{"NamedNowhere", R"("author":{"@id":"#ann"})", {}}),
    [](const auto& test) { return test.param.name; });

TEST(JsonLd, ReferencesLeadToAnotherPlace) {
  const std::string article =
      R"({"@type":"Article","author":{"@id":"#ann"},"publisher":{"@id":"#org"}})";
  const std::string known = R"({"@type":"Organization","@id":"#org","name":"Example Times"},)"
                            R"({"@type":["Person"],"@id":"#ann","name":"Ann Example"})";
  const JsonLdArticle one = Read({R"({"@graph":[)" + article + "," + known + "]}"});
  EXPECT_THAT(NamesOf(one.authors), ElementsAre("Ann Example"));
  EXPECT_THAT(NamesOf(one.publishers), ElementsAre("Example Times"));
  EXPECT_TRUE(one.publishers[0].is_organization);
  EXPECT_FALSE(one.authors[0].is_organization);
  EXPECT_THAT(NamesOf(Read({article, "[" + known + "]"}).authors), ElementsAre("Ann Example"))
      << "another script";
}

TEST(JsonLd, ListsOfOtherArticlesAreLookedAtLast) {
  const std::string others = R"({"@type":"ItemList","itemListElement":[{"@type":"NewsArticle",)"
                             R"("headline":"Other","author":"Bob Sample"}]})";
  const std::string mine = R"({"@type":"NewsArticle","headline":"Mine"})";
  const JsonLdArticle both = Read({"[" + others + "," + mine + "]"});
  EXPECT_EQ(both.headline, "Mine");
  EXPECT_THAT(both.authors, ElementsAre());
  EXPECT_EQ(Read({others}).headline, "Other");
}

TEST(JsonLd, AddressOfThePageItIsTheMainPartOf) {
  EXPECT_EQ(Read({R"({"@type":"Article","mainEntityOfPage":{"@id":"https://example.com/a"}})"}).url,
            "https://example.com/a");
  EXPECT_EQ(Read({R"({"@type":"Article","mainEntityOfPage":"https://example.com/a"})"}).url,
            "https://example.com/a");
  EXPECT_EQ(Read({R"({"@type":"Article","mainEntityOfPage":true})"}).url, "");
}

TEST(JsonLd, BearsWhatSitesWrite) {
  const std::string json = R"({"@type":"Article","headline":"Tunnel opens"})";
  EXPECT_EQ(Read({"\n//<![CDATA[\n" + json + "\n//]]>\n"}).headline, "Tunnel opens");
  EXPECT_EQ(Read({"/*<![CDATA[*/" + json + "/*]]>*/"}).headline, "Tunnel opens");
  EXPECT_EQ(Read({"{\"@type\":\"Article\",\"headline\":\"Tunnel\nopens\"}"}).headline,
            "Tunnel opens");
  EXPECT_EQ(Read({"{\"@type\":\"Article\",\n\"headline\":}", json}).headline, "Tunnel opens")
      << "no JSON";
}

}  // namespace
}  // namespace newsfeed::cleanup
