#include "processors/cleanup/json_ld.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <array>
#include <utility>

#include "processors/article/schema_org.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

constexpr size_t kMaxValues = 10000;
constexpr size_t kMaxListed = 64;
// A CDATA section begins within, and what stands before its end.
constexpr size_t kMaxHiding = 64;
constexpr std::string_view kEndOfHiding = "/* \t\r\n";

// Persons and organizations that are kept, to be pointed to.
constexpr size_t kMaxKnown = 256;
constexpr size_t kMaxIdBytes = 512;

// Where an article is found inside another value.
constexpr std::array<std::string_view, 2> kInside = {"@graph", "mainEntity"};
// Where articles are listed: others, as a rule.
constexpr std::string_view kListed = "itemListElement";

std::string_view Text(element value) {
  std::string_view text;
  // A lone surrogate may pass the parser as bytes that are no UTF-8.
  return value.get(text) == simdjson::SUCCESS && text::IsValidUtf8(text) ? text
                                                                         : std::string_view();
}

bool IsArticle(object value) {
  element type;
  if (value["@type"].get(type) != simdjson::SUCCESS) return false;
  if (type.is_string()) return IsArticleType(Text(type));
  array types;
  if (type.get(types) != simdjson::SUCCESS) return false;
  return std::ranges::any_of(types, [](element t) { return IsArticleType(Text(t)); });
}

// In order: the last pushed is looked at first.
void PushInOrder(array list, std::vector<element>& open) {
  const size_t first = open.size();
  for (element item : list) {
    if (open.size() - first >= kMaxValues) break;
    open.push_back(item);
  }
  std::reverse(open.begin() + static_cast<std::ptrdiff_t>(first), open.end());
}

void Take(object from, std::string_view key, std::string& to) {
  element value;
  if (!to.empty() || from[key].get(value) != simdjson::SUCCESS) return;
  array list;
  if (value.get(list) == simdjson::SUCCESS) {
    for (element item : list) {
      value = item;
      break;
    }
  }
  to = Text(value);
}

// The member's text, or that of {"@value": text}.
std::string_view TextOf(object from, std::string_view key) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS) return {};
  object inside;
  if (value.get(inside) == simdjson::SUCCESS && inside["@value"].get(value) != simdjson::SUCCESS)
    return {};
  return Text(value);
}

bool IsOrganization(object named) { return TextOf(named, "@type").ends_with("Organization"); }

void TakeNamed(object named, std::vector<JsonLdArticle::Named>& to) {
  const JsonLdArticle::Named shape = {.is_name = true, .is_organization = IsOrganization(named)};
  const auto add = [&](std::string name) {
    if (name.empty() || to.size() >= kMaxListed) return;
    to.push_back(shape);
    to.back().name = std::move(name);
  };
  const size_t before = to.size();
  array names;
  if (named["name"].get(names) == simdjson::SUCCESS) {
    for (element name : names) {
      if (to.size() >= kMaxListed) break;
      add(std::string(Text(name)));
    }
  } else {
    add(std::string(TextOf(named, "name")));
  }
  if (to.size() > before) return;
  const std::string_view family = TextOf(named, "familyName");
  if (!family.empty()) {
    const std::string_view given = TextOf(named, "givenName");
    return add(given.empty() ? std::string(family)
                             : std::string(given) + ' ' + std::string(family));
  }
  const std::string_view id = TextOf(named, "@id");
  if (id.empty() || id.size() > kMaxIdBytes || to.size() >= kMaxListed) return;
  to.push_back(shape);
  to.back().id = id;
}

// One of them, or an array, where lists lie in each other too: a string, or an object with `name`.
void TakeNames(object from, std::string_view key, std::vector<JsonLdArticle::Named>& to) {
  element value;
  if (!to.empty() || from[key].get(value) != simdjson::SUCCESS) return;
  std::vector<element> open = {value};
  for (size_t values = 0; !open.empty() && values < 2 * kMaxListed && to.size() < kMaxListed;
       ++values) {
    value = open.back();
    open.pop_back();
    array list;
    object named;
    if (value.is_string()) {
      to.push_back({.name = std::string(Text(value))});
    } else if (value.get(list) == simdjson::SUCCESS) {
      PushInOrder(list, open);
    } else if (value.get(named) == simdjson::SUCCESS) {
      if (named["@list"].get(list) == simdjson::SUCCESS)
        PushInOrder(list, open);
      else
        TakeNamed(named, to);
    }
  }
}

void TakeWords(object from, std::string_view key, std::vector<std::string>& to) {
  std::vector<JsonLdArticle::Named> words;
  if (!to.empty()) return;
  TakeNames(from, key, words);
  for (JsonLdArticle::Named& word : words) {
    if (!word.name.empty()) to.push_back(std::move(word.name));
  }
}

// One that others may point to.
void TakeKnown(object from, std::vector<JsonLdArticle::Named>& known) {
  const std::string_view id = TextOf(from, "@id");
  const std::string_view name = TextOf(from, "name");
  if (id.empty() || id.size() > kMaxIdBytes || name.empty() || known.size() >= kMaxKnown) return;
  known.push_back({.name = std::string(name),
                   .is_name = true,
                   .is_organization = IsOrganization(from),
                   .id = std::string(id)});
}

// Sites write it as a boolean and as a text.
bool IsFalse(object from, std::string_view key) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS) return false;
  bool flag = true;
  if (value.get(flag) == simdjson::SUCCESS) return !flag;
  const std::string_view text = Text(value);
  return text == "False" || text == "false" || text == "http://schema.org/False" ||
         text == "https://schema.org/False";
}

// The page that the article is the main part of.
void TakeMainPage(object from, std::string& to) {
  element page;
  if (from["mainEntityOfPage"].get(page) != simdjson::SUCCESS) return;
  object named;
  to = page.get(named) == simdjson::SUCCESS ? TextOf(named, "@id") : Text(page);
}

void TakeArticle(object from, JsonLdArticle& to) {
  Take(from, "headline", to.headline);
  Take(from, "description", to.description);
  Take(from, "articleBody", to.body);
  Take(from, "datePublished", to.published);
  Take(from, "dateModified", to.modified);
  Take(from, "inLanguage", to.language);
  Take(from, "articleSection", to.section);
  Take(from, "url", to.url);
  to.paywalled = to.paywalled || IsFalse(from, "isAccessibleForFree");
  if (to.url.empty()) TakeMainPage(from, to.url);
  TakeNames(from, "author", to.authors);
  TakeNames(from, "creator", to.authors);
  TakeNames(from, "publisher", to.publishers);
  TakeWords(from, "keywords", to.keywords);
}

}  // namespace

void JsonLdArticle::Clear() {
  headline.clear();
  description.clear();
  body.clear();
  published.clear();
  modified.clear();
  language.clear();
  section.clear();
  url.clear();
  paywalled = false;
  authors.clear();
  publishers.clear();
  keywords.clear();
  known.clear();
}

void JsonLdArticle::Resolve() {
  absl::flat_hash_map<std::string_view, const Named*> by_id;
  for (const Named& one : known) by_id.try_emplace(one.id, &one);
  for (std::vector<Named>* list : {&authors, &publishers}) {
    for (Named& one : *list) {
      if (!one.name.empty()) continue;
      if (const auto found = by_id.find(one.id); found != by_id.end()) {
        one.name = found->second->name;
        one.is_organization = found->second->is_organization;
      }
      one.id.clear();
    }
    std::erase_if(*list, [](const Named& one) { return one.name.empty(); });
  }
}

bool JsonLdReader::Parse(std::string_view script, element& root) {
  // What hides scripts from readers of XML.
  constexpr std::string_view kOpen = "<![CDATA[";
  constexpr std::string_view kClose = "]]>";
  if (const size_t open = script.substr(0, kMaxHiding).find(kOpen); open != script.npos) {
    script.remove_prefix(open + kOpen.size());
    if (const size_t close = script.rfind(kClose); close != script.npos)
      script = script.substr(0, close);
    while (!script.empty() && kEndOfHiding.find(script.front()) != kEndOfHiding.npos)
      script.remove_prefix(1);
    while (!script.empty() && kEndOfHiding.find(script.back()) != kEndOfHiding.npos)
      script.remove_suffix(1);
  }
  if (parser_.parse(script.data(), script.size()).get(root) == simdjson::SUCCESS) return true;
  // Line ends inside strings: blanks are as good, and outside nothing changes.
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (std::ranges::none_of(script, is_control)) return false;
  repaired_.assign(script);
  std::ranges::replace_if(repaired_, is_control, ' ');
  const bool read = parser_.parse(repaired_).get(root) == simdjson::SUCCESS;
  std::string().swap(repaired_);
  return read;
}

void JsonLdReader::Read(std::string_view script, JsonLdArticle& article) {
  element root;
  if (!Parse(script, root)) return;
  std::vector<element> open = {root};
  std::vector<element> listed;
  bool found = false;
  for (size_t values = 0; !(open.empty() && listed.empty()) && values < kMaxValues; ++values) {
    if (open.empty()) {
      if (found) return;
      open.swap(listed);
    }
    const element value = open.back();
    open.pop_back();
    array list;
    object members;
    if (value.get(list) == simdjson::SUCCESS) {
      PushInOrder(list, open);
    } else if (value.get(members) == simdjson::SUCCESS) {
      if (IsArticle(members)) {
        TakeArticle(members, article);
        found = true;
        continue;
      }
      TakeKnown(members, article.known);
      element inside;
      for (std::string_view key : kInside) {
        if (members[key].get(inside) == simdjson::SUCCESS) open.push_back(inside);
      }
      if (members[kListed].get(inside) == simdjson::SUCCESS) listed.push_back(inside);
    }
  }
}

}  // namespace newsfeed::cleanup
