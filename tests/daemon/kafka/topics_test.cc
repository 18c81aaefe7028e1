#include "daemon/kafka/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "daemon/kafka/application.h"

namespace newsfeed::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

config::v1::Config TheConfig() {
  config::v1::Config config;
  config.mutable_kafka()->add_bootstrap("127.0.0.1:9092");
  config.add_inputs()->set_topic("raw");
  return config;
}

WantedTopic Wanted(TopicRole role, const config::v1::Config& config = TheConfig()) {
  const std::vector<WantedTopic> topics = WantedTopics(config);
  return *std::ranges::find(topics, role, &WantedTopic::role);
}

// As `topics create` would have made it on three brokers.
TopicDescription AsWanted(const WantedTopic& topic) {
  TopicDescription found{true, topic.partitions, 3, topic.options};
  found.options["min.insync.replicas"] = "2";
  return found;
}

struct Case {
  std::string_view name;
  TopicRole role;
  void (*spoil)(TopicDescription& found);
  std::vector<std::string> what;
  bool fatal = true;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }


TEST(Topics, OneReplicaIsToldByWhatExactlyOnceLoses) {
  config::v1::Config config = TheConfig();
  const WantedTopic topic = Wanted(TopicRole::kEnriched);
  TopicDescription found = AsWanted(topic);
  found.replication = 1;
  const auto advice = [&] { return ProblemsOf(topic, found, config).at(0).advice; };
  EXPECT_THAT(advice(), HasSubstr("KAFKA-20734"));
  config.mutable_delivery()->set_guarantee(config::v1::Delivery::AT_LEAST_ONCE);
  EXPECT_THAT(advice(), ::testing::Not(HasSubstr("KAFKA-20734")));
}

class TopicProblems : public ::testing::TestWithParam<Case> {};

TEST_P(TopicProblems, AreFound) {
  const WantedTopic topic = Wanted(GetParam().role);
  TopicDescription found = AsWanted(topic);
  GetParam().spoil(found);
  std::vector<std::string> what;
  for (const TopicProblem& problem : ProblemsOf(topic, found, TheConfig())) {
    what.push_back(problem.what);
    EXPECT_EQ(problem.fatal, GetParam().fatal) << Describe(problem);
    EXPECT_FALSE(problem.advice.empty());
  }
  EXPECT_EQ(what, GetParam().what);
}

using Found = TopicDescription;
INSTANTIATE_TEST_SUITE_P(, TopicProblems, ::testing::Values(
    Case{"None", TopicRole::kPrepared, [](Found&) {}, {}},
    Case{"NoneOfAnInput", TopicRole::kInput, [](Found& f) { f.options.clear(); f.replication = 1; }, {}},
    Case{"Missing", TopicRole::kJudged, [](Found& f) { f = {}; }, {"missing"}},
    Case{"MissingInput", TopicRole::kInput, [](Found& f) { f = {}; }, {"missing"}},
    Case{"PreparedInThree", TopicRole::kPrepared, [](Found& f) { f.partitions = 3; }, {"partitions"}},
    Case{"IndexInTwo", TopicRole::kIndex, [](Found& f) { f.partitions = 2; }, {"partitions"}},
    Case{"JudgedInAny", TopicRole::kJudged, [](Found& f) { f.partitions = 5; }, {}},
    Case{"CompactedInternal", TopicRole::kIndex,
         [](Found& f) { f.options["cleanup.policy"] = "compact"; }, {"cleanup.policy"}},
    Case{"CompactedOutput", TopicRole::kEnriched,
         [](Found& f) { f.options["cleanup.policy"] = "compact,delete"; }, {"cleanup.policy"}},
    Case{"WeekOfInternal", TopicRole::kJudged,
         [](Found& f) { f.options["retention.ms"] = "604800000"; }, {"retention.ms"}},
    Case{"WeekOfOutput", TopicRole::kDuplicates,
         [](Found& f) { f.options["retention.ms"] = "604800000"; }, {}},
    Case{"GigabyteOfInternal", TopicRole::kPrepared,
         [](Found& f) { f.options["retention.bytes"] = "1073741824"; }, {"retention.bytes"}},
    Case{"UncleanInternal", TopicRole::kPrepared,
         [](Found& f) { f.options["unclean.leader.election.enable"] = "true"; },
         {"unclean.leader.election.enable"}},
    Case{"UncleanOutput", TopicRole::kFiltered,
         [](Found& f) { f.options["unclean.leader.election.enable"] = "true"; },
         {"unclean.leader.election.enable"}, false},
    Case{"SmallDeadLetters", TopicRole::kDeadLetter,
         [](Found& f) { f.options["max.message.bytes"] = "1048588"; }, {"max.message.bytes"}},
    Case{"LargerIsWelcome", TopicRole::kEnriched,
         [](Found& f) { f.options["max.message.bytes"] = "104857600"; }, {}},
    Case{"AppendTime", TopicRole::kPrepared,
         [](Found& f) { f.options["message.timestamp.type"] = "LogAppendTime"; },
         {"message.timestamp.type"}},
    Case{"OneInSync", TopicRole::kJudged,
         [](Found& f) { f.options["min.insync.replicas"] = "1"; }, {"min.insync.replicas"}},
    Case{"OneReplica", TopicRole::kJudged, [](Found& f) { f.replication = 1; }, {"replication"}, false}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Topics, AProblemSaysWhatToDo) {
  const WantedTopic topic = Wanted(TopicRole::kPrepared);
  TopicDescription found = AsWanted(topic);
  found.partitions = 3;
  const auto problems = ProblemsOf(topic, found, TheConfig());
  ASSERT_EQ(problems.size(), 1);
  EXPECT_THAT(Describe(problems[0]), HasSubstr("newsfeed-prepared: has 3 partitions, must have 1; "));
}

TEST(Topics, ARouteIsKeptAsItsReaderLikes) {
  config::v1::Config config = TheConfig();
  config.mutable_outputs()->add_routes()->set_topic("french");
  const WantedTopic topic = WantedTopics(config).back();
  EXPECT_EQ(topic.name, "french");
  TopicDescription found = AsWanted(topic);
  found.options["cleanup.policy"] = "compact";
  EXPECT_THAT(ProblemsOf(topic, found, config), IsEmpty());
  found.options["max.message.bytes"] = "1000";
  EXPECT_EQ(ProblemsOf(topic, found, config).size(), 1);
}

// By any of librdkafka's names: of two names of one property the last set would win.
TEST(Properties, AreKnownByAllTheirNames) {
  config::v1::Config config = TheConfig();
  auto& properties = *config.mutable_kafka()->mutable_properties();
  properties["compression.codec"] = "zstd";
  ASSERT_TRUE(CheckKafkaConfig(config).ok()) << CheckKafkaConfig(config);
  const Properties producer = ProducerProperties(config, "");
  EXPECT_EQ(producer.at("compression.type"), "zstd");
  EXPECT_FALSE(producer.contains("compression.codec"));
  properties["compression.type"] = "lz4";
  EXPECT_THAT(std::string(CheckKafkaConfig(config).message()), HasSubstr("is the same as compression."));
  for (const char* owned : {"acks", "request.required.acks", "metadata.broker.list", "delivery.timeout.ms",
                            "auto.commit.enable"}) {
    config.mutable_kafka()->clear_properties();
    (*config.mutable_kafka()->mutable_properties())[owned] = "1";
    EXPECT_THAT(std::string(CheckKafkaConfig(config).message()), HasSubstr(std::string(owned) + ": is newsfeedd's own"));
  }
}

// It would stand in every message about the registry.
TEST(Properties, APasswordInTheRegistrysUrlIsRefusedUnquoted) {
  config::v1::Config config = TheConfig();
  config.mutable_outputs()->mutable_schema_registry()->set_url("http://news:secret@registry:8081");
  const std::string message(CheckKafkaConfig(config).message());
  EXPECT_THAT(message, HasSubstr("outputs.schema_registry.url"));
  EXPECT_EQ(message.find("secret"), std::string::npos);
}

struct BadOutputs {
  const char* name;
  const char* message;
  void (*spoil)(config::v1::Outputs& outputs);
};
class OutputsAreRefused : public ::testing::TestWithParam<BadOutputs> {};
TEST_P(OutputsAreRefused, ByKey) {
  config::v1::Config config = TheConfig();
  ASSERT_TRUE(CheckKafkaConfig(config).ok()) << CheckKafkaConfig(config);
  GetParam().spoil(*config.mutable_outputs());
  EXPECT_THAT(std::string(CheckKafkaConfig(config).message()), HasSubstr(GetParam().message));
}
using Outputs = config::v1::Outputs;
INSTANTIATE_TEST_SUITE_P(, OutputsAreRefused, ::testing::Values(
    BadOutputs{"RouteWithoutTopic", "outputs.routes[0].topic: \"\" is no name", [](Outputs& o) { o.add_routes(); }},
    BadOutputs{"RouteToAnOutput", "topic \"articles.enriched\" is named twice",
               [](Outputs& o) { o.add_routes()->set_topic("articles.enriched"); }},
    BadOutputs{"NoVerdict", "outputs.routes[0].verdicts: \"unique\" is none of",
               [](Outputs& o) { o.add_routes()->set_topic("t"); o.mutable_routes(0)->add_verdicts("unique"); }},
    BadOutputs{"RegistryWithoutScheme", "outputs.schema_registry.url",
               [](Outputs& o) { o.mutable_schema_registry()->set_url("registry:8081"); }},
    BadOutputs{"RegistryForJson", "for format PROTOBUF only",
               [](Outputs& o) {
                 o.mutable_schema_registry()->set_url("http://registry:8081");
                 o.set_format(Outputs::JSON);
               }}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Topics, WithoutAJudgeThereAreNoInternalOnes) {
  config::v1::Config config = TheConfig();
  config.mutable_pipeline()->add_processors("decode");
  std::vector<std::string> names;
  for (const WantedTopic& topic : WantedTopics(config)) names.push_back(topic.name);
  EXPECT_THAT(names, ElementsAre("raw", "articles.enriched", "articles.duplicates",
                                 "articles.dead-letter", "articles.filtered"));
}

}  // namespace
}  // namespace newsfeed::kafka
