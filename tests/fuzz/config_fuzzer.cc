// Any bytes as a configuration file: an error with a message, or a configuration whose chain can be
// checked; never a crash.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "daemon/config_loader.h"
#include "processors/pipeline/processor_table.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace newsfeed;
  const auto secrets = [](std::string_view, const std::string&) -> absl::StatusOr<std::string> {
    return std::string("secret");
  };
  const std::string yaml(reinterpret_cast<const char*>(data), size);
  config::v1::Config config;
  if (absl::Status status = ParseYaml(yaml, "fuzz.yaml", secrets, config); !status.ok()) {
    if (status.message().empty()) std::abort();
  } else {
    CheckChain(config).IgnoreError();
  }
  config::v1::LineRules rules;
  ParseYaml(yaml, "fuzz.yaml", secrets, rules).IgnoreError();
  return 0;
}
