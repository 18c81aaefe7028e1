#include "processors/dedup/replay.h"

#include <utility>

#include <fmt/format.h>

namespace newsfeed::dedup {
namespace {

std::string Summary(const v1::IndexEntry& entry) {
  return fmt::format(
      "{} of {} by {} (clock {}, sequence {}, oldest {})",
      v1::Dedup::Verdict_Name(entry.dedup().verdict()),
      entry.dedup().canonical_id().empty() ? "nothing" : entry.dedup().canonical_id(),
      entry.dedup().evidence().rule(), entry.clock_ms(), entry.sequence(), entry.oldest_sequence());
}

}  // namespace

VerdictReplay::VerdictReplay(std::shared_ptr<const Policy> policy)
    : policy_(std::move(policy)), judge_(std::make_unique<Judge>(policy_)) {}

VerdictReplay::Result VerdictReplay::Take(const IndexEntry& entry) {
  if (begun_ && entry.prepared_offset <= judge_->index().last_prepared_offset()) {
    return Break(fmt::format("is of offset {}, after one of offset {}", entry.prepared_offset,
                             judge_->index().last_prepared_offset()));
  }
  Result result = Result::kUnknown;
  if (TakePolicy(entry) && IsComplete(entry) && !entry.sketch.empty() && !entry.rejected) {
    result = GiveAgain(entry);
  }
  if (absl::Status status = judge_->Apply(entry); !status.ok()) {
    return Break(std::string(status.message()));
  }
  if (!std::exchange(begun_, true)) first_sequence_ = entry.sequence;
  oldest_sequence_ = entry.oldest_sequence;
  if (++since_commit_ >= kCommitEvery) {
    since_commit_ = 0;
    judge_->Commit();
  }
  return result;
}

// False: what the entry was judged by is not known.
bool VerdictReplay::TakePolicy(const IndexEntry& entry) {
  if (entry.policy) {
    auto policy = ParsePolicy(entry.policy->config);
    // Rules of another version have another name.
    const bool known = policy.ok() && (*policy)->name == entry.policy->name;
    policy_ = known ? *std::move(policy) : nullptr;
    if (known) judge_->SetPolicy(policy_);
  }
  return policy_ != nullptr && policy_->name == entry.dedup.policy;
}

bool VerdictReplay::IsComplete(const IndexEntry& entry) const {
  if (!begun_) return entry.sequence == 1;
  return first_sequence_ == 1 || oldest_sequence_ >= first_sequence_;
}

VerdictReplay::Result VerdictReplay::GiveAgain(const IndexEntry& entry) {
  IndexEntry given = judge_->Consider({.prepared_offset = entry.prepared_offset,
                                      .sketch = entry.sketch,
                                      .origin = entry.origin,
                                      .id = entry.id});
  given.policy = entry.policy;  // where it changed is the judge's, not the verdict's
  ToProto(entry, logged_);
  ToProto(given, given_);
  if (logged_.SerializeAsString() == given_.SerializeAsString()) return Result::kSame;
  why_ = fmt::format("tells {}; given again it is {}", Summary(logged_), Summary(given_));
  return Result::kDifferent;
}

VerdictReplay::Result VerdictReplay::Break(std::string why) {
  why_ = std::move(why);
  judge_ = std::make_unique<Judge>(policy_);
  begun_ = false;
  return Result::kBroken;
}

}  // namespace newsfeed::dedup
