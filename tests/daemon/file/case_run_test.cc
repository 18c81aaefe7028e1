#include "daemon/file/case_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/temporary_folder.h"

namespace newsfeed::file {
namespace {

using testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kInputs[] = R"(
tests:
- inputs:
  - record: '{"id":"a","title":"Bridge opens","body":"The bridge was opened on Monday. ${not a secret}"}'
  - record: '{"id":"b","title":5}'
)";

// Decode and cleanup alone: no data is needed.
config::v1::Config DecodeOnly() {
  config::v1::Config config;
  config.mutable_pipeline()->add_processors("decode");
  return config;
}

CaseResult ResultOf(const TemporaryFolder& folder, const std::string& yaml) {
  const std::string path = folder.Write("cases.yaml", yaml);
  const auto cases = LoadCaseFile(path);
  EXPECT_TRUE(cases.ok()) << cases.status();
  if (!cases.ok()) return {};
  const auto result = RunCase(cases->tests(0), path, DecodeOnly(), LoadedData());
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *result : CaseResult();
}

CaseResult ResultOf(const std::string& yaml) { return ResultOf(TemporaryFolder(), yaml); }

TEST(CaseRun, RecordsAreExpectedInOrder) {
  const CaseResult result = ResultOf(std::string(kInputs) + R"(
  records:
  - {outcome: enriched, id: a, body_includes: ["${not a secret}"]}
  - {outcome: dead_letter, reason: WRONG_TYPE}
  summary: {read: 2, enriched: 1, dead_letter: 1, duplicates: 0, filtered: 0}
)");
  EXPECT_EQ(result.records, 2);
  EXPECT_THAT(result.failures, IsEmpty());
}

TEST(CaseRun, EachDifferenceNamesItsRecord) {
  const CaseResult result = ResultOf(std::string(kInputs) + R"(
  records:
  - {outcome: filtered, note: the first}
  - {outcome: enriched}
  - {outcome: enriched}
  summary: {read: 3}
)");
  ASSERT_EQ(result.failures.size(), 4);
  EXPECT_THAT(result.failures[0].differences, ElementsAre("there are 2 records, and more are expected"));
  EXPECT_EQ(result.failures[1].record, "record 0 (the first)");
  EXPECT_THAT(result.failures[1].differences, ElementsAre("outcome: expected filtered, is enriched"));
  EXPECT_THAT(result.failures[2].differences, ElementsAre(StartsWith("outcome: expected enriched, is dead_letter WRONG_TYPE")));
  EXPECT_THAT(result.failures[3].differences, ElementsAre("summary.read: expected 3, is 2"));
}

TEST(CaseRun, NoRecordIsForgotten) {
  const CaseResult result = ResultOf(std::string(kInputs) + "  records: [{outcome: enriched}]\n");
  ASSERT_THAT(result.failures, ElementsAre(Field(&CaseFailure::record, "record 1")));
  EXPECT_THAT(result.failures[0].differences[0], StartsWith("is not expected; is dead_letter"));
}

TEST(CaseRun, RecordsOfFilesAreNamed) {
  const TemporaryFolder folder;
  folder.Write("feed.ndjson", "{\"body\":\"one\"}\n{\"body\":\"two\"}\n");
  const CaseResult result = ResultOf(folder, R"(
tests:
- inputs: [{file: feed.ndjson}]
  each: {outcome: enriched}
  records:
  - {file: feed.ndjson, ordinal: 1, body: two}
  - {file: feed.ndjson, ordinal: 7, body: eight}
)");
  ASSERT_THAT(result.failures, ElementsAre(Field(&CaseFailure::record, "feed.ndjson 7")));
  EXPECT_THAT(result.failures[0].differences, ElementsAre("there is no such record"));
}

TEST(CaseRun, EachHoldsUnlessTheRecordSaysOtherwise) {
  const CaseResult result = ResultOf(std::string(kInputs) + R"(
  each: {id: b, title: Bridge opens}
  records: [{id: a}, {outcome: dead_letter}]
)");
  EXPECT_THAT(result.failures, IsEmpty());
}

TEST(CaseRun, HeadersBelongToTheRecord) {
  const CaseResult result = ResultOf(R"(
tests:
- inputs: [{record: "{\"body\": \"not read as JSON\"}", headers: {content-type: text/plain}}]
  records: [{body: "{\"body\": \"not read as JSON\"}"}]
)");
  EXPECT_THAT(result.failures, IsEmpty());
}

struct Wrong {
  const char* name;
  const char* yaml;
  const char* message;
};

class CaseFileIsRefused : public ::testing::TestWithParam<Wrong> {};

TEST_P(CaseFileIsRefused, WithThePlace) {
  const TemporaryFolder folder;
  const auto loaded = LoadCaseFile(folder.Write("c.yaml", GetParam().yaml));
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(, CaseFileIsRefused, ::testing::Values(
    Wrong{"Empty", "", "c.yaml: has no tests"},
    Wrong{"UnknownKey", "tests:\n- input: []", "c.yaml:2: tests[0].input: unknown key (did you mean \"inputs\"?)"},
    Wrong{"NoInputs", "tests: [{records: [{id: a}]}]", "tests[0]: has no inputs"},
    Wrong{"NothingExpected", "tests: [{inputs: [{record: x}]}]", "tests[0]: expects nothing"},
    Wrong{"RecordAndFile", "tests: [{inputs: [{record: x, file: y}], each: {}}]", "each needs a record or a file"},
    Wrong{"HeadersOfFile", "tests: [{inputs: [{file: y, headers: {a: b}}], each: {}}]", "only a record has headers"},
    Wrong{"Outcome", "tests: [{inputs: [{record: x}], records: [{outcome: enrichd}]}]",
          "tests[0].records[0].outcome: \"enrichd\" is none of enriched, duplicate, dead_letter, filtered"},
    Wrong{"Reason", "tests: [{inputs: [{record: x}], records: [{reason: BAD}]}]", "tests[0].records[0].reason: \"BAD\""},
    Wrong{"EntityType", "tests: [{inputs: [{record: x}], each: {entities: [{name: a, type: PLACE}]}}]", "\"PLACE\" is none of"},
    Wrong{"Ordinal", "tests: [{inputs: [{record: x}], records: [{ordinal: 1}]}]", "file and ordinal name a record together"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(CaseRun, TheExampleOfTheReadmeIsUnderstood) {
  const std::string readme = testing::ReadWholeFile(NEWSFEED_SOURCE_DIR "/README.md");
  const size_t begin = readme.find("config: newsfeed.yaml\ntests:");
  ASSERT_NE(begin, readme.npos);
  const TemporaryFolder folder;
  const auto cases = LoadCaseFile(folder.Write("c.yaml", readme.substr(begin, readme.find("```", begin) - begin)));
  ASSERT_TRUE(cases.ok()) << cases.status();
  EXPECT_EQ(cases->tests(0).records_size(), 2);
}

TEST(CaseRun, AMissingInputIsNotFound) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("c.yaml", "tests: [{inputs: [{file: none.ndjson}], each: {id: a}}]");
  EXPECT_TRUE(absl::IsNotFound(RunCase(LoadCaseFile(path)->tests(0), path, DecodeOnly(), LoadedData()).status()));
  EXPECT_TRUE(absl::IsNotFound(LoadCaseFile(folder.path() / "none.yaml").status()));
}

}  // namespace
}  // namespace newsfeed::file
