#include "daemon/stages/refusals.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/log.h"

namespace newsfeed::stages {

void Refusals::Add(const Batch& batch, const kafka::Error& error) {
  if (batch.size() > 1) {
    limit_ = batch.size() / 2;
    return;
  }
  for (const Article& article : batch.articles()) {
    const RecordId& id = article.origin;
    Culprit& culprit = culprits_[id];
    stuck_ = culprit.refusals == kMost;
    if (!stuck_) ++culprit.refusals;
    culprit.why = fmt::format("the broker: {}", error.message);
    log::Error("the broker refuses what is made of a record",
               {{"record", fmt::format("{}/{} offset {}", id.topic.name, id.partition.value,
                                       id.offset.value)},
                {"times", std::to_string(culprit.refusals)},
                {"error", error.name}});
  }
  limit_ = 1;
}

void Refusals::Settle(const Batch& batch) {
  stuck_ = false;
  if (limit_ == SIZE_MAX) return;
  for (const Article& article : batch.articles()) culprits_.erase(article.origin);
  // Beyond any batch there is no limit again.
  constexpr size_t kAny = size_t{1} << 20;
  limit_ = limit_ >= kAny ? SIZE_MAX : limit_ * 2;
}

void Refusals::Mark(Batch& batch) const {
  if (culprits_.empty()) return;
  for (Article& article : batch.articles()) {
    const auto found = culprits_.find(article.origin);
    if (found == culprits_.end()) continue;
    article.refusals = found->second.refusals;
    article.refused_why = found->second.why;
  }
}

}  // namespace newsfeed::stages
