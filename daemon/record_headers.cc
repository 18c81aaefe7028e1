#include "daemon/record_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ranges>

namespace newsfeed::headers {
namespace {

template <typename T>
std::optional<T> Parse(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::string_view> Last(std::span<const Header> headers, std::string_view name) {
  for (const Header& header : headers | std::views::reverse) {
    if (header.name != name) continue;
    if (header.value.data() == nullptr) return std::nullopt;
    return header.value;
  }
  return std::nullopt;
}

std::string StubText(uint64_t bytes, uint64_t hash) {
  return fmt::format("{} bytes, xxh3 {:016x}", bytes, hash);
}

std::optional<int64_t> ParseNumber(std::string_view digits) { return Parse<int64_t>(digits); }
std::optional<int32_t> ParsePartition(std::string_view digits) { return Parse<int32_t>(digits); }

uint64_t ParseHash(std::string_view hex) {
  constexpr size_t kDigits = 16;
  uint64_t hash = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), hash, 16);
  return hex.size() == kDigits && error == std::errc() && end == hex.data() + hex.size() ? hash : 0;
}

std::optional<Source> ReadSource(std::span<const Header> headers) {
  const auto topic = Last(headers, kSourceTopic);
  const auto partition = ParsePartition(Last(headers, kSourcePartition).value_or(""));
  const auto offset = ParseNumber(Last(headers, kSourceOffset).value_or(""));
  const auto timestamp = ParseNumber(Last(headers, kSourceTimestamp).value_or(""));
  if (!topic || topic->empty() || !partition || !offset || !timestamp) return std::nullopt;
  return Source{*topic, *partition, *offset, *timestamp,
                ParseHash(Last(headers, kSourceHash).value_or(""))};
}

}  // namespace newsfeed::headers
