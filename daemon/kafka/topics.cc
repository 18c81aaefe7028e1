#include "daemon/kafka/topics.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "daemon/kafka/application.h"
#include "daemon/kafka/error_status.h"

namespace newsfeed::kafka {
namespace {

using config::v1::Config;

constexpr absl::Duration kTimeout = absl::Seconds(10);
// Headers, key and the frame of a record batch beside the largest value.
constexpr size_t kRoomBytes = 64 << 10;

// How a found value is held against the wanted one.
enum class Holds : uint8_t { kEquals, kAtLeast, kUnlimited };

struct OptionRule {
  std::string_view option;
  Holds holds;
  std::string_view wanted;  // empty: computed
  bool fatal;
  bool set_on_create;
  std::string_view why;     // what happens otherwise
};

// The topics between the stages: what is lost there is an article without an outcome.
constexpr std::array kInternalRules = std::to_array<OptionRule>({
    {"cleanup.policy", Holds::kEquals, "delete", true, true,
     "compaction would remove articles that have no outcome yet"},
    {"retention.ms", Holds::kUnlimited, "-1", true, true,
     "articles that wait longer would be lost; newsfeedd trims the topic itself"},
    {"retention.bytes", Holds::kUnlimited, "-1", true, true,
     "articles that wait would be lost; newsfeedd trims the topic itself"},
    {"unclean.leader.election.enable", Holds::kEquals, "false", true, true,
     "a replica that lags would become leader and lose committed articles"},
    {"message.timestamp.type", Holds::kEquals, "CreateTime", true, true,
     "the time of the input record would be lost"},
    {"max.message.bytes", Holds::kAtLeast, "", true, true,
     "the largest articles would be refused between the stages"},
});

// Articles. Compacted, a later version would delete the outcome of an earlier record.
constexpr std::array kOutputRules = std::to_array<OptionRule>({
    {"cleanup.policy", Holds::kEquals, "delete", true, true,
     "compaction removes outcomes, and nobody can account for them any more"},
    {"unclean.leader.election.enable", Holds::kEquals, "false", false, true,
     "a replica that lags would become leader and lose outcomes"},
    {"max.message.bytes", Holds::kAtLeast, "", true, true,
     "the largest records would be refused by the broker"},
});

// Copies of articles that have their outcome elsewhere: how long and how they are kept is the
// reader's matter.
constexpr std::array kRouteRules = std::to_array<OptionRule>({
    {"max.message.bytes", Holds::kAtLeast, "", true, true,
     "the largest records would be refused by the broker"},
});

constexpr std::string_view kMinInSync = "min.insync.replicas";

struct RoleEntry {
  TopicRole role;
  std::span<const OptionRule> rules;
  int32_t exact_partitions;  // 0: any number
  bool internal;
  std::string_view purpose;
};

constexpr std::array kRoles = std::to_array<RoleEntry>({
    {TopicRole::kInput, {}, 0, false, "raw articles"},
    {TopicRole::kPrepared, kInternalRules, 1, true,
     "cleaned articles, in the order of their verdicts"},
    {TopicRole::kJudged, kInternalRules, 0, true, "articles with their verdicts, by id"},
    {TopicRole::kIndex, kInternalRules, 1, true, "changelog of the judge's index"},
    {TopicRole::kEnriched, kOutputRules, 0, false, "published articles"},
    {TopicRole::kDuplicates, kOutputRules, 0, false, "copies, whole"},
    {TopicRole::kDeadLetter, kOutputRules, 0, false, "what could not be published, and why"},
    {TopicRole::kFiltered, kOutputRules, 0, false,
     "what was left out on purpose: keys and headers"},
    {TopicRole::kRoute, kRouteRules, 0, false, "articles of one route"},
});

const RoleEntry& EntryOf(TopicRole role) { return kRoles[static_cast<size_t>(role)]; }

// What a topic must take at once: the broker's limit is on the batches that clients make of
// records.
size_t LargestRecord(TopicRole role, const Config& config) {
  constexpr size_t kBatchBytes = 1 << 20;  // librdkafka's batch.size, rounded up
  switch (role) {
    case TopicRole::kEnriched:
    case TopicRole::kRoute:
    case TopicRole::kDuplicates:
      return std::max<size_t>(config.outputs().max_record_bytes(), kBatchBytes);
    case TopicRole::kFiltered: return kBatchBytes;
    default: return MaxInternalRecordBytes(config);
  }
}

std::string WantedValue(const OptionRule& rule, TopicRole role, const Config& config) {
  if (!rule.wanted.empty()) return std::string(rule.wanted);
  return std::to_string(LargestRecord(role, config) + kRoomBytes);
}

std::optional<int64_t> ToNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool AsWanted(Holds holds, const std::string& found, const std::string& wanted) {
  if (holds == Holds::kEquals) return found == wanted;
  const auto number = ToNumber(found);
  if (!number) return false;
  return holds == Holds::kUnlimited ? *number < 0 : *number >= *ToNumber(wanted);
}

std::string AlterAdvice(const std::string& topic, std::string_view option, std::string_view value) {
  return fmt::format("kafka-configs.sh --alter --topic {} --add-config {}={}", topic, option,
                     value);
}

void CheckOption(const OptionRule& rule, const WantedTopic& topic, const TopicDescription& found,
                 const Config& config, std::vector<TopicProblem>& problems) {
  const auto value = found.options.find(std::string(rule.option));
  // A broker that does not tell (or does not know) an option cannot be held to it.
  if (value == found.options.end()) return;
  const std::string wanted = WantedValue(rule, topic.role, config);
  if (AsWanted(rule.holds, value->second, wanted)) return;
  problems.push_back({topic.name, std::string(rule.option),
                      (rule.holds == Holds::kAtLeast ? "at least " : "") + wanted, value->second,
                      fmt::format("{}: {}", rule.why, AlterAdvice(topic.name, rule.option, wanted)),
                      rule.fatal});
}

void CheckPartitions(const WantedTopic& topic, const TopicDescription& found,
                     std::vector<TopicProblem>& problems) {
  const int32_t exact = EntryOf(topic.role).exact_partitions;
  if (exact == 0 || found.partitions == exact) return;
  problems.push_back(
      {topic.name, "partitions", std::to_string(exact), std::to_string(found.partitions),
       "it holds the one order of all verdicts: stop newsfeedd once the internal topics are "
       "drained, delete it, then newsfeedd topics create",
       true});
}

// Whether transactions write it.
bool ExactlyOnce(TopicRole role, const Config& config) {
  return config.delivery().guarantee() != config::v1::Delivery::AT_LEAST_ONCE ||
         role == TopicRole::kJudged || role == TopicRole::kIndex;
}

void CheckReplicas(const WantedTopic& topic, const TopicDescription& found, const Config& config,
                   std::vector<TopicProblem>& problems) {
  constexpr int32_t kSafeReplication = 3;
  if (topic.role == TopicRole::kInput) return;
  if (found.replication < 2) {
    problems.push_back({topic.name, "replication", "3", std::to_string(found.replication),
                        ExactlyOnce(topic.role, config)
                            ? "the loss of one broker loses it, and Kafka 4.3 and 4.4 drop the "
                              "markers of transactions that end while it is away (KAFKA-20734): "
                              "aborted records may become visible, whatever newsfeedd does; fit "
                              "for trials only"
                            : "the loss of one broker loses it; fit for trials only",
                        false});
  }
  if (found.replication < kSafeReplication) return;
  const auto value = found.options.find(std::string(kMinInSync));
  if (value == found.options.end() || ToNumber(value->second).value_or(0) >= 2) return;
  problems.push_back({topic.name, std::string(kMinInSync), "at least 2", value->second,
                      "what one broker alone has acknowledged is lost with it: " +
                          AlterAdvice(topic.name, kMinInSync, "2"),
                      EntryOf(topic.role).internal});
}

void Add(std::vector<WantedTopic>& topics, TopicRole role, const std::string& name,
         int32_t partitions, const Config& config) {
  WantedTopic topic{role, name, EntryOf(role).purpose, partitions};
  for (const OptionRule& rule : EntryOf(role).rules) {
    if (rule.set_on_create) {
      topic.options[std::string(rule.option)] = WantedValue(rule, role, config);
    }
  }
  topics.push_back(std::move(topic));
}

}  // namespace

std::vector<WantedTopic> WantedTopics(const Config& config, int32_t input_partitions) {
  std::vector<WantedTopic> topics;
  for (const auto& input : config.inputs()) {
    Add(topics, TopicRole::kInput, input.topic(), input_partitions, config);
  }
  const int32_t partitions = static_cast<int32_t>(config.internal().judged_partitions());
  if (HasJudge(config)) {
    const InternalTopics internal = InternalTopicsOf(config);
    Add(topics, TopicRole::kPrepared, internal.prepared, 1, config);
    Add(topics, TopicRole::kJudged, internal.judged, partitions, config);
    Add(topics, TopicRole::kIndex, internal.index, 1, config);
  }
  const auto& outputs = config.outputs();
  Add(topics, TopicRole::kEnriched, outputs.enriched(), partitions, config);
  Add(topics, TopicRole::kDuplicates, outputs.duplicates(), partitions, config);
  Add(topics, TopicRole::kDeadLetter, outputs.dead_letter(), partitions, config);
  Add(topics, TopicRole::kFiltered, outputs.filtered(), partitions, config);
  for (const auto& route : outputs.routes()) {
    Add(topics, TopicRole::kRoute, route.topic(), partitions, config);
  }
  return topics;
}

std::string Describe(const TopicProblem& problem) {
  if (problem.what == "missing") {
    return fmt::format("{}: does not exist; {}", problem.topic, problem.advice);
  }
  if (problem.what == "partitions") {
    return fmt::format("{}: has {} partitions, must have {}; {}", problem.topic, problem.found,
                       problem.wanted, problem.advice);
  }
  return fmt::format("{}: {} is {}, {} be {}; {}", problem.topic, problem.what, problem.found,
                     problem.fatal ? "must" : "should", problem.wanted, problem.advice);
}

std::vector<TopicProblem> ProblemsOf(const WantedTopic& topic, const TopicDescription& found,
                                     const Config& config) {
  std::vector<TopicProblem> problems;
  if (!found.exists) {
    problems.push_back({topic.name, "missing", "", "",
                        topic.role == TopicRole::kInput
                            ? "it is an input: make it, or newsfeedd topics create --inputs "
                              "--input-partitions N"
                            : "newsfeedd topics create makes it",
                        true});
    return problems;
  }
  CheckPartitions(topic, found, problems);
  for (const OptionRule& rule : EntryOf(topic.role).rules) {
    CheckOption(rule, topic, found, config, problems);
  }
  CheckReplicas(topic, found, config, problems);
  return problems;
}

absl::StatusOr<std::vector<TopicProblem>> CheckTopics(Admin& admin, const Config& config) {
  std::vector<TopicProblem> problems;
  for (const WantedTopic& topic : WantedTopics(config)) {
    TopicDescription found;
    if (Error error = admin.DescribeTopic(topic.name, found, kTimeout); !error.ok()) {
      return ToStatus(error, topic.name);
    }
    for (TopicProblem& problem : ProblemsOf(topic, found, config)) {
      problems.push_back(std::move(problem));
    }
  }
  return problems;
}

absl::StatusOr<NewTopic> TopicToCreate(Admin& admin, const WantedTopic& wanted,
                                       const Config& config) {
  NewTopic topic{wanted.name, wanted.partitions, -1, wanted.options};
  int64_t replication = config.internal().replication();
  if (replication > 0) {
    topic.replication = static_cast<int32_t>(replication);
  } else {
    std::map<std::string, std::string> broker;
    if (Error error = admin.DescribeBroker(broker, kTimeout); !error.ok()) {
      return ToStatus(error, "settings of a broker");
    }
    replication = ToNumber(broker["default.replication.factor"]).value_or(1);
  }
  if (replication >= 3 && wanted.role != TopicRole::kInput) {
    topic.options[std::string(kMinInSync)] = "2";
  }
  return topic;
}

}  // namespace newsfeed::kafka
