#include "daemon/admin/service_notify.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>

#include "daemon/log.h"
#include "processors/text/utf8.h"

namespace newsfeed::admin {
namespace {

constexpr size_t kMaxStatusBytes = 512;
// A manager whose queue is full is waited for this long: a lost READY would end the service.
constexpr timeval kSendTimeout = {.tv_sec = 2, .tv_usec = 0};

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<int64_t> Number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

absl::Duration WatchdogOfEnvironment() {
  // Meant for another process, a parent's: not ours to answer.
  const std::string_view pid = Variable("WATCHDOG_PID");
  if (!pid.empty() && Number(pid) != getpid()) return absl::ZeroDuration();
  return absl::Microseconds(Number(Variable("WATCHDOG_USEC")).value_or(0));
}

void Warn(std::string_view what, std::string_view why) {
  log::Warn("the service manager cannot be told", {{"what", what}, {"why", why}});
}

bool IsAddress(std::string_view name) {
  return !name.empty() && (name[0] == '/' || name[0] == '@') &&
         name.size() < sizeof(sockaddr_un::sun_path);
}

// A new socket each time, as libsystemd does: one that was kept would be of no use once the manager
// made its own anew. True if sent; errno tells otherwise.
bool SendTo(std::string_view name, std::string_view message) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  const int made = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (made < 0) return false;
  setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &kSendTimeout, sizeof(kSendTimeout));
  const bool sent = sendto(made, message.data(), message.size(), MSG_NOSIGNAL,
                           reinterpret_cast<const sockaddr*>(&address), length) >= 0;
  const int why = errno;
  close(made);
  errno = why;
  return sent;
}

int64_t MonotonicMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

ServiceNotify ServiceNotify::FromEnvironment() {
  return ServiceNotify(Variable("NOTIFY_SOCKET"), WatchdogOfEnvironment());
}

ServiceNotify::ServiceNotify(std::string_view socket, absl::Duration watchdog) {
  if (IsAddress(socket)) {
    socket_ = socket;
    watchdog_ = watchdog;
  } else if (!socket.empty()) {
    Warn("NOTIFY_SOCKET", "neither a path nor an abstract name, of 107 bytes at most");
  }
}

void ServiceNotify::Status(std::string_view text) const {
  std::string line(text::Prefix(text, kMaxStatusBytes));
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; };
  std::ranges::replace_if(line, control, ' ');
  Send("STATUS=" + line);
}

void ServiceNotify::Reloading() const {
  Send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", MonotonicMicroseconds()));
}

void ServiceNotify::ExtendTimeout(absl::Duration time) const {
  const int64_t microseconds = std::max<int64_t>(0, absl::ToInt64Microseconds(time));
  Send(fmt::format("EXTEND_TIMEOUT_USEC={}", microseconds));
}

void ServiceNotify::Send(std::string_view message) const {
  if (socket_.empty() || SendTo(socket_, message)) return;
  Warn(message.substr(0, message.find('=')), std::generic_category().message(errno));
}

}  // namespace newsfeed::admin
