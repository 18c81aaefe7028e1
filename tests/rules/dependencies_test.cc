// Who may include what: proto <- processors <- daemon, and libraries only where they belong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace newsfeed {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

struct Include {
  std::string file;  // path from the top
  std::string name;  // what is between the quotes or brackets
};

const std::vector<Include>& Includes() {
  static const auto& includes = *[] {
    auto* all = new std::vector<Include>();
    for (const char* top : {"processors", "daemon"}) {
      for (const auto& entry : fs::recursive_directory_iterator(fs::path(NEWSFEED_SOURCE_DIR) / top)) {
        const std::string extension = entry.path().extension();
        if (extension != ".cc" && extension != ".h") continue;
        std::ifstream in(entry.path());
        for (std::string line; std::getline(in, line);) {
          if (!line.starts_with("#include ")) continue;
          all->push_back({entry.path().lexically_relative(NEWSFEED_SOURCE_DIR),
                          line.substr(10, line.find_last_of(">\"") - 10)});
        }
      }
    }
    return all;
  }();
  return includes;
}

// "FILE includes NAME" for every include that `forbidden` says is one.
template <typename Predicate>
std::vector<std::string> Violations(Predicate forbidden) {
  std::vector<std::string> violations;
  for (const Include& include : Includes()) {
    if (forbidden(include)) violations.push_back(include.file + " includes " + include.name);
  }
  return violations;
}

TEST(Dependencies, TheTreeIsSeen) { EXPECT_GT(Includes().size(), 100); }

TEST(Dependencies, ProcessorsKnowNothingOfTheDaemon) {
  EXPECT_THAT(Violations([](const Include& i) {
                return i.file.starts_with("processors/") && i.name.starts_with("daemon/");
              }),
              IsEmpty());
}

TEST(Dependencies, LowerFoldersKnowNothingOfHigherOnes) {
  // text <- article <- {decode, cleanup, dedup, entities} <- pipeline
  EXPECT_THAT(Violations([](const Include& i) {
                if (!i.name.starts_with("processors/")) return false;
                if (i.file.starts_with("processors/text/")) {
                  return !i.name.starts_with("processors/text/");
                }
                if (i.file.starts_with("processors/article/")) {
                  return !i.name.starts_with("processors/text/") &&
                         !i.name.starts_with("processors/article/");
                }
                return i.name.starts_with("processors/pipeline/") &&
                       !i.file.starts_with("processors/pipeline/") &&
                       !i.file.starts_with("daemon/");
              }),
              IsEmpty());
}

TEST(Dependencies, ProcessorsAreSiblings) {
  EXPECT_THAT(Violations([](const Include& i) {
                for (std::string_view one : {"decode", "cleanup", "dedup", "entities"}) {
                  const std::string folder = "processors/" + std::string(one) + "/";
                  if (!i.file.starts_with(folder)) continue;
                  for (std::string_view other : {"decode", "cleanup", "dedup", "entities"}) {
                    if (other != one &&
                        i.name.starts_with("processors/" + std::string(other) + "/")) {
                      return true;
                    }
                  }
                }
                return false;
              }),
              IsEmpty());
}

TEST(Dependencies, ProcessorsDoNoInputOrOutputAndReadNoClock) {
  const auto forbidden = [](const Include& i) {
    if (!i.file.starts_with("processors/") || i.file.starts_with("processors/entities/training/")) {
      return false;
    }
    for (std::string_view name : {"fstream", "iostream", "thread", "chrono", "ctime", "cstdio",
                                  "filesystem", "sys/", "unistd.h", "fcntl.h", "spdlog"}) {
      if (i.name.starts_with(name)) return true;
    }
    return false;
  };
  EXPECT_THAT(Violations(forbidden), IsEmpty());
}

TEST(Dependencies, LibrariesStayWhereTheyBelong) {
  EXPECT_THAT(Violations([](const Include& i) {
                return i.name.starts_with("librdkafka/") &&
                       !i.file.starts_with("daemon/kafka/");
              }),
              IsEmpty());
  EXPECT_THAT(Violations([](const Include& i) {
                return i.name.starts_with("yaml-cpp") && i.file != "daemon/config_loader.cc";
              }),
              IsEmpty());
  EXPECT_THAT(Violations([](const Include& i) {
                if (i.name.starts_with("httplib") && i.file.starts_with("daemon/schema_registry/")) return false;
                return (i.name.starts_with("httplib") || i.name.starts_with("prometheus")) &&
                       !i.file.starts_with("daemon/admin/");
              }),
              IsEmpty());
  EXPECT_THAT(Violations([](const Include& i) {
                return i.name.starts_with("spdlog") && i.file != "daemon/log.cc";
              }),
              IsEmpty());
  EXPECT_THAT(Violations([](const Include& i) {
                return i.name.starts_with("CLI/") && !i.file.starts_with("daemon/cli/") &&
                       i.file != "daemon/main.cc";
              }),
              IsEmpty());
}

TEST(Dependencies, EveryFolderHasAReadme) {
  std::vector<std::string> without;
  for (const char* top : {"processors", "daemon", "proto", "config", "tests", "deploy"}) {
    const fs::path folder = fs::path(NEWSFEED_SOURCE_DIR) / top;
    if (!fs::exists(folder / "README.md")) without.push_back(top);
    for (const auto& entry : fs::directory_iterator(folder)) {
      const bool component = std::string_view(top) == "processors" || std::string_view(top) == "daemon";
      if (component && entry.is_directory() && !fs::exists(entry.path() / "README.md")) {
        without.push_back(entry.path().lexically_relative(NEWSFEED_SOURCE_DIR));
      }
    }
  }
  EXPECT_THAT(without, IsEmpty());
}

TEST(Dependencies, TheTopLevelHoldsNothingElse) {
  std::vector<std::string> others;
  for (const auto& entry : fs::directory_iterator(NEWSFEED_SOURCE_DIR)) {
    const std::string name = entry.path().filename();
    const std::vector<std::string> known = {
        "CMakeLists.txt", "daemon", "proto", "processors", "config", "tests", "deploy",
        "README.md", "LICENSE", "CHANGELOG.md", "CMakePresets.json", "build"};
    if (!name.starts_with('.') && std::ranges::find(known, name) == known.end()) {
      others.push_back(name);
    }
  }
  EXPECT_THAT(others, IsEmpty());
}

}  // namespace
}  // namespace newsfeed
