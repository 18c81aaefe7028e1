// newsfeedd run, from outside, on a real broker: what comes out is read from the topics alone.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "daemon/kafka/application.h"
#include "daemon/tools/topic_reader.h"
#include "newsfeed/v1/article.pb.h"
#include "tests/testing/daemon_process.h"
#include "tests/testing/invented_articles.h"
#include "tests/testing/kafka_application.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/outcome_reader.h"

namespace newsfeed {
namespace {

using kafka::PolledRecord;
using testing::DaemonProcess;
using testing::KafkaApplication;
using testing::OutcomeReader;
using testing::PartitionsOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint64_t kSamples = 66;  // records in config/samples

class RunOnKafka : public ::testing::Test, protected KafkaApplication {
 protected:
  RunOnKafka()
      : KafkaApplication(NEWSFEEDD, ::testing::UnitTest::GetInstance()->current_test_info()->name(),
                         testing::KafkaBootstrap()) {}

  void SetUp() override {
    if (testing::KafkaBootstrap().empty()) GTEST_SKIP() << testing::KafkaMissing();
    Configure("");
  }

  // One instance works off the samples.
  std::string RunOverSamples() {
    CreateTopics(2);
    Produce();
    const auto daemon = NewDaemon("a");
    daemon->Start();
    const std::string audit = AwaitDone(kSamples);
    daemon->Signal(SIGTERM);
    EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
    return audit;
  }

  void Produce() {
    ASSERT_EQ(Newsfeedd({"produce", "-c", config_path(), NEWSFEED_SOURCE_DIR "/config/samples"}).exit_code, 0);
  }

  int64_t FirstPrepared() {
    auto reader = tools::TopicReader::Open(factory(), config());
    EXPECT_TRUE(reader.ok());
    auto ranges = (*reader)->RangesOf({kafka::InternalTopicsOf(config()).prepared});
    EXPECT_TRUE(ranges.ok());
    return (*ranges)[0].low;
  }
};

// What is to be the same on files and on Kafka: everything but coordinates, time and verdict.
std::string WithoutPlace(v1::EnrichedArticle article) {
  article.clear_origin();
  article.clear_dedup();
  article.mutable_processing()->clear_config_digest();
  return article.ShortDebugString();
}

TEST_F(RunOnKafka, SamplesComeOutAsFromFiles) {
  CreateTopics(1);
  const std::string samples = NEWSFEED_SOURCE_DIR "/config/samples";
  ASSERT_EQ(Newsfeedd({"produce", "-c", config_path(), "--timestamps", "published", samples}).exit_code, 0);
  const auto daemon = NewDaemon("a");
  daemon->Start();
  const std::string audit = AwaitDone(kSamples);
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();

  const std::string out = folder().path() / "files";
  ASSERT_EQ(Newsfeedd({"process", "-c", config_path(), "-o", out, samples}).exit_code, 0);
  std::multiset<std::string> from_files;
  std::multiset<std::string> from_kafka;
  std::set<std::string> duplicates;
  for (const char* name : {"/articles.enriched.ndjson", "/articles.duplicates.ndjson"}) {
    std::ifstream lines(out + name);
    for (std::string line; std::getline(lines, line);) {
      v1::EnrichedArticle article;
      ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(line, &article).ok());
      from_files.insert(WithoutPlace(article));
    }
  }
  Read({config().outputs().enriched(), config().outputs().duplicates()}, [&](const PolledRecord& record) {
    v1::EnrichedArticle article;
    ASSERT_TRUE(article.ParseFromArray(record.value.data(), static_cast<int>(record.value.size())));
    from_kafka.insert(WithoutPlace(article));
  });
  EXPECT_EQ(from_kafka, from_files);
  EXPECT_THAT(audit, HasSubstr("\"dead_letter\":9,"));
  CompareVerdicts();
}

TEST_F(RunOnKafka, WithoutDedupThereIsOneHop) {
  Configure("pipeline:\n  processors: [decode, cleanup, entities]\n");
  EXPECT_THAT(RunOverSamples(), HasSubstr("\"enriched\":57,"));
}

TEST_F(RunOnKafka, AtLeastOnceLosesNothing) {
  Configure("delivery: {guarantee: AT_LEAST_ONCE}\n");
  EXPECT_THAT(RunOverSamples(), HasSubstr("\"clean\":true"));
  CompareVerdicts();
}

TEST_F(RunOnKafka, AKilledStaticMemberComesBackAlone) {
  Configure("", "keep_records: 1000000", "static_membership: true");
  CreateTopics(4);
  const auto stays = NewDaemon("stays");
  const auto killed = NewDaemon("killed");
  stays->Start();
  killed->Start();
  const std::string group = id() + "-prepare";
  const auto has_two = [&](const std::string& log) { return PartitionsOf(log, group) == 2; };
  const auto has_all = [&](const std::string& log) { return PartitionsOf(log, group) == 4; };
  // The first to join had all four; once the second has its two they have settled.
  ASSERT_TRUE(stays->AwaitLog(has_two, 60) && killed->AwaitLog(has_two, 60));
  Produce();
  ASSERT_TRUE(OutcomeReader(factory(), config()).AwaitMoreThan(kSamples / 3));
  killed->Signal(SIGKILL);
  EXPECT_EQ(killed->Wait(10), 128 + SIGKILL);
  // Other members are given up after ten seconds.
  EXPECT_FALSE(stays->AwaitLog(has_all, 15));
  const size_t before = killed->Log().size();
  killed->Start();
  Produce();
  EXPECT_THAT(AwaitDone(2 * kSamples), HasSubstr("\"clean\":true"));
  EXPECT_TRUE(has_two(stays->Log()) && has_two(killed->Log().substr(before)));
  for (DaemonProcess* daemon : {stays.get(), killed.get()}) daemon->Signal(SIGTERM);
  for (DaemonProcess* daemon : {stays.get(), killed.get()}) EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
}

TEST_F(RunOnKafka, TrimsWhatIsDoneAndGoesOnAfterARestart) {
  Configure("", "keep_records: 10, trim_seconds: 1");
  CreateTopics(2);
  const auto run = [&](uint64_t records) {
    Produce();
    const auto daemon = NewDaemon("a");
    daemon->Start();
    AwaitDone(records);
    ASSERT_TRUE(Eventually([&] { return FirstPrepared() > 0; })) << "nothing was trimmed";
    daemon->Signal(SIGTERM);
    EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
  };
  run(kSamples);
  const int64_t first = FirstPrepared();
  run(2 * kSamples);
  EXPECT_GT(FirstPrepared(), first);
  // The second time round everything is known: the index was restored.
  size_t duplicates = 0;
  Read({config().outputs().duplicates()}, [&](const PolledRecord&) { ++duplicates; });
  EXPECT_GE(duplicates, 50);
}

TEST_F(RunOnKafka, MissingTopicsAreRefused) {
  const auto run = Newsfeedd({"run", "-c", config_path()});
  EXPECT_EQ(run.exit_code, 78);
  EXPECT_THAT(run.err, HasSubstr("topics create"));
}

TEST_F(RunOnKafka, KilledInstancesLoseAndDoubleNothing) {
  constexpr size_t kRecords = 20'000;
  CreateTopics(6);
  const std::string news = folder().Write("news.ndjson", testing::InventedArticles(kRecords));
  ASSERT_EQ(Newsfeedd({"produce", "-c", config_path(), news}).exit_code, 0);
  std::vector<std::unique_ptr<DaemonProcess>> daemons;
  for (const char* name : {"a", "b", "c"}) {
    daemons.push_back(NewDaemon(name));
    daemons.back()->Start();
  }
  // Times at which an instance took office, and which: the last one is the owner.
  const auto offices = [&] {
    std::map<std::string, size_t> taken;
    for (size_t i = 0; i < daemons.size(); ++i) {
      const std::string log = daemons[i]->Log();
      for (size_t at = 0; (at = log.find("in office as the judge", at)) != std::string::npos; ++at) {
        taken[log.substr(log.rfind("ts=", at), 27)] = i;
      }
    }
    return taken;
  };
  OutcomeReader outcomes_now(factory(), config());
  std::mt19937 random(7);
  for (int kill = 0; kill < 5; ++kill) {
    // Something has happened since the last kill, and there is work left for the next.
    ASSERT_TRUE(outcomes_now.AwaitBeyondMark()) << "no progress after kill " << kill;
    ASSERT_LT(outcomes_now.Mark(), kRecords * 3 / 5) << "the work is nearly done: nothing is proved by kill " << kill;
    const size_t victim = kill % 2 == 0 ? offices().rbegin()->second : random() % daemons.size();
    daemons[victim]->Signal(SIGKILL);
    EXPECT_EQ(daemons[victim]->Wait(10), 128 + SIGKILL) << daemons[victim]->Log();
    daemons[victim]->Start();
  }
  const std::string audit = AwaitDone(kRecords);
  EXPECT_THAT(audit, HasSubstr("\"clean\":true"));
  for (const auto& daemon : daemons) daemon->Signal(SIGTERM);
  for (const auto& daemon : daemons) EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();

  EXPECT_GE(offices().size(), 3) << "the office was to change hands";
  const std::map<std::string, int> outcomes = Outcomes();
  EXPECT_EQ(outcomes.size(), kRecords);
  std::vector<std::string> doubled;
  for (const auto& [source, count] : outcomes) {
    if (count != 1) doubled.push_back(source);
  }
  EXPECT_THAT(doubled, IsEmpty());
  CompareVerdicts();
}

}  // namespace
}  // namespace newsfeed
