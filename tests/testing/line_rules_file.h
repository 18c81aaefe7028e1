// The rule file that ships, for tests.
#pragma once

#include <memory>
#include <string>

#include "newsfeed/config/v1/cleanup_rules.pb.h"
#include "processors/cleanup/line_rules.h"

namespace newsfeed::testing {

// config/cleanup/lines.yaml as a message. Aborts with a message where it cannot be read: keys are
// field names, enums the names of their values.
const config::v1::LineRules& ShippedLineRulesConfig();

// Compiled once.
std::shared_ptr<const cleanup::LineRules> ShippedLineRules();

}  // namespace newsfeed::testing
