#include "tests/testing/daemon_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <stdexcept>
#include <string>

#include "tests/testing/temporary_folder.h"

namespace newsfeed::testing {
namespace {

using ::testing::HasSubstr;

// A shell that does what it is told.
class Shell {
 public:
  explicit Shell(const std::string& script)
      : process_({"/bin/sh", "-c", script}, folder_.path() / "log") {
    process_.Start();
  }
  DaemonProcess* operator->() { return &process_; }

  // What CheckRuns throws once it has ended; empty: nothing.
  std::string Complaint() const {
    siginfo_t ended{};
    waitid(P_PID, static_cast<id_t>(process_.pid()), &ended, WEXITED | WNOWAIT);
    try {
      process_.CheckRuns();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }

 private:
  const TemporaryFolder folder_;
  DaemonProcess process_;
};

TEST(DaemonProcessCheckRuns, TellsTheExitCodeAndTheEndOfTheLog) {
  Shell shell("seq 2000; echo end of it >&2; exit 78");
  const std::string complaint = shell.Complaint();
  EXPECT_THAT(complaint, HasSubstr("exit code 78\n"));
  EXPECT_THAT(complaint, HasSubstr("\n2000\nend of it\n"));
  EXPECT_LT(complaint.size(), 5000);
  // It can still be waited for.
  EXPECT_EQ(shell->Wait(10), 78);
}

TEST(DaemonProcessCheckRuns, TellsTheSignal) {
  Shell shell("kill -SEGV $$");
  EXPECT_THAT(shell.Complaint(), HasSubstr("exit code " + std::to_string(128 + SIGSEGV)));
}

TEST(DaemonProcessCheckRuns, SaysNothingOfOneThatRunsOrWasWaitedFor) {
  Shell shell("exec sleep 600");
  EXPECT_NO_THROW(shell->CheckRuns());
  shell->Signal(SIGKILL);
  EXPECT_EQ(shell->Wait(10), 128 + SIGKILL);
  EXPECT_NO_THROW(shell->CheckRuns());
}

}  // namespace
}  // namespace newsfeed::testing
