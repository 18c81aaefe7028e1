// newsfeedd process: the whole pipeline on files.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/file_inputs.h"
#include "daemon/cli/progress.h"
#include "daemon/config_loader.h"
#include "daemon/data_folder.h"
#include "daemon/file/file_sink.h"
#include "daemon/file/process_job.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd process config/samples/
  newsfeedd process --output-dir out news.ndjson.gz page.html
  zcat news.ndjson.gz | newsfeedd process --threads 4 -

Enriched articles go to standard output as JSON lines and a summary to standard error; with
--output-dir each outcome has a file of its own, beside summary.json.)";

struct Arguments {
  std::vector<std::string> inputs;
  std::string config;
  std::string data_dir;
  std::string output_dir;
  std::string format = "json";
  size_t threads = 0;
  bool steps = false;
  bool quiet = false;
};

std::atomic<bool> interrupted = false;

// Ctrl-C: finish what has been read. A second one ends the process as ever.
void StopOnInterrupt() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
}

// All that a run needs, made before the first record is read.
struct Job {
  config::v1::Config config;
  LoadedData data;
  std::unique_ptr<file::FileSource> source;
  std::unique_ptr<file::FileSink> sink;
};

file::OutputFormat FormatOf(const Arguments& arguments) {
  return arguments.format == "protobuf" ? file::OutputFormat::kProtobuf
                                        : file::OutputFormat::kJsonLines;
}

std::string SummaryPath(const std::string& folder) { return folder + "/summary.json"; }

// Device and number; nothing where there is no such file.
std::optional<std::pair<dev_t, ino_t>> FileOf(const std::string& path) {
  struct stat status{};
  const int failed = path == "-" ? fstat(STDIN_FILENO, &status) : stat(path.c_str(), &status);
  if (failed != 0) return std::nullopt;
  return std::pair(status.st_dev, status.st_ino);
}

// Outputs are emptied before inputs are read. By whichever name or link: the same file.
absl::Status CheckOutputsAreNoInputs(const std::vector<std::string>& inputs,
                                     const std::vector<std::string>& outputs) {
  std::map<std::pair<dev_t, ino_t>, std::string> there;
  for (const std::string& output : outputs) {
    if (const auto file = FileOf(output)) there.emplace(*file, output);
  }
  for (const std::string& input : inputs) {
    const auto file = FileOf(input);
    if (!file || !there.contains(*file)) continue;
    return absl::InvalidArgumentError(
        fmt::format("{}: is read and would be overwritten as {}: give another --output-dir", input,
                    there[*file]));
  }
  return absl::OkStatus();
}

// Nothing, or the exit code of the failure that was told.
std::optional<int> OpenFolder(const Arguments& arguments, Job& job) {
  const std::string summary = SummaryPath(arguments.output_dir);
  std::vector<std::string> outputs =
      file::FileSink::PathsIn(arguments.output_dir, FormatOf(arguments));
  outputs.push_back(summary);
  if (absl::Status status = CheckOutputsAreNoInputs(job.source->paths(), outputs); !status.ok()) {
    return Fail(status, kExitUsage);
  }
  auto sink = file::FileSink::CreateInFolder(arguments.output_dir, FormatOf(arguments));
  if (!sink.ok()) return Fail(sink.status(), kExitIo);
  job.sink = *std::move(sink);
  // Of an earlier run: beside outputs that were broken off it would lie.
  std::error_code none;
  std::filesystem::remove(summary, none);
  return std::nullopt;
}

// Nothing, or the exit code of the failure that was told.
std::optional<int> Prepare(const Arguments& arguments, Job& job) {
  auto config = ConfigFrom(arguments.config);
  if (!config.ok()) return Fail(config.status(), kExitConfig);
  job.config = *std::move(config);
  auto folder = FindDataFolder(arguments.data_dir);
  if (!folder.ok()) return Fail(folder.status(), kExitConfig);
  auto data = LoadData(job.config, *folder);
  if (!data.ok()) return Fail(data.status(), kExitConfig);
  // Before the outputs of an earlier run are overwritten.
  if (absl::Status status = CheckProcessors(arguments.config, job.config, *data); !status.ok()) {
    return Fail(status, kExitConfig);
  }
  job.data = *std::move(data);
  auto source = OpenInputs(arguments.inputs, job.config, &interrupted);
  if (!source.ok()) return Fail(source.status(), kExitNoInput);
  job.source = *std::move(source);
  if (arguments.output_dir.empty()) {
    job.sink = file::FileSink::CreateOnStream(stdout);
    return std::nullopt;
  }
  return OpenFolder(arguments, job);
}

double PerSecond(uint64_t records, double seconds) {
  return seconds > 0 ? static_cast<double>(records) / seconds : 0;
}

void PrintSummary(const file::ProcessResult& result, double seconds) {
  const OutcomeAccounting& accounting = result.accounting;
  fmt::print(stderr, "{:>14} {}\n", "read", accounting.read());
  for (const OutcomeEntry& entry : OutcomeTable()) {
    fmt::print(stderr, "{:>14} {}\n", entry.title, accounting.count(entry.outcome));
  }
  fmt::print(stderr, "{:>14} {:.2f}\n{:>14} {:.0f}\n", "seconds", seconds, "articles/s",
             PerSecond(accounting.read(), seconds));
}

// Each step's share of the time that all steps took, over all threads.
void PrintSteps(const file::ProcessResult& result) {
  int64_t total = result.encode_nanoseconds;
  for (const StepStats& step : result.steps) total += step.nanoseconds;
  const auto row = [&](std::string_view name, uint64_t articles, int64_t nanoseconds) {
    const double microseconds = static_cast<double>(nanoseconds) / 1000;
    fmt::print(stderr, "{:>14} {:8} articles {:9.1f} us each {:5.1f} %\n", name, articles,
               articles > 0 ? microseconds / static_cast<double>(articles) : 0,
               total > 0 ? 100.0 * static_cast<double>(nanoseconds) / static_cast<double>(total)
                         : 0);
  };
  for (const StepStats& step : result.steps) row(step.name, step.in, step.nanoseconds);
  row("encode", result.accounting.read(), result.encode_nanoseconds);
}

absl::Status WriteSummary(const std::string& folder, const file::ProcessResult& result,
                          double seconds) {
  const std::string path = SummaryPath(folder);
  std::ofstream out(path);
  out << fmt::format("{{\"read\":{}", result.accounting.read());
  for (const OutcomeEntry& entry : OutcomeTable()) {
    out << fmt::format(",\"{}\":{}", entry.name, result.accounting.count(entry.outcome));
  }
  out << fmt::format(",\"seconds\":{:.3f},\"articles_per_second\":{:.1f}}}\n", seconds,
                     PerSecond(result.accounting.read(), seconds));
  out.close();
  return out ? absl::OkStatus() : absl::UnknownError(path + ": cannot be written");
}

int Process(const Arguments& arguments) {
  if (arguments.format == "protobuf" && arguments.output_dir.empty()) {
    return Fail(absl::InvalidArgumentError("--format protobuf needs --output-dir"), kExitUsage);
  }
  Job job;
  if (auto failed = Prepare(arguments, job)) return *failed;
  StopOnInterrupt();
  Progress progress;
  file::ProcessOptions options{.config = &job.config, .data = &job.data};
  options.format = FormatOf(arguments);
  options.threads = arguments.threads > 0
                        ? arguments.threads
                        : std::max<size_t>(1, std::thread::hardware_concurrency());
  if (!arguments.quiet && isatty(STDOUT_FILENO) == 0) {
    options.progress = [&](const OutcomeAccounting& accounting) {
      progress.Show(accounting.done(), job.source->consumed_bytes(), job.source->total_bytes());
    };
  }
  const auto start = std::chrono::steady_clock::now();
  file::ProcessResult result;
  absl::Status status = RunProcessJob(options, *job.source, *job.sink, interrupted, result);
  if (const absl::Status closed = job.sink->Close(); status.ok()) status = closed;
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  progress.End();
  if (!arguments.output_dir.empty() && status.ok()) {
    status = WriteSummary(arguments.output_dir, result, seconds);
  }
  const int code = TellInputs(*job.source, kExitOk);
  if (!arguments.quiet) PrintSummary(result, seconds);
  if (arguments.steps) PrintSteps(result);
  if (!status.ok()) return Fail(status, kExitIo);
  if (interrupted) {
    fmt::print(stderr, "newsfeedd: interrupted; what had been read is through\n");
    return kExitInterrupted;
  }
  if (result.accounting.in_flight() != 0) {
    return Fail(absl::InternalError("outcomes do not add up to the records read"), kExitFatal);
  }
  return code;
}

}  // namespace

void AddProcess(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  app.add_option("INPUT", arguments->inputs,
                 "files (.ndjson .jsonl .json .txt .html, each also .gz), folders, or - for "
                 "standard input")
      ->required();
  app.add_option("-c,--config", arguments->config, "configuration file; default: all defaults");
  app.add_option("-o,--output-dir", arguments->output_dir,
                 "folder for the outcomes and summary.json");
  app.add_option("-f,--format", arguments->format,
                 "of enriched articles and duplicates in the folder: json or protobuf")
      ->check(CLI::IsMember({"json", "protobuf"}))
      ->capture_default_str();
  app.add_option("-t,--threads", arguments->threads,
                 "threads; the result does not depend on it; default: one a core")
      ->check(CLI::Range(1, 1024));
  app.add_option("--data-dir", arguments->data_dir,
                 "folder of rules and gazetteers; default: found beside the program");
  app.add_flag("--steps", arguments->steps, "print each step's share of the time");
  app.add_flag("-q,--quiet", arguments->quiet, "no progress and no summary on the screen");
  app.footer(kExample);
  app.callback([arguments, &exit_code] { exit_code = Process(*arguments); });
}

}  // namespace newsfeed::cli
