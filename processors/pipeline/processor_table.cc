#include "processors/pipeline/processor_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "processors/cleanup/cleanup.h"
#include "processors/decode/decode.h"
#include "processors/dedup/dedup.h"
#include "processors/entities/entities.h"

namespace newsfeed {
namespace {

using config::v1::Config;
using Created = absl::StatusOr<std::unique_ptr<Processor>>;

constexpr std::array kTable = std::to_array<ProcessorEntry>({
    {"decode", "decode", Stage::kPrepare, true, "bytes to article: JSON, text, HTML; to UTF-8",
     [](const Config& config, const SharedData&) -> Created {
       return decode::Create(
           config.decode(), config.limits(),
           InChain(config, "cleanup") ? decode::Next::kCleanup : decode::Next::kPublish);
     }},
    {"cleanup", "cleanup", Stage::kPrepare, false,
     "text or page to title, standfirst, body in paragraphs, language",
     [](const Config& config, const SharedData& shared) -> Created {
       return decode::CheckRequiredBehind(
           cleanup::Create(config.cleanup(), config.limits(), shared.line_rules,
                           shared.source_furniture),
           config.decode());
     }},
    {"dedup", "sketch", Stage::kPrepare, false, "what a verdict needs, as a few hundred bytes",
     [](const Config& config, const SharedData&) -> Created {
       return dedup::CreateSketcher(config.dedup());
     }},
    {"dedup", "judge", Stage::kJudge, false, "UNIQUE, DUPLICATE, UPDATE or LOW_INFORMATION",
     [](const Config& config, const SharedData&) -> Created {
       return dedup::CreateJudge(config.dedup());
     }},
    {"entities", "entities", Stage::kEnrich, false,
     "people, organisations, places with exact byte offsets and links",
     [](const Config& config, const SharedData& shared) -> Created {
       return entities::Create(config.entities(), shared.gazetteer, shared.tagger_model);
     }},
});

// Config names in the order of the chain, each once.
std::vector<std::string_view> ConfigNames() {
  std::vector<std::string_view> names;
  for (const ProcessorEntry& entry : kTable) {
    if (names.empty() || names.back() != entry.config_name) names.push_back(entry.config_name);
  }
  return names;
}

}  // namespace

std::string_view StageName(Stage stage) {
  switch (stage) {
    case Stage::kPrepare: return "prepare";
    case Stage::kJudge: return "judge";
    case Stage::kEnrich: return "enrich";
  }
  return "";
}

std::span<const ProcessorEntry> ProcessorTable() { return kTable; }

bool InChain(const Config& config, std::string_view config_name) {
  const auto& chain = config.pipeline().processors();
  return chain.empty() || std::ranges::find(chain, config_name) != chain.end();
}

absl::Status CheckChain(const Config& config) {
  const std::vector<std::string_view> known = ConfigNames();
  auto next = known.begin();
  for (const std::string& name : config.pipeline().processors()) {
    const auto found = std::ranges::find(known, name);
    if (found == known.end()) {
      return absl::InvalidArgumentError(fmt::format(
          "pipeline.processors: unknown processor \"{}\" (known: {})", name,
          fmt::join(known, ", ")));
    }
    if (found < next) {
      return absl::InvalidArgumentError(
          fmt::format("pipeline.processors: \"{}\" is out of order or twice (the order is {})",
                      name, fmt::join(known, ", ")));
    }
    next = found + 1;
  }
  for (const ProcessorEntry& entry : kTable) {
    if (entry.required && !InChain(config, entry.config_name)) {
      return absl::InvalidArgumentError(
          fmt::format("pipeline.processors: \"{}\" is required", entry.config_name));
    }
  }
  return absl::OkStatus();
}

}  // namespace newsfeed
