// Records from files, folders and standard input.
//
//   news.ndjson .jsonl   one record a line      news.json   one record, or an array of records
//   page.html .htm       one record             text.txt    one record
//   each with .gz        gzip                   -           standard input, lines
//
// Folders are read with all below them in the order of names; other files there are passed over
// and named in notes(). A file named outright with another ending is read by lines. The topic of a
// record is its file's name: below a given folder the path from there, else the last part; where
// two files of a run would have one name, the later has its whole path, or a number behind it.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>

#include "daemon/file/input_bytes.h"
#include "daemon/file/record_cutter.h"
#include "daemon/io.h"

namespace newsfeed::file {

struct BatchBounds {
  uint32_t max_records = 0;
  uint32_t max_bytes = 0;
};

class FileSource : public RecordSource {
 public:
  // Finds the files of `inputs`; "-" is standard input. NotFound names an input that does not
  // exist. Where `stop` becomes true while it waits for input, the source ends with what it has
  // read.
  static absl::StatusOr<std::unique_ptr<FileSource>> Create(
      const std::vector<std::string>& inputs, const BatchBounds& bounds, uint64_t max_record_bytes,
      const std::atomic<bool>* stop = nullptr);

  absl::StatusOr<PollResult> Poll(Batch& batch) override;

  // Of the files that it reads; "-" is standard input.
  std::vector<std::string> paths() const;
  // Damaged files so far, each told once with the place.
  const std::vector<std::string>& damages() const { return damages_; }
  // What was passed over in folders.
  const std::vector<std::string>& notes() const { return notes_; }

  // For progress, from any thread: bytes of the files as they are stored, all and read so far.
  // Standard input counts as nothing.
  uint64_t total_bytes() const { return total_bytes_; }
  uint64_t consumed_bytes() const { return consumed_bytes_.load(std::memory_order_relaxed); }

 private:
  struct InputFile {
    std::string path;
    std::string topic;
    RecordLayout layout = RecordLayout::kLines;
  };

  FileSource(const BatchBounds& bounds, uint64_t max_record_bytes, const std::atomic<bool>* stop)
      : bounds_(bounds), max_record_bytes_(max_record_bytes), stop_(stop) {}

  absl::Status AddInput(const std::string& input);
  absl::Status AddFolder(const std::string& folder);
  void AddFile(std::string path, std::string topic, RecordLayout layout);
  absl::Status OpenNext();
  void CloseFile();
  std::string UniqueTopic(std::string name, const std::string& path);

  const BatchBounds bounds_;
  const uint64_t max_record_bytes_;
  const std::atomic<bool>* const stop_;
  absl::flat_hash_set<std::string> topics_;
  std::deque<InputFile> files_;  // deque: topics in batches are views of its strings
  size_t next_file_ = 0;
  std::unique_ptr<InputBytes> input_;
  std::unique_ptr<RecordCutter> cutter_;
  int64_t next_offset_ = 0;
  bool interrupted_ = false;
  std::vector<std::string> damages_;
  std::vector<std::string> notes_;
  uint64_t total_bytes_ = 0;
  uint64_t closed_bytes_ = 0;
  std::atomic<uint64_t> consumed_bytes_ = 0;
};

}  // namespace newsfeed::file
