// newsfeedd: raw articles in, enriched articles out. See README.md.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

#include "daemon/cli/command.h"
#include "daemon/version.h"

int main(int argc, char** argv) {
  using namespace newsfeed;
  CLI::App app{"newsfeedd: raw article messages in, clean, judged and tagged articles out"};
  app.set_version_flag("--version", std::string(kVersion));
  app.require_subcommand(1);
  app.footer("\nnewsfeedd COMMAND --help shows the options of a command with examples.");
  int exit_code = cli::kExitOk;
  for (const cli::Command& command : cli::CommandTable()) {
    command.add(*app.add_subcommand(std::string(command.name), std::string(command.summary)),
                exit_code);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::kExitOk : cli::kExitUsage;
  }
  return exit_code;
}
