#include "processors/text/html_sniffing.h"

#include <algorithm>
#include <array>

#include "processors/text/ascii.h"

namespace newsfeed::text {
namespace {

// Elements that bodies of articles are made of, and those that stray into them. An element that is
// not here ("<stdio.h>", "<sic>") does not make a text HTML.
constexpr std::array<std::string_view, 44> kElements = {
    "a",       "abbr",   "article", "aside",  "b",          "blockquote", "body",   "center",
    "cite",    "code",   "dd",      "del",    "div",        "dl",         "dt",     "em",
    "figure",  "font",   "footer",  "h1",     "h2",         "h3",         "h4",     "h5",
    "h6",      "header", "html",    "i",      "iframe",     "li",         "ol",     "p",
    "pre",     "script", "section", "small",  "span",       "strong",     "style",  "sub",
    "sup",     "table",  "u",       "ul"};

// Elements that need no end tag. Of these one is enough.
constexpr std::array<std::string_view, 5> kOpenElements = {"br", "hr", "img", "p", "li"};

// A tag: "<p class=x>" gives "p" and its length; an end tag's name starts with "/".
struct Tag {
  std::string_view name;
  size_t size = 0;
};

// No tag of an article's body is longer; more is a stray "<" and a far ">".
constexpr size_t kMaxTagBytes = 4096;

Tag TagAt(std::string_view text) {
  size_t end = 1;
  if (end < text.size() && text[end] == '/') ++end;
  const size_t letters = end;
  while (end < text.size() && (ascii::IsLetter(text[end]) || ascii::IsDigit(text[end]))) ++end;
  if (end == letters || end == text.size()) return {};
  const std::string_view name = text.substr(1, end - 1);
  if (text[end] != '>' && text[end] != '/' && !ascii::IsBlank(text[end])) return {};
  const size_t close = text.substr(0, kMaxTagBytes).find_first_of("<>", end);
  if (close == text.npos || text[close] != '>') return {};
  return {name, close + 1};
}

template <size_t n>
size_t IndexOf(const std::array<std::string_view, n>& names, std::string_view name) {
  const auto same = [&](std::string_view known) { return ascii::Equal(name, known); };
  return static_cast<size_t>(std::ranges::find_if(names, same) - names.begin());
}

struct Entity {
  std::string_view name;
  char character;
};
constexpr std::array kMarkupEntities = std::to_array<Entity>({
    {"&lt;", '<'},
    {"&gt;", '>'},
    {"&quot;", '"'},
    {"&amp;", '&'},
    {"&#39;", '\''},
    {"&#x27;", '\''},
    {"&#34;", '"'},
    {"&#60;", '<'},
    {"&#62;", '>'},
    {"&apos;", '\''},
});

std::string_view UnescapeMarkup(std::string_view text, Arena& arena) {
  char* const out = arena.Allocate(text.size());
  char* end = out;
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at, 6);
    const auto known = std::ranges::find_if(
        kMarkupEntities, [&](const Entity& entity) { return rest.starts_with(entity.name); });
    const bool found = rest.front() == '&' && known != kMarkupEntities.end();
    *end++ = found ? known->character : rest.front();
    at += found ? known->name.size() : 1;
  }
  const size_t size = static_cast<size_t>(end - out);
  arena.Trim(out, text.size(), size);
  return {out, size};
}

}  // namespace

bool LooksLikeHtml(std::string_view text) {
  std::array<bool, kElements.size() + 1> opened = {};
  for (size_t at = text.find('<'); at != text.npos; at = text.find('<', at + 1)) {
    const Tag tag = TagAt(text.substr(at));
    if (tag.size == 0) continue;
    const bool end_tag = tag.name.front() == '/';
    if (!end_tag && IndexOf(kOpenElements, tag.name) < kOpenElements.size()) return true;
    const size_t element = IndexOf(kElements, tag.name.substr(end_tag ? 1 : 0));
    if (element == kElements.size()) continue;
    if (end_tag && opened[element]) return true;
    opened[element] = opened[element] || !end_tag;
  }
  return false;
}

bool IsPage(std::string_view html) {
  const std::string_view head = html.substr(0, 4096);
  for (size_t at = head.find('<'); at != head.npos; at = head.find('<', at + 1)) {
    const std::string_view rest = head.substr(at);
    if (ascii::StartsWith(rest, "<!doctype html")) return true;
    const Tag tag = TagAt(html.substr(at));
    for (std::string_view part : {"html", "head", "body"}) {
      if (ascii::Equal(tag.name, part)) return true;
    }
  }
  return false;
}

std::optional<std::string_view> UnescapedHtml(std::string_view text, Arena& arena) {
  if (text.find("&lt;") == text.npos && text.find("&#60;") == text.npos) return std::nullopt;
  if (LooksLikeHtml(text)) return std::nullopt;
  const std::string_view unescaped = UnescapeMarkup(text, arena);
  if (!LooksLikeHtml(unescaped)) return std::nullopt;
  return unescaped;
}

}  // namespace newsfeed::text
