// HTTP for probes, metrics and status, in threads of its own. What is served is a pure function of
// a snapshot.
//
//   auto server = AdminServer::Start(config.admin(), app);  // app outlives the server
//   curl http://127.0.0.1:9644/readyz
//
// Bounds: two connections are served at a time, others wait; one request each, 5 s for each read and write, bodies of 1
// KB at most. SIGPIPE is ignored from the first start on (cpp-httplib does so for the whole
// process).
#pragma once

#include <memory>

#include <absl/status/statusor.h>

#include "daemon/status.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::admin {

class AdminServer {
 public:
  // Listens when it returns. `config.enabled` is the caller's to ask. An address or port that
  // cannot be had is an error that names admin.address and admin.port.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(const config::v1::Admin& config,
                                                            const StatusSource& source);

  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;
  // Waits for answers under way, 5 s at most each way.
  ~AdminServer();

  // The one it listens on, also where the configuration says 0.
  int port() const;

 private:
  class Listener;
  explicit AdminServer(std::unique_ptr<Listener> listener);

  std::unique_ptr<Listener> listener_;
};

}  // namespace newsfeed::admin
