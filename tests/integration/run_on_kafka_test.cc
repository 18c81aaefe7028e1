// newsfeedd run, from outside, on a real broker: what comes out is read from the topics alone.
#include <absl/time/clock.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
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
#include "daemon/kafka/rdkafka_client.h"
#include "daemon/record_headers.h"
#include "daemon/tools/topic_reader.h"
#include "newsfeed/v1/article.pb.h"
#include "newsfeed/v1/internal.pb.h"
#include "processors/article/to_proto.h"
#include "processors/dedup/judge.h"
#include "tests/testing/daemon_process.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/program.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using kafka::PolledRecord;
using testing::DaemonProcess;
using testing::RunProgram;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string HeaderOf(const PolledRecord& record, std::string_view name) {
  return std::string(headers::Last(record.headers, name).value_or(""));
}

constexpr uint64_t kSamples = 66;  // records in config/samples

// "raw/3/17" of the record an outcome came from.
std::string SourceOf(const PolledRecord& record, bool dead_letter) {
  const auto part = [&](std::string_view source, std::string_view error) {
    return HeaderOf(record, dead_letter ? error : source);
  };
  return part(headers::kSourceTopic, headers::kErrorTopic) + "/" +
         part(headers::kSourcePartition, headers::kErrorPartition) + "/" +
         part(headers::kSourceOffset, headers::kErrorOffset);
}

// Counts what comes to the topics of outcomes, as a reader of what is committed does.
class OutcomeReader {
 public:
  OutcomeReader(kafka::ClientFactory& factory, const config::v1::Config& config) {
    kafka::Error error;
    consumer_ = factory.NewConsumer(kafka::ReaderProperties(config), nullptr, error);
    auto reader = tools::TopicReader::Open(factory, config);
    const auto& out = config.outputs();
    auto ranges = (*reader)->RangesOf({out.enriched(), out.duplicates(), out.dead_letter(), out.filtered()});
    std::vector<kafka::PartitionOffset> from;
    for (const tools::ReadRange& range : *ranges) from.push_back({range.where, range.low});
    for (const tools::ReadRange& range : *ranges) marks_[range.where] = range.low;
    EXPECT_TRUE(consumer_->Assign(from).ok());
  }

  // Waits until there are more than `count`.
  bool AwaitMoreThan(uint64_t count) {
    return Poll([&](const PolledRecord&) { return count_ > count; });
  }

  // Marks where the topics end now, and says how many offsets there are: records, and a few ends of transactions.
  uint64_t Mark() {
    uint64_t sum = 0;
    for (auto& [where, mark] : marks_) {
      int64_t low = 0;
      EXPECT_TRUE(consumer_->Watermarks(where, low, mark, absl::Seconds(10)).ok());
      sum += static_cast<uint64_t>(mark);
    }
    return sum;
  }
  // Waits for a record beyond the mark.
  bool AwaitBeyondMark() {
    return Poll([&](const PolledRecord& record) {
      return record.offset >= marks_[{std::string(record.topic), record.partition}];
    });
  }

 private:
  // Reads on to a record that `is_last`.
  bool Poll(const std::function<bool(const PolledRecord&)>& is_last) {
    const absl::Time end = absl::Now() + absl::Minutes(4);
    while (absl::Now() < end) {
      const kafka::PollOutcome outcome = consumer_->Poll(absl::Seconds(1));
      if (outcome.kind != kafka::PollOutcome::Kind::kRecord) continue;
      ++count_;
      if (is_last(outcome.record)) return true;
    }
    return false;
  }

  std::unique_ptr<kafka::Consumer> consumer_;
  std::map<kafka::TopicPartition, int64_t> marks_;
  uint64_t count_ = 0;
};

class RunOnKafka : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::KafkaBootstrap().empty()) GTEST_SKIP() << testing::KafkaMissing();
    id_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    Configure("");
  }

  // `more` is added to the configuration, `internal` and `kafka` to the keys of that name.
  void Configure(const std::string& more, const std::string& internal = "keep_records: 1000000",
                 const std::string& kafka = "") {
    config_path_ = folder_.Write("config.yaml", fmt::format(R"(application_id: {0}
kafka: {{bootstrap: ["{1}"], {4}}}
inputs:
  - topic: {0}-raw
outputs:
  enriched: {0}-enriched
  duplicates: {0}-duplicates
  dead_letter: {0}-dead
  filtered: {0}-filtered
internal: {{judged_partitions: 6, {3}}}
admin:
  enabled: false
{2})", id_, testing::KafkaBootstrap(), more, internal, kafka));
    auto config = LoadConfig(config_path_);
    ASSERT_TRUE(config.ok()) << config.status();
    config_ = *std::move(config);
  }

  testing::ProgramResult Newsfeedd(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), NEWSFEEDD);
    return RunProgram(arguments, "", 120);
  }

  void CreateTopics(int input_partitions) {
    const auto made = Newsfeedd({"topics", "create", "-c", config_path_, "--inputs", "--input-partitions",
                                 std::to_string(input_partitions)});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  std::unique_ptr<DaemonProcess> NewDaemon(const std::string& instance) {
    return std::make_unique<DaemonProcess>(
        std::vector<std::string>{NEWSFEEDD, "run", "-c", config_path_, "--instance", instance},
        folder_.path() / (instance + ".log"));
  }

  // Waits until each of `records` has an outcome and nothing is in flight; what audit says then.
  std::string AwaitDone(uint64_t records) {
    EXPECT_TRUE(OutcomeReader(*factory_, config_).AwaitMoreThan(records - 1));
    testing::ProgramResult audit;
    EXPECT_TRUE(Eventually([&] {
      audit = Newsfeedd({"audit", "--json", "-c", config_path_});
      return audit.out.find("\"unread\":0,\"in_prepared\":0,\"in_judged\":0") != std::string::npos;
    }));
    EXPECT_EQ(audit.exit_code, 0) << audit.out << audit.err;
    EXPECT_THAT(audit.out, HasSubstr(fmt::format("\"records\":{},", records)));
    return audit.out;
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
    ASSERT_EQ(Newsfeedd({"produce", "-c", config_path_, NEWSFEED_SOURCE_DIR "/config/samples"}).exit_code, 0);
  }

  void Read(const std::vector<std::string>& topics, const std::function<void(const PolledRecord&)>& take) {
    auto reader = tools::TopicReader::Open(*factory_, config_);
    ASSERT_TRUE(reader.ok()) << reader.status();
    auto ranges = (*reader)->RangesOf(topics);
    ASSERT_TRUE(ranges.ok()) << ranges.status();
    ASSERT_TRUE((*reader)->Read(*ranges, absl::Seconds(40), [&](const PolledRecord& record) {
                             take(record);
                             return true;
                           }).ok());
  }

  int64_t FirstPrepared() {
    auto reader = tools::TopicReader::Open(*factory_, config_);
    EXPECT_TRUE(reader.ok());
    auto ranges = (*reader)->RangesOf({kafka::InternalTopicsOf(config_).prepared});
    EXPECT_TRUE(ranges.ok());
    return (*ranges)[0].low;
  }

  // Asks the broker, which takes its time, for a minute at most.
  static bool Eventually(const std::function<bool()>& holds) {
    const absl::Time end = absl::Now() + absl::Minutes(1);
    while (absl::Now() < end) {
      if (holds()) return true;
    }
    return false;
  }

  // How often each input record has an outcome.
  std::map<std::string, int> Outcomes() {
    std::map<std::string, int> outcomes;
    const auto& out = config_.outputs();
    Read({out.enriched(), out.duplicates(), out.filtered()},
         [&](const PolledRecord& r) { ++outcomes[SourceOf(r, false)]; });
    Read({out.dead_letter()}, [&](const PolledRecord& r) { ++outcomes[SourceOf(r, true)]; });
    return outcomes;
  }

  // Verdicts as they were published, by offset in the topic of prepared articles; and as one judge gives them that
  // reads that topic from its beginning.
  void CompareVerdicts() {
    const kafka::InternalTopics topics = kafka::InternalTopicsOf(config_);
    std::map<std::string, std::string> published;  // source => verdict
    Read({topics.judged}, [&](const PolledRecord& record) {
      published[SourceOf(record, false)] = HeaderOf(record, headers::kVerdictDetail);
    });
    auto policy = dedup::MakePolicy(config_.dedup());
    ASSERT_TRUE(policy.ok());
    dedup::Judge judge(*policy);
    size_t different = 0;
    size_t compared = 0;
    Read({topics.prepared}, [&](const PolledRecord& record) {
      const std::string topic = HeaderOf(record, headers::kSourceTopic);
      const std::string sketch = HeaderOf(record, headers::kSketch);
      const dedup::IndexEntry entry = judge.Consider(
          {.prepared_offset = record.offset,
           .sketch = sketch,
           .origin = {topic, {std::stoi(HeaderOf(record, headers::kSourcePartition))},
                      {std::stoll(HeaderOf(record, headers::kSourceOffset))},
                      std::stoll(HeaderOf(record, headers::kSourceTimestamp))},
           .id = record.key});
      v1::Dedup verdict;
      ToProto(entry.dedup, verdict);
      different += verdict.SerializeAsString() != published[SourceOf(record, false)];
      ++compared;
      ASSERT_TRUE(judge.Insert(entry).ok());
      judge.Commit();
    });
    EXPECT_EQ(different, 0) << "of " << compared;
    EXPECT_EQ(compared, published.size());
  }

  std::string id_;
  testing::TemporaryFolder folder_;
  std::string config_path_;
  config::v1::Config config_;
  std::unique_ptr<kafka::ClientFactory> factory_ = kafka::NewRdKafkaFactory({});
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
  ASSERT_EQ(Newsfeedd({"produce", "-c", config_path_, "--timestamps", "published", samples}).exit_code, 0);
  const auto daemon = NewDaemon("a");
  daemon->Start();
  const std::string audit = AwaitDone(kSamples);
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();

  const std::string out = folder_.path() / "files";
  ASSERT_EQ(Newsfeedd({"process", "-c", config_path_, "-o", out, samples}).exit_code, 0);
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
  Read({config_.outputs().enriched(), config_.outputs().duplicates()}, [&](const PolledRecord& record) {
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

// Partitions of the group that this process has.
int64_t PartitionsOf(const std::string& log, const std::string& group) {
  int64_t partitions = 0;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" group=" + group + " ") == std::string::npos) continue;
    if (line.find("partition assigned") != std::string::npos) ++partitions;
    const size_t count = line.find(" count=");
    if (line.find("partitions revoked") == std::string::npos || count == std::string::npos) continue;
    partitions -= std::stoll(line.substr(count + 7));
  }
  return partitions;
}

TEST_F(RunOnKafka, AKilledStaticMemberComesBackAlone) {
  Configure("", "keep_records: 1000000", "static_membership: true");
  CreateTopics(4);
  const auto stays = NewDaemon("stays");
  const auto killed = NewDaemon("killed");
  stays->Start();
  killed->Start();
  const std::string group = id_ + "-prepare";
  const auto has_two = [&](const std::string& log) { return PartitionsOf(log, group) == 2; };
  const auto has_all = [&](const std::string& log) { return PartitionsOf(log, group) == 4; };
  // The first to join had all four; once the second has its two they have settled.
  ASSERT_TRUE(stays->AwaitLog(has_two, 60) && killed->AwaitLog(has_two, 60));
  Produce();
  ASSERT_TRUE(OutcomeReader(*factory_, config_).AwaitMoreThan(kSamples / 3));
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
  Read({config_.outputs().duplicates()}, [&](const PolledRecord&) { ++duplicates; });
  EXPECT_GE(duplicates, 50);
}

TEST_F(RunOnKafka, MissingTopicsAreRefused) {
  const auto run = Newsfeedd({"run", "-c", config_path_});
  EXPECT_EQ(run.exit_code, 78);
  EXPECT_THAT(run.err, HasSubstr("topics create"));
}

// Articles of random words; every fifth repeats an earlier one under another id and source.
std::string InventedArticles(size_t count) {
  std::mt19937 random(20261125);
  std::vector<std::string> bodies;
  std::ostringstream out;
  for (size_t i = 0; i < count; ++i) {
    std::string body;
    if (i % 5 == 4) {
      body = bodies[random() % bodies.size()];
    } else {
      for (int word = 0; word < 120; ++word) {
        body += fmt::format("{}{}", word == 0 ? "" : word % 12 == 0 ? ". " : " ", "w" + std::to_string(random() % 60000));
      }
      bodies.push_back(body);
    }
    out << fmt::format(R"({{"id":"a{0}","source":"s{1}","title":"Item {2} of the day","body":"{3}."}})", i, i % 7,
                       random() % 100000, body)
        << "\n";
  }
  return out.str();
}

// Records of all topics that are written, as a reader of `isolation` sees them.
size_t CountWritten(kafka::ClientFactory& factory, const config::v1::Config& config, const char* isolation) {
  kafka::Properties properties = kafka::ReaderProperties(config);
  properties["isolation.level"] = isolation;
  kafka::Error error;
  const auto consumer = factory.NewConsumer(properties, nullptr, error);
  const auto& out = config.outputs();
  const kafka::InternalTopics internal = kafka::InternalTopicsOf(config);
  auto reader = tools::TopicReader::Open(factory, config);
  auto ranges = (*reader)->RangesOf({out.enriched(), out.duplicates(), out.dead_letter(), out.filtered(), internal.prepared,
                                     internal.judged, internal.index});
  std::vector<kafka::PartitionOffset> from;
  for (const tools::ReadRange& range : *ranges) from.push_back({range.where, range.low});
  EXPECT_TRUE(consumer->Assign(from).ok());
  size_t records = 0;
  const absl::Time end = absl::Now() + absl::Minutes(1);
  for (size_t ended = 0; ended < from.size() && absl::Now() < end;) {
    const kafka::PollOutcome outcome = consumer->Poll(absl::Seconds(1));
    records += outcome.kind == kafka::PollOutcome::Kind::kRecord ? 1 : 0;
    ended += outcome.kind == kafka::PollOutcome::Kind::kEndOfPartition ? 1 : 0;
  }
  EXPECT_LT(absl::Now(), end);
  return records;
}

TEST_F(RunOnKafka, ATermInTheMiddleOfTheLoadAbortsNothing) {
  constexpr size_t kRecords = 20'000;
  CreateTopics(6);
  const std::string news = folder_.Write("news.ndjson", InventedArticles(kRecords));
  ASSERT_EQ(Newsfeedd({"produce", "-c", config_path_, news}).exit_code, 0);
  OutcomeReader outcomes_now(*factory_, config_);
  const auto daemon = NewDaemon("a");
  size_t aborted = 0;
  for (int term = 0; term < 4; ++term) {
    const size_t before = term == 0 ? 0 : daemon->Log().size();
    daemon->Start();
    ASSERT_TRUE(outcomes_now.AwaitBeyondMark()) << "no progress after term " << term;
    daemon->Signal(SIGTERM);
    EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
    ASSERT_LT(outcomes_now.Mark(), kRecords * 3 / 4) << "the work is nearly done: nothing is proved by term " << term;
    // A start may abort, where the second worker joins while the first commits.
    constexpr char kAborted[] = "batch not published";
    const std::string log = daemon->Log().substr(before);
    EXPECT_EQ(log.find(kAborted, log.find("msg=draining")), std::string::npos) << log;
    const size_t aborted_before = aborted;
    aborted = CountWritten(*factory_, config_, "read_uncommitted") - CountWritten(*factory_, config_, "read_committed");
    if (log.find(kAborted) == std::string::npos) {
      EXPECT_EQ(aborted, aborted_before) << "by term " << term;
    }
  }
  daemon->Start();
  EXPECT_THAT(AwaitDone(kRecords), HasSubstr("\"clean\":true"));
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
  const std::map<std::string, int> outcomes = Outcomes();
  EXPECT_EQ(outcomes.size(), kRecords);
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
  constexpr size_t kRecords = 20'000;
  CreateTopics(4);
  ASSERT_EQ(Newsfeedd({"produce", "-c", config_path_, folder_.Write("news.ndjson", InventedArticles(kRecords))}).exit_code, 0);
  const auto stamps = [&] {
    Stamps found;
    Read({config_.outputs().enriched(), config_.outputs().duplicates()}, [&](const PolledRecord& record) {
      v1::EnrichedArticle article;
      ASSERT_TRUE(article.ParseFromArray(record.value.data(), static_cast<int>(record.value.size())));
      found.digests.insert(article.processing().config_digest());
      found.policies.insert(article.dedup().policy());
    });
    return found;
  };
  ServiceManager manager(folder_.path() / "notify");
  const auto daemon = NewDaemon("a");
  daemon->Start();
  OutcomeReader outcomes_now(*factory_, config_);
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
  folder_.Write("config.yaml", testing::ReadWholeFile(config_path_) + "dedupe: {window_hours: 1}\n");
  reload("dedupe: unknown key");
  Configure(good + "batch: {max_records: 3}\nworkers: {prepare: 5}\n");
  reload("needs a restart: workers.prepare");
  Configure(good);
  ASSERT_LT(outcomes_now.Mark(), kRecords * 3 / 4) << "the work is nearly done: nothing is proved";
  EXPECT_THAT(AwaitDone(kRecords), HasSubstr("\"clean\":true"));
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
  EXPECT_EQ(outcomes.size(), kRecords);
  for (const auto& [source, count] : outcomes) EXPECT_EQ(count, 1) << source;
  // In each partition the new configuration follows the old, once.
  std::map<std::string, std::map<int64_t, std::string>> by_place;
  Read({kafka::InternalTopicsOf(config_).prepared}, [&](const PolledRecord& record) {
    v1::Prepared prepared;
    ASSERT_TRUE(prepared.ParseFromArray(record.value.data(), static_cast<int>(record.value.size())));
    by_place[HeaderOf(record, headers::kSourcePartition)][std::stoll(HeaderOf(record, headers::kSourceOffset))] =
        prepared.article().processing().config_digest();
  });
  std::map<std::string, std::map<int64_t, std::string>> judged;
  Read({kafka::InternalTopicsOf(config_).index}, [&](const PolledRecord& record) {
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
  constexpr size_t kRecords = 10'000;
  Configure("delivery: {drain_seconds: 600}\n");
  CreateTopics(4);
  ASSERT_EQ(Newsfeedd({"produce", "-c", config_path_, folder_.Write("news.ndjson", InventedArticles(kRecords))}).exit_code, 0);
  OutcomeReader outcomes_now(*factory_, config_);
  const auto daemon = NewDaemon("a");
  // Sends a signal and waits for what the log says to it.
  const auto answer = [&](int signal, const std::string& text) {
    const size_t before = daemon->Log().size();
    daemon->Signal(signal);
    return daemon->AwaitLog([&](const std::string& log) { return log.find(text, before) != std::string::npos; }, 60);
  };
  daemon->Start();
  ASSERT_TRUE(outcomes_now.AwaitBeyondMark());
  const std::string good = testing::ReadWholeFile(config_path_) + "dedup: {window_hours: 48}\n";
  {
    const HangingBroker hangs;
    folder_.Write("config.yaml", good);
    EXPECT_TRUE(answer(SIGHUP, "SIGHUP: loading")) << daemon->Log();
    folder_.Write("config.yaml", good + "x: 1\n");
    EXPECT_TRUE(answer(SIGHUP, "reload failed")) << daemon->Log();
    folder_.Write("config.yaml", good);
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
  EXPECT_THAT(AwaitDone(kRecords), HasSubstr("\"clean\":true"));
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
  for (const auto& [source, count] : Outcomes()) EXPECT_EQ(count, 1) << source;
}

TEST_F(RunOnKafka, ARecordThatEndedTheProcessIsNamedAndSkipped) {
  Configure("state_dir: " + folder_.path().string() + "\n");
  const std::string topic = id_ + "-raw";
  for (int death = 0; death < 3; ++death) {
    auto recorder = FlightRecorder::Open(folder_.path() / (id_ + "-a.flight"));
    ASSERT_TRUE(recorder.ok()) << recorder.status();
    Batch in_hand;
    in_hand.Add({.id = {{topic}, {0}, {17}}});
    (*recorder)->NewDesk().Begin(in_hand);
  }
  CreateTopics(1);
  Produce();
  const auto daemon = std::make_unique<DaemonProcess>(
      std::vector<std::string>{NEWSFEEDD, "run", "-c", config_path_, "--instance", "a", "--skip", topic + ":0:17"},
      folder_.path() / "a.log");
  daemon->Start();
  AwaitDone(kSamples);
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
  std::vector<std::string> skipped;
  Read({config_.outputs().dead_letter()}, [&](const PolledRecord& record) {
    if (HeaderOf(record, headers::kErrorReason) == "OPERATOR_SKIPPED") skipped.push_back(SourceOf(record, true));
  });
  EXPECT_THAT(skipped, ::testing::ElementsAre(topic + "/0/17"));
  EXPECT_THAT(daemon->Log(), HasSubstr("\"a record ends the process\" record=" + topic + ":0:17 deaths=3"));
  EXPECT_THAT((*FlightRecorder::Open(folder_.path() / (id_ + "-a.flight")))->suspects(), IsEmpty());
  EXPECT_EQ(Newsfeedd({"run", "-c", config_path_, "--skip", "other:0:17"}).exit_code, 78);
}

TEST_F(RunOnKafka, KilledInstancesLoseAndDoubleNothing) {
  constexpr size_t kRecords = 20'000;
  CreateTopics(6);
  const std::string news = folder_.Write("news.ndjson", InventedArticles(kRecords));
  ASSERT_EQ(Newsfeedd({"produce", "-c", config_path_, news}).exit_code, 0);
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
  OutcomeReader outcomes_now(*factory_, config_);
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
