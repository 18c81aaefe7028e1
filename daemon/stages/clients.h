// What all workers do alike with their two clients and their counters.
#pragma once

#include <string>
#include <vector>

#include "daemon/kafka/group_reader.h"
#include "daemon/kafka/publisher.h"
#include "daemon/stages/hop.h"

namespace newsfeed::stages {

// One worker of a stage.
struct WorkerName {
  Stage stage = Stage::kPrepare;
  std::string instance;
  size_t worker = 0;
};

// Transactional, but where at-least-once is asked for; the judge always.
kafka::Publisher::Options PublisherOptions(const config::v1::Config& config, const WorkerName& name,
                                           std::vector<std::string> topics);
kafka::GroupReader::Options ReaderOptions(const config::v1::Config& config, const WorkerName& name,
                                          std::vector<std::string> topics);

// A batch whose commit `took` so long and was done at `wall`, by the clock that dates records.
// Outcomes that do not add up are counted and logged.
void CountBatch(const Batch& batch, const HopOutput& out, absl::Duration took, absl::Time wall,
                WorkerCounters& counters);

// What the clients know.
void FillStatusOf(const kafka::GroupReader& reader, const kafka::Publisher& publisher,
                  WorkerStatus& status);

}  // namespace newsfeed::stages
