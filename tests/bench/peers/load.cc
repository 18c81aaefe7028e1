// What stands around the hops: topics, input, and what is seen of a hop from outside.
//
//   load create  BOOTSTRAP TOPIC PARTITIONS
//   load delete  BOOTSTRAP TOPIC
//   load fill    BOOTSTRAP TOPIC RECORDS BYTES
//   load watch   BOOTSTRAP GROUP TOPIC PARTITIONS RECORDS
//       a line "COMMITTED" for each change of the sum of committed offsets, until it is RECORDS
//   load latency BOOTSTRAP INPUT OUTPUT PARTITIONS RATE SECONDS BYTES
//       produces RATE records/s into INPUT and reads OUTPUT from its end on, read_committed; a line of JSON with the
//       milliseconds between, of the records sent in the second half
//
// Records have a key, two headers and text of invented words, which compress as news does.
#include <absl/time/clock.h>
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "daemon/kafka/rdkafka_client.h"

namespace newsfeed {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(60);

bool Told(const kafka::Error& error, std::string_view what) {
  if (!error.ok()) fmt::print(stderr, "load: {}: {} {}\n", what, error.name, error.message);
  return error.ok();
}

// Texts that differ, of words as frequent as Zipf has them.
class Texts {
 public:
  explicit Texts(size_t bytes) {
    for (std::string& text : texts_) text = Text(bytes);
  }
  std::string& Next() { return texts_[next_++ % texts_.size()]; }

 private:
  std::string Word() {
    std::string word;
    for (size_t left = 2 + random_() % 8; left > 0; --left) word += static_cast<char>('a' + random_() % 26);
    return word;
  }
  std::string Text(size_t bytes) {
    std::string text;
    while (text.size() < bytes) {
      // 1/rank: exp of a uniform.
      const double u = std::uniform_real_distribution<>(0, std::log(words_.size()))(random_);
      text += words_[static_cast<size_t>(std::exp(u)) - 1] + ' ';
    }
    text.resize(bytes);
    return text;
  }

  std::minstd_rand random_{1};
  std::vector<std::string> words_ = [this] {
    std::vector<std::string> words(30'000);
    std::ranges::generate(words, [this] { return Word(); });
    return words;
  }();
  std::array<std::string, 512> texts_;
  size_t next_ = 0;
};

kafka::Properties Common(std::string_view bootstrap) { return {{"bootstrap.servers", std::string(bootstrap)}}; }

std::unique_ptr<kafka::Producer> NewFeed(kafka::ClientFactory& factory, std::string_view bootstrap,
                                         std::string_view linger_ms) {
  kafka::Properties properties = Common(bootstrap);
  properties["linger.ms"] = linger_ms;
  properties["compression.type"] = "lz4";
  properties["acks"] = "all";
  properties["enable.idempotence"] = "true";
  properties["queue.buffering.max.messages"] = "100000";
  kafka::Error error;
  auto producer = factory.NewProducer(properties, error);
  return Told(error, "producer") ? std::move(producer) : nullptr;
}

bool Send(kafka::Producer& producer, const std::string& topic, uint64_t number, std::string_view value) {
  const std::string key = fmt::format("article-{:09}", number);
  const std::array headers{Header{"content-type", "application/json"}, Header{"newsfeed-id", key}};
  const kafka::ProducedRecord record{.topic = topic, .key = key, .value = value, .headers = headers};
  kafka::Error error;
  while ((error = producer.Produce(record)).kind == kafka::ErrorClass::kRetriable) {
    producer.Serve(absl::Milliseconds(10));
  }
  return Told(error, "produce");
}

int Create(kafka::ClientFactory& factory, std::string_view bootstrap, const std::string& topic, int32_t partitions) {
  kafka::Error error;
  const auto admin = factory.NewAdmin(Common(bootstrap), error);
  return Told(error, "admin") &&
                 Told(admin->CreateTopic({.name = topic, .partitions = partitions, .replication = 1}, kTimeout), topic)
             ? 0
             : 1;
}

// The daemon deletes no topics, and so neither does its client.
int Delete(std::string_view bootstrap, const char* topic) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char message[512];
  rd_kafka_conf_set(conf, "bootstrap.servers", std::string(bootstrap).c_str(), message, sizeof message);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, message, sizeof message);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
  rd_kafka_DeleteTopic_t* request = rd_kafka_DeleteTopic_new(topic);
  rd_kafka_DeleteTopics(client, &request, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, static_cast<int>(absl::ToInt64Milliseconds(kTimeout)));
  const bool done = event != nullptr && rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (event != nullptr) rd_kafka_event_destroy(event);
  rd_kafka_DeleteTopic_destroy(request);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(client);
  return done ? 0 : 1;
}

int Fill(kafka::ClientFactory& factory, std::string_view bootstrap, const std::string& topic, uint64_t records,
         size_t bytes) {
  const auto producer = NewFeed(factory, bootstrap, "50");
  if (producer == nullptr) return 1;
  Texts texts(bytes);
  for (uint64_t i = 0; i < records; ++i) {
    if (!Send(*producer, topic, i, texts.Next())) return 1;
  }
  return Told(producer->Flush(kTimeout), "flush") ? 0 : 1;
}

int Watch(kafka::ClientFactory& factory, std::string_view bootstrap, const std::string& group,
          const std::string& topic, int32_t partitions, int64_t records) {
  kafka::Properties properties = Common(bootstrap);
  properties["group.id"] = group;
  // Does not wait for open transactions: it is asked what is committed now.
  properties["isolation.level"] = "read_uncommitted";
  kafka::Error error;
  const auto consumer = factory.NewConsumer(properties, nullptr, error);
  if (!Told(error, "consumer")) return 1;
  std::vector<kafka::PartitionOffset> offsets;
  for (int32_t p = 0; p < partitions; ++p) offsets.push_back({{topic, p}});
  for (int64_t last = 0; last < records;) {
    int64_t committed = 0;
    // A group that nobody joined yet has no coordinator: asked again.
    if (consumer->Committed(offsets, kTimeout).ok()) {
      for (const kafka::PartitionOffset& o : offsets) committed += std::max<int64_t>(o.offset, 0);
    }
    if (committed != last) {
      fmt::print("{}\n", last = committed);
      std::fflush(stdout);
    }
    consumer->Poll(absl::Milliseconds(20));  // nothing is assigned: only waits
  }
  return 0;
}

// The first bytes of a value are the time it was sent at.
constexpr size_t kStampBytes = 20;

class LatencyReader {
 public:
  LatencyReader(std::unique_ptr<kafka::Consumer> consumer, absl::Time from)
      : consumer_(std::move(consumer)), from_(from) {}

  // Until `expected` records that were sent after `from` have come, or nothing comes any more.
  void Run(const std::atomic<uint64_t>& expected) {
    absl::Time last = absl::Now();
    while (milliseconds_.size() < expected && absl::Now() - last < absl::Seconds(20)) {
      const kafka::PollOutcome polled = consumer_->Poll(absl::Milliseconds(100));
      if (polled.kind != kafka::PollOutcome::Kind::kRecord) continue;
      last = absl::Now();
      const std::string_view stamp = polled.record.value.substr(0, kStampBytes);
      int64_t nanoseconds = 0;
      std::from_chars(stamp.data(), stamp.data() + stamp.size(), nanoseconds);
      const absl::Time sent = absl::FromUnixNanos(nanoseconds);
      if (sent >= from_) milliseconds_.push_back(absl::ToDoubleMilliseconds(last - sent));
    }
  }

  double Quantile(double q) {
    if (milliseconds_.empty()) return -1;
    std::ranges::sort(milliseconds_);
    return milliseconds_[static_cast<size_t>(q * static_cast<double>(milliseconds_.size() - 1))];
  }
  size_t size() const { return milliseconds_.size(); }

 private:
  const std::unique_ptr<kafka::Consumer> consumer_;
  const absl::Time from_;
  std::vector<double> milliseconds_;
};

int Latency(kafka::ClientFactory& factory, std::string_view bootstrap, const std::string& input,
            const std::string& output, int32_t partitions, double rate, double seconds, size_t bytes) {
  kafka::Properties properties = Common(bootstrap);
  properties["group.id"] = "latency";
  properties["fetch.wait.max.ms"] = "100";
  properties["enable.auto.commit"] = "false";
  kafka::Error error;
  auto consumer = factory.NewConsumer(properties, nullptr, error);
  if (!Told(error, "consumer")) return 1;
  std::vector<kafka::PartitionOffset> ends;
  for (int32_t p = 0; p < partitions; ++p) {
    int64_t low = 0;
    ends.push_back({{output, p}});
    // A topic just made has no leader yet.
    const absl::Time end = absl::Now() + kTimeout;
    while (!(error = consumer->Watermarks(ends.back().where, low, ends.back().offset, kTimeout)).ok() &&
           absl::Now() < end) {
      consumer->Poll(absl::Milliseconds(100));
    }
    if (!Told(error, "watermarks")) return 1;
  }
  if (!Told(consumer->Assign(ends), "assign")) return 1;
  const auto producer = NewFeed(factory, bootstrap, "1");
  if (producer == nullptr) return 1;

  const absl::Time begin = absl::Now();
  const absl::Time measured = begin + absl::Seconds(seconds / 2);
  LatencyReader reader(std::move(consumer), measured);
  std::atomic<uint64_t> expected = UINT64_MAX;
  std::jthread reading([&] { reader.Run(expected); });
  Texts texts(bytes);
  uint64_t sent = 0;
  uint64_t counted = 0;
  for (absl::Time now = begin; now < begin + absl::Seconds(seconds); now = absl::Now()) {
    const auto due = static_cast<uint64_t>(absl::ToDoubleSeconds(now - begin) * rate);
    for (; sent < due; ++sent) {
      const absl::Time stamp = absl::Now();
      std::string& value = texts.Next();
      value.replace(0, kStampBytes, fmt::format("{:020}", absl::ToUnixNanos(stamp)));
      if (!Send(*producer, input, sent, value)) return 1;
      counted += stamp >= measured;
    }
    producer->Serve(absl::Milliseconds(1));
  }
  const double took = absl::ToDoubleSeconds(absl::Now() - begin);
  expected = counted;
  if (!Told(producer->Flush(kTimeout), "flush")) return 1;
  reading.join();
  fmt::print("{{\"rate\": {:.0f}, \"sent\": {}, \"read\": {}, \"p50\": {:.1f}, \"p99\": {:.1f}, \"max\": {:.1f}}}\n",
             static_cast<double>(sent) / took, counted, reader.size(), reader.Quantile(0.5), reader.Quantile(0.99),
             reader.Quantile(1));
  return reader.size() == counted ? 0 : 1;
}

int Run(const std::vector<std::string>& words) {
  const auto factory = kafka::NewRdKafkaFactory({});
  const auto number = [&](size_t i) { return std::stoll(words[i]); };
  const std::string& verb = words[0];
  if (verb == "create" && words.size() == 4) {
    return Create(*factory, words[1], words[2], static_cast<int32_t>(number(3)));
  }
  if (verb == "delete" && words.size() == 3) return Delete(words[1], words[2].c_str());
  if (verb == "fill" && words.size() == 5) {
    return Fill(*factory, words[1], words[2], static_cast<uint64_t>(number(3)), static_cast<size_t>(number(4)));
  }
  if (verb == "watch" && words.size() == 6) {
    return Watch(*factory, words[1], words[2], words[3], static_cast<int32_t>(number(4)), number(5));
  }
  if (verb == "latency" && words.size() == 8) {
    return Latency(*factory, words[1], words[2], words[3], static_cast<int32_t>(number(4)), std::stod(words[5]),
                   std::stod(words[6]), static_cast<size_t>(number(7)));
  }
  return 64;
}

}  // namespace
}  // namespace newsfeed

int main(int argc, char** argv) {
  const int code = argc > 1 ? newsfeed::Run({argv + 1, argv + argc}) : 64;
  if (code == 64) std::fputs("usage: see the head of load.cc\n", stderr);
  return code;
}
