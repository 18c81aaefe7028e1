// newsfeedd dead-letters list|show|replay: what could not be published.
#include <absl/time/time.h>
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

#include "daemon/cli/command.h"
#include "daemon/cli/kafka_command.h"
#include "daemon/tools/dead_letters.h"
#include "daemon/tools/json_line.h"
#include "daemon/tools/record_json.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd dead-letters list -c newsfeed.yaml --reason INVALID_JSON --last 20
  newsfeedd dead-letters show -c newsfeed.yaml --partition 3 --offset 17
  newsfeedd dead-letters replay -c newsfeed.yaml --stage cleanup --dry-run

Each is replayed once, however often the command is run; what dies again is a new dead letter. What
has a copy that was promoted instead is left.)";

struct Arguments {
  std::string config;
  tools::DeadLetterFilter filter;
  int32_t partition = -1;
  int64_t offset = -1;
  bool dry_run = false;
  bool json = false;
};

tools::DeadLetterFilter FilterOf(const Arguments& arguments) {
  tools::DeadLetterFilter filter = arguments.filter;
  if (arguments.partition >= 0) filter.partition = arguments.partition;
  if (arguments.offset >= 0) filter.offset = arguments.offset;
  return filter;
}

void AddFilter(CLI::App& app, Arguments& arguments) {
  AddConfigOption(app, arguments.config);
  app.add_option("--reason", arguments.filter.reason, "only those of this reason (WRONG_TYPE)");
  app.add_option("--stage", arguments.filter.stage, "only those of this processor (decode)");
  CLI::Option* partition = app.add_option("--partition", arguments.partition,
                                          "only those of this partition of the dead-letter topic")
                               ->check(CLI::NonNegativeNumber);
  app.add_option("--offset", arguments.offset, "only the one at this offset of the partition")
      ->needs(partition)
      ->check(CLI::NonNegativeNumber);
  app.add_option("--last", arguments.filter.last, "only the newest N")->check(CLI::PositiveNumber);
}

std::string SourceText(const tools::DeadLetter& letter) {
  return letter.source ? tools::CleanText(tools::ToString(*letter.source)) : "?";
}

void PrintLine(const tools::DeadLetter& letter) {
  Print("{}:{}  {}  {}  {}  {}  {}{}{}\n", letter.place.partition, letter.place.offset,
        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMillis(letter.timestamp_ms),
                         absl::UTCTimeZone()),
        letter.reason, letter.stage, SourceText(letter), letter.detail,
        letter.stub ? "  [stub]" : "", letter.replayed ? "  [replayed]" : "");
}

absl::StatusOr<ExitCode> List(Cluster& cluster, const Arguments& arguments) {
  const auto list = tools::ListDeadLetters(*cluster.reader, cluster.config, FilterOf(arguments),
                                           absl::ZeroDuration());
  if (!list.ok()) return list.status();
  for (const tools::DeadLetter& letter : list->letters) {
    if (arguments.json) {
      Print("{}\n", tools::JsonOf(letter));
    } else {
      PrintLine(letter);
    }
  }
  TellOpenTransactions(list->open_transactions);
  return kExitOk;
}

void PrintRecord(const kafka::PolledRecord& record) {
  if (record.key.data() != nullptr) Print("  key: {}\n", tools::CleanText(record.key));
  for (const Header& header : record.headers) {
    Print("  {}: {}\n", tools::CleanText(header.name),
               header.value.data() == nullptr ? "(null)" : tools::CleanText(header.value, 4096));
  }
  if (record.value.data() == nullptr) {
    Print("  (no value)\n");
    return;
  }
  Print("  value, {} bytes:\n{}\n\n", record.value.size(), tools::CleanText(record.value, 1 << 20));
}

std::string NothingThere(const std::string& topic, const Arguments& arguments) {
  if (arguments.offset < 0) return fmt::format("{}: there is no such dead letter", topic);
  return fmt::format("{}: there is no such dead letter at {}:{}", topic, arguments.partition,
                     arguments.offset);
}

absl::StatusOr<ExitCode> Show(Cluster& cluster, const Arguments& arguments) {
  const auto list = tools::ListDeadLetters(*cluster.reader, cluster.config, FilterOf(arguments),
                                           absl::ZeroDuration());
  if (!list.ok()) return list.status();
  for (const tools::DeadLetter& letter : list->letters) {
    if (!arguments.json) PrintLine(letter);
    const absl::Status status = cluster.reader->ReadOne(
        {{cluster.config.outputs().dead_letter(), letter.place.partition}, letter.place.offset},
        [&](const kafka::PolledRecord& record) {
          if (arguments.json) {
            Print("{}\n", tools::ToRawJson(record));
          } else {
            PrintRecord(record);
          }
          return true;
        });
    if (!status.ok()) return status;
  }
  TellOpenTransactions(list->open_transactions);
  if (!list->letters.empty()) return kExitOk;
  return absl::NotFoundError(NothingThere(cluster.config.outputs().dead_letter(), arguments));
}

absl::StatusOr<ExitCode> Replay(Cluster& cluster, const Arguments& arguments) {
  const auto report = tools::ReplayDeadLetters(*cluster.factory, *cluster.reader, cluster.config,
                                               FilterOf(arguments), arguments.dry_run);
  if (!report.ok()) return report.status();
  for (const std::string& line : report->left) Print("left: {}\n", line);
  Print("{}{} replayed, {} replayed before, {} left\n", arguments.dry_run ? "would be: " : "",
        report->replayed, report->already, report->left.size());
  return report->left.empty() ? kExitOk : kExitFailed;
}

}  // namespace

void AddDeadLetters(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  app.require_subcommand(1);
  app.footer(kExample);
  const auto add = [&](const char* name, const char* summary,
                       absl::StatusOr<ExitCode> (*work)(Cluster&, const Arguments&)) {
    CLI::App* command = app.add_subcommand(name, summary);
    AddFilter(*command, *arguments);
    command->callback([arguments, work, &exit_code] {
      exit_code =
          RunOn(arguments->config, [&](Cluster& cluster) { return work(cluster, *arguments); });
    });
    return command;
  };
  CLI::App* list = add("list", "one line each", &List);
  list->add_flag("--json", arguments->json, "lines of JSON");
  list->add_flag("--unreplayed", arguments->filter.unreplayed_only,
                 "only those that were not replayed");
  CLI::App* show = add("show", "with all headers and the value", &Show);
  show->add_flag("--json", arguments->json, "lines of JSON, the value in base64");
  CLI::App* replay = add("replay", "send them back to where they came from, each once", &Replay);
  replay->add_flag("--dry-run", arguments->dry_run, "only say how many");
}

}  // namespace newsfeed::cli
