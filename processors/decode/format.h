// What a payload or a string is: JSON, plain text or HTML.
//
//   SniffFormat("\n {\"title\"")           -> kJson
//   SniffFormat("<!DOCTYPE html><html>")   -> kHtml
//   LooksLikeHtml("<p>One</p><p>Two</p>")  -> true
//   LooksLikeHtml("a < b, and c > d")      -> false
//
// Free functions on views; no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "processors/text/arena.h"

namespace newsfeed::decode {

enum class Format : uint8_t { kJson, kText, kHtml };

// By the media type of a header: "application/ld+json; charset=utf-8" -> kJson. Nothing for types
// that do not tell ("application/octet-stream").
std::optional<Format> FormatByContentType(std::string_view content_type);

// By the ending of a file's name: "2026/a.html.gz" -> kHtml.
std::optional<Format> FormatByFileName(std::string_view name);

// By the first bytes after blanks: { or [ -> kJson; < and a letter, "!" or "?" -> kHtml; else
// kText.
Format SniffFormat(std::string_view text);

// True if a text holds elements that HTML knows: one that is opened and closed, or a <br>, <p>,
// <img …> or <hr>. A stray "<", "a<b" or an invented "<tag>" makes no HTML.
bool LooksLikeHtml(std::string_view text);

// True if HTML is a whole page rather than the body of an article: it has <html>, <head>, <body> or
// a doctype at its head.
bool IsPage(std::string_view html);

// HTML that was escaped once too often: "&lt;p&gt;Text&lt;/p&gt;" gives "<p>Text</p>" in `arena`.
// Nothing if what comes out would not look like HTML, or if there is real HTML already.
std::optional<std::string_view> UnescapedHtml(std::string_view text, text::Arena& arena);

}  // namespace newsfeed::decode
