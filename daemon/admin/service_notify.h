// Messages to the service manager: the datagrams of sd_notify(3), without libsystemd.
//
//   ServiceNotify service = ServiceNotify::FromEnvironment();
//   service.Ready();
//   service.Status("3 of 4 partitions caught up");
//   every service.watchdog_interval(): service.Watchdog();
//
// Where no manager listens every call does nothing. A message that cannot be sent is told in the
// log and forgotten: the daemon works without. Any thread.
#pragma once

#include <string>
#include <string_view>

#include <absl/time/time.h>

namespace newsfeed::admin {

class ServiceNotify {
 public:
  // NOTIFY_SOCKET (a path, or '@' and an abstract name), WATCHDOG_USEC, WATCHDOG_PID.
  static ServiceNotify FromEnvironment();

  // `socket` empty: nobody listens. `watchdog`: what the manager allows between two signs of life;
  // 0: any time.
  ServiceNotify(std::string_view socket, absl::Duration watchdog);

  void Ready() const { Send("READY=1"); }
  // One line for `systemctl status`; line ends and other control characters become blanks.
  void Status(std::string_view text) const;
  void Watchdog() const { Send("WATCHDOG=1"); }
  void Stopping() const { Send("STOPPING=1"); }
  // To be followed by Ready().
  void Reloading() const;
  // More time for the start or the stop under way, counted from now.
  void ExtendTimeout(absl::Duration time) const;

  // How often to call Watchdog(): half of what the manager allows, as sd_watchdog_enabled(3)
  // advises. 0: never.
  absl::Duration watchdog_interval() const { return watchdog_ / 2; }

 private:
  void Send(std::string_view message) const;

  std::string socket_;  // empty: nobody listens
  absl::Duration watchdog_ = absl::ZeroDuration();
};

}  // namespace newsfeed::admin
