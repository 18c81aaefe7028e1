// Over loopback, on a free port.
#include "daemon/admin/server.h"

#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <future>
#include <list>
#include <string>
#include <string_view>
#include <thread>

#include "daemon/admin/page_files.h"
#include "newsfeed/v1/article.pb.h"
#include "tests/daemon/admin/full_status.h"

namespace newsfeed::admin {
namespace {

using ::newsfeed::testing::FullStatus;
using ::testing::HasSubstr;
using ::testing::Not;

// A daemon whose workers have just stepped.
class FixedStatus : public StatusSource {
 public:
  AppStatus Snapshot() const override {
    AppStatus status = FullStatus();
    status.taken = absl::Now();
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
  for (const char* path : {"/metrics/", "/page", "/index.html", "/livez/../status", "/%00"}) {
    const auto reply = Get(path);
    ASSERT_TRUE(reply) << path;
    EXPECT_EQ(reply->status, 404) << path;
    EXPECT_THAT(reply->body, HasSubstr("/readyz")) << path;
  }
}

// --- The live page. ---

TEST_F(AdminServerTest, ThePageAndItsFilesAreServed) {
  for (const PageFile& file : PageFiles()) {
    const auto reply = Get(std::string(file.path));
    ASSERT_TRUE(reply) << file.path;
    EXPECT_EQ(reply->status, 200) << file.path;
    EXPECT_EQ(reply->get_header_value("Content-Type"), file.content_type);
    EXPECT_EQ(reply->body, file.body) << file.path;
  }
}

TEST_F(AdminServerTest, EveryAnswerHasTheHeadersThatKeepScriptsOut) {
  for (const char* path : {"/", "/page.js", "/status", "/nowhere"}) {
    const auto reply = Get(path);
    ASSERT_TRUE(reply) << path;
    const std::string policy = reply->get_header_value("Content-Security-Policy");
    EXPECT_THAT(policy, HasSubstr("default-src 'none'; script-src 'self'; style-src 'self';")) << path;
    EXPECT_THAT(policy, HasSubstr("require-trusted-types-for 'script'")) << path;
    EXPECT_THAT(policy, Not(HasSubstr("unsafe"))) << path;
    EXPECT_EQ(reply->get_header_value("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(reply->get_header_value("Cache-Control"), "no-store") << path;
    EXPECT_FALSE(reply->has_header("Access-Control-Allow-Origin")) << path;
  }
}

// What a policy of the browser's would refuse, or what would make markup of a text.
TEST(PageFilesTest, HoldNothingInlineNothingFromOutsideAndNoWayToMakeMarkup) {
  for (const PageFile& file : PageFiles()) {
    std::string body(file.body);
    if (const size_t name = body.find("http://www.w3.org/2000/svg"); name != std::string::npos) body.erase(name, 7);
    for (const char* none : {"http://", "https://", "//cdn", "@import", "url(", " style=", " onclick=", " onload=", "<style",
                             "<script>", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                             "new Function", "localStorage", "document.cookie"}) {
      EXPECT_THAT(body, Not(HasSubstr(none))) << file.path;
    }
  }
}

// Reads events in a thread until the server ends the stream.
class OpenPage {
 public:
  OpenPage(int port, const httplib::Headers& headers = {}) {
    thread_ = std::thread([this, port, headers] {
      httplib::Client client("127.0.0.1", port);
      bool told = false;
      const auto answer = client.Get("/live", headers, [&](const char* data, size_t size) {
        if (!told) first_.set_value(std::string(data, size));
        told = true;
        return true;
      });
      if (!told) first_.set_value(answer ? "nothing" : "no answer");
    });
  }
  ~OpenPage() { thread_.join(); }

  // The first events, or what was answered instead.
  std::string First() { return first_.get_future().get(); }

 private:
  std::promise<std::string> first_;
  std::thread thread_;
};

std::shared_ptr<OutcomeSamples> OneArticle() {
  v1::EnrichedArticle article;
  article.set_title("Bridge opens");
  SampledBatch batch;
  batch.articles.emplace_back().value = article.SerializeAsString();
  auto samples = std::make_shared<OutcomeSamples>();
  samples->Add(std::move(batch), absl::Now());
  return samples;
}

struct Exposure {
  const char* address;
  bool show_content;
  bool shown;
};
class ContentIsShown : public ::testing::TestWithParam<Exposure> {};
TEST_P(ContentIsShown, OnLoopbackOrWhereItIsAllowed) {
  config::v1::Admin config = OnPort(0);
  config.set_address(GetParam().address);
  config.set_show_content(GetParam().show_content);
  FixedStatus source;
  std::string first;
  {
    auto server = AdminServer::Start(config, source, OneArticle()).value();
    std::list<OpenPage> pages;
    pages.emplace_back(server->port());
    first = pages.back().First();
    server.reset();
  }
  EXPECT_THAT(first, HasSubstr(GetParam().shown ? R"({"content":true})" : R"({"content":false})"));
  EXPECT_EQ(first.find("Bridge opens") != std::string::npos, GetParam().shown);
  EXPECT_THAT(first, HasSubstr("event: status\n"));
}
INSTANTIATE_TEST_SUITE_P(, ContentIsShown,
                         ::testing::Values(Exposure{"127.0.0.1", false, true}, Exposure{"localhost", false, true},
                                           Exposure{"0.0.0.0", false, false}, Exposure{"0.0.0.0", true, true}));

TEST(Loopback, Addresses) {
  for (const char* yes : {"127.0.0.1", "127.8.8.8", "::1"}) EXPECT_TRUE(IsLoopback(yes)) << yes;
  for (const char* no : {"0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.com", "", "128.0.0.1"}) EXPECT_FALSE(IsLoopback(no)) << no;
}

TEST_F(AdminServerTest, PagesOfOthersGetNothing) {
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"Host", "attacker.example"}, {"Host", "127.0.0.1.attacker.example:80"}, {"Host", "[::2]:80"}, {"Host", "["},
           {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}}) {
    for (const char* path : {"/live", "/", "/status", "/metrics", "/livez", "/nowhere"}) {
      const auto reply = client_.Head(path, {{name, value}});  // with GET a fault would be a stream without end
      ASSERT_TRUE(reply) << path << value;
      EXPECT_EQ(reply->status, 403) << path << value;
    }
  }
}

// A browser says so of each request; the page that holds the link gets nothing of it.
TEST_F(AdminServerTest, ALinkOfAnotherSiteOpensThePage) {
  const auto reply = Get("/", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(Get("/", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "iframe"}})->status, 403);
}

// Probes of a pod ask its address, Prometheus the name of a service.
TEST_F(AdminServerTest, BeyondLoopbackAnyNameIsAnswered) {
  config::v1::Admin config = OnPort(0);
  config.set_address("0.0.0.0");
  const auto server = AdminServer::Start(config, source_).value();
  for (const char* host : {"10.1.2.3:9644", "newsfeed.news.svc:9644"}) {
    const auto reply = httplib::Client("127.0.0.1", server->port()).Get("/readyz", {{"Host", host}});
    ASSERT_TRUE(reply) << host;
    EXPECT_EQ(reply->status, 200) << host;
  }
}

TEST_F(AdminServerTest, OursAreKnownByTheirHost) {
  auto server = AdminServer::Start(OnPort(0), source_).value();
  std::list<OpenPage> pages;
  for (const char* host : {"localhost:1", "127.0.0.1", "[::1]:9644"}) {
    EXPECT_THAT(pages.emplace_back(server->port(), httplib::Headers{{"Host", host}, {"Sec-Fetch-Site", "same-origin"}}).First(),
                HasSubstr("event: hello")) << host;
  }
  server.reset();
}

TEST_F(AdminServerTest, SoManyPagesAndNoMoreAndProbesAreAnswered) {
  auto server = AdminServer::Start(OnPort(0), source_).value();
  std::list<OpenPage> pages;
  for (int i = 0; i < 8; ++i) EXPECT_THAT(pages.emplace_back(server->port()).First(), HasSubstr("event: hello"));
  EXPECT_THAT(pages.emplace_back(server->port()).First(), HasSubstr("8 pages are open, no more"));
  EXPECT_EQ(httplib::Client("127.0.0.1", server->port()).Get("/livez")->status, 200);
  server.reset();  // and all of them end: the threads are joined
}

TEST_F(AdminServerTest, APageThatIsClosedMakesRoom) {
  auto samples = std::make_shared<OutcomeSamples>();
  const auto server = AdminServer::Start(OnPort(0), source_, samples).value();
  for (int i = 0; i < 9; ++i) {
    std::string first;
    while (!first.starts_with("event: hello")) {  // the server hears of a page that was closed with its next event
      httplib::Client("127.0.0.1", server->port()).Get("/live", [&](const char* data, size_t size) {
        first.assign(data, size);
        return false;
      });
    }
  }
}

// More than there are threads: some wait, and nobody is forgotten.
TEST_F(AdminServerTest, MoreClientsThanThreadsAreAllAnswered) {
  std::list<std::thread> clients;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&] {
      httplib::Client client("127.0.0.1", server_->port());
      client.set_connection_timeout(60);
      client.set_read_timeout(60);
      if (client.Get("/livez")) ++answered;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered, 16);
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

// Says what it is told to, byte for byte.
class RawClient {
 public:
  explicit RawClient(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { close(socket_); }

  // False: the server has closed the connection.
  bool Send(std::string_view bytes) const {
    return send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }

 private:
  const int socket_ = socket(AF_INET, SOCK_STREAM, 0);
};

TEST_F(AdminServerTest, AClientThatSaysNothingDoesNotStopTheOthers) {
  const RawClient idle(server_->port());
  const auto reply = Get("/livez");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
}

TEST_F(AdminServerTest, ALineWithoutEndIsNotKept) {
  const RawClient client(server_->port());
  ASSERT_TRUE(client.Send("GET /"));
  const std::string more(1 << 20, 'a');
  int sent = 0;
  while (sent < 64 && client.Send(more)) ++sent;
  EXPECT_LT(sent, 64);
}

TEST_F(AdminServerTest, AHeadWithoutEndIsNotKept) {
  const RawClient client(server_->port());
  ASSERT_TRUE(client.Send("GET /livez HTTP/1.1\r\n"));
  std::string more;
  while (more.size() < 1 << 20) more += "X-More: " + std::string(100, 'a') + "\r\n";
  int sent = 0;
  while (sent < 64 && client.Send(more)) ++sent;
  EXPECT_LT(sent, 64);
}

// As many as there are threads, each with a byte now and then.
TEST_F(AdminServerTest, ClientsThatDripDoNotHoldTheThreads) {
  std::list<RawClient> clients;
  for (int i = 0; i < 10; ++i) clients.emplace_back(server_->port());
  std::atomic<bool> answered = false;
  std::thread drip([&] {
    while (!answered) {
      for (const RawClient& client : clients) client.Send("G");
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  });
  client_.set_read_timeout(30);
  const auto reply = Get("/livez");
  answered = true;
  drip.join();
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
