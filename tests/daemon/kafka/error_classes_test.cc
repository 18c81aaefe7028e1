// What librdkafka makes of a broker's errors, and what we make of that: each class decides what is done next
// (publisher.h). The broker is librdkafka's mock, told to answer so.
#include <absl/time/clock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <memory>
#include <string>

#include "daemon/kafka/rdkafka_client.h"

namespace newsfeed::kafka {
namespace {

constexpr absl::Duration kWait = absl::Seconds(20);

// Kafka's numbers of requests.
constexpr int16_t kProduce = 0;
constexpr int16_t kEndTxn = 26;
constexpr int16_t kTxnOffsetCommit = 28;

// kNextCall: whichever comes after the answer of a request that nobody waits for.
enum class At : uint8_t { kOffsets, kCommit, kRefusal, kNextCall };

struct Answer {
  const char* name;
  int16_t request;
  rd_kafka_resp_err_t error;
  At at;            // where it is told
  ErrorClass kind;  // and as what
  bool goes_on;     // the same producer, once aborted
};

class Assigning : public RebalanceListener {
 public:
  void OnAssigned(const std::vector<TopicPartition>& partitions) override {
    std::vector<PartitionOffset> from;
    for (const TopicPartition& partition : partitions) from.push_back({partition, 0});
    consumer->Assign(from);
    assigned = !partitions.empty();
  }
  void OnRevoked(const std::vector<TopicPartition>& partitions, bool) override { consumer->Unassign(partitions); }
  Consumer* consumer = nullptr;
  bool assigned = false;
};

class ErrorClassTest : public ::testing::TestWithParam<Answer> {
 protected:
  void SetUp() override {
    char message[256];
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), message, sizeof message);
    ASSERT_NE(handle_, nullptr) << message;
    cluster_ = rd_kafka_mock_cluster_new(handle_, 1);
    ASSERT_EQ(rd_kafka_mock_topic_create(cluster_, "in", 1, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
    ASSERT_EQ(rd_kafka_mock_topic_create(cluster_, "out", 1, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
    Properties properties = Common();
    properties["group.id"] = "group";
    Error error;
    consumer_ = factory_->NewConsumer(properties, &listener_, error);
    ASSERT_TRUE(error.ok()) << error.message;
    listener_.consumer = consumer_.get();
    ASSERT_TRUE(consumer_->Subscribe({"in"}).ok());
    const absl::Time end = absl::Now() + kWait;
    while (!listener_.assigned && absl::Now() < end) consumer_->Poll(absl::Milliseconds(100));
    ASSERT_TRUE(listener_.assigned);
    properties = Common();
    properties["transactional.id"] = "producer";
    producer_ = factory_->NewProducer(properties, error);
    ASSERT_TRUE(error.ok()) << error.message;
    ASSERT_TRUE(producer_->InitTransactions(kWait).ok());
  }
  void TearDown() override {
    producer_.reset();
    if (consumer_ != nullptr) consumer_->Close(kWait);
    consumer_.reset();
    if (cluster_ != nullptr) rd_kafka_mock_cluster_destroy(cluster_);
    if (handle_ != nullptr) rd_kafka_destroy(handle_);
  }

  Properties Common() const { return {{"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_)}}; }

  // The first error of a transaction, and at which call.
  Error Transact(At& at) {
    EXPECT_TRUE(producer_->BeginTransaction().ok());
    const Error produced = producer_->Produce({.topic = "out", .value = "v"});
    EXPECT_TRUE(produced.ok()) << produced.message;
    const auto group = consumer_->TakeGroupMetadata();
    EXPECT_NE(group, nullptr);
    at = At::kOffsets;
    Error error = producer_->SendOffsets({{{"in", 0}, 1}}, *group, kWait);
    if (!error.ok()) return error;
    at = At::kCommit;
    return producer_->CommitTransaction(kWait);
  }

  std::unique_ptr<ClientFactory> factory_ = NewRdKafkaFactory({});
  rd_kafka_t* handle_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  Assigning listener_;
  std::unique_ptr<Consumer> consumer_;
  std::unique_ptr<Producer> producer_;
};

TEST_P(ErrorClassTest, IsToldAs) {
  const Answer& answer = GetParam();
  At at;
  Error error = Transact(at);
  ASSERT_TRUE(error.ok()) << "without a fault: " << error.message;
  rd_kafka_mock_push_request_errors(cluster_, answer.request, 1, answer.error);
  error = Transact(at);
  ASSERT_FALSE(error.ok());
  const Error aborted = producer_->AbortTransaction(kWait);
  if (answer.at == At::kRefusal) {
    EXPECT_EQ(error.kind, ErrorClass::kAbortable) << error.name;
    EXPECT_TRUE(aborted.ok()) << aborted.message;
    const auto refusal = producer_->TakeRefusal();
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->ordinal, 0);
    error = refusal->error;
  } else if (answer.at != At::kNextCall) {
    EXPECT_EQ(at, answer.at);
  }
  EXPECT_EQ(error.kind, answer.kind) << error.name << ": " << error.message;
  if (!answer.goes_on) return;
  EXPECT_TRUE(aborted.ok()) << aborted.message;
  error = Transact(at);
  EXPECT_TRUE(error.ok()) << error.name << ": " << error.message;
}

INSTANTIATE_TEST_SUITE_P(
    , ErrorClassTest,
    ::testing::Values(
        Answer{"illegal_generation", kTxnOffsetCommit, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, At::kOffsets,
               ErrorClass::kAbortable, true},
        Answer{"unknown_member", kTxnOffsetCommit, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, At::kOffsets,
               ErrorClass::kAbortable, true},
        Answer{"fenced_instance", kTxnOffsetCommit, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, At::kOffsets,
               ErrorClass::kAbortable, true},
        // 2.0.2 says of it that an abort would do.
        Answer{"fenced_that_claims_to_be_abortable", kTxnOffsetCommit, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
               At::kOffsets, ErrorClass::kFenced, false},
        Answer{"fenced_at_the_end", kEndTxn, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, At::kCommit, ErrorClass::kFenced,
               false},
        Answer{"invalid_state", kEndTxn, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, At::kCommit, ErrorClass::kFatal, false},
        Answer{"too_large", kProduce, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, At::kRefusal, ErrorClass::kRefused, false},
        Answer{"not_authorized", kProduce, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, At::kRefusal,
               ErrorClass::kOther, false},
        Answer{"out_of_order", kProduce, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, At::kNextCall,
               ErrorClass::kFatal, false}),
    [](const auto& i) { return std::string(i.param.name); });

}  // namespace
}  // namespace newsfeed::kafka
