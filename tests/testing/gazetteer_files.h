// The gazetteer of the source tree, for tests and benchmarks.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "processors/entities/gazetteer.h"

namespace newsfeed::testing {

// All `*.tsv` of a folder in the order of their names.
inline std::vector<entities::GazetteerFile> GazetteerFiles(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".tsv") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<entities::GazetteerFile> files;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    files.push_back({path.filename().string(), {std::istreambuf_iterator<char>(in), {}}});
  }
  return files;
}

}  // namespace newsfeed::testing
