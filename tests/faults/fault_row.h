// One row of the fault matrix: an application under load, daemons to be harmed, and what must hold afterwards.
//
//   TEST_F(Faults, KilledOnce) {
//     Begin({.daemons = 3});
//     Kill(0);                                  // a fault
//     StartDaemon(0);
//     AwaitRecovery();                          // seconds until all partitions move again
//     Finish();                                 // I1–I7, and the row of the table
//   }
//
// Between Begin and Finish articles are written all the time. Everything is read from the topics alone.
#pragma once

#include <absl/time/time.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/testing/feeder.h"
#include "tests/testing/kafka_application.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/outcome_reader.h"

namespace newsfeed::faults {

// Keeps transactions open for most of the time, so that faults from outside hit them.
inline constexpr char kLongTransactions[] = "publisher.before_commit=sleep:0.03";

struct Load {
  int daemons = 3;
  int partitions = 6;
  int rate = 300;             // articles a second
  int words = 120;            // of each
  int session_ms = 3000;      // of all groups; 0: as the daemon has them
  int transaction_seconds = 10;
  std::string failpoints = kLongTransactions;
  std::string kafka = "";     // more keys of `kafka`
  std::string properties = "";  // more of its properties: ", name: value"
  std::string more = "";      // more of the configuration
};

// Lines of a broker's log that tell of faults of Kafka itself, which no client can make good: see README.md.
std::string KafkasFaultsIn(const std::string& log);

class Faults : public ::testing::Test, protected testing::KafkaApplication {
 protected:
  // `version` of the broker; NEWSFEED_FAULTS_KAFKA in the environment beats it.
  explicit Faults(const std::string& version = "");
  explicit Faults(const testing::KafkaBroker& broker);
  // On brokers that the test has started; `missing` says why there are none.
  Faults(const std::string& servers, const std::string& missing);
  // Skips where there is no broker.
  void SetUp() override;
  // After a failure: the ends of the daemons' logs.
  void TearDown() override;

  // Topics, feeder and daemons; returns once articles come out.
  void Begin(const Load& load);
  // Configuration and topics alone.
  void Prepare(const Load& load);
  // Daemons that are started from now on run `program` with `more` instead of what the load has: an upgrade.
  void Change(const std::string& program, const std::string& more);
  void StartFeeder(uint64_t first = 0);
  void StopFeeder() { records_ += std::exchange(feeder_, nullptr)->Stop(); }

  // "a", "b" …; in place of the one of that number before, which must have ended. `failpoints`: none where empty;
  // default: those of the load. `wrapper`: as in NewDaemon.
  void StartDaemon(size_t number) { StartDaemon(number, load_.failpoints); }
  void StartDaemon(size_t number, const std::string& failpoints, std::vector<std::string> wrapper = {});
  testing::DaemonProcess& daemon(size_t number) { return *daemons_.at(number); }
  size_t daemons() const { return daemons_.size(); }
  // SIGKILL, and waits for the end.
  void Kill(size_t number);
  // Waits for the failpoint that kills it.
  void AwaitKilled(size_t number);
  // SIGTERM to an exit with 0, and no transaction of its own is aborted, unless by a rebalance that was under way before.
  void Terminate(size_t number);
  // Until a failpoint has stopped it.
  void AwaitStopped(size_t number);
  // What it has told since it was started last.
  std::string LogOf(size_t number) const;
  // Waits until it has told that.
  bool AwaitTold(size_t number, const std::string& text) const;
  // Waits until the broker gives up one more member of the stage's group than `times`.
  void AwaitGivenUp(const std::string& stage, size_t times) const;
  size_t GivenUp(const std::string& stage) const;
  // Which is the judge now.
  size_t JudgeOwner() const;
  // How often the office was taken, by all.
  size_t Offices() const;

  // Another fault was made just now; it ends when it is healed, if that is not at once.
  void Fault();
  void Healed();
  // Waits for a commit that a reader sees, and until each partition of the input has an outcome of an article
  // written after the last fault; notes the seconds of both. Late is what takes longer after healing than the longer
  // of session and transaction timeout and 15 s.
  void AwaitRecovery();

  // Stops the load, waits until all is through, drains the daemons, and holds the topics against what must be:
  // `audit` is clean, one outcome a record, verdicts of one judge. Prints the row.
  void Finish();
  // The same where the policy of the judge was changed: `audit` gives each verdict again by the policy of its time.
  void FinishByPolicies();
  // The same where the input is another topic than it was: one outcome for each article's id, and no audit.
  void FinishById();
  // The same where the enriched articles before number `first` are gone: one outcome for each from there on.
  void FinishFrom(uint64_t first);

  std::unique_ptr<testing::Feeder> feeder_;
  std::unique_ptr<testing::OutcomeReader> outcomes_;
  Load load_;
  uint64_t records_ = 0;  // written by feeders that have stopped

 private:
  void WriteConfig();
  // Stops the load and waits until all is through and the audit is clean.
  void AwaitAllClean();
  // What remains to be done after the checks.
  void PrintRow(size_t violations);
  void TerminateAll();
  size_t CheckOutcomes(const std::map<std::string, int>& outcomes);
  size_t CheckBodies();
  size_t CheckOrder();

  // What the broker writes into its log.
  std::string GivenUpLine(const std::string& stage) const;

  const std::string missing_;
  const testing::KafkaBroker* broker_ = nullptr;
  std::string daemon_program_ = NEWSFEEDD_FAILPOINTS;
  std::vector<std::unique_ptr<testing::DaemonProcess>> daemons_;
  std::map<size_t, size_t> log_begins_;  // of each daemon's present life
  absl::Time began_ = absl::InfinitePast();  // the last fault; its healing where that was survived before
  absl::Time healed_ = absl::InfinitePast();
  size_t faults_ = 0;
  size_t recovered_ = 0;  // the last of them that was survived
  double first_commit_seconds_ = 0;  // the longest
  double recovery_seconds_ = 0;      // the longest
};

}  // namespace newsfeed::faults
