// Who and what an article is about: tokens, names, entities with exact byte offsets. See README.md.
#pragma once

#include <memory>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/processor.h"
#include "processors/entities/gazetteer.h"
#include "processors/entities/tagger_model.h"

namespace newsfeed::entities {

// The processor "entities": fills entities, entity_mentions, entity_links and entity_model of live
// articles that are no duplicates. Tags TITLE and BODY, and STANDFIRST where it is no part of the
// body. Never rejects an article. Results are copies: they outlive `gazetteer`.
//
// `gazetteer` and `model` are shared by all workers; null: an empty one, and no statistical tagger.
// The model tags articles in its languages only; `entity_model` tells which sources an article met.
// Fails if `config` is out of its limits.
absl::StatusOr<std::unique_ptr<Processor>> Create(
    const config::v1::Entities& config, std::shared_ptr<const Gazetteer> gazetteer,
    std::shared_ptr<const TaggerModel> model = nullptr);

}  // namespace newsfeed::entities
