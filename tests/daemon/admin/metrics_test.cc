#include "daemon/admin/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "tests/daemon/admin/full_status.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed::admin {
namespace {

using ::newsfeed::testing::FullStatus;
using ::newsfeed::testing::kNow;
using ::newsfeed::testing::ReadWholeFile;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kMarkdown = NEWSFEED_SOURCE_DIR "/daemon/admin/METRICS.md";

TEST(Metrics, AFullSnapshotGivesEveryRowOfTheTable) {
  std::vector<std::string> rows;
  for (const Metric& metric : MetricTable()) rows.emplace_back(metric.name);
  std::vector<std::string> collected;
  for (const auto& family : Collect(FullStatus(), kNow)) collected.push_back(family.name);
  EXPECT_THAT(collected, ElementsAreArray(rows));
  EXPECT_EQ(std::set(rows.begin(), rows.end()).size(), rows.size());
}

TEST(Metrics, SamplesHaveTheLabelsOfTheirRow) {
  const auto families = Collect(FullStatus(), kNow);
  for (size_t i = 0; i < families.size(); ++i) {
    std::vector<std::string_view> expected;
    for (const auto label : MetricTable()[i].labels) {
      if (!label.empty()) expected.push_back(label);
    }
    for (const auto& sample : families[i].metric) {
      std::vector<std::string_view> labels;
      for (const auto& label : sample.label) labels.push_back(label.name);
      EXPECT_EQ(labels, expected) << families[i].name;
    }
  }
}

TEST(Metrics, CountersEndInTotalAndNothingElseDoes) {
  for (const Metric& metric : MetricTable()) {
    EXPECT_EQ(metric.name.ends_with("_total"), metric.type == prometheus::MetricType::Counter)
        << metric.name;
  }
}

class Line : public ::testing::TestWithParam<const char*> {};

TEST_P(Line, IsInTheText) {
  EXPECT_THAT(MetricsText(FullStatus(), kNow), HasSubstr(std::string("\n") + GetParam() + "\n"));
}

INSTANTIATE_TEST_SUITE_P(
    , Line,
    ::testing::Values(
        R"(newsfeed_build_info{version="1.2.3",config_digest="beef",instance="a",application="news"} 1)",
        "# TYPE newsfeed_records_total counter",
        R"(newsfeed_reloads_total{result="failed"} 1)", "newsfeed_config_last_reload_successful 0",
        "newsfeed_config_pending_workers 3",
        // A batch is not known to hold one.
        "newsfeed_fatal_records 1",
        // Workers of a stage are added up; three have outcomes.
        R"(newsfeed_records_read_total{stage="prepare"} 20)",
        R"(newsfeed_records_read_total{stage="judge"} 10)",
        R"(newsfeed_records_total{outcome="enriched"} 12)",
        R"(newsfeed_accounting_mismatch_total{stage="prepare"} 0)",
        R"(newsfeed_dead_letters_total{reason="INVALID_JSON"} 6)",
        R"(newsfeed_batches_total{stage="prepare",result="aborted"} 2)",
        R"(newsfeed_step_seconds_total{step="decode"} 4.5)",
        "newsfeed_encode_seconds_total 0.75",
        // Buckets are cumulative here, and the last holds all.
        R"(newsfeed_commit_seconds_bucket{stage="judge",le="0.02"} 0)",
        R"(newsfeed_commit_seconds_bucket{stage="judge",le="0.05"} 1)",
        R"(newsfeed_commit_seconds_bucket{stage="judge",le="300"} 1)",
        R"(newsfeed_commit_seconds_bucket{stage="judge",le="+Inf"} 2)",
        R"(newsfeed_commit_seconds_count{stage="prepare"} 4)",
        R"(newsfeed_commit_seconds_sum{stage="judge"} 1000.03)",
        R"(newsfeed_consumer_lag{stage="prepare",topic="raw",partition="1"} 3)",
        R"(newsfeed_consumer_age_seconds{stage="prepare",topic="raw",partition="1"} 9.5)",
        R"(newsfeed_worker_partitions{stage="prepare",worker="1"} 1)",
        R"(newsfeed_fenced_total{stage="prepare"} 2)",
        R"(newsfeed_internal_trims_total{result="ok"} 4)",
        R"(newsfeed_internal_trims_total{result="failed"} 1)",
        R"(newsfeed_seconds_since_last_commit{stage="prepare",worker="1"} 3)",
        R"(newsfeed_judge_office{office="owner"} 1)", R"(newsfeed_judge_office{office="standby"} 0)",
        "newsfeed_index_clock_seconds 1799999990.5", "process_start_time_seconds 1799999400"));

TEST(Metrics, WithoutAJudgeItsFamiliesAreLeftOut) {
  AppStatus status = FullStatus();
  status.judge.reset();
  EXPECT_THAT(MetricsText(status, kNow), Not(HasSubstr("newsfeed_index_")));
  EXPECT_THAT(MetricsText(status, kNow), HasSubstr("\nnewsfeed_ready 1\n"));
}

TEST(Metrics, AnEndThatIsNotKnownGivesNoLag) {
  AppStatus status = FullStatus();
  for (WorkerStatus& worker : status.workers) worker.partitions[0].end = -1;
  EXPECT_THAT(MetricsText(status, kNow), Not(HasSubstr("newsfeed_consumer_lag")));
}

TEST(Metrics, WhereNothingWaitsNothingAges) {
  AppStatus status = FullStatus();
  for (WorkerStatus& worker : status.workers) worker.partitions[0].end = worker.partitions[0].position;
  EXPECT_THAT(MetricsText(status, kNow),
              HasSubstr(R"(newsfeed_consumer_age_seconds{stage="prepare",topic="raw",partition="1"} 0)"));
}

TEST(Metrics, APartitionWithoutACommittedRecordHasNoAge) {
  AppStatus status = FullStatus();
  for (WorkerStatus& worker : status.workers) worker.partitions[0].timestamp_ms = 0;
  EXPECT_THAT(MetricsText(status, kNow), Not(HasSubstr("newsfeed_consumer_age_seconds")));
}

TEST(Metrics, WhatNeverHappenedCountsFromTheStart) {
  AppStatus status = FullStatus();
  status.workers[0].last_commit = absl::InfinitePast();
  EXPECT_THAT(MetricsText(status, kNow),
              HasSubstr(R"(newsfeed_seconds_since_last_commit{stage="prepare",worker="0"} 600)"));
}

TEST(Metrics, LabelsAreEscaped) {
  AppStatus status = FullStatus();
  status.instance = "a\"\n\\";
  EXPECT_THAT(MetricsText(status, kNow), HasSubstr(R"(instance="a\"\n\\")"));
}

TEST(Metrics, TheMarkdownIsTheTable) {
  const std::string text =
      "# Metrics\n\nThe table of `metrics.cc`, written by its test (README.md).\n\n" + MetricsMarkdown();
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(kMarkdown) << text;
  EXPECT_EQ(ReadWholeFile(kMarkdown), text);
}

}  // namespace
}  // namespace newsfeed::admin
