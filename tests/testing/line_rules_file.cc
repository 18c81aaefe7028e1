#include "tests/testing/line_rules_file.h"

#include <cstdio>
#include <cstdlib>

#include "daemon/config_loader.h"

namespace newsfeed::testing {
namespace {

template <typename T>
T OrAbort(absl::StatusOr<T> loaded) {
  if (loaded.ok()) return *std::move(loaded);
  std::fprintf(stderr, "%s\n", std::string(loaded.status().message()).c_str());
  std::abort();
}

}  // namespace

const config::v1::LineRules& ShippedLineRulesConfig() {
  static const auto& rules = *new config::v1::LineRules(
      OrAbort(LoadLineRules(NEWSFEED_SOURCE_DIR "/config/cleanup/lines.yaml")));
  return rules;
}

std::shared_ptr<const cleanup::LineRules> ShippedLineRules() {
  static const auto& rules = *new std::shared_ptr<const cleanup::LineRules>(
      OrAbort(cleanup::LineRules::Create(ShippedLineRulesConfig())));
  return rules;
}

}  // namespace newsfeed::testing
