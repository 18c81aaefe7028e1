// newsfeedd produce: records of files into an input topic, for trials and tests.
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/file_inputs.h"
#include "daemon/cli/kafka_command.h"
#include "daemon/kafka/application.h"
#include "daemon/kafka/error_status.h"
#include "processors/pipeline/pipeline.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd produce -c newsfeed.yaml config/samples
  newsfeedd produce -c newsfeed.yaml --timestamps published --topic backfill news.ndjson.gz

Records get no key and go to the partitions in turn. Files as in `newsfeedd process`.)";

struct Arguments {
  std::string config;
  std::string topic;
  std::string timestamps = "now";
  uint32_t rate = 0;
  std::vector<std::string> inputs;
};

constexpr absl::Duration kTimeout = absl::Seconds(30);

// In a topic no name of a file tells what a payload is.
std::string_view ContentTypeOf(std::string_view file) {
  if (file.ends_with(".gz")) file.remove_suffix(3);
  if (file.ends_with(".html") || file.ends_with(".htm")) return "text/html";
  if (file.ends_with(".txt")) return "text/plain";
  if (file.ends_with("json") || file.ends_with(".jsonl")) return "application/json";
  return {};
}

class Feeder {
 public:
  Feeder(kafka::Producer* producer, std::string topic, int32_t partitions)
      : producer_(producer), topic_(std::move(topic)), partitions_(partitions) {}

  absl::Status Send(const Article& record, int64_t timestamp_ms) {
    const Header type[] = {{"content-type", ContentTypeOf(record.origin.topic.name)}};
    const kafka::ProducedRecord out{
        .topic = topic_,
        .partition = static_cast<int32_t>(sent_ % static_cast<uint64_t>(partitions_)),
        .timestamp_ms = timestamp_ms,
        .value = record.value,
        .headers = std::span(type).first(type[0].value.empty() ? 0 : 1)};
    for (;;) {
      const kafka::Error error = producer_->Produce(out);
      if (error.kind != kafka::ErrorClass::kRetriable) {
        if (error.ok()) ++sent_;
        return kafka::ToStatus(error, topic_);
      }
      producer_->Serve(absl::Milliseconds(100));
    }
  }

  // As long as it takes: each record that waits is sent, or given up after its own time.
  absl::Status Finish() {
    kafka::Error error;
    do {
      error = producer_->Flush(kTimeout);
    } while (error.kind == kafka::ErrorClass::kTimedOut);
    if (absl::Status status = kafka::ToStatus(error, "flush"); !status.ok()) return status;
    if (const auto refusal = producer_->TakeRefusal()) {
      return kafka::ToStatus(refusal->error, topic_);
    }
    return absl::OkStatus();
  }

  uint64_t sent() const { return sent_; }

 private:
  kafka::Producer* const producer_;
  const std::string topic_;
  const int32_t partitions_;
  uint64_t sent_ = 0;
};

// Waits until it is time for the record after `sent` others.
void Pace(absl::Time begin, uint64_t sent, uint32_t rate, kafka::Producer& producer) {
  const absl::Time due = begin + absl::Seconds(1) * (static_cast<double>(sent) / rate);
  while (absl::Now() < due) producer.Serve(std::min(due - absl::Now(), absl::Milliseconds(10)));
}

absl::StatusOr<ExitCode> Produce(Cluster& cluster, const Arguments& arguments) {
  const config::v1::Config& config = cluster.config;
  auto source = OpenInputs(arguments.inputs, config);
  if (!source.ok()) return source.status();
  kafka::Error error;
  const auto producer = cluster.factory->NewProducer(kafka::ProducerProperties(config, ""), error);
  if (!error.ok()) return kafka::ToStatus(error, "producer");
  const std::string topic = arguments.topic.empty() ? config.inputs(0).topic() : arguments.topic;
  int32_t partitions = 0;
  if (error = producer->Metadata(topic, partitions, kTimeout); !error.ok()) {
    return kafka::ToStatus(error, topic);
  }
  config::v1::Config decode_only = config;
  decode_only.mutable_pipeline()->clear_processors();
  decode_only.mutable_pipeline()->add_processors("decode");
  auto decode = Pipeline::Create(decode_only, {}, Stage::kPrepare, [] { return int64_t{0}; });
  if (!decode.ok()) return decode.status();
  Feeder feeder(producer.get(), topic, partitions);
  const absl::Time begin = absl::Now();
  const absl::Status sent = ForEachBatch(**source, [&](Batch& batch) -> absl::Status {
    if (arguments.timestamps == "published") {
      if (absl::Status status = (*decode)->Process(batch); !status.ok()) return status;
    }
    for (const Article& article : batch.articles()) {
      if (arguments.rate > 0) Pace(begin, feeder.sent(), arguments.rate, *producer);
      const int64_t now = absl::ToUnixMillis(absl::Now());
      const bool known =
          article.published && article.published->unix_ms > 0 && article.published->unix_ms < now;
      if (absl::Status status = feeder.Send(article, known ? article.published->unix_ms : now);
          !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  });
  if (!sent.ok()) return sent;
  if (absl::Status status = feeder.Finish(); !status.ok()) return status;
  fmt::print(stderr, "{} records to {}\n", feeder.sent(), topic);
  return static_cast<ExitCode>(TellInputs(**source, kExitOk));
}

}  // namespace

void AddProduce(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  AddConfigOption(app, arguments->config);
  app.add_option("INPUT", arguments->inputs, "files, folders, or - for standard input")->required();
  app.add_option("--topic", arguments->topic, "topic to write; default: the first of inputs");
  app.add_option("--timestamps", arguments->timestamps,
                 "of the records: published (where known and past) or now")
      ->check(CLI::IsMember({"published", "now"}))
      ->capture_default_str();
  app.add_option("--rate", arguments->rate, "records a second; 0: as fast as it goes")
      ->capture_default_str();
  app.footer(kExample);
  app.callback([arguments, &exit_code] {
    exit_code =
        RunOn(arguments->config, [&](Cluster& cluster) { return Produce(cluster, *arguments); });
  });
}

}  // namespace newsfeed::cli
