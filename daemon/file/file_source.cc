#include "daemon/file/file_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <utility>

#include "processors/text/utf8.h"

namespace newsfeed::file {
namespace {

namespace fs = std::filesystem;

constexpr std::array kLayouts = std::to_array<std::pair<std::string_view, RecordLayout>>({
    {".ndjson", RecordLayout::kLines},
    {".jsonl", RecordLayout::kLines},
    {".json", RecordLayout::kJson},
    {".txt", RecordLayout::kWhole},
    {".html", RecordLayout::kWhole},
    {".htm", RecordLayout::kWhole},
});

// File names are bytes; topics are text.
std::string ValidUtf8(std::string_view name) {
  std::string valid;
  while (!name.empty()) {
    const text::CodePoint point = text::Decode(name);
    char bytes[4];
    valid.append(bytes, text::Encode(point.value, bytes));
    name.remove_prefix(point.bytes);
  }
  return valid;
}

std::optional<RecordLayout> LayoutOf(std::string_view name) {
  if (name.ends_with(".gz")) name.remove_suffix(3);
  for (const auto& [ending, layout] : kLayouts) {
    if (name.ends_with(ending)) return layout;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileSource>> FileSource::Create(
    const std::vector<std::string>& inputs, const BatchBounds& bounds, uint64_t max_record_bytes,
    const std::atomic<bool>* stop) {
  std::unique_ptr<FileSource> source(new FileSource(bounds, max_record_bytes, stop));
  for (const std::string& input : inputs) {
    if (absl::Status status = source->AddInput(input); !status.ok()) return status;
  }
  return source;
}

absl::Status FileSource::AddInput(const std::string& input) {
  if (input == "-") {
    AddFile("-", "stdin", RecordLayout::kLines);
    return absl::OkStatus();
  }
  std::error_code error;
  const fs::file_status status = fs::status(input, error);
  if (!fs::exists(status)) {
    return absl::NotFoundError(fmt::format("{}: {}", input, error ? error.message() : "not found"));
  }
  if (fs::is_directory(status)) return AddFolder(input);
  AddFile(input, fs::path(input).filename(), LayoutOf(input).value_or(RecordLayout::kLines));
  return absl::OkStatus();
}

absl::Status FileSource::AddFolder(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code unknown;  // a link that leads nowhere, or to itself
    if (entry->is_regular_file(unknown)) {
      paths.push_back(entry->path());
    } else if (unknown) {
      notes_.push_back(
          fmt::format("{}: passed over ({})", entry->path().native(), unknown.message()));
    }
  }
  if (error) return absl::UnknownError(fmt::format("{}: {}", folder, error.message()));
  std::ranges::sort(paths);
  for (const fs::path& path : paths) {
    if (const auto layout = LayoutOf(path.native())) {
      AddFile(path, path.lexically_relative(folder), *layout);
    } else {
      notes_.push_back(fmt::format("{}: passed over (no ending of a feed file)", path.native()));
    }
  }
  return absl::OkStatus();
}

void FileSource::AddFile(std::string path, std::string topic, RecordLayout layout) {
  std::error_code error;
  const uintmax_t size = path == "-" ? 0 : fs::file_size(path, error);
  if (!error) total_bytes_ += size;
  topic = UniqueTopic(ValidUtf8(topic), ValidUtf8(path));
  files_.push_back({std::move(path), std::move(topic), layout});
}

std::vector<std::string> FileSource::paths() const {
  std::vector<std::string> paths;
  for (const InputFile& file : files_) paths.push_back(file.path);
  return paths;
}

// Coordinates name one record: the judge takes a record with those of another for that one again.
std::string FileSource::UniqueTopic(std::string name, const std::string& path) {
  if (topics_.insert(name).second) return name;
  if (topics_.insert(path).second) return path;
  for (int copy = 2;; ++copy) {
    std::string numbered = fmt::format("{}#{}", path, copy);
    if (topics_.insert(numbered).second) return numbered;
  }
}

absl::StatusOr<PollResult> FileSource::Poll(Batch& batch) {
  while (!interrupted_ && batch.size() < bounds_.max_records &&
         batch.value_bytes() < bounds_.max_bytes) {
    if (cutter_ == nullptr) {
      if (next_file_ == files_.size()) break;
      if (absl::Status status = OpenNext(); !status.ok()) return status;
    }
    Record record;
    auto more = cutter_->Next(record);
    interrupted_ = absl::IsCancelled(more.status());
    if (interrupted_) break;
    if (!more.ok()) return more.status();
    if (!*more) {
      CloseFile();
      continue;
    }
    record.id = {{files_[next_file_ - 1].topic}, {0}, {next_offset_++}};
    record.from_file = true;
    batch.Add(record);
  }
  consumed_bytes_.store(closed_bytes_ + (input_ ? input_->consumed_bytes() : 0),
                        std::memory_order_relaxed);
  return batch.empty() ? PollResult::kEnd : PollResult::kRecords;
}

absl::Status FileSource::OpenNext() {
  const InputFile& file = files_[next_file_++];
  auto input = InputBytes::Open(file.path, stop_);
  if (!input.ok()) return input.status();
  input_ = *std::move(input);
  cutter_ = std::make_unique<RecordCutter>(*input_, file.layout, max_record_bytes_);
  next_offset_ = 0;
  return absl::OkStatus();
}

void FileSource::CloseFile() {
  if (!input_->damage().empty()) damages_.push_back(input_->damage());
  closed_bytes_ += input_->consumed_bytes();
  cutter_.reset();
  input_.reset();
}

}  // namespace newsfeed::file
