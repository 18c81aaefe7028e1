#include "daemon/app.h"

#include <absl/time/clock.h>
#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/config_changes.h"
#include "daemon/kafka/application.h"
#include "daemon/stages/hop_worker.h"
#include "daemon/stages/judge_worker.h"
#include "daemon/stages/sampled_hop.h"
#include "daemon/steady_time.h"
#include "daemon/version.h"

namespace newsfeed {
namespace {

using stages::Progress;

// A poll of an idle worker; so long a drain may wait to be seen.
constexpr absl::Duration kMayWait = absl::Milliseconds(100);
constexpr std::chrono::milliseconds kPause{5};
constexpr absl::Duration kPublishEvery = absl::Milliseconds(200);

}  // namespace

absl::StatusOr<Roles> ParseRoles(const std::vector<std::string>& names) {
  if (names.empty()) return Roles();
  Roles roles{.prepare = false, .judge = false, .enrich = false};
  for (const std::string& name : names) {
    if (name == "prepare") {
      roles.prepare = true;
    } else if (name == "judge") {
      roles.judge = true;
    } else if (name == "enrich") {
      roles.enrich = true;
    } else {
      return absl::InvalidArgumentError(
          fmt::format("--roles: \"{}\" is none of prepare, judge, enrich", name));
    }
  }
  return roles;
}

App::App(AppOptions options)
    : roles_(options.roles),
      instance_(std::move(options.instance)),
      recorder_(std::move(options.recorder)),
      samples_(std::move(options.samples)),
      started_(SteadyNow()),
      loaded_(std::make_shared<const LoadedConfig>(std::move(options.loaded))) {}

absl::StatusOr<std::unique_ptr<App>> App::Create(AppOptions options,
                                                 kafka::ClientFactory* factory) {
  std::unique_ptr<App> app(new App(std::move(options)));
  if (absl::Status status = app->MakeWorkers(factory); !status.ok()) return status;
  return app;
}

absl::StatusOr<std::unique_ptr<stages::Hop>> App::MakeHop(Stage stage,
                                                          const LoadedConfig& loaded) const {
  const stages::HopContext context{&loaded.config, &loaded.data, &schema_ids_};
  auto hop = stage == Stage::kEnrich             ? stages::CreateEnrichHop(context)
             : kafka::HasJudge(loaded.config) ? stages::CreatePrepareHop(context)
                                              : stages::CreateDirectHop(context);
  if (!hop.ok()) return hop.status();
  return stages::Sampled(*std::move(hop), loaded.config.outputs(), samples_);
}

absl::StatusOr<std::unique_ptr<stages::Renewal>> App::MakeRenewal(
    Stage stage, const std::shared_ptr<const LoadedConfig>& loaded) const {
  auto renewal = std::make_unique<stages::Renewal>();
  renewal->made_of = loaded;
  if (stage == Stage::kJudge) {
    auto policy = dedup::MakePolicy(loaded->config.dedup());
    if (!policy.ok()) return policy.status();
    renewal->policy = *std::move(policy);
    return renewal;
  }
  auto hop = MakeHop(stage, *loaded);
  if (!hop.ok()) return hop.status();
  renewal->hop = *std::move(hop);
  return renewal;
}

absl::Status App::MakeWorkers(kafka::ClientFactory* factory) {
  const config::v1::Config& config = loaded_->config;
  const bool has_judge = kafka::HasJudge(config);
  if (!has_judge && !roles_.prepare) {
    return absl::InvalidArgumentError(
        "--roles: without dedup in the chain there is one hop only, and its role is prepare");
  }
  const auto add = [&](Stage stage, size_t count, std::vector<std::string> topics) -> absl::Status {
    for (size_t i = 0; i < count; ++i) {
      auto hop = MakeHop(stage, *loaded_);
      if (!hop.ok()) return hop.status();
      AddSeat(stage, std::make_unique<stages::HopWorker>(factory, config,
                                                         stages::WorkerName{stage, instance_, i},
                                                         topics, *std::move(hop), NewDesk()));
    }
    return absl::OkStatus();
  };
  std::vector<std::string> inputs;
  for (const auto& input : config.inputs()) inputs.push_back(input.topic());
  if (roles_.prepare) {
    if (absl::Status s = add(Stage::kPrepare, config.workers().prepare(), inputs); !s.ok()) {
      return s;
    }
  }
  if (has_judge && roles_.judge) {
    auto policy = dedup::MakePolicy(config.dedup());
    if (!policy.ok()) return policy.status();
    AddSeat(Stage::kJudge, std::make_unique<stages::JudgeWorker>(factory, &config, instance_,
                                                                 *std::move(policy), NewDesk()));
  }
  if (has_judge && roles_.enrich) {
    return add(Stage::kEnrich, config.workers().enrich(), {kafka::InternalTopicsOf(config).judged});
  }
  return absl::OkStatus();
}

void App::AddSeat(Stage stage, std::unique_ptr<stages::Worker> worker) {
  auto seat = std::make_shared<Seat>();
  seat->stage = stage;
  seat->worker = std::move(worker);
  seat->worker->FillStatus(seat->status);
  seats_.push_back(std::move(seat));
}

// Threads that hang hold this: who will not wait for them ends the process.
App::~App() { Drain(absl::InfiniteDuration()); }

void App::Start() {
  for (const auto& seat : seats_) {
    {
      const std::lock_guard lock(seat->mutex);
      seat->status.last_step = SteadyNow();
    }
    seat->thread = std::thread([this, seat] { Run(*seat); });
  }
}

std::shared_ptr<const LoadedConfig> App::loaded() const {
  const std::lock_guard lock(mutex_);
  return loaded_;
}

absl::Status App::Reload(absl::StatusOr<LoadedConfig> loaded) {
  if (draining_) return absl::FailedPreconditionError("draining: the configuration stays as it is");
  const absl::Status status =
      loaded.ok() ? HandOut(std::make_shared<const LoadedConfig>(*std::move(loaded)))
                  : loaded.status();
  if (status.ok()) return status;
  const std::lock_guard lock(mutex_);
  ++reload_.failed;
  reload_.last_error = std::string(status.message());
  next_is_last_ = false;
  return status;
}

// Everything is made before anything is handed out.
absl::Status App::HandOut(std::shared_ptr<const LoadedConfig> next) {
  if (const auto keys = ChangesThatNeedRestart(this->loaded()->config, next->config);
      !keys.empty()) {
    return absl::FailedPreconditionError(fmt::format("needs a restart: {}", fmt::join(keys, ", ")));
  }
  std::vector<std::unique_ptr<stages::Renewal>> renewals;
  for (const auto& seat : seats_) {
    auto renewal = MakeRenewal(seat->stage, next);
    if (!renewal.ok()) return renewal.status();
    renewals.push_back(*std::move(renewal));
  }
  {
    const std::lock_guard lock(mutex_);
    next_ = std::move(next);
    next_is_last_ = true;
  }
  for (size_t i = 0; i < seats_.size(); ++i) {
    const std::lock_guard lock(seats_[i]->mutex);
    seats_[i]->renewal = std::move(renewals[i]);
  }
  return absl::OkStatus();
}

void App::CountTrim(bool ok) {
  const std::lock_guard lock(mutex_);
  ++(ok ? trims_.ok : trims_.failed);
}

size_t App::PendingWorkers() const {
  return static_cast<size_t>(std::ranges::count_if(seats_, [](const auto& seat) {
    const std::lock_guard lock(seat->mutex);
    return seat->renewal != nullptr;
  }));
}

bool App::TakeReloaded() {
  const bool pending = PendingWorkers() > 0;
  const std::lock_guard lock(mutex_);
  if (next_ == nullptr || pending) return false;
  loaded_ = std::move(next_);
  if (recorder_ != nullptr) recorder_->ForgetSkipped(SkipList::Checked(loaded_->config.skip()));
  ++reload_.ok;
  if (next_is_last_) reload_.last_error.clear();
  return true;
}

void App::Renew(Seat& seat) {
  std::unique_ptr<stages::Renewal> replaced;  // what was in use; dies without the lock
  const std::lock_guard lock(seat.mutex);
  if (seat.renewal != nullptr && seat.worker->Renew(*seat.renewal)) {
    replaced = std::move(seat.renewal);
  }
}

void App::Run(Seat& seat) {
  // For `top -H` and profilers; 15 characters at most.
  pthread_setname_np(
      pthread_self(),
      fmt::format("{}-{}", seat.status.stage, seat.status.worker).substr(0, 15).c_str());
  absl::Time published = absl::InfinitePast();
  bool finishing = false;
  for (;;) {
    if (leaving_.load(std::memory_order_relaxed)) {
      seat.worker->Drain();
    } else if (draining_.load(std::memory_order_relaxed)) {
      seat.worker->Finish();
      finishing = true;
    } else {
      Renew(seat);
    }
    const absl::Time now = SteadyNow();
    seat.worker->set_wall_ahead(absl::Now() - now);
    const Progress progress = seat.worker->Step(now, finishing ? absl::ZeroDuration() : kMayWait);
    if (now - published >= kPublishEvery) {
      Publish(seat);
      published = now;
    }
    if (progress == Progress::kFatal) failed_.store(true, std::memory_order_release);
    if (progress == Progress::kDone || progress == Progress::kFatal) break;
    if (progress == Progress::kParked) seat.parked.store(true, std::memory_order_release);
    if (progress == Progress::kWaiting || progress == Progress::kParked) {
      std::this_thread::sleep_for(kPause);
    }
  }
  Publish(seat);
  seat.done.store(true, std::memory_order_release);
}

void App::Publish(Seat& seat) {
  WorkerStatus status;
  JudgeStatus judge;
  seat.worker->FillStatus(status);
  const bool has_judge = seat.worker->FillJudge(judge);
  const int64_t trimmable =
      has_judge && judge.office == JudgeStatus::Office::kOwner
          ? static_cast<stages::JudgeWorker&>(*seat.worker).trimmable_index_offset()
          : 0;
  const std::lock_guard lock(seat.mutex);
  seat.status = std::move(status);
  seat.judge = std::move(judge);
  seat.has_judge = has_judge;
  seat.trimmable = trimmable;
}

bool App::Drain(absl::Duration deadline) {
  draining_ = true;
  const absl::Time begun = SteadyNow();
  const absl::Time end = begun + deadline;
  const auto parked = [](const auto& seat) {
    return !seat->thread.joinable() || seat->done.load(std::memory_order_acquire) ||
           seat->parked.load(std::memory_order_acquire);
  };
  // Whoever cannot finish holds up the others for half of the time: they are to leave their groups
  // in any case.
  while (!std::ranges::all_of(seats_, parked) && SteadyNow() < begun + deadline / 2) {
    std::this_thread::sleep_for(kPause);
  }
  leaving_ = true;
  bool all = true;
  for (const auto& seat : seats_) {
    if (!seat->thread.joinable()) continue;
    while (!seat->done.load(std::memory_order_acquire) && SteadyNow() < end) {
      std::this_thread::sleep_for(kPause);
    }
    if (seat->done.load(std::memory_order_acquire)) {
      seat->thread.join();
    } else {
      seat->thread.detach();
      all = false;
    }
  }
  return all;
}

AppStatus App::Snapshot() const {
  const auto loaded = this->loaded();
  // As long ago as it really was, whatever the wall clock was set to since.
  const absl::Time taken = absl::Now();
  const absl::Duration ahead = taken - SteadyNow();
  AppStatus status{.version = kVersion,
                   .application_id = loaded->config.application_id(),
                   .instance = instance_,
                   .config_digest = loaded->data.config_digest,
                   .taken = taken,
                   .started = started_ + ahead,
                   .draining = draining_,
                   .workers = {},
                   .judge = std::nullopt,
                   .reload = {},
                   .trims = {},
                   .suspects = {}};
  if (recorder_ != nullptr) status.suspects = recorder_->suspects();
  {
    const std::lock_guard lock(mutex_);
    status.reload = reload_;
    status.trims = trims_;
  }
  status.reload.pending_workers = PendingWorkers();
  for (const auto& seat : seats_) {
    const std::lock_guard lock(seat->mutex);
    status.workers.push_back(seat->status);
    status.workers.back().last_step += ahead;
    status.workers.back().last_commit += ahead;
    if (seat->has_judge) status.judge = seat->judge;
  }
  return status;
}

int64_t App::trimmable_index_offset() const {
  int64_t offset = 0;
  for (const auto& seat : seats_) {
    const std::lock_guard lock(seat->mutex);
    offset = std::max(offset, seat->trimmable);
  }
  return offset;
}

}  // namespace newsfeed
