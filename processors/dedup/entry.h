// An entry of the index's changelog: newsfeed.v1.IndexEntry as a plain struct of views.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "newsfeed/v1/internal.pb.h"
#include "processors/article/article.h"

namespace newsfeed::dedup {

struct PolicyChange {
  int64_t window_ms = 0;
  uint64_t max_entries = 0;
  std::string_view name;
  std::string_view config;
};

// Meaning of the fields: internal.proto.
struct IndexEntry {
  int64_t prepared_offset = 0;
  std::string_view sketch;
  DedupResult dedup;
  Origin origin{};
  std::string_view id;
  int64_t clock_ms = 0;
  uint64_t sequence = 0;
  uint64_t oldest_sequence = 0;
  std::optional<PolicyChange> policy;
  bool rejected = false;
};

// Fills `out`, cleared first.
void ToProto(const IndexEntry& entry, v1::IndexEntry& out);

// Views into `message`.
IndexEntry FromProto(const v1::IndexEntry& message ABSL_ATTRIBUTE_LIFETIME_BOUND);

}  // namespace newsfeed::dedup
