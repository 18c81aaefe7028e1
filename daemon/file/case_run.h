// Runs a user's own cases through the configured chain: the working half of `newsfeedd test`. The
// format is proto/newsfeed/config/v1/cases.proto.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "daemon/data_folder.h"
#include "newsfeed/config/v1/cases.pb.h"

namespace newsfeed::file {

// NotFound: no such file. InvalidArgument: keys or values that are none, with file and place.
absl::StatusOr<config::v1::CaseFile> LoadCaseFile(const std::string& path);

// `name` as it stands in the file of cases `path`: beside it, unless absolute.
std::string PathBeside(const std::string& path, const std::string& name);

struct CaseFailure {
  std::string record;  // "feed.ndjson 3 (note)"; empty: the case as a whole
  std::vector<std::string> differences;
};

struct CaseResult {
  size_t records = 0;
  std::vector<CaseFailure> failures;  // none: as expected
  std::vector<std::string> damages;   // of input files
};

// `test` as it was loaded from `path`. NotFound: an input that does not exist. Other errors:
// reading failed.
absl::StatusOr<CaseResult> RunCase(const config::v1::Case& test, const std::string& path,
                                   const config::v1::Config& config, const LoadedData& data);

}  // namespace newsfeed::file
