// An application on Kafka: what its groups, transactional ids and internal topics are called, and
// with which options its clients are made. Everything that names something in the cluster takes the
// name from here.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "daemon/kafka/kafka_client.h"
#include "newsfeed/config/v1/config.pb.h"
#include "processors/pipeline/processor_table.h"

namespace newsfeed::kafka {

// The topics between the stages.
struct InternalTopics {
  std::string prepared;  // 1 partition: the order of all verdicts
  std::string judged;    // by id
  std::string index;     // 1 partition: changelog of the judge's index
};
InternalTopics InternalTopicsOf(const config::v1::Config& config);

// Whether verdicts are given, and so three hops and internal topics exist.
bool HasJudge(const config::v1::Config& config);

// "newsfeed-prepare".
std::string GroupOf(const config::v1::Config& config, Stage stage);

// "newsfeed-prepare-INSTANCE-0": the same over restarts, so that a new process ends what its
// predecessor left open. The judge's is one for all instances: whoever initialises it fences the
// one before.
std::string TransactionalIdOf(const config::v1::Config& config, Stage stage,
                              std::string_view instance, size_t worker);

// What all clients have: bootstrap and the operator's properties.
Properties CommonProperties(const config::v1::Config& config);
// A member of the stage's group.
Properties GroupProperties(const config::v1::Config& config, Stage stage, std::string_view instance,
                           size_t worker);
// A reader with partitions of its own choice and no membership: what is committed, to the end.
Properties ReaderProperties(const config::v1::Config& config);
// A transactional producer; an empty `transactional_id` gives an idempotent one.
Properties ProducerProperties(const config::v1::Config& config,
                              const std::string& transactional_id);

// Largest record that internal and dead-letter topics must hold: an input of the largest size, with
// what prepare and the headers add.
size_t MaxInternalRecordBytes(const config::v1::Config& config);

// What `run` and the tools need beside a config that can be loaded: brokers, inputs, topic names
// that differ, no property that we own. The message names the key.
absl::Status CheckKafkaConfig(const config::v1::Config& config);

}  // namespace newsfeed::kafka
