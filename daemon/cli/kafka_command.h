// What commands on a cluster have in common: a configuration that names it, and one line when it
// fails.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "daemon/cli/command.h"
#include "daemon/kafka/kafka_client.h"
#include "daemon/tools/topic_reader.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::cli {

// A cluster to work on.
struct Cluster {
  config::v1::Config config;
  std::unique_ptr<kafka::ClientFactory> factory;
  std::unique_ptr<tools::TopicReader> reader;
};

// -c, --config, required.
void AddConfigOption(CLI::App& app, std::string& path);

// What CheckKafkaConfig says, with the name of the file.
absl::Status CheckKafkaKeys(const std::string& path, const config::v1::Config& config);

// Says on stderr which parts of topics could not be read.
void TellOpenTransactions(const std::vector<std::string>& open_transactions);

// Loads the file, checks what is about Kafka, and makes sure that a broker answers.
absl::StatusOr<std::unique_ptr<Cluster>> OpenCluster(const std::string& path);

// Runs `work` on the cluster that `config` names; what fails is told on one line. Never kExitFailed
// for that: this code is the work's own answer.
int RunOn(const std::string& config, const std::function<absl::StatusOr<ExitCode>(Cluster&)>& work);

}  // namespace newsfeed::cli
