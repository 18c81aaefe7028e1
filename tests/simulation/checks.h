// What must hold when all is through: I1 to I7, read from the logs of the model.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/status.h"
#include "newsfeed/config/v1/config.pb.h"
#include "processors/dedup/policy.h"
#include "tests/simulation/broker_model.h"
#include "tests/simulation/model_clients.h"
#include "tests/simulation/workload.h"

namespace newsfeed::simulation {

// By partition and offset of the input.
using SpecMap = std::map<std::pair<int32_t, int64_t>, Spec>;

struct CheckInput {
  BrokerModel& broker;
  ModelFactory& factory;
  const config::v1::Config& config;
  std::shared_ptr<const dedup::Policy> policy;
  std::string input_topic;
  const SpecMap& specs;
  const JudgeStatus& owner;  // as it was when all was read
  bool exactly_once = true;
};

// Everything that was read was committed, by all three stages.
bool AllRead(BrokerModel& broker, const config::v1::Config& config, const std::string& input_topic);

// Violations; counts what was seen in `events`.
std::vector<std::string> CheckAll(const CheckInput& input, std::map<std::string, uint64_t>& events);

}  // namespace newsfeed::simulation
