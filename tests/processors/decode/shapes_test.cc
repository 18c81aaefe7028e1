// One record of each shape, and what becomes of it.
#include "processors/decode/shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/processors/decode/decoding.h"

namespace newsfeed::decode {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Time(const std::optional<FeedTime>& time) { return time ? FormatTime(*time) : ""; }

TEST(Shapes, Envelope) {
  Decoding decode;
  const Article& a = decode(R"({"id": "a-1", "url": " https://www.example.com/a ",
    "source": "Example Times",
    "title": "Harbour reopens", "body": "Ships may enter.\n\nAgain.",
    "published_at": "2026-03-01T09:30:00+02:00",
    "modified_at": "2026-03-01", "authors": ["Jane Doe", "John Roe"], "language": "en_gb",
    "standfirst": "Short.", "section": "Business", "keywords": "harbour, ships"})");
  EXPECT_EQ(a.id, "a-1");
  EXPECT_EQ(a.url, "https://www.example.com/a");
  EXPECT_EQ(a.source_name, "Example Times");
  EXPECT_EQ(a.source_domain, "example.com");
  EXPECT_EQ(a.title, "Harbour reopens");
  EXPECT_EQ(a.text, "Ships may enter.\n\nAgain.");
  EXPECT_EQ(a.body, a.text);
  EXPECT_EQ(a.form, TextForm::kPlain);
  EXPECT_EQ(Time(a.published), "2026-03-01T09:30:00+02:00");
  EXPECT_EQ(a.published_source, "/published_at");
  EXPECT_EQ(Time(a.modified), "2026-03-01");
  EXPECT_THAT(a.authors, ElementsAre("Jane Doe", "John Roe"));
  EXPECT_THAT(a.keywords, ElementsAre("harbour", "ships"));
  EXPECT_EQ(a.claimed_language, "en-GB");
  EXPECT_EQ(a.standfirst, "Short.");
  EXPECT_EQ(a.section, "Business");
}

TEST(Shapes, HtmlWinsOverText) {
  Decoding decode;
  const Article& a = decode(R"({"text": "flat", "html": "<p>One</p>"})");
  EXPECT_EQ(a.text, "<p>One</p>");
  EXPECT_EQ(a.form, TextForm::kFragment);
  EXPECT_EQ(decode(R"({"text": "flat", "html": " "})").text, "flat");
  EXPECT_EQ(decode(R"({"html": "<html><body><p>One"})").form, TextForm::kPage);
}

TEST(Shapes, SchemaOrg) {
  Decoding decode;
  const Article& a = decode(R"({"@context": "https://schema.org", "@type": "NewsArticle",
    "@id": "https://example.com/a#article", "mainEntityOfPage": {"@id": "https://example.com/a"},
    "headline": "Harbour reopens", "articleBody": "Ships may enter.",
    "datePublished": "2026-03-01T09:30Z",
    "author": [{"@type": "Person", "name": "Jane Doe"}], "publisher": {"name": "Example Times"},
    "inLanguage": "en", "articleSection": "Business", "keywords": ["harbour"],
    "copyrightHolder": {"name": "ET"}})");
  EXPECT_EQ(a.id, "https://example.com/a#article");
  EXPECT_EQ(a.url, "https://example.com/a");
  EXPECT_EQ(a.title, "Harbour reopens");
  EXPECT_EQ(a.text, "Ships may enter.");
  EXPECT_EQ(a.published_source, "/datePublished");
  EXPECT_THAT(a.authors, ElementsAre("Jane Doe"));
  EXPECT_EQ(a.source_name, "Example Times");
  EXPECT_EQ(a.rights_holder, "ET");
}

TEST(Shapes, SchemaOrgGraph) {
  Decoding decode;
  const Article& a = decode(R"({"@graph": [
    {"@type": "WebSite", "name": "Example Times", "url": "https://example.com/"},
    {"@type": ["Thing", "NewsArticle"], "headline": "Harbour reopens",
    "url": "https://example.com/a",
     "articleBody": "Ships may enter.", "datePublished": "2026-03-01T09:30:00Z",
     "author": [{"name": "Jane Doe"}, {"name": "John Roe"}]}]})");
  EXPECT_EQ(a.title, "Harbour reopens");
  EXPECT_EQ(a.url, "https://example.com/a");
  EXPECT_EQ(a.published_source, "/@graph/1/datePublished");
  EXPECT_THAT(a.authors, ElementsAre("Jane Doe", "John Roe"));
  EXPECT_EQ(decode(R"([{"headline": "x", "articleBody": "y"}])").title, "x");
}

TEST(Shapes, Ninjs1) {
  Decoding decode;
  const Article& a = decode(R"({"uri": "urn:newsml:example.com:a-1", "pubstatus": "withheld",
    "embargoed": "2026-03-02T00:00:00Z", "headline": "Harbour reopens", "body_text": "flat",
    "body_xhtml": "<p>Ships may enter.</p>", "byline": "By Jane Doe and John Roe",
    "infosource": [{"name": "Example Agency"}], "copyrightholder": "EA",
    "copyrightnotice": "(c) EA", "usageterms": "No archives.",
    "firstcreated": "2026-03-01T09:30:00Z",
    "versioncreated": "2026-03-01T10:00:00Z", "subject": [{"code": "1", "name": "harbour"}]})");
  EXPECT_EQ(a.id, "urn:newsml:example.com:a-1");
  EXPECT_EQ(a.url, "");
  EXPECT_EQ(a.pub_status, PubStatus::kWithheld);
  EXPECT_EQ(Time(a.embargoed_until), "2026-03-02T00:00:00+00:00");
  EXPECT_EQ(a.text, "<p>Ships may enter.</p>");
  EXPECT_THAT(a.authors, ElementsAre("Jane Doe", "John Roe"));
  EXPECT_EQ(a.source_name, "Example Agency");
  EXPECT_EQ(a.rights_holder, "EA");
  EXPECT_EQ(a.rights_notice, "(c) EA");
  EXPECT_EQ(a.usage_terms, "No archives.");
  EXPECT_THAT(a.keywords, ElementsAre("harbour"));
}

TEST(Shapes, Ninjs2And3) {
  Decoding decode;
  const Article& a = decode(R"({"uri": "urn:a-1", "pubStatus": "canceled",
    "headlines": [{"role": "short", "value": "Harbour"}, {"role": "main",
    "value": "Harbour reopens"}],
    "descriptions": [{"role": "caption", "value": "A ship"}, {"role": "summary",
    "value": "Short."}],
    "bodies": [{"role": "caption", "value": "A ship"}, {"role": "main",
    "contentType": "text/plain", "value": "flat"},
               {"role": "main", "contentType": "text/html", "value": "<p>Ships may enter.</p>"}],
    "infoSources": [{"name": "Example Agency"}], "by": "Jane Doe",
    "firstCreated": "2026-03-01T09:30:00Z"})");
  EXPECT_EQ(a.pub_status, PubStatus::kCanceled);
  EXPECT_EQ(a.title, "Harbour reopens");
  EXPECT_EQ(a.standfirst, "Short.");
  EXPECT_EQ(a.text, "<p>Ships may enter.</p>");
  EXPECT_EQ(a.form, TextForm::kFragment);
  EXPECT_EQ(a.source_name, "Example Agency");
  EXPECT_EQ(Time(a.published), "2026-03-01T09:30:00+00:00");
  const Article& killed =
      decode(R"({"headline": "x", "itemMeta": {"pubStatus": {"qcode": "stat:canceled"}}})");
  EXPECT_EQ(killed.pub_status, PubStatus::kCanceled);
}

TEST(Shapes, NewsApi) {
  Decoding decode;
  const Article& a = decode(R"({"source": {"id": "example-times", "name": "Example Times"},
    "author": "Jane Doe, John Roe", "title": "Harbour reopens", "description": "Short.",
    "url": "https://example.com/a", "publishedAt": "2026-03-01T09:30:00Z",
    "content": "Ships may enter the… [+2381 chars]"})");
  EXPECT_TRUE(a.truncated);
  EXPECT_EQ(a.text, "Ships may enter the…");
  EXPECT_EQ(a.standfirst, "Short.");
  EXPECT_EQ(a.source_name, "Example Times");
  EXPECT_THAT(a.authors, ElementsAre("Jane Doe", "John Roe"));
  EXPECT_EQ(a.id.substr(0, 4), "url-");
}

TEST(Shapes, RssAsJson) {
  Decoding decode;
  const Article& a = decode(R"({"title": ["Harbour reopens"], "link": "https://example.com/a",
    "guid": {"#text": "a-1", "isPermaLink": "false"}, "pubDate": "Sun, 01 Mar 2026 09:30:00 GMT",
    "dc:creator": {"__cdata": "Jane Doe"}, "description": "&lt;p&gt;Short.&lt;/p&gt;",
    "content:encoded": "<p>Ships may enter.</p>", "category": [{"#text": "harbour"},
    "ships, big"]})");
  EXPECT_EQ(a.id, "a-1");
  EXPECT_EQ(a.title, "Harbour reopens");
  EXPECT_EQ(a.text, "<p>Ships may enter.</p>");
  EXPECT_EQ(Time(a.published), "2026-03-01T09:30:00+00:00");
  EXPECT_THAT(a.authors, ElementsAre("Jane Doe"));
  EXPECT_THAT(a.keywords, ElementsAre("harbour", "ships, big"));
}

TEST(Shapes, RssWithOnlyADescription) {
  Decoding decode;
  const Article& a = decode(R"({"title": {"$t": "x"}, "guid": [{"_": "https://example.com/a",
    "$": {"isPermaLink": "true"}}],
    "description": "&lt;p&gt;Ships &amp;amp; boats.&lt;/p&gt;"})");
  EXPECT_EQ(a.title, "x");
  EXPECT_EQ(a.url, "https://example.com/a");
  EXPECT_EQ(a.text, "<p>Ships &amp; boats.</p>");
  EXPECT_EQ(a.form, TextForm::kFragment);
  EXPECT_EQ(a.standfirst, "");
}

TEST(Shapes, AtomAsJson) {
  Decoding decode;
  const Article& a = decode(R"({"id": "tag:example.com,2026:a-1", "title": {"type": "text",
    "#text": "Harbour reopens"},
    "link": [{"rel": "self", "href": "https://example.com/a.atom"}, {"rel": "alternate",
    "href": "https://example.com/a"}],
    "author": {"name": "Jane Doe"}, "published": "2026-03-01T09:30:00Z",
    "updated": "2026-03-01T10:00:00Z",
    "content": {"type": "html", "#text": "<p>Ships may enter.</p>"}, "summary": "Short.",
    "category": {"term": "harbour"}})");
  EXPECT_EQ(a.url, "https://example.com/a");
  EXPECT_EQ(a.title, "Harbour reopens");
  EXPECT_EQ(a.text, "<p>Ships may enter.</p>");
  EXPECT_THAT(a.authors, ElementsAre("Jane Doe"));
  EXPECT_THAT(a.keywords, ElementsAre("harbour"));
  EXPECT_EQ(Time(a.modified), "2026-03-01T10:00:00+00:00");
  EXPECT_EQ(decode(R"({"title": "x", "content": [{"type": "text/html",
    "value": "<p>y</p>"}]})").text, "<p>y</p>");
  EXPECT_EQ(decode(R"({"title": "x", "link": {"href": "https://example.com/b"}})").url,
    "https://example.com/b");
}

TEST(Shapes, JsonFeed) {
  Decoding decode;
  const Article& a = decode(R"({"id": 17, "url": "https://example.com/a", "title": "x",
    "content_text": "flat",
    "content_html": "<p>Ships</p>", "date_published": "2026-03-01T09:30:00Z",
    "authors": [{"name": "Jane Doe"}],
    "tags": ["harbour"]})");
  EXPECT_EQ(a.id, "17");
  EXPECT_EQ(a.text, "<p>Ships</p>");
  EXPECT_THAT(a.authors, ElementsAre("Jane Doe"));
  EXPECT_THAT(a.keywords, ElementsAre("harbour"));
}

TEST(Shapes, NewsPlease) {
  Decoding decode;
  const Article& a = decode(R"({"authors": [], "date_download": "2026-03-05 00:00:00",
    "date_modify": null,
    "date_publish": "2026-03-01 09:30:00", "description": "Short.", "filename": "example.json",
    "language": "en",
    "maintext": "Ships may enter.", "source_domain": "www.example.com",
    "title": "Harbour reopens"})");
  EXPECT_EQ(a.text, "Ships may enter.");
  EXPECT_EQ(a.source_domain, "example.com");
  EXPECT_EQ(a.source_name, "example.com");
  EXPECT_EQ(Time(a.published), "2026-03-01T09:30:00-00:00");
  EXPECT_FALSE(a.modified);
}

TEST(Shapes, MediaCloud) {
  Decoding decode;
  const Article& a = decode(R"({"rss_entry": {"link": "https://example.com/r", "title": "feed"},
    "content_metadata": {"url": "https://example.com/a", "canonical_domain": "example.com",
    "language": "en",
      "publication_date": "2026-03-01", "article_title": "Harbour reopens", "text_content": "flat"},
    "raw_html": {"html": "<html><body><p>Ships may enter.</p></body></html>",
    "encoding": "utf-8"}})");
  EXPECT_EQ(a.url, "https://example.com/a");
  EXPECT_EQ(a.title, "Harbour reopens");
  EXPECT_EQ(a.form, TextForm::kPage);
  EXPECT_EQ(a.published_source, "/content_metadata/publication_date");
}

TEST(Shapes, Zyte) {
  Decoding decode;
  const Article& a = decode(R"({"url": "https://example.com/a", "headline": "Harbour reopens",
    "articleBody": "flat", "articleBodyHtml": "<article><p>Ships</p></article>",
    "datePublished": "2026-03-01T09:30:00Z",
    "authors": [{"name": "Jane Doe", "nameRaw": "By Jane Doe"}], "inLanguage": "en"})");
  EXPECT_EQ(a.text, "<article><p>Ships</p></article>");
  EXPECT_EQ(a.form, TextForm::kFragment);
  EXPECT_THAT(a.authors, ElementsAre("Jane Doe"));
}

TEST(Shapes, GdeltHasNoBody) {
  Decoding decode;
  const Article& a = decode(R"({"url": "https://example.com/a", "title": "Harbour reopens",
    "seendate": "20260301T093000Z", "domain": "example.com", "language": "English",
    "sourcecountry": "X"})");
  EXPECT_TRUE(a.live());
  EXPECT_EQ(a.text, "");
  EXPECT_EQ(a.claimed_language, "en");
  EXPECT_EQ(Time(a.published), "2026-03-01T09:30:00+00:00");
}

TEST(Shapes, WordPress) {
  Decoding decode;
  const Article& a = decode(R"({"id": 5, "date_gmt": "2026-03-01T09:30:00",
    "link": "https://example.com/a",
    "title": {"rendered": "Harbour reopens"}, "content": {"rendered": "<p>Ships</p>",
    "protected": false},
    "excerpt": {"rendered": "<p>Short.</p>"}})");
  EXPECT_EQ(a.title, "Harbour reopens");
  EXPECT_EQ(a.text, "<p>Ships</p>");
}

// Every row of the table is reached: a record that holds nothing else gives the field.
TEST(ShapeTable, EachRowIsFound) {
  Decoding decode;
  for (const ShapeRow& row : ShapeTable()) {
    const bool is_value = row.aspect != Aspect::kRole && row.aspect != Aspect::kMime;
    if (row.field != Field::kBody || !is_value) continue;
    std::string json = "\"Ships may enter.\"";
    std::string_view path = row.path;
    while (!path.empty()) {
      const size_t slash = path.rfind('/');
      const std::string token(path.substr(slash + 1));
      json = token == "*" ? "[" + json + "]" : "{\"" + token + "\":" + json + "}";
      path = path.substr(0, slash);
    }
    EXPECT_EQ(decode(json).text, "Ships may enter.") << json;
  }
}

TEST(ShapeTable, HasNoRowTwiceForAField) {
  std::set<std::pair<Field, std::string_view>> seen;
  for (const ShapeRow& row : ShapeTable()) {
    EXPECT_TRUE(seen.insert({row.field, row.path}).second) << row.path;
    EXPECT_FALSE(row.example.empty());
    EXPECT_FALSE(row.shape.empty());
  }
}

}  // namespace
}  // namespace newsfeed::decode
