// newsfeedd audit: does each input record have exactly one outcome?
#include <fmt/format.h>

#include <memory>
#include <string>

#include "daemon/cli/command.h"
#include "daemon/cli/kafka_command.h"
#include "daemon/tools/audit.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Reads the topics alone, also while newsfeedd runs. Exit code 0: each record of the inputs has
exactly one outcome or is in flight, in the order of its partition; committed offsets fit what was
done; each verdict is in the index and where it was published; no duplicate stands alone. 1: not so,
and which, or an open transaction hides a part. All other codes: nothing is known.

Reads every topic, outputs and internal ones twice (--quick: once). Memory: 6 bytes for each offset
of the inputs, 40 for each duplicate; --verify-verdicts needs as much as the judge's index.

Examples:
  newsfeedd audit -c newsfeed.yaml --json | jq .totals
  newsfeedd audit -c newsfeed.yaml --verify-verdicts)";

struct Arguments {
  std::string config;
  bool json = false;
  bool topic_detail = false;
  bool quick = false;
  bool verify_verdicts = false;
};

absl::StatusOr<ExitCode> Audit(Cluster& cluster, const Arguments& arguments) {
  tools::AuditLedger ledger(tools::AuditTopicsOf(cluster.config));
  const auto report =
      tools::RunAudit(*cluster.reader, cluster.config, ledger,
                      {.hidden = !arguments.quick, .verify_verdicts = arguments.verify_verdicts});
  if (!report.ok()) return report.status();
  if (arguments.json) {
    Print("{}\n", tools::JsonOf(*report, arguments.topic_detail));
  } else {
    PrintText(tools::TextOf(*report, arguments.topic_detail));
  }
  return report->clean() ? kExitOk : kExitFailed;
}

}  // namespace

void AddAudit(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  AddConfigOption(app, arguments->config);
  app.add_flag("--json", arguments->json, "one line of JSON");
  app.add_flag("--topic-detail", arguments->topic_detail, "each partition as well");
  app.add_flag("--quick", arguments->quick, "does not look for records of aborted transactions");
  app.add_flag("--verify-verdicts", arguments->verify_verdicts,
               "gives each verdict of the index again; memory of a judge");
  app.footer(kExample);
  app.callback([arguments, &exit_code] {
    exit_code =
        RunOn(arguments->config, [&](Cluster& cluster) { return Audit(cluster, *arguments); });
  });
}

}  // namespace newsfeed::cli
