#include "daemon/kafka/application.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/skip_list.h"
#include "newsfeed/v1/article.pb.h"

namespace newsfeed::kafka {
namespace {

using config::v1::Config;

struct OwnedProperty {
  std::string_view name;
  std::string_view why;  // where to set it instead, or why it is ours
};

// Properties that decide what is delivered.
constexpr std::array kOwned = std::to_array<OwnedProperty>({
    {"bootstrap.servers", "set kafka.bootstrap"},
    {"group.id", "it follows from application_id"},
    {"group.instance.id", "set kafka.static_membership"},
    {"transactional.id", "it follows from application_id, stage and instance"},
    {"transaction.timeout.ms", "set delivery.transaction_timeout_seconds"},
    {"message.timeout.ms", "it follows from delivery.transaction_timeout_seconds"},
    {"enable.auto.commit", "offsets are committed with the outcomes"},
    {"enable.auto.offset.store", "offsets are committed with the outcomes"},
    {"auto.offset.reset", "set inputs[].start"},
    {"isolation.level", "only what is committed is read"},
    {"enable.idempotence", "it is always on"},
    {"acks", "it is always all"},
    {"enable.partition.eof", "it is always on"},
    {"message.max.bytes", "set limits.max_record_bytes and outputs.max_record_bytes"},
});

// librdkafka's other names of its properties. Of two names of one, the last set would win.
constexpr std::array kAliases = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"auto.commit.enable", "enable.auto.commit"},
    {"metadata.broker.list", "bootstrap.servers"},
    {"delivery.timeout.ms", "message.timeout.ms"},
    {"request.required.acks", "acks"},
    {"compression.codec", "compression.type"},
    {"max.in.flight", "max.in.flight.requests.per.connection"},
    {"max.partition.fetch.bytes", "fetch.message.max.bytes"},
    {"queue.buffering.max.ms", "linger.ms"},
    {"retries", "message.send.max.retries"},
    {"sasl.mechanisms", "sasl.mechanism"},
});

std::string_view WithoutAlias(std::string_view name) {
  for (const auto& [alias, plain] : kAliases) {
    if (name == alias) return plain;
  }
  return name;
}

constexpr int kMinStaticSessionMs = 30'000;

bool IsTopicName(std::string_view name) {
  constexpr size_t kMaxTopicBytes = 249;
  return !name.empty() && name.size() <= kMaxTopicBytes && name != "." && name != ".." &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

absl::Status CheckTopicNames(const Config& config) {
  std::set<std::string> seen;
  const auto check = [&](std::string_view key, const std::string& name) {
    if (!IsTopicName(name)) {
      return Invalid(fmt::format("{}: \"{}\" is no name of a topic", key, name));
    }
    if (!seen.insert(name).second) {
      return Invalid(fmt::format("{}: topic \"{}\" is named twice", key, name));
    }
    return absl::OkStatus();
  };
  for (int i = 0; i < config.inputs_size(); ++i) {
    if (absl::Status s = check(fmt::format("inputs[{}].topic", i), config.inputs(i).topic());
        !s.ok()) {
      return s;
    }
  }
  const auto& outputs = config.outputs();
  const InternalTopics internal = InternalTopicsOf(config);
  for (const auto& [key, name] : std::to_array<std::pair<std::string_view, std::string>>({
           {"outputs.enriched", outputs.enriched()},
           {"outputs.duplicates", outputs.duplicates()},
           {"outputs.dead_letter", outputs.dead_letter()},
           {"outputs.filtered", outputs.filtered()},
           {"application_id", internal.prepared},
           {"application_id", internal.judged},
           {"application_id", internal.index},
       })) {
    if (absl::Status s = check(key, name); !s.ok()) return s;
  }
  for (int i = 0; i < outputs.routes_size(); ++i) {
    if (absl::Status s =
            check(fmt::format("outputs.routes[{}].topic", i), outputs.routes(i).topic());
        !s.ok()) {
      return s;
    }
  }
  return absl::OkStatus();
}

// A verdict with a slip would route nothing.
absl::Status CheckRoutes(const Config& config) {
  for (int i = 0; i < config.outputs().routes_size(); ++i) {
    for (const std::string& name : config.outputs().routes(i).verdicts()) {
      v1::Dedup::Verdict verdict = v1::Dedup::UNSPECIFIED;
      if (v1::Dedup::Verdict_Parse(name, &verdict) && verdict != v1::Dedup::UNSPECIFIED) continue;
      return Invalid(
          fmt::format("outputs.routes[{}].verdicts: \"{}\" is none of UNIQUE, UPDATE, "
                      "LOW_INFORMATION, DUPLICATE",
                      i, name));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSchemaRegistry(const Config& config) {
  const std::string& url = config.outputs().schema_registry().url();
  if (url.empty()) return absl::OkStatus();
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return Invalid("outputs.schema_registry.url: begins neither with http:// nor with https://");
  }
  // It is named in messages, and is not quoted here.
  if (url.find('@') != std::string::npos) {
    return Invalid("outputs.schema_registry.url: has an @: set username and password beside it");
  }
  if (config.outputs().format() == config::v1::Outputs::JSON) {
    return Invalid("outputs.schema_registry: for format PROTOBUF only");
  }
  return absl::OkStatus();
}

absl::Status CheckProperties(const Config& config) {
  const auto& properties = config.kafka().properties();
  std::map<std::string_view, std::string_view> seen;
  for (const auto& [name, value] : properties) {
    const std::string_view plain = WithoutAlias(name);
    const auto owned = std::ranges::find(kOwned, plain, &OwnedProperty::name);
    if (owned != kOwned.end()) {
      return Invalid(fmt::format("kafka.properties.{}: is newsfeedd's own ({})", name, owned->why));
    }
    if (const auto [other, added] = seen.emplace(plain, name); !added) {
      return Invalid(fmt::format("kafka.properties.{}: is the same as {}", name, other->second));
    }
  }
  if (!config.kafka().static_membership()) return absl::OkStatus();
  const auto session = properties.find("session.timeout.ms");
  if (session != properties.end() && std::atoi(session->second.c_str()) < kMinStaticSessionMs) {
    return Invalid(
        fmt::format("kafka.properties.session.timeout.ms: static membership needs {} or more (a "
                    "shorter session is lost with the coordinator, and the member is then fenced "
                    "for good)",
                    kMinStaticSessionMs));
  }
  return absl::OkStatus();
}

// A name with a slip would skip nothing, and the process would die on.
absl::Status CheckSkips(const Config& config) {
  const auto skips = SkipList::Create(config.skip());
  if (!skips.ok()) return skips.status();
  const InternalTopics internal = InternalTopicsOf(config);
  std::set<std::string> read{internal.prepared, internal.judged};
  for (const auto& input : config.inputs()) read.insert(input.topic());
  for (const std::string& topic : skips->topics()) {
    if (!read.contains(topic)) {
      return Invalid(fmt::format("skip: \"{}\" is no topic that is read", topic));
    }
  }
  return absl::OkStatus();
}

}  // namespace

InternalTopics InternalTopicsOf(const Config& config) {
  const std::string& id = config.application_id();
  return {id + "-prepared", id + "-judged", id + "-index"};
}

bool HasJudge(const Config& config) { return InChain(config, "dedup"); }

std::string GroupOf(const Config& config, Stage stage) {
  return fmt::format("{}-{}", config.application_id(), StageName(stage));
}

std::string TransactionalIdOf(const Config& config, Stage stage, std::string_view instance,
                              size_t worker) {
  if (stage == Stage::kJudge) return fmt::format("{}-judge-0", config.application_id());
  return fmt::format("{}-{}-{}-{}", config.application_id(), StageName(stage), instance, worker);
}

Properties CommonProperties(const Config& config) {
  Properties properties{
      // A broker that comes back is found within half a second; the default waits for up to 10 s.
      {"reconnect.backoff.max.ms", "500"},
      {"log.connection.close", "false"},
      {"client.id", config.application_id()},
      // Producers make topics by asking for them, where the broker lets them; nothing is made
      // unasked.
      {"allow.auto.create.topics", "false"},
  };
  for (const auto& [name, value] : config.kafka().properties()) {
    properties[std::string(WithoutAlias(name))] = value;
  }
  properties["bootstrap.servers"] = fmt::format("{}", fmt::join(config.kafka().bootstrap(), ","));
  return properties;
}

Properties ReaderProperties(const Config& config) {
  Properties properties = CommonProperties(config);
  const auto standard = [&](const char* name, const char* value) {
    properties.emplace(name, value);
  };
  // librdkafka would read 64 MiB ahead for each consumer, and as much again in the fetch under way.
  // Enough for the time of two commits; the client sees to it that it is filled again in time.
  standard("queued.max.messages.kbytes", "8192");
  standard("fetch.message.max.bytes", "1048576");
  standard("fetch.max.bytes", "4194304");
  // The first wait of an idle partition decides the latency of what comes next.
  standard("fetch.wait.max.ms", "100");
  standard("fetch.error.backoff.ms", "50");
  // A group name is wanted even where no group is joined.
  properties["group.id"] = config.application_id() + "-reader";
  properties["enable.auto.commit"] = "false";
  properties["enable.auto.offset.store"] = "false";
  properties["auto.offset.reset"] = "error";
  properties["isolation.level"] = "read_committed";
  properties["enable.partition.eof"] = "true";
  return properties;
}

Properties GroupProperties(const Config& config, Stage stage, std::string_view instance,
                           size_t worker) {
  Properties properties = ReaderProperties(config);
  const bool is_static = config.kafka().static_membership() && stage != Stage::kJudge;
  const auto standard = [&](const char* name, const char* value) {
    properties.emplace(name, value);
  };
  standard("partition.assignment.strategy", "cooperative-sticky");
  // So long a dead member is waited for; the judge is one for all.
  standard("session.timeout.ms", is_static ? "45000" : stage == Stage::kJudge ? "6000" : "10000");
  // A member hears of a rebalance by its heartbeat, and what is given away lies idle until all have
  // heard.
  standard("heartbeat.interval.ms", "1000");
  properties["group.id"] = GroupOf(config, stage);
  if (is_static) {
    properties["group.instance.id"] = TransactionalIdOf(config, stage, instance, worker);
  }
  return properties;
}

Properties ProducerProperties(const Config& config, const std::string& transactional_id) {
  Properties properties = CommonProperties(config);
  // CONCURRENT_TRANSACTIONS while the last transaction's markers are written: the default of 100 ms
  // costs a factor of two and more with small batches.
  properties.emplace("retry.backoff.ms", "10");
  // A batch is more than one request: waiting for its rest spares the broker a third of its time. A
  // flush waits not.
  properties.emplace("linger.ms", "5");
  properties.emplace("compression.type", "lz4");
  // The records of one batch at most; they are in memory anyway.
  properties.emplace("queue.buffering.max.messages", "1000000");
  properties["enable.idempotence"] = "true";
  properties["acks"] = "all";
  properties["message.max.bytes"] = std::to_string(MaxInternalRecordBytes(config));
  const std::string timeout =
      std::to_string(1000 * config.delivery().transaction_timeout_seconds());
  properties["message.timeout.ms"] = timeout;
  if (!transactional_id.empty()) {
    properties["transactional.id"] = transactional_id;
    properties["transaction.timeout.ms"] = timeout;
  }
  return properties;
}

size_t MaxInternalRecordBytes(const Config& config) {
  constexpr size_t kAdded = 4 << 20;
  return std::max(config.limits().max_record_bytes(), config.outputs().max_record_bytes()) + kAdded;
}

absl::Status CheckKafkaConfig(const Config& config) {
  if (config.kafka().bootstrap().empty()) return Invalid("kafka.bootstrap: no broker is named");
  if (config.inputs().empty()) return Invalid("inputs: no topic is named");
  if (!IsTopicName(config.application_id())) {
    return Invalid(fmt::format("application_id: \"{}\" has characters that topics cannot have",
                               config.application_id()));
  }
  if (absl::Status status = CheckTopicNames(config); !status.ok()) return status;
  if (absl::Status status = CheckRoutes(config); !status.ok()) return status;
  if (absl::Status status = CheckSchemaRegistry(config); !status.ok()) return status;
  if (absl::Status status = CheckSkips(config); !status.ok()) return status;
  return CheckProperties(config);
}

}  // namespace newsfeed::kafka
