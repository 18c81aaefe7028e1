#include "daemon/tools/coordinates.h"

#include <fmt/format.h>

#include "daemon/record_headers.h"

namespace newsfeed::tools {
namespace {

std::optional<Place> PlaceFrom(std::span<const Header> from, std::string_view partition_name,
                               std::string_view offset_name) {
  const auto partition = headers::Last(from, partition_name);
  const auto offset = headers::Last(from, offset_name);
  if (!partition || !offset) return std::nullopt;
  const auto partition_number = headers::ParsePartition(*partition);
  const auto offset_number = headers::ParseNumber(*offset);
  if (!partition_number || !offset_number) return std::nullopt;
  return Place{*partition_number, *offset_number};
}

std::optional<Coordinates> CoordinatesFrom(std::span<const Header> from,
                                           std::string_view topic_name,
                                           std::string_view partition_name,
                                           std::string_view offset_name) {
  const auto topic = headers::Last(from, topic_name);
  const auto place = PlaceFrom(from, partition_name, offset_name);
  if (!topic || topic->empty() || !place) return std::nullopt;
  return Coordinates{std::string(*topic), place->partition, place->offset};
}

}  // namespace

std::string ToString(const Coordinates& at) {
  return fmt::format("{}:{}:{}", at.topic, at.partition, at.offset);
}

std::optional<Place> ParsePlace(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto partition = headers::ParsePartition(text.substr(0, colon));
  const auto offset = headers::ParseNumber(text.substr(colon + 1));
  if (!partition || !offset) return std::nullopt;
  return Place{*partition, *offset};
}

std::optional<Coordinates> SourceOf(std::span<const Header> record_headers) {
  return CoordinatesFrom(record_headers, headers::kSourceTopic, headers::kSourcePartition,
                         headers::kSourceOffset);
}

std::optional<Coordinates> ErrorSourceOf(std::span<const Header> record_headers) {
  return CoordinatesFrom(record_headers, headers::kErrorTopic, headers::kErrorPartition,
                         headers::kErrorOffset);
}

std::optional<Place> ReceiptOf(std::span<const Header> record_headers) {
  if (headers::Last(record_headers, headers::kErrorReason)) return std::nullopt;
  return PlaceFrom(record_headers, headers::kReplayedPartition, headers::kReplayedOffset);
}

}  // namespace newsfeed::tools
