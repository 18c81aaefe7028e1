// Alerts and the board use metrics and labels that exist, and each alert has its section in the runbook.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "daemon/admin/metrics.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using admin::Metric;
using testing::ReadWholeFile;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kRules = NEWSFEED_SOURCE_DIR "/deploy/prometheus/newsfeed.rules.yaml";
const std::string kRulesTest = NEWSFEED_SOURCE_DIR "/tests/deploy/prometheus/newsfeed.rules_test.yaml";
const std::string kBoard = NEWSFEED_SOURCE_DIR "/deploy/grafana/newsfeed.json";
const std::string kRunbook = NEWSFEED_SOURCE_DIR "/deploy/RUNBOOK.md";

// As Prometheus shows them: a histogram has three series.
std::map<std::string, const Metric*> SeriesNames() {
  std::map<std::string, const Metric*> names;
  for (const Metric& metric : admin::MetricTable()) {
    const std::string name(metric.name);
    names[name] = &metric;
    if (metric.type != prometheus::MetricType::Histogram) continue;
    for (const char* suffix : {"_bucket", "_sum", "_count"}) names[name + suffix] = &metric;
  }
  return names;
}

std::vector<YAML::Node> Alerts() {
  std::vector<YAML::Node> alerts;
  for (const auto& group : YAML::LoadFile(kRules)["groups"]) {
    for (const auto& rule : group["rules"]) alerts.push_back(rule);
  }
  return alerts;
}

std::vector<std::smatch> AllOf(const std::string& text, const std::regex& pattern) {
  return {std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()};
}

// What a text says of our metrics, e.g. newsfeed_x{stage="judge"}: names that do not exist, labels that it has not.
std::vector<std::string> Unknown(const std::string& text) {
  static const std::set<std::string> kAnywhere = {"job", "instance", "namespace"};
  static const std::regex kMetric(R"((newsfeed_[a-z_]+)(\{[^}]*\})?)");
  static const std::regex kLabel(R"((\w+)(=~|!=|!~|=))");
  std::vector<std::string> unknown;
  const auto names = SeriesNames();
  for (const std::smatch& match : AllOf(text, kMetric)) {
    const auto metric = names.find(match[1]);
    if (metric == names.end()) {
      unknown.push_back(match[1]);
      continue;
    }
    const auto& labels = metric->second->labels;
    const std::string selector = match[2];
    for (const std::smatch& label : AllOf(selector, kLabel)) {
      const std::string name = label[1];
      if (kAnywhere.contains(name) || std::ranges::find(labels, name) != labels.end()) continue;
      unknown.push_back(match[1].str() + "{" + name + "}");
    }
  }
  return unknown;
}

TEST(Alerts, UseMetricsAndLabelsOfTheTable) {
  EXPECT_THAT(Unknown(ReadWholeFile(kRules)), IsEmpty());
  EXPECT_THAT(Unknown(ReadWholeFile(kRulesTest)), IsEmpty());
  EXPECT_THAT(Unknown(ReadWholeFile(kRunbook)), IsEmpty());
}

TEST(Alerts, SayWhatIsWrongAndWhereHelpIs) {
  for (const YAML::Node& alert : Alerts()) {
    const auto name = alert["alert"].as<std::string>();
    std::string anchor = name;
    std::ranges::transform(anchor, anchor.begin(), [](unsigned char c) { return std::tolower(c); });
    const YAML::Node notes = alert["annotations"];
    EXPECT_TRUE(notes["summary"] && notes["description"]) << name;
    EXPECT_EQ(notes["runbook_url"].as<std::string>(), "deploy/RUNBOOK.md#" + anchor);
    EXPECT_THAT(alert["labels"]["severity"].as<std::string>(), AnyOf("critical", "warning", "info")) << name;
  }
}

TEST(Alerts, HaveASectionInTheRunbookAndATest) {
  const std::string runbook = ReadWholeFile(kRunbook);
  const std::string tests = ReadWholeFile(kRulesTest);
  EXPECT_THAT(Alerts(), Not(IsEmpty()));
  for (const YAML::Node& alert : Alerts()) {
    const auto name = alert["alert"].as<std::string>();
    EXPECT_THAT(runbook, HasSubstr("\n### " + name + "\n*Means:* "));
    EXPECT_THAT(tests, HasSubstr("alertname=\"" + name + "\"")) << "what makes it fire";
  }
}

// A link to a section that was renamed leads nowhere at three in the morning.
TEST(Runbook, LinksLeadToItsSections) {
  const std::string runbook = ReadWholeFile(kRunbook);
  std::vector<std::string> anchors;
  for (const std::smatch& heading : AllOf(runbook, std::regex(R"((?:^|\n)#+ ([^\n]+))"))) {
    std::string anchor;
    for (const char c : heading[1].str()) {
      if (c == ' ') anchor += '-';
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
        anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
    }
    anchors.push_back(anchor);
  }
  for (const std::smatch& link : AllOf(runbook, std::regex(R"(\]\(#([^)]+)\))"))) {
    EXPECT_THAT(anchors, Contains(link[1].str()));
  }
}

TEST(Board, ShowsEveryMetricAndNoOther) {
  const std::string board = ReadWholeFile(kBoard);
  std::string unescaped;
  std::ranges::copy_if(board, std::back_inserter(unescaped), [](char c) { return c != '\\'; });
  EXPECT_THAT(Unknown(unescaped), IsEmpty());
  for (const Metric& metric : admin::MetricTable()) {
    EXPECT_THAT(board, HasSubstr(std::string(metric.name))) << "deploy/grafana/make.py";
  }
}

}  // namespace
}  // namespace newsfeed
