// newsfeedd run, from outside, on a real broker: what comes out is read from the topics alone.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "daemon/config_loader.h"
#include "daemon/flight_recorder.h"
#include "daemon/kafka/application.h"
#include "daemon/record_headers.h"
#include "daemon/tools/topic_reader.h"
#include "newsfeed/v1/article.pb.h"
#include "newsfeed/v1/internal.pb.h"
#include "tests/testing/daemon_process.h"
#include "tests/testing/feeder.h"
#include "tests/testing/kafka_application.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/outcome_reader.h"

namespace newsfeed {
namespace {

using kafka::PolledRecord;
using testing::DaemonProcess;
using testing::HeaderOf;
using testing::KafkaApplication;
using testing::OutcomeReader;
using testing::PartitionsOf;
using testing::SourceOf;
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
    const std::string audit = AwaitDone(kSamples, {daemon.get()});
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

TEST_F(RunOnKafka, ProduceTellsOfDamagedInputs) {
  CreateTopics(1);
  const std::string damaged = folder().path() / "damaged.ndjson.gz";
  std::ofstream(damaged) << "no gzip";
  const auto run = Newsfeedd({"produce", "-c", config_path(), damaged, NEWSFEED_SOURCE_DIR "/config/samples"});
  EXPECT_EQ(run.exit_code, 65);
  EXPECT_THAT(run.err, HasSubstr("damaged.ndjson.gz: damaged after 0 bytes"));
  EXPECT_THAT(run.err, HasSubstr(std::to_string(kSamples) + " records to"));
}

TEST_F(RunOnKafka, SamplesComeOutAsFromFiles) {
  CreateTopics(1);
  const std::string samples = NEWSFEED_SOURCE_DIR "/config/samples";
  ASSERT_EQ(Newsfeedd({"produce", "-c", config_path(), "--timestamps", "published", samples}).exit_code, 0);
  const auto daemon = NewDaemon("a");
  daemon->Start();
  const std::string audit = AwaitDone(kSamples, {daemon.get()});
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

TEST_F(RunOnKafka, AsJsonAndByRouteArticlesAreTheSame) {
  const std::string copies = id() + "-copies";
  Configure("", "keep_records: 1000000", "",
            "  format: JSON\n  routes: [{topic: " + copies + ", verdicts: [DUPLICATE]}]\n");
  EXPECT_THAT(RunOverSamples(), HasSubstr("\"clean\":true"));
  std::multiset<std::string> duplicates;
  std::multiset<std::string> routed;
  Read({config().outputs().duplicates()}, [&](const PolledRecord& r) { duplicates.emplace(r.value); });
  Read({copies}, [&](const PolledRecord& r) {
    // A kill notice goes to all routes.
    if (HeaderOf(r, headers::kVerdict) == "DUPLICATE") routed.emplace(r.value);
  });
  EXPECT_GE(duplicates.size(), 5);
  EXPECT_EQ(routed, duplicates);
  v1::EnrichedArticle article;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(*duplicates.begin(), &article).ok()) << *duplicates.begin();
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
  EXPECT_THAT(AwaitDone(2 * kSamples, {stays.get(), killed.get()}), HasSubstr("\"clean\":true"));
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
    AwaitDone(records, {daemon.get()});
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

TEST_F(RunOnKafka, ATermInTheMiddleOfTheLoadAbortsNothing) {
  // A second worker of a stage joins while the first commits: that rebalance of the start aborts a batch, when it likes.
  Configure("workers: {prepare: 1, enrich: 1}\n");
  CreateTopics(6);
  testing::Feeder feeder(factory(), config(), 6, 2000);
  OutcomeReader outcomes_now(factory(), config());
  const auto daemon = NewDaemon("a");
  outcomes_now.Watch({daemon.get()});
  uint64_t aborted = 0;
  for (int term = 0; term < 4; ++term) {
    const size_t before = term == 0 ? 0 : daemon->Log().size();
    daemon->Start();
    ASSERT_TRUE(outcomes_now.AwaitBeyondMark()) << "no progress after term " << term;
    // Beyond the rebalances of the start, which abort a batch or two.
    ASSERT_TRUE(outcomes_now.AwaitMore(2000));
    daemon->Signal(SIGTERM);
    EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
    outcomes_now.Mark();
    // A start may abort, where the second worker joins while the first commits.
    constexpr char kAborted[] = "batch not published";
    const std::string log = daemon->Log().substr(before);
    EXPECT_EQ(log.find(kAborted, log.find("msg=draining")), std::string::npos) << log;
    const uint64_t aborted_before = aborted;
    aborted = AbortedRecords();
    if (log.find(kAborted) == std::string::npos) {
      EXPECT_EQ(aborted, aborted_before) << "by term " << term;
    }
  }
  daemon->Start();
  const uint64_t records = feeder.Stop();
  EXPECT_THAT(AwaitDone(records, {daemon.get()}), HasSubstr("\"clean\":true"));
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
  const std::map<std::string, int> outcomes = Outcomes();
  EXPECT_EQ(outcomes.size(), records);
  for (const auto& [source, count] : outcomes) EXPECT_EQ(count, 1) << source;
  CompareVerdicts();
}

// The service manager's end of NOTIFY_SOCKET, read all the time: a full socket would hold up the daemon.
class ServiceManager {
 public:
  explicit ServiceManager(const std::string& path) : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0) << path;
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
    reader_ = std::thread([this] { Read(); });
  }
  ~ServiceManager() {
    unsetenv("NOTIFY_SOCKET");
    shutdown(socket_, SHUT_RD);
    reader_.join();
    close(socket_);
  }
  // What came, without signs of life: "R" reloading, "y" ready, "f" a status that tells of a failed reload.
  std::string Heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  void Read() {
    char buffer[4096];
    for (ssize_t size; (size = recv(socket_, buffer, sizeof(buffer), 0)) > 0;) {
      const std::string_view text(buffer, static_cast<size_t>(size));
      const std::lock_guard lock(mutex_);
      if (text.starts_with("RELOADING=1\nMONOTONIC_USEC=")) heard_ += 'R';
      if (text == "READY=1") heard_ += 'y';
      if (text.starts_with("STATUS=reload failed: ") && !heard_.ends_with('f')) heard_ += 'f';
    }
  }

  const int socket_;
  std::mutex mutex_;
  std::string heard_;
  std::thread reader_;
};

// Digests of the configurations, and policies of the judge, that published articles name.
struct Stamps {
  std::set<std::string> digests;
  std::set<std::string> policies;
};

TEST_F(RunOnKafka, AReloadWhileRecordsFlowChangesWhatComesAfterIt) {
  CreateTopics(4);
  testing::Feeder feeder(factory(), config(), 4, 1000);
  const auto stamps = [&] {
    Stamps found;
    Read({config().outputs().enriched(), config().outputs().duplicates()}, [&](const PolledRecord& record) {
      v1::EnrichedArticle article;
      ASSERT_TRUE(article.ParseFromArray(record.value.data(), static_cast<int>(record.value.size())));
      found.digests.insert(article.processing().config_digest());
      found.policies.insert(article.dedup().policy());
    });
    return found;
  };
  ServiceManager manager(folder().path() / "notify");
  const auto daemon = NewDaemon("a");
  daemon->Start();
  OutcomeReader outcomes_now(factory(), config());
  outcomes_now.Watch({daemon.get()});
  ASSERT_TRUE(daemon->AwaitLog([](const std::string& log) { return log.find("msg=ready") != std::string::npos; }, 60));
  ASSERT_TRUE(outcomes_now.AwaitBeyondMark());
  const auto reload = [&](const std::string& answer) {
    const size_t before = daemon->Log().size();
    daemon->Signal(SIGHUP);
    EXPECT_TRUE(daemon->AwaitLog(
        [&](const std::string& log) { return log.find(answer, before) != std::string::npos; }, 30)) << daemon->Log();
  };
  const std::string good = "dedup: {window_hours: 48}\ncleanup: {max_removed_text_bytes: 100}\n";
  Configure(good);
  reload("msg=reloaded");
  // A key with a slip, and what needs a restart beside what does not.
  folder().Write("config.yaml", testing::ReadWholeFile(config_path()) + "dedupe: {window_hours: 1}\n");
  reload("dedupe: unknown key");
  Configure(good + "batch: {max_records: 3}\nworkers: {prepare: 5}\n");
  reload("needs a restart: workers.prepare");
  Configure(good);
  outcomes_now.Mark();
  ASSERT_TRUE(outcomes_now.AwaitBeyondMark());
  const uint64_t records = feeder.Stop();
  EXPECT_THAT(AwaitDone(records, {daemon.get()}), HasSubstr("\"clean\":true"));
  const Stamps flowing = stamps();
  EXPECT_EQ(flowing.digests.size(), 2);
  EXPECT_EQ(flowing.policies.size(), 2);

  const std::string log = daemon->Log();
  const size_t digest = log.find("digest=", log.find("msg=reloaded"));
  ASSERT_NE(digest, std::string::npos);
  ASSERT_TRUE(flowing.digests.contains(log.substr(digest + 7, 16))) << log;
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
  EXPECT_EQ(manager.Heard(), "yRyRfyRfy");
  const std::map<std::string, int> outcomes = Outcomes();
  EXPECT_EQ(outcomes.size(), records);
  for (const auto& [source, count] : outcomes) EXPECT_EQ(count, 1) << source;
  // In each partition the new configuration follows the old, once.
  std::map<std::string, std::map<int64_t, std::string>> by_place;
  Read({kafka::InternalTopicsOf(config()).prepared}, [&](const PolledRecord& record) {
    v1::Prepared prepared;
    ASSERT_TRUE(prepared.ParseFromArray(record.value.data(), static_cast<int>(record.value.size())));
    by_place[HeaderOf(record, headers::kSourcePartition)][std::stoll(HeaderOf(record, headers::kSourceOffset))] =
        prepared.article().processing().config_digest();
  });
  std::map<std::string, std::map<int64_t, std::string>> judged;
  Read({kafka::InternalTopicsOf(config()).index}, [&](const PolledRecord& record) {
    v1::IndexEntry entry;
    ASSERT_TRUE(entry.ParseFromArray(record.value.data(), static_cast<int>(record.value.size())));
    judged["policy"][entry.prepared_offset()] = entry.dedup().policy();
    if (entry.has_policy()) judged["changes"][entry.prepared_offset()] = entry.policy().name();
  });
  EXPECT_EQ(judged["changes"].size(), 2) << "one at the start, one at the reload";
  by_place["judge"] = judged["policy"];
  for (const auto& [place, values] : by_place) {
    size_t changes = 0;
    for (auto it = std::next(values.begin()); it != values.end(); ++it) changes += it->second != std::prev(it)->second;
    // A partition may have been read to its end before.
    EXPECT_LE(changes, 1) << place;
  }
}

// Stops the broker's process, and lets it go on in any case.
class HangingBroker {
 public:
  HangingBroker() { testing::SignalKafka(SIGSTOP); }
  HangingBroker(const HangingBroker&) = delete;
  HangingBroker& operator=(const HangingBroker&) = delete;
  ~HangingBroker() { testing::SignalKafka(SIGCONT); }
};

TEST_F(RunOnKafka, WhileTheBrokerHangsAReloadWaitsAndADrainEnds) {
  Configure("delivery: {drain_seconds: 600}\n");
  CreateTopics(4);
  testing::Feeder feeder(factory(), config(), 4, 1000);
  OutcomeReader outcomes_now(factory(), config());
  const auto daemon = NewDaemon("a");
  outcomes_now.Watch({daemon.get()});
  // Sends a signal and waits for what the log says to it.
  const auto answer = [&](int signal, const std::string& text) {
    const size_t before = daemon->Log().size();
    daemon->Signal(signal);
    return daemon->AwaitLog([&](const std::string& log) { return log.find(text, before) != std::string::npos; }, 60);
  };
  daemon->Start();
  ASSERT_TRUE(outcomes_now.AwaitBeyondMark());
  const std::string good = testing::ReadWholeFile(config_path()) + "dedup: {window_hours: 48}\n";
  {
    const HangingBroker hangs;
    folder().Write("config.yaml", good);
    EXPECT_TRUE(answer(SIGHUP, "SIGHUP: loading")) << daemon->Log();
    folder().Write("config.yaml", good + "x: 1\n");
    EXPECT_TRUE(answer(SIGHUP, "reload failed")) << daemon->Log();
    folder().Write("config.yaml", good);
    EXPECT_TRUE(answer(SIGHUP, "SIGHUP: loading")) << daemon->Log();
  }
  EXPECT_TRUE(daemon->AwaitLog([](const std::string& log) { return log.find("msg=reloaded") != std::string::npos; }, 60));
  EXPECT_TRUE(outcomes_now.AwaitBeyondMark());
  {
    const HangingBroker hangs;
    EXPECT_TRUE(answer(SIGTERM, "draining"));
    daemon->Signal(SIGTERM);
    EXPECT_EQ(daemon->Wait(20), 1) << "the second signal";
  }
  Configure("delivery: {drain_seconds: 2}\n");
  outcomes_now.Mark();
  daemon->Start();
  ASSERT_TRUE(outcomes_now.AwaitBeyondMark());
  {
    const HangingBroker hangs;
    daemon->Signal(SIGTERM);
    EXPECT_EQ(daemon->Wait(20), 1) << "the deadline";
    EXPECT_THAT(daemon->Log(), HasSubstr("not drained in time"));
  }
  daemon->Start();
  const uint64_t records = feeder.Stop();
  EXPECT_THAT(AwaitDone(records, {daemon.get()}), HasSubstr("\"clean\":true"));
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
  for (const auto& [source, count] : Outcomes()) EXPECT_EQ(count, 1) << source;
}

TEST_F(RunOnKafka, ARecordThatEndedTheProcessIsNamedAndSkipped) {
  Configure("state_dir: " + folder().path().string() + "\n");
  const std::string topic = id() + "-raw";
  for (int death = 0; death < 3; ++death) {
    auto recorder = FlightRecorder::Open(folder().path() / (id() + "-a.flight"));
    ASSERT_TRUE(recorder.ok()) << recorder.status();
    Batch in_hand;
    in_hand.Add({.id = {{topic}, {0}, {17}}});
    (*recorder)->NewDesk().Begin(in_hand);
  }
  CreateTopics(1);
  Produce();
  const auto daemon = std::make_unique<DaemonProcess>(
      std::vector<std::string>{NEWSFEEDD, "run", "-c", config_path(), "--instance", "a", "--skip", topic + ":0:17"},
      folder().path() / "a.log");
  daemon->Start();
  AwaitDone(kSamples, {daemon.get()});
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
  std::vector<std::string> skipped;
  Read({config().outputs().dead_letter()}, [&](const PolledRecord& record) {
    if (HeaderOf(record, headers::kErrorReason) == "OPERATOR_SKIPPED") skipped.push_back(SourceOf(record, true));
  });
  EXPECT_THAT(skipped, ::testing::ElementsAre(topic + "/0/17"));
  EXPECT_THAT(daemon->Log(), HasSubstr("\"a record ends the process\" record=" + topic + ":0:17 deaths=3"));
  EXPECT_THAT((*FlightRecorder::Open(folder().path() / (id() + "-a.flight")))->suspects(), IsEmpty());
  EXPECT_EQ(Newsfeedd({"run", "-c", config_path(), "--skip", "other:0:17"}).exit_code, 78);
}

TEST_F(RunOnKafka, KilledInstancesLoseAndDoubleNothing) {
  CreateTopics(6);
  std::vector<std::unique_ptr<DaemonProcess>> daemons;
  for (const char* name : {"a", "b", "c"}) {
    daemons.push_back(NewDaemon(name));
    daemons.back()->Start();
  }
  std::vector<const DaemonProcess*> running;
  for (const auto& daemon : daemons) running.push_back(daemon.get());
  // Articles come all the time, so that each kill meets work.
  testing::Feeder feeder(factory(), config(), 6, 1000);
  OutcomeReader outcomes_now(factory(), config());
  outcomes_now.Watch(running);
  std::mt19937 random(7);
  for (int kill = 0; kill < 5; ++kill) {
    ASSERT_TRUE(outcomes_now.AwaitBeyondMark()) << "no progress after kill " << kill;
    outcomes_now.Mark();
    const size_t victim = kill % 2 == 0 ? testing::OfficesOf(daemons).rbegin()->second : random() % daemons.size();
    daemons[victim]->Signal(SIGKILL);
    EXPECT_EQ(daemons[victim]->Wait(10), 128 + SIGKILL) << daemons[victim]->Log();
    daemons[victim]->Start();
  }
  ASSERT_TRUE(outcomes_now.AwaitBeyondMark()) << "no progress after the last kill";
  const uint64_t records = feeder.Stop();
  const std::string audit = AwaitDone(records, running);
  EXPECT_THAT(audit, HasSubstr("\"clean\":true"));
  for (const auto& daemon : daemons) daemon->Signal(SIGTERM);
  for (const auto& daemon : daemons) EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();

  EXPECT_GE(testing::OfficesOf(daemons).size(), 3) << "the office was to change hands";
  const std::map<std::string, int> outcomes = Outcomes();
  EXPECT_EQ(outcomes.size(), records);
  std::vector<std::string> doubled;
  for (const auto& [source, count] : outcomes) {
    if (count != 1) doubled.push_back(source);
  }
  EXPECT_THAT(doubled, IsEmpty());
  CompareVerdicts();
}

}  // namespace
}  // namespace newsfeed
