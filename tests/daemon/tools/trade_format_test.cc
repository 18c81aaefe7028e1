#include "daemon/tools/trade_format.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "processors/decode/decode.h"
#include "tests/testing/batch_builder.h"

namespace newsfeed::tools {
namespace {

v1::EnrichedArticle Message(const std::string& fields) {
  v1::EnrichedArticle article;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(fields, &article)) << fields;
  return article;
}

std::string As(ArticleFormat format, const std::string& fields) {
  std::string out;
  AppendArticle(Message(fields), format, out);
  return out;
}

struct Example {
  std::string_view name, fields, expected;
};
std::string NameOf(const ::testing::TestParamInfo<Example>& row) { return std::string(row.param.name); }

// The message holds what is given; the line holds what is expected.
class Ninjs : public ::testing::TestWithParam<Example> {};
TEST_P(Ninjs, Holds) {
  const std::string line = As(ArticleFormat::kNinjs, std::string(GetParam().fields));
  EXPECT_NE(line.find(GetParam().expected), std::string::npos) << line;
}
INSTANTIATE_TEST_SUITE_P(, Ninjs, ::testing::Values(
    Example{"IdThatIsAnAddress", R"(id: "urn:example:1" url: "https://example.com/a")", R"({"uri":"urn:example:1",)"},
    Example{"AddressOfThePage", R"(id: "a 1" url: "https://example.com/a")", R"({"uri":"https://example.com/a",)"},
    Example{"NameMadeOfTheId", R"(id: "a/1 é")", R"({"uri":"urn:newsfeed:a%2F1%20%C3%A9",)"},
    Example{"TheId", R"(id: "a/1")", R"("altIds":[{"role":"newsfeed-id","value":"a/1"}])"},
    Example{"Title", R"(title: "Ad\"a")",
            R"("headlines":[{"role":"main","contentType":"text/plain","value":"Ad\"a"}])"},
    Example{"Standfirst", R"(standfirst: "In short")",
            R"("descriptions":[{"role":"summary","contentType":"text/plain","value":"In short"}])"},
    Example{"Body", R"(body: "Élan.\n\nTwo." cleanup { quality { words: 2 } })",
            R"("bodies":[{"role":"main","contentType":"text/plain","value":"Élan.\n\nTwo.","charCount":11,"wordCount":2}])"},
    Example{"Authors", R"(authors: "Ada Lind" authors: "Bo Ek")", R"("by":"Ada Lind, Bo Ek")"},
    Example{"Times", R"(published_at: "2026-03-01T09:30:00+01:00" modified_at: "2026-03-01T10:00:00Z")",
            R"("firstCreated":"2026-03-01T09:30:00+01:00","versionCreated":"2026-03-01T10:00:00Z")"},
    Example{"NoTimeOfADay", R"(published_at: "2026-03-01")", R"("representationType":"full","pubStatus")"},
    Example{"Embargo", R"(pub_status: WITHHELD embargoed_until: "2026-03-02T00:00:00Z")",
            R"("embargoedUntil":"2026-03-02T00:00:00Z","pubStatus":"withheld")"},
    Example{"Kill", "pub_status: CANCELED", R"("pubStatus":"canceled")"},
    Example{"Usable", "pub_status: USABLE", R"("pubStatus":"usable")"},
    Example{"Truncated", "cleanup { truncated: true }", R"("representationType":"partial")"},
    Example{"Rights", R"(rights { holder: "H" notice: "N" usage_terms: "U" })",
            R"("copyrightHolder":"H","copyrightNotice":"N","usageTerms":"U")"},
    Example{"Source", R"(source { name: "Example Times" domain: "example.com" })",
            R"("infoSources":[{"name":"Example Times","literal":"example.com"}])"},
    Example{"Keywords", R"(keywords: "harbour")", R"("subjects":[{"name":"harbour"}])"},
    Example{"Person", R"(entities { id: "person:ada-lind" type: PERSON name: "Ada Lind" salience: 0.8 })",
            R"("people":[{"name":"Ada Lind","rel":"about","literal":"person:ada-lind"}])"},
    Example{"Organisation", R"(entities { id: "wikidata:Q1065" type: ORGANIZATION name: "United Nations"
                                links { scheme: "wikidata" id: "Q1065" } })",
            R"("organisations":[{"name":"United Nations","rel":"mentions",)"
            R"("uri":"http://www.wikidata.org/entity/Q1065","literal":"wikidata:Q1065"}])"},
    Example{"Place", R"(entities { id: "geonames:7" type: LOCATION name: "Oslo" links { scheme: "geonames" id: "7" } })",
            R"("places":[{"name":"Oslo","rel":"mentions","uri":"https://sws.geonames.org/7/","literal":"geonames:7"}])"},
    Example{"OtherNames", R"(entities { id: "misc:french" type: MISC name: "French" salience: 0.25 confidence: 0.7 })",
            R"("subjects":[{"name":"French","rel":"mentions","literal":"misc:french","creator":"newsfeed",)"
            R"("relevance":25,"confidence":70}])"},
    Example{"Standard", "", R"("standard":{"name":"ninjs","version":"3.0",)"}),
    NameOf);

class SchemaOrg : public ::testing::TestWithParam<Example> {};
TEST_P(SchemaOrg, Holds) {
  const std::string line = As(ArticleFormat::kSchemaOrg, std::string(GetParam().fields));
  EXPECT_NE(line.find(GetParam().expected), std::string::npos) << line;
}
INSTANTIATE_TEST_SUITE_P(, SchemaOrg, ::testing::Values(
    Example{"Type", R"(id: "a-1")",
            R"({"@context":"https://schema.org","@type":"NewsArticle","identifier":"a-1")"},
    Example{"Text", R"(title: "T" standfirst: "S" body: "B" language: "en")",
            R"("headline":"T","description":"S","articleBody":"B","inLanguage":"en")"},
    Example{"Times", R"(published_at: "2026-03-01" modified_at: "2026-03-01T10:00:00Z")",
            R"("datePublished":"2026-03-01","dateModified":"2026-03-01T10:00:00Z")"},
    Example{"Authors", R"(authors: "Ada Lind")", R"("author":[{"@type":"Person","name":"Ada Lind"}])"},
    Example{"Publisher", R"(source { domain: "example.com" })",
            R"("publisher":{"@type":"Organization","name":"example.com","url":"https://example.com"})"},
    Example{"Topics", R"(keywords: "harbour" keywords: "ships" section: "Business")",
            R"("keywords":["harbour","ships"],"articleSection":"Business")"},
    Example{"Paywall", "cleanup { paywalled: true }", R"("isAccessibleForFree":false)"},
    Example{"Withheld", "pub_status: WITHHELD", R"("creativeWorkStatus":"Withheld")"},
    Example{"Kill", "pub_status: CANCELED", R"("creativeWorkStatus":"Canceled")"},
    Example{"Rights", R"(rights { holder: "H" notice: "N" usage_terms: "U" })",
            R"("copyrightHolder":{"@type":"Organization","name":"H"},"copyrightNotice":"N","conditionsOfAccess":"U")"},
    Example{"About", R"(entities { id: "person:ada-lind" type: PERSON name: "Ada Lind" salience: 0.6 })",
            R"("about":[{"@type":"Person","name":"Ada Lind","identifier":"person:ada-lind"}])"},
    Example{"Mentions", R"(entities { id: "wikidata:Q20" type: LOCATION name: "Norway"
                            links { scheme: "wikidata" id: "Q20" } links { scheme: "iso3166" id: "NO" } })",
            R"("mentions":[{"@type":"Place","name":"Norway","identifier":"wikidata:Q20","sameAs":[)"
            R"("http://www.wikidata.org/entity/Q20","https://www.iso.org/obp/ui/#iso:code:3166:NO"]}])"},
    Example{"OtherTypes", R"(entities { id: "a" type: ORGANIZATION name: "A" } entities { id: "b" type: MISC name: "B" })",
            R"("mentions":[{"@type":"Organization","name":"A","identifier":"a"},{"@type":"Thing","name":"B",)"}),
    NameOf);

struct LinkExample {
  std::string_view name, scheme, id, expected;
};
class Links : public ::testing::TestWithParam<LinkExample> {};
TEST_P(Links, AsAddress) {
  v1::Link link;
  link.set_scheme(std::string(GetParam().scheme));
  link.set_id(std::string(GetParam().id));
  EXPECT_EQ(UriOf(link).value_or("none"), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(, Links, ::testing::Values(
    LinkExample{"Wikidata", "wikidata", "Q142", "http://www.wikidata.org/entity/Q142"},
    LinkExample{"Geonames", "geonames", "2988507", "https://sws.geonames.org/2988507/"},
    LinkExample{"Iso3166", "iso3166", "FR", "https://www.iso.org/obp/ui/#iso:code:3166:FR"},
    LinkExample{"OwnSchemeWithoutAddress", "desk", "17", "none"},
    LinkExample{"OwnSchemeWithAddress", "desk", "https://example.com/desk/17", "https://example.com/desk/17"},
    LinkExample{"NoAddressWithBlanks", "desk", "https://example.com/a b", "none"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(TradeFormats, LeaveOutWhatIsUnknown) {
  EXPECT_EQ(As(ArticleFormat::kSchemaOrg, R"(id: "1" body: "B")"),
            R"({"@context":"https://schema.org","@type":"NewsArticle","identifier":"1","articleBody":"B"})");
}

// `decode` knows both shapes: what we write, we read.
class RoundTrip : public ::testing::TestWithParam<ArticleFormat> {};
TEST_P(RoundTrip, GivesTheSameArticle) {
  const std::string line = As(GetParam(), R"(
      id: "urn:example:1" url: "https://example.com/a" source { name: "Example Times" domain: "example.com" }
      title: "Harbour reopens" standfirst: "Ships may enter." body: "One.\n\nTwo." language: "en"
      authors: "Ada Lind" authors: "Bo Ek" published_at: "2026-03-01T09:30:00+01:00"
      modified_at: "2026-03-01T10:00:00Z" keywords: "harbour" rights { holder: "H" notice: "N" })");
  const auto decoder = decode::Create({}, {});
  ASSERT_TRUE(decoder.ok());
  testing::BatchBuilder batch;
  const Article& read = batch.Value(line);
  ASSERT_TRUE((*decoder)->Process(batch.batch()).ok());
  ASSERT_TRUE(read.live()) << line;
  EXPECT_EQ(read.id, "urn:example:1");
  EXPECT_EQ(read.title, "Harbour reopens");
  EXPECT_EQ(read.standfirst, "Ships may enter.");
  EXPECT_EQ(read.text, "One.\n\nTwo.");
  EXPECT_EQ(read.source_name, "Example Times");
  EXPECT_EQ(read.authors.size(), 2U);
  EXPECT_EQ(read.claimed_language, "en");
  EXPECT_TRUE(read.published.has_value());
  EXPECT_TRUE(read.modified.has_value());
  EXPECT_EQ(read.rights_holder, "H");
  EXPECT_EQ(read.rights_notice, "N");
}
INSTANTIATE_TEST_SUITE_P(, RoundTrip, ::testing::Values(ArticleFormat::kNinjs, ArticleFormat::kSchemaOrg));

}  // namespace
}  // namespace newsfeed::tools
