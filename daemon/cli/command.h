// THE table of sub-commands, and what they have in common.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/format.h>

#include "daemon/data_folder.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::cli {

// Exit codes, as in sysexits.h where it has one.
enum ExitCode : int {
  kExitOk = 0,
  // What was asked about is not so: an audit violated, a check failed, records left.
  kExitFailed = 1,
  kExitUsage = 64,        // wrong arguments
  kExitDamaged = 65,      // a damaged input; what came before the damage is through
  kExitNoInput = 66,      // an input that does not exist
  kExitUnavailable = 69,  // no broker answers, or an open transaction is in the way
  kExitFatal = 70,        // a fault of ours
  kExitWatchdog = 71,     // a worker hangs
  kExitIo = 74,           // reading or writing failed, also where Kafka refuses it
  kExitConfig = 78,       // the configuration is wrong
  kExitInterrupted = 130  // stopped by Ctrl-C; what had been read is through
};

struct Command {
  std::string_view name;
  std::string_view summary;
  // Adds options to `app` and sets its callback, which stores the exit code in `exit_code`.
  void (*add)(CLI::App& app, int& exit_code);
};

std::span<const Command> CommandTable();

void AddRun(CLI::App& app, int& exit_code);
void AddProcess(CLI::App& app, int& exit_code);
void AddProduce(CLI::App& app, int& exit_code);
void AddValidate(CLI::App& app, int& exit_code);
void AddTest(CLI::App& app, int& exit_code);
void AddDecode(CLI::App& app, int& exit_code);
void AddTopics(CLI::App& app, int& exit_code);
void AddAudit(CLI::App& app, int& exit_code);
void AddDeadLetters(CLI::App& app, int& exit_code);
void AddDuplicates(CLI::App& app, int& exit_code);
void AddIndex(CLI::App& app, int& exit_code);
void AddWhy(CLI::App& app, int& exit_code);
void AddBoilerplate(CLI::App& app, int& exit_code);
void AddExplain(CLI::App& app, int& exit_code);

// Prints "newsfeedd: MESSAGE" to stderr and returns `code`.
int Fail(const absl::Status& status, ExitCode code);

// To standard output. Unlike fmt::print it does not throw where the disk is full: PrintedOr tells.
void PrintText(std::string_view text);
template <typename... T>
void Print(fmt::format_string<T...> format, T&&... arguments) {
  PrintText(fmt::format(format, std::forward<T>(arguments)...));
}
// At the end of a command: `code` if all that was printed could be written, else what Fail gives.
int PrintedOr(int code);

// The file, or the defaults if `path` is empty.
absl::StatusOr<config::v1::Config> ConfigFrom(const std::string& path);

// Makes every processor of the chain once; the message begins with `path`.
absl::Status CheckProcessors(const std::string& path, const config::v1::Config& config,
                             const LoadedData& data);

}  // namespace newsfeed::cli
