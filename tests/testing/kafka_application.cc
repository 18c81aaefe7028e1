#include "tests/testing/kafka_application.h"

#include <absl/time/clock.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "daemon/config_loader.h"
#include "daemon/kafka/application.h"
#include "daemon/kafka/rdkafka_client.h"
#include "daemon/record_headers.h"
#include "daemon/tools/topic_reader.h"
#include "newsfeed/v1/article.pb.h"
#include "processors/article/to_proto.h"
#include "processors/dedup/judge.h"
#include "tests/testing/outcome_reader.h"

namespace newsfeed::testing {

using kafka::PolledRecord;
using ::testing::HasSubstr;

std::string HeaderOf(const PolledRecord& record, std::string_view name) {
  return std::string(headers::Last(record.headers, name).value_or(""));
}

std::string SourceOf(const PolledRecord& record, bool dead_letter) {
  const auto part = [&](std::string_view source, std::string_view error) {
    return HeaderOf(record, dead_letter ? error : source);
  };
  return part(headers::kSourceTopic, headers::kErrorTopic) + "/" +
         part(headers::kSourcePartition, headers::kErrorPartition) + "/" +
         part(headers::kSourceOffset, headers::kErrorOffset);
}

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

std::map<std::string, size_t> OfficesOf(const std::vector<std::unique_ptr<DaemonProcess>>& daemons) {
  std::map<std::string, size_t> taken;
  for (size_t i = 0; i < daemons.size(); ++i) {
    const std::string log = daemons[i]->Log();
    for (size_t at = 0; (at = log.find("in office as the judge", at)) != std::string::npos; ++at) {
      taken[log.substr(log.rfind("ts=", at), 27)] = i;
    }
  }
  return taken;
}

KafkaApplication::KafkaApplication(std::string program, std::string id, std::string bootstrap)
    : program_(std::move(program)),
      id_(std::move(id)),
      bootstrap_(std::move(bootstrap)),
      factory_(kafka::NewRdKafkaFactory({})) {}

void KafkaApplication::Configure(const std::string& more, const std::string& internal, const std::string& kafka,
                                 const std::string& outputs) {
  config_path_ = folder_.Write("config.yaml", fmt::format(R"(application_id: {0}
kafka: {{bootstrap: ["{1}"], {4}}}
inputs:
  - topic: {0}-raw
outputs:
  enriched: {0}-enriched
  duplicates: {0}-duplicates
  dead_letter: {0}-dead
  filtered: {0}-filtered
{5}internal: {{judged_partitions: 6, {3}}}
admin:
  enabled: false
{2})", id_, bootstrap_, more, internal, kafka, outputs));
  auto config = LoadConfig(config_path_);
  ASSERT_TRUE(config.ok()) << config.status();
  config_ = *std::move(config);
}

ProgramResult KafkaApplication::Newsfeedd(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), program_);
  return RunProgram(arguments, "", 120);
}

void KafkaApplication::CreateTopics(int input_partitions) const {
  const auto made = Newsfeedd({"topics", "create", "-c", config_path_, "--inputs", "--input-partitions",
                               std::to_string(input_partitions)});
  ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
}

std::unique_ptr<DaemonProcess> KafkaApplication::NewDaemon(const std::string& instance,
                                                           std::vector<std::string> wrapper,
                                                           const std::string& program) const {
  std::vector<std::string> arguments = std::move(wrapper);
  for (const std::string& argument :
       {program.empty() ? program_ : program, std::string("run"), std::string("-c"), config_path_,
        std::string("--instance"), instance}) {
    arguments.push_back(argument);
  }
  return std::make_unique<DaemonProcess>(arguments, folder_.path() / (instance + ".log"));
}

std::string KafkaApplication::AwaitDone(uint64_t records, const std::vector<const DaemonProcess*>& daemons) const {
  OutcomeReader outcomes(*factory_, config_);
  outcomes.Watch(daemons);
  EXPECT_TRUE(outcomes.AwaitMoreThan(records - 1));
  return AwaitClean(records, daemons);
}

std::string KafkaApplication::AwaitClean(uint64_t records, const std::vector<const DaemonProcess*>& daemons) const {
  ProgramResult audit;
  EXPECT_TRUE(Eventually([&] {
    for (const DaemonProcess* daemon : daemons) daemon->CheckRuns();
    audit = Newsfeedd({"audit", "--json", "-c", config_path_});
    return audit.out.find("\"unread\":0,\"in_prepared\":0,\"in_judged\":0") != std::string::npos;
  }));
  EXPECT_EQ(audit.exit_code, 0) << audit.out << audit.err;
  EXPECT_THAT(audit.out, HasSubstr(fmt::format("\"records\":{},", records)));
  return audit.out;
}

void KafkaApplication::Read(const std::vector<std::string>& topics,
                            const std::function<void(const PolledRecord&)>& take) const {
  auto reader = tools::TopicReader::Open(*factory_, config_);
  ASSERT_TRUE(reader.ok()) << reader.status();
  auto ranges = (*reader)->RangesOf(topics);
  ASSERT_TRUE(ranges.ok()) << ranges.status();
  ASSERT_TRUE((*reader)->Read(*ranges, absl::Seconds(40), [&](const PolledRecord& record) {
                           take(record);
                           return true;
                         }).ok());
}

std::map<std::string, int> KafkaApplication::Outcomes() const {
  std::map<std::string, int> outcomes;
  const auto& out = config_.outputs();
  Read({out.enriched(), out.duplicates(), out.filtered()},
       [&](const PolledRecord& r) { ++outcomes[SourceOf(r, false)]; });
  Read({out.dead_letter()}, [&](const PolledRecord& r) { ++outcomes[SourceOf(r, true)]; });
  return outcomes;
}

size_t KafkaApplication::CompareVerdicts() const {
  const kafka::InternalTopics topics = kafka::InternalTopicsOf(config_);
  std::map<std::string, std::string> published;  // source => verdict
  Read({topics.judged}, [&](const PolledRecord& record) {
    published[SourceOf(record, false)] = HeaderOf(record, headers::kVerdictDetail);
  });
  const auto policy = dedup::MakePolicy(config_.dedup());
  EXPECT_TRUE(policy.ok());
  if (!policy.ok()) return 0;
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
  return different;
}

uint64_t KafkaApplication::AbortedRecords() const {
  return CountRecords("read_uncommitted") - CountRecords("read_committed");
}

uint64_t KafkaApplication::CountRecords(const std::string& isolation) const {
  auto reader = tools::TopicReader::Open(*factory_, config_);
  EXPECT_TRUE(reader.ok()) << reader.status();
  const auto& out = config_.outputs();
  const kafka::InternalTopics internal = kafka::InternalTopicsOf(config_);
  auto ranges = (*reader)->RangesOf({internal.prepared, internal.judged, internal.index, out.enriched(),
                                     out.duplicates(), out.dead_letter(), out.filtered()});
  EXPECT_TRUE(ranges.ok()) << ranges.status();
  kafka::Properties properties = kafka::ReaderProperties(config_);
  properties["isolation.level"] = isolation;
  kafka::Error error;
  const auto consumer = factory_->NewConsumer(properties, nullptr, error);
  std::vector<kafka::PartitionOffset> from;
  for (const tools::ReadRange& range : *ranges) from.push_back({range.where, range.low});
  EXPECT_TRUE(consumer->Assign(from).ok());
  uint64_t records = 0;
  size_t at_end = 0;
  const absl::Time deadline = absl::Now() + absl::Minutes(2);
  while (at_end < from.size() && absl::Now() < deadline) {
    const kafka::PollOutcome outcome = consumer->Poll(absl::Seconds(1));
    records += outcome.kind == kafka::PollOutcome::Kind::kRecord;
    at_end += outcome.kind == kafka::PollOutcome::Kind::kEndOfPartition;
  }
  EXPECT_EQ(at_end, from.size());
  return records;
}

bool KafkaApplication::Eventually(const std::function<bool()>& holds) {
  const absl::Time end = absl::Now() + absl::Minutes(1);
  while (absl::Now() < end) {
    if (holds()) return true;
  }
  return false;
}

}  // namespace newsfeed::testing
