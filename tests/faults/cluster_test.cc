// Three brokers, replication factor 3, min ISR 2, each behind a proxy. On 4.0.2, as the rows of broker_test.
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <array>
#include <csignal>
#include <functional>
#include <memory>

#include "daemon/kafka/application.h"
#include "tests/faults/fault_row.h"
#include "tests/faults/proxied_cluster.h"

namespace newsfeed::faults {
namespace {

class ClusterEnvironment : public ::testing::Environment {
 public:
  void TearDown() override { cluster_.reset(); }
  ProxiedCluster& cluster() { return *cluster_; }

 private:
  std::unique_ptr<ProxiedCluster> cluster_ = std::make_unique<ProxiedCluster>("4.0.2");
};

ProxiedCluster& TheCluster() {
  static auto& environment =
      *static_cast<ClusterEnvironment*>(::testing::AddGlobalTestEnvironment(new ClusterEnvironment()));
  return environment.cluster();
}

class ThreeBrokers : public Faults {
 protected:
  ThreeBrokers() : Faults(TheCluster().bootstrap(), TheCluster().missing()), cluster_(TheCluster()) {}

  void TearDown() override {
    cluster_.Heal();
    if (HasFailure()) fmt::print("{}", KafkasFaultsIn(cluster_.Log()));
    Faults::TearDown();
  }

  // A silent broker is given up after ten seconds; by default it is a minute.
  void BeginHere() {
    Begin({.rate = 100, .session_ms = 6000, .transaction_seconds = 30, .properties = ", socket.timeout.ms: \"10000\""});
    ASSERT_TRUE(cluster_.AwaitInSync());
  }

  // The network is whole again; work goes on, and replicas catch up.
  void HealAndRecover() {
    cluster_.Heal();
    Healed();
    AwaitRecovery();
    ASSERT_TRUE(cluster_.AwaitInSync());
  }

  // Does `harm` to the network of the broker that coordinates the judge's transactions, until the judge in office has
  // given up a batch.
  void HarmTheJudgesCoordinator(const std::function<void(TcpProxy&)>& harm) {
    const int node = cluster_.CoordinatorOfTransactions(JudgesId());
    ASSERT_GE(node, 0);
    const size_t owner = JudgeOwner();
    const size_t told = LogOf(owner).size();
    harm(cluster_.proxy(node));
    Fault();
    ASSERT_TRUE(daemon(owner).AwaitLog(
        [&](const std::string&) { return LogOf(owner).find("batch not published", told) != std::string::npos; }, 120));
    HealAndRecover();
  }

  std::string Input() const { return config().inputs(0).topic(); }
  std::string JudgesId() const { return kafka::TransactionalIdOf(config(), Stage::kJudge, "", 0); }
  std::string JudgesGroup() const { return kafka::GroupOf(config(), Stage::kJudge); }

  ProxiedCluster& cluster_;
};

TEST_F(ThreeBrokers, EachKilledAndStartedAgain) {
  BeginHere();
  for (int node = 0; node < ProxiedCluster::kNodes; ++node) {
    cluster_.Kill(node);
    Fault();
    AwaitRecovery();
    cluster_.Start(node);
    Healed();
    AwaitRecovery();
    ASSERT_TRUE(cluster_.AwaitInSync());
    if (HasFatalFailure()) return;
  }
  Finish();
}

// Others lead in its place after the broker's session.
TEST_F(ThreeBrokers, LeadersAndCoordinatorsIsolated) {
  BeginHere();
  const auto roles = std::to_array<std::function<int()>>(
      {[&] { return cluster_.LeaderOf(Input(), 0); }, [&] { return cluster_.LeaderOf(config().outputs().enriched(), 0); },
       [&] { return cluster_.CoordinatorOfGroup(JudgesGroup()); },
       [&] { return cluster_.CoordinatorOfTransactions(JudgesId()); }});
  for (const auto& node_of : roles) {
    const int node = node_of();
    ASSERT_GE(node, 0);
    cluster_.Isolate(node);
    Fault();
    ASSERT_TRUE(Eventually([&] { return node_of() != node; }));
    AwaitRecovery();
    HealAndRecover();
    if (HasFatalFailure()) return;
  }
  Finish();
}

// What is said is done, but no answer comes; then nothing that is said arrives. The broker stays leader.
TEST_F(ThreeBrokers, OneWayLoss) {
  BeginHere();
  for (const auto direction : {TcpProxy::Direction::kToClient, TcpProxy::Direction::kToBroker}) {
    HarmTheJudgesCoordinator([&](TcpProxy& proxy) { proxy.Hold(direction); });
    if (HasFatalFailure()) return;
  }
  Finish();
}

// Commits are done and told after we gave up waiting for the answer.
TEST_F(ThreeBrokers, AnswersLaterThanACallWaits) {
  BeginHere();
  for (int round = 0; round < 2; ++round) {
    HarmTheJudgesCoordinator([](TcpProxy& proxy) { proxy.Delay(TcpProxy::Direction::kToClient, absl::Seconds(12)); });
    if (HasFatalFailure()) return;
  }
  Finish();
}

TEST_F(ThreeBrokers, ConnectionsReset) {
  BeginHere();
  for (int round = 0; round < 10; ++round) {
    for (int node = 0; node < ProxiedCluster::kNodes; ++node) cluster_.proxy(node).Reset();
    Fault();
    AwaitRecovery();
    if (HasFatalFailure()) return;
  }
  Finish();
}

TEST_F(ThreeBrokers, OneStoppedFor30Seconds) {
  BeginHere();
  for (int node = 0; node < ProxiedCluster::kNodes; ++node) {
    cluster_.Signal(node, SIGSTOP);
    Fault();
    absl::SleepFor(absl::Seconds(30));  // the fault itself: nothing is waited for
    cluster_.Signal(node, SIGCONT);
    HealAndRecover();
    if (HasFatalFailure()) return;
  }
  Finish();
}

}  // namespace
}  // namespace newsfeed::faults
