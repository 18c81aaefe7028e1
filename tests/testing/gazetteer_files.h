// Gazetteers for tests and benchmarks: of the source tree, or of a few rows.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "processors/entities/gazetteer.h"

namespace newsfeed::testing {

// All `*.tsv` of a folder in the order of their names. A folder that cannot be read is given as a file
// that Gazetteer::Create refuses, so that its status names the folder.
inline std::vector<entities::GazetteerFile> GazetteerFiles(const std::filesystem::path& folder) {
  std::error_code error;
  const std::filesystem::directory_iterator entries(folder, error);
  if (error) return {{folder.string(), error.message()}};
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : entries) {
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

// Of rows without the line of columns: "Oslo\tLOCATION\n".
inline std::shared_ptr<const entities::Gazetteer> Table(std::string_view rows) {
  const entities::GazetteerFile file{
      "t.tsv", "name\ttype\tcanonical\tscheme\tid\taliases\tflags\n" + std::string(rows)};
  return *entities::Gazetteer::Create(std::span(&file, 1));
}

}  // namespace newsfeed::testing
