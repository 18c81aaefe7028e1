#include "daemon/file/case_check.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "daemon/config_loader.h"

namespace newsfeed::file {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kArticle[] = R"({
  "id": "a1", "title": "Bridge opens", "language": "en", "authors": ["Ina Brook", "Ruben Maas"],
  "body": "The bridge was opened on Monday.\n\nIt is long.",
  "pubStatus": "USABLE", "rights": {"holder": "Delta Wire"}, "keywords": ["roads", "bridges"],
  "extra": {"desk": "home"},
  "entities": [{"type": "LOCATION", "name": "Port Merrin", "mentions": [{"text": "Merrin"}]}],
  "dedup": {"verdict": "UPDATE", "canonicalId": "a0", "similarity": 0.5,
            "revisionOf": {"topic": "feed.ndjson", "offset": "3"}},
  "cleanup": {"charset": "UTF-8", "truncated": false}})";

CaseOutcome Made(Outcome outcome, const std::string& json) {
  CaseOutcome made{"feed.ndjson", 4, outcome, {}};
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &made.json).ok());
  return made;
}

std::vector<std::string> DifferencesOf(const CaseOutcome& actual, const std::string& yaml) {
  config::v1::Expectation expected;
  const absl::Status status = ParseYaml(yaml, "case", kNoSecrets, expected);
  EXPECT_TRUE(status.ok()) << status;
  return Differences(expected, actual);
}

struct Row {
  const char* name;
  const char* as_it_is;
  const char* otherwise;
  const char* difference;
};

class CaseCheck : public ::testing::TestWithParam<Row> {};

TEST_P(CaseCheck, TellsWhatDiffers) {
  const CaseOutcome article = Made(Outcome::kEnriched, kArticle);
  EXPECT_THAT(DifferencesOf(article, GetParam().as_it_is), IsEmpty());
  EXPECT_THAT(DifferencesOf(article, GetParam().otherwise), ElementsAre(GetParam().difference));
}

INSTANTIATE_TEST_SUITE_P(, CaseCheck, ::testing::Values(
    Row{"Outcome", "outcome: enriched", "outcome: filtered", "outcome: expected filtered, is enriched"},
    Row{"Field", "title: Bridge opens", "title: Bridge open",
        R"(title: expected "Bridge open", is "Bridge opens")"},
    Row{"Absent", "url: ''", "url: x", R"(url: expected "x", is "")"},
    Row{"Nested", "{verdict: UPDATE, canonical_id: a0, rights_holder: Delta Wire}", "verdict: UNIQUE",
        R"(verdict: expected "UNIQUE", is "UPDATE")"},
    Row{"Charset", "charset: utf-8", "charset: latin1", R"(charset: expected "latin1", is "UTF-8")"},
    Row{"Truncated", "truncated: false", "truncated: true", R"(truncated: expected "true", is "false")"},
    Row{"Authors", "authors: [Ina Brook, Ruben Maas]", "authors: [Ina Brook]",
        R"(authors: expected "Ina Brook", is "Ina Brook; Ruben Maas")"},
    Row{"Revision", "revision_of: {file: feed.ndjson, ordinal: 3}", "revision_of: {file: feed.ndjson, ordinal: 2}",
        R"(revision_of: expected "feed.ndjson:2", is "feed.ndjson:3")"},
    Row{"Begins", "body_begins: The bridge", "body_begins: A bridge",
        R"(body_begins: expected "A bridge", is "The brid")"},
    Row{"Ends", "body_ends: is long.", "body_ends: is short.", R"(body_ends: expected "is short.", is " is long.")"},
    Row{"Includes", "body_includes: [on Monday]", "body_includes: [on Friday]",
        R"(body_includes: "on Friday" is not in "The bridge was opened on Monday.??It is long.")"},
    Row{"Excludes", "body_excludes: [on Friday]", "body_excludes: [bridge]",
        R"(body_excludes: "bridge" is in "The bridge was opened on Monday.??It is long.")"},
    Row{"EntityByName", "entities: [{name: Port Merrin, type: LOCATION}]", "entities: [{name: Port, type: LOCATION}]",
        R"(entities: "Port" LOCATION is not among them)"},
    Row{"EntityByMention", "entities: [{name: Merrin}]", "entities: [{name: Merrin, type: PERSON}]",
        R"(entities: "Merrin" PERSON is LOCATION)"},
    Row{"Path", "fields: {keywords.1: bridges, extra.desk: home, dedup.similarity: 0.5, cleanup.truncated: false}",
        "fields: {keywords.2: bridges}", R"(keywords.2: expected "bridges", is "")"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(CaseCheckOfFailures, TellWhyThereIsNoArticle) {
  const CaseOutcome letter = Made(Outcome::kDeadLetter, R"({"reason":"WRONG_TYPE","detail":"title is a number"})");
  EXPECT_THAT(DifferencesOf(letter, "{outcome: dead_letter, reason: WRONG_TYPE}"), IsEmpty());
  EXPECT_THAT(DifferencesOf(letter, "{outcome: enriched, title: x}"),
              ElementsAre("outcome: expected enriched, is dead_letter WRONG_TYPE: title is a number"));
  EXPECT_THAT(DifferencesOf(letter, "title: x"),
              ElementsAre("is dead_letter WRONG_TYPE: title is a number", R"(title: expected "x", is "")"));
}

TEST(CaseCheckOfLongTexts, TellWhereTheyDiffer) {
  const std::string same(500, 'x');
  const CaseOutcome article = Made(Outcome::kEnriched, R"({"body":")" + same + R"(é end"})");
  const auto differences = DifferencesOf(article, "body: " + same + "è end");
  ASSERT_EQ(differences.size(), 1);
  // The second byte of é.
  EXPECT_THAT(differences[0], ::testing::EndsWith("(differs at byte 501)"));
  EXPECT_THAT(differences[0], ::testing::HasSubstr("è end\", is …\"xxx"));
  EXPECT_LT(differences[0].size(), 300);
}

}  // namespace
}  // namespace newsfeed::file
