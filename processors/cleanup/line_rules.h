// Rules that tell lines of furniture from lines of the article, loaded from config/cleanup.
#pragma once

#include <memory>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/cleanup_rules.pb.h"

namespace newsfeed::cleanup {

class LineRules {
 public:
  // Fails on a rule that cannot be used; the message names the rule.
  static absl::StatusOr<std::shared_ptr<const LineRules>> Create(
      const config::v1::LineRules& config);
};

}  // namespace newsfeed::cleanup
