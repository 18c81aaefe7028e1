#include "processors/cleanup/json_ld.h"

#include <algorithm>
#include <array>

#include "processors/article/schema_org.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

constexpr int kMaxValues = 10000;
constexpr size_t kMaxListed = 64;

// Where an article is found inside another value.
constexpr std::array<std::string_view, 3> kInside = {"@graph", "mainEntity", "itemListElement"};

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

void Add(std::string_view name, bool is_name, std::vector<JsonLdArticle::Author>& to) {
  to.push_back({std::string(name), is_name});
}
void Add(std::string_view name, bool, std::vector<std::string>& to) { to.emplace_back(name); }

// A string, or an object with `name`.
template <typename Name>
void TakeName(element value, std::vector<Name>& to) {
  if (to.size() >= kMaxListed) return;
  if (value.is_string()) return Add(Text(value), false, to);
  object named;
  if (value.get(named) != simdjson::SUCCESS) return;
  element name;
  if (named["name"].get(name) == simdjson::SUCCESS && name.is_string()) Add(Text(name), true, to);
}

// One of them, or an array.
template <typename Name>
void TakeList(object from, std::string_view key, std::vector<Name>& to) {
  element value;
  if (!to.empty() || from[key].get(value) != simdjson::SUCCESS) return;
  array list;
  if (value.get(list) != simdjson::SUCCESS) return TakeName(value, to);
  for (element item : list) TakeName(item, to);
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
  TakeList(from, "author", to.authors);
  TakeList(from, "publisher", to.publishers);
  TakeList(from, "keywords", to.keywords);
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
}

void JsonLdReader::Read(std::string_view script, JsonLdArticle& article) {
  element root;
  if (parser_.parse(script.data(), script.size()).get(root) != simdjson::SUCCESS) return;
  std::vector<element> open = {root};
  for (int values = 0; !open.empty() && values < kMaxValues; ++values) {
    const element value = open.back();
    open.pop_back();
    array list;
    object members;
    if (value.get(list) == simdjson::SUCCESS) {
      // In order: the last pushed is looked at first.
      const size_t first = open.size();
      for (element item : list) {
        if (open.size() - first >= kMaxValues) break;
        open.push_back(item);
      }
      std::reverse(open.begin() + static_cast<std::ptrdiff_t>(first), open.end());
    } else if (value.get(members) == simdjson::SUCCESS) {
      if (IsArticle(members)) {
        TakeArticle(members, article);
        continue;
      }
      for (std::string_view key : kInside) {
        element inside;
        if (members[key].get(inside) == simdjson::SUCCESS) open.push_back(inside);
      }
    }
  }
}

}  // namespace newsfeed::cleanup
