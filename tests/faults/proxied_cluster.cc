#include "tests/faults/proxied_cluster.h"

#include <absl/time/clock.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "tests/testing/program.h"

namespace newsfeed::faults {
namespace {

constexpr char kScript[] = NEWSFEED_SOURCE_DIR "/deploy/kafka/broker";
// deploy/kafka/broker.properties
constexpr uint32_t kCoordinatorPartitions = 5;

std::string RunScript(std::vector<std::string> environment, const std::vector<std::string>& arguments) {
  environment.insert(environment.begin(), "/usr/bin/env");
  for (const char* part : {"/bin/bash", kScript}) environment.emplace_back(part);
  environment.insert(environment.end(), arguments.begin(), arguments.end());
  const testing::ProgramResult result = testing::RunProgram(environment, "", 300);
  if (result.exit_code == 0) return "";
  return result.err.empty() ? "failed" : result.err;
}

}  // namespace

ProxiedCluster::ProxiedCluster(const std::string& version) : version_(version) {
  // Below the ports that the kernel hands out; others look for free ones from 20000 to 30000.
  base_port_ = 12000 + getpid() % 800 * 10;
  for (int node = 0; node < kNodes; ++node) {
    const auto n = static_cast<size_t>(node);
    proxies_[n] = std::make_unique<TcpProxy>(base_port_ + 2 * node);
    for (size_t from = 0; from < kNodes; ++from) {
      if (from != n) controllers_[from][n] = std::make_unique<TcpProxy>(base_port_ + 2 * node + 1);
    }
  }
  if (missing_ = RunScript({}, {"fetch", version_}); !missing_.empty()) return;
  // No node is ready before two stand.
  for (int node = 0; node < kNodes; ++node) missing_ += Launch(node);
  for (int node = 0; node < kNodes && missing_.empty(); ++node) missing_ += AwaitReady(node);
  if (!missing_.empty()) return;
  for (const auto& proxy : proxies_) {
    bootstrap_ += fmt::format("{}127.0.0.1:{}", bootstrap_.empty() ? "" : ",", proxy->port());
  }
}

ProxiedCluster::~ProxiedCluster() {
  // SIGKILL: nothing is kept, and a controlled shutdown would wait for a quorum.
  for (int node = 0; node < kNodes; ++node) RunScript({}, {"kill", Folder(node)});
}

std::string ProxiedCluster::Folder(int node) const { return folder_.path() / fmt::format("node{}", node + 1); }

std::string ProxiedCluster::Launch(int node) {
  std::string voters;
  for (int to = 0; to < kNodes; ++to) {
    const auto& proxy = controllers_[static_cast<size_t>(node)][static_cast<size_t>(to)];
    voters += fmt::format("{}{}@127.0.0.1:{}", voters.empty() ? "" : ",", to + 1,
                          proxy ? proxy->port() : base_port_ + 2 * to + 1);
  }
  return RunScript({"WAIT=0", fmt::format("NODE_ID={}", node + 1), "VOTERS=" + voters,
                    fmt::format("ADVERTISED={}", proxy(node).port()),
                    "KAFKA_EXTRA=" NEWSFEED_SOURCE_DIR "/deploy/kafka/cluster.properties"},
                   {"start", Folder(node), std::to_string(base_port_ + 2 * node), version_});
}

std::string ProxiedCluster::AwaitReady(int node) const {
  return RunScript({"READY_SECONDS=200"}, {"ready", Folder(node)});
}

// A proxy that accepts for a dead node and hangs up is another fault, which librdkafka 2.0.2 does not see through: it asks
// that node for its offsets again and again until the call times out.
void ProxiedCluster::Kill(int node) {
  proxy(node).Refuse();
  EXPECT_EQ(RunScript({}, {"kill", Folder(node)}), "");
}

void ProxiedCluster::Start(int node) {
  proxy(node).Listen();
  ASSERT_EQ(Launch(node), "");
  ASSERT_EQ(AwaitReady(node), "");
}

void ProxiedCluster::Signal(int node, int signal) const {
  kill(std::stoi(testing::ReadWholeFile(Folder(node) + "/pid")), signal);
}

void ProxiedCluster::Isolate(int node) {
  proxy(node).Hold();
  for (size_t other = 0; other < kNodes; ++other) {
    const auto n = static_cast<size_t>(node);
    if (other == n) continue;
    controllers_[n][other]->Hold();
    controllers_[other][n]->Hold();
  }
}

void ProxiedCluster::Heal() {
  for (const auto& proxy : proxies_) proxy->Pass();
  for (const auto& row : controllers_) {
    for (const auto& proxy : row) {
      if (proxy) proxy->Pass();
    }
  }
}

void ProxiedCluster::ForEachPartition(
    const std::function<void(const std::string&, const rd_kafka_metadata_partition&)>& take) const {
  char message[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap_.c_str(), message, sizeof message);
  const std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)> client(
      rd_kafka_new(RD_KAFKA_PRODUCER, conf, message, sizeof message), &rd_kafka_destroy);
  const rd_kafka_metadata_t* metadata = nullptr;
  constexpr int kTimeoutMs = 30'000;
  if (rd_kafka_metadata(client.get(), /*all_topics=*/1, nullptr, &metadata, kTimeoutMs) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return;
  }
  for (int t = 0; t < metadata->topic_cnt; ++t) {
    for (int p = 0; p < metadata->topics[t].partition_cnt; ++p) {
      take(metadata->topics[t].topic, metadata->topics[t].partitions[p]);
    }
  }
  rd_kafka_metadata_destroy(metadata);
}

int ProxiedCluster::LeaderOf(const std::string& topic, int partition) const {
  int leader = -1;
  ForEachPartition([&](const std::string& name, const rd_kafka_metadata_partition& it) {
    if (name == topic && it.id == partition) leader = it.leader - 1;
  });
  return leader;
}

bool ProxiedCluster::AwaitInSync() const {
  const absl::Time end = absl::Now() + absl::Minutes(2);
  while (absl::Now() < end) {
    size_t partitions = 0;
    size_t in_sync = 0;
    ForEachPartition([&](const std::string&, const rd_kafka_metadata_partition& it) {
      ++partitions;
      in_sync += it.isr_cnt == it.replica_cnt && it.leader > 0;
    });
    if (partitions > 0 && in_sync == partitions) return true;
  }
  return false;
}

// abs(name.hashCode()) % partitions, as Java has it; of INT_MIN 0.
int ProxiedCluster::PlaceOf(const std::string& name) {
  uint32_t hash = 0;
  for (const char c : name) hash = 31 * hash + static_cast<unsigned char>(c);
  if (hash == 0x80000000U) hash = 0;
  if (hash > 0x80000000U) hash = 0U - hash;
  return static_cast<int>(hash % kCoordinatorPartitions);
}

std::string ProxiedCluster::Log() const {
  std::string log;
  for (int node = 0; node < kNodes; ++node) {
    for (const char* name : {"/server.old.log", "/server.log"}) {
      if (std::filesystem::exists(Folder(node) + name)) log += testing::ReadWholeFile(Folder(node) + name);
    }
  }
  return log;
}

}  // namespace newsfeed::faults
