#include "processors/cleanup/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "processors/article/time.h"
#include "tests/testing/cleaned.h"
#include "tests/testing/hostile_pages.h"

namespace newsfeed {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Cleaned;

constexpr std::string_view kOne =
    "The tunnel under the harbour opened on Monday, two years later than the city had promised.";
constexpr std::string_view kTwo =
    "Drivers waited for an hour at the northern gate, where a choir sang and the mayor cut a ribbon.";

std::string Page(std::string_view head, std::string_view body) {
  return "<!DOCTYPE html><html lang=\"en-GB\"><head>" + std::string(head) + "</head><body>" +
         std::string(body) + "</body></html>";
}

std::string Paragraphs() {
  return "<p>" + std::string(kOne) + "</p><p>" + std::string(kTwo) + "</p>";
}

std::string Both() { return std::string(kOne) + "\n\n" + std::string(kTwo); }

Cleaned CleanedPage(const std::string& html) {
  return Cleaned({.text = html, .form = TextForm::kPage});
}

struct Layout {
  std::string name, body;
};
class PageLayout : public ::testing::TestWithParam<Layout> {};

TEST_P(PageLayout, GivesTheArticleAlone) {
  const std::string html = Page("<title>Harbour tunnel opens - Example Times</title>", GetParam().body);
  EXPECT_EQ(CleanedPage(html).body(), Both());
}

INSTANTIATE_TEST_SUITE_P(
    , PageLayout,
    ::testing::Values(
        Layout{"ArticleElement", "<nav>Home World Sport</nav><article>" + Paragraphs() +
                                     "</article><footer>Example Times, Springfield</footer>"},
        Layout{"KnownClass", "<div class='menu'><a>Home</a></div><div class='story-body'>" +
                                 Paragraphs() + "</div><div class='more'><p>Ferry drivers walk out of "
                                                "talks with the city again</p></div>"},
        Layout{"ItempropBody", "<div><div itemprop='articleBody'>" + Paragraphs() +
                                   "</div><p>Ann Example writes about harbours for us.</p></div>"},
        Layout{"Unmarked", "<div><a href=/>Home page of the Example Times</a></div><div>" +
                               Paragraphs() + "</div><div><p>A short teaser for another text.</p></div>"},
        Layout{"EachParagraphInADiv", "<main><div><div><p>" + std::string(kOne) +
                                          "</p></div></div><div><div><p>" + std::string(kTwo) +
                                          "</p></div></div></main><p>Example Times, Springfield</p>"},
        Layout{"ArticleInAnAside", "<aside class='sidebar'><article>" + Paragraphs() +
                                       "</article></aside><div>Example Times</div>"},
        Layout{"ClassOfTheTopic", "<div class='post tag-newsletter category-ads'>" + Paragraphs() +
                                      "</div><div>Example Times</div>"}),
    [](const auto& test) { return test.param.name; });

TEST(PageRemoved, TellsTheSizeOfWhatLiesOutside) {
  const std::string article = "<article>" + Paragraphs() + "</article>";
  const std::string html = Page("", "<nav>Home</nav>" + article);
  Cleaned cleaned = CleanedPage(html);
  ASSERT_THAT(cleaned.Rules(), ElementsAre("outside-article"));
  const RemovedText& outside = cleaned.article().removed[0];
  EXPECT_EQ(outside.text, "");
  EXPECT_EQ(outside.size, html.size() - article.size());
}

TEST(PageRemoved, ListsBlocksInsideTheArticle) {
  const std::string html = Page("", "<article>" + Paragraphs() +
                                        "<div class='newsletter-signup'>Our letter</div></article>");
  EXPECT_THAT(CleanedPage(html).Removed(), Contains("newsletter: Our letter"));
}

struct TitleExample {
  std::string name, head, body, title;
};
class PageTitle : public ::testing::TestWithParam<TitleExample> {};

TEST_P(PageTitle, IsFound) {
  const std::string html = Page(GetParam().head, GetParam().body + Paragraphs());
  EXPECT_EQ(CleanedPage(html).title(), GetParam().title);
}

INSTANTIATE_TEST_SUITE_P(
    , PageTitle,
    ::testing::Values(
        TitleExample{"JsonLd",
                     R"(<script type="application/ld+json">{"@graph":[{"@type":"WebPage"},)"
                     R"({"@type":"NewsArticle","headline":"Tunnel &amp; road open"}]}</script>)",
                     "<h1>Another</h1>", "Tunnel & road open"},
        TitleExample{"JsonLdWithHtml",
                     R"(<script type="application/ld+json">{"@type":"NewsArticle",)"
                     R"("headline":"Tunnel <em>opens</em> at last"}</script>)",
                     "", "Tunnel opens at last"},
        TitleExample{"SingleH1", "<title>x | y</title>", "<h1>Tunnel <b>opens</b></h1>",
                     "Tunnel opens"},
        TitleExample{"OpenGraph", "<meta property='og:title' content='Tunnel opens at last | Example'>",
                     "", "Tunnel opens at last"},
        TitleExample{"TitleElement", "<title>Tunnel opens at last - Example Times</title>", "",
                     "Tunnel opens at last"},
        TitleExample{"TwoAgree",
                     R"(<script type="application/ld+json">{"@type":"Article","headline":"SEO"}</script>)"
                     "<meta property='og:title' content='Tunnel opens at last'>",
                     "<h1>Tunnel opens at last</h1>", "Tunnel opens at last"},
        TitleExample{"SiteBehindAnySeparator",
                     "<title>Tunnel opens：Example Times</title><meta property='og:site_name' content='Example Times'>"
                     "<meta property='og:title' content='Tunnel opens：Example Times'>",
                     "<h1>Tunnel opens</h1>", "Tunnel opens"},
        TitleExample{"SiteThatEndsASentence",
                     "<meta property='og:site_name' content='Example Times'>"
                     "<meta property='og:title' content='A tunnel for the Example Times'>",
                     "", "A tunnel for the Example Times"},
        TitleExample{"SiteInAHeadline",
                     R"(<script type="application/ld+json">{"@type":"Article","headline":"Tunnel opens | Example"}</script>)"
                     "<meta property='og:site_name' content='Example'>",
                     "", "Tunnel opens"},
        TitleExample{"DashInTheTitleElement",
                     R"(<script type="application/ld+json">{"@type":"Article","headline":"SEO"}</script>)"
                     "<title>Tunnel - and road | Example</title><meta property='og:site_name' content='Example'>",
                     "<h1>Tunnel - and road</h1>", "Tunnel - and road"},
        TitleExample{"WithoutAKicker",
                     "<title>Harbour: Tunnel opens at last - Example Times</title>"
                     "<meta property='og:title' content='Tunnel opens at last'>",
                     "<h1>Harbour: Tunnel opens at last</h1>", "Tunnel opens at last"},
        TitleExample{"KickerAboveTheHeadline",
                     "<title>Harbour: Tunnel opens at last</title>"
                     "<meta property='og:title' content='Harbour: Tunnel opens at last'>",
                     "<h1>Tunnel opens at last</h1>", "Harbour: Tunnel opens at last"},
        TitleExample{"TwoWordsAreNoTitle",
                     "<title>Harbour: it opens</title><meta property='og:title' content='it opens'>",
                     "<h1>Harbour: it opens</h1>", "Harbour: it opens"}),
    [](const auto& test) { return test.param.name; });

TEST(PageMetadata, IsReadUpToALength) {
  const std::string letters = testing::Repeated("ж", 2000);
  Cleaned cleaned = CleanedPage(Page("<title>" + letters + "x</title><meta name=description content='" + letters +
                                         "x" + letters + letters + "'><meta property='article:section' content='" +
                                         letters + "'><meta property='og:site_name' content='" + letters + "'>",
                                     Paragraphs()));
  const Article& article = cleaned.article();
  EXPECT_EQ(article.title, letters.substr(0, 1024));
  EXPECT_EQ(article.standfirst, (letters + "x" + letters + letters).substr(0, 8191)) << "no character is cut";
  EXPECT_EQ(article.section, letters.substr(0, 256));
  EXPECT_EQ(article.source_name, "");
}

// Headings that lead to shops, and below each what the article says of the thing: no teasers.
TEST(PageBody, ParagraphsBelowLinkedHeadingsOfTheArticleStay) {
  const std::string items[][2] = {
      {"A torch of brass", "The torch that the keepers of the old light carried weighs as much as a loaf, and it "
                           "still burns for nine hours on a single charge, which we tried twice on the pier."},
      {"A coat for the deck", "In the rain of the last week of May the coat kept two of us dry on the ferry, and it "
                              "dried over night in a cabin without a stove, as the maker had promised us."},
      {"A knife that floats", "Its handle is cork, so it came back to us each of the four times that we dropped it "
                              "into the harbour, though the sheath did not and has to be bought again."},
      {"A pot for two", "The pot is thin and the soup was hot before the kettle beside it had begun to sing, but its "
                        "lid is loose, and on a boat that rolls that is worse than it sounds."}};
  std::string article = "<article><h1>What to take to sea</h1>" + Paragraphs();
  for (const auto& [heading, text] : items) {
    article += "<h2><a href='https://example.com/shop'>" + heading + "</a></h2><p>" + text + "</p>";
  }
  const std::string found(CleanedPage(Page("<title>What to take to sea</title>", article + "</article>")).body());
  for (const auto& item : items) EXPECT_THAT(found, HasSubstr(item[1]));
}

TEST(PageMetadata, FillsWhatTheFeedLeftEmpty) {
  const std::string html = Page(
      "<link rel=canonical href='https://example.com/a?x=1&amp;y=2'>"
      "<meta name=author content='By Ann Example'><meta property='article:section' content=City>"
      "<meta name=keywords content='tunnel, harbour'>"
      "<meta name=description content='The tunnel is open.'>",
      "<article>" + Paragraphs() + "</article>");
  Cleaned cleaned = CleanedPage(html);
  const Article& article = cleaned.article();
  EXPECT_EQ(article.url, "https://example.com/a?x=1&y=2");
  EXPECT_THAT(article.authors, ElementsAre("Ann Example"));
  EXPECT_THAT(article.keywords, ElementsAre("tunnel", "harbour"));
  EXPECT_EQ(article.section, "City");
  EXPECT_EQ(article.standfirst, "The tunnel is open.");
  EXPECT_EQ(article.claimed_language, "en-GB");
}

TEST(PageMetadata, OfTheFeedStays) {
  const std::string html =
      Page("<meta name=author content='Bob Sample'><title>Other</title>", Paragraphs());
  Cleaned cleaned({.title = "Mine", .text = html, .form = TextForm::kPage, .authors = {"Ann Example"}});
  EXPECT_EQ(cleaned.title(), "Mine");
  EXPECT_THAT(cleaned.article().authors, ElementsAre("Ann Example"));
}

TEST(PageMetadata, RefusesAuthorsThatAreNone) {
  const std::string html = Page(
      R"(<script type="application/ld+json">{"@type":"NewsArticle","author":[{"name":"Ann Example"},)"
      R"({"name":"https://example.com/ann"},{"name":"12 May 2031"},{"name":"Ann Example"}]}</script>)",
      Paragraphs());
  EXPECT_THAT(CleanedPage(html).article().authors, ElementsAre("Ann Example"));
}

TEST(PageMetadata, NameOfAnAuthorIsOne) {
  const std::string html = Page(
      R"(<script type="application/ld+json">{"@type":"NewsArticle","author":[{"name":"Ann Roe y Doe"},)"
      R"({"name":"Martin Example King, Jr."},{"name":"Von Miller"}]}</script>)",
      Paragraphs());
  EXPECT_THAT(CleanedPage(html).article().authors,
              ElementsAre("Ann Roe y Doe", "Martin Example King, Jr.", "Von Miller"));
}

TEST(PageMetadata, SiteBesideAnAuthorIsNone) {
  const auto authors = [](std::string_view author) {
    return CleanedPage(Page("<meta name=author content='" + std::string(author) +
                                "'><meta property='og:site_name' content='Example Times'>",
                            Paragraphs())).article().authors.size();
  };
  EXPECT_EQ(authors("By Jane Doe | Example Times"), 1u);
  EXPECT_EQ(authors("Example Times"), 1u) << "nobody else signed";
}

struct AuthorsExample {
  std::string name, head, body;
  std::vector<std::string> authors;
};
class PageAuthors : public ::testing::TestWithParam<AuthorsExample> {};

TEST_P(PageAuthors, AreThoseOfTheArticle) {
  const AuthorsExample& test = GetParam();
  const std::string html = Page("<link rel=canonical href='https://www.example-times.co.uk/tunnel'>" + test.head,
                                test.body + Paragraphs());
  EXPECT_THAT(CleanedPage(html).article().authors, ::testing::ElementsAreArray(test.authors));
}

constexpr std::string_view kSiteAsAuthor = "<meta name=author content='Example Times'>";
INSTANTIATE_TEST_SUITE_P(
    Examples, PageAuthors,
    ::testing::Values(
        AuthorsExample{"LinkToAuthor", "", "<p>by <a href='/authors/ann-example'>Ann Example</a></p>",
                       {"Ann Example"}},
        AuthorsExample{"LinkToAllAuthorsIsNone", "", "<p><a href='/authors/'>All Our Authors</a></p>", {}},
        AuthorsExample{"LinkThatNamesNobody", "", "<p><a href='/author/ann'>more about her</a></p>", {}},
        AuthorsExample{"OneElementEach", "",
                       "<div class=article-byline><span>Ann Example</span> <span>Bob Sample</span> <span>Cy Third</span></div>",
                       {"Ann Example", "Bob Sample", "Cy Third"}},
        AuthorsExample{"SiteByItsHost", std::string(kSiteAsAuthor),
                       "<p class=byline>By Ann Example</p>", {"Ann Example"}},
        AuthorsExample{"SiteThenMeta",
                       R"(<script type="application/ld+json">{"@type":"NewsArticle",)"
                       R"("author":{"name":"Example Times"}}</script><meta name=author content='Example Agency'>)",
                       "", {"Example Agency"}},
        AuthorsExample{"SiteWhereNobodyElse", std::string(kSiteAsAuthor), "", {"Example Times"}}),
    [](const auto& test) { return test.param.name; });

TEST(PageMetadata, TimeSaysWhereItIsFrom) {
  const std::string html = Page(
      "<meta property='article:published_time' content='2031-05-12T09:30:00Z'>", Paragraphs());
  Cleaned cleaned = CleanedPage(html);
  ASSERT_TRUE(cleaned.article().published);
  EXPECT_EQ(cleaned.article().published_source, "meta:article:published_time");
}

struct Above {
  std::string name, head, body;
  bool shown;
};
class PageStandfirst : public ::testing::TestWithParam<Above> {};

TEST_P(PageStandfirst, AboveTheArticleIsItsFirstParagraph) {
  const std::string html =
      Page(GetParam().head, "<main><h1>Tunnel opens at last</h1>" + GetParam().body +
                                "<div class=article-body>" + Paragraphs() + "</div></main>");
  const std::string standfirst = "The city paid for it twice.";
  EXPECT_EQ(CleanedPage(html).body(), (GetParam().shown ? standfirst + "\n\n" : "") + Both());
}

INSTANTIATE_TEST_SUITE_P(
    , PageStandfirst,
    ::testing::Values(
        Above{"ByClass", "", "<p class=article__dek>The city paid for it twice.</p>", true},
        Above{"Heading", "", "<header><h2 class=sub-title>The city paid for it twice.</h2></header>", true},
        Above{"ByDescription", "<meta name=description content='The city paid for it twice.'>",
              "<div><p>The city paid for it twice.</p></div>", true},
        Above{"Unmarked", "", "<p>Example Times, Springfield, Monday</p>", false},
        Above{"InFurniture", "", "<nav><p class=dek>The city paid for it twice.</p></nav>", false}),
    [](const auto& test) { return test.param.name; });

TEST(PageStandfirstTest, ShownFillsTheFieldWhereNothingElseTellsIt) {
  const std::string shown = "Two years late, the city has its road below the water.";
  const std::string html = Page("", "<h1>Tunnel opens</h1><p class='standfirst'>" + shown + "</p><article>" +
                                        Paragraphs() + "</article>");
  EXPECT_EQ(CleanedPage(html).article().standfirst, shown);
}

TEST(PageStandfirstTest, RepeatedInTheArticleStandsOnce) {
  const std::string line = "<p class=standfirst>The city paid for it twice.</p>";
  const std::string html = Page("", "<main><h1>Tunnel opens at last</h1>" + line +
                                        "<div class=article-body>" + line + Paragraphs() + "</div></main>");
  EXPECT_EQ(CleanedPage(html).body(), "The city paid for it twice.\n\n" + Both());
}

struct Address {
  std::string_view name, canonical, url;
};
class PageUrl : public ::testing::TestWithParam<Address> {};

TEST_P(PageUrl, IsOneThatCanBeAskedFor) {
  const std::string html =
      Page("<link rel=canonical href='" + std::string(GetParam().canonical) +
               "'><meta property='og:url' content='https://example.com/og'>",
           Paragraphs());
  EXPECT_EQ(CleanedPage(html).article().url, GetParam().url);
}

INSTANTIATE_TEST_SUITE_P(
    , PageUrl,
    ::testing::Values(Address{"References", " &#104;ttps://example.com/a?b=1&amp;c=2\n", "https://example.com/a?b=1&c=2"},
                      Address{"Blank", "https://exa mple.com/a b", "https://example.com/og"},
                      Address{"EscapedBlank", "https://example.com/a&#32;b", "https://example.com/og"},
                      Address{"NoHost", "https:///a", "https://example.com/og"},
                      Address{"Relative", "/a", "https://example.com/og"},
                      Address{"Capitals", "HTTPS://Example.com/A", "HTTPS://Example.com/A"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PageMetadata, SaysThatItIsForSubscribers) {
  const auto paywalled = [](std::string_view value) {
    return CleanedPage(Page("<script type='application/ld+json'>{\"@type\":\"NewsArticle\","
                            "\"isAccessibleForFree\":" + std::string(value) + "}</script>",
                            Paragraphs())).article().paywalled;
  };
  EXPECT_TRUE(paywalled("false"));
  EXPECT_TRUE(paywalled("\"False\""));
  EXPECT_FALSE(paywalled("true"));
  EXPECT_FALSE(paywalled("\"True\""));
}

TEST(PageMetadata, NamesTheSource) {
  Cleaned page = CleanedPage(Page("<link rel='canonical' href='https://www.Example.com/a'>"
                                  "<meta property='og:site_name' content='The Example Times'>",
                                  Paragraphs()));
  EXPECT_EQ(page.article().source_domain, "example.com");
  EXPECT_EQ(page.article().source_name, "The Example Times");
  Cleaned unnamed = CleanedPage(Page("<link rel='canonical' href='https://example.com/a'>", Paragraphs()));
  EXPECT_EQ(unnamed.article().source_name, "example.com");
}

// The source of the date and the date, where no metadata tells one.
std::string PublishedOf(std::string_view head, std::string_view around) {
  Cleaned page = CleanedPage(Page(head, "<h1>Harbour tunnel opens</h1>" + std::string(around) + Paragraphs()));
  const Article& article = page.article();
  return article.published ? std::string(article.published_source) + " " + FormatTime(*article.published) : "";
}

struct TimeExample {
  std::string_view name, head, above, published, modified;
};
class PageTimes : public ::testing::TestWithParam<TimeExample> {};

TEST_P(PageTimes, AreThoseOfTheArticle) {
  Cleaned page = CleanedPage(Page(GetParam().head, "<h1>Tunnel opens</h1>" + std::string(GetParam().above) + Paragraphs()));
  const Article& article = page.article();
  EXPECT_EQ(article.published ? FormatTime(*article.published) : "", GetParam().published);
  EXPECT_EQ(article.modified ? FormatTime(*article.modified) : "", GetParam().modified);
}

INSTANTIATE_TEST_SUITE_P(
    , PageTimes,
    ::testing::Values(
        TimeExample{"Updated", "", "<time class=updated datetime='2031-03-10'></time><time datetime='2031-03-09'></time>",
                    "2031-03-09", "2031-03-10"},
        TimeExample{"PublishedAndUpdated", "", "<time class='published updated' datetime='2031-03-09'></time>",
                    "2031-03-09", ""},
        TimeExample{"UpdatedAlone", "", "<time class=updated datetime='2031-03-10'></time>", "2031-03-10", "2031-03-10"},
        TimeExample{"TitleOfAnAbbreviation", "",
                    "<abbr itemprop=datePublished title='2031-03-09T06:30:00-08:00'>6:30</abbr>",
                    "2031-03-09T06:30:00-08:00", ""},
        TimeExample{"ContentOfAProperty", "",
                    "<span property='schema:dateCreated' content='2031-03-09T06:30:00Z'>9 March</span>"
                    "<span property='schema:dateModified' content='2031-03-10T06:30:00Z'>10 March</span>",
                    "2031-03-09T06:30:00+00:00", "2031-03-10T06:30:00+00:00"},
        TimeExample{"WrittenAfterAChange", "", "<i>Updated: 10 March 2031</i><i>First published: 9 March 2031</i>",
                    "2031-03-09", "2031-03-10"},
        TimeExample{"ChangeInAnElementOfItsOwn", "", "<b>Aktualisiert am</b> 10.03.2031 <b>Veröffentlicht am</b> 09.03.2031",
                    "2031-03-09", "2031-03-10"},
        TimeExample{"PublishedThenChanged", "", "<i>9 March 2031, updated 10 March 2031</i>", "2031-03-09", ""},
        TimeExample{"ChangeAlone", "", "<i>Mis à jour le 10 mars 2031</i>", "2031-03-10", "2031-03-10"},
        TimeExample{"WrittenForReaders", "<meta property='article:published_time' content='March 9, 2031 6:30 am'>"
                                         "<meta property='article:modified_time' content='10.03.2031 06:30'>",
                    "", "2031-03-09", "2031-03-10"},
        TimeExample{"MetaOfDublinCore", "<meta name=dcterms.created content='2031-03-09'><meta name=DCTERMS.modified "
                                        "content='2031-03-10'>", "", "2031-03-09", "2031-03-10"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PageMetadata, TagsAreKeywordsWhereNothingElseIs) {
  const std::string tags = "<meta property='article:tag' content=Harbour><meta property='article:tag' content=Tunnel>";
  EXPECT_THAT(CleanedPage(Page(tags, Paragraphs())).article().keywords, ElementsAre("Harbour", "Tunnel"));
  EXPECT_THAT(CleanedPage(Page(tags + "<meta name=keywords content=City>", Paragraphs())).article().keywords,
              ElementsAre("City"));
}

TEST(PageMetadata, DateOfTheAddress) {
  EXPECT_EQ(PublishedOf("<link rel='canonical' href='https://example.com/2031/03/09/tunnel'>", ""),
            "url 2031-03-09");
}

TEST(PageMetadata, TimeElementOfAnyCase) {
  EXPECT_EQ(PublishedOf("", "<TIME DATETIME='2031-03-09'>today</TIME>"), "time:datetime 2031-03-09");
}

TEST(PageMetadata, DateBesideTheHeadline) {
  EXPECT_EQ(PublishedOf("", "<div>Stand: 9. März 2031, 15:25 Uhr</div>"), "text 2031-03-09");
  EXPECT_EQ(PublishedOf("", "<div>9.&nbsp;März&nbsp;2031</div>"), "text 2031-03-09");
  EXPECT_EQ(PublishedOf("", "<p>The old tunnel was closed on 9 March 2029.</p>"), "") << "a sentence";
  EXPECT_EQ(PublishedOf("<meta name='date' content='2031-03-08'>", "<div>9. März 2031</div>"),
            "meta:date 2031-03-08");
}

TEST(PageMetadata, DateBesideTheHeadingOfTheArticle) {
  Cleaned page = CleanedPage(
      Page("<title>Tunnel opens at last | Example Times</title>",
           "<article><h3>Ferry drivers walk out</h3><div>8.3.2031</div></article><article><h3>Harbour - "
           "Tunnel opens at last</h3><div>So 09.03.31 | 14:07 Uhr</div>" + Paragraphs() + "</article>"));
  ASSERT_TRUE(page.article().published);
  EXPECT_EQ(FormatTime(*page.article().published), "2031-03-09");
}

TEST(PageBody, OfJsonLdWhereElementsHaveNone) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += std::string(kOne) + "\\n\\n" + std::string(kTwo) + "\\n\\n";
  const std::string html =
      Page(R"(<script type="application/ld+json">{"@type":"NewsArticle","articleBody":")" + text +
               R"("}</script>)",
           "<div id=app></div>");
  EXPECT_TRUE(CleanedPage(html).body().starts_with(Both()));
}

// A page that a script would fill.
std::string BodyOfScripts(const std::string& scripts) {
  Cleaned page = CleanedPage(Page("<title>Harbour tunnel opens</title>", "<div id=root>Loading</div>" + scripts));
  return std::string(page.body());
}

std::string LongText(std::string_view before, std::string_view between, std::string_view after) {
  std::string text;
  for (int i = 0; i < 3; ++i) {
    for (const std::string_view sentence : {kOne, kTwo}) {
      text += text.empty() ? "" : between;
      text += std::string(before) + "In the year " + std::to_string(2031 + i) + ": " + std::string(sentence) +
              std::string(after);
    }
  }
  return text;
}

TEST(PageBody, OfItsOwnStateWhereElementsHaveNone) {
  const std::string teasers =
      R"("more":[{"title":"Ferry drivers walk out","teaser":"The drivers of three ferries walked out of talks again on Friday."}])";
  const std::string body = LongText("", "\n\n", "");
  EXPECT_EQ(BodyOfScripts("<script id='__NEXT_DATA__' type='application/json'>{\"props\":{" + teasers +
                          ",\"article\":{\"url\":\"/a\",\"body\":[" +
                          LongText(R"({"type":"p","text":")", ",", R"("})") + "]}}}</script>"),
            body);
  EXPECT_EQ(BodyOfScripts("<script>window.a = 1; window.__STATE__ = {" + teasers + ",\"content\":\"" +
                          LongText("<p>", "", "<\\/p>") + "\"}; run();</script>"),
            body);
}

TEST(PageBody, OfNoStateThatIsCutOrHoldsNoProse) {
  EXPECT_EQ(BodyOfScripts("<script>window.s = {\"content\":\"" + LongText("", " ", "") + "\"</script>"), "Loading");
  EXPECT_EQ(BodyOfScripts("<script type='application/json'>{\"a\":[" +
                          std::string(2000, ' ') + "1]}</script>"),
            "Loading");
}

TEST(PageBody, WithoutAnyTextIsLowInformation) {
  Cleaned cleaned = CleanedPage(Page("<title>x</title>", "<div class=cookie-banner><p>We use cookies to "
                                                          "improve your experience here.</p></div>"));
  EXPECT_TRUE(cleaned.article().low_information);
  EXPECT_TRUE(cleaned.article().live());
}

}  // namespace
}  // namespace newsfeed
