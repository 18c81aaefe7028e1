#include "processors/decode/format.h"

#include <algorithm>
#include <array>

#include "processors/text/ascii.h"

namespace newsfeed::decode {

namespace ascii = text::ascii;
namespace {

struct NamedFormat {
  std::string_view name;
  Format format;
};

// Whole media types, and endings of structured ones (RFC 6839).
constexpr std::array kMediaTypes = std::to_array<NamedFormat>({
    {"application/json", Format::kJson},
    {"text/json", Format::kJson},
    {"application/x-ndjson", Format::kJson},
    {"application/ndjson", Format::kJson},
    {"application/jsonl", Format::kJson},
    {"application/x-json", Format::kJson},
    {"text/html", Format::kHtml},
    {"application/xhtml+xml", Format::kHtml},
    {"text/plain", Format::kText},
    {"text/markdown", Format::kText},
});
constexpr std::string_view kJsonMediaEnding = "+json";

constexpr std::array kFileEndings = std::to_array<NamedFormat>({
    {".json", Format::kJson},
    {".ndjson", Format::kJson},
    {".jsonl", Format::kJson},
    {".txt", Format::kText},
    {".html", Format::kHtml},
    {".htm", Format::kHtml},
    {".xhtml", Format::kHtml},
});

}  // namespace

std::optional<Format> FormatByContentType(std::string_view content_type) {
  const std::string_view type = ascii::Trim(content_type.substr(0, content_type.find(';')));
  for (const NamedFormat& known : kMediaTypes) {
    if (ascii::Equal(type, known.name)) return known.format;
  }
  if (type.size() > kJsonMediaEnding.size() &&
      ascii::Equal(type.substr(type.size() - kJsonMediaEnding.size()), kJsonMediaEnding)) {
    return Format::kJson;
  }
  return std::nullopt;
}

std::optional<Format> FormatByFileName(std::string_view name) {
  const auto ends_with = [&](std::string_view ending) {
    return name.size() > ending.size() &&
           ascii::Equal(name.substr(name.size() - ending.size()), ending);
  };
  if (ends_with(".gz")) name.remove_suffix(3);
  for (const NamedFormat& known : kFileEndings) {
    if (ends_with(known.name)) return known.format;
  }
  return std::nullopt;
}

Format SniffFormat(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n\f\v");
  if (start == text.npos) return Format::kText;
  if (text[start] == '{' || text[start] == '[') return Format::kJson;
  if (text[start] != '<' || start + 1 == text.size()) return Format::kText;
  const char next = text[start + 1];
  return ascii::IsLetter(next) || next == '!' || next == '?' ? Format::kHtml : Format::kText;
}

}  // namespace newsfeed::decode
