#include "tests/testing/feeder.h"

#include <absl/time/clock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/kafka/application.h"
#include "tests/testing/invented_articles.h"

namespace newsfeed::testing {

Feeder::Feeder(kafka::ClientFactory& factory, const config::v1::Config& config, int partitions, int rate,
               uint64_t first, int words)
    : first_(first), next_(first) {
  kafka::Properties properties = kafka::ProducerProperties(config, "");
  properties["message.timeout.ms"] = "600000";
  // librdkafka 2.0.2 with several requests under way sends the second before the first again where a broker dies, is told
  // OUT_OF_ORDER_SEQUENCE_NUMBER, and sends nothing any more.
  properties["max.in.flight"] = "1";
  thread_ = std::thread([this, &factory, properties, topic = config.inputs(0).topic(), partitions, rate, words] {
    kafka::Error error;
    const auto producer = factory.NewProducer(properties, error);
    if (error.ok()) Run(*producer, topic, partitions, rate, words);
    EXPECT_TRUE(error.ok()) << error.message;
  });
}

void Feeder::Run(kafka::Producer& producer, const std::string& topic, int partitions, int rate, int words) {
  const absl::Time begin = absl::Now();
  while (!stop_.load(std::memory_order_relaxed) && next_ - first_ < most_.load(std::memory_order_relaxed)) {
    const absl::Time due = begin + absl::Seconds(static_cast<double>(next_ - first_) / rate);
    if (const absl::Time now = absl::Now(); now < due) {
      producer.Serve(std::min(due - now, absl::Milliseconds(10)));
      continue;
    }
    const std::string article = InventedArticle(next_, words);
    const kafka::Error error = producer.Produce(
        {.topic = topic, .partition = static_cast<int32_t>(next_ % static_cast<uint64_t>(partitions)), .value = article});
    if (error.ok()) {
      ++next_;
    } else {
      producer.Serve(absl::Milliseconds(100));
    }
  }
  const kafka::Error error = producer.Flush(absl::Minutes(2));
  EXPECT_TRUE(error.ok()) << error.message;
  EXPECT_FALSE(producer.TakeRefusal().has_value());
}

uint64_t Feeder::StopAt(uint64_t records) {
  most_ = records;
  thread_.join();
  return Stop();
}

uint64_t Feeder::Stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  return next_ - first_;
}

}  // namespace newsfeed::testing
