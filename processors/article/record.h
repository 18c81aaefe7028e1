// Coordinates and raw contents of one input record.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string_view>

namespace newsfeed {

// Name of a topic; on files the name of the file. A view: the source that delivers the records
// keeps the name for as long as it lives.
struct Topic {
  std::string_view name;
  auto operator<=>(const Topic&) const = default;
};

struct Partition {
  int32_t value = 0;
  auto operator<=>(const Partition&) const = default;
};

// On files the ordinal of the record, from 0.
struct Offset {
  int64_t value = 0;
  auto operator<=>(const Offset&) const = default;
};

struct RecordId {
  Topic topic;
  Partition partition;
  Offset offset;
  auto operator<=>(const RecordId&) const = default;
};

// A header of a record. A null value (Kafka knows them) has `value.data() == nullptr`.
struct Header {
  std::string_view name;
  std::string_view value;
};

// A raw record as a source hands it to Batch::Add, which copies all it points to but the topic.
struct Record {
  RecordId id{};
  // Milliseconds since 1970; 0: none.
  int64_t timestamp_ms = 0;
  // `data() == nullptr`: null.
  std::string_view key{};
  std::string_view value{};
  std::span<const Header> headers{};
  // `id.topic` is the name of a file, whose ending tells what is in it.
  bool from_file = false;
  // Bytes the value really has, where the source cut it because it is beyond the limit; else 0.
  uint64_t oversize_bytes = 0;
  // XXH3 of the whole value where it was cut.
  uint64_t oversize_hash = 0;
};

}  // namespace newsfeed
