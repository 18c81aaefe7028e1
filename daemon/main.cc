// newsfeedd: raw articles in, enriched articles out. See README.md.
#include <CLI/CLI.hpp>

#include "daemon/cli/command.h"
#include "daemon/cli/manual.h"

int main(int argc, char** argv) {
  using namespace newsfeed;
  int exit_code = cli::kExitOk;
  const auto app = cli::MakeApp(exit_code);
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app->exit(error) == 0 ? cli::kExitOk : cli::kExitUsage;
  }
  return exit_code;
}
