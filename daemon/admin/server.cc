#include "daemon/admin/server.h"

#include <absl/time/clock.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "daemon/admin/bounded_server.h"
#include "daemon/admin/health.h"
#include "daemon/admin/live_events.h"
#include "daemon/admin/metrics.h"
#include "daemon/admin/page_files.h"
#include "daemon/admin/status_json.h"
#include "daemon/admin/waiting_room.h"

namespace newsfeed::admin {
namespace {

// Each open page holds a thread for its events; the rest is for everybody else.
constexpr int kPages = 8;
constexpr size_t kThreads = kPages + 2;
constexpr size_t kSeats = 32;
constexpr std::chrono::seconds kTick{1};

constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kEvents = "text/event-stream";

// On every answer. Whatever an article says, the page runs its own script and asks nobody else.
constexpr std::pair<const char*, const char*> kHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for "
     "'script'; trusted-types 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

struct Reply {
  int status = 200;
  std::string_view content_type = kPlain;
  std::string body;
};

Reply Answer(const Health& health) {
  return {health.ok ? 200 : 503, kPlain, health.ok ? "ok\n" : health.why + "\n"};
}

template <size_t kFile>
Reply OfPage(const AppStatus&, absl::Time) {
  const PageFile& file = PageFiles()[kFile];
  return {200, file.content_type, std::string(file.body)};
}

// One row of THE table of routes.
struct Route {
  std::string_view path;
  std::string_view what;
  Reply (*handler)(const AppStatus& status, absl::Time now);  // null: a stream
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
    {"/", "the live page, for browsers", OfPage<0>},
    {"/page.css", "of the page", OfPage<1>},
    {"/page.js", "of the page", OfPage<2>},
    {"/page.svg", "of the page", OfPage<3>},
    {"/live", "what the page shows, as server-sent events", nullptr},
};

Reply NotFound() {
  Reply reply{404, kPlain, "There is:\n"};
  for (const Route& route : kRoutes) {
    reply.body += fmt::format("{:<10}{}\n", route.path, route.what);
  }
  return reply;
}

bool IsLocalName(std::string_view host) { return host == "localhost" || IsLoopback(host); }

// "127.0.0.1:9644", "[::1]:9644", "localhost" => what is before the port.
std::string_view WithoutPort(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

// Why a page of another site, which runs in the operator's browser, gets nothing; empty: it is
// ours, or asks as no browser does (probes, Prometheus). A link to the page may stand anywhere:
// what it opens cannot be read from there.
std::string_view WhyForeign(const httplib::Request& request, bool loopback) {
  const std::string site = request.get_header_value("Sec-Fetch-Site");
  const bool opened = request.get_header_value("Sec-Fetch-Mode") == "navigate" &&
                      request.get_header_value("Sec-Fetch-Dest") == "document";
  if (!site.empty() && site != "same-origin" && site != "none" && !opened) {
    return "Not for other sites.\n";
  }
  // A name that its owner lets point here (DNS rebinding) would make that page one of our own.
  if (loopback && request.has_header("Host") &&
      !IsLocalName(WithoutPort(request.get_header_value("Host")))) {
    return "Ask for localhost: other names are not answered on loopback.\n";
  }
  return "";
}

// The library's default shares a port with whoever else asks for it (SO_REUSEPORT): a second daemon
// would start and get half of the probes.
void OwnPort(socket_t socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
}

}  // namespace

bool IsLoopback(std::string_view address) {
  const std::string text(address);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, text.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool ShowsContent(const config::v1::Admin& config) {
  return config.enabled() && (config.show_content() || IsLocalName(config.address()));
}

// What open pages hold, apart from their threads.
class AdminServer::Pages {
 public:
  Pages(const StatusSource& source, std::shared_ptr<OutcomeSamples> samples)
      : source_(source), samples_(std::move(samples)) {}

  // False: there are as many as may be.
  bool Open(httplib::Response& response) {
    if (open_.fetch_add(1) >= kPages) {
      --open_;
      return false;
    }
    // Dies with the response, whichever way it ends.
    auto page = std::shared_ptr<LiveEvents>(new LiveEvents(source_, samples_.get()),
                                            [this](LiveEvents* events) {
                                              delete events;
                                              --open_;
                                            });
    response.set_chunked_content_provider(
        std::string(kEvents), [this, page, first = true](size_t, httplib::DataSink& sink) mutable {
          if (!first && !page->more() && Ended()) {
            sink.done();
            return true;
          }
          first = false;
          const std::string events = page->Next(absl::Now());
          return sink.write(events.data(), events.size());
        });
    return true;
  }

  void End() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
  }

 private:
  // Waits for the next time to tell something.
  bool Ended() {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, kTick, [this] { return ended_; });
  }

  const StatusSource& source_;
  const std::shared_ptr<OutcomeSamples> samples_;
  std::atomic<int> open_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;  // guarded by mutex_
};

class AdminServer::Listener {
 public:
  Listener(const StatusSource& source, std::shared_ptr<OutcomeSamples> samples)
      : source_(source), pages_(source, std::move(samples)) {
    server_.new_task_queue = [this] { return waiting_ = new WaitingRoom(kThreads, kSeats); };
    server_.set_socket_options(OwnPort);
    // Before the library's own routing: that one matches std::regex, which recurses on the path.
    server_.set_pre_routing_handler(
        [this](const httplib::Request& request, httplib::Response& response) {
          for (const auto& [name, value] : kHeaders) response.set_header(name, value);
          Reply reply = Handle(request, response);
          response.status = reply.status;
          if (reply.status == 405) response.set_header("Allow", "GET, HEAD");
          if (reply.status == 503) response.set_header("Retry-After", "5");
          if (reply.content_type != kEvents) {
            response.set_content(std::move(reply.body), std::string(reply.content_type));
          }
          return httplib::Server::HandlerResponse::Handled;
        });
  }

  ~Listener() {
    pages_.End();
    if (WaitingRoom* waiting = waiting_; waiting != nullptr && !ended_) waiting->Open();
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Bind(const std::string& address, int port) {
    loopback_ = IsLocalName(address);
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
  Reply Handle(const httplib::Request& request, httplib::Response& response) {
    if (request.method != "GET" && request.method != "HEAD") {
      return {405, kPlain, "GET and HEAD only.\n"};
    }
    // A thousand overlapping ranges in one header would be answered with a thousand copies.
    if (!request.ranges.empty()) return {416, kPlain, "No ranges.\n"};
    if (const std::string_view why = WhyForeign(request, loopback_); !why.empty()) {
      return {403, kPlain, std::string(why)};
    }
    const auto route = std::ranges::find(kRoutes, std::string_view(request.path), &Route::path);
    if (route == std::end(kRoutes)) return NotFound();
    if (route->handler == nullptr) return Stream(request, response);
    const AppStatus status = source_.Snapshot();
    return route->handler(status, status.taken);
  }

  // The events are in `response` where the reply is of their type.
  Reply Stream(const httplib::Request& request, httplib::Response& response) {
    if (request.method == "HEAD") return {200, kPlain, ""};
    if (!pages_.Open(response)) {
      return {503, kPlain, fmt::format("{} pages are open, no more.\n", kPages)};
    }
    return {200, kEvents, ""};
  }

  const StatusSource& source_;
  Pages pages_;
  bool loopback_ = true;
  std::atomic<WaitingRoom*> waiting_ = nullptr;  // the library's
  BoundedServer server_;
  std::thread thread_;
  std::atomic<bool> ended_ = false;
  int port_ = -1;
};

AdminServer::AdminServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
AdminServer::~AdminServer() = default;

int AdminServer::port() const { return listener_->port(); }

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(
    const config::v1::Admin& config, const StatusSource& source,
    std::shared_ptr<OutcomeSamples> samples) {
  if (!ShowsContent(config)) samples = nullptr;
  auto listener = std::make_unique<Listener>(source, std::move(samples));
  const absl::Status bound = listener->Bind(config.address(), static_cast<int>(config.port()));
  if (!bound.ok()) return bound;
  listener->Run();
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(listener)));
}

}  // namespace newsfeed::admin
