#include "daemon/admin/status_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <limits>

#include "tests/daemon/admin/full_status.h"

namespace newsfeed::admin {
namespace {

using ::newsfeed::testing::FullStatus;

// What stands at a JSON pointer, as text; a fault of the JSON is told too.
std::string At(const AppStatus& status, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  const auto error = parser.parse(StatusJson(status)).at_pointer(pointer).get(element);
  return error ? simdjson::error_message(error) : simdjson::minify(element);
}

struct Example {
  const char* pointer;
  const char* value;
};
class Value : public ::testing::TestWithParam<Example> {};

TEST_P(Value, StandsAt) { EXPECT_EQ(At(FullStatus(), GetParam().pointer), GetParam().value); }

INSTANTIATE_TEST_SUITE_P(
    , Value,
    ::testing::Values(Example{"/version", R"("1.2.3")"},                          //
                      Example{"/started", R"("2027-01-15T07:50:00.000Z")"},       //
                      Example{"/ready", "true"},                                  //
                      Example{"/why_not_ready", R"("")"},                         //
                      Example{"/draining", "false"},                              //
                      Example{"/workers/1/stage", R"("prepare")"},                //
                      Example{"/workers/1/worker", "1"},                          //
                      Example{"/workers/1/last_commit", R"("2027-01-15T07:59:57.000Z")"},
                      Example{"/workers/1/partitions/0/lag", "3"},                //
                      Example{"/workers/1/partitions/0/last_record", R"("2027-01-15T07:59:50.500Z")"},
                      Example{"/workers/0/counters/records_read", "10"},          //
                      Example{"/workers/0/counters/dead_letter", "2"},            //
                      Example{"/workers/0/counters/dead_letters_by_reason", R"({"INVALID_JSON":2})"},
                      Example{"/reload/last_error", R"("needs a restart: inputs")"},
                      Example{"/suspect_records/0", R"({"topic":"raw","partition":3,"first":17,"last":17,"deaths":3})"},
                      Example{"/judge/office", R"("owner")"},                     //
                      Example{"/judge/entries", "7"},                             //
                      Example{"/judge/oldest", "null"}));

TEST(StatusJson, WithoutAJudgeItIsNull) {
  AppStatus status = FullStatus();
  status.judge.reset();
  EXPECT_EQ(At(status, "/judge"), "null");
}

TEST(StatusJson, OfNothingIsJsonToo) {
  EXPECT_EQ(At({}, "/workers"), "[]");
  EXPECT_EQ(At({}, "/started"), "null");
}

TEST(StatusJson, NotReadyTellsWhy) {
  AppStatus status = FullStatus();
  status.draining = true;
  EXPECT_EQ(At(status, "/ready"), "false");
  EXPECT_EQ(At(status, "/why_not_ready"), R"("draining")");
}

TEST(StatusJson, AnyBytesMayStandInATextOrAKey) {
  AppStatus status = FullStatus();
  status.workers[0].last_error = "\xFF\"\n\\";
  status.workers[0].counters.verdicts = {{"\"}\xC3", 1}};
  EXPECT_EQ(At(status, "/workers/0/last_error"), R"("?\"\n\\")");
  EXPECT_EQ(At(status, "/workers/0/counters/verdicts"), R"({"\"}?":1})");
}

TEST(StatusJson, ANumberThatIsNoneIsNull) {
  AppStatus status = FullStatus();
  status.judge->restore_seconds = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(At(status, "/judge/restore_seconds"), "null");
}

}  // namespace
}  // namespace newsfeed::admin
