#include "daemon/admin/bounded_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

namespace newsfeed::admin {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxHeadBytes = 16 << 10;
constexpr std::chrono::seconds kHeadTime{2};
constexpr size_t kPieceBytes = 64 << 10;
constexpr std::chrono::seconds kPieceTime{5};

bool Await(socket_t socket, short event, Clock::time_point end) {
  pollfd waited{.fd = socket, .events = event, .revents = 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    const int ready = poll(&waited, 1, static_cast<int>(std::max<int64_t>(left, 0)));
    if (ready > 0) return (waited.revents & event) != 0;
    if (ready == 0 || errno != EINTR) return false;
  }
}

class BoundedStream : public httplib::Stream {
 public:
  explicit BoundedStream(socket_t socket) : socket_(socket) {}

  bool is_readable() const override { return read_ < filled_ || Await(socket_, POLLIN, head_end_); }
  bool is_writable() const override { return Await(socket_, POLLOUT, Clock::now() + kPieceTime); }

  // The library asks for single bytes.
  ssize_t read(char* out, size_t size) override {
    if (read_ == filled_ && !Fill()) return -1;
    const size_t given = std::min(size, filled_ - read_);
    std::memcpy(out, head_.data() + read_, given);
    read_ += given;
    return static_cast<ssize_t>(given);
  }

  ssize_t write(const char* bytes, size_t size) override {
    const size_t piece = std::min(size, kPieceBytes);
    const Clock::time_point end = Clock::now() + kPieceTime;
    for (size_t sent = 0; sent < piece;) {
      if (!Await(socket_, POLLOUT, end)) return -1;
      const ssize_t now = send(socket_, bytes + sent, piece - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (now < 0 && errno != EINTR && errno != EAGAIN) return -1;
      if (now > 0) sent += static_cast<size_t>(now);
    }
    return static_cast<ssize_t>(piece);
  }

  // Nobody asks.
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  bool Fill() {
    if (filled_ == head_.size() || !Await(socket_, POLLIN, head_end_)) return false;
    const ssize_t got = recv(socket_, head_.data() + filled_, head_.size() - filled_, MSG_DONTWAIT);
    if (got <= 0) return false;
    filled_ += static_cast<size_t>(got);
    return true;
  }

  const socket_t socket_;
  const Clock::time_point head_end_ = Clock::now() + kHeadTime;
  std::array<char, kMaxHeadBytes> head_;
  size_t filled_ = 0;
  size_t read_ = 0;
};

}  // namespace

bool BoundedServer::process_and_close_socket(socket_t socket) {
  BoundedStream stream(socket);
  bool closed = false;
  // Versions of the library differ in whether they ask for the addresses of both ends.
  const auto process = [&](auto& it) {
    if constexpr (requires { this->process_request(it, true, closed, nullptr); }) {
      return this->process_request(it, true, closed, nullptr);
    } else {
      return this->process_request(it, "", 0, "", 0, true, closed, nullptr);
    }
  };
  const bool done = process(stream);
  shutdown(socket, SHUT_RDWR);
  close(socket);
  return done;
}

}  // namespace newsfeed::admin
