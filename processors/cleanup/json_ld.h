// What the JSON-LD of a page says about its article (schema.org/Article and its kinds:
// schema_org.h).
//
//   {"@graph": [{"@type": "WebPage"}, {"@type": "NewsArticle", "headline": "Tunnel opens"}]}
//     => headline "Tunnel opens"
//   {"@type": "Article", "author": {"@id": "#ann"}}, {"@type": "Person", "@id": "#ann", "name":
//   "Ann Example"}
//     => author "Ann Example"
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

namespace newsfeed::cleanup {

// Owns its texts: valid UTF-8, references and markup as they stand, of any length up to the
// script's. Lists have at most 64 entries.
struct JsonLdArticle {
  std::string headline;
  std::string description;
  std::string body;
  std::string published;
  std::string modified;
  std::string language;
  std::string section;
  std::string url;
  // isAccessibleForFree is false.
  bool paywalled = false;
  struct Named {
    std::string name{};
    // The name of an object: one name. Else a byline.
    bool is_name = false;
    // Its type says that it is no person.
    bool is_organization = false;
    // The `@id` of one that is named elsewhere; empty once resolved.
    std::string id{};
  };
  std::vector<Named> authors;
  std::vector<Named> publishers;
  std::vector<std::string> keywords;

  // Persons and organizations of the page that articles may point to.
  std::vector<Named> known;

  void Clear();

  // Names those that point to another place of the page; after the last script. Who stays without a
  // name goes.
  void Resolve();
};

// Scratch memory of one worker.
class JsonLdReader {
 public:
  // Reads one script; fields that are already set are kept, and nothing of the script is needed
  // later. Anything that is no JSON or tells of no article is ignored; so is what the parser
  // refuses (1,024 levels, 4 GB). Line ends inside strings and a CDATA section around it all are
  // borne. Articles in lists of others count only where there is none beside. Looks at 10,000
  // values at most, so the time is bounded by the bytes. Holds some 15 times the largest script.
  void Read(std::string_view script, JsonLdArticle& article);

 private:
  // False if it is no JSON.
  bool Parse(std::string_view script, simdjson::dom::element& root);

  simdjson::dom::parser parser_;
  std::string repaired_;
};

}  // namespace newsfeed::cleanup
