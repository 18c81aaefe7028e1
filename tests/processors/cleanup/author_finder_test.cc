// Authors of whole pages. What a single byline says: byline_test.cc.
#include "processors/cleanup/author_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/cleaned.h"
#include "tests/testing/hostile_pages.h"

namespace newsfeed {
namespace {

using testing::Cleaned;
using ::testing::ElementsAreArray;

constexpr std::string_view kText =
    "<p>The tunnel under the harbour opened on Monday, two years later than the city had "
    "promised.</p>"
    "<p>Drivers waited for an hour at the northern gate, where a choir sang and the mayor cut a "
    "ribbon.</p>";
constexpr std::string_view kSite =
    "<link rel=canonical href='https://www.example-times.co.uk/tunnel'>"
    "<meta property='og:site_name' content='The Example Times'>";

struct Example {
  std::string name, head, above, below;
  std::vector<std::string> authors;
};
class Authors : public ::testing::TestWithParam<Example> {};

TEST_P(Authors, AreFound) {
  const Example& test = GetParam();
  const std::string html = "<!DOCTYPE html><html><head>" + std::string(kSite) + test.head +
                           "</head><body>" + "<h1>Harbour tunnel opens at last</h1>" + test.above +
                           std::string(kText) + test.below + "</body></html>";
  Cleaned cleaned({.text = html, .form = TextForm::kPage});
  EXPECT_THAT(cleaned.article().authors, ElementsAreArray(test.authors));
}

std::string JsonLd(std::string_view author) {
  return R"(<script type="application/ld+json">{"@type":"NewsArticle","author":)" +
         std::string(author) + "}</script>";
}
std::string Meta(std::string_view name, std::string_view content) {
  return "<meta name='" + std::string(name) + "' content='" + std::string(content) + "'>";
}
std::string NameOf(const ::testing::TestParamInfo<Example>& test) { return test.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Metadata, Authors,
    ::testing::Values(
        Example{"EachOfSeveralMetas",
                Meta("citation_author", "Ann Example") + Meta("citation_author", "Bob Sample"),
                "",
                "",
                {"Ann Example", "Bob Sample"}},
        Example{"AddressOfAProfile",
                "<meta property='article:author' content='https://www.facebook.com/ann'>" +
                    Meta("byl", "By Ann Example"),
                "",
                "",
                {"Ann Example"}},
        Example{"NumberOfAnAccount", Meta("author", "105092"), "", "", {}},
        Example{"AccountOfTheSystem",
                JsonLd(R"({"name":"admin"})"),
                "<p class=byline>By Ann Example</p>",
                "",
                {"Ann Example"}},
        Example{"StaffIsNobody", Meta("author", "Staff"), "", "", {}},
        Example{"DeskWhereNobodyElse",
                Meta("author", "Example Times Staff"),
                "",
                "",
                {"Example Times Staff"}},
        Example{"NoTitleOfAJob",
                Meta("author", "Ann Example, Political Editor"),
                "",
                "",
                {"Ann Example"}},
        Example{"NoTitleOfAJobInGerman",
                Meta("author", "Anna Beispiel, Redakteurin Politik"),
                "",
                "",
                {"Anna Beispiel"}},
        Example{"AgencyBesideAPerson",
                JsonLd(R"([{"name":"Ann Example"},{"name":"AFP"}])"),
                "",
                "",
                {"Ann Example", "AFP"}},
        Example{"LongNameWithoutBlanks",
                JsonLd(R"({"@type":"Organization","name":"見本新聞デジタル"})"),
                "",
                "",
                {"見本新聞デジタル"}},
        Example{"PersonsBeforeAnOrganization",
                JsonLd(R"({"@type":"Organization","name":"The House of Example"})"),
                "<div>By <a href=/ann>Ann Example</a></div>",
                "",
                {"Ann Example"}},
        Example{"OrganizationBeforeALink",
                JsonLd(R"({"@type":"Organization","name":"Example Agency"})"),
                "",
                "<p><a href='/author/cy'>Cy Third</a></p>",
                {"Example Agency"}},
        Example{"PersonsBeforeADesk",
                Meta("author", "Redaktion"),
                "<p class=byline>Von Anna Beispiel</p>",
                "",
                {"Anna Beispiel"}},
        Example{"AgenciesAreNobody",
                Meta("author", "Ann Example and agencies"),
                "",
                "",
                {"Ann Example"}},
        Example{"OnePersonOnce",
                JsonLd(R"([{"name":"Ann Example"},{"name":"ANN EXAMPLE"}])"),
                "",
                "",
                {"Ann Example"}},
        Example{"JobBeforeTheName",
                Meta("author", "Guest contributor Ann Example"),
                "",
                "",
                {"Ann Example"}},
        Example{"JobBehindTheName",
                Meta("author", "Anna Esimerkki toimittaja"),
                "",
                "",
                {"Anna Esimerkki"}},
        Example{"SiteBehindAName",
                JsonLd(R"({"name":"Ann Q. Example, Example-Times.co.uk"})"),
                "",
                "",
                {"Ann Q. Example"}},
        Example{"SiteByItsDomain",
                Meta("author", "example-times.co.uk"),
                "<p class=byline>By Ann Example</p>",
                "",
                {"Ann Example"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Elements, Authors,
    ::testing::Values(
        Example{"PropertyWithAPrefix",
                "",
                "<span property='schema:author'>Ann Example</span>",
                "",
                {"Ann Example"}},
        Example{"OneOfSeveralRelations",
                "",
                "<a href='/x' rel='author noopener'>Ann Example</a>",
                "",
                {"Ann Example"}},
        Example{"ClassInAnotherLanguage",
                "",
                "<span class='article__autor'>Anna Beispiel</span>",
                "",
                {"Anna Beispiel"}},
        Example{"TwoNamesThatOnlyElementsPart",
                "",
                "<div class=byline><a href=/a>Ann Example</a><a href=/b>Bob Sample</a></div>",
                "",
                {"Ann Example", "Bob Sample"}},
        Example{"TimeBesideTheName",
                "",
                "<div class=byline>By <a href=/a>Ann Example</a><time>March 3, 2031</time></div>",
                "",
                {"Ann Example"}},
        Example{"NoMonthBehindTheSite",
                "",
                "<p class=byline>by <a href=/>The Example Times</a><span>March 3, 2031</span></p>",
                "",
                {}},
        Example{"NoTitleOfAJob",
                "",
                "<div class=byline><b>Ann Example</b><i>Political Editor</i></div>",
                "",
                {"Ann Example"}},
        Example{"DeskWhereNobodyElse",
                "",
                "<div itemprop=author>By <span>EXAMPLE CITY STAFF</span></div>",
                "",
                {"EXAMPLE CITY STAFF"}},
        Example{"NoDeskBesideAPerson",
                "",
                "<div class=byline><b>Example City Staff</b><b>Ann Example</b></div>",
                "",
                {"Ann Example"}},
        Example{"LongName",
                "",
                "<b itemprop=author>Marie-Anne de la Tour-Exemple</b>",
                "",
                {"Marie-Anne de la Tour-Exemple"}},
        Example{"NoLongNameOfALink",
                "",
                "<a href='/author/x'>Marie-Anne de la Tour-Exemple</a>",
                "",
                {}},
        Example{"PlacesBehindNames",
                "",
                "<p class=byline>Ann Example in Springfield and Bob Sample in Shelbyville</p>",
                "",
                {"Ann Example", "Bob Sample"}},
        Example{"NoSentenceAboutThem",
                "",
                "<div class=author-bio><p>Ann Example is a writer who lives in Springfield with a "
                "dog.</p></div>",
                "",
                {}},
        Example{"ThaiName", "", "<span class=author>สมชาย ตัวอย่าง</span>", "", {"สมชาย ตัวอย่าง"}},
        Example{"NameOfATest",
                "",
                "<div data-testid=byline-block><b>Ann Example</b><i>Technology reporter</i></div>",
                "",
                {"Ann Example"}},
        Example{
            "ScriptWithoutCapitals", "", "<span class=author>أحمد مثال</span>", "", {"أحمد مثال"}},
        Example{"ScriptWithoutBlanks", "", "<span class=author>見本太郎</span>", "", {"見本太郎"}},
        Example{"NotOfATeaser",
                "",
                "",
                "<ul><li><h3><a href=/b>Ferry drivers walk out</a></h3><span class=author>Cy "
                "Third</span></li>"
                "<li><a href=/c><h3>Harbour for sale</h3></a><p>by <a href='/author/di'>Di "
                "Fourth</a></p></li></ul>",
                {}},
        Example{"InAHeadingOfItsOwn",
                "",
                "",
                "<div><h4 class=author><a href=/ann>Ann Example</a></h4></div>",
                {"Ann Example"}},
        Example{"NotWhoComments",
                "",
                "",
                "<div class=comments><b class=comment-author>Cy Third</b></div>",
                {}},
        Example{"NotWhoWroteOthers",
                "",
                "",
                "<div class=related-stories><b class=author>Cy Third</b></div>",
                {}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Lines, Authors,
    ::testing::Values(
        Example{"ByBesideTheHeadline", "", "<div>By <b>Ann Example</b></div>", "", {"Ann Example"}},
        Example{"InGerman",
                "",
                "<div>Von Anna Beispiel und John Roe</div>",
                "",
                {"Anna Beispiel", "John Roe"}},
        Example{"InFrench", "", "<div>Par <span>Anne Exemple</span></div>", "", {"Anne Exemple"}},
        Example{"AgencyBesideTheHeadline",
                "",
                "<p>By AFP, in <a href=/n>News</a>, <a href=/c>City</a></p>",
                "",
                {"AFP"}},
        Example{"NotBehindTheText", "", testing::Repeated(kText, 4), "<div>By Cy Third</div>", {}},
        Example{"NoSentence", "", "<div>By Friday Bob Sample had left.</div>", "", {}},
        Example{"Label", "", "", "<div><b>Автор:</b> Иван Примеров</div>", {"Иван Примеров"}},
        Example{
            "LabelBeforeElements",
            "",
            "",
            "<div><span>Autor: <b>Anna Beispiel</b>, <b>Jan Muster</b></span><i>9. März</i></div>",
            {"Anna Beispiel", "Jan Muster"}},
        Example{"LabelBesideOthers",
                "",
                "<p>Text: Anna Beispiel, Fotos: Bob Sample</p>",
                "",
                {"Anna Beispiel"}},
        Example{"LabelInChinese", "", "", "<div>作者：张三</div><div>责编：李四</div>", {"张三"}},
        Example{"SeveralLabelsInALine",
                "",
                "<div>来源：示例网 作者：张三 编辑：李四</div>",
                "",
                {"张三"}},
        Example{"WhoEditedInChinese", "", "", "<div>(责编：张三、李四)</div>", {"张三", "李四"}},
        Example{"LabelThatNamesNobody", "", "", "<div>Text: smaller or larger</div>", {}},
        Example{"ParagraphOfNames",
                "",
                "",
                "<p><strong>Ann Example/Bob Sample</strong></p>",
                {"Ann Example", "Bob Sample"}},
        Example{
            "ParagraphOfOneNameIsAHeading", "", "", "<p><strong>Example Street</strong></p>", {}},
        Example{"ParagraphBehindBy",
                "",
                "",
                std::string(kText) + "<p><em>By Ann Example</em></p>",
                {"Ann Example"}},
        Example{"SiteWhereNobodyElse",
                Meta("author", "The Example Times"),
                "<p>By The Example Times</p>",
                "",
                {"The Example Times"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Editors, Authors,
    ::testing::Values(Example{"AreNoAuthorsBesideOne",
                              JsonLd(R"({"name":"Cy"})"),
                              "<div class=author>Ann Example</div>",
                              "<div class=info-author>Editor : <a href=/cy>Cy</a></div>",
                              {"Ann Example"}},
                      Example{"WhereNobodyElse",
                              JsonLd(R"({"name":"Cy"})"),
                              "",
                              "<div class=info-author>Editor : <a href=/cy>Cy</a></div>",
                              {"Cy"}}),
    NameOf);

}  // namespace
}  // namespace newsfeed
