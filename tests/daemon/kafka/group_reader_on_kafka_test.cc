// What the reader relies on, seen on a real broker: beginning again, and logs that do not hold what is wanted.
#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "daemon/kafka/group_reader.h"
#include "daemon/kafka/rdkafka_client.h"
#include "tests/testing/kafka_broker.h"

namespace newsfeed::kafka {
namespace {

using ::testing::ElementsAre;

constexpr absl::Duration kWait = absl::Seconds(30);

class GroupReaderOnKafka : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (newsfeed::testing::KafkaBootstrap().empty()) GTEST_SKIP() << newsfeed::testing::KafkaMissing();
    topic_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::ranges::replace(topic_, '/', '-');
    Error error;
    admin_ = factory_->NewAdmin(Common(), error);
    ASSERT_TRUE(admin_->CreateTopic({.name = topic_}, kWait).ok());
    Produce(10);
  }

  static Properties Common() { return {{"bootstrap.servers", newsfeed::testing::KafkaBootstrap()}}; }

  void Produce(int count) {
    Error error;
    const auto producer = factory_->NewProducer(Common(), error);
    for (int i = 0; i < count; ++i) ASSERT_TRUE(producer->Produce({.topic = topic_, .value = "v"}).ok());
    ASSERT_TRUE(producer->Flush(kWait).ok());
  }

  std::unique_ptr<GroupReader> NewReader() {
    Properties properties = Common();
    properties["group.id"] = topic_;
    properties["enable.auto.commit"] = "false";
    properties["auto.offset.reset"] = "error";
    properties["enable.partition.eof"] = "true";
    properties["isolation.level"] = "read_committed";
    properties["partition.assignment.strategy"] = GetParam();
    return std::make_unique<GroupReader>(
        factory_.get(), GroupReader::Options{.properties = properties, .topics = {topic_}});
  }

  // Offsets read until there are `count`, or a minute has passed.
  std::vector<int64_t> Read(GroupReader& reader, size_t count) {
    std::vector<int64_t> offsets;
    batch_.Clear();
    const absl::Time end = absl::Now() + absl::Minutes(1);
    while (batch_.size() < count && absl::Now() < end) {
      if (!reader.pending().empty()) {
        EXPECT_TRUE(reader.Assign().ok());
      }
      EXPECT_NE(reader.Read(batch_, absl::Now(), absl::Milliseconds(100)), GroupReader::ReadResult::kDead);
    }
    for (const Article& article : batch_.articles()) offsets.push_back(article.origin.offset.value);
    return offsets;
  }

  // Reads on until so many wait; false: not within a minute.
  bool AwaitLag(GroupReader& reader, int64_t lag) {
    const absl::Time end = absl::Now() + absl::Minutes(1);
    while (absl::Now() < end) {
      reader.Read(batch_, absl::Now(), absl::Milliseconds(100));
      if (reader.Partitions().at(0).lag() == lag) return true;
    }
    return false;
  }

  const std::unique_ptr<ClientFactory> factory_ = NewRdKafkaFactory({});
  std::unique_ptr<Admin> admin_;
  std::string topic_;
  Batch batch_;
};

TEST_P(GroupReaderOnKafka, RewindsToWhatIsCommitted) {
  const auto reader = NewReader();
  ASSERT_TRUE(reader->Open().ok());
  EXPECT_THAT(Read(*reader, 3), ElementsAre(0, 1, 2));
  ASSERT_TRUE(reader->consumer()->Commit(reader->offsets()).ok());
  reader->Committed();
  EXPECT_THAT(Read(*reader, 2), ElementsAre(3, 4));
  ASSERT_TRUE(reader->Rewind().ok());
  EXPECT_THAT(Read(*reader, 4), ElementsAre(3, 4, 5, 6));
  EXPECT_EQ(reader->dropped(), 0);
  reader->Close(kWait);
}

TEST_P(GroupReaderOnKafka, GoesOnBehindWhatRetentionTook) {
  {
    const auto first = NewReader();
    ASSERT_TRUE(first->Open().ok());
    Read(*first, 2);
    ASSERT_TRUE(first->consumer()->Commit(first->offsets()).ok());
    first->Close(kWait);
  }
  ASSERT_TRUE(admin_->DeleteRecords({{{topic_, 0}, 7}}, kWait).ok());
  const auto reader = NewReader();
  ASSERT_TRUE(reader->Open().ok());
  EXPECT_THAT(Read(*reader, 3), ElementsAre(7, 8, 9));
  EXPECT_EQ(reader->skipped(), 5);
  reader->Close(kWait);
}

// The reader is told no more records than those before the open transaction, but that there are more.
TEST_P(GroupReaderOnKafka, WhatAnOpenTransactionHidesWaits) {
  Error error;
  Properties properties = Common();
  properties["transactional.id"] = topic_;
  const auto producer = factory_->NewProducer(properties, error);
  ASSERT_TRUE(producer->InitTransactions(kWait).ok());
  const auto reader = NewReader();
  ASSERT_TRUE(reader->Open().ok());
  Read(*reader, 10);
  reader->Committed();
  EXPECT_TRUE(AwaitLag(*reader, 0));
  for (const bool commit : {false, true}) {
    ASSERT_TRUE(producer->BeginTransaction().ok());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(producer->Produce({.topic = topic_, .value = "v"}).ok());
    ASSERT_TRUE(producer->Flush(kWait).ok());
    EXPECT_TRUE(AwaitLag(*reader, 3)) << (commit ? "to be committed" : "to be aborted");
    ASSERT_TRUE((commit ? producer->CommitTransaction(kWait) : producer->AbortTransaction(kWait)).ok());
    if (commit) {
      EXPECT_EQ(Read(*reader, 3).size(), 3);
      reader->Committed();
    }
    EXPECT_TRUE(AwaitLag(*reader, 0)) << (commit ? "committed" : "aborted");
  }
  reader->Close(kWait);
}

// librdkafka 2.0.2 ends the process here if a client is destroyed while its join is under way.
TEST_P(GroupReaderOnKafka, CloseWhileTheyJoin) {
  std::vector<std::thread> members;
  for (int member = 0; member < 5; ++member) {
    members.emplace_back([this, member] {
      for (int i = 0; i < 4; ++i) {
        Batch batch;
        const auto reader = NewReader();
        ASSERT_TRUE(reader->Open().ok());
        const absl::Time end = absl::Now() + absl::Milliseconds(100 * i + 10 * member);
        while (absl::Now() < end) reader->Read(batch, absl::Now(), absl::Milliseconds(5));
        reader->Close(absl::Seconds(5));
      }
    });
  }
  for (std::thread& member : members) member.join();
}

INSTANTIATE_TEST_SUITE_P(, GroupReaderOnKafka, ::testing::Values("cooperative-sticky", "range"),
                         [](const auto& i) { return std::string(i.param).substr(0, 5); });

}  // namespace
}  // namespace newsfeed::kafka
