#include "daemon/config_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<std::string> FakeSecret(std::string_view kind, const std::string& name) {
  if (kind == "env" && name == "NAME") return std::string("secret-value");
  return absl::NotFoundError("environment variable " + name + " is not set");
}

absl::StatusOr<config::v1::Config> Parsed(const std::string& yaml) {
  config::v1::Config config;
  if (absl::Status status = ParseYaml(yaml, "f.yaml", FakeSecret, config); !status.ok()) {
    return status;
  }
  return config;
}

TEST(ConfigLoader, FillsFieldsOfEveryType) {
  auto config = Parsed(R"(
pipeline: {processors: [decode, cleanup]}
decode:
  format: html
  extra:
    - {name: desk, pointer: /meta/desk}
cleanup:
  remove_lines: false
dedup:
  window_hours: 48
)");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->pipeline().processors(), ElementsAre("decode", "cleanup"));
  EXPECT_EQ(config->decode().format(), config::v1::Decode::HTML);
  EXPECT_EQ(config->decode().extra(0).pointer(), "/meta/desk");
  EXPECT_FALSE(config->cleanup().remove_lines());
  EXPECT_EQ(config->dedup().window_hours(), 48);
}

TEST(ConfigLoader, AnEmptyFileAndEmptySectionsAreTheDefaults) {
  for (const char* yaml : {"", "# only a comment\n", "---\n", "dedup:\n", "pipeline:\n  processors:\n"}) {
    auto config = Parsed(yaml);
    ASSERT_TRUE(config.ok()) << yaml;
    EXPECT_EQ(config->dedup().window_hours(), 72) << yaml;
  }
}

struct BadConfig {
  std::string_view name, yaml, message;
};

class ConfigLoaderRefuses : public ::testing::TestWithParam<BadConfig> {};

TEST_P(ConfigLoaderRefuses, WithPathAndLine) {
  auto config = Parsed(std::string(GetParam().yaml));
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(std::string(config.status().message()), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    , ConfigLoaderRefuses,
    ::testing::Values(
        BadConfig{"UnknownKey", "a: 1", "f.yaml:1: a: unknown key"},
        BadConfig{"MisspeltKey", "dedup:\n  window_hour: 3",
                  "f.yaml:2: dedup.window_hour: unknown key (did you mean \"window_hours\"?)"},
        BadConfig{"TwiceTheKey", "dedup: {}\ndedup: {}", "f.yaml:2: dedup: is given twice"},
        BadConfig{"OutOfRange", "dedup:\n  window_hours: 0",
                  "f.yaml:2: dedup.window_hours: 0 is outside 1 to 8760"},
        BadConfig{"NoNumber", "dedup: {window_hours: soon}",
                  "f.yaml:1: dedup.window_hours: needs a whole number"},
        BadConfig{"NumberTooLong", "dedup: {window_hours: 99999999999999999999}",
                  "f.yaml:1: dedup.window_hours: needs a whole number"},
        BadConfig{"NoBool", "cleanup: {remove_lines: yes please}",
                  "f.yaml:1: cleanup.remove_lines: needs true or false"},
        BadConfig{"NoSuchName", "decode: {format: pdf}",
                  "f.yaml:1: decode.format: needs one of AUTO, JSON, TEXT, HTML"},
        BadConfig{"ListForValue", "dedup: {window_hours: [1]}",
                  "f.yaml:1: dedup.window_hours: needs a single value"},
        BadConfig{"ValueForList", "pipeline: {processors: decode}",
                  "f.yaml:1: pipeline.processors: needs a list"},
        BadConfig{"ValueForKeys", "dedup: 3",
                  "f.yaml:1: dedup: needs keys, not a single value or a list"},
        BadConfig{"InAList", "decode:\n  extra:\n    - name: a\n    - nam: b",
                  "f.yaml:4: decode.extra[1].nam: unknown key (did you mean \"name\"?)"},
        BadConfig{"UnsetVariable", "decode: {charset: \"${env:NO}\"}",
                  "f.yaml:1: decode.charset: environment variable NO is not set"},
        BadConfig{"OpenVariable", "decode: {charset: \"${env:NO\"}",
                  "f.yaml:1: decode.charset: ${ must be ${env:NAME} or ${file:PATH}"},
        BadConfig{"TwoDocuments", "dedup: {}\n---\ndedup: {}", "f.yaml: more than one document"},
        BadConfig{"NoYaml", "dedup: {", "f.yaml:1: not YAML: end of map flow not found"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(ConfigLoader, PutsInSecrets) {
  auto config = Parsed("decode: {default_source: \"a ${env:NAME} b\"}");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->decode().default_source(), "a secret-value b");
}

TEST(ConfigLoader, NamesNoSecretInErrors) {
  auto config = Parsed("dedup: {window_hours: \"${env:NAME}\"}");
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(std::string(config.status().message()), Not(HasSubstr("secret-value")));
}

TEST(ConfigLoader, ReadsSecretsFromFilesWithoutTheLastNewline) {
  const testing::TemporaryFolder folder;
  auto secret = ProcessSecret("file", folder.Write("password", "abc\n"));
  ASSERT_TRUE(secret.ok());
  EXPECT_EQ(*secret, "abc");
}

// As root nothing is forbidden; a link that leads nowhere is told by the system in the same way.
TEST(ConfigLoader, AFileThatMayNotBeLookedAtIsAnError) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_symlink("loop", folder.path() / "loop");
  EXPECT_FALSE(ReadFile(folder.path() / "loop").ok());
}

// As systemd hands them to a service.
TEST(ConfigLoader, ReadsSecretsFromTheFolderOfCredentials) {
  const testing::TemporaryFolder folder;
  const std::string absolute = folder.Write("elsewhere/password", "absolute");
  folder.Write("credentials/password", "relative\n");
  setenv("CREDENTIALS_DIRECTORY", (folder.path() / "credentials").c_str(), 1);
  const auto from_folder = ProcessSecret("file", "password");
  const auto from_elsewhere = ProcessSecret("file", absolute);
  unsetenv("CREDENTIALS_DIRECTORY");
  ASSERT_TRUE(from_folder.ok()) << from_folder.status();
  EXPECT_EQ(*from_folder, "relative");
  ASSERT_TRUE(from_elsewhere.ok()) << from_elsewhere.status();
  EXPECT_EQ(*from_elsewhere, "absolute");
}

TEST(ConfigLoader, ChecksTheChain) {
  const testing::TemporaryFolder folder;
  auto config = LoadConfig(folder.Write("c.yaml", "pipeline: {processors: [decode, dedup, cleanup]}"));
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(std::string(config.status().message()),
              HasSubstr("pipeline.processors: \"cleanup\" is out of order or twice"));
}

TEST(ConfigLoader, ShippedFilesAreGood) {
  for (const char* name : {"newsfeed.yaml", "verbatim.yaml", "dev.yaml"}) {
    auto config = LoadConfig(std::string(NEWSFEED_SOURCE_DIR "/config/") + name);
    EXPECT_TRUE(config.ok()) << config.status();
  }
}

// Every default is in newsfeed.yaml as a comment; with the marks taken off it must still load, and
// be the defaults.
TEST(ConfigLoader, CommentedDefaultsAreTheDefaults) {
  std::string yaml = testing::ReadWholeFile(NEWSFEED_SOURCE_DIR "/config/newsfeed.yaml");
  std::string bare;
  for (size_t start = 0; start < yaml.size();) {
    const size_t end = std::min(yaml.find('\n', start), yaml.size());
    std::string line = yaml.substr(start, end - start);
    start = end + 1;
    // "# key: value", "#   key: value": a key of the file; "#   # text" and prose are comments.
    const size_t key = line.find_first_not_of("# ");
    const size_t colon = line.find(':');
    const bool is_key = line.starts_with("# ") && key != std::string::npos &&
                        line.find('#', 1) == std::string::npos && colon != std::string::npos &&
                        line.find(' ', key) > colon;
    if (is_key) bare += line.substr(2) + "\n";
  }
  auto config = Parsed(bare);
  ASSERT_TRUE(config.ok()) << config.status() << "\n" << bare;
  EXPECT_TRUE(config->has_dedup() && config->has_batch() && config->cleanup().has_quality());
  EXPECT_EQ(config->dedup().window_hours(), config::v1::Dedup().window_hours());
  EXPECT_EQ(config->limits().max_record_bytes(), config::v1::Limits().max_record_bytes());
}

}  // namespace
}  // namespace newsfeed
