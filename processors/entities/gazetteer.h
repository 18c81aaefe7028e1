// Tables of known names, compiled for look-up by tokens.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace newsfeed::entities {

// A file of the gazetteer: its name for messages, and its contents.
struct GazetteerFile {
  std::string name;
  std::string contents;
};

class Gazetteer {
 public:
  // Later files win over earlier ones. Fails on a line that cannot be used: "cities.tsv:17: …".
  static absl::StatusOr<std::shared_ptr<const Gazetteer>> Create(
      std::span<const GazetteerFile> files);
};

}  // namespace newsfeed::entities
