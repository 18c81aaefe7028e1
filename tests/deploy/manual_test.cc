// What is made from the commands: manual pages that say all, completion that offers what there is.
#include <absl/strings/str_replace.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/manual.h"
#include "tests/testing/program.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Made(std::vector<std::string> arguments) {
  const testing::ProgramResult run = testing::RunProgram(arguments);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return run.out;
}

TEST(Manual, EachCommandIsThere) {
  const std::string page = Made({NEWSFEED_MANUAL, "man"});
  for (const cli::Command& command : cli::CommandTable()) {
    const std::string name = absl::StrReplaceAll(std::string(command.name), {{"-", "\\-"}});
    EXPECT_THAT(page, HasSubstr(".SS " + name + "\n"));
  }
  EXPECT_THAT(page, HasSubstr(".SS topics create\n"));
  EXPECT_THAT(page, HasSubstr(".B \\-\\-roles TEXT\n"));
  EXPECT_THAT(page, HasSubstr(".B \\-c, \\-\\-config TEXT\n"));
}

// A line that begins with a dot and is no request would vanish from the page.
TEST(Manual, NoTextIsTakenForARequest) {
  for (const std::string& page : {Made({NEWSFEED_MANUAL, "man"}), Made({NEWSFEED_CONFIG_REFERENCE, NEWSFEED_DESCRIPTOR_SET, "man"})}) {
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with('.')) continue;
      EXPECT_THAT(line.substr(1, line.find(' ') - 1),
                  ::testing::AnyOf("TH", "SH", "SS", "TP", "PP", "B", "BR", "I", "br", "nf", "fi"))
          << line;
    }
  }
}

TEST(Manual, TheConfigurationAndTheCasesAreThere) {
  const std::string page = Made({NEWSFEED_CONFIG_REFERENCE, NEWSFEED_DESCRIPTOR_SET, "man"});
  EXPECT_THAT(page, HasSubstr(".SS dedup\n"));
  EXPECT_THAT(page, HasSubstr(".BR window_hours \" (whole number, "));
  EXPECT_THAT(page, HasSubstr(".SS tests[].records[]\n"));
}

// CLI11 of Debian 13 ends the program where the name of a positional has anything else; that of Debian 12 takes it.
void ExpectPlainNames(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      EXPECT_THAT(option->get_name(/*positional=*/true), ::testing::MatchesRegex("[A-Z_]+"));
    }
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) ExpectPlainNames(*command);
}

TEST(Commands, PositionalsHavePlainNames) {
  int exit_code = 0;
  ExpectPlainNames(*cli::MakeApp(exit_code));
}

// What bash offers for the last of `words`.
std::string Offered(const std::string& words) {
  const testing::TemporaryFolder folder;
  const std::string script = folder.Write("completion", Made({NEWSFEED_MANUAL, "bash"}));
  folder.Write("feed.ndjson", "");
  return Made({"/bin/bash", "-ec", "source '" + script + "'; cd '" + folder.path().string() + "'; COMP_WORDS=(newsfeedd " + words +
                                       "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _newsfeedd; echo \"${COMPREPLY[*]}\""});
}

TEST(Completion, OffersWhatMayFollow) {
  EXPECT_THAT(Offered("''"), HasSubstr("run process "));
  EXPECT_EQ(Offered("va"), "validate\n");
  EXPECT_EQ(Offered("topics ''"), "create check describe --help -h\n");
  EXPECT_EQ(Offered("topics cr"), "create\n");
  EXPECT_EQ(Offered("topics create --dry"), "--dry-run\n");
  EXPECT_EQ(Offered("run --ro"), "--roles\n");
}

TEST(Completion, OffersFilesWhereFilesAreWanted) {
  EXPECT_EQ(Offered("process fee"), "feed.ndjson\n");
  EXPECT_EQ(Offered("run -c fee"), "feed.ndjson\n");
  EXPECT_THAT(Offered("explain feed.ndjson --ht"), HasSubstr("--html"));
}

}  // namespace
}  // namespace newsfeed
