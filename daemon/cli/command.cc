#include "daemon/cli/command.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "daemon/config_loader.h"
#include "processors/pipeline/pipeline.h"

namespace newsfeed::cli {
namespace {

constexpr std::array kTable = std::to_array<Command>({
    {"run", "the daemon: consume, enrich and publish on Kafka", &AddRun},
    {"process", "run the whole pipeline over files, folders or standard input", &AddProcess},
    {"produce", "send records of files to an input topic", &AddProduce},
    {"validate", "check configuration files and the data they name", &AddValidate},
    {"test", "run your own cases, input and what must become of it, through the configured chain",
     &AddTest},
    {"decode", "print published messages of files or a topic as JSON lines", &AddDecode},
    {"topics", "make, check and describe the topics of an application", &AddTopics},
    {"audit", "prove from the topics alone that each record has one outcome", &AddAudit},
    {"dead-letters", "list, show and replay what could not be published", &AddDeadLetters},
    {"duplicates", "list copies, and publish one where its original was not", &AddDuplicates},
    {"index", "show and verify the changelog of the judge's index", &AddIndex},
    {"why", "show what an article was judged on", &AddWhy},
    {"explain", "show what cleanup keeps and removes, with the rule beside each line", &AddExplain},
    {"boilerplate", "learn which lines repeat across the stories of a source", &AddBoilerplate},
});

}  // namespace

std::span<const Command> CommandTable() { return kTable; }

int Fail(const absl::Status& status, ExitCode code) {
  fmt::print(stderr, "newsfeedd: {}\n", std::string(status.message()));
  return code;
}

namespace {

int print_errno = 0;  // of the first write to standard output that failed

}  // namespace

void PrintText(std::string_view text) {
  if (print_errno != 0) return;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) print_errno = errno;
}

int PrintedOr(int code) {
  if (print_errno == 0 && std::fflush(stdout) != 0) print_errno = errno;
  if (print_errno == 0 && std::ferror(stdout) == 0) return code;
  return Fail(absl::UnknownError(fmt::format("standard output: {}", std::strerror(print_errno))),
              kExitIo);
}

absl::StatusOr<config::v1::Config> ConfigFrom(const std::string& path) {
  if (path.empty()) return config::v1::Config();
  return LoadConfig(path);
}

absl::Status CheckProcessors(const std::string& path, const config::v1::Config& config,
                             const LoadedData& data) {
  for (Stage stage : {Stage::kPrepare, Stage::kJudge, Stage::kEnrich}) {
    auto pipeline = Pipeline::Create(config, data.shared, stage, [] { return int64_t{0}; });
    if (!pipeline.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("{}: {}", path, std::string(pipeline.status().message())));
    }
  }
  return absl::OkStatus();
}

}  // namespace newsfeed::cli
