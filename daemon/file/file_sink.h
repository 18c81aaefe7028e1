// Outcomes into files of a folder, or enriched articles alone to standard output.
//
//   articles.enriched.ndjson    articles.duplicates.ndjson      (.binpb as delimited Protobuf)
//   articles.dead-letter.ndjson articles.filtered.ndjson        (always JSON; empty ones too)
#pragma once

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "daemon/file/outcome_encoder.h"
#include "daemon/io.h"

namespace newsfeed::file {

class FileSink : public RecordSink {
 public:
  // The files that CreateInFolder makes.
  static std::vector<std::string> PathsIn(const std::string& folder, OutputFormat format);
  // Makes the folder and its files, old ones are overwritten. Unknown with the path on failure.
  static absl::StatusOr<std::unique_ptr<FileSink>> CreateInFolder(const std::string& folder,
                                                                  OutputFormat format);
  // Writes enriched articles to `stream`, which is not closed.
  static std::unique_ptr<FileSink> CreateOnStream(std::FILE* stream);

  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink() override;

  absl::Status Publish(const Batch& batch, const EncodedOutcomes& outcomes) override;

  // Writes out what is buffered and closes; to be called once at the end.
  absl::Status Close();

 private:
  FileSink() = default;

  struct Output {
    std::string path;
    std::FILE* stream = nullptr;  // null: this outcome is not written
    bool owned = false;
  };

  std::array<Output, kOutcomes> outputs_;
};

}  // namespace newsfeed::file
