// The thresholds a verdict is decided by, read from the configuration and checked.
//
// A policy is immutable and part of the index: a change of policy is written into the entry from
// which on it holds, so that a restored index judges as the one it replaces.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::dedup {

struct Policy {
  // "v1-" and eight hex digits: the version of the rules, and a hash of all values of the config.
  std::string name;
  // The serialized newsfeed.config.v1.Dedup.
  std::string config;

  // Each as told in config.proto.
  int64_t window_ms = 0;
  uint64_t max_entries = 0;
  uint32_t min_containment_percent = 0;
  uint32_t min_lead_percent = 0;
  uint32_t min_numbers_percent = 0;
  uint32_t short_words = 0;
  uint32_t min_new_text_percent = 0;
};

// INVALID_ARGUMENT names the key that is out of its limits.
absl::StatusOr<std::shared_ptr<const Policy>> MakePolicy(const config::v1::Dedup& config);

// From Policy::config. INVALID_ARGUMENT: no serialized Dedup, or out of limits.
absl::StatusOr<std::shared_ptr<const Policy>> ParsePolicy(std::string_view config);

}  // namespace newsfeed::dedup
