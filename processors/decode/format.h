// What a payload or a string is: JSON, plain text or HTML.
//
//   SniffFormat("\n {\"title\"")           -> kJson
//   SniffFormat("<!DOCTYPE html><html>")   -> kHtml
//
// Free functions on views; no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

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

}  // namespace newsfeed::decode
