#include "tests/testing/daemon_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include "tests/testing/temporary_folder.h"

namespace newsfeed::testing {

DaemonProcess::~DaemonProcess() {
  if (!running()) return;
  Signal(SIGKILL);
  Wait(10);
}

void DaemonProcess::Start() {
  ASSERT_FALSE(running());
  std::vector<char*> argv;
  for (const std::string& argument : arguments_) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int log = open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(log);
}

void DaemonProcess::Signal(int signal) const { kill(pid_, signal); }

int DaemonProcess::Wait(int seconds) {
  // Debian 12's sys/pidfd.h cannot be called from C++.
  const int process = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  pollfd ended{process, POLLIN, 0};
  const bool in_time = poll(&ended, 1, seconds * 1000) == 1;
  close(process);
  if (!in_time) Signal(SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  if (!in_time) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void DaemonProcess::CheckRuns() const {
  siginfo_t ended{};
  if (!running() || waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0) return;
  if (ended.si_pid == 0) return;
  const int code = ended.si_code == CLD_EXITED ? ended.si_status : 128 + ended.si_status;
  constexpr size_t kTailBytes = 4000;
  const std::string log = Log();
  throw std::runtime_error(log_ + ": the process ended by itself, exit code " + std::to_string(code) + "\n" +
                           log.substr(log.size() - std::min(log.size(), kTailBytes)));
}

bool DaemonProcess::AwaitLog(const std::function<bool(const std::string&)>& holds, int seconds) const {
  return AwaitFile(log_, holds, seconds);
}

std::string DaemonProcess::Log() const { return ReadWholeFile(log_); }

}  // namespace newsfeed::testing
