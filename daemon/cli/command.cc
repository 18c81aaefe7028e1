#include "daemon/cli/command.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "daemon/config_loader.h"

namespace newsfeed::cli {
namespace {

constexpr std::array kTable = std::to_array<Command>({
    {"process", "run the whole pipeline over files, folders or standard input", &AddProcess},
    {"validate", "check configuration files and the data they name", &AddValidate},
    {"decode", "print published Protobuf files as JSON lines", &AddDecode},
});

}  // namespace

std::span<const Command> CommandTable() { return kTable; }

int Fail(const absl::Status& status, ExitCode code) {
  fmt::print(stderr, "newsfeedd: {}\n", std::string(status.message()));
  return code;
}

absl::StatusOr<config::v1::Config> ConfigFrom(const std::string& path) {
  if (path.empty()) return config::v1::Config();
  return LoadConfig(path);
}

}  // namespace newsfeed::cli
