// Fills the index of an application that never ran, to see how long a judge takes to restore it:
//
//   newsfeedd topics create -c FILE
//   fill_index FILE ENTRIES
//   newsfeedd run -c FILE                 its log tells the seconds
//
// ID-index gets the entries of that many judged articles, ID-prepared as many records without content, and the
// groups of judge and prepare have committed.
#include <absl/strings/numbers.h>
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>

#include "daemon/config_loader.h"
#include "daemon/kafka/application.h"
#include "daemon/kafka/rdkafka_client.h"
#include "newsfeed/v1/internal.pb.h"
#include "processors/dedup/judge.h"
#include "processors/dedup/entry.h"
#include "tests/bench/random_sketches.h"

namespace newsfeed {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(60);

bool Produce(kafka::Producer& producer, const kafka::ProducedRecord& record) {
  kafka::Error error;
  while ((error = producer.Produce(record)).kind == kafka::ErrorClass::kRetriable) {
    producer.Serve(absl::Milliseconds(50));
  }
  if (!error.ok()) fmt::print(stderr, "{}\n", error.message);
  return error.ok();
}

bool Commit(kafka::ClientFactory& factory, const config::v1::Config& config, Stage stage,
            const kafka::TopicPartition& where, int64_t offset) {
  kafka::Error error;
  const auto consumer = factory.NewConsumer(kafka::GroupProperties(config, stage, "fill", 0), nullptr, error);
  return error.ok() && consumer->Commit({{where, offset}}).ok();
}

bool Fill(const config::v1::Config& config, int64_t entries) {
  const auto factory = kafka::NewRdKafkaFactory({});
  kafka::Error error;
  const auto producer = factory->NewProducer(kafka::ProducerProperties(config, ""), error);
  if (!error.ok()) return false;
  const kafka::InternalTopics topics = kafka::InternalTopicsOf(config);
  dedup::Judge judge(*dedup::MakePolicy(config.dedup()));
  testing::RandomSketches sketches(absl::ToUnixMillis(absl::Now()) - entries);
  v1::IndexEntry message;
  std::string id;
  for (int64_t i = 0; i < entries; ++i) {
    const std::string_view sketch = sketches.Next(id);
    const dedup::IndexEntry entry = judge.Consider(
        {.prepared_offset = i, .sketch = sketch, .origin = {"articles.raw", {0}, {i}, 1}, .id = id});
    dedup::ToProto(entry, message);
    if (!Produce(*producer, {.topic = topics.index, .partition = 0, .value = message.SerializeAsString()}) ||
        !Produce(*producer, {.topic = topics.prepared, .partition = 0, .value = "-"}) || !judge.Insert(entry).ok()) {
      return false;
    }
    if (i % 256 == 0) judge.Commit();
  }
  if (!producer->Flush(kTimeout).ok()) return false;
  // Without offsets of the inputs the start is refused: they would be lost.
  return Commit(*factory, config, Stage::kJudge, {topics.prepared, 0}, entries) &&
         Commit(*factory, config, Stage::kPrepare, {config.inputs(0).topic(), 0}, 0);
}

}  // namespace
}  // namespace newsfeed

int main(int argc, char** argv) {
  int64_t entries = 0;
  if (argc != 3 || !absl::SimpleAtoi(argv[2], &entries)) {
    std::fputs("usage: fill_index FILE ENTRIES\n", stderr);
    return 64;
  }
  const auto config = newsfeed::LoadConfig(argv[1]);
  if (!config.ok()) {
    fmt::print(stderr, "{}\n", std::string(config.status().message()));
    return 78;
  }
  return newsfeed::Fill(*config, entries) ? 0 : 1;
}
