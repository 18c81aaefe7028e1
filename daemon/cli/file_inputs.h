// The records of files, folders and standard input, for sub-commands that read them.
//
//   auto source = OpenInputs(arguments.inputs, config);
//   absl::Status status = ForEachBatch(**source, [&](Batch& batch) { return Work(batch); });
//   return TellInputs(**source, kExitOk);
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "daemon/file/file_source.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::cli {

// In batches as `config` bounds them, until `stop`. NotFound: an input does not exist,
// kExitNoInput.
absl::StatusOr<std::unique_ptr<file::FileSource>> OpenInputs(
    const std::vector<std::string>& inputs, const config::v1::Config& config,
    const std::atomic<bool>* stop = nullptr);

// Hands all records to `work`, batch by batch in their order, until it fails or reading does.
absl::Status ForEachBatch(file::FileSource& source, absl::FunctionRef<absl::Status(Batch&)> work);

// Tells on standard error what was passed over and what is damaged, a line each. kExitDamaged if
// anything is, else `code`.
int TellInputs(const file::FileSource& source, int code);

}  // namespace newsfeed::cli
