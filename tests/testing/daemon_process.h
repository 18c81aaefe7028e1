// `newsfeedd run` as a process of its own, to be stopped and killed.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace newsfeed::testing {

class DaemonProcess {
 public:
  // Standard error is appended to the file `log`.
  DaemonProcess(std::vector<std::string> arguments, std::string log)
      : arguments_(std::move(arguments)), log_(std::move(log)) {}
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;
  // SIGKILL to what still runs.
  ~DaemonProcess();

  void Start();
  bool running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  void Signal(int signal) const;
  // The exit code, 128 + signal, or -1 where it had to be killed after `seconds`.
  int Wait(int seconds);
  // Throws where it has ended and nobody waited for that: its exit code and the end of its log. So a test ends at
  // once that waits for what it would have done.
  void CheckRuns() const;
  std::string Log() const;
  // Waits until `holds` is true of the log; false: not so within `seconds`.
  bool AwaitLog(const std::function<bool(const std::string& log)>& holds, int seconds) const;

 private:
  const std::vector<std::string> arguments_;
  const std::string log_;
  pid_t pid_ = -1;
};

}  // namespace newsfeed::testing
