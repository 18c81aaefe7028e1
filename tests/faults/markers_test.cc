// Kafka's own fault, KAFKA-20734, without any of newsfeed's daemons: 4.3.1 and 4.4.0 drop the end of a transaction for a
// partition that has no leader at that moment. Its readers wait, and what was aborted is shown to them with the next
// commit of the same producer. Why the rows that take a broker away run on 4.0.2, where this test fails.
#include <absl/time/clock.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "daemon/kafka/rdkafka_client.h"
#include "tests/faults/fault_row.h"
#include "tests/faults/proxied_cluster.h"
#include "tests/testing/kafka_application.h"

namespace newsfeed::faults {
namespace {

constexpr char kTopic[] = "held";
constexpr char kId[] = "markers";
constexpr int kPartitions = 6;
constexpr absl::Duration kPatience = absl::Minutes(1);

class Markers : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!cluster_.missing().empty()) GTEST_SKIP() << cluster_.missing();
    kafka::Error error;
    const auto admin = factory_->NewAdmin({{"bootstrap.servers", cluster_.bootstrap()}}, error);
    ASSERT_TRUE(error.ok()) << error.message;
    error = admin->CreateTopic(
        {.name = kTopic, .partitions = kPartitions, .replication = 1, .options = {{"min.insync.replicas", "1"}}}, kPatience);
    ASSERT_TRUE(error.ok()) << error.message;
  }

  std::unique_ptr<kafka::Producer> NewProducer() {
    kafka::Error error;
    auto producer = factory_->NewProducer({{"bootstrap.servers", cluster_.bootstrap()},
                                          {"transactional.id", kId},
                                          {"transaction.timeout.ms", "5000"}}, error);
    if (error.ok()) error = producer->InitTransactions(kPatience);
    if (error.ok()) error = producer->BeginTransaction();
    EXPECT_TRUE(error.ok()) << error.message;
    return producer;
  }

  static void Write(kafka::Producer& producer, int partition, const std::string& value) {
    const kafka::Error error = producer.Produce({.topic = kTopic, .partition = partition, .value = value});
    EXPECT_TRUE(error.ok()) << error.message;
  }

  // Values that a read_committed reader is shown of the partition, within ten seconds.
  std::vector<std::string> Committed(int partition) {
    kafka::Error error;
    const auto consumer = factory_->NewConsumer({{"bootstrap.servers", cluster_.bootstrap()},
                                                {"group.id", kId},
                                                {"isolation.level", "read_committed"},
                                                {"enable.auto.commit", "false"}}, nullptr, error);
    EXPECT_TRUE(error.ok()) << error.message;
    error = consumer->Assign({{{kTopic, partition}, 0}});
    EXPECT_TRUE(error.ok()) << error.message;
    std::vector<std::string> values;
    const absl::Time end = absl::Now() + absl::Seconds(10);
    while (absl::Now() < end) {
      const kafka::PollOutcome outcome = consumer->Poll(absl::Milliseconds(500));
      if (outcome.kind == kafka::PollOutcome::Kind::kRecord) values.emplace_back(outcome.record.value);
    }
    return values;
  }

  static std::string Version() {
    const char* wanted = std::getenv("NEWSFEED_FAULTS_KAFKA");
    return wanted == nullptr ? "4.3.1" : wanted;
  }

  ProxiedCluster cluster_{Version()};
  const std::unique_ptr<kafka::ClientFactory> factory_ = kafka::NewRdKafkaFactory({});
};

TEST_F(Markers, AbortedRecordsAreShownWherePartitionsHadNoLeader) {
  auto producer = NewProducer();
  for (int partition = 0; partition < kPartitions; ++partition) Write(*producer, partition, "aborted");
  ASSERT_TRUE(producer->Flush(kPatience).ok());
  const int coordinator = cluster_.CoordinatorOfTransactions(kId);
  int partition = 0;
  while (cluster_.LeaderOf(kTopic, partition) == coordinator) ASSERT_LT(++partition, kPartitions);
  const int node = cluster_.LeaderOf(kTopic, partition);
  cluster_.Kill(node);
  // The transaction times out and is aborted; the marker for the partition has nowhere to go.
  ASSERT_TRUE(testing::KafkaApplication::Eventually([&] { return cluster_.Log().find("hence can be skipped") != std::string::npos; }));
  cluster_.Start(node);
  EXPECT_TRUE(Committed(partition).empty());

  producer = NewProducer();
  Write(*producer, partition, "committed");
  ASSERT_TRUE(producer->CommitTransaction(kPatience).ok());
  EXPECT_EQ(Committed(partition), (std::vector<std::string>{"aborted", "committed"}));
  fmt::print("{}", KafkasFaultsIn(cluster_.Log()));
}

}  // namespace
}  // namespace newsfeed::faults
