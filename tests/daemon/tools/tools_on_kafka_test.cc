// The tools on a real broker. What the pipeline would have written is written by hand.
#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/kafka/application.h"
#include "daemon/kafka/rdkafka_client.h"
#include "daemon/kafka/topics.h"
#include "daemon/tools/audit.h"
#include "daemon/tools/dead_letters.h"
#include "daemon/tools/duplicates.h"
#include "daemon/tools/index_changelog.h"
#include "daemon/tools/transaction.h"
#include "daemon/tools/why.h"
#include "newsfeed/v1/internal.pb.h"
#include "tests/daemon/tools/record_text.h"
#include "tests/processors/dedup/judging.h"
#include "tests/testing/kafka_broker.h"

namespace newsfeed::tools {
namespace {

using testing::RecordText;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kWait = absl::Seconds(30);

class ToolsOnKafka : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::KafkaBootstrap().empty()) GTEST_SKIP() << testing::KafkaMissing();
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    config_.set_application_id(name);
    config_.mutable_kafka()->add_bootstrap(testing::KafkaBootstrap());
    config_.mutable_internal()->set_judged_partitions(2);
    config_.mutable_delivery()->set_transaction_timeout_seconds(5);
    raw_ = name + ".raw";
    config_.add_inputs()->set_topic(raw_);
    auto& outputs = *config_.mutable_outputs();
    outputs.set_enriched(enriched_ = name + ".enriched");
    outputs.set_duplicates(duplicates_ = name + ".duplicates");
    outputs.set_dead_letter(dead_ = name + ".dead");
    outputs.set_filtered(filtered_ = name + ".filtered");
    internal_ = kafka::InternalTopicsOf(config_);
    auto reader = TopicReader::Open(*factory_, config_);
    ASSERT_TRUE(reader.ok()) << reader.status().ToString();
    reader_ = *std::move(reader);
    MakeTopics();
    writer_ = NewProducer("writer");
  }

  void MakeTopics() {
    kafka::Admin& admin = reader_->admin();
    for (const kafka::WantedTopic& wanted : kafka::WantedTopics(config_, 1)) {
      const auto topic = kafka::TopicToCreate(admin, wanted, config_);
      ASSERT_TRUE(topic.ok() && admin.CreateTopic(*topic, kWait).ok()) << wanted.name;
      kafka::TopicDescription found;
      const absl::Time end = absl::Now() + kWait;
      while (!found.exists && absl::Now() < end) (void)admin.DescribeTopic(wanted.name, found, kWait);
    }
  }

  std::unique_ptr<kafka::Producer> NewProducer(const std::string& id) {
    kafka::Error error;
    kafka::Properties properties = kafka::ProducerProperties(config_, config_.application_id() + id);
    properties["transaction.timeout.ms"] = "60000";  // what a test leaves open stays open while an audit waits
    auto producer = factory_->NewProducer(properties, error);
    EXPECT_TRUE(error.ok()) << error.message;
    error = producer->InitTransactions(kWait);
    EXPECT_TRUE(error.ok()) << error.message;
    return producer;
  }

  static void Produce(kafka::Producer& producer, const std::vector<RecordText>& records) {
    ASSERT_TRUE(producer.BeginTransaction().ok());
    for (const RecordText& text : records) {
      const std::vector<Header> headers = text.HeaderViews();
      kafka::ProducedRecord record{.topic = text.topic, .partition = text.partition,
                                   .timestamp_ms = kThen, .headers = headers};
      if (text.key) record.key = *text.key;
      if (text.value) record.value = *text.value;
      ASSERT_TRUE(producer.Produce(record).ok());
    }
    ASSERT_TRUE(producer.Flush(kWait).ok());
  }
  void Write(const std::vector<RecordText>& records) {
    Produce(*writer_, records);
    ASSERT_TRUE(writer_->CommitTransaction(kWait).ok());
  }

  // Of `topic`, once its partition `last` ends at `end`: the marker of a commit is written after the answer to it.
  std::vector<ReadRange> RangesUpTo(const std::string& topic, size_t last, int64_t end) {
    auto ranges = reader_->RangesOf({topic});
    const absl::Time give_up = absl::Now() + kWait;
    while (ranges.ok() && ranges->at(last).end < end && absl::Now() < give_up) ranges = reader_->RangesOf({topic});
    EXPECT_TRUE(ranges.ok() && ranges->at(last).end == end) << topic;
    return *std::move(ranges);
  }

  void Commit(Stage stage, const std::string& topic, int64_t offset) {
    kafka::Properties properties = kafka::ReaderProperties(config_);
    properties["group.id"] = kafka::GroupOf(config_, stage);
    kafka::Error error;
    const auto consumer = factory_->NewConsumer(properties, nullptr, error);
    error = consumer->Commit({{{topic, 0}, offset}});
    ASSERT_TRUE(error.ok()) << error.message;
  }

  AuditReport Audit(const AuditOptions& options = {}) {
    AuditLedger ledger(AuditTopicsOf(config_));
    auto report = RunAudit(*reader_, config_, ledger, options);
    EXPECT_TRUE(report.ok()) << report.status().ToString();
    return report.ok() ? *std::move(report) : AuditReport();
  }

  // Of one topic, partition by partition.
  std::vector<OutgoingRecord> RecordsOf(const std::string& topic) {
    std::vector<OutgoingRecord> records;
    auto ranges = reader_->RangesOf({topic});
    EXPECT_TRUE(ranges.ok());
    EXPECT_TRUE(reader_->Read(*ranges, kWait, [&](const kafka::PolledRecord& record) {
      records.push_back(OutgoingRecord::CopyOf(record));
      return true;
    }).ok());
    return records;
  }

  RecordText Raw(const std::string& id) {
    return RecordText{.topic = raw_, .key = "k" + id, .value = "{\"id\":\"" + id + "\"}"}.With("h", "v");
  }
  RecordText Enriched(int64_t at) {
    v1::EnrichedArticle article;
    article.set_id("a" + std::to_string(at));
    article.set_title("Bridge closed");
    article.mutable_origin()->set_topic(raw_);
    article.mutable_origin()->set_offset(at);
    article.mutable_dedup()->set_verdict(v1::Dedup::UNIQUE);
    return RecordText{.topic = enriched_, .key = article.id(), .value = article.SerializeAsString()}.From(raw_, at);
  }
  RecordText Duplicate(int64_t at, int64_t of) {
    v1::EnrichedArticle article;
    article.set_id("a" + std::to_string(at));
    article.set_title("Bridge is closed");
    article.set_standfirst("closed until spring");
    article.set_body("The bridge stays closed until spring.");
    article.add_entities()->set_name("Bridge");
    article.mutable_origin()->set_topic(raw_);
    article.mutable_origin()->set_offset(at);
    article.mutable_dedup()->set_verdict(v1::Dedup::DUPLICATE);
    article.mutable_dedup()->set_canonical_id("a" + std::to_string(of));
    article.mutable_dedup()->set_similarity(0.93F);
    article.mutable_dedup()->mutable_evidence()->set_rule("containment");
    article.mutable_dedup()->mutable_canonical_origin()->set_topic(raw_);
    article.mutable_dedup()->mutable_canonical_origin()->set_offset(of);
    return RecordText{.topic = duplicates_, .key = article.id(), .value = article.SerializeAsString()}.From(raw_, at);
  }

  // Three raw articles, at 0, 2 and 4, as the daemon would have prepared them; and what comes of them.
  void WriteJudged() {
    testing::Judging judging;
    for (int64_t at = 0; at < 3; ++at) {
      testing::TestArticle article{.id = "a" + std::to_string(at)};
      for (int word = 0; word < 40; ++word) article.body += "w" + std::to_string(100 * at + word) + " ";
      Write({RecordText{.topic = raw_, .value = article.body}});
      const std::string sketch(judging.Encoded(article));
      dedup::IndexEntry entry = judging.judge().Consider(
          {.prepared_offset = at, .sketch = sketch, .origin = {raw_, {0}, {2 * at}, kThen}, .id = article.id});
      ASSERT_TRUE(judging.judge().Insert(entry).ok());
      ASSERT_EQ(entry.dedup.verdict, Verdict::kUnique);
      v1::IndexEntry message;
      ToProto(entry, message);
      judged_.push_back(RecordText{.topic = internal_.judged, .key = article.id, .value = ""}
                            .From(raw_, 2 * at)
                            .With(headers::kVerdictDetail, message.dedup().SerializeAsString()));
      entries_.push_back({.topic = internal_.index, .value = message.SerializeAsString()});
      prepared_.push_back(RecordText{.topic = internal_.prepared, .key = article.id, .value = ""}
                              .From(raw_, 2 * at)
                              .With(headers::kSketch, sketch));
    }
    Write(prepared_);
    Commit(Stage::kPrepare, raw_, 5);
  }

  static constexpr int64_t kThen = 1'772'357'400'000;

  std::unique_ptr<kafka::ClientFactory> factory_ = kafka::NewRdKafkaFactory({});
  config::v1::Config config_;
  kafka::InternalTopics internal_;
  std::string raw_, enriched_, duplicates_, dead_, filtered_;
  std::vector<RecordText> prepared_, entries_, judged_;
  std::unique_ptr<TopicReader> reader_;
  std::unique_ptr<kafka::Producer> writer_;
};

TEST_F(ToolsOnKafka, IndexIsVerifiedFromItsChangelog) {
  WriteJudged();
  Write({entries_[0], entries_[1]});
  const auto good = ReadIndexLog(*reader_, config_, IndexChangelog::Mode::kVerify);
  ASSERT_TRUE(good.ok()) << good.status().ToString();
  EXPECT_EQ(good->same, 2);
  EXPECT_TRUE(good->clean()) << TextOf(*good);
  Write({entries_[1]});
  const auto shown = ReadIndexLog(*reader_, config_, IndexChangelog::Mode::kShow);
  ASSERT_TRUE(shown.ok());
  EXPECT_EQ(shown->entries, 3);
  EXPECT_EQ(shown->broken, 1) << TextOf(*shown);
}

TEST_F(ToolsOnKafka, AuditVerifiesWhatTheJudgeWrote) {
  WriteJudged();
  Write({entries_[0], entries_[1], judged_[0], judged_[1]});
  Commit(Stage::kJudge, internal_.prepared, 2);
  Write({Enriched(0).With(headers::kVerdict, "UNIQUE")});
  Commit(Stage::kEnrich, internal_.judged, 1);
  const AuditReport working = Audit({.hidden = true, .verify_verdicts = true});
  EXPECT_TRUE(working.clean()) << TextOf(working, true);
  EXPECT_EQ(working.verdict_check.same, 2);
  EXPECT_EQ(working.totals.in_prepared, 1);

  // Judged and committed, but half of it is not there; and what enrich published it has not committed.
  Write({entries_[2]});
  Write({Enriched(2).With(headers::kVerdict, "UPDATE")});
  const AuditReport broken = Audit({.verify_verdicts = true});
  EXPECT_THAT(broken.torn.ranges, ElementsAre(OffsetRange{raw_, 0, 4, 4}));
  EXPECT_THAT(broken.verdicts.ranges, ElementsAre(OffsetRange{raw_, 0, 2, 2}));
  EXPECT_THAT(broken.offsets, ElementsAre(HasSubstr("refuses to take over")));
  EXPECT_THAT(broken.behind.ranges, ElementsAre(OffsetRange{internal_.judged, 0, 1, 1}));
}

TEST_F(ToolsOnKafka, AuditTellsWhatReadersAreNotShown) {
  Write({Raw("0"), Raw("1")});
  Commit(Stage::kPrepare, raw_, 2);
  const auto other = NewProducer("other");
  Produce(*other, {Enriched(0), Enriched(1)});
  Write({Enriched(0)});
  ASSERT_TRUE(other->AbortTransaction(kWait).ok());
  Write({Enriched(1)});
  const AuditReport report = Audit({.hidden = true});
  EXPECT_TRUE(report.clean()) << TextOf(report, true);
  EXPECT_THAT(TextOf(report, false), HasSubstr(enriched_ + ": 2 records in offsets 0 to 7, 2026-03-01T09:30:00Z to "
                                               "2026-03-01T09:30:00Z; 2 aborted ones"));
}

TEST_F(ToolsOnKafka, AuditTellsWhatIsOutOfOrderAndOfAnEarlierInput) {
  Write({Raw("0"), Raw("1"), Raw("2")});
  Commit(Stage::kPrepare, raw_, 3);
  const auto filtered = [&](int64_t at) { return RecordText{.topic = filtered_}.From(raw_, at); };
  Write({Enriched(1).Of("another"), filtered(0), filtered(2), filtered(1).Of(*Raw("1").value)});
  const AuditReport report = Audit();
  EXPECT_EQ(report.earlier, 1);
  EXPECT_EQ(report.doubled.offsets, 0);
  ASSERT_THAT(report.disorder, SizeIs(1));
  EXPECT_EQ(report.disorder[0].place, (Coordinates{filtered_, 0, 2}));
  EXPECT_EQ(report.disorder[0].after, 2);
}

TEST_F(ToolsOnKafka, AuditFollowsEveryRecord) {
  // Offsets 0 to 3, a marker at 4, 5 and 6.
  Write({Raw("0"), Raw("1"), Raw("2"), Raw("3")});
  Write({Raw("5"), Raw("6")});
  EXPECT_EQ(Audit().totals.unread, 6);
  Write({Enriched(0), Duplicate(1, 0), RecordText{.topic = dead_}.DeadOf(raw_, 2),
         RecordText{.topic = filtered_}.From(raw_, 3),
         RecordText{.topic = internal_.prepared, .value = ""}.From(raw_, 5)});
  Commit(Stage::kPrepare, raw_, 6);
  const AuditReport report = Audit();
  EXPECT_TRUE(report.clean()) << TextOf(report, true);
  EXPECT_THAT(report.totals.outcomes, ElementsAre(1, 1, 1, 1));
  EXPECT_EQ(report.totals.in_prepared, 1);
  EXPECT_EQ(report.totals.unread, 1);
}

TEST_F(ToolsOnKafka, AuditFindsWhatIsLostAndWhatIsDoubled) {
  Write({Raw("0"), Raw("1"), Raw("2")});
  Write({Enriched(0), RecordText{.topic = internal_.prepared, .value = ""}.From(raw_, 1)});
  Write({Enriched(0)});
  Commit(Stage::kPrepare, raw_, 4);
  Commit(Stage::kJudge, internal_.prepared, 2);
  const AuditReport report = Audit();
  EXPECT_FALSE(report.clean());
  EXPECT_THAT(report.missing.ranges, ElementsAre(OffsetRange{raw_, 0, 1, 2}));
  EXPECT_THAT(report.doubled.ranges, ElementsAre(OffsetRange{raw_, 0, 0, 0}));
}

TEST_F(ToolsOnKafka, AnOpenTransactionIsTold) {
  Write({Raw("0")});
  const auto other = NewProducer("other");
  Produce(*other, {Raw("1")});
  Write({Raw("2")});
  std::vector<ReadRange> ranges = RangesUpTo(raw_, 0, 5);
  std::vector<int64_t> seen;
  ASSERT_TRUE(reader_->Read(ranges, absl::ZeroDuration(), [&](const kafka::PolledRecord& record) {
    seen.push_back(record.offset);
    return true;
  }).ok());
  EXPECT_THAT(seen, ElementsAre(0));
  EXPECT_THAT(OpenTransactions(ranges), ElementsAre(HasSubstr("offsets 2 to 4 are held")));
  ASSERT_TRUE(other->AbortTransaction(kWait).ok());
  EXPECT_THAT(RecordsOf(raw_), SizeIs(2));
}

// As beside a daemon that trims its topics.
TEST_F(ToolsOnKafka, WhatIsTrimmedBeforeItIsReadIsPassedOver) {
  const auto judged = [&](int32_t partition) {
    return RecordText{.topic = internal_.judged, .partition = partition}.From(raw_, 0);
  };
  Write({judged(0), judged(0), judged(0), judged(1), judged(1)});
  std::vector<ReadRange> ranges = RangesUpTo(internal_.judged, 1, 3);
  ASSERT_TRUE(reader_->admin().DeleteRecords({{{internal_.judged, 0}, 2}, {{internal_.judged, 1}, 3}}, kWait).ok());
  std::vector<std::pair<int32_t, int64_t>> seen;
  const absl::Status status = reader_->Read(ranges, absl::ZeroDuration(), [&](const kafka::PolledRecord& record) {
    seen.emplace_back(record.partition, record.offset);
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.ToString();
  EXPECT_THAT(seen, ElementsAre(::testing::Pair(0, 2)));
}

TEST_F(ToolsOnKafka, TheLastRecordsAreFoundBehindMarkers) {
  for (const char* id : {"0", "1", "2"}) Write({Raw(id)});
  auto ranges = reader_->RangesOf({raw_});
  ASSERT_TRUE(reader_->KeepLast(*ranges, 2).ok());
  EXPECT_EQ((*ranges)[0].begin, 2);
}

TEST_F(ToolsOnKafka, EachDeadLetterIsReplayedOnce) {
  v1::Dedup verdict;
  Write({RecordText{.topic = dead_, .key = "k", .value = "{bad"}.With("h", "v").DeadOf(raw_, 0),
         RecordText{.topic = dead_, .key = "a1", .value = "prepared"}.From(raw_, 1)
             .With(headers::kVerdictDetail, "x").DeadOf(raw_, 1, headers::kReplayJudged),
         RecordText{.topic = dead_}.DeadOf(raw_, 2).With(headers::kErrorStub, "99 bytes"),
         RecordText{.topic = dead_, .value = "v"}.DeadOf("elsewhere", 3)});
  const auto first = ReplayDeadLetters(*factory_, *reader_, config_, {}, false);
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_EQ(first->replayed, 2);
  EXPECT_THAT(first->left, ElementsAre(HasSubstr("stub"), HasSubstr("no input")));
  const auto second = ReplayDeadLetters(*factory_, *reader_, config_, {}, false);
  ASSERT_TRUE(second.ok()) << second.status().ToString();
  EXPECT_EQ(second->replayed, 0);
  EXPECT_EQ(second->already, 2);

  const auto input = RecordsOf(raw_);
  ASSERT_THAT(input, SizeIs(1));
  EXPECT_EQ(input[0].key, "k");
  EXPECT_EQ(input[0].value, "{bad");
  EXPECT_EQ(input[0].timestamp_ms, kThen);
  EXPECT_THAT(input[0].headers, ElementsAre(::testing::Pair("h", ::testing::Optional(std::string("v")))));
  const auto judged = RecordsOf(internal_.judged);
  ASSERT_THAT(judged, SizeIs(1));
  EXPECT_EQ(judged[0].value, "prepared");
  EXPECT_THAT(judged[0].headers, SizeIs(4)) << "source coordinates and verdict";
}

// Does something else before a call of its choice.
class HookedConsumer : public kafka::Consumer {
 public:
  HookedConsumer(std::unique_ptr<kafka::Consumer> inner, std::function<void()> before_assign)
      : inner_(std::move(inner)), before_assign_(std::move(before_assign)) {}

  kafka::Error Subscribe(const std::vector<std::string>& topics) override { return inner_->Subscribe(topics); }
  kafka::PollOutcome Poll(absl::Duration timeout) override { return inner_->Poll(timeout); }
  kafka::Error Assign(const std::vector<kafka::PartitionOffset>& partitions) override {
    before_assign_();
    return inner_->Assign(partitions);
  }
  kafka::Error Unassign(const std::vector<kafka::TopicPartition>& partitions) override { return inner_->Unassign(partitions); }
  kafka::Error Seek(const std::vector<kafka::PartitionOffset>& positions, absl::Duration timeout) override {
    return inner_->Seek(positions, timeout);
  }
  kafka::Error Committed(std::vector<kafka::PartitionOffset>& partitions, absl::Duration timeout) override {
    return inner_->Committed(partitions, timeout);
  }
  kafka::Error Watermarks(const kafka::TopicPartition& partition, int64_t& low, int64_t& high, absl::Duration timeout) override {
    return inner_->Watermarks(partition, low, high, timeout);
  }
  int64_t LastEnd(const kafka::TopicPartition& partition) override { return inner_->LastEnd(partition); }
  kafka::Error Commit(const std::vector<kafka::PartitionOffset>& positions) override { return inner_->Commit(positions); }
  std::unique_ptr<kafka::GroupMetadata> TakeGroupMetadata() override { return inner_->TakeGroupMetadata(); }
  void Close(absl::Duration timeout) override { inner_->Close(timeout); }

 private:
  const std::unique_ptr<kafka::Consumer> inner_;
  const std::function<void()> before_assign_;
};

class HookedFactory : public kafka::ClientFactory {
 public:
  explicit HookedFactory(kafka::ClientFactory* inner) : inner_(inner) {}

  std::unique_ptr<kafka::Consumer> NewConsumer(const kafka::Properties& properties, kafka::RebalanceListener* listener,
                                               kafka::Error& error) override {
    auto consumer = inner_->NewConsumer(properties, listener, error);
    if (consumer == nullptr) return consumer;
    return std::make_unique<HookedConsumer>(std::move(consumer), [this] {
      if (before_assign) before_assign(++assigned);
    });
  }
  std::unique_ptr<kafka::Producer> NewProducer(const kafka::Properties& properties, kafka::Error& error) override {
    if (before_producer) before_producer(++producers);
    return inner_->NewProducer(properties, error);
  }
  std::unique_ptr<kafka::Admin> NewAdmin(const kafka::Properties& properties, kafka::Error& error) override {
    return inner_->NewAdmin(properties, error);
  }

  int assigned = 0;
  int producers = 0;
  std::function<void(int call)> before_assign;
  std::function<void(int call)> before_producer;

 private:
  kafka::ClientFactory* const inner_;
};

TEST_F(ToolsOnKafka, ADeadLetterThatRetentionTakesMeanwhileIsLeft) {
  Write({RecordText{.topic = dead_, .value = "a"}.DeadOf(raw_, 0), RecordText{.topic = dead_, .value = "b"}.DeadOf(raw_, 1)});
  HookedFactory hooked(factory_.get());
  const auto reader = TopicReader::Open(hooked, config_).value();
  int listing = 0;
  hooked.before_assign = [&](int call) { listing = call; };
  ASSERT_TRUE(ReplayDeadLetters(*factory_, *reader, config_, {}, /*dry_run=*/true).ok());
  hooked.before_assign = [&](int call) {
    if (call == 2 * listing + 1) {
      EXPECT_TRUE(reader_->admin().DeleteRecords({{{dead_, 0}, 1}}, kWait).ok());
    }
  };
  const auto report = ReplayDeadLetters(*factory_, *reader, config_, {}, false);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ(report->replayed, 1);
  EXPECT_THAT(report->left, ElementsAre("0:0: gone from the topic meanwhile"));
}

// Bytes that no compression makes fewer.
std::string Noise(size_t size) {
  std::string noise;
  for (uint64_t state = 1; noise.size() < size; state = state * 6364136223846793005U + 1442695040888963407U) {
    noise += static_cast<char>(state >> 56);
  }
  return noise;
}

class RefusingTopic : public ToolsOnKafka {
 protected:
  void SetUp() override {
    ToolsOnKafka::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(reader_->admin().CreateTopic({.name = small_, .replication = 1, .options = {{"max.message.bytes", "1000"}}}, kWait).ok());
  }
  std::vector<OutgoingGroup> Groups(std::initializer_list<size_t> sizes) const {
    std::vector<OutgoingGroup> groups;
    for (const size_t size : sizes) groups.push_back({{.topic = small_, .value = Noise(size)}});
    return groups;
  }

  const std::string small_ = std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".small";
};

TEST_F(RefusingTopic, TheOneThatIsTooLargeIsFoundAndTheRestIsThere) {
  const auto writer = TransactionalWriter::Open(*factory_, config_).value();
  for (int twice = 0; twice < 2; ++twice) {
    const auto refused = writer->Commit(Groups({10, 11, 12, 5000, 13, 14}));
    ASSERT_TRUE(refused.ok()) << refused.status().ToString();
    ASSERT_THAT(*refused, SizeIs(1));
    EXPECT_EQ(refused->front().group, 3);
  }
  EXPECT_THAT(RecordsOf(small_), SizeIs(10));
}

TEST_F(RefusingTopic, WhoeverWasBegunMeanwhileIsNotOvertaken) {
  HookedFactory hooked(factory_.get());
  const auto first = TransactionalWriter::Open(hooked, config_).value();
  std::unique_ptr<TransactionalWriter> second;
  hooked.before_producer = [&](int) {
    if (second != nullptr) return;
    second = TransactionalWriter::Open(*factory_, config_).value();
    EXPECT_TRUE(second->Commit(Groups({10})).ok());
  };
  const auto refused = first->Commit(Groups({10, 5000}));
  EXPECT_NE(second, nullptr);
  EXPECT_TRUE(absl::IsAborted(refused.status())) << refused.status().ToString();
  EXPECT_THAT(RecordsOf(small_), SizeIs(1));
}

TEST_F(ToolsOnKafka, AFilterChoosesWhatIsReplayed) {
  Write({RecordText{.topic = dead_, .value = "a"}.DeadOf(raw_, 0),
         RecordText{.topic = dead_, .value = "b"}.DeadOf(raw_, 1)});
  const auto none = ReplayDeadLetters(*factory_, *reader_, config_, {.reason = "TOO_DEEP"}, false);
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->replayed, 0);
  const auto dry = ReplayDeadLetters(*factory_, *reader_, config_, {}, true);
  ASSERT_TRUE(dry.ok());
  EXPECT_EQ(dry->replayed, 2);
  const auto one = ReplayDeadLetters(*factory_, *reader_, config_, {.offset = 1}, false);
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->replayed, 1);
  const auto left = ListDeadLetters(*reader_, config_, {.unreplayed_only = true}, kWait);
  ASSERT_TRUE(left.ok());
  ASSERT_THAT(left->letters, SizeIs(1));
  EXPECT_EQ(left->letters[0].place, (Place{0, 0}));
}

TEST_F(ToolsOnKafka, ACopyOfALostOriginalIsPromotedOnce) {
  Write({Raw("0"), Raw("1"), Raw("2")});
  Write({RecordText{.topic = dead_}.DeadOf(raw_, 0, headers::kReplayJudged), Duplicate(1, 0), Duplicate(2, 0)});
  Commit(Stage::kPrepare, raw_, 4);
  EXPECT_THAT(Audit().twinless, SizeIs(2));
  const auto first = PromoteDuplicates(*factory_, *reader_, config_, std::nullopt, false);
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_THAT(first->promoted, SizeIs(1));
  const auto second = PromoteDuplicates(*factory_, *reader_, config_, std::nullopt, false);
  ASSERT_TRUE(second.ok());
  EXPECT_THAT(second->promoted, IsEmpty());
  const AuditReport report = Audit();
  EXPECT_TRUE(report.clean()) << TextOf(report, true);

  const auto judged = RecordsOf(internal_.judged);
  ASSERT_THAT(judged, SizeIs(1));
  v1::Prepared prepared;
  ASSERT_TRUE(prepared.ParseFromString(*judged[0].value));
  EXPECT_EQ(prepared.article().id(), judged[0].key);
  EXPECT_FALSE(prepared.article().has_dedup());
  EXPECT_EQ(prepared.article().entities_size(), 0);
  EXPECT_EQ(prepared.standfirst_begin(), 17);
  EXPECT_EQ(prepared.standfirst_end(), 36);
}

TEST_F(ToolsOnKafka, AnOpenTransactionOverOutcomesProvesNothing) {
  Write({Raw("0")});
  Commit(Stage::kPrepare, raw_, 1);
  const auto other = NewProducer("other");
  Produce(*other, {Enriched(0)});
  const AuditReport held = Audit();
  EXPECT_THAT(held.open_transactions,
              ElementsAre(enriched_ + "/0: offsets 0 to 0 are held by an open transaction since 2026-03-01T09:30:00Z"));
  EXPECT_EQ(held.totals.held, 1);
  EXPECT_EQ(held.totals.missing, 0);
  EXPECT_FALSE(held.clean());
  ASSERT_TRUE(other->CommitTransaction(kWait).ok());
  EXPECT_TRUE(Audit().clean());

  const auto feed = NewProducer("feed");
  Produce(*feed, {Raw("1")});
  const AuditReport fed = Audit();
  EXPECT_THAT(fed.open_inputs, SizeIs(1));
  EXPECT_TRUE(fed.clean()) << TextOf(fed, true);
  ASSERT_TRUE(feed->AbortTransaction(kWait).ok());
}

TEST_F(ToolsOnKafka, OfTwoCopiesOneIsPromoted) {
  Write({Raw("0"), Raw("1"), Raw("2"), Raw("3")});
  Write({RecordText{.topic = dead_}.DeadOf(raw_, 0, headers::kReplayJudged), Duplicate(1, 0), Duplicate(2, 0),
         Enriched(3)});
  Commit(Stage::kPrepare, raw_, 5);
  const auto promote = [&](int64_t offset) {
    return PromoteDuplicates(*factory_, *reader_, config_, Place{0, offset}, false);
  };
  const auto first = promote(1);
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_THAT(first->promoted, SizeIs(1));
  EXPECT_THAT(promote(1)->left, ElementsAre("0:1: was promoted already"));
  EXPECT_THAT(promote(0)->left, ElementsAre("0:0: another copy of its original was promoted"));
  EXPECT_TRUE(absl::IsNotFound(promote(77).status()));
  EXPECT_THAT(RecordsOf(internal_.judged), SizeIs(1));

  // Nor does its original come back beside it.
  const auto replayed = ReplayDeadLetters(*factory_, *reader_, config_, {}, false);
  ASSERT_TRUE(replayed.ok()) << replayed.status().ToString();
  EXPECT_THAT(replayed->left, ElementsAre(HasSubstr("a copy of it was promoted instead")));
  EXPECT_EQ(replayed->replayed, 0);
}

TEST_F(ToolsOnKafka, WhereRetentionTookTheOriginalNothingIsPromoted) {
  Write({Raw("0"), Raw("1")});
  Write({Enriched(0), Duplicate(1, 0)});
  Commit(Stage::kPrepare, raw_, 3);
  ASSERT_TRUE(reader_->admin().DeleteRecords({{{enriched_, 0}, 1}}, kWait).ok());
  const auto all = PromoteDuplicates(*factory_, *reader_, config_, std::nullopt, false);
  ASSERT_TRUE(all.ok()) << all.status().ToString();
  EXPECT_THAT(all->promoted, IsEmpty());
  EXPECT_THAT(all->notes, ElementsAre(HasSubstr(enriched_ + "/0 begins at 1")));
  const auto one = PromoteDuplicates(*factory_, *reader_, config_, Place{0, 0}, false);
  ASSERT_TRUE(one.ok());
  EXPECT_THAT(one->left, ElementsAre(HasSubstr("is not known")));
  EXPECT_THAT(RecordsOf(internal_.judged), IsEmpty());
}

TEST_F(ToolsOnKafka, WhatRetentionTookUnreadIsTold) {
  Write({Raw("0"), Raw("1"), Raw("2"), Raw("3")});
  Write({Enriched(0)});
  Commit(Stage::kPrepare, raw_, 1);
  ASSERT_TRUE(reader_->admin().DeleteRecords({{{raw_, 0}, 3}}, kWait).ok());
  const AuditReport report = Audit();
  EXPECT_THAT(report.gone_unread.ranges, ElementsAre(OffsetRange{raw_, 0, 1, 2}));
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("had not been read")));
  EXPECT_FALSE(report.clean());
}

TEST_F(ToolsOnKafka, TheNewestDeadLettersThatWereNotReplayed) {
  for (int64_t i = 0; i < 4; ++i) Write({RecordText{.topic = dead_, .key = "k", .value = "v"}.DeadOf(raw_, i)});
  ASSERT_TRUE(ReplayDeadLetters(*factory_, *reader_, config_, {.offset = 6}, false).ok());
  const auto places = [&](const DeadLetterFilter& filter) {
    const auto list = ListDeadLetters(*reader_, config_, filter, kWait);
    EXPECT_TRUE(list.ok()) << list.status().ToString();
    std::vector<int64_t> offsets;
    for (const DeadLetter& letter : list->letters) offsets.push_back(letter.place.offset);
    return offsets;
  };
  EXPECT_THAT(places({.unreplayed_only = true}), ElementsAre(0, 2, 4));
  EXPECT_THAT(places({.unreplayed_only = true, .last = 2}), ElementsAre(0, 2)) << "of one time the first";
  EXPECT_THAT(places({.key = "k", .last = 9}), SizeIs(4));
  EXPECT_THAT(places({.key = "other"}), IsEmpty());
}

TEST_F(ToolsOnKafka, WhyTellsVerdictEvidenceAndOriginal) {
  Write({Enriched(0), Duplicate(1, 0), RecordText{.topic = dead_, .key = "a1", .value = "x"}.DeadOf(raw_, 7)});
  const auto found = FindArticle(*reader_, config_, "a1");
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  const std::string text = TextOf(*found, config_, 40);
  for (const char* part : {"DUPLICATE at ", "Bridge closed", "93 %", "containment", "dead letter 0:0"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_TRUE(absl::IsNotFound(FindArticle(*reader_, config_, "a99").status()));
}

}  // namespace
}  // namespace newsfeed::tools
