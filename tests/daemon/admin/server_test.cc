// Over loopback, on a free port.
#include "daemon/admin/server.h"

#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>

#include "tests/daemon/admin/full_status.h"

namespace newsfeed::admin {
namespace {

using ::newsfeed::testing::FullStatus;
using ::testing::HasSubstr;

// A daemon whose workers have just stepped.
class FixedStatus : public StatusSource {
 public:
  AppStatus Snapshot() const override {
    AppStatus status = FullStatus();
    status.started = last_step;
    for (WorkerStatus& worker : status.workers) worker.last_step = last_step;
    status.draining = draining;
    return status;
  }

  absl::Time last_step = absl::Now();
  std::atomic<bool> draining = false;
};

config::v1::Admin OnPort(int port) {
  config::v1::Admin config;
  config.set_port(static_cast<uint32_t>(port));
  return config;
}

class AdminServerTest : public ::testing::Test {
 protected:
  httplib::Result Get(const std::string& path, const httplib::Headers& headers = {}) {
    return client_.Get(path, headers);
  }

  FixedStatus source_;
  const std::unique_ptr<AdminServer> server_ = AdminServer::Start(OnPort(0), source_).value();
  httplib::Client client_{"127.0.0.1", server_->port()};
};

TEST_F(AdminServerTest, ProbesSayOk) {
  for (const char* path : {"/livez", "/readyz"}) {
    const auto reply = Get(path);
    ASSERT_TRUE(reply) << path;
    EXPECT_EQ(reply->status, 200) << path;
    EXPECT_EQ(reply->body, "ok\n") << path;
  }
}

TEST_F(AdminServerTest, ReadyzTellsWhyNot) {
  source_.draining = true;
  const auto reply = Get("/readyz");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 503);
  EXPECT_EQ(reply->body, "draining\n");
  EXPECT_EQ(Get("/livez")->status, 200);
}

TEST_F(AdminServerTest, LivezFailsWithAWorkerThatIsStuck) {
  FixedStatus stuck;
  stuck.last_step = absl::Now() - absl::Hours(1);
  const auto server = AdminServer::Start(OnPort(0), stuck).value();
  const auto reply = httplib::Client("127.0.0.1", server->port()).Get("/livez");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 503);
  EXPECT_THAT(reply->body, HasSubstr("prepare 0 has not stepped"));
}

TEST_F(AdminServerTest, MetricsAreOfPrometheus) {
  const auto reply = Get("/metrics");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(reply->body, HasSubstr("newsfeed_records_read_total{stage=\"prepare\"} 20\n"));
}

TEST_F(AdminServerTest, StatusIsJson) {
  const auto reply = Get("/status");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->get_header_value("Content-Type"), "application/json");
  EXPECT_THAT(reply->body, HasSubstr("\"office\":\"owner\""));
}

TEST_F(AdminServerTest, AnUnknownPathListsTheRoutes) {
  for (const char* path : {"/", "/metrics/", "/livez/../status", "/%00"}) {
    const auto reply = Get(path);
    ASSERT_TRUE(reply) << path;
    EXPECT_EQ(reply->status, 404) << path;
    EXPECT_THAT(reply->body, HasSubstr("/readyz")) << path;
  }
}

TEST_F(AdminServerTest, HeadAnswersWithoutABody) {
  const auto reply = client_.Head("/status");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "");
}

TEST_F(AdminServerTest, OtherMethodsAreRefused) {
  const auto reply = client_.Post("/status", std::string(100, 'x'), "text/plain");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 405);
  EXPECT_EQ(reply->get_header_value("Allow"), "GET, HEAD");
  EXPECT_EQ(client_.Delete("/status")->status, 405);
}

TEST_F(AdminServerTest, RangesAreRefused) {
  std::string ranges = "bytes=0-";
  for (int i = 0; i < 1000; ++i) ranges += ",0-";
  const auto reply = Get("/metrics", {{"Range", ranges}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 416);
  EXPECT_LT(reply->body.size(), 200'000);
}

TEST_F(AdminServerTest, AClientThatSaysNothingDoesNotStopTheOthers) {
  const int idle = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(server_->port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(idle, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const auto reply = Get("/livez");
  close(idle);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
}

TEST_F(AdminServerTest, APortThatIsTakenIsToldByItsName) {
  const auto second = AdminServer::Start(OnPort(server_->port()), source_);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("admin.port " + std::to_string(server_->port())));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("in use"));
}

TEST_F(AdminServerTest, AnAddressOfAnotherHostIsToldByItsName) {
  for (const char* address : {"192.0.2.1", "not an address"}) {
    config::v1::Admin config = OnPort(0);
    config.set_address(address);
    const auto server = AdminServer::Start(config, source_);
    ASSERT_FALSE(server.ok());
    EXPECT_THAT(std::string(server.status().message()),
                HasSubstr(std::string("admin.address ") + address));
  }
}

TEST_F(AdminServerTest, ThePortIsFreeAgainAfterTheEnd) {
  auto first = AdminServer::Start(OnPort(0), source_).value();
  const int port = first->port();
  first.reset();
  EXPECT_TRUE(AdminServer::Start(OnPort(port), source_).ok());
}

}  // namespace
}  // namespace newsfeed::admin
