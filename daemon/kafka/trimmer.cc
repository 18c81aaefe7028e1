#include "daemon/kafka/trimmer.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "daemon/kafka/application.h"
#include "daemon/kafka/error_status.h"

namespace newsfeed::kafka {
namespace {

using config::v1::Config;
constexpr absl::Duration kCallTimeout = absl::Seconds(10);

// Adds where each partition of `topic` may be cut: what `stage` has committed, less what is kept.
absl::Status AddCommitted(ClientFactory& factory, const Config& config, Stage stage,
                          const std::string& topic, int32_t partitions,
                          const std::atomic<bool>& stop, std::vector<PartitionOffset>& cuts) {
  Properties properties = ReaderProperties(config);
  properties["group.id"] = GroupOf(config, stage);
  Error error;
  const auto reader = factory.NewConsumer(properties, nullptr, error);
  if (!error.ok()) return ToStatus(error, "consumer");
  std::vector<PartitionOffset> committed;
  for (int32_t i = 0; i < partitions; ++i) committed.push_back({{topic, i}});
  if (error = reader->Committed(committed, kCallTimeout); !error.ok()) {
    return ToStatus(error, topic);
  }
  for (PartitionOffset& partition : committed) {
    partition.offset -= config.internal().keep_records();
    int64_t low = 0;
    int64_t high = 0;
    if (partition.offset <= 0 || stop) continue;
    if (!reader->Watermarks(partition.where, low, high, kCallTimeout).ok()) continue;
    if (partition.offset > low) cuts.push_back({partition.where, partition.offset});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status TrimInternalTopics(ClientFactory& factory, const Config& config, int64_t index_offset,
                                const std::atomic<bool>& stop) {
  const InternalTopics topics = InternalTopicsOf(config);
  Error error;
  const auto admin = factory.NewAdmin(CommonProperties(config), error);
  if (!error.ok()) return ToStatus(error, "admin");
  TopicDescription judged;
  if (error = admin->DescribeTopic(topics.judged, judged, kCallTimeout); !error.ok()) {
    return ToStatus(error, topics.judged);
  }
  std::vector<PartitionOffset> cuts;
  if (auto s = AddCommitted(factory, config, Stage::kJudge, topics.prepared, 1, stop, cuts);
      !s.ok()) {
    return s;
  }
  if (auto s = AddCommitted(factory, config, Stage::kEnrich, topics.judged, judged.partitions, stop,
                            cuts);
      !s.ok()) {
    return s;
  }
  if (index_offset > 0) cuts.push_back({{topics.index, 0}, index_offset});
  if (cuts.empty() || stop) return absl::OkStatus();
  return ToStatus(admin->DeleteRecords(cuts, kCallTimeout), "trimming");
}

}  // namespace newsfeed::kafka
