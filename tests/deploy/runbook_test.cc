// Commands that people are told to type at three in the morning exist, with every option they are told to give.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/testing/program.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using testing::ReadWholeFile;
using ::testing::AnyOf;
using ::testing::HasSubstr;

// A command line of newsfeedd, cut at blanks.
using CommandLine = std::vector<std::string>;

// Those in code, be it a block or within a line.
std::set<CommandLine> CommandsOf(const std::string& document) {
  static const std::regex kCommand("(?:^|\\n|`)newsfeedd ([^`\\n#]+)");
  std::set<CommandLine> commands;
  const std::string text = ReadWholeFile(std::string(NEWSFEED_SOURCE_DIR) + "/" + document);
  for (std::sregex_iterator match(text.begin(), text.end(), kCommand), end; match != end; ++match) {
    std::istringstream words((*match)[1]);
    commands.insert({std::istream_iterator<std::string>(words), {}});
  }
  return commands;
}

// Commands that take a second word.
bool HasSubcommand(const std::string& command) {
  return std::set<std::string>{"topics", "dead-letters", "duplicates", "index", "boilerplate"}.contains(command);
}

void Check(const CommandLine& line) {
  SCOPED_TRACE(::testing::PrintToString(line));
  if (line[0].starts_with("-")) {
    EXPECT_EQ(testing::RunProgram({NEWSFEEDD, line[0]}).exit_code, 0);
    return;
  }
  CommandLine command{NEWSFEEDD, line[0]};
  if (HasSubcommand(line[0]) && line.size() > 1) command.push_back(line[1]);
  std::string usage = "newsfeedd ";
  for (size_t i = 1; i < command.size(); ++i) usage += command[i] + " ";
  command.push_back("--help");
  const std::string help = testing::RunProgram(command).out;
  EXPECT_THAT(help, HasSubstr("Usage: " + usage));
  for (const std::string& word : line) {
    if (!word.starts_with("-")) continue;
    const std::string option = word.substr(0, word.find('='));
    EXPECT_THAT(help, AnyOf(HasSubstr(" " + option + " "), HasSubstr(" " + option + ","), HasSubstr("," + option + " ")));
  }
}

class Runbook : public ::testing::TestWithParam<const char*> {};

TEST_P(Runbook, CommandsExist) {
  const std::set<CommandLine> commands = CommandsOf(GetParam());
  EXPECT_FALSE(commands.empty());
  for (const CommandLine& command : commands) Check(command);
}

INSTANTIATE_TEST_SUITE_P(, Runbook, ::testing::Values("deploy/RUNBOOK.md", "deploy/SECURITY.md", "README.md"),
                         [](const auto& i) {
                           return std::regex_replace(std::string(i.param), std::regex("[^A-Za-z]"), "_");
                         });

}  // namespace
}  // namespace newsfeed
