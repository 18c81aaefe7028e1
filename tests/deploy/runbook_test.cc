// Commands that people are told to type at three in the morning exist, with every option they are told to give.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
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
using ::testing::IsSupersetOf;

// A command line of newsfeedd, cut at blanks.
using CommandLine = std::vector<std::string>;

// Those in code, be it a block or within a line.
std::set<CommandLine> CommandsOf(const std::string& document) {
  static const std::regex kInBlock("^newsfeedd ([^`#]+)");
  static const std::regex kWithinLine("`newsfeedd ([^`#]+)");
  std::set<CommandLine> commands;
  std::istringstream text(ReadWholeFile(std::string(NEWSFEED_SOURCE_DIR) + "/" + document));
  bool in_block = false;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("```")) in_block = !in_block;
    const std::regex& command = in_block ? kInBlock : kWithinLine;
    for (std::sregex_iterator match(line.begin(), line.end(), command), end; match != end; ++match) {
      std::istringstream words((*match)[1]);
      commands.insert({std::istream_iterator<std::string>(words), {}});
    }
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

// All of the tree, as they are named from its top.
std::vector<std::string> Documents() {
  namespace fs = std::filesystem;
  const fs::path top(NEWSFEED_SOURCE_DIR);
  std::vector<std::string> documents{"README.md"};
  for (const char* folder : {"config", "daemon", "deploy", "processors", "proto", "tests"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(top / folder)) {
      if (entry.path().extension() == ".md") documents.push_back(fs::relative(entry.path(), top).string());
    }
  }
  std::ranges::sort(documents);
  return documents;
}

TEST(Documents, CommandsExist) {
  std::set<std::string> with_commands;
  for (const std::string& document : Documents()) {
    SCOPED_TRACE(document);
    for (const CommandLine& command : CommandsOf(document)) {
      Check(command);
      with_commands.insert(document);
    }
  }
  EXPECT_THAT(with_commands, IsSupersetOf({"README.md", "deploy/RUNBOOK.md", "deploy/SECURITY.md"}));
}

}  // namespace
}  // namespace newsfeed
