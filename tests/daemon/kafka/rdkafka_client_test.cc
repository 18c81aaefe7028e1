// What the daemon relies on, seen on a real broker through the interface alone.
#include "daemon/kafka/rdkafka_client.h"

#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/kafka_broker.h"

namespace newsfeed::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kWait = absl::Seconds(30);

// Takes what it is given, and remembers.
class TakingListener : public RebalanceListener {
 public:
  void OnAssigned(const std::vector<TopicPartition>& partitions) override {
    std::vector<PartitionOffset> from;
    for (const TopicPartition& partition : partitions) from.push_back({partition, kNoOffset});
    assigned = partitions;
    EXPECT_TRUE(consumer->Assign(from).ok());
  }
  void OnRevoked(const std::vector<TopicPartition>& partitions, bool lost) override {
    revoked = partitions;
    was_lost = lost;
    consumer->Unassign(partitions);
  }

  Consumer* consumer = nullptr;
  std::vector<TopicPartition> assigned, revoked;
  bool was_lost = false;
};

class RdKafkaClient : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::KafkaBootstrap().empty()) GTEST_SKIP() << testing::KafkaMissing();
    topic_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    Error error;
    const auto admin = factory_->NewAdmin(Common(), error);
    ASSERT_TRUE(error.ok()) << error.message;
    error = admin->CreateTopic({.name = topic_}, kWait);
    ASSERT_TRUE(error.ok()) << error.message;
  }

  static Properties Common() { return {{"bootstrap.servers", testing::KafkaBootstrap()}}; }

  std::unique_ptr<Producer> NewProducer(const std::string& id) {
    Properties properties = Common();
    properties["transactional.id"] = id;
    Error error;
    auto producer = factory_->NewProducer(properties, error);
    EXPECT_TRUE(error.ok()) << error.message;
    error = producer->InitTransactions(kWait);
    EXPECT_TRUE(error.ok()) << error.message;
    return producer;
  }

  std::unique_ptr<Consumer> NewConsumer(TakingListener& listener, const std::string& group) {
    Properties properties = Common();
    properties["group.id"] = group;
    properties["enable.auto.commit"] = "false";
    properties["auto.offset.reset"] = "earliest";
    properties["enable.partition.eof"] = "true";
    Error error;
    auto consumer = factory_->NewConsumer(properties, &listener, error);
    EXPECT_TRUE(error.ok()) << error.message;
    listener.consumer = consumer.get();
    return consumer;
  }

  // Values up to the end of the topic's one partition.
  std::vector<std::string> ReadToEnd(Consumer& consumer) {
    std::vector<std::string> values;
    const absl::Time end = absl::Now() + kWait;
    while (absl::Now() < end) {
      const PollOutcome polled = consumer.Poll(absl::Milliseconds(200));
      if (polled.kind == PollOutcome::Kind::kRecord) values.emplace_back(polled.record.value);
      if (polled.kind == PollOutcome::Kind::kEndOfPartition) return values;
      EXPECT_NE(polled.kind, PollOutcome::Kind::kError) << polled.error.message;
    }
    ADD_FAILURE() << "no end of the partition";
    return values;
  }

  void Transact(Producer& producer, std::string_view value, bool commit) {
    ASSERT_TRUE(producer.BeginTransaction().ok());
    ASSERT_TRUE(producer.Produce({.topic = topic_, .value = value}).ok());
    ASSERT_TRUE(producer.Flush(kWait).ok());
    const Error ended =
        commit ? producer.CommitTransaction(kWait) : producer.AbortTransaction(kWait);
    ASSERT_TRUE(ended.ok()) << ended.message;
  }

  std::unique_ptr<ClientFactory> factory_ = NewRdKafkaFactory({});
  std::string topic_;
};

// Brokers take offsets without a generation unchecked: there must be nothing to send them with.
TEST_F(RdKafkaClient, NoGroupMetadataWithoutAGeneration) {
  TakingListener listener;
  const auto consumer = NewConsumer(listener, topic_);
  EXPECT_EQ(consumer->TakeGroupMetadata(), nullptr);
  ASSERT_TRUE(consumer->Subscribe({topic_}).ok());
  for (int i = 0; i < 300 && listener.assigned.empty(); ++i) consumer->Poll(absl::Milliseconds(100));
  EXPECT_NE(consumer->TakeGroupMetadata(), nullptr);
  consumer->Close(kWait);
}

TEST_F(RdKafkaClient, AbortedRecordsAreNotSeen) {
  const auto producer = NewProducer("aborting");
  Transact(*producer, "one", true);
  Transact(*producer, "never", false);
  Transact(*producer, "two", true);
  TakingListener listener;
  const auto consumer = NewConsumer(listener, "aborted-readers");
  ASSERT_TRUE(consumer->Subscribe({topic_}).ok());
  EXPECT_THAT(ReadToEnd(*consumer), ElementsAre("one", "two"));
  EXPECT_THAT(listener.assigned, ElementsAre(TopicPartition{topic_, 0}));
  consumer->Close(kWait);
  EXPECT_THAT(listener.revoked, ElementsAre(TopicPartition{topic_, 0}));
}

TEST_F(RdKafkaClient, KeysHeadersAndNullsComeBackAsTheyWere) {
  const auto producer = NewProducer("shapes");
  const std::vector<Header> headers = {{"h", "v"}, {"null", {}}};
  ASSERT_TRUE(producer->BeginTransaction().ok());
  ASSERT_TRUE(producer->Produce({.topic = topic_, .timestamp_ms = 1'772'357'400'000, .key = "k",
                                 .headers = headers}).ok());
  ASSERT_TRUE(producer->CommitTransaction(kWait).ok());
  TakingListener listener;
  const auto consumer = NewConsumer(listener, "shape-readers");
  ASSERT_TRUE(consumer->Subscribe({topic_}).ok());
  const absl::Time end = absl::Now() + kWait;
  PollOutcome polled;
  while (polled.kind != PollOutcome::Kind::kRecord && absl::Now() < end) {
    polled = consumer->Poll(absl::Milliseconds(200));
  }
  ASSERT_EQ(polled.kind, PollOutcome::Kind::kRecord);
  EXPECT_EQ(polled.record.key, "k");
  EXPECT_EQ(polled.record.value.data(), nullptr);
  EXPECT_EQ(polled.record.timestamp_ms, 1'772'357'400'000);
  ASSERT_EQ(polled.record.headers.size(), 2);
  EXPECT_EQ(polled.record.headers[0].value, "v");
  EXPECT_EQ(polled.record.headers[1].value.data(), nullptr);
  consumer->Close(kWait);
}

TEST_F(RdKafkaClient, OffsetsGoWithTheTransaction) {
  const auto producer = NewProducer("offsets");
  Transact(*producer, "in", true);
  TakingListener listener;
  const auto consumer = NewConsumer(listener, "offset-group");
  ASSERT_TRUE(consumer->Subscribe({topic_}).ok());
  EXPECT_THAT(ReadToEnd(*consumer), ElementsAre("in"));
  const auto send = [&](int64_t offset, bool commit) {
    ASSERT_TRUE(producer->BeginTransaction().ok());
    const auto group = consumer->TakeGroupMetadata();
    ASSERT_NE(group, nullptr);
    ASSERT_TRUE(producer->SendOffsets({{{topic_, 0}, offset, "kept beside"}}, *group, kWait).ok());
    ASSERT_TRUE((commit ? producer->CommitTransaction(kWait) : producer->AbortTransaction(kWait))
                    .ok());
  };
  const auto committed = [&] {
    std::vector<PartitionOffset> offsets = {{{topic_, 0}, kNoOffset}};
    EXPECT_TRUE(consumer->Committed(offsets, kWait).ok());
    return offsets[0];
  };
  EXPECT_EQ(committed().offset, kNoOffset);
  send(1, true);
  EXPECT_EQ(committed().offset, 1);
  EXPECT_EQ(committed().metadata, "kept beside");
  send(7, false);
  EXPECT_EQ(committed().offset, 1);
  consumer->Close(kWait);
}

TEST_F(RdKafkaClient, ASecondProducerFencesTheFirst) {
  const auto first = NewProducer("the-judge");
  ASSERT_TRUE(first->BeginTransaction().ok());
  ASSERT_TRUE(first->Produce({.topic = topic_, .value = "of the first"}).ok());
  ASSERT_TRUE(first->Flush(kWait).ok());
  const auto second = NewProducer("the-judge");
  Transact(*second, "of the second", true);
  const Error late = first->CommitTransaction(kWait);
  EXPECT_TRUE(late.kind == ErrorClass::kFenced || late.kind == ErrorClass::kFatal)
      << late.name << " " << late.message;
  TakingListener listener;
  const auto consumer = NewConsumer(listener, "fence-readers");
  ASSERT_TRUE(consumer->Subscribe({topic_}).ok());
  EXPECT_THAT(ReadToEnd(*consumer), ElementsAre("of the second"));
  consumer->Close(kWait);
}

TEST_F(RdKafkaClient, ATooLargeRecordIsRefusedAndHarmsNothing) {
  const auto producer = NewProducer("large");
  ASSERT_TRUE(producer->BeginTransaction().ok());
  const std::string large(size_t{2} << 20, 'x');
  EXPECT_EQ(producer->Produce({.topic = topic_, .value = large}).kind, ErrorClass::kRefused);
  ASSERT_TRUE(producer->Produce({.topic = topic_, .value = "small"}).ok());
  EXPECT_TRUE(producer->CommitTransaction(kWait).ok());
}

// The record alone is told, and the producer is of no use afterwards: Publisher makes a new one. Should this fail
// with a newer librdkafka, it need not any more.
TEST_F(RdKafkaClient, ARefusalByTheBrokerLeavesAGapInTheSequence) {
  Error error;
  const std::string small = topic_ + "-small";
  const auto admin = factory_->NewAdmin(Common(), error);
  ASSERT_TRUE(admin->CreateTopic({.name = small, .options = {{"max.message.bytes", "1000"}}}, kWait).ok());
  const auto producer = NewProducer("refused");
  const auto publish = [&](std::string_view value) {
    EXPECT_TRUE(producer->BeginTransaction().ok());
    EXPECT_TRUE(producer->Produce({.topic = small, .value = value}).ok());
    return producer->CommitTransaction(kWait);
  };
  EXPECT_TRUE(publish("a").ok());
  EXPECT_EQ(publish(std::string(5000, 'x')).kind, ErrorClass::kAbortable);
  EXPECT_TRUE(producer->AbortTransaction(kWait).ok());
  const auto refusal = producer->TakeRefusal();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->error.kind, ErrorClass::kRefused);
  EXPECT_EQ(publish("b").name, "OUT_OF_ORDER_SEQUENCE_NUMBER");
}

TEST_F(RdKafkaClient, SeekReadsAgain) {
  const auto producer = NewProducer("seeking");
  Transact(*producer, "a", true);
  Transact(*producer, "b", true);
  TakingListener listener;
  const auto consumer = NewConsumer(listener, "seek-readers");
  ASSERT_TRUE(consumer->Subscribe({topic_}).ok());
  EXPECT_THAT(ReadToEnd(*consumer), ElementsAre("a", "b"));
  ASSERT_TRUE(consumer->Seek({{{topic_, 0}, 0}}, kWait).ok());
  EXPECT_THAT(ReadToEnd(*consumer), ElementsAre("a", "b"));
  int64_t low = -1, high = -1;
  ASSERT_TRUE(consumer->Watermarks({topic_, 0}, low, high, kWait).ok());
  EXPECT_EQ(low, 0);
  EXPECT_EQ(high, 4) << "two records and two markers";
  consumer->Close(kWait);
}

TEST_F(RdKafkaClient, ARefusedPropertyIsNamedWithoutItsValue) {
  Error error;
  EXPECT_EQ(factory_->NewProducer({{"no.such.property", "secret"}}, error), nullptr);
  EXPECT_THAT(error.message, ::testing::HasSubstr("no.such.property"));
  EXPECT_THAT(error.message, ::testing::Not(::testing::HasSubstr("secret")));
}

}  // namespace
}  // namespace newsfeed::kafka
