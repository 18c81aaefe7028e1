#include "daemon/admin/server.h"

#include <absl/time/clock.h>
#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "daemon/admin/health.h"
#include "daemon/admin/metrics.h"
#include "daemon/admin/status_json.h"

namespace newsfeed::admin {
namespace {

constexpr size_t kThreads = 2;
constexpr int kTimeoutSeconds = 5;
constexpr size_t kMaxPayloadBytes = 1024;
// A connection that is kept open would hold one of the two threads, and a probe would wait for it.
constexpr size_t kRequestsPerConnection = 1;

constexpr std::string_view kPlain = "text/plain; charset=utf-8";

struct Reply {
  int status = 200;
  std::string_view content_type = kPlain;
  std::string body;
};

Reply Answer(const Health& health) {
  return {health.ok ? 200 : 503, kPlain, health.ok ? "ok\n" : health.why + "\n"};
}

// One row of THE table of routes.
struct Route {
  std::string_view path;
  std::string_view what;
  Reply (*handler)(const AppStatus& status, absl::Time now);
};

constexpr Route kRoutes[] = {
    {"/livez", "200 unless a worker is stuck",
     [](const AppStatus& status, absl::Time now) { return Answer(Live(status, now)); }},
    {"/readyz", "200 when every worker has joined and the judge is ready",
     [](const AppStatus& status, absl::Time) { return Answer(Ready(status)); }},
    {"/metrics", "for Prometheus",
     [](const AppStatus& status, absl::Time now) {
       return Reply{200, "text/plain; version=0.0.4; charset=utf-8", MetricsText(status, now)};
     }},
    {"/status", "everything, as JSON",
     [](const AppStatus& status, absl::Time) {
       return Reply{200, "application/json", StatusJson(status)};
     }},
};

Reply NotFound() {
  Reply reply{404, kPlain, "There is:\n"};
  for (const Route& route : kRoutes) {
    reply.body += fmt::format("{:<10}{}\n", route.path, route.what);
  }
  return reply;
}

Reply Handle(const httplib::Request& request, const StatusSource& source) {
  if (request.method != "GET" && request.method != "HEAD") {
    return {405, kPlain, "GET and HEAD only.\n"};
  }
  // A thousand overlapping ranges in one header would be answered with a thousand copies.
  if (!request.ranges.empty()) return {416, kPlain, "No ranges.\n"};
  const auto route = std::ranges::find(kRoutes, std::string_view(request.path), &Route::path);
  return route == std::end(kRoutes) ? NotFound() : route->handler(source.Snapshot(), absl::Now());
}

// The library's default shares a port with whoever else asks for it (SO_REUSEPORT): a second daemon
// would start and get half of the probes.
void OwnPort(socket_t socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
}

}  // namespace

class AdminServer::Listener {
 public:
  explicit Listener(const StatusSource& source) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_socket_options(OwnPort);
    server_.set_read_timeout(kTimeoutSeconds);
    server_.set_write_timeout(kTimeoutSeconds);
    server_.set_keep_alive_max_count(kRequestsPerConnection);
    server_.set_payload_max_length(kMaxPayloadBytes);
    // Before the library's own routing: that one matches std::regex, which recurses on the path.
    server_.set_pre_routing_handler([&source](const httplib::Request& request,
                                              httplib::Response& response) {
      Reply reply = Handle(request, source);
      response.status = reply.status;
      if (reply.status == 405) response.set_header("Allow", "GET, HEAD");
      response.set_content(std::move(reply.body), std::string(reply.content_type));
      return httplib::Server::HandlerResponse::Handled;
    });
  }

  ~Listener() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Bind(const std::string& address, int port) {
    errno = 0;
    port_ = port == 0 ? server_.bind_to_any_port(address)
                      : (server_.bind_to_port(address, port) ? port : -1);
    if (port_ > 0) return absl::OkStatus();
    const std::string why = errno == 0 ? "no such address" : std::generic_category().message(errno);
    return absl::UnavailableError(
        fmt::format("admin.address {}, admin.port {}: {}", address, port, why));
  }

  void Run() {
    thread_ = std::thread([this] {
      server_.listen_after_bind();
      ended_ = true;
    });
    // stop() does nothing before the loop runs, and the destructor would wait for ever.
    while (!server_.is_running() && !ended_) std::this_thread::yield();
  }

  int port() const { return port_; }

 private:
  httplib::Server server_;
  std::thread thread_;
  std::atomic<bool> ended_ = false;
  int port_ = -1;
};

AdminServer::AdminServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
AdminServer::~AdminServer() = default;

int AdminServer::port() const { return listener_->port(); }

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const config::v1::Admin& config,
                                                                const StatusSource& source) {
  auto listener = std::make_unique<Listener>(source);
  const absl::Status bound = listener->Bind(config.address(), static_cast<int>(config.port()));
  if (!bound.ok()) return bound;
  listener->Run();
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(listener)));
}

}  // namespace newsfeed::admin
