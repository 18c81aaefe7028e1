// What each class of error does to a batch.
#include "daemon/kafka/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/kafka/scripted_clients.h"

namespace newsfeed::kafka {
namespace {

using Result = Publisher::Result;
using testing::Failure;
using testing::Script;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class PublisherTest : public ::testing::Test {
 protected:
  // Steps until something else than kWorking comes; time passes by a second a step.
  Result Run() {
    for (int i = 0; i < 1000; ++i) {
      now_ += absl::Seconds(1);
      if (const Result result = publisher_.Step(now_); result != Result::kWorking) return result;
    }
    return Result::kWorking;
  }

  Result PublishOne(std::string_view value) {
    if (!publisher_.ready()) {
      EXPECT_EQ(Run(), Result::kReady);
    }
    record_ = {.topic = "out", .value = value};
    publisher_.Begin({&record_, 1}, {{{"in", 0}, 8}}, &consumer_);
    return Run();
  }

  absl::Time now_ = absl::FromUnixSeconds(1000);
  Script script_;
  testing::ScriptedFactory factory_{&script_};
  testing::ScriptedConsumer consumer_{&script_, nullptr};
  Publisher publisher_{&factory_, {.properties = {{"transactional.id", "a"}}, .topics = {"out"},
                                   .transaction_timeout = absl::Hours(1)}};
  ProducedRecord record_;
};

TEST_F(PublisherTest, CommitsRecordsAndOffsetsTogether) {
  EXPECT_EQ(PublishOne("x"), Result::kCommitted);
  EXPECT_THAT(script_.calls, ElementsAre("new producer", "init", "metadata", "begin", "produce", "offsets", "commit"));
  EXPECT_THAT(script_.sent_offsets, ElementsAre(PartitionOffset{{"in", 0}, 8}));
}

// Brokers take the offsets of a member without a generation unchecked.
TEST_F(PublisherTest, AbortsWhereAllPartitionsWereLostMeanwhile) {
  script_.has_generation = false;
  EXPECT_EQ(PublishOne("x"), Result::kAborted);
  EXPECT_THAT(script_.calls, ElementsAre("new producer", "init", "metadata", "begin", "produce", "abort"));
}

struct Fault {
  const char* call;
  ErrorClass kind;
  Result want;
  int producers;  // in all
};

class PublisherFault : public PublisherTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(PublisherFault, LeadsTo) {
  const Fault& fault = GetParam();
  ASSERT_EQ(Run(), Result::kReady);
  script_.answers[fault.call] = {Failure(fault.kind)};
  EXPECT_EQ(PublishOne("x"), fault.want);
  // And the next batch passes.
  EXPECT_EQ(PublishOne("y"), Result::kCommitted);
  EXPECT_EQ(script_.producers, fault.producers);
  const std::vector<std::string> both{"x", "y"};
  EXPECT_EQ(script_.published, fault.want == Result::kCommitted ? both : std::vector<std::string>{"y"});
}

INSTANTIATE_TEST_SUITE_P(
    , PublisherFault,
    ::testing::Values(Fault{"produce", ErrorClass::kRetriable, Result::kCommitted, 1},
                      Fault{"produce", ErrorClass::kRefused, Result::kRefused, 1},
                      Fault{"produce", ErrorClass::kFatal, Result::kUnknown, 2},
                      Fault{"offsets", ErrorClass::kRetriable, Result::kCommitted, 1},
                      Fault{"offsets", ErrorClass::kAbortable, Result::kAborted, 1},
                      Fault{"offsets", ErrorClass::kTimedOut, Result::kUnknown, 2},
                      Fault{"commit", ErrorClass::kRetriable, Result::kCommitted, 1},
                      Fault{"commit", ErrorClass::kAbortable, Result::kAborted, 1},
                      Fault{"commit", ErrorClass::kTimedOut, Result::kUnknown, 2},
                      Fault{"commit", ErrorClass::kFenced, Result::kUnknown, 2},
                      Fault{"begin", ErrorClass::kOther, Result::kUnknown, 2}),
    [](const auto& i) {
      return std::string(i.param.call) + std::to_string(static_cast<int>(i.param.kind));
    });

TEST_F(PublisherTest, TheBrokersWordOnARecordIsTold) {
  script_.answers["commit"] = {Failure(ErrorClass::kAbortable, "_STATE"), Failure(ErrorClass::kAbortable, "_STATE")};
  script_.refusal = Producer::Refusal{0, Failure(ErrorClass::kRefused, "MSG_SIZE_TOO_LARGE")};
  EXPECT_EQ(PublishOne("x"), Result::kRefused);
  EXPECT_EQ(publisher_.last_error().name, "MSG_SIZE_TOO_LARGE");
  script_.refusal = Producer::Refusal{0, Failure(ErrorClass::kOther, "TOPIC_AUTHORIZATION_FAILED")};
  EXPECT_EQ(PublishOne("x"), Result::kAborted) << "is not the record's fault";
  EXPECT_EQ(publisher_.last_error().name, "TOPIC_AUTHORIZATION_FAILED");
  EXPECT_EQ(script_.producers, 2) << "one that was refused something is not used again";
}

TEST_F(PublisherTest, AnAbortThatFailsReplacesTheProducer) {
  script_.answers["commit"] = {Failure(ErrorClass::kAbortable)};
  script_.answers["abort"] = {Failure(ErrorClass::kFenced)};
  EXPECT_EQ(PublishOne("x"), Result::kUnknown);
  EXPECT_THAT(script_.published, IsEmpty());
}

TEST_F(PublisherTest, FencedAgainSoonIsAnotherProcess) {
  script_.answers["commit"] = {Failure(ErrorClass::kFenced), Failure(ErrorClass::kFenced)};
  EXPECT_EQ(PublishOne("x"), Result::kUnknown);
  EXPECT_EQ(PublishOne("x"), Result::kTakenOver);
}

TEST_F(PublisherTest, FencedAgainAfterATimeoutOfOurOwnIsNot) {
  script_.answers["commit"] = {Failure(ErrorClass::kFenced), Failure(ErrorClass::kTimedOut),
                               Failure(ErrorClass::kFenced)};
  EXPECT_EQ(PublishOne("x"), Result::kUnknown);
  EXPECT_EQ(PublishOne("x"), Result::kUnknown);
  EXPECT_EQ(PublishOne("x"), Result::kUnknown);
  EXPECT_EQ(publisher_.fenced(), 2);
}

TEST_F(PublisherTest, ABrokerThatIsAwayAtTheStartIsWaitedFor) {
  script_.answers["init"] = {Failure(ErrorClass::kTimedOut), Failure(ErrorClass::kOther)};
  EXPECT_EQ(Run(), Result::kReady);
  EXPECT_EQ(script_.producers, 2) << "a timed-out init goes on with the same client";
}

TEST_F(PublisherTest, ATopicThatIsNotThereIsNamed) {
  script_.answers["metadata"] = {Failure(ErrorClass::kOther, "UNKNOWN_TOPIC_OR_PART")};
  publisher_.Step(now_);  // the client
  publisher_.Step(now_);  // its transactions
  publisher_.Step(now_);
  EXPECT_EQ(publisher_.last_error().message, "topic out: as the test wants it");
  EXPECT_EQ(Run(), Result::kReady);
}

class PublisherAtLeastOnce : public ::testing::Test {
 protected:
  PublisherAtLeastOnce() {
    BecomeReady();
  }

  void BecomeReady() {
    while (publisher_.Step(now_ += absl::Seconds(1)) != Result::kReady) {}
  }

  Result PublishOne() {
    script_.calls.clear();
    publisher_.Begin({&record_, 1}, {{{"in", 0}, 8}}, &consumer_);
    Result result;
    while ((result = publisher_.Step(now_ += absl::Seconds(1))) == Result::kWorking) {}
    return result;
  }

  absl::Time now_ = absl::FromUnixSeconds(1000);
  Script script_;
  testing::ScriptedFactory factory_{&script_};
  Publisher publisher_{&factory_, {.properties = {}, .topics = {}}};
  testing::ScriptedConsumer consumer_{&script_, nullptr};
  const ProducedRecord record_{.topic = "out", .value = "x"};
};

TEST_F(PublisherAtLeastOnce, WhatTheBrokerRefusesHoldsTheOffsets) {
  script_.refusal = Producer::Refusal{0, Failure(ErrorClass::kRefused, "MSG_SIZE_TOO_LARGE")};
  EXPECT_EQ(PublishOne(), Result::kRefused);
  EXPECT_THAT(script_.calls, Not(Contains("consumer commit")));
  BecomeReady();
  EXPECT_EQ(PublishOne(), Result::kCommitted);
  EXPECT_EQ(script_.producers, 2) << "one that was refused something is not used again";
}

TEST_F(PublisherAtLeastOnce, ARefusalIsToldWhereTheClientFailsInItsWake) {
  script_.refusal = Producer::Refusal{0, Failure(ErrorClass::kRefused, "MSG_SIZE_TOO_LARGE")};
  script_.answers["flush"] = {Failure(ErrorClass::kFatal, "OUT_OF_ORDER_SEQUENCE_NUMBER")};
  EXPECT_EQ(PublishOne(), Result::kRefused);
  EXPECT_THAT(script_.calls, Not(Contains("consumer commit")));
}

TEST_F(PublisherAtLeastOnce, CommitsOffsetsOnlyAfterEverythingIsThere) {
  script_.answers["flush"] = {Failure(ErrorClass::kOther)};
  EXPECT_EQ(PublishOne(), Result::kAborted);
  EXPECT_THAT(script_.calls, Not(Contains("consumer commit")));
  EXPECT_EQ(PublishOne(), Result::kCommitted);
  EXPECT_THAT(script_.calls, ElementsAre("produce", "flush", "consumer commit"));
}

}  // namespace
}  // namespace newsfeed::kafka
