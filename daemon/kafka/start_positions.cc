#include "daemon/kafka/start_positions.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "daemon/kafka/application.h"
#include "daemon/kafka/error_status.h"
#include "daemon/log.h"

namespace newsfeed::kafka {
namespace {

using config::v1::Config;
constexpr absl::Duration kCallTimeout = absl::Seconds(10);

// A reader with the name of the stage's group, which it does not join.
std::unique_ptr<Consumer> NewReader(ClientFactory& factory, const Config& config,
                                    const char* isolation, absl::Status& status) {
  Properties properties = ReaderProperties(config);
  properties["group.id"] = GroupOf(config, Stage::kPrepare);
  properties["isolation.level"] = isolation;
  Error error;
  auto reader = factory.NewConsumer(properties, nullptr, error);
  status = ToStatus(error, "consumer");
  return reader;
}

absl::Status PartitionsOf(Admin& admin, const std::string& topic,
                          std::vector<PartitionOffset>& partitions) {
  TopicDescription description;
  if (const Error error = admin.DescribeTopic(topic, description, kCallTimeout); !error.ok()) {
    return ToStatus(error, topic);
  }
  partitions.clear();
  for (int32_t i = 0; i < description.partitions; ++i) partitions.push_back({{topic, i}});
  return absl::OkStatus();
}

bool NoneCommitted(const std::vector<PartitionOffset>& partitions) {
  return std::ranges::all_of(partitions,
                             [](const PartitionOffset& p) { return p.offset == kNoOffset; });
}

absl::Status Begin(Consumer& reader, const config::v1::Input& input,
                   std::vector<PartitionOffset>& partitions) {
  for (PartitionOffset& partition : partitions) {
    int64_t low = 0;
    int64_t high = 0;
    const Error error = reader.Watermarks(partition.where, low, high, kCallTimeout);
    if (!error.ok()) return ToStatus(error, partition.where.topic);
    partition.offset = input.start() == config::v1::Input::LATEST ? high : low;
  }
  const Error error = reader.Commit(partitions);
  // The group has members already: they have begun it.
  if (error.name == "UNKNOWN_MEMBER_ID") return absl::OkStatus();
  if (!error.ok()) return ToStatus(error, "start positions of " + input.topic());
  log::Info(
      "topic is read for the first time",
      {{"topic", input.topic()},
       {"from", input.start() == config::v1::Input::LATEST ? "its end" : "its first record"}});
  return absl::OkStatus();
}

// Offsets that expired or were deleted would let us read all again, and publish all again.
absl::Status CheckNothingWasRead(Consumer& reader, const Config& config) {
  if (!HasJudge(config)) return absl::OkStatus();
  const std::string prepared = InternalTopicsOf(config).prepared;
  int64_t low = 0;
  int64_t high = 0;
  if (const Error error = reader.Watermarks({prepared, 0}, low, high, kCallTimeout); !error.ok()) {
    return ToStatus(error, prepared);
  }
  if (high == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "group {} has no offset of any input, but {} is not empty: its offsets are lost. Set them "
      "with kafka-consumer-groups to where reading shall go on, or use another application_id",
      GroupOf(config, Stage::kPrepare), prepared));
}

}  // namespace

absl::Status CommitStartPositions(ClientFactory& factory, const Config& config) {
  absl::Status status;
  const auto reader = NewReader(factory, config, "read_committed", status);
  if (!status.ok()) return status;
  // Whether there are offsets, not which: a transaction that a killed predecessor left open would
  // hold up the answer until it times out, and only the workers' init ends it.
  const auto asker = NewReader(factory, config, "read_uncommitted", status);
  if (!status.ok()) return status;
  Error error;
  const auto admin = factory.NewAdmin(CommonProperties(config), error);
  if (!error.ok()) return ToStatus(error, "admin");
  std::vector<std::pair<const config::v1::Input*, std::vector<PartitionOffset>>> unread;
  bool any_read = false;
  for (const auto& input : config.inputs()) {
    std::vector<PartitionOffset> partitions;
    if (status = PartitionsOf(*admin, input.topic(), partitions); !status.ok()) return status;
    if (error = asker->Committed(partitions, kCallTimeout); !error.ok()) {
      return ToStatus(error, "offsets");
    }
    if (NoneCommitted(partitions)) {
      unread.emplace_back(&input, std::move(partitions));
    } else {
      any_read = true;
    }
  }
  if (unread.empty()) return absl::OkStatus();
  if (!any_read) {
    if (status = CheckNothingWasRead(*reader, config); !status.ok()) {
      // Another instance may have begun between the two questions.
      std::vector<PartitionOffset> again = unread.front().second;
      if (asker->Committed(again, kCallTimeout).ok() && !NoneCommitted(again)) {
        return absl::OkStatus();
      }
      return status;
    }
  }
  for (auto& [input, partitions] : unread) {
    if (status = Begin(*reader, *input, partitions); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace newsfeed::kafka
