// Who and what an article is about: tokens, names, entities with exact byte offsets. See README.md.
#pragma once

#include <memory>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/processor.h"
#include "processors/entities/gazetteer.h"

namespace newsfeed::entities {

// The processor "entities". `gazetteer` is shared by all workers. May not reject articles; leaves
// duplicates untagged.
absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Entities& config,
                                                  std::shared_ptr<const Gazetteer> gazetteer);

}  // namespace newsfeed::entities
