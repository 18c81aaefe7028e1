// The folder of rule files, gazetteers and models, and what is loaded from it.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/pipeline/processor_table.h"

namespace newsfeed {

// `given` if not empty, else the first that exists of $NEWSFEED_DATA_DIR, share/newsfeed beside the
// program's folder (installed) and config/ above it (build tree). NotFound tells what was tried.
absl::StatusOr<std::string> FindDataFolder(const std::string& given);

struct LoadedData {
  SharedData shared;
  // Hash of the configuration and of every file that decides what comes out: 16 hex digits.
  std::string config_digest;
};

// A configuration and what was loaded for it: what workers are made of.
struct LoadedConfig {
  config::v1::Config config;
  LoadedData data;
};

// Loads what the chain of `config` needs. Errors name the file and line.
absl::StatusOr<LoadedData> LoadData(const config::v1::Config& config,
                                    const std::string& data_folder);

}  // namespace newsfeed
