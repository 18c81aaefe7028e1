#include "processors/decode/shapes.h"

#include <algorithm>
#include <array>

#include "processors/text/ascii.h"

namespace newsfeed::decode {

namespace ascii = text::ascii;
namespace {

using enum Field;
using enum Aspect;

constexpr std::array kShapes = std::to_array<ShapeRow>({
    // Names first that can mean one thing only; names that mean something else elsewhere come last.
    {kId, "/id", "envelope, atom, jsonfeed", R"("a-1", 17)"},
    {kId, "/guid", "rss", R"({"#text": "a-1"})"},
    {kId, "/uri", "ninjs", R"("urn:newsml:example.com:a-1")"},
    {kId, "/@id", "schema.org", R"("https://example.com/a-1#article")"},
    {kId, "/identifier", "schema.org", R"("a-1")"},
    {kId, "/filename", "news-please", R"("example.com_a-1.json")"},

    {kUrl, "/url", "envelope, schema.org, newsapi, jsonfeed, gdelt", R"("https://example.com/a")"},
    {kUrl, "/link", "rss, wordpress", R"("https://example.com/a")"},
    {kUrl, "/link/href", "atom", R"({"rel": "alternate", "href": "https://example.com/a"})", kPart},
    {kUrl, "/link/rel", "atom", R"("alternate")", kRole},
    {kUrl, "/link/@href", "atom", R"("https://example.com/a")", kPart},
    {kUrl, "/link/@rel", "atom", R"("alternate")", kRole},
    {kUrl, "/link/$/href", "atom", R"("https://example.com/a")", kPart},
    {kUrl, "/link/$/rel", "atom", R"("alternate")", kRole},
    {kUrl, "/link/*/href", "atom", R"("https://example.com/a")", kPart},
    {kUrl, "/link/*/rel", "atom", R"("alternate")", kRole},
    {kUrl, "/link/*/@href", "atom", R"("https://example.com/a")", kPart},
    {kUrl, "/link/*/@rel", "atom", R"("alternate")", kRole},
    {kUrl, "/link/*/$/href", "atom", R"("https://example.com/a")", kPart},
    {kUrl, "/link/*/$/rel", "atom", R"("alternate")", kRole},
    {kUrl, "/links/*/href", "atom", R"("https://example.com/a")", kPart},
    {kUrl, "/links/*/rel", "atom", R"("alternate")", kRole},
    {kUrl, "/content_metadata/url", "mediacloud", R"("https://example.com/a")"},
    {kUrl, "/content_metadata/original_url", "mediacloud", R"("https://example.com/a")"},
    {kUrl, "/canonicalUrl", "zyte", R"("https://example.com/a")"},
    {kUrl, "/canonical_url", "mediacloud", R"("https://example.com/a")"},
    {kUrl, "/external_url", "jsonfeed", R"("https://example.com/a")"},
    {kUrl, "/mainEntityOfPage", "schema.org", R"("https://example.com/a")"},
    {kUrl, "/mainEntityOfPage/@id", "schema.org", R"("https://example.com/a")"},
    {kUrl, "/rss_entry/link", "mediacloud", R"("https://example.com/a")"},
    {kUrl, "/http_metadata/final_url", "mediacloud", R"("https://example.com/a")"},
    {kUrl, "/guid", "rss", R"("https://example.com/a")"},
    {kUrl, "/uri", "ninjs", R"("https://example.com/a")"},
    {kUrl, "/@id", "schema.org", R"("https://example.com/a")"},

    {kSource, "/source", "envelope, rss", R"("Example Times")"},
    {kSource, "/source/name", "newsapi", R"("Example Times")"},
    {kSource, "/source/title", "atom", R"("Example Times")"},
    {kSource, "/publisher/name", "schema.org", R"("Example Times")"},
    {kSource, "/publisher", "schema.org", R"("Example Times")"},
    {kSource, "/infosources/*/name", "ninjs 2", R"("Example Agency")"},
    {kSource, "/infoSources/*/name", "ninjs 3", R"("Example Agency")"},
    {kSource, "/infosource/*/name", "ninjs 1", R"("Example Agency")"},
    {kSource, "/provider", "schema.org", R"("Example Times")"},
    {kSource, "/provider/name", "schema.org", R"("Example Times")"},
    {kSource, "/outletName", "gdelt", R"("Example Times")"},
    {kSource, "/source/id", "newsapi", R"("example-times")"},

    {kDomain, "/source_domain", "news-please", R"("www.example.com")"},
    {kDomain, "/content_metadata/canonical_domain", "mediacloud", R"("example.com")"},
    {kDomain, "/canonical_domain", "mediacloud", R"("example.com")"},
    {kDomain, "/domain", "gdelt", R"("example.com")"},

    {kTitle, "/title", "envelope, rss, atom, newsapi, news-please, gdelt", R"("Harbour reopens")"},
    {kTitle, "/headline", "schema.org, zyte, ninjs 1", R"("Harbour reopens")"},
    {kTitle, "/headlines/*/value", "ninjs 2, 3", R"("Harbour reopens")", kPart},
    {kTitle, "/headlines/*/role", "ninjs 2, 3", R"("main")", kRole},
    {kTitle, "/headlines/*/contenttype", "ninjs 2", R"("text/plain")", kMime},
    {kTitle, "/headlines/*/contentType", "ninjs 3", R"("text/plain")", kMime},
    {kTitle, "/headline_main", "ninjs 1", R"("Harbour reopens")"},
    {kTitle, "/content_metadata/article_title", "mediacloud", R"("Harbour reopens")"},
    {kTitle, "/article_title", "mediacloud", R"("Harbour reopens")"},
    {kTitle, "/title_page", "news-please", R"("Harbour reopens")"},
    {kTitle, "/title_rss", "news-please", R"("Harbour reopens")"},
    {kTitle, "/rss_entry/title", "mediacloud", R"("Harbour reopens")"},
    {kTitle, "/name", "schema.org", R"("Harbour reopens")"},

    {kStandfirst, "/standfirst", "envelope", R"("Ships may enter again.")"},
    {kStandfirst, "/summary", "envelope, atom, jsonfeed", R"("Ships may enter again.")"},
    {kStandfirst, "/description_text", "ninjs 1", R"("Ships may enter again.")"},
    {kStandfirst, "/descriptions/*/value", "ninjs 2, 3", R"("Ships may enter again.")", kPart},
    {kStandfirst, "/descriptions/*/role", "ninjs 2, 3", R"("summary")", kRole},
    {kStandfirst, "/descriptions/*/contenttype", "ninjs 2", R"("text/plain")", kMime},
    {kStandfirst, "/descriptions/*/contentType", "ninjs 3", R"("text/plain")", kMime},
    {kStandfirst, "/description_html", "ninjs 1", R"("<p>Ships may enter again.</p>")"},
    {kStandfirst, "/excerpt", "wordpress", R"({"rendered": "<p>Ships may enter again.</p>"})"},
    {kStandfirst, "/abstract", "schema.org", R"("Ships may enter again.")"},
    {kStandfirst, "/description", "rss, schema.org, newsapi, news-please",
     R"("Ships may enter again.")"},

    // HTML wins over text: it has the paragraphs.
    {kBody, "/html", "envelope", R"("<p>Ships may enter.</p>")", kHtml},
    {kBody, "/articleBodyHtml", "zyte", R"("<article><p>Ships may enter.</p></article>")", kHtml},
    {kBody, "/content:encoded", "rss", R"("<p>Ships may enter.</p>")", kHtml},
    {kBody, "/content_encoded", "rss", R"("<p>Ships may enter.</p>")", kHtml},
    {kBody, "/content_html", "jsonfeed", R"("<p>Ships may enter.</p>")", kHtml},
    {kBody, "/body_xhtml", "ninjs 1", R"("<p>Ships may enter.</p>")", kHtml},
    {kBody, "/body_html", "ninjs 1", R"("<p>Ships may enter.</p>")", kHtml},
    {kBody, "/bodies/*/value", "ninjs 2, 3", R"("<p>Ships may enter.</p>")", kPart},
    {kBody, "/bodies/*/role", "ninjs 2, 3", R"("main")", kRole},
    {kBody, "/bodies/*/contenttype", "ninjs 2", R"("text/html")", kMime},
    {kBody, "/bodies/*/contentType", "ninjs 3", R"("text/html")", kMime},
    {kBody, "/raw_html/html", "mediacloud", R"("<html><body><p>Ships may enter.")", kHtml},
    {kBody, "/body", "envelope", R"("Ships may enter.")"},
    {kBody, "/articleBody", "schema.org, zyte", R"("Ships may enter.")"},
    {kBody, "/maintext", "news-please", R"("Ships may enter.")"},
    {kBody, "/body_text", "ninjs 1", R"("Ships may enter.")"},
    {kBody, "/content_text", "jsonfeed", R"("Ships may enter.")"},
    {kBody, "/content_metadata/text_content", "mediacloud", R"("Ships may enter.")"},
    {kBody, "/text_content", "mediacloud", R"("Ships may enter.")"},
    {kBody, "/text", "envelope, news-please", R"("Ships may enter.")"},
    {kBody, "/content/*/value", "atom", R"("<p>Ships may enter.</p>")", kPart},
    {kBody, "/content/*/type", "atom", R"("text/html")", kMime},
    {kBody, "/content", "newsapi, atom, wordpress", R"("Ships may enter. [+99 chars]")"},
    // Feeds without more put the article, or all there is of it, here.
    {kBody, "/description", "rss", R"("Ships may enter.")"},
    {kBody, "/summary", "atom", R"("Ships may enter.")"},

    {kPublished, "/published_at", "envelope", R"("2026-03-01T09:30:00Z")"},
    {kPublished, "/datePublished", "schema.org, zyte", R"("2026-03-01T09:30:00Z")"},
    {kPublished, "/publishedAt", "newsapi", R"("2026-03-01T09:30:00Z")"},
    {kPublished, "/date_published", "jsonfeed", R"("2026-03-01T09:30:00Z")"},
    {kPublished, "/date_publish", "news-please", R"("2026-03-01 09:30:00")"},
    {kPublished, "/pubDate", "rss", R"("Sun, 01 Mar 2026 09:30:00 GMT")"},
    {kPublished, "/pubdate", "rss", R"("Sun, 01 Mar 2026 09:30:00 GMT")"},
    {kPublished, "/published", "atom", R"("2026-03-01T09:30:00Z")"},
    {kPublished, "/firstCreated", "ninjs 3", R"("2026-03-01T09:30:00Z")"},
    {kPublished, "/firstcreated", "ninjs 1, 2", R"("2026-03-01T09:30:00Z")"},
    {kPublished, "/content_metadata/publication_date", "mediacloud", R"("2026-03-01")"},
    {kPublished, "/publication_date", "mediacloud", R"("2026-03-01")"},
    {kPublished, "/rss_entry/pub_date", "mediacloud", R"("Sun, 01 Mar 2026 09:30:00 GMT")"},
    {kPublished, "/dc:date", "rss", R"("2026-03-01T09:30:00Z")"},
    {kPublished, "/date_gmt", "wordpress", R"("2026-03-01T09:30:00")"},
    {kPublished, "/contentCreated", "ninjs 3", R"("2026-03-01T09:30:00Z")"},
    {kPublished, "/contentcreated", "ninjs 1, 2", R"("2026-03-01T09:30:00Z")"},
    {kPublished, "/date", "gdelt, wordpress", R"("2026-03-01T09:30:00Z")"},
    {kPublished, "/seendate", "gdelt", R"("20260301T093000Z")"},

    {kModified, "/modified_at", "envelope", R"("2026-03-01T10:00:00Z")"},
    {kModified, "/dateModified", "schema.org, zyte", R"("2026-03-01T10:00:00Z")"},
    {kModified, "/date_modified", "jsonfeed", R"("2026-03-01T10:00:00Z")"},
    {kModified, "/date_modify", "news-please", R"("2026-03-01 10:00:00")"},
    {kModified, "/versionCreated", "ninjs 3", R"("2026-03-01T10:00:00Z")"},
    {kModified, "/versioncreated", "ninjs 1, 2", R"("2026-03-01T10:00:00Z")"},
    {kModified, "/updated", "atom", R"("2026-03-01T10:00:00Z")"},
    {kModified, "/modified_gmt", "wordpress", R"("2026-03-01T10:00:00")"},

    {kAuthors, "/authors", "envelope, zyte, news-please, jsonfeed", R"([{"name": "Jane Doe"}])"},
    {kAuthors, "/author", "schema.org, atom, newsapi", R"({"name": "Jane Doe"})"},
    {kAuthors, "/dc:creator", "rss", R"("Jane Doe")"},
    {kAuthors, "/creator", "rss, schema.org", R"("Jane Doe")"},
    {kAuthors, "/by", "ninjs 2, 3", R"("By Jane Doe and John Roe")"},
    {kAuthors, "/byline", "ninjs 1", R"("By Jane Doe")"},

    {kLanguage, "/language", "envelope, jsonfeed, ninjs, news-please, gdelt", R"("en-GB")"},
    {kLanguage, "/inLanguage", "schema.org, zyte", R"("en")"},
    {kLanguage, "/content_metadata/language", "mediacloud", R"("en")"},
    {kLanguage, "/content_metadata/full_language", "mediacloud", R"("en-GB")"},
    {kLanguage, "/dc:language", "rss", R"("en")"},
    {kLanguage, "/lang", "gdelt", R"("en")"},
    {kLanguage, "/xml:lang", "atom", R"("en")"},

    {kSection, "/section", "envelope", R"("Business")"},
    {kSection, "/articleSection", "schema.org", R"("Business")"},

    {kKeywords, "/keywords", "envelope, schema.org", R"("harbour, shipping")"},
    {kKeywords, "/tags", "jsonfeed", R"(["harbour", "shipping"])"},
    {kKeywords, "/category", "rss, atom", R"(["harbour", {"#text": "shipping"}])"},
    {kKeywords, "/categories", "rss", R"(["harbour"])"},
    {kKeywords, "/subject", "ninjs 1", R"([{"name": "harbour"}])"},
    {kKeywords, "/subjects", "ninjs 2, 3", R"([{"name": "harbour"}])"},

    {kEmbargo, "/embargoed_until", "envelope", R"("2026-03-02T00:00:00Z")"},
    {kEmbargo, "/embargoedUntil", "ninjs 3", R"("2026-03-02T00:00:00Z")"},
    {kEmbargo, "/embargoed", "ninjs 1, 2", R"("2026-03-02T00:00:00Z")"},
    {kEmbargo, "/itemMeta/embargoed", "newsml", R"("2026-03-02T00:00:00Z")"},

    {kPubStatus, "/pub_status", "envelope", R"("withheld")"},
    {kPubStatus, "/pubstatus", "ninjs 1, 2", R"("canceled")"},
    {kPubStatus, "/pubStatus", "ninjs 3", R"("usable")"},
    {kPubStatus, "/itemMeta/pubStatus", "newsml", R"({"qcode": "stat:canceled"})"},
    {kPubStatus, "/itemMeta/pubStatus/qcode", "newsml", R"("stat:withheld")"},
    {kPubStatus, "/itemMeta/pubStatus/@qcode", "newsml", R"("stat:withheld")"},

    {kRightsHolder, "/copyrightholder", "ninjs 1, 2", R"("Example Agency")"},
    {kRightsHolder, "/copyrightHolder", "ninjs 3, schema.org", R"("Example Agency")"},
    {kRightsHolder, "/copyrightHolder/name", "schema.org", R"("Example Agency")"},
    {kRightsNotice, "/copyrightnotice", "ninjs 1, 2", R"("(c) 2026 Example Agency")"},
    {kRightsNotice, "/copyrightNotice", "ninjs 3, schema.org", R"("(c) 2026 Example Agency")"},
    {kRightsNotice, "/dc:rights", "rss", R"("(c) 2026 Example Agency")"},
    {kUsageTerms, "/usageterms", "ninjs 1, 2", R"("Not for archives.")"},
    {kUsageTerms, "/usageTerms", "ninjs 3", R"("Not for archives.")"},

    {kType, "/@type", "schema.org", R"("NewsArticle")"},
});

// XML to JSON: xml2js "_", BadgerFish and GData "$t", xmltodict "#text", x2js "__text", CDATA of
// fast-xml-parser. "rendered" is WordPress, "value" and "content" are feedparser and Yahoo pipes.
constexpr std::array<std::string_view, 10> kTextMembers = {
    "#text", "_", "$t", "$", "__text", "__cdata", "#cdata-section", "rendered", "value", "content"};

struct PartRole {
  Field field;
  std::string_view role;
  int rank;
  std::string_view reason;
};
constexpr std::array kPartRoles = std::to_array<PartRole>({
    {kUrl, "alternate", 0, "Atom: the page itself"},
    {kUrl, "canonical", 0, "the page itself"},
    {kUrl, "", 0, "Atom: alternate is the default"},
    {kUrl, "self", kNoPart, "the entry in the feed"},
    {kUrl, "enclosure", kNoPart, "a sound or picture"},
    {kUrl, "replies", kNoPart, "comments"},
    {kUrl, "edit", kNoPart, "the editor's address"},
    {kUrl, "related", kNoPart, "another page"},
    {kUrl, "via", kNoPart, "another page"},
    {kTitle, "main", 0, "ninjs"},
    {kTitle, "headline", 0, "ninjs of several agencies"},
    {kTitle, "title", 0, "ninjs of several agencies"},
    {kTitle, "", 1, "ninjs: no role given"},
    {kBody, "main", 0, "ninjs"},
    {kBody, "body", 0, "ninjs of several agencies"},
    {kBody, "", 1, "ninjs: no role given"},
    {kBody, "summary", kNoPart, "not the article"},
    {kBody, "teaser", kNoPart, "not the article"},
    {kBody, "caption", kNoPart, "of a picture"},
    {kStandfirst, "summary", 0, "ninjs"},
    {kStandfirst, "", 1, "ninjs: no role given"},
    {kStandfirst, "caption", kNoPart, "of a picture"},
});
constexpr int kOtherRole = 4;

struct FieldName {
  Field field;
  std::string_view name;
};
constexpr std::array kMappingNames = std::to_array<FieldName>({
    {kId, "id"},
    {kUrl, "url"},
    {kSource, "source"},
    {kTitle, "title"},
    {kStandfirst, "standfirst"},
    {kBody, "body"},
    {kPublished, "published_at"},
    {kModified, "modified_at"},
    {kAuthors, "authors"},
    {kLanguage, "language"},
    {kSection, "section"},
    {kKeywords, "keywords"},
});

}  // namespace

std::string_view MappingName(Field field) {
  const auto found = std::ranges::find(kMappingNames, field, &FieldName::field);
  return found == kMappingNames.end() ? std::string_view() : found->name;
}

std::span<const ShapeRow> ShapeTable() { return kShapes; }
std::span<const std::string_view> TextMembers() { return kTextMembers; }

int PartRank(Field field, std::string_view role) {
  for (const PartRole& known : kPartRoles) {
    if (known.field == field && ascii::Equal(role, known.role)) return known.rank;
  }
  return kOtherRole;
}

}  // namespace newsfeed::decode
