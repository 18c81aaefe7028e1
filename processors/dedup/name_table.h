// Few strings that many entries name: topics, rules, policies. Counted, so that the names of a
// million files go with their entries. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/attributes.h>
#include <absl/container/flat_hash_map.h>

#include "processors/text/hash.h"

namespace newsfeed::dedup {

class NameTable {
 public:
  // The number of `name`, held until Release.
  uint32_t Acquire(std::string_view name) {
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) {
      ++rows_[found->second].holders;
      return found->second;
    }
    const uint32_t number = NewRow();
    rows_[number] = {std::string(name), 1};
    numbers_.emplace(rows_[number].name, number);
    return number;
  }

  void Release(uint32_t number) {
    Row& row = rows_[number];
    if (--row.holders > 0) return;
    numbers_.erase(row.name);
    row.name = {};
    free_.push_back(number);
  }

  // Holds until the last Release of the number.
  std::string_view Name(uint32_t number) const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return rows_[number].name;
  }

 private:
  struct Row {
    std::string name;
    uint64_t holders = 0;
  };

  uint32_t NewRow() {
    if (free_.empty()) {
      rows_.emplace_back();
      return static_cast<uint32_t>(rows_.size() - 1);
    }
    const uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }

  std::deque<Row> rows_;
  std::vector<uint32_t> free_;
  absl::flat_hash_map<std::string, uint32_t, text::StringHash, std::equal_to<>> numbers_;
};

}  // namespace newsfeed::dedup
