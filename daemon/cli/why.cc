// newsfeedd why ID: what an article was judged on.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "daemon/cli/command.h"
#include "daemon/cli/kafka_command.h"
#include "daemon/tools/why.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Example:
  newsfeedd why -c newsfeed.yaml a1
  DUPLICATE at articles.duplicates:3:17
    original              b7  articles.raw:0:1042
    rule                  containment
    its text there        93 % (containment)
    ...
    words in common       402 of 431 here, 402 of 440 there

  Ferries run as planned, says     | Ferries run as planned, says
  the port [of Ostrel.]            | the port.)";

struct Arguments {
  std::string config;
  std::string id;
  bool json = false;
  size_t width = 56;
};

absl::StatusOr<ExitCode> Why(Cluster& cluster, const Arguments& arguments) {
  const auto found = tools::FindArticle(*cluster.reader, cluster.config, arguments.id);
  if (!found.ok()) return found.status();
  if (arguments.json) {
    Print("{}\n", tools::JsonOf(*found));
  } else {
    PrintText(tools::TextOf(*found, cluster.config, arguments.width));
  }
  TellOpenTransactions(found->open_transactions);
  return kExitOk;
}

}  // namespace

void AddWhy(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  AddConfigOption(app, arguments->config);
  app.add_option("ID", arguments->id, "the article's id")->required();
  app.add_flag("--json", arguments->json, "one line of JSON");
  app.add_option("--width", arguments->width, "of each text beside the other; 0: without the texts")
      ->check(CLI::Range(size_t{0}, size_t{1000}))
      ->capture_default_str();
  app.footer(kExample);
  app.callback([arguments, &exit_code] {
    exit_code =
        RunOn(arguments->config, [&](Cluster& cluster) { return Why(cluster, *arguments); });
  });
}

}  // namespace newsfeed::cli
