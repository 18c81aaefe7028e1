// Three Kafka nodes, each behind proxies of its own, to be cut off from clients and from each other.
//
// Clients and followers reach a node through one proxy; each pair of controllers has one, so that an isolated node can
// neither be heard nor hear: the others fence it and elect other leaders. An isolated node that leads nothing still
// fetches from others, which does no harm.
#pragma once

#include <librdkafka/rdkafka.h>

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "tests/faults/tcp_proxy.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed::faults {

class ProxiedCluster {
 public:
  static constexpr int kNodes = 3;

  // Empty bootstrap() where there is no Kafka; missing() says why.
  explicit ProxiedCluster(const std::string& version);
  ProxiedCluster(const ProxiedCluster&) = delete;
  ProxiedCluster& operator=(const ProxiedCluster&) = delete;
  ~ProxiedCluster();

  // Of the proxies, separated by commas.
  const std::string& bootstrap() const { return bootstrap_; }
  const std::string& missing() const { return missing_; }

  // Nodes are 0, 1, 2. Kill returns when the process is gone, Start when it serves.
  void Kill(int node);
  void Start(int node);
  void Signal(int node, int signal) const;

  // What clients and followers say to the node and hear of it.
  TcpProxy& proxy(int node) { return *proxies_.at(static_cast<size_t>(node)); }
  // Of all parts of the node.
  void Isolate(int node);
  // All that was done to the network is undone.
  void Heal();

  // Waits until each partition has all its replicas in sync; false: not so within two minutes.
  bool AwaitInSync() const;
  // The node that leads the partition now; -1: none.
  int LeaderOf(const std::string& topic, int partition) const;
  // The node that coordinates the group, or the transactions of the id.
  int CoordinatorOfGroup(const std::string& group) const { return LeaderOf("__consumer_offsets", PlaceOf(group)); }
  int CoordinatorOfTransactions(const std::string& id) const { return LeaderOf("__transaction_state", PlaceOf(id)); }

  // All that the nodes have logged.
  std::string Log() const;

 private:
  void ForEachPartition(const std::function<void(const std::string&, const rd_kafka_metadata_partition&)>& take) const;
  // Which of the partitions of these topics a name is kept in.
  static int PlaceOf(const std::string& name);
  std::string Folder(int node) const;
  // Starts the process, and does not wait.
  std::string Launch(int node);
  std::string AwaitReady(int node) const;

  const testing::TemporaryFolder folder_;
  const std::string version_;
  int base_port_ = 0;
  std::string bootstrap_;
  std::string missing_;
  std::array<std::unique_ptr<TcpProxy>, kNodes> proxies_;
  // [of][to] between controllers.
  std::array<std::array<std::unique_ptr<TcpProxy>, kNodes>, kNodes> controllers_;
};

}  // namespace newsfeed::faults
