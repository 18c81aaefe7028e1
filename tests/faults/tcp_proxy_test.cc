#include "tests/faults/tcp_proxy.h"

#include <absl/time/clock.h>
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace newsfeed::faults {
namespace {

// A listener, and one connection to it through a proxy.
class TcpProxyTest : public ::testing::Test {
 protected:
  TcpProxyTest() {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    proxy_ = std::make_unique<TcpProxy>(ntohs(address.sin_port));
    client_ = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_port = htons(static_cast<uint16_t>(proxy_->port()));
    EXPECT_EQ(connect(client_, reinterpret_cast<sockaddr*>(&address), size), 0);
    server_ = accept(listener_, nullptr, nullptr);
  }
  ~TcpProxyTest() override {
    for (const int end : {client_, server_, listener_}) close(end);
  }

  static void Say(int end, const std::string& text) {
    EXPECT_EQ(write(end, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  // What arrives within so many milliseconds.
  static std::string Hear(int end, int milliseconds = 10'000) {
    pollfd wanted{end, POLLIN, 0};
    if (poll(&wanted, 1, milliseconds) != 1) return "(nothing)";
    char bytes[64];
    const ssize_t got = read(end, bytes, sizeof bytes);
    return got < 0 ? "(reset)" : std::string(bytes, static_cast<size_t>(got));
  }

  int listener_ = -1, client_ = -1, server_ = -1;
  std::unique_ptr<TcpProxy> proxy_;
};

TEST_F(TcpProxyTest, PassesBothWays) {
  Say(client_, "hello");
  EXPECT_EQ(Hear(server_), "hello");
  Say(server_, "there");
  EXPECT_EQ(Hear(client_), "there");
}

TEST_F(TcpProxyTest, HoldsOneWayAndLosesNothing) {
  proxy_->Hold(TcpProxy::Direction::kToClient);
  Say(client_, "asked");
  EXPECT_EQ(Hear(server_), "asked");
  Say(server_, "answered");
  EXPECT_EQ(Hear(client_, 50), "(nothing)");
  proxy_->Pass();
  EXPECT_EQ(Hear(client_), "answered");
}

TEST_F(TcpProxyTest, DelaysButKeepsTheOrder) {
  proxy_->Delay(TcpProxy::Direction::kToBroker, absl::Milliseconds(100));
  Say(client_, "a");
  EXPECT_EQ(Hear(server_, 20), "(nothing)");
  EXPECT_EQ(Hear(server_), "a");
}

TEST_F(TcpProxyTest, Resets) {
  Say(client_, "x");
  EXPECT_EQ(Hear(server_), "x");
  proxy_->Reset();
  EXPECT_EQ(Hear(client_), "(reset)");
}

TEST_F(TcpProxyTest, RefusesUntilItListensAgain) {
  const auto connects = [&] {
    const int another = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(proxy_->port()));
    const bool connected = connect(another, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(another);
    return connected;
  };
  const auto become = [&](bool wanted) {
    const absl::Time end = absl::Now() + absl::Seconds(10);
    while (connects() != wanted && absl::Now() < end) {}
    return connects() == wanted;
  };
  proxy_->Refuse();
  EXPECT_TRUE(become(false));
  proxy_->Listen();
  EXPECT_TRUE(become(true));
  Say(client_, "still");
  EXPECT_EQ(Hear(server_), "still");
}

TEST_F(TcpProxyTest, AnEndIsPassedOn) {
  shutdown(client_, SHUT_RDWR);
  EXPECT_EQ(Hear(server_), "");
}

}  // namespace
}  // namespace newsfeed::faults
