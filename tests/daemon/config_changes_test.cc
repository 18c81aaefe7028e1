// What a reload refuses, and what it takes over.
#include "daemon/config_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config_loader.h"

namespace newsfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

config::v1::Config Parsed(const std::string& yaml) {
  config::v1::Config config;
  const absl::Status status = ParseYaml(yaml, "test.yaml", ProcessSecret, config);
  EXPECT_TRUE(status.ok()) << status;
  return config;
}

constexpr char kNow[] = R"(
kafka: {bootstrap: ["a:1"], properties: {sasl.password: old}}
inputs: [{topic: raw}]
)";

struct Change {
  const char* yaml;  // added to kNow
  const char* key;   // empty: no restart
};
class ChangesThatNeedRestartAre : public ::testing::TestWithParam<Change> {};

TEST_P(ChangesThatNeedRestartAre, Named) {
  const auto keys = ChangesThatNeedRestart(Parsed(kNow), Parsed(std::string(kNow) + GetParam().yaml));
  if (*GetParam().key == '\0') {
    EXPECT_THAT(keys, IsEmpty());
  } else {
    EXPECT_THAT(keys, ElementsAre(GetParam().key));
  }
}

INSTANTIATE_TEST_SUITE_P(
    , ChangesThatNeedRestartAre,
    ::testing::Values(
        Change{"application_id: other", "application_id"},
        Change{"outputs: {enriched: other}", "outputs.enriched"},
        Change{"outputs: {max_record_bytes: 2000}", "outputs.max_record_bytes"},
        Change{"limits: {max_record_bytes: 2000}", "limits.max_record_bytes"},
        Change{"delivery: {guarantee: AT_LEAST_ONCE}", "delivery.guarantee"},
        Change{"delivery: {transaction_timeout_seconds: 60}", "delivery.transaction_timeout_seconds"},
        Change{"workers: {prepare: 3}", "workers.prepare"}, Change{"workers: {enrich: 3}", "workers.enrich"},
        Change{"admin: {port: 1}", "admin.port"}, Change{"state_dir: /x", "state_dir"},
        Change{"pipeline: {processors: [decode, cleanup]}", "pipeline.processors (dedup)"},
        // Defaults that are written out change nothing.
        Change{"workers: {prepare: 2}", ""}, Change{"application_id: newsfeed", ""}, Change{"delivery: {}", ""},
        // All the rest is taken over.
        Change{"pipeline: {processors: [decode, dedup]}", ""}, Change{"limits: {max_json_depth: 3}", ""},
        Change{"decode: {charset: latin1}", ""}, Change{"cleanup: {remove_lines: false}", ""},
        Change{"dedup: {window_hours: 1}", ""}, Change{"entities: {max_entities: 1}", ""},
        Change{"batch: {max_records: 1, max_bytes: 1}", ""}, Change{"delivery: {linger_ms: 5, drain_seconds: 5}", ""},
        Change{"internal: {keep_records: 1, trim_seconds: 1}", ""}, Change{"log: {level: DEBUG}", ""},
        Change{"skip: [\"raw:3:17\"]", ""}));

TEST(ChangesThatNeedRestart, OfListsAndMapsTheKeyAloneIsTold) {
  const auto next = Parsed(R"(
kafka: {bootstrap: ["a:1", "b:1"], properties: {sasl.password: new}}
inputs: [{topic: raw}, {topic: more}]
)");
  EXPECT_THAT(ChangesThatNeedRestart(Parsed(kNow), next),
              ElementsAre("kafka.bootstrap", "kafka.properties", "inputs"));
}

}  // namespace
}  // namespace newsfeed
