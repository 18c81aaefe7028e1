// What the two hops in C++ are told by the command line, so that both run with the same properties.
//
//   PROGRAM BOOTSTRAP APPLICATION INPUT OUTPUT WORKERS BATCH LINGER_MS [PROPERTY=VALUE...]
#pragma once

#include <absl/strings/numbers.h>

#include <optional>
#include <string>
#include <string_view>

#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::peers {

struct Options {
  config::v1::Config config;
  std::string output;
};

inline std::optional<Options> ParseOptions(int argc, char** argv) {
  constexpr int kFixed = 8;
  uint32_t workers = 0;
  uint32_t batch = 0;
  uint32_t linger_ms = 0;
  if (argc < kFixed || !absl::SimpleAtoi(argv[5], &workers) || !absl::SimpleAtoi(argv[6], &batch) ||
      !absl::SimpleAtoi(argv[7], &linger_ms)) {
    return std::nullopt;
  }
  Options options{.config = {}, .output = argv[4]};
  config::v1::Config& config = options.config;
  config.mutable_kafka()->add_bootstrap(argv[1]);
  config.set_application_id(argv[2]);
  config.add_inputs()->set_topic(argv[3]);
  config.mutable_workers()->set_prepare(workers);
  config.mutable_batch()->set_max_records(batch);
  config.mutable_batch()->set_max_bytes(256 << 20);  // only the records bound a batch
  config.mutable_delivery()->set_linger_ms(linger_ms);
  for (int i = kFixed; i < argc; ++i) {
    const std::string_view property = argv[i];
    const size_t equals = property.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    (*config.mutable_kafka()->mutable_properties())[std::string(property.substr(0, equals))] =
        property.substr(equals + 1);
  }
  return options;
}

inline constexpr char kUsage[] =
    "BOOTSTRAP APPLICATION INPUT OUTPUT WORKERS BATCH LINGER_MS [PROPERTY=VALUE...]\n";

}  // namespace newsfeed::peers
