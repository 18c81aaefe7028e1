// Places of records, as they are told on the screen and in headers (daemon/record_headers.h).
//
// On dead letters other headers were chosen by whoever sent the record: the last header of a name
// is ours. Numbers are read strictly: decimal digits, nothing around them, no overflow. Free
// functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "processors/article/record.h"

namespace newsfeed::tools {

// Where an input record lies.
struct Coordinates {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  auto operator<=>(const Coordinates&) const = default;
};

// "articles.raw:3:17"
std::string ToString(const Coordinates& at);

// "3:17", a place in a topic that is known.
struct Place {
  int32_t partition = 0;
  int64_t offset = 0;
  auto operator<=>(const Place&) const = default;
};
std::optional<Place> ParsePlace(std::string_view text);

// newsfeed-source-{topic,partition,offset}.
std::optional<Coordinates> SourceOf(std::span<const Header> headers);
// newsfeed-error-{topic,partition,offset}.
std::optional<Coordinates> ErrorSourceOf(std::span<const Header> headers);

// A receipt of `dead-letters replay`: the place of the dead letter that was replayed. Dead letters
// always carry newsfeed-error-reason, whatever they came with, and are none.
std::optional<Place> ReceiptOf(std::span<const Header> headers);

}  // namespace newsfeed::tools
