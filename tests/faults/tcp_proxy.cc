#include "tests/faults/tcp_proxy.h"

#include <absl/time/clock.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace newsfeed::faults {
namespace {

// How exactly delays are kept.
constexpr int kTickMs = 5;

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

TcpProxy::TcpProxy(int upstream) : upstream_(upstream) {
  OpenListener(0);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { Run(); });
}

TcpProxy::~TcpProxy() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  eventfd_write(wake_, 1);
  thread_.join();
  for (Connection& connection : connections_) Close(connection, /*reset=*/false);
  if (listener_ >= 0) close(listener_);
  close(wake_);
}

void TcpProxy::OpenListener(int port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int reuse = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  sockaddr_in address = Loopback(port);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(listener_, 64), 0);
  EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  if (port == 0) port_ = ntohs(address.sin_port);
}

void TcpProxy::SetRefuses(bool refuses) {
  const std::lock_guard lock(mutex_);
  refuses_ = refuses;
  eventfd_write(wake_, 1);
}

void TcpProxy::Delay(Direction direction, absl::Duration delay) {
  const std::lock_guard lock(mutex_);
  delays_[static_cast<size_t>(direction)] = delay;
  eventfd_write(wake_, 1);
}

void TcpProxy::Pass() {
  const std::lock_guard lock(mutex_);
  delays_ = {};
  eventfd_write(wake_, 1);
}

void TcpProxy::Reset() {
  const std::lock_guard lock(mutex_);
  reset_ = true;
  eventfd_write(wake_, 1);
}

void TcpProxy::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client < 0) return;
  // On loopback this succeeds or fails at once.
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(upstream_);
  Connection connection{.client = client, .server = server};
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    Close(connection, /*reset=*/true);
    return;
  }
  fcntl(server, F_SETFL, O_NONBLOCK);
  connection.pipes = {Pipe{.from = client, .to = server}, Pipe{.from = server, .to = client}};
  connections_.push_back(std::move(connection));
}

void TcpProxy::Read(Connection& connection, Pipe& pipe) {
  const ssize_t got = read(pipe.from, buffer_.data(), buffer_.size());
  if (got > 0) {
    pipe.pieces.push_back({absl::Now(), std::string(buffer_.data(), static_cast<size_t>(got))});
  } else if (got == 0) {
    pipe.ended = true;
  } else if (errno != EAGAIN) {
    connection.dead = true;
  }
}

void TcpProxy::Write(Connection& connection, Pipe& pipe, absl::Duration delay) {
  while (!pipe.pieces.empty() && absl::Now() >= pipe.pieces.front().read + delay) {
    std::string& bytes = pipe.pieces.front().bytes;
    const ssize_t sent = send(pipe.to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      connection.dead |= errno != EAGAIN;
      return;
    }
    bytes.erase(0, static_cast<size_t>(sent));
    if (bytes.empty()) pipe.pieces.pop_front();
  }
  // What ended at one end ends at the other, once all has gone through.
  connection.dead |= pipe.ended && pipe.pieces.empty();
}

void TcpProxy::Close(Connection& connection, bool reset) {
  for (const int end : {connection.client, connection.server}) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    if (reset) setsockopt(end, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(end);
  }
}

void TcpProxy::Run() {
  for (;;) {
    std::vector<pollfd> wanted = {{listener_, POLLIN, 0}, {wake_, POLLIN, 0}};
    bool waiting = false;
    for (const Connection& connection : connections_) {
      for (const Pipe& pipe : connection.pipes) {
        if (!pipe.ended) wanted.push_back({pipe.from, POLLIN, 0});
        waiting |= !pipe.pieces.empty();
      }
    }
    poll(wanted.data(), wanted.size(), waiting ? kTickMs : -1);
    eventfd_t ignored = 0;
    eventfd_read(wake_, &ignored);
    std::array<absl::Duration, 2> delays;
    bool reset = false;
    bool refuses = false;
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return;
      delays = delays_;
      reset = std::exchange(reset_, false);
      refuses = refuses_;
    }
    if (refuses && listener_ >= 0) close(std::exchange(listener_, -1));
    if (!refuses && listener_ < 0) OpenListener(port_);
    for (auto at = connections_.begin(); at != connections_.end();) {
      for (size_t i = 0; i < at->pipes.size(); ++i) {
        if (!at->pipes[i].ended) Read(*at, at->pipes[i]);
        Write(*at, at->pipes[i], delays[i]);
      }
      if (at->dead || reset) Close(*at, reset);
      at = at->dead || reset ? connections_.erase(at) : std::next(at);
    }
    if (listener_ >= 0) Accept();
  }
}

}  // namespace newsfeed::faults
