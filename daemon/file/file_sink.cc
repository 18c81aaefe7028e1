#include "daemon/file/file_sink.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace newsfeed::file {
namespace {

absl::Status WriteError(const std::string& path) {
  return absl::UnknownError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

bool IsMessage(Outcome outcome) {
  return outcome == Outcome::kEnriched || outcome == Outcome::kDuplicate;
}

std::string PathIn(const std::string& folder, OutputFormat format, const OutcomeEntry& entry) {
  const bool binary = format == OutputFormat::kProtobuf && IsMessage(entry.outcome);
  return fmt::format("{}/{}{}", folder, entry.topic, binary ? ".binpb" : ".ndjson");
}

}  // namespace

std::vector<std::string> FileSink::PathsIn(const std::string& folder, OutputFormat format) {
  std::vector<std::string> paths;
  for (const OutcomeEntry& entry : OutcomeTable()) paths.push_back(PathIn(folder, format, entry));
  return paths;
}

absl::StatusOr<std::unique_ptr<FileSink>> FileSink::CreateInFolder(const std::string& folder,
                                                                   OutputFormat format) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::UnknownError(fmt::format("{}: {}", folder, error.message()));
  std::unique_ptr<FileSink> sink(new FileSink());
  for (const OutcomeEntry& entry : OutcomeTable()) {
    Output& output = sink->outputs_[static_cast<size_t>(entry.outcome)];
    output.path = PathIn(folder, format, entry);
    output.stream = std::fopen(output.path.c_str(), "wbe");
    output.owned = true;
    if (output.stream == nullptr) return WriteError(output.path);
  }
  return sink;
}

std::unique_ptr<FileSink> FileSink::CreateOnStream(std::FILE* stream) {
  std::unique_ptr<FileSink> sink(new FileSink());
  sink->outputs_[static_cast<size_t>(Outcome::kEnriched)] = {"standard output", stream, false};
  return sink;
}

FileSink::~FileSink() {
  for (Output& output : outputs_) {
    if (output.owned && output.stream != nullptr) std::fclose(output.stream);
  }
}

absl::Status FileSink::Publish(const Batch& /*batch*/, const EncodedOutcomes& outcomes) {
  for (const EncodedOutcomes::Item& item : outcomes.items) {
    Output& output = outputs_[static_cast<size_t>(item.outcome)];
    if (output.stream == nullptr) continue;
    const std::string_view value = outcomes.value(item);
    if (std::fwrite(value.data(), 1, value.size(), output.stream) != value.size()) {
      return WriteError(output.path);
    }
  }
  return absl::OkStatus();
}

absl::Status FileSink::Close() {
  absl::Status status;
  for (Output& output : outputs_) {
    if (output.stream == nullptr) continue;
    const bool failed = output.owned ? std::fclose(output.stream) != 0
                                     : std::fflush(output.stream) != 0;
    if (failed && status.ok()) status = WriteError(output.path);
    output.stream = nullptr;
  }
  return status;
}

}  // namespace newsfeed::file
