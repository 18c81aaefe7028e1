// The two steps of de-duplication as processors: "sketch" computes what a verdict needs (any
// worker, in parallel), "judge" decides (one, in order). See README.md.
#pragma once

#include <memory>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/processor.h"

namespace newsfeed::dedup {

// Fills Article::sketch of each live article.
absl::StatusOr<std::unique_ptr<Processor>> CreateSketcher(const config::v1::Dedup& config);

// Fills Article::dedup of each live article from its sketch, and keeps the index. The texts in the
// results are copied into the batch.
absl::StatusOr<std::unique_ptr<Processor>> CreateJudge(const config::v1::Dedup& config);

}  // namespace newsfeed::dedup
