// newsfeedd index show|verify: the changelog of the judge's index.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "daemon/cli/command.h"
#include "daemon/cli/kafka_command.h"
#include "daemon/tools/index_changelog.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Both read ID-index to its end and restore the index as a judge that takes over does, also while
newsfeedd runs; they need the memory of a judge. `verify` gives each verdict again, from the entries
before it under the policy they name. Exit code 1: a verdict comes out otherwise, an entry does not
follow the one before, or an open transaction hides a part.

Examples:
  newsfeedd index show -c newsfeed.yaml
  newsfeedd index verify -c newsfeed.yaml --json | jq .different)";

struct Arguments {
  std::string config;
  bool json = false;
};

absl::StatusOr<ExitCode> Read(Cluster& cluster, const Arguments& arguments,
                              tools::IndexChangelog::Mode mode) {
  const auto report = tools::ReadIndexLog(*cluster.reader, cluster.config, mode);
  if (!report.ok()) return report.status();
  if (arguments.json) {
    Print("{}\n", tools::JsonOf(*report));
  } else {
    PrintText(tools::TextOf(*report));
  }
  TellOpenTransactions(report->open_transactions);
  return report->clean() && report->open_transactions.empty() ? kExitOk : kExitFailed;
}

void AddMode(CLI::App& command, const std::shared_ptr<Arguments>& arguments,
             tools::IndexChangelog::Mode mode, int& exit_code) {
  AddConfigOption(command, arguments->config);
  command.add_flag("--json", arguments->json, "one line of JSON");
  command.callback([arguments, mode, &exit_code] {
    exit_code =
        RunOn(arguments->config, [&](Cluster& cluster) { return Read(cluster, *arguments, mode); });
  });
}

}  // namespace

void AddIndex(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  app.require_subcommand(1);
  app.footer(kExample);
  AddMode(*app.add_subcommand("show", "print what the changelog holds and restores"), arguments,
          tools::IndexChangelog::Mode::kShow, exit_code);
  AddMode(
      *app.add_subcommand("verify", "prove that each verdict follows from the entries before it"),
      arguments, tools::IndexChangelog::Mode::kVerify, exit_code);
}

}  // namespace newsfeed::cli
