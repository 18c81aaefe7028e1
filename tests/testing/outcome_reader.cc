#include "tests/testing/outcome_reader.h"

#include <absl/time/clock.h>
#include <gtest/gtest.h>

#include <set>

#include "daemon/kafka/application.h"
#include "daemon/record_headers.h"
#include "daemon/tools/topic_reader.h"

namespace newsfeed::testing {

using kafka::PolledRecord;

OutcomeReader::OutcomeReader(kafka::ClientFactory& factory, const config::v1::Config& config) {
  kafka::Error error;
  consumer_ = factory.NewConsumer(kafka::ReaderProperties(config), nullptr, error);
  auto reader = tools::TopicReader::Open(factory, config);
  const auto& out = config.outputs();
  auto ranges = (*reader)->RangesOf({out.enriched(), out.duplicates(), out.dead_letter(), out.filtered()});
  std::vector<kafka::PartitionOffset> from;
  for (const tools::ReadRange& range : *ranges) from.push_back({range.where, range.low});
  for (const tools::ReadRange& range : *ranges) marks_[range.where] = range.low;
  EXPECT_TRUE(consumer_->Assign(from).ok());
}

bool OutcomeReader::AwaitMoreThan(uint64_t count) {
  return count_ > count || Poll([&](const PolledRecord&) { return count_ > count; });
}

uint64_t OutcomeReader::Mark() {
  uint64_t sum = 0;
  for (auto& [where, mark] : marks_) {
    int64_t low = 0;
    EXPECT_TRUE(consumer_->Watermarks(where, low, mark, absl::Seconds(10)).ok());
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
  absl::Time end = absl::Now() + absl::Minutes(4);
  while (absl::Now() < end) {
    const kafka::PollOutcome outcome = consumer_->Poll(absl::Seconds(1));
    if (outcome.kind != kafka::PollOutcome::Kind::kRecord) continue;
    ++count_;
    if (is_last(outcome.record)) return true;
  }
  return false;
}

}  // namespace newsfeed::testing
