// Topics of a real broker through the interface.
#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "daemon/kafka/application.h"
#include "daemon/kafka/rdkafka_client.h"
#include "daemon/kafka/topics.h"
#include "tests/testing/kafka_broker.h"

namespace newsfeed::kafka {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr absl::Duration kWait = absl::Seconds(30);

class RdKafkaAdmin : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::KafkaBootstrap().empty()) GTEST_SKIP() << testing::KafkaMissing();
    config_.mutable_kafka()->add_bootstrap(testing::KafkaBootstrap());
    config_.set_application_id(::testing::UnitTest::GetInstance()->current_test_info()->name());
    Error error;
    admin_ = factory_->NewAdmin(CommonProperties(config_), error);
    ASSERT_TRUE(error.ok()) << error.message;
  }

  // A topic is there for the one broker that was asked a moment before it is there for all.
  TopicDescription Described(const std::string& name, bool exists) {
    TopicDescription found;
    const absl::Time end = absl::Now() + kWait;
    do {
      const Error error = admin_->DescribeTopic(name, found, kWait);
      EXPECT_TRUE(error.ok()) << error.message;
    } while (found.exists != exists && absl::Now() < end);
    return found;
  }

  std::unique_ptr<ClientFactory> factory_ = NewRdKafkaFactory({});
  config::v1::Config config_;
  std::unique_ptr<Admin> admin_;
};

TEST_F(RdKafkaAdmin, DescribesATopicWithItsOptions) {
  ASSERT_TRUE(admin_->CreateTopic({"described", 3, -1, {{"retention.ms", "-1"}}}, kWait).ok());
  const TopicDescription found = Described("described", true);
  EXPECT_EQ(found.partitions, 3);
  EXPECT_EQ(found.replication, 1);
  EXPECT_THAT(found.options, Contains(Pair("retention.ms", "-1")));
  EXPECT_THAT(found.options, Contains(Pair("cleanup.policy", "delete")));
}

TEST_F(RdKafkaAdmin, AskingForATopicDoesNotMakeIt) {
  for (int i = 0; i < 3; ++i) {
    TopicDescription found;
    ASSERT_TRUE(admin_->DescribeTopic("absent", found, kWait).ok());
    EXPECT_FALSE(found.exists);
  }
}

TEST_F(RdKafkaAdmin, DescribesABroker) {
  std::map<std::string, std::string> options;
  ASSERT_TRUE(admin_->DescribeBroker(options, kWait).ok());
  EXPECT_THAT(options, Contains(Pair("default.replication.factor", "1")));
}

TEST_F(RdKafkaAdmin, DeletesRecordsBeforeAnOffset) {
  ASSERT_TRUE(admin_->CreateTopic({.name = "trimmed"}, kWait).ok());
  Error error;
  const auto producer = factory_->NewProducer(ProducerProperties(config_, ""), error);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(producer->Produce({.topic = "trimmed", .value = "v"}).ok());
  ASSERT_TRUE(producer->Flush(kWait).ok());
  error = admin_->DeleteRecords({{{"trimmed", 0}, 3}}, kWait);
  ASSERT_TRUE(error.ok()) << error.message;
  EXPECT_TRUE(admin_->DeleteRecords({{{"trimmed", 0}, 2}}, kWait).ok());
  const auto consumer = factory_->NewConsumer(ReaderProperties(config_), nullptr, error);
  int64_t low = -1, high = -1;
  ASSERT_TRUE(consumer->Watermarks({"trimmed", 0}, low, high, kWait).ok());
  EXPECT_EQ(low, 3);
  EXPECT_EQ(high, 5);
  EXPECT_FALSE(admin_->DeleteRecords({{{"trimmed", 0}, 9}}, kWait).ok());
}

TEST_F(RdKafkaAdmin, TopicsMadeFromTheTableAreAsWanted) {
  config_.add_inputs()->set_topic("made-raw");
  config_.mutable_outputs()->set_enriched("made-enriched");
  auto before = CheckTopics(*admin_, config_);
  ASSERT_TRUE(before.ok()) << before.status().ToString();
  EXPECT_EQ(before->size(), 8);
  EXPECT_THAT(*before, Each(Field(&TopicProblem::what, "missing")));
  for (const WantedTopic& topic : WantedTopics(config_, /*input_partitions=*/2)) {
    const auto made = TopicToCreate(*admin_, topic, config_);
    ASSERT_TRUE(made.ok());
    const Error error = admin_->CreateTopic(*made, kWait);
    EXPECT_TRUE(error.ok()) << topic.name << ": " << error.message;
    Described(topic.name, true);
  }
  const auto after = CheckTopics(*admin_, config_);
  ASSERT_TRUE(after.ok());
  for (const TopicProblem& problem : *after) EXPECT_FALSE(problem.fatal) << Describe(problem);
}

}  // namespace
}  // namespace newsfeed::kafka
