#include "daemon/cli/kafka_command.h"

#include <fmt/format.h>

#include <memory>
#include <mutex>
#include <string>

#include "daemon/kafka/application.h"
#include "daemon/kafka/rdkafka_client.h"

namespace newsfeed::cli {
namespace {

ExitCode CodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable: return kExitUnavailable;
    case absl::StatusCode::kNotFound: return kExitNoInput;
    case absl::StatusCode::kInvalidArgument: return kExitUsage;
    default: return kExitIo;
  }
}

absl::StatusOr<config::v1::Config> LoadKafkaConfig(const std::string& path) {
  auto config = ConfigFrom(path);
  if (!config.ok()) return config;
  if (absl::Status status = CheckKafkaKeys(path, *config); !status.ok()) return status;
  return config;
}

// Why the last try to connect failed; its threads are librdkafka's.
class LastFailure {
 public:
  void Note(std::string_view facility, std::string_view text) {
    if (facility != "FAIL") return;
    const std::lock_guard lock(mutex_);
    text_ = text;
  }
  absl::Status AddedTo(const absl::Status& status) const {
    const std::lock_guard lock(mutex_);
    if (text_.empty() || !absl::IsUnavailable(status)) return status;
    return absl::UnavailableError(fmt::format("{}: {}", std::string(status.message()), text_));
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace

void AddConfigOption(CLI::App& app, std::string& path) {
  app.add_option("-c,--config", path, "configuration file: names the cluster and the application")
      ->required();
}

absl::Status CheckKafkaKeys(const std::string& path, const config::v1::Config& config) {
  const absl::Status status = kafka::CheckKafkaConfig(config);
  if (status.ok()) return status;
  return absl::InvalidArgumentError(fmt::format("{}: {}", path, std::string(status.message())));
}

void TellOpenTransactions(const std::vector<std::string>& open_transactions) {
  for (const std::string& line : open_transactions) fmt::print(stderr, "newsfeedd: {}\n", line);
}

absl::StatusOr<std::unique_ptr<Cluster>> OpenCluster(const std::string& path) {
  auto config = LoadKafkaConfig(path);
  if (!config.ok()) return config.status();
  auto cluster = std::make_unique<Cluster>();
  cluster->config = *std::move(config);
  // What librdkafka has to say of its tries to connect ends in our one line.
  const auto failure = std::make_shared<LastFailure>();
  cluster->factory =
      kafka::NewRdKafkaFactory([failure](int, std::string_view facility, std::string_view text) {
        failure->Note(facility, text);
      });
  auto reader = tools::TopicReader::Open(*cluster->factory, cluster->config);
  if (!reader.ok()) return failure->AddedTo(reader.status());
  cluster->reader = *std::move(reader);
  return cluster;
}

int RunOn(const std::string& config,
          const std::function<absl::StatusOr<ExitCode>(Cluster&)>& work) {
  auto cluster = OpenCluster(config);
  if (!cluster.ok()) {
    const absl::Status& status = cluster.status();
    return Fail(status, absl::IsUnavailable(status) ? kExitUnavailable : kExitConfig);
  }
  const absl::StatusOr<ExitCode> code = work(**cluster);
  return PrintedOr(code.ok() ? *code : Fail(code.status(), CodeOf(code.status())));
}

}  // namespace newsfeed::cli
