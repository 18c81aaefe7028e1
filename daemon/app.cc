#include "daemon/app.h"

#include <absl/time/clock.h>
#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/kafka/application.h"
#include "daemon/stages/hop_worker.h"
#include "daemon/stages/judge_worker.h"
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

App::App(AppOptions options) : options_(std::move(options)), started_(absl::Now()) {}

absl::StatusOr<std::unique_ptr<App>> App::Create(AppOptions options, kafka::ClientFactory* factory) {
  std::unique_ptr<App> app(new App(std::move(options)));
  if (absl::Status status = app->MakeWorkers(factory); !status.ok()) return status;
  return app;
}

absl::Status App::MakeWorkers(kafka::ClientFactory* factory) {
  const config::v1::Config& config = options_.config;
  const bool has_judge = kafka::HasJudge(config);
  const Roles& roles = options_.roles;
  if (!has_judge && !roles.prepare) {
    return absl::InvalidArgumentError(
        "--roles: without dedup in the chain there is one hop only, and its role is prepare");
  }
  const stages::HopContext context{&config, &options_.data};
  const auto add = [&](Stage stage, size_t count, std::vector<std::string> topics, auto create) -> absl::Status {
    for (size_t i = 0; i < count; ++i) {
      auto hop = create(context);
      if (!hop.ok()) return hop.status();
      AddSeat(std::make_unique<stages::HopWorker>(
          factory, config, stages::WorkerName{stage, options_.instance, i}, topics, *std::move(hop)));
    }
    return absl::OkStatus();
  };
  std::vector<std::string> inputs;
  for (const auto& input : config.inputs()) inputs.push_back(input.topic());
  if (roles.prepare) {
    const auto create = has_judge ? &stages::CreatePrepareHop : &stages::CreateDirectHop;
    if (absl::Status s = add(Stage::kPrepare, config.workers().prepare(), inputs, create); !s.ok()) return s;
  }
  if (has_judge && roles.judge) {
    auto policy = dedup::MakePolicy(config.dedup());
    if (!policy.ok()) return policy.status();
    AddSeat(std::make_unique<stages::JudgeWorker>(factory, &config, options_.instance, *std::move(policy)));
  }
  if (has_judge && roles.enrich) {
    return add(Stage::kEnrich, config.workers().enrich(), {kafka::InternalTopicsOf(config).judged},
               &stages::CreateEnrichHop);
  }
  return absl::OkStatus();
}

void App::AddSeat(std::unique_ptr<stages::Worker> worker) {
  auto seat = std::make_shared<Seat>();
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
      seat->status.last_step = absl::Now();
    }
    seat->thread = std::thread([this, seat] { Run(*seat); });
  }
}

void App::Run(Seat& seat) {
  // For `top -H` and profilers; 15 characters at most.
  pthread_setname_np(pthread_self(), fmt::format("{}-{}", seat.status.stage, seat.status.worker).substr(0, 15).c_str());
  absl::Time published = absl::InfinitePast();
  bool told = false;
  for (;;) {
    if (!told && draining_.load(std::memory_order_relaxed)) {
      seat.worker->Drain();
      told = true;
    }
    const absl::Time now = absl::Now();
    const Progress progress = seat.worker->Step(now, told ? absl::ZeroDuration() : kMayWait);
    if (now - published >= kPublishEvery) {
      Publish(seat);
      published = now;
    }
    if (progress == Progress::kFatal) failed_.store(true, std::memory_order_release);
    if (progress == Progress::kDone || progress == Progress::kFatal) break;
    if (progress == Progress::kWaiting) std::this_thread::sleep_for(kPause);
  }
  Publish(seat);
  seat.done.store(true, std::memory_order_release);
}

void App::Publish(Seat& seat) {
  WorkerStatus status;
  JudgeStatus judge;
  seat.worker->FillStatus(status);
  const bool has_judge = seat.worker->FillJudge(judge);
  const int64_t trimmable = has_judge && judge.office == JudgeStatus::Office::kOwner
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
  const absl::Time end = absl::Now() + deadline;
  bool all = true;
  for (const auto& seat : seats_) {
    if (!seat->thread.joinable()) continue;
    while (!seat->done.load(std::memory_order_acquire) && absl::Now() < end) {
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
  AppStatus status{.version = kVersion,
                   .application_id = options_.config.application_id(),
                   .instance = options_.instance,
                   .config_digest = options_.data.config_digest,
                   .started = started_,
                   .draining = draining_,
                   .workers = {},
                   .judge = std::nullopt};
  for (const auto& seat : seats_) {
    const std::lock_guard lock(seat->mutex);
    status.workers.push_back(seat->status);
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
