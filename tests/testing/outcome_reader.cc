#include "tests/testing/outcome_reader.h"

#include <absl/time/clock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "daemon/kafka/application.h"
#include "daemon/record_headers.h"
#include "daemon/tools/topic_reader.h"

namespace newsfeed::testing {

using kafka::PolledRecord;

OutcomeReader::OutcomeReader(kafka::ClientFactory& factory, const config::v1::Config& config) {
  kafka::Error error;
  consumer_ = factory.NewConsumer(kafka::ReaderProperties(config), nullptr, error);
  auto reader = tools::TopicReader::Open(factory, config);
  if (!reader.ok()) throw std::runtime_error(std::string(reader.status().message()));
  const auto& out = config.outputs();
  // Partitions that were made just now have no leader yet.
  absl::StatusOr<std::vector<tools::ReadRange>> ranges;
  const absl::Time end = absl::Now() + absl::Seconds(30);
  do {
    ranges = (*reader)->RangesOf({out.enriched(), out.duplicates(), out.dead_letter(), out.filtered()});
  } while (!ranges.ok() && absl::Now() < end);
  if (!ranges.ok()) throw std::runtime_error(std::string(ranges.status().message()));  // ends the test, not the program
  std::vector<kafka::PartitionOffset> from;
  for (const tools::ReadRange& range : *ranges) from.push_back({range.where, range.low});
  for (const tools::ReadRange& range : *ranges) marks_[range.where] = range.low;
  EXPECT_TRUE(consumer_->Assign(from).ok());
}

bool OutcomeReader::AwaitMoreThan(uint64_t count) {
  while (count_ <= count) {
    if (!Poll([](const PolledRecord&) { return true; })) return false;
  }
  return true;
}

uint64_t OutcomeReader::Mark() {
  uint64_t sum = 0;
  for (auto& [where, mark] : marks_) {
    // A broker that came back just now may not lead all partitions yet.
    int64_t low = 0;
    const absl::Time end = absl::Now() + absl::Minutes(1);
    while (!consumer_->Watermarks(where, low, mark, absl::Seconds(10)).ok() && absl::Now() < end) {
    }
    sum += static_cast<uint64_t>(mark);
  }
  return sum;
}

bool OutcomeReader::AwaitBeyondMark() {
  return Poll([&](const PolledRecord& record) {
    return record.offset >= marks_[{std::string(record.topic), record.partition}];
  });
}

bool OutcomeReader::AwaitAllSince(absl::Time then, const std::string& input, int partitions) {
  const int64_t then_ms = absl::ToUnixMillis(then);
  std::set<int32_t> seen;
  return Poll([&](const PolledRecord& record) {
    const auto source = headers::ReadSource(record.headers);
    if (source && source->topic == input && source->timestamp_ms >= then_ms) seen.insert(source->partition);
    return seen.size() == static_cast<size_t>(partitions);
  });
}

bool OutcomeReader::Poll(const std::function<bool(const PolledRecord&)>& is_last) {
  const absl::Time end = absl::Now() + absl::Minutes(4);
  while (absl::Now() < end) {
    const kafka::PollOutcome outcome = consumer_->Poll(absl::Seconds(1));
    if (outcome.kind != kafka::PollOutcome::Kind::kRecord) {
      for (const DaemonProcess* daemon : watched_) daemon->CheckRuns();
      continue;
    }
    ++count_;
    if (is_last(outcome.record)) return true;
  }
  return false;
}

}  // namespace newsfeed::testing
