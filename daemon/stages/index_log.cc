#include "daemon/stages/index_log.h"

#include <fmt/format.h>

#include "daemon/failpoint.h"
#include "daemon/kafka/error_status.h"
#include "processors/dedup/entry.h"

namespace newsfeed::stages {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(10);

}  // namespace

absl::Status IndexLog::Open() {
  kafka::Error error;
  consumer_ = factory_->NewConsumer(properties_, nullptr, error);
  if (!error.ok()) return kafka::ToStatus(error, "consumer of the index");
  int64_t low = 0;
  if (error = consumer_->Watermarks(where_, low, end_, kCallTimeout); !error.ok()) {
    consumer_.reset();
    return kafka::ToStatus(error, "watermarks of the index");
  }
  if (position_ < 0) position_ = low;
  if (error = consumer_->Assign({{where_, position_}}); !error.ok()) {
    consumer_.reset();
    return kafka::ToStatus(error, "assignment of the index");
  }
  return absl::OkStatus();
}

// A reader of what is committed is told the last stable offset instead, which hides what a lost
// marker holds up.
absl::Status IndexLog::AskEnd() {
  kafka::Properties properties = properties_;
  properties["isolation.level"] = "read_uncommitted";
  kafka::Error error;
  const auto asker = factory_->NewConsumer(properties, nullptr, error);
  if (!error.ok()) return kafka::ToStatus(error, "consumer of the index");
  int64_t low = 0;
  if (error = asker->Watermarks(where_, low, end_, kCallTimeout); !error.ok()) {
    return kafka::ToStatus(error, "watermarks of the index");
  }
  return absl::OkStatus();
}

IndexLog::Result IndexLog::Read(dedup::Judge& judge, absl::Duration wait) {
  const kafka::PollOutcome outcome = consumer_->Poll(wait);
  switch (outcome.kind) {
    case kafka::PollOutcome::Kind::kNothing: break;
    case kafka::PollOutcome::Kind::kRecord: return Apply(outcome.record, judge);
    case kafka::PollOutcome::Kind::kEndOfPartition:
      // Behind the markers that end transactions.
      position_ = std::max(position_, outcome.record.offset);
      judge.Commit();
      break;
    case kafka::PollOutcome::Kind::kError:
      error_ = outcome.error.message;
      if (outcome.error.name == "_AUTO_OFFSET_RESET") return Result::kGap;
      if (outcome.error.kind == kafka::ErrorClass::kFatal) return Result::kDead;
      break;
  }
  return Result::kNothing;
}

IndexLog::Result IndexLog::Apply(const kafka::PolledRecord& record, dedup::Judge& judge) {
  if (record.offset < position_) return Result::kApplied;
  if (!entry_.ParseFromArray(record.value.data(), static_cast<int>(record.value.size()))) {
    error_ = fmt::format("{}: offset {} is no entry of an index", where_.topic, record.offset);
    return Result::kUnreadable;
  }
  const dedup::IndexEntry entry = dedup::FromProto(entry_);
  if (absl::Status status = judge.Apply(entry); absl::IsDataLoss(status)) {
    error_ = std::string(status.message());
    return Result::kGap;
  } else if (!status.ok()) {
    error_ = fmt::format("{}: offset {}: {}", where_.topic, record.offset,
                         std::string(status.message()));
    return Result::kUnreadable;
  }
  Failpoint("index_log.applied");
  position_ = record.offset + 1;
  if (++since_commit_ >= kCommitEvery) {
    since_commit_ = 0;
    judge.Commit();
  }
  return Result::kApplied;
}

}  // namespace newsfeed::stages
