// The running daemon: a thread for each worker of the roles of this process, and what is known of
// them.
//
//   auto app = App::Create(options, factory);
//   app->Start();
//   ... app->Snapshot(), app->failed() ...
//   app->Drain(deadline)          true: every worker finished its batch and left its group
//
//   app->Reload(LoadedConfig)     each worker swaps between two batches; app->TakeReloaded() once
//                                 all have
//
// Workers share nothing; the snapshot of each is copied out by its own thread. Start, Reload,
// TakeReloaded and Drain are called by one thread, the rest by any.
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

#include "daemon/article_value.h"
#include "daemon/data_folder.h"
#include "daemon/kafka/kafka_client.h"
#include "daemon/outcome_samples.h"
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
  LoadedConfig loaded;
  Roles roles;
  // Unique among the processes of the application, the same over restarts.
  std::string instance;
  // Of records that end the process; null: none is kept.
  std::unique_ptr<FlightRecorder> recorder = nullptr;
  // For the live page; null: nothing is copied.
  std::shared_ptr<OutcomeSamples> samples = nullptr;
};

class App : public StatusSource {
 public:
  // Makes all workers, calls no broker.
  static absl::StatusOr<std::unique_ptr<App>> Create(AppOptions options,
                                                     kafka::ClientFactory* factory);
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  // Drains where that was not done, and waits for it.
  ~App() override;

  // The numbers of schemas, where the outputs have a registry. Before Start.
  void SetSchemaIds(SchemaIds ids) { schema_ids_ = std::move(ids); }

  void Start();

  // Hands a new configuration to the workers; returns at once. All or nothing: an error (why it
  // could not be loaded, or FAILED_PRECONDITION for keys that need a restart) leaves the one in use
  // and what is pending. A second call replaces what is pending.
  absl::Status Reload(absl::StatusOr<LoadedConfig> loaded);
  // True once after all workers have swapped.
  bool TakeReloaded();

  // The outcome of a round of trimming, for Snapshot.
  void CountTrim(bool ok);

  // Ends all workers, without a pending configuration; false: not all were done in time. Their
  // threads are left behind and hold this: end the process. All finish their batches before the
  // first leaves its group.
  bool Drain(absl::Duration deadline);

  // A worker cannot go on, and why.
  bool failed() const { return failed_.load(std::memory_order_acquire); }

  AppStatus Snapshot() const override;
  // Offset of the changelog that may be trimmed; 0 while not in office.
  int64_t trimmable_index_offset() const;
  const std::string& instance() const { return instance_; }
  // The configuration in use.
  std::shared_ptr<const LoadedConfig> loaded() const;

 private:
  // A worker, its thread and what it told last.
  struct Seat {
    Stage stage = Stage::kPrepare;
    std::unique_ptr<stages::Worker> worker;
    std::thread thread;
    std::atomic<bool> parked = false;
    std::atomic<bool> done = false;
    mutable std::mutex mutex;
    std::unique_ptr<stages::Renewal> renewal;  // guarded by mutex
    WorkerStatus status;        // guarded by mutex
    JudgeStatus judge;          // guarded by mutex
    bool has_judge = false;     // guarded by mutex
    int64_t trimmable = 0;      // guarded by mutex
  };

  explicit App(AppOptions options);
  absl::Status MakeWorkers(kafka::ClientFactory* factory);
  absl::StatusOr<std::unique_ptr<stages::Hop>> MakeHop(Stage stage,
                                                       const LoadedConfig& loaded) const;
  absl::StatusOr<std::unique_ptr<stages::Renewal>> MakeRenewal(
      Stage stage, const std::shared_ptr<const LoadedConfig>& loaded) const;
  void AddSeat(Stage stage, std::unique_ptr<stages::Worker> worker);
  FlightRecorder::Desk NewDesk() {
    return recorder_ == nullptr ? FlightRecorder::Desk() : recorder_->NewDesk();
  }
  absl::Status HandOut(std::shared_ptr<const LoadedConfig> next);
  size_t PendingWorkers() const;
  static void Renew(Seat& seat);
  void Run(Seat& seat);
  static void Publish(Seat& seat);

  const Roles roles_;
  const std::string instance_;
  const std::unique_ptr<FlightRecorder> recorder_;
  const std::shared_ptr<OutcomeSamples> samples_;
  SchemaIds schema_ids_;  // constant once workers run
  const absl::Time started_;  // of the clock that nobody sets
  mutable std::mutex mutex_;
  std::shared_ptr<const LoadedConfig> loaded_;  // guarded by mutex_; in use
  std::shared_ptr<const LoadedConfig> next_;    // guarded by mutex_; not all workers have swapped
  bool next_is_last_ = false;                   // guarded by mutex_; no reload failed since
  ReloadStatus reload_;                         // guarded by mutex_
  TrimStatus trims_;                            // guarded by mutex_
  std::atomic<bool> draining_ = false;
  std::atomic<bool> leaving_ = false;
  std::atomic<bool> failed_ = false;
  // Shared with the threads: one that hangs is left behind and must not lose its memory.
  std::vector<std::shared_ptr<Seat>> seats_;
};

}  // namespace newsfeed
