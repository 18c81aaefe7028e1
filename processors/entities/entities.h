// Who and what an article is about: tokens, names, entities with exact byte offsets. See README.md.
#pragma once

#include <memory>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/processor.h"
#include "processors/entities/gazetteer.h"

namespace newsfeed::entities {

// The processor "entities": fills entities, entity_mentions, entity_links and entity_model of live
// articles that are no duplicates. Tags TITLE and BODY, and STANDFIRST where it is no part of the
// body. Never rejects an article. Results are copies: they outlive `gazetteer`.
//
// `gazetteer` is shared by all workers; null: an empty one. Fails if `config` is out of its limits.
absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Entities& config,
                                                  std::shared_ptr<const Gazetteer> gazetteer);

}  // namespace newsfeed::entities
