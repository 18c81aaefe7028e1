// newsfeedd run, from outside, on a real broker: what comes out is read from the topics alone.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "daemon/config_loader.h"
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
  std::string value;
  for (const Header& header : record.headers) {
    if (header.name == name) value = header.value;
  }
  return value;
}

// "raw/3/17" of the record an outcome came from.
std::string SourceOf(const PolledRecord& record, bool dead_letter) {
  const auto part = [&](std::string_view source, std::string_view error) {
    return HeaderOf(record, dead_letter ? error : source);
  };
  return part(headers::kSourceTopic, headers::kErrorTopic) + "/" +
         part(headers::kSourcePartition, headers::kErrorPartition) + "/" +
         part(headers::kSourceOffset, headers::kErrorOffset);
}

class RunOnKafka : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::KafkaBootstrap().empty()) GTEST_SKIP() << testing::KafkaMissing();
    id_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    Configure("");
  }

  // `more` is added to the configuration, `internal` to the keys of that name.
  void Configure(const std::string& more, const std::string& internal = "keep_records: 1000000") {
    config_path_ = folder_.Write("config.yaml", fmt::format(R"(application_id: {0}
kafka:
  bootstrap: ["{1}"]
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
{2})", id_, testing::KafkaBootstrap(), more, internal));
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

  // Waits until nothing is in flight; what audit says then.
  std::string AwaitDone(uint64_t records) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(240);
    testing::ProgramResult audit;
    const std::string all = fmt::format("\"records\":{},", records);
    while (std::chrono::steady_clock::now() < end) {
      audit = Newsfeedd({"audit", "--json", "-c", config_path_});
      if (audit.out.find(all) != std::string::npos &&
          audit.out.find("\"unread\":0,\"in_prepared\":0,\"in_judged\":0") != std::string::npos) {
        break;
      }
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    EXPECT_LT(std::chrono::steady_clock::now(), end) << "not through: " << audit.out;
    EXPECT_EQ(audit.exit_code, 0) << audit.out << audit.err;
    return audit.out;
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

  // Asks for half a minute at most.
  static bool Eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 60; ++i) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    return false;
  }

  // End of a topic, summed over its partitions: its records, and a few marks of transactions.
  uint64_t Count(const std::string& topic) {
    auto reader = tools::TopicReader::Open(*factory_, config_);
    auto ranges = (*reader)->RangesOf({topic});
    uint64_t sum = 0;
    for (const tools::ReadRange& range : *ranges) sum += static_cast<uint64_t>(range.end);
    return sum;
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
  const std::string audit = AwaitDone(66);
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
  CreateTopics(2);
  ASSERT_EQ(Newsfeedd({"produce", "-c", config_path_, NEWSFEED_SOURCE_DIR "/config/samples"}).exit_code, 0);
  const auto daemon = NewDaemon("a");
  daemon->Start();
  EXPECT_THAT(AwaitDone(66), HasSubstr("\"enriched\":57,"));
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
}

TEST_F(RunOnKafka, AtLeastOnceLosesNothing) {
  Configure("delivery: {guarantee: AT_LEAST_ONCE}\n");
  CreateTopics(2);
  ASSERT_EQ(Newsfeedd({"produce", "-c", config_path_, NEWSFEED_SOURCE_DIR "/config/samples"}).exit_code, 0);
  const auto daemon = NewDaemon("a");
  daemon->Start();
  EXPECT_THAT(AwaitDone(66), HasSubstr("\"clean\":true"));
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
  CompareVerdicts();
}

TEST_F(RunOnKafka, TrimsWhatIsDoneAndGoesOnAfterARestart) {
  Configure("", "keep_records: 10, trim_seconds: 1");
  CreateTopics(2);
  const auto run = [&](uint64_t records) {
    ASSERT_EQ(Newsfeedd({"produce", "-c", config_path_, NEWSFEED_SOURCE_DIR "/config/samples"}).exit_code, 0);
    const auto daemon = NewDaemon("a");
    daemon->Start();
    AwaitDone(records);
    ASSERT_TRUE(Eventually([&] { return FirstPrepared() > 0; })) << "nothing was trimmed";
    daemon->Signal(SIGTERM);
    EXPECT_EQ(daemon->Wait(40), 0) << daemon->Log();
  };
  run(66);
  const int64_t first = FirstPrepared();
  run(132);
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
  // Enough has happened since the last kill, and there is work left for the next.
  const auto outcomes_beyond = [&](uint64_t count) {
    return Eventually([&] { return Count(config_.outputs().enriched()) > count; });
  };
  std::mt19937 random(7);
  uint64_t seen = 0;
  for (int kill = 0; kill < 5; ++kill) {
    ASSERT_TRUE(outcomes_beyond(seen)) << "no progress after kill " << kill;
    seen = Count(config_.outputs().enriched());
    ASSERT_LT(seen, kRecords * 3 / 5) << "the work is nearly done: nothing is proved by kill " << kill;
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
