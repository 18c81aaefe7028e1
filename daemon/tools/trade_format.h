// Published articles in the formats of the trade, a line of JSON each:
//
//   ninjs       IPTC ninjs 3.0: bodies, headlines, people, organisations, places with rel, uri,
//               literal (https://www.iptc.org/std/ninjs/ninjs-schema_3.0.json)
//   schema.org  a NewsArticle as JSON-LD: about and mentions with sameAs
//               (https://schema.org/NewsArticle)
//
// What is unknown is left out. Both can be read back by `decode`: title, text, authors, language
// and times are the same again (a test holds them together). Offsets of mentions, the verdict and
// what cleanup removed have no place in these formats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "newsfeed/v1/article.pb.h"

namespace newsfeed::tools {

enum class ArticleFormat : uint8_t {
  kNewsfeed,   // EnrichedArticle as proto3 JSON
  kNinjs,      // IPTC ninjs 3.0
  kSchemaOrg,  // schema.org NewsArticle
};

// THE table of their names.
struct ArticleFormatName {
  const char* name;
  ArticleFormat format;
};
inline constexpr ArticleFormatName kArticleFormats[] = {
    {"newsfeed", ArticleFormat::kNewsfeed},
    {"ninjs", ArticleFormat::kNinjs},
    {"schema.org", ArticleFormat::kSchemaOrg},
};

std::optional<ArticleFormat> ArticleFormatByName(std::string_view name);

// Appends the article as one line, without the newline.
void AppendArticle(const v1::EnrichedArticle& article, ArticleFormat format, std::string& out);

// The address that names a thing of a public table, nothing for a scheme that has none:
//   {"wikidata", "Q142"}  =>  http://www.wikidata.org/entity/Q142
// An id that is an address itself is taken as it is. The table of schemes is in trade_format.cc.
std::optional<std::string> UriOf(const v1::Link& link);

}  // namespace newsfeed::tools
