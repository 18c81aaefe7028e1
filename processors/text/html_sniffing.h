// Is a text HTML?
//
//   LooksLikeHtml("<p>One</p><p>Two</p>")  -> true
//   LooksLikeHtml("a < b, and c > d")      -> false
//
// Free functions on views; no state; linear.
#pragma once

#include <optional>
#include <string_view>

#include "processors/text/arena.h"

namespace newsfeed::text {

// True if a text holds elements that HTML knows: one that is opened and closed, or a <br>, <p>,
// <img …> or <hr>. A stray "<", "a<b" or an invented "<tag>" makes no HTML.
bool LooksLikeHtml(std::string_view text);

// True if HTML is a whole page rather than the body of an article: it has <html>, <head>, <body> or
// a doctype at its head.
bool IsPage(std::string_view html);

// HTML that was escaped once too often: "&lt;p&gt;Text&lt;/p&gt;" gives "<p>Text</p>" in `arena`.
// Nothing if what comes out would not look like HTML, or if there is real HTML already.
std::optional<std::string_view> UnescapedHtml(std::string_view text, Arena& arena);

}  // namespace newsfeed::text
