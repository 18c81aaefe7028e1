// newsfeedd test: a user's own cases, run through the configured chain.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/file/case_run.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd test cases.yaml
  newsfeedd test -c newsfeed.yaml cases/*.yaml

  tests:
  - name: the second report is a copy of the first
    inputs:
    - record: '{"id": "a", "title": "Bridge opens", "body": "The bridge was opened ..."}'
    - file: page.html
    records:
    - {outcome: enriched, language: en, entities: [{name: Paris, type: LOCATION}]}
    - {outcome: duplicate, canonical_id: a}

All keys: proto/newsfeed/config/v1/cases.proto, newsfeedd(5). Exit codes: 0 all passed, 1 some
failed, 65 a damaged input, 66 a file that does not exist, 78 the configuration or the cases are
wrong.)";

struct Arguments {
  std::vector<std::string> files;
  std::string config;
  std::string data_dir;
};

struct Counts {
  size_t passed = 0;
  size_t failed = 0;
  size_t damaged = 0;
};

int FailWith(const absl::Status& status, ExitCode code) {
  return Fail(status, absl::IsNotFound(status) ? kExitNoInput : code);
}

void Tell(const std::string& name, const file::CaseResult& result) {
  Print("{}  {} ({} records)\n", result.failures.empty() ? "passed" : "FAILED", name,
        result.records);
  for (const file::CaseFailure& failure : result.failures) {
    const bool of_record = !failure.record.empty();
    if (of_record) Print("  {}\n", failure.record);
    for (const std::string& difference : failure.differences) {
      Print("{}{}\n", of_record ? "    " : "  ", difference);
    }
  }
  for (const std::string& damage : result.damages) fmt::print(stderr, "newsfeedd: {}\n", damage);
}

// The exit code of what ended it, or 0.
int RunFile(const Arguments& arguments, const std::string& path, Counts& counts) {
  const auto cases = file::LoadCaseFile(path);
  if (!cases.ok()) return FailWith(cases.status(), kExitConfig);
  const std::string config_path = !arguments.config.empty() ? arguments.config
                                  : cases->has_config() ? file::PathBeside(path, cases->config())
                                                        : "";
  const auto config = ConfigFrom(config_path);
  if (!config.ok()) return Fail(config.status(), kExitConfig);
  const auto folder = FindDataFolder(arguments.data_dir);
  if (!folder.ok()) return Fail(folder.status(), kExitConfig);
  const auto data = LoadData(*config, *folder);
  if (!data.ok()) return Fail(data.status(), kExitConfig);
  if (absl::Status status = CheckProcessors(config_path, *config, *data); !status.ok()) {
    return Fail(status, kExitConfig);
  }
  for (const config::v1::Case& test : cases->tests()) {
    const auto result = file::RunCase(test, path, *config, *data);
    if (!result.ok()) return FailWith(result.status(), kExitIo);
    Tell(test.name(), *result);
    ++(result->failures.empty() ? counts.passed : counts.failed);
    counts.damaged += result->damages.size();
  }
  return kExitOk;
}

int Test(const Arguments& arguments) {
  Counts counts;
  for (const std::string& path : arguments.files) {
    if (const int code = RunFile(arguments, path, counts); code != kExitOk) return code;
  }
  Print("{} passed, {} failed\n", counts.passed, counts.failed);
  if (counts.failed > 0) return PrintedOr(kExitFailed);
  return PrintedOr(counts.damaged > 0 ? kExitDamaged : kExitOk);
}

}  // namespace

void AddTest(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  app.add_option("FILE", arguments->files, "files of cases")->required();
  app.add_option(
      "-c,--config", arguments->config,
      "configuration file; default: the one that a file of cases names, else all defaults");
  app.add_option("--data-dir", arguments->data_dir,
                 "folder of rules and gazetteers; default: found beside the program");
  app.footer(kExample);
  app.callback([arguments, &exit_code] { exit_code = Test(*arguments); });
}

}  // namespace newsfeed::cli
