#include "daemon/tools/trade_format.h"

#include <absl/strings/str_join.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

#include "daemon/file/json_writer.h"
#include "daemon/tools/json_line.h"
#include "processors/text/utf8.h"

namespace newsfeed::tools {
namespace {

using v1::EnrichedArticle;
using v1::Entity;

// An article is about what is named in its title and again in its text (at least .60 of salience),
// or is named early and most often; all else it mentions.
constexpr float kAboutSalience = 0.6F;

// Addresses are those that the publishers of the tables give as identifiers ("concept URIs"), not
// pages; ISO has pages only.
struct Scheme {
  std::string_view name;
  std::string_view before;
  std::string_view after;
};
constexpr auto kSchemes = std::to_array<Scheme>({
    {"wikidata", "http://www.wikidata.org/entity/", ""},
    {"geonames", "https://sws.geonames.org/", "/"},
    {"iso3166", "https://www.iso.org/obp/ui/#iso:code:3166:", ""},
});

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
// RFC 3986, section 2.3.
bool IsUnreserved(char c) {
  return IsLetter(c) || IsDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// A scheme of RFC 3986, a colon, and no character that an address cannot hold. A scheme of one
// letter is a drive of Windows.
bool IsUri(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon < 2 || colon + 1 == text.size()) return false;
  const auto of_scheme = [](char c) {
    return IsLetter(c) || IsDigit(c) || c == '+' || c == '-' || c == '.';
  };
  return IsLetter(text[0]) && std::ranges::all_of(text.substr(0, colon), of_scheme) &&
         std::ranges::all_of(text, [](char c) {
           return c > ' ' && c < 0x7F &&
                  std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
         });
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (IsUnreserved(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::vector<std::string> UrisOf(const Entity& entity) {
  std::vector<std::string> uris;
  for (const v1::Link& link : entity.links()) {
    if (auto uri = UriOf(link)) uris.push_back(*std::move(uri));
  }
  return uris;
}

std::string ListOf(const std::vector<std::string>& items) {
  return "[" + absl::StrJoin(items, ",") + "]";
}

bool IsAbout(const Entity& entity) { return entity.salience() >= kAboutSalience; }

// Leaves out what is empty.
JsonLine& AddText(JsonLine& line, std::string_view name, std::string_view text) {
  return text.empty() ? line : line.Add(name, text);
}
JsonLine& AddList(JsonLine& line, std::string_view name, const std::string& json) {
  return json == "[]" ? line : line.AddRaw(name, json);
}

// --- ninjs. ---

// ninjs wants an address: the id where it is one, else that of the page, else a name made of the
// id.
std::string NinjsUri(const EnrichedArticle& article) {
  if (IsUri(article.id())) return article.id();
  if (IsUri(article.url())) return article.url();
  return "urn:newsfeed:" + Escaped(article.id());
}

// A day alone is no date-time, and a time of day would be invented.
void AddTime(JsonLine& line, std::string_view name, std::string_view time) {
  if (time.find('T') != std::string_view::npos) line.Add(name, time);
}

const char* NinjsStatus(EnrichedArticle::PubStatus status) {
  switch (status) {
    case EnrichedArticle::WITHHELD: return "withheld";
    case EnrichedArticle::CANCELED: return "canceled";
    default: return "usable";
  }
}

JsonLine NinjsText(const char* role, std::string_view value) {
  JsonLine line;
  line.Add("role", role).Add("contentType", "text/plain").Add("value", value);
  return line;
}

std::string AlternativeId(std::string_view id) {
  JsonLine line;
  line.Add("role", "newsfeed-id").Add("value", id);
  return std::move(line).Take();
}

std::string NinjsBody(const EnrichedArticle& article) {
  JsonLine line = NinjsText("main", article.body());
  line.Add("charCount", text::CountCharacters(article.body()));
  if (const uint32_t words = article.cleanup().quality().words(); words > 0) {
    line.Add("wordCount", words);
  }
  return std::move(line).Take();
}

JsonLine NinjsEntity(const Entity& entity) {
  JsonLine line;
  line.Add("name", entity.name()).Add("rel", IsAbout(entity) ? "about" : "mentions");
  if (const auto uris = UrisOf(entity); !uris.empty()) line.Add("uri", uris.front());
  line.Add("literal", entity.id());
  return line;
}

std::string NinjsEntities(const EnrichedArticle& article, Entity::Type type) {
  std::vector<std::string> items;
  for (const Entity& entity : article.entities()) {
    if (entity.type() == type) items.push_back(NinjsEntity(entity).Take());
  }
  return ListOf(items);
}

// Keywords of the source, and names of MISC; the latter say who found them and how sure that is.
std::string NinjsSubjects(const EnrichedArticle& article) {
  std::vector<std::string> items;
  for (const std::string& keyword : article.keywords()) {
    JsonLine line;
    line.Add("name", keyword);
    items.push_back(std::move(line).Take());
  }
  const auto percent = [](float share) { return std::lround(share * 100); };
  for (const Entity& entity : article.entities()) {
    if (entity.type() != Entity::MISC) continue;
    JsonLine line = NinjsEntity(entity);
    line.Add("creator", "newsfeed");
    line.Add("relevance", percent(entity.salience()))
        .Add("confidence", percent(entity.confidence()));
    items.push_back(std::move(line).Take());
  }
  return ListOf(items);
}

std::string NinjsSource(const v1::Source& source) {
  JsonLine line;
  AddText(line, "name", source.name().empty() ? source.domain() : source.name());
  AddText(line, "literal", source.domain());
  std::string json = std::move(line).Take();
  return json == "{}" ? "[]" : "[" + json + "]";
}

std::string Ninjs(const EnrichedArticle& article) {
  JsonLine line;
  line.Add("uri", NinjsUri(article)).Add("type", "text");
  line.Add("representationType", article.cleanup().truncated() ? "partial" : "full");
  AddTime(line, "firstCreated", article.published_at());
  AddTime(line, "versionCreated", article.modified_at());
  AddTime(line, "embargoedUntil", article.embargoed_until());
  line.Add("pubStatus", NinjsStatus(article.pub_status()));
  AddText(line, "copyrightHolder", article.rights().holder());
  AddText(line, "copyrightNotice", article.rights().notice());
  AddText(line, "usageTerms", article.rights().usage_terms());
  AddText(line, "language", article.language());
  if (!article.title().empty()) {
    line.AddRaw("headlines", "[" + NinjsText("main", article.title()).Take() + "]");
  }
  if (!article.standfirst().empty()) {
    line.AddRaw("descriptions", "[" + NinjsText("summary", article.standfirst()).Take() + "]");
  }
  line.AddRaw("bodies", "[" + NinjsBody(article) + "]");
  AddText(line, "by", absl::StrJoin(article.authors(), ", "));
  AddList(line, "people", NinjsEntities(article, Entity::PERSON));
  AddList(line, "organisations", NinjsEntities(article, Entity::ORGANIZATION));
  AddList(line, "places", NinjsEntities(article, Entity::LOCATION));
  AddList(line, "subjects", NinjsSubjects(article));
  AddList(line, "infoSources", NinjsSource(article.source()));
  line.AddRaw("altIds", "[" + AlternativeId(article.id()) + "]");
  line.AddRaw("standard", R"({"name":"ninjs","version":"3.0",)"
                          R"("schema":"https://www.iptc.org/std/ninjs/ninjs-schema_3.0.json"})");
  return std::move(line).Take();
}

// --- schema.org. ---

const char* SchemaOrgType(Entity::Type type) {
  switch (type) {
    case Entity::PERSON: return "Person";
    case Entity::ORGANIZATION: return "Organization";
    case Entity::LOCATION: return "Place";
    default: return "Thing";
  }
}

std::string SchemaOrgThing(std::string_view type, std::string_view name) {
  JsonLine line;
  line.Add("@type", type).Add("name", name);
  return std::move(line).Take();
}

std::string SchemaOrgEntities(const EnrichedArticle& article, bool about) {
  std::vector<std::string> items;
  for (const Entity& entity : article.entities()) {
    if (IsAbout(entity) != about) continue;
    JsonLine line;
    line.Add("@type", SchemaOrgType(entity.type())).Add("name", entity.name());
    line.Add("identifier", entity.id());
    AddList(line, "sameAs", JsonList(UrisOf(entity), JsonText));
    items.push_back(std::move(line).Take());
  }
  return ListOf(items);
}

void AddPublisher(JsonLine& line, const v1::Source& source) {
  if (source.name().empty() && source.domain().empty()) return;
  JsonLine publisher;
  publisher.Add("@type", "Organization");
  publisher.Add("name", source.name().empty() ? source.domain() : source.name());
  if (!source.domain().empty()) publisher.Add("url", "https://" + source.domain());
  line.AddRaw("publisher", std::move(publisher).Take());
}

// What the source takes back or holds back must not look like any other article.
void AddStatus(JsonLine& line, const EnrichedArticle& article) {
  if (article.pub_status() == EnrichedArticle::WITHHELD) line.Add("creativeWorkStatus", "Withheld");
  if (article.pub_status() == EnrichedArticle::CANCELED) line.Add("creativeWorkStatus", "Canceled");
}

std::string SchemaOrg(const EnrichedArticle& article) {
  const auto person = [](const std::string& name) { return SchemaOrgThing("Person", name); };
  JsonLine line;
  line.Add("@context", "https://schema.org").Add("@type", "NewsArticle");
  line.Add("identifier", article.id());
  AddText(line, "url", article.url());
  AddText(line, "headline", article.title());
  AddText(line, "description", article.standfirst());
  line.Add("articleBody", article.body());
  AddText(line, "inLanguage", article.language());
  AddText(line, "datePublished", article.published_at());
  AddText(line, "dateModified", article.modified_at());
  AddList(line, "author", JsonList(article.authors(), person));
  AddPublisher(line, article.source());
  AddList(line, "keywords", JsonList(article.keywords(), JsonText));
  AddText(line, "articleSection", article.section());
  if (const uint32_t words = article.cleanup().quality().words(); words > 0) {
    line.Add("wordCount", words);
  }
  if (article.cleanup().paywalled()) line.Add("isAccessibleForFree", false);
  AddStatus(line, article);
  if (!article.rights().holder().empty()) {
    line.AddRaw("copyrightHolder", SchemaOrgThing("Organization", article.rights().holder()));
  }
  AddText(line, "copyrightNotice", article.rights().notice());
  AddText(line, "conditionsOfAccess", article.rights().usage_terms());
  AddList(line, "about", SchemaOrgEntities(article, true));
  AddList(line, "mentions", SchemaOrgEntities(article, false));
  return std::move(line).Take();
}

}  // namespace

std::optional<ArticleFormat> ArticleFormatByName(std::string_view name) {
  const auto* row = std::ranges::find(kArticleFormats, name, &ArticleFormatName::name);
  return row == std::end(kArticleFormats) ? std::nullopt : std::optional(row->format);
}

std::optional<std::string> UriOf(const v1::Link& link) {
  for (const Scheme& scheme : kSchemes) {
    if (link.scheme() == scheme.name) {
      return fmt::format("{}{}{}", scheme.before, link.id(), scheme.after);
    }
  }
  const std::string_view id = link.id();
  const bool address = id.find("://") != std::string_view::npos || id.starts_with("urn:");
  return address && IsUri(id) ? std::optional(link.id()) : std::nullopt;
}

void AppendArticle(const EnrichedArticle& article, ArticleFormat format, std::string& out) {
  switch (format) {
    case ArticleFormat::kNewsfeed: return file::AppendJson(article, out);
    case ArticleFormat::kNinjs: out += Ninjs(article); return;
    case ArticleFormat::kSchemaOrg: out += SchemaOrg(article); return;
  }
}

}  // namespace newsfeed::tools
