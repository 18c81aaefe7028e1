// The running daemon: a thread for each worker of the roles of this process, and what is known of them.
//
//   auto app = App::Create(options, factory);
//   app->Start();
//   ... app->Snapshot(), app->failed() ...
//   app->Drain(deadline)                     true: every worker finished its batch and left its group
//
// Workers share nothing; the snapshot of each is copied out by its own thread. Start and Drain are called by one
// thread, Snapshot by any.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "daemon/data_folder.h"
#include "daemon/kafka/kafka_client.h"
#include "daemon/stages/worker.h"
#include "daemon/status.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed {

struct Roles {
  bool prepare = true;
  bool judge = true;
  bool enrich = true;
};

// "prepare,enrich"; INVALID_ARGUMENT names what is no role.
absl::StatusOr<Roles> ParseRoles(const std::vector<std::string>& names);

struct AppOptions {
  config::v1::Config config;
  LoadedData data;
  Roles roles;
  // Unique among the processes of the application, the same over restarts.
  std::string instance;
};

class App : public StatusSource {
 public:
  // Makes all workers, calls no broker.
  static absl::StatusOr<std::unique_ptr<App>> Create(AppOptions options, kafka::ClientFactory* factory);
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  // Drains where that was not done, and waits for it.
  ~App() override;

  void Start();

  // Ends all workers; false: not all were done in time. Their threads are left behind and hold this: end the process.
  bool Drain(absl::Duration deadline);

  // A worker cannot go on, and why.
  bool failed() const { return failed_.load(std::memory_order_acquire); }

  AppStatus Snapshot() const override;
  // Offset of the changelog that may be trimmed; 0 while not in office.
  int64_t trimmable_index_offset() const;
  const AppOptions& options() const { return options_; }

 private:
  // A worker, its thread and what it told last.
  struct Seat {
    std::unique_ptr<stages::Worker> worker;
    std::thread thread;
    std::atomic<bool> done = false;
    mutable std::mutex mutex;
    WorkerStatus status;        // guarded by mutex
    JudgeStatus judge;          // guarded by mutex
    bool has_judge = false;     // guarded by mutex
    int64_t trimmable = 0;      // guarded by mutex
  };

  explicit App(AppOptions options);
  absl::Status MakeWorkers(kafka::ClientFactory* factory);
  void AddSeat(std::unique_ptr<stages::Worker> worker);
  void Run(Seat& seat);
  static void Publish(Seat& seat);

  const AppOptions options_;
  const absl::Time started_;
  std::atomic<bool> draining_ = false;
  std::atomic<bool> failed_ = false;
  // Shared with the threads: one that hangs is left behind and must not lose its memory.
  std::vector<std::shared_ptr<Seat>> seats_;
};

}  // namespace newsfeed
