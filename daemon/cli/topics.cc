// newsfeedd topics create|check|describe: the topics of an application.
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/kafka_command.h"
#include "daemon/kafka/error_status.h"
#include "daemon/kafka/topics.h"
#include "daemon/steady_time.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd topics create -c newsfeed.yaml            makes what is missing, changes nothing
  newsfeedd topics check -c newsfeed.yaml             exit code 1 if `run` would refuse to start
  newsfeedd topics create -c dev.yaml --inputs --input-partitions 3)";

constexpr absl::Duration kTimeout = absl::Seconds(10);

struct Arguments {
  std::string config;
  bool dry_run = false;
  bool inputs = false;
  int32_t input_partitions = 3;
};

// Brokers that have not heard of a topic yet are asked again until `patience` is over.
absl::StatusOr<ExitCode> CheckUntil(Cluster& cluster, absl::Duration patience) {
  const absl::Time end = SteadyNow() + patience;
  auto problems = kafka::CheckTopics(cluster.reader->admin(), cluster.config);
  while (problems.ok() && std::ranges::any_of(*problems, &kafka::TopicProblem::fatal) &&
         SteadyNow() < end) {
    problems = kafka::CheckTopics(cluster.reader->admin(), cluster.config);
  }
  if (!problems.ok()) return problems.status();
  ExitCode code = kExitOk;
  for (const kafka::TopicProblem& problem : *problems) {
    Print("{} {}\n", problem.fatal ? "error:  " : "warning:", kafka::Describe(problem));
    if (problem.fatal) code = kExitFailed;
  }
  if (problems->empty()) Print("all topics are as they should be\n");
  return code;
}

absl::StatusOr<ExitCode> Check(Cluster& cluster) {
  return CheckUntil(cluster, absl::ZeroDuration());
}

absl::Status CreateOne(Cluster& cluster, const kafka::WantedTopic& wanted, bool dry_run) {
  kafka::Admin& admin = cluster.reader->admin();
  kafka::TopicDescription found;
  if (kafka::Error error = admin.DescribeTopic(wanted.name, found, kTimeout); !error.ok()) {
    return kafka::ToStatus(error, wanted.name);
  }
  if (found.exists) {
    Print("{}: is there already\n", wanted.name);
    return absl::OkStatus();
  }
  if (wanted.partitions == 0) {
    return absl::OkStatus();  // an input: the check tells that it is missing
  }
  const auto topic = kafka::TopicToCreate(admin, wanted, cluster.config);
  if (!topic.ok()) return topic.status();
  if (!dry_run) {
    kafka::Error error = admin.CreateTopic(*topic, kTimeout);
    if (!error.ok() && error.name != "TOPIC_ALREADY_EXISTS") {
      return kafka::ToStatus(error, wanted.name);
    }
  }
  Print("{}: {} with {} partition{} ({})\n", wanted.name, dry_run ? "would be created" : "created",
             topic->partitions, topic->partitions == 1 ? "" : "s", wanted.purpose);
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Create(Cluster& cluster, const Arguments& arguments) {
  const int32_t input_partitions = arguments.inputs ? arguments.input_partitions : 0;
  for (const kafka::WantedTopic& wanted : kafka::WantedTopics(cluster.config, input_partitions)) {
    if (absl::Status status = CreateOne(cluster, wanted, arguments.dry_run); !status.ok()) {
      return status;
    }
  }
  return arguments.dry_run ? kExitOk : CheckUntil(cluster, kTimeout);
}

void PrintOptions(const kafka::WantedTopic& wanted, const kafka::TopicDescription& found) {
  for (const auto& [name, value] : wanted.options) {
    const auto option = found.options.find(name);
    Print("  {:<34} wanted {:<12} found {}\n", name, value,
               option == found.options.end() ? "-" : option->second);
  }
}

absl::StatusOr<ExitCode> DescribeAll(Cluster& cluster) {
  for (const kafka::WantedTopic& wanted : kafka::WantedTopics(cluster.config)) {
    kafka::TopicDescription found;
    if (kafka::Error error = cluster.reader->admin().DescribeTopic(wanted.name, found, kTimeout);
        !error.ok()) {
      return kafka::ToStatus(error, wanted.name);
    }
    Print("{}: {}\n", wanted.name, wanted.purpose);
    if (!found.exists) {
      Print("  does not exist\n");
      continue;
    }
    Print("  {:<34} found {}, replicas {}\n", "partitions", found.partitions, found.replication);
    PrintOptions(wanted, found);
    for (const kafka::TopicProblem& problem : kafka::ProblemsOf(wanted, found, cluster.config)) {
      Print("  {}: {}\n", problem.fatal ? "error" : "warning", kafka::Describe(problem));
    }
  }
  return kExitOk;
}

}  // namespace

void AddTopics(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  app.require_subcommand(1);
  app.footer(kExample);

  CLI::App* create =
      app.add_subcommand("create", "make what is missing; what is there is not changed");
  AddConfigOption(*create, arguments->config);
  create->add_flag("--dry-run", arguments->dry_run, "only say what would be made");
  create->add_flag("--inputs", arguments->inputs, "make missing input topics as well");
  create
      ->add_option("--input-partitions", arguments->input_partitions,
                   "partitions of input topics made")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  create->callback([arguments, &exit_code] {
    exit_code =
        RunOn(arguments->config, [&](Cluster& cluster) { return Create(cluster, *arguments); });
  });

  CLI::App* check = app.add_subcommand("check", "say what is not as it should be");
  AddConfigOption(*check, arguments->config);
  check->callback([arguments, &exit_code] { exit_code = RunOn(arguments->config, Check); });

  CLI::App* describe = app.add_subcommand("describe", "print what is wanted and what is there");
  AddConfigOption(*describe, arguments->config);
  describe->callback(
      [arguments, &exit_code] { exit_code = RunOn(arguments->config, DescribeAll); });
}

}  // namespace newsfeed::cli
