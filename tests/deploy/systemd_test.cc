// The units of deploy/systemd: what systemd's own checks say of them.
#include <absl/strings/str_replace.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/testing/program.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::TemporaryFolder;

constexpr char kAnalyze[] = "/usr/bin/systemd-analyze";

std::string Unit(const std::string& name) {
  return ReadWholeFile(NEWSFEED_SOURCE_DIR "/deploy/systemd/" + name);
}

// Units say where a package lays the program; here it is where it was built.
std::string WithBuiltProgram(const std::string& unit) {
  return absl::StrReplaceAll(unit, {{"/usr/bin/newsfeedd", NEWSFEEDD}});
}

class SystemdUnit : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kAnalyze)) GTEST_SKIP() << "no systemd-analyze: package systemd";
  }

  // systemd-analyze WHAT... on a copy of the unit.
  ProgramResult Analyze(std::vector<std::string> arguments, const std::string& unit) const {
    const TemporaryFolder folder;
    // A template is looked at as one of its instances.
    const std::string name = absl::StrReplaceAll(GetParam(), {{"@", "@one"}});
    arguments.insert(arguments.begin(), kAnalyze);
    arguments.push_back(folder.Write(name, WithBuiltProgram(unit)));
    return testing::RunProgram(arguments);
  }
};

TEST_P(SystemdUnit, IsUnderstood) {
  const ProgramResult run = Analyze({"verify", "--man=no"}, Unit(GetParam()));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.err, "");
}

// 0 is a service that can reach nothing, 10 one that may do all.
constexpr char kExposure[] = "--threshold=15";  // 1.5

TEST_P(SystemdUnit, IsSandboxed) {
  const ProgramResult run = Analyze({"security", "--offline=true", kExposure}, Unit(GetParam()));
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
}

// Else the tests above would prove nothing.
TEST_P(SystemdUnit, AFaultIsFound) {
  const std::string unit = Unit(GetParam());
  EXPECT_NE(Analyze({"verify", "--man=no"}, absl::StrReplaceAll(unit, {{"WatchdogSec=", "WatchDogSec="}})).err, "");
  EXPECT_NE(Analyze({"security", "--offline=true", kExposure},
                    absl::StrReplaceAll(unit, {{"CapabilityBoundingSet=\n", ""}, {"PrivateUsers=yes", ""}}))
                .exit_code,
            0);
}

INSTANTIATE_TEST_SUITE_P(, SystemdUnit, ::testing::Values("newsfeedd.service", "newsfeedd@.service"),
                         [](const auto& test) {
                           return std::string(test.param).find('@') == std::string::npos ? "One" : "Template";
                         });

// Without the comment at the top, which tells what differs.
std::string WithoutHead(const std::string& unit) { return unit.substr(unit.find("[Unit]")); }

TEST(SystemdUnits, TheTemplateIsTheUnitWithAName) {
  const std::string expected = absl::StrReplaceAll(
      WithoutHead(Unit("newsfeedd.service")),
      {{"from Kafka\n", "from Kafka (%i)\n"},
       {"=-/etc/default/newsfeedd\n", "=-/etc/default/newsfeedd\nEnvironmentFile=-/etc/default/newsfeedd-%i\n"},
       {"/etc/newsfeed/newsfeed.yaml $", "/etc/newsfeed/%i.yaml --instance %H-%i $"},
       {"/etc/newsfeed/newsfeed.yaml\n", "/etc/newsfeed/%i.yaml\n"},
       {"StateDirectory=newsfeed\n", "StateDirectory=newsfeed-%i\n"},
       {"SyslogIdentifier=newsfeedd\n", "SyslogIdentifier=newsfeedd@%i\n"}});
  EXPECT_EQ(WithoutHead(Unit("newsfeedd@.service")), expected);
}

}  // namespace
}  // namespace newsfeed
