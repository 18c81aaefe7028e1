// Against a socket as systemd would hold it.
#include "daemon/admin/service_notify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "tests/testing/temporary_folder.h"

namespace newsfeed::admin {
namespace {

using ::testing::MatchesRegex;

// The manager's end. `name` begins with '/' or '@'.
class Manager {
 public:
  explicit Manager(const std::string& name)
      : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), length), 0) << strerror(errno);
  }
  ~Manager() { close(socket_); }

  // The next datagram; "nothing" where there is none.
  std::string Received() {
    char buffer[4096];
    const ssize_t size = recv(socket_, buffer, sizeof(buffer), 0);
    return size < 0 ? "nothing" : std::string(buffer, static_cast<size_t>(size));
  }

 private:
  int socket_;
};

class ServiceNotifyTest : public ::testing::Test {
 protected:
  void TearDown() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }

  const testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() / "notify";
};

TEST_F(ServiceNotifyTest, EachMessageIsOneDatagram) {
  Manager manager(path_);
  const ServiceNotify service(path_, absl::ZeroDuration());
  service.Ready();
  service.Watchdog();
  service.Stopping();
  service.Reloading();
  service.ExtendTimeout(absl::Seconds(90));
  EXPECT_EQ(manager.Received(), "READY=1");
  EXPECT_EQ(manager.Received(), "WATCHDOG=1");
  EXPECT_EQ(manager.Received(), "STOPPING=1");
  EXPECT_THAT(manager.Received(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
  EXPECT_EQ(manager.Received(), "EXTEND_TIMEOUT_USEC=90000000");
  EXPECT_EQ(manager.Received(), "nothing");
}

TEST_F(ServiceNotifyTest, NoStatusSaysMoreThanOneThing) {
  Manager manager(path_);
  const ServiceNotify service(path_, absl::ZeroDuration());
  service.Status("3 of 4\nREADY=1\r\t\x7F");
  EXPECT_EQ(manager.Received(), "STATUS=3 of 4 READY=1   ");
  service.Status(std::string(10'000, 'x'));
  EXPECT_EQ(manager.Received().size(), 7 + 512);
}

TEST_F(ServiceNotifyTest, AnAbstractNameBeginsWithAt) {
  const std::string name = "@newsfeed-test-" + std::to_string(getpid());
  Manager manager(name);
  ServiceNotify(name, absl::ZeroDuration()).Ready();
  EXPECT_EQ(manager.Received(), "READY=1");
}

TEST_F(ServiceNotifyTest, AManagerThatComesBackIsToldAgain) {
  const ServiceNotify service(path_, absl::ZeroDuration());
  service.Ready();  // nobody listens: only the log tells
  Manager manager(path_);
  service.Ready();
  EXPECT_EQ(manager.Received(), "READY=1");
}

TEST_F(ServiceNotifyTest, TheEnvironmentSaysWhereAndHowOften) {
  Manager manager(path_);
  setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(ServiceNotify::FromEnvironment().watchdog_interval(), absl::Seconds(15));
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(ServiceNotify::FromEnvironment().watchdog_interval(), absl::Seconds(15));
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(ServiceNotify::FromEnvironment().watchdog_interval(), absl::ZeroDuration());
  ServiceNotify::FromEnvironment().Ready();
  EXPECT_EQ(manager.Received(), "READY=1");
}

TEST_F(ServiceNotifyTest, WithoutAManagerNothingHappens) {
  const ServiceNotify service = ServiceNotify::FromEnvironment();
  service.Ready();
  EXPECT_EQ(service.watchdog_interval(), absl::ZeroDuration());
}

TEST_F(ServiceNotifyTest, AnAddressThatIsNoneIsNobody) {
  for (const std::string& address : {std::string("relative/path"), std::string("vsock:2:1"),
                                     "/" + std::string(200, 'x')}) {
    const ServiceNotify service(address, absl::Seconds(30));
    service.Ready();
    EXPECT_EQ(service.watchdog_interval(), absl::ZeroDuration()) << address;
  }
}

TEST_F(ServiceNotifyTest, AWatchdogThatIsNoNumberIsNone) {
  setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  for (const char* value : {"", "x", "30s", "-1", "99999999999999999999"}) {
    setenv("WATCHDOG_USEC", value, 1);
    EXPECT_EQ(ServiceNotify::FromEnvironment().watchdog_interval(), absl::ZeroDuration()) << value;
  }
}

}  // namespace
}  // namespace newsfeed::admin
