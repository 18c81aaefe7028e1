#include "daemon/stages/clients.h"

#include <algorithm>
#include <utility>

#include "daemon/kafka/application.h"
#include "daemon/log.h"

namespace newsfeed::stages {
namespace {

// One call; a third of the transaction's time, so that two can fail before the broker gives it up.
constexpr absl::Duration kLongestCall = absl::Seconds(10);

// Every record of a batch is passed on or has one outcome. Where not, the batch is committed
// already: told, not mended.
void CheckAccounting(const Batch& batch, const HopOutput& out, WorkerCounters& counters) {
  const uint64_t read = batch.size();
  const uint64_t accounted = out.accounted();
  if (read == accounted) return;
  counters.accounting_mismatches += std::max(read, accounted) - std::min(read, accounted);
  const RecordId first = batch.empty() ? RecordId() : batch.articles().front().origin;
  log::Error("outcomes do not add up to the records read: run newsfeedd audit",
             {{"topic", first.topic.name}, {"partition", std::to_string(first.partition.value)},
              {"first_offset", std::to_string(first.offset.value)}, {"read", std::to_string(read)},
              {"accounted", std::to_string(accounted)}});
}

}  // namespace

kafka::Publisher::Options PublisherOptions(const config::v1::Config& config, const WorkerName& name,
                                           std::vector<std::string> topics) {
  const bool exactly_once = name.stage == Stage::kJudge ||
                            config.delivery().guarantee() != config::v1::Delivery::AT_LEAST_ONCE;
  const absl::Duration timeout = absl::Seconds(config.delivery().transaction_timeout_seconds());
  const std::string id =
      exactly_once ? kafka::TransactionalIdOf(config, name.stage, name.instance, name.worker) : "";
  kafka::Properties properties = kafka::ProducerProperties(config, id);
  // Every batch ends in a flush, which waits for nothing. Records that lie longer than this while
  // their partition is not yet in the transaction make librdkafka 2.0.2 spin: a sixth of the
  // client's CPU with 5 ms.
  if (!config.kafka().properties().contains("linger.ms")) properties["linger.ms"] = "50";
  return {.properties = std::move(properties),
          .topics = std::move(topics),
          .call_timeout = std::min(timeout / 3, kLongestCall),
          .transaction_timeout = timeout};
}

kafka::GroupReader::Options ReaderOptions(const config::v1::Config& config, const WorkerName& name,
                                          std::vector<std::string> topics) {
  const bool internal = name.stage != Stage::kPrepare;
  return {.properties = kafka::GroupProperties(config, name.stage, name.instance, name.worker),
          .topics = std::move(topics),
          .max_record_bytes = internal ? 0 : config.limits().max_record_bytes(),
          .internal = internal};
}

void CountBatch(const Batch& batch, const HopOutput& out, absl::Duration took, absl::Time wall,
                WorkerCounters& counters) {
  counters.records_read += batch.size();
  counters.bytes_read += batch.value_bytes();
  ++counters.batches_committed;
  counters.commit_seconds.Add(absl::ToDoubleSeconds(took));
  out.CountInto(counters);
  CheckAccounting(batch, out, counters);
  const int64_t now_ms = absl::ToUnixMillis(wall);
  for (const Article& article : batch.articles()) {
    if (article.timestamp_ms <= 0) continue;
    const int64_t age_ms = std::max<int64_t>(now_ms - article.timestamp_ms, 0);
    counters.end_to_end_seconds.Add(static_cast<double>(age_ms) / 1000);
  }
}

void FillStatusOf(const kafka::GroupReader& reader, const kafka::Publisher& publisher,
                  WorkerStatus& status) {
  status.last_error =
      !reader.last_error().ok() ? reader.last_error().message : publisher.last_error().message;
  status.partitions = reader.Partitions();
  status.counters.records_dropped = reader.dropped();
  status.counters.offsets_skipped = reader.skipped();
  status.counters.rebalances = reader.rebalances();
  status.counters.fenced = publisher.fenced();
  status.counters.producers_replaced = publisher.replaced();
  status.counters.consumers_replaced = reader.replaced();
}

}  // namespace newsfeed::stages
