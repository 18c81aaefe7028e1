// Processes that stand still and go on, that find another in their place, or that cannot write their log; records and
// topics that are not as they should be.
#include <csignal>
#include <filesystem>

#include "daemon/kafka/application.h"
#include "tests/faults/fault_row.h"
#include "tests/faults/topic_admin.h"
#include "tests/testing/invented_articles.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed::faults {
namespace {

// Before anything is written, with records and no offsets, with all but the commit.
const char* const kPoints[] = {"publisher.before_begin", "publisher.after_produce", "publisher.before_commit"};

class Zombies : public Faults {
 protected:
  // Daemon 0 in a new life, stopped at the point, until its group has given it up.
  void StopAt(const std::string& stage, const std::string& point) {
    Kill(0);
    StartDaemon(0, point + "@" + stage + ":3=stop");
    AwaitStopped(0);
    const size_t given_up = GivenUp(stage);
    AwaitGivenUp(stage, given_up);
  }
};

// Others have taken its place, and the broker has ended its transaction: it may write nothing.
TEST_F(Zombies, StoppedBeyondTheTransactionTimeout) {
  Begin({.transaction_seconds = 5});
  for (const char* stage : {"prepare", "enrich"}) {
    for (const char* point : kPoints) {
      StopAt(stage, point);
      AwaitRecovery();
      daemon(0).Signal(SIGCONT);
      ASSERT_TRUE(AwaitTold(0, "batch not published")) << LogOf(0);
      Fault();
      AwaitRecovery();
      if (HasFatalFailure()) return;
    }
  }
  Finish();
}

// Its transaction is open still, and others wait for it: it may end it, if its offsets were sent in time.
TEST_F(Zombies, StoppedBetweenSessionAndTransactionTimeout) {
  Begin({.transaction_seconds = 60});
  for (const char* stage : {"prepare", "enrich"}) {
    for (const char* point : kPoints) {
      StopAt(stage, point);
      daemon(0).Signal(SIGCONT);
      AwaitRecovery();
      if (HasFatalFailure()) return;
    }
  }
  Finish();
}

// Whoever is in office is stopped, mostly inside a transaction, until another is, and goes on then.
TEST_F(Zombies, JudgesOwnerStoppedAndContinued) {
  Begin({.failpoints = "publisher.before_commit@judge=sleep:0.3"});
  size_t fenced = 0;
  for (int stop = 0; stop < 2; ++stop) {
    const size_t owner = JudgeOwner();
    const size_t offices = Offices();
    const size_t told = LogOf(owner).size();
    daemon(owner).Signal(SIGSTOP);
    Fault();
    ASSERT_TRUE(Eventually([&] { return Offices() > offices; }));
    AwaitRecovery();
    daemon(owner).Signal(SIGCONT);
    ASSERT_TRUE(daemon(owner).AwaitLog(
        [&](const std::string&) { return LogOf(owner).find("office", told) != std::string::npos; }, 60));
    fenced += LogOf(owner).find("leaving the office of the judge", told) != std::string::npos;
    Fault();
    AwaitRecovery();
    if (HasFatalFailure()) return;
  }
  EXPECT_GE(fenced, 1);
  Finish();
}

TEST_F(Faults, AnotherProducerTakesOurTransactionalId) {
  Begin({});
  const auto take = [&] {
    kafka::Error error;
    const auto other = factory().NewProducer(
        kafka::ProducerProperties(config(), kafka::TransactionalIdOf(config(), Stage::kPrepare, "a", 0)), error);
    ASSERT_TRUE(error.ok());
    ASSERT_TRUE(other->InitTransactions(absl::Seconds(20)).ok());
    Fault();
  };
  take();
  ASSERT_TRUE(AwaitTold(0, "batch not published")) << LogOf(0);
  AwaitRecovery();
  take();
  EXPECT_EQ(daemon(0).Wait(60), 70) << LogOf(0);
  StartDaemon(0);
  AwaitRecovery();
  Finish();
}

TEST_F(Faults, LogOnAFullDisk) {
  Begin({.daemons = 1});
  const std::vector<std::string> full = {"/bin/sh", "-c", "exec \"$@\" >/dev/full 2>&1", "sh"};
  for (const size_t number : {1U, 2U}) StartDaemon(number, kLongTransactions, full);
  Fault();
  AwaitRecovery();
  Kill(0);
  AwaitRecovery();
  Kill(1);
  StartDaemon(1, kLongTransactions, full);
  AwaitRecovery();
  Finish();
}

// Records that are no articles, between the others, with a kill among them.
TEST_F(Faults, PoisonAmongTheArticles) {
  Begin({});
  std::vector<std::string> poison = {"", "{", "[", "null", "\xff\xfe\xfd", std::string(1 << 20, '['),
                                     std::string(1 << 20, '\0'), R"({"id":"x","body":)" + std::string(100'000, '{')};
  for (const auto& file : std::filesystem::directory_iterator(NEWSFEED_SOURCE_DIR "/tests/fuzz/corpus/decode")) {
    poison.push_back(testing::ReadWholeFile(file.path()));
  }
  kafka::Error error;
  const auto producer = factory().NewProducer(kafka::ProducerProperties(config(), ""), error);
  ASSERT_TRUE(error.ok());
  for (size_t round = 0; round < 3; ++round) {
    for (size_t i = 0; i < poison.size(); ++i) {
      const kafka::ProducedRecord record{.topic = config().inputs(0).topic(),
                                         .partition = static_cast<int32_t>(i % static_cast<size_t>(load_.partitions)),
                                         .value = poison[i]};
      ASSERT_TRUE(producer->Produce(record).ok());
      ++records_;
    }
    // Without a value, and without anything.
    ASSERT_TRUE(producer->Produce({.topic = config().inputs(0).topic(), .key = "gone"}).ok());
    ASSERT_TRUE(producer->Produce({.topic = config().inputs(0).topic()}).ok());
    records_ += 2;
    ASSERT_TRUE(producer->Flush(absl::Seconds(30)).ok());
    Kill(round % daemons());
    StartDaemon(round % daemons());
    AwaitRecovery();
  }
  Finish();
}

// The new topic's records are other ones: all of them have an outcome, too.
TEST_F(Faults, InputTopicDeletedAndCreated) {
  Begin({});
  StopFeeder();
  const uint64_t before = records_;
  ASSERT_TRUE(outcomes_->AwaitMoreThan(before - 1));
  ASSERT_EQ(DeleteTopic(testing::KafkaBootstrap(), config().inputs(0).topic()), "");
  ASSERT_TRUE(Eventually([&] {
    return Newsfeedd({"topics", "create", "-c", config_path(), "--inputs", "--input-partitions",
                      std::to_string(load_.partitions)}).exit_code == 0;
  }));
  Fault();
  StartFeeder(before);
  AwaitRecovery();
  StopFeeder();
  EXPECT_TRUE(outcomes_->AwaitMoreThan(records_ - 1)) << outcomes_->count() << " outcomes of " << records_;
  FinishById();
}

// The broker takes less than the configuration says: what is too large becomes a dead letter, alone.
TEST_F(Faults, OutputTooLargeForTheBroker) {
  Begin({});
  ASSERT_EQ(SetTopicOption(bootstrap(), config().outputs().enriched(), "max.message.bytes", "65536"), "");
  kafka::Error error;
  const auto producer = factory().NewProducer(kafka::ProducerProperties(config(), ""), error);
  ASSERT_TRUE(error.ok());
  constexpr uint64_t kLong = 10;
  for (uint64_t i = 0; i < kLong; ++i) {
    const std::string article = testing::InventedArticle(10'000'000 + 5 * i, /*words=*/40'000);
    ASSERT_TRUE(producer->Produce({.topic = config().inputs(0).topic(), .value = article}).ok());
    ++records_;
  }
  ASSERT_TRUE(producer->Flush(absl::Seconds(30)).ok());
  Fault();
  AwaitRecovery();
  Finish();
  uint64_t dead = 0;
  Read({config().outputs().dead_letter()}, [&](const kafka::PolledRecord&) { ++dead; });
  EXPECT_EQ(dead, kLong);
}

// Nothing is lost while it is gone. Its outcomes are: they were the topic's.
TEST_F(Faults, OutputTopicDeletedAndCreated) {
  Begin({});
  StopFeeder();
  ASSERT_TRUE(outcomes_->AwaitMoreThan(records_ - 1));
  const uint64_t before = records_;
  outcomes_.reset();
  ASSERT_EQ(DeleteTopic(bootstrap(), config().outputs().enriched()), "");
  StartFeeder(before);
  // What enrich makes of the new articles is refused; any of the daemons may have all of its partitions.
  ASSERT_TRUE(Eventually([&] {
    for (size_t number = 0; number < daemons(); ++number) {
      if (LogOf(number).find("batch not published") != std::string::npos) return true;
    }
    return false;
  }));
  ASSERT_TRUE(Eventually([&] { return Newsfeedd({"topics", "create", "-c", config_path()}).exit_code == 0; }));
  Fault();
  outcomes_ = std::make_unique<testing::OutcomeReader>(factory(), config());
  AwaitRecovery();
  StopFeeder();
  FinishFrom(before);
}

}  // namespace
}  // namespace newsfeed::faults
