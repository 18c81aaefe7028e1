// A folder that a test may fill; gone at its end.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace newsfeed::testing {

class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }
  // Writes a file, with the folders above it, and returns its path.
  std::string Write(std::string_view name, std::string_view contents) const;
  // The same, gzip-compressed.
  std::string WriteGzip(std::string_view name, std::string_view contents) const;

 private:
  std::filesystem::path path_;
};

// A whole file; fails the test if it cannot be read.
std::string ReadWholeFile(const std::filesystem::path& path);

// Waits until `holds` is true of the whole file; false: not so within `seconds`.
bool AwaitFile(const std::filesystem::path& path, const std::function<bool(const std::string&)>& holds, int seconds);

// `contents` as gzip.
std::string Gzip(std::string_view contents);

}  // namespace newsfeed::testing
