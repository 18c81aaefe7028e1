// HTTP for probes, metrics, status and the live page, in threads of its own. What is served is a
// pure function of a snapshot; open pages get events beside (live_events.h).
//
//   auto server = AdminServer::Start(config.admin(), app, samples);  // app outlives the server
//   curl http://127.0.0.1:9644/readyz
//
// Bounds: eight pages and two other connections are served at a time, 32 wait, further ones in the
// kernel's queue; what each may take, bounded_server.h tells. Bodies are not read. SIGPIPE is
// ignored from the first start on (cpp-httplib does so for the whole process).
#pragma once

#include <memory>
#include <string_view>

#include <absl/status/statusor.h>

#include "daemon/outcome_samples.h"
#include "daemon/status.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::admin {

// 127.0.0.0/8 and ::1.
bool IsLoopback(std::string_view address);

// Whether who can reach the server may read articles.
bool ShowsContent(const config::v1::Admin& config);

class AdminServer {
 public:
  // Listens when it returns. `config.enabled` is the caller's to ask. An address or port that
  // cannot be had is an error that names admin.address and admin.port. Samples are shown where
  // ShowsContent; null: none.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(
      const config::v1::Admin& config, const StatusSource& source,
      std::shared_ptr<OutcomeSamples> samples = nullptr);

  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;
  // Ends open pages at once; waits for answers under way, some seconds at most each.
  ~AdminServer();

  // The one it listens on, also where the configuration says 0.
  int port() const;

 private:
  class Pages;
  class Listener;
  explicit AdminServer(std::unique_ptr<Listener> listener);

  std::unique_ptr<Listener> listener_;
};

}  // namespace newsfeed::admin
