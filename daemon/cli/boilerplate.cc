// newsfeedd boilerplate learn: which lines repeat across the stories of each source.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/file_inputs.h"
#include "daemon/cli/kafka_command.h"
#include "daemon/tools/boilerplate.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd boilerplate learn -o config/cleanup/source_furniture.tsv news.ndjson.gz pages/
  newsfeedd boilerplate learn -c newsfeed.yaml --topic articles.raw -o source_furniture.tsv

The table is text: one line a row, to be read and edited. The daemon applies the one that
cleanup.source_furniture names, and reads it again on SIGHUP.)";

struct Arguments {
  std::vector<std::string> inputs;
  std::string config;
  std::string data_dir;
  std::string topic;
  int64_t last = 0;
  std::string output;
  cleanup::FurnitureLearner::Options options;
};

constexpr uint32_t kBatchRecords = 256;
constexpr uint32_t kBatchBytes = 4 << 20;

// Partition by partition: what is learned must not depend on how they are interleaved.
absl::Status LearnTopic(const Arguments& arguments, Cluster& cluster, tools::BoilerplateJob& job) {
  auto ranges = cluster.reader->RangesOf({arguments.topic});
  if (!ranges.ok()) return ranges.status();
  if (arguments.last > 0) {
    if (absl::Status status = cluster.reader->KeepLast(*ranges, arguments.last); !status.ok()) {
      return status;
    }
  }
  Batch batch;
  absl::Status learned;
  const auto learn = [&] {
    learned = job.Learn(batch);
    batch.Clear();
    return learned.ok();
  };
  for (const tools::ReadRange& range : *ranges) {
    std::vector<tools::ReadRange> one = {range};
    const absl::Status read =
        cluster.reader->Read(one, absl::ZeroDuration(), [&](const kafka::PolledRecord& record) {
          batch.Add({.id = {{arguments.topic}, {record.partition}, {record.offset}},
                     .timestamp_ms = record.timestamp_ms,
                     .key = record.key,
                     .value = record.value,
                     .headers = record.headers});
          return (batch.size() < kBatchRecords && batch.value_bytes() < kBatchBytes) || learn();
        });
    if (!read.ok()) return read;
    if (!learned.ok() || !learn()) return learned;
    TellOpenTransactions(tools::OpenTransactions(one));
  }
  return absl::OkStatus();
}

ExitCode Write(const Arguments& arguments, const tools::BoilerplateJob& job) {
  fmt::print(stderr, "{} records, {} stories of {} sources\n", job.records(), job.stories(),
             job.sources());
  if (job.without_source() > 0) {
    fmt::print(stderr,
               "{} stories tell no source: nothing was learned from them (decode.default_source)\n",
               job.without_source());
  }
  if (arguments.output.empty()) {
    PrintText(job.Table());
    return static_cast<ExitCode>(PrintedOr(kExitOk));
  }
  errno = 0;
  std::ofstream out(arguments.output, std::ios::binary);
  out << job.Table();
  out.close();
  if (out) return kExitOk;
  return static_cast<ExitCode>(Fail(
      absl::UnknownError(fmt::format("{}: {}", arguments.output, std::strerror(errno))), kExitIo));
}

int LearnFiles(const Arguments& arguments, const config::v1::Config& config,
               tools::BoilerplateJob& job) {
  auto source = OpenInputs(arguments.inputs, config);
  if (!source.ok()) return Fail(source.status(), kExitNoInput);
  const absl::Status status =
      ForEachBatch(**source, [&](Batch& batch) { return job.Learn(batch); });
  if (!status.ok()) return Fail(status, kExitIo);
  // Of a damaged file what came before the damage is learned.
  const ExitCode code = Write(arguments, job);
  return TellInputs(**source, code);
}

int Learn(const Arguments& arguments) {
  if (arguments.topic.empty() == arguments.inputs.empty()) {
    return Fail(absl::InvalidArgumentError(
                    "boilerplate learn: give either inputs or --topic with --config"),
                kExitUsage);
  }
  auto config = ConfigFrom(arguments.config);
  if (!config.ok()) return Fail(config.status(), kExitConfig);
  // What is learned shall not depend on what was learned before, and names are not needed.
  config->mutable_cleanup()->clear_source_furniture();
  config->mutable_pipeline()->clear_processors();
  for (const char* name : {"decode", "cleanup", "dedup"}) {
    config->mutable_pipeline()->add_processors(name);
  }
  auto folder = FindDataFolder(arguments.data_dir);
  if (!folder.ok()) return Fail(folder.status(), kExitConfig);
  auto data = LoadData(*config, *folder);
  if (!data.ok()) return Fail(data.status(), kExitConfig);
  auto job = tools::BoilerplateJob::Create(*config, data->shared, arguments.options);
  if (!job.ok()) return Fail(job.status(), kExitConfig);
  if (!arguments.topic.empty()) {
    return RunOn(arguments.config, [&](Cluster& cluster) -> absl::StatusOr<ExitCode> {
      if (absl::Status status = LearnTopic(arguments, cluster, **job); !status.ok()) return status;
      return Write(arguments, **job);
    });
  }
  return LearnFiles(arguments, *config, **job);
}

}  // namespace

void AddBoilerplate(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  app.require_subcommand(1);
  app.footer(kExample);
  CLI::App* learn =
      app.add_subcommand("learn", "count the lines that repeat across stories, write a table");
  learn->add_option("INPUT", arguments->inputs,
                    "files, folders, or - for standard input, as in process");
  CLI::Option* config = learn->add_option("-c,--config", arguments->config,
                                          "configuration file; default: all defaults");
  CLI::Option* topic =
      learn->add_option("--topic", arguments->topic, "a topic of raw articles, instead of files")
          ->needs(config);
  learn->add_option("--last", arguments->last, "only the last N messages of each partition")
      ->needs(topic)
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 40));
  learn->add_option("-o,--output", arguments->output,
                    "file for the table; default: standard output");
  learn
      ->add_option("--min-stories", arguments->options.min_stories,
                   "stories of a source a line must stand in")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  learn->add_option("--min-share", arguments->options.min_share_percent,
                    "share of the source's stories a line must stand in, in percent")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  learn->add_option("--data-dir", arguments->data_dir,
                    "folder of rules; default: found beside the program");
  learn->callback([arguments, &exit_code] { exit_code = Learn(*arguments); });
}

}  // namespace newsfeed::cli
