// What Prometheus sees, out of a snapshot. METRICS.md is the same table for people.
//
// Counters count from the start of the process and are sums over the workers of a stage. A family
// without any sample (the judge's, where there is none) is left out. The process_ figures alone are
// read from the operating system.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/time/time.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>

#include "daemon/status.h"

namespace newsfeed::admin {

class Series;

// One row of THE table of metrics.
struct Metric {
  std::string_view name;
  prometheus::MetricType type;
  std::array<std::string_view, 4> labels;  // names; unused ones are empty
  std::string_view help;
  void (*collect)(const AppStatus& status, absl::Time now, Series& out);
};

std::span<const Metric> MetricTable();

// In the order of the table.
std::vector<prometheus::MetricFamily> Collect(const AppStatus& status, absl::Time now);

// As the text format of Prometheus, 0.0.4.
std::string MetricsText(const AppStatus& status, absl::Time now);

// The table for METRICS.md.
std::string MetricsMarkdown();

}  // namespace newsfeed::admin
