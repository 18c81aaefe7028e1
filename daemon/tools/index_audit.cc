#include "daemon/tools/index_audit.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/record_headers.h"
#include "processors/text/hash.h"

namespace newsfeed::tools {
namespace {

constexpr size_t kMaxExamples = 10;

}  // namespace

IndexAudit::IndexAudit(const std::shared_ptr<const dedup::Policy>& policy) {
  if (policy == nullptr) return;
  replay_.emplace(policy);
  counts_.gave_verdicts_again = true;
}

void IndexAudit::TakePrepared(const kafka::PolledRecord& record) {
  if (!replay_) return;
  if (const auto sketch = headers::Last(record.headers, headers::kSketch)) {
    sketches_[record.offset] = text::Hash(*sketch);
  }
}

std::optional<IndexAudit::Taken> IndexAudit::Take(const kafka::PolledRecord& record) {
  if (!message_.ParseFromArray(record.value.data(), static_cast<int>(record.value.size()))) {
    CountFault(record, "is no entry of an index");
    return std::nullopt;
  }
  Taken taken{.entry = dedup::FromProto(message_)};
  const dedup::IndexEntry& entry = taken.entry;
  if (!entry.sketch.empty() && dedup::Decode(entry.sketch, sketch_).ok()) {
    taken.payload_hash = sketch_.payload_hash;
  }
  const bool follows = CheckSequence(record, entry);
  if (replay_) GiveAgain(record, entry, follows);
  last_prepared_ = entry.prepared_offset;
  last_sequence_ = entry.sequence;
  return taken;
}

bool IndexAudit::CheckSequence(const kafka::PolledRecord& record, const dedup::IndexEntry& entry) {
  if (last_sequence_ > 0 && entry.sequence != last_sequence_ + 1) {
    CountFault(record, fmt::format("has sequence {} after {}", entry.sequence, last_sequence_));
  } else if (entry.prepared_offset <= last_prepared_) {
    CountFault(record, fmt::format("is of offset {} of the prepared articles, after {}",
                                   entry.prepared_offset, last_prepared_));
  } else {
    return true;
  }
  return false;
}

void IndexAudit::GiveAgain(const kafka::PolledRecord& record, const dedup::IndexEntry& entry,
                           bool follows) {
  using Result = dedup::VerdictReplay::Result;
  VerdictCheck& check = counts_.verdict_check;
  const Result result = replay_->Take(entry);
  const auto submitted = sketches_.find(entry.prepared_offset);
  if (!entry.sketch.empty() && submitted != sketches_.end() &&
      submitted->second != text::Hash(entry.sketch)) {
    ++check.different;
    return CountFault(record, "holds another sketch than its prepared article");
  }
  switch (result) {
    case Result::kSame: ++check.same; return;
    case Result::kUnknown: ++check.unknown; return;
    case Result::kDifferent: ++check.different; return CountFault(record, replay_->why());
    case Result::kBroken: ++check.unknown; break;
  }
  if (follows) CountFault(record, replay_->why());
}

void IndexAudit::CountFault(const kafka::PolledRecord& record, std::string_view why) {
  ++counts_.index_faults;
  if (counts_.index_examples.size() >= kMaxExamples) return;
  counts_.index_examples.push_back(
      fmt::format("{}:{}:{}: {}", record.topic, record.partition, record.offset, why));
}

void IndexAudit::CheckCommitted(int64_t before, int64_t after, AuditReport& report) const {
  const int64_t next = last_prepared_ + 1;
  if (std::max<int64_t>(before, 0) > next) {
    report.offsets.push_back(
        fmt::format("the judge has committed {} of the prepared articles, and the last entry of "
                    "its index is of {}: what lies between has no verdict",
                    before, last_prepared_));
  }
  if (std::max<int64_t>(after, 0) < next) {
    report.offsets.push_back(
        fmt::format("the judge has committed {} of the prepared articles, and its index has an "
                    "entry of {} already: a new judge refuses to take over",
                    after, last_prepared_));
  }
}

void IndexAudit::FillReport(AuditReport& report) const {
  report.index_faults = counts_.index_faults;
  report.index_examples = counts_.index_examples;
  report.verdict_check = counts_.verdict_check;
  report.gave_verdicts_again = counts_.gave_verdicts_again;
}

}  // namespace newsfeed::tools
