// THE table of processors: what `pipeline.processors` may name, in which stage each step runs and
// how it is made. Documents and metrics are made from it or checked against it.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/processor.h"
#include "processors/cleanup/line_rules.h"
#include "processors/cleanup/source_furniture.h"
#include "processors/entities/gazetteer.h"
#include "processors/entities/tagger_model.h"

namespace newsfeed {

// Where a step runs.
enum class Stage : uint8_t {
  kPrepare,  // any worker, in parallel, pure
  kJudge,    // one at a time, in order
  kEnrich,   // any worker, in parallel, pure
};

// "prepare", "judge", "enrich".
std::string_view StageName(Stage stage);

// What workers share; immutable.
struct SharedData {
  std::shared_ptr<const cleanup::LineRules> line_rules;
  std::shared_ptr<const cleanup::SourceFurniture> source_furniture;
  std::shared_ptr<const entities::Gazetteer> gazetteer;
  std::shared_ptr<const entities::TaggerModel> tagger_model;  // null: none
};

struct ProcessorEntry {
  std::string_view config_name;  // in `pipeline.processors`
  std::string_view step_name;    // Processor::name()
  Stage stage;
  bool required;
  std::string_view does;         // one line for documents
  absl::StatusOr<std::unique_ptr<Processor>> (*create)(const config::v1::Config& config,
                                                       const SharedData& shared);
};

// In the order of the chain. A config name with several rows ("dedup") is one choice.
std::span<const ProcessorEntry> ProcessorTable();

// True if the chain of `config` has the processor.
bool InChain(const config::v1::Config& config, std::string_view config_name);

// Checks names and order of `pipeline.processors`; the message names the key.
absl::Status CheckChain(const config::v1::Config& config);

}  // namespace newsfeed
