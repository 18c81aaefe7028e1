#include "daemon/cli/file_inputs.h"

#include <fmt/format.h>

#include "daemon/cli/command.h"

namespace newsfeed::cli {

absl::StatusOr<std::unique_ptr<file::FileSource>> OpenInputs(const std::vector<std::string>& inputs,
                                                             const config::v1::Config& config,
                                                             const std::atomic<bool>* stop) {
  return file::FileSource::Create(inputs,
                                  {config.batch().max_records(), config.batch().max_bytes()},
                                  config.limits().max_record_bytes(), stop);
}

absl::Status ForEachBatch(file::FileSource& source, absl::FunctionRef<absl::Status(Batch&)> work) {
  Batch batch;
  for (;;) {
    auto polled = source.Poll(batch);
    if (!polled.ok()) return polled.status();
    if (absl::Status status = work(batch); !status.ok()) return status;
    batch.Clear();
    if (*polled == PollResult::kEnd) return absl::OkStatus();
  }
}

int TellInputs(const file::FileSource& source, int code) {
  for (const std::string& note : source.notes()) fmt::print(stderr, "newsfeedd: {}\n", note);
  for (const std::string& damage : source.damages()) fmt::print(stderr, "newsfeedd: {}\n", damage);
  return source.damages().empty() ? code : kExitDamaged;
}

}  // namespace newsfeed::cli
