// Where to look in a JSON record: the shapes and the configured pointers as one tree of keys, so
// that one pass over the record finds all of them.
//
//   JsonPaths paths = *JsonPaths::Create(config);
//   node = paths.Child(JsonPaths::kRoot, "title");     the key "title" of the record
//   for (const JsonTarget& target : paths.node(node).targets) …
//
// Built once by the factory; immutable afterwards.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/decode/shapes.h"
#include "processors/text/hash.h"

namespace newsfeed::decode {

// A place that is looked for.
struct JsonTarget {
  Field field = Field::kId;
  Aspect aspect = Aspect::kText;
  // Smaller is better, within the field. For kExtra: which.
  uint16_t rank = 0;
  // Rows of one list of parts share it: "/bodies".
  uint16_t list = 0;
  // The path of the row itself, not a variant of it ("/guid/#text"); here containers count too.
  bool base = false;
  // A bare element of an array, where the row expects one value ("/title/*").
  bool element = false;
  // Inside of `@graph`: counts for one object of it only.
  bool graph = false;
};

struct JsonNode {
  // With "*" where an array is passed: "/@graph/*/datePublished".
  std::string path;
  absl::flat_hash_map<std::string, uint32_t, text::StringHash, std::equal_to<>> children{};
  // Each element of an array; 0: none.
  uint32_t any = 0;
  // Below an array: it may be met more than once in a record.
  bool repeats = false;
  std::vector<JsonTarget> targets{};
};

class JsonPaths {
 public:
  static constexpr uint32_t kRoot = 0;
  static constexpr uint32_t kNone = 0;

  // Fails on what is no JSON pointer; the message names the key of the configuration.
  static absl::StatusOr<JsonPaths> Create(const config::v1::Decode& config);

  const JsonNode& node(uint32_t node) const { return nodes_[node]; }
  size_t size() const { return nodes_.size(); }
  // The node below `node` for a member or an element, or kNone.
  uint32_t Child(uint32_t node, std::string_view key) const;

  // What is looked for, for a human: "/title or /headline or …"; mapped fields name their pointer.
  const std::string& looked_for(Field field) const {
    return looked_for_[static_cast<size_t>(field)];
  }

 private:
  JsonPaths() : nodes_(1), looked_for_(kFields) {}

  uint32_t Member(uint32_t node, std::string_view key);
  uint32_t Element(uint32_t node);
  // Follows `pointer` (checked before); with `stars`, "*" is each element of an array.
  uint32_t Follow(uint32_t from, std::string_view pointer, bool stars);
  void AddTarget(uint32_t node, JsonTarget target);
  // The place itself and its variants.
  void AddRow(uint32_t from, std::string_view pointer, JsonTarget target, bool stars);
  void AddShapes(const config::v1::Decode& config);

  std::vector<JsonNode> nodes_;
  std::vector<std::string> looked_for_;
};

// OK if `pointer` is a JSON pointer (RFC 6901, section 3); else a message about `key`.
absl::Status CheckPointer(std::string_view key, std::string_view pointer);

// The pointer the configuration maps a field to; null if none.
const std::string* MappedPointer(const config::v1::Decode& config, Field field);

}  // namespace newsfeed::decode
