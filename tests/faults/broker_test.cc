// The broker goes away. On 4.0.2: later versions lose markers of transactions then (KAFKA-20734).
#include <sys/resource.h>

#include <csignal>

#include "tests/faults/fault_row.h"

namespace newsfeed::faults {
namespace {

class OneBroker : public Faults {
 protected:
  OneBroker() : Faults("4.0.2") {}
  // The broker loses its open transactions' clients for longer than a session, never for as long as a transaction.
  const Load kLoad{.rate = 150, .transaction_seconds = 30};

  void TakeAwayAndStart(int times, void (testing::KafkaBroker::*take_away)()) {
    Begin(kLoad);
    for (int i = 0; i < times; ++i) {
      (testing::TheBroker().*take_away)();
      Fault();
      testing::TheBroker().Start();
      Healed();
      AwaitRecovery();
      if (HasFatalFailure()) return;
    }
    Finish();
  }
};

TEST_F(OneBroker, Killed) { TakeAwayAndStart(3, &testing::KafkaBroker::Kill); }
TEST_F(OneBroker, Bounced) { TakeAwayAndStart(2, &testing::KafkaBroker::Stop); }

// It answers nothing for longer than a call of ours waits.
TEST_F(OneBroker, StoppedAndContinued) {
  Begin({.rate = 150, .transaction_seconds = 15});
  for (int stop = 0; stop < 2; ++stop) {
    testing::TheBroker().Signal(SIGSTOP);
    Fault();
    for (size_t i = 0; i < daemons(); ++i) ASSERT_TRUE(AwaitTold(i, "batch not published")) << LogOf(i);
    testing::TheBroker().Signal(SIGCONT);
    Healed();
    AwaitRecovery();
    if (HasFatalFailure()) return;
  }
  Finish();
}

// What is wrong is told at once; what is right is taken once the broker is back.
TEST_F(OneBroker, ReloadedWhileItIsDown) {
  Begin(kLoad);
  const std::string good = testing::ReadWholeFile(config_path()) + "cleanup: {max_removed_text_bytes: 100}\n";
  testing::TheBroker().Stop();
  Fault();
  folder().Write("config.yaml", good + "x: 1\n");
  for (size_t i = 0; i < daemons(); ++i) daemon(i).Signal(SIGHUP);
  for (size_t i = 0; i < daemons(); ++i) EXPECT_TRUE(AwaitTold(i, "reload failed")) << LogOf(i);
  folder().Write("config.yaml", good);
  for (size_t i = 0; i < daemons(); ++i) daemon(i).Signal(SIGHUP);
  testing::TheBroker().Start();
  for (size_t i = 0; i < daemons(); ++i) EXPECT_TRUE(AwaitTold(i, "msg=reloaded")) << LogOf(i);
  Healed();
  AwaitRecovery();
  Finish();
}

// No daemon can open a socket while the broker restarts.
TEST_F(OneBroker, FileDescriptorsExhausted) {
  Begin(kLoad);
  const auto limit = [&](rlim_t descriptors) {
    for (size_t i = 0; i < daemons(); ++i) {
      const rlimit limits{descriptors, 4096};
      ASSERT_EQ(prlimit(daemon(i).pid(), RLIMIT_NOFILE, &limits, nullptr), 0);
    }
  };
  limit(3);
  testing::TheBroker().Stop();
  Fault();
  testing::TheBroker().Start();
  for (size_t i = 0; i < daemons(); ++i) ASSERT_TRUE(AwaitTold(i, "Too many open files")) << LogOf(i);
  limit(4096);
  Healed();
  AwaitRecovery();
  Finish();
}

}  // namespace
}  // namespace newsfeed::faults
