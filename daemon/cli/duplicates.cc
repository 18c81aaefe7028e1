// newsfeedd duplicates list|promote: copies and their originals.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/kafka_command.h"
#include "daemon/tools/duplicates.h"
#include "daemon/tools/json_line.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd duplicates list -c newsfeed.yaml --twinless     copies without a published original
  newsfeedd duplicates promote -c newsfeed.yaml --twinless  publishes one copy of each such original
  newsfeedd duplicates promote -c newsfeed.yaml 3:17        publishes that of partition 3, offset 17

Each is promoted once, however often the command is run, and only where the dead letter of its
original is there, no other copy was promoted and the original is not on its way again.)";

struct Arguments {
  std::string config;
  std::string place;
  bool twinless = false;
  bool json = false;
  bool dry_run = false;
};

void PrintLine(const tools::DuplicateLine& line) {
  Print("{}:{}  {}  copy of {} ({})  {:.0f} % {}  original: {}{}\n", line.place.partition,
        line.place.offset, tools::CleanText(line.id), tools::CleanText(line.canonical_id),
        tools::CleanText(tools::ToString(line.canonical)), 100 * line.similarity,
        tools::CleanText(line.rule), tools::TwinStateName(line.twin),
        line.promoted ? "  [promoted]" : "");
}

void PrintJson(const tools::DuplicateLine& line) {
  tools::JsonLine json;
  json.Add("partition", line.place.partition)
      .Add("offset", line.place.offset)
      .Add("id", tools::CleanText(line.id));
  json.Add("source", tools::CleanText(tools::ToString(line.source)))
      .Add("canonicalId", line.canonical_id);
  json.Add("canonicalOrigin", tools::CleanText(tools::ToString(line.canonical)));
  json.Add("similarity", line.similarity).Add("rule", line.rule);
  json.Add("twin", tools::TwinStateName(line.twin)).Add("promoted", line.promoted);
  Print("{}\n", std::move(json).Take());
}

void TellNotes(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) fmt::print(stderr, "newsfeedd: note: {}\n", note);
}

absl::StatusOr<ExitCode> List(Cluster& cluster, const Arguments& arguments) {
  const auto list =
      tools::ListDuplicates(*cluster.reader, cluster.config, {.twinless_only = arguments.twinless});
  if (!list.ok()) return list.status();
  for (const tools::DuplicateLine& line : list->lines) {
    arguments.json ? PrintJson(line) : PrintLine(line);
  }
  TellOpenTransactions(list->open_transactions);
  TellNotes(list->notes);
  return kExitOk;
}

absl::StatusOr<ExitCode> Promote(Cluster& cluster, const Arguments& arguments,
                                 std::optional<tools::Place> place) {
  const auto report = tools::PromoteDuplicates(*cluster.factory, *cluster.reader, cluster.config,
                                               place, arguments.dry_run);
  if (!report.ok()) return report.status();
  for (const std::string& line : report->promoted) {
    Print("{}: {}\n", arguments.dry_run ? "would be promoted" : "promoted", line);
  }
  for (const std::string& line : report->left) Print("left: {}\n", line);
  TellNotes(report->notes);
  if (report->promoted.empty() && report->left.empty()) Print("nothing to promote\n");
  return report->left.empty() ? kExitOk : kExitFailed;
}

// Before anything is connected: wrong arguments are told at once.
int RunPromote(const Arguments& arguments) {
  const std::optional<tools::Place> place = tools::ParsePlace(arguments.place);
  if (!arguments.place.empty() && !place) {
    return Fail(absl::InvalidArgumentError(
                    fmt::format("duplicates promote: {}: a place is PARTITION:OFFSET, as 3:17",
                                tools::CleanText(arguments.place))),
                kExitUsage);
  }
  if (place.has_value() == arguments.twinless) {
    return Fail(absl::InvalidArgumentError(
                    "duplicates promote: give either a place, PARTITION:OFFSET, or --twinless"),
                kExitUsage);
  }
  return RunOn(arguments.config,
               [&](Cluster& cluster) { return Promote(cluster, arguments, place); });
}

}  // namespace

void AddDuplicates(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  app.require_subcommand(1);
  app.footer(kExample);

  CLI::App* list =
      app.add_subcommand("list", "one line each: what it repeats, and whether that was published");
  AddConfigOption(*list, arguments->config);
  list->add_flag("--twinless", arguments->twinless,
                 "only those whose original was published nowhere");
  list->add_flag("--json", arguments->json, "lines of JSON");
  list->callback([arguments, &exit_code] {
    exit_code =
        RunOn(arguments->config, [&](Cluster& cluster) { return List(cluster, *arguments); });
  });

  CLI::App* promote = app.add_subcommand("promote", "publish a copy whose original was not");
  AddConfigOption(*promote, arguments->config);
  promote->add_option("PLACE", arguments->place,
                      "place in the topic of duplicates, PARTITION:OFFSET");
  promote->add_flag("--twinless", arguments->twinless,
                    "one copy of each original that was published nowhere");
  promote->add_flag("--dry-run", arguments->dry_run, "only say which");
  promote->callback([arguments, &exit_code] {
    exit_code = RunPromote(*arguments);
  });
}

}  // namespace newsfeed::cli
