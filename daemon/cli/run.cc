// newsfeedd run: the daemon.
#include <absl/time/clock.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/admin/health.h"
#include "daemon/admin/server.h"
#include "daemon/admin/service_notify.h"
#include "daemon/app.h"
#include "daemon/cli/command.h"
#include "daemon/kafka/application.h"
#include "daemon/kafka/rdkafka_client.h"
#include "daemon/kafka/start_positions.h"
#include "daemon/kafka/topics.h"
#include "daemon/kafka/trimmer.h"
#include "daemon/log.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd topics create -c newsfeed.yaml
  newsfeedd run -c newsfeed.yaml
  newsfeedd run -c newsfeed.yaml --roles prepare,enrich --instance tagger-1

SIGTERM or Ctrl-C: the batches in hand are finished and committed, exit 0; a second one, or
delivery.drain_seconds gone by: exit 1. Other exit codes: 78 configuration, 70 cannot go on, 71 a
worker hangs.)";

struct Arguments {
  std::string config;
  std::string data_dir;
  std::string instance;
  std::vector<std::string> roles;
};

constexpr absl::Duration kTick = absl::Milliseconds(250);
// A line of `systemctl status`.
constexpr absl::Duration kTellEvery = absl::Seconds(5);

std::string HostName() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

sigset_t HandledSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

// The next signal, or 0 after `wait`.
int WaitForSignal(const sigset_t& signals, absl::Duration wait) {
  const timespec timeout = absl::ToTimespec(wait);
  const int signal = sigtimedwait(&signals, nullptr, &timeout);
  return signal > 0 ? signal : 0;
}

kafka::LogFunction ClientLog() {
  return [](int level, std::string_view facility, std::string_view text) {
    if (facility == "CONFWARN") return;  // a consumer's option told to a producer
    constexpr int kSyslogError = 3;
    constexpr int kSyslogWarning = 4;
    const auto write = level <= kSyslogError    ? &log::Error
                       : level <= kSyslogWarning ? &log::Warn
                                                 : &log::Debug;
    write("librdkafka", {{"facility", facility}, {"text", text}});
  };
}

absl::StatusOr<AppOptions> Load(const Arguments& arguments) {
  AppOptions options;
  auto config = ConfigFrom(arguments.config);
  if (!config.ok()) return config.status();
  options.config = *std::move(config);
  if (absl::Status status = kafka::CheckKafkaConfig(options.config); !status.ok()) return status;
  auto roles = ParseRoles(arguments.roles);
  if (!roles.ok()) return roles.status();
  options.roles = *roles;
  auto folder = FindDataFolder(arguments.data_dir);
  if (!folder.ok()) return folder.status();
  auto data = LoadData(options.config, *folder);
  if (!data.ok()) return data.status();
  options.data = *std::move(data);
  options.instance = arguments.instance.empty() ? HostName() : arguments.instance;
  return options;
}

// Everything that `run` holds beside the workers.
struct Service {
  const config::v1::Config& config;
  kafka::ClientFactory& factory;
  App& app;
  admin::ServiceNotify notify;
  sigset_t signals;
};

// Topics as they must be. FAILED_PRECONDITION, PERMISSION_DENIED: an operator must do something. Else again later.
absl::Status CheckCluster(Service& service) {
  kafka::Error error;
  const auto admin = service.factory.NewAdmin(kafka::CommonProperties(service.config), error);
  if (!error.ok()) return absl::FailedPreconditionError(error.message);
  auto problems = kafka::CheckTopics(*admin, service.config);
  if (!problems.ok()) return problems.status();
  std::string fatal;
  for (const kafka::TopicProblem& problem : *problems) {
    const std::string text = kafka::Describe(problem);
    log::Warn(problem.fatal ? "topic is not as it must be" : "topic", {{"problem", text}});
    if (problem.fatal && fatal.empty()) fatal = text;
  }
  if (!fatal.empty()) return absl::FailedPreconditionError(fatal);
  return kafka::CommitStartPositions(service.factory, service.config);
}

// Asks the cluster until it answers. Nothing: go on; else the exit code.
std::optional<int> AwaitCluster(Service& service) {
  for (;;) {
    const absl::Status status = CheckCluster(service);
    if (status.ok()) return std::nullopt;
    if (absl::IsFailedPrecondition(status) || absl::IsPermissionDenied(status)) {
      return Fail(status, kExitConfig);
    }
    log::Warn("waiting for the cluster", {{"answer", std::string(status.message())}});
    service.notify.Status("waiting for the cluster");
    // It is the cluster that is late: no reason for systemd to give us up.
    service.notify.ExtendTimeout(absl::Seconds(60));
    service.notify.Watchdog();
    const int signal = WaitForSignal(service.signals, absl::Seconds(2));
    if (signal == SIGTERM || signal == SIGINT) return kExitOk;
  }
}

std::string StatusLine(const AppStatus& status) {
  uint64_t read = 0;
  int64_t lag = 0;
  for (const WorkerStatus& worker : status.workers) {
    if (worker.stage == StageName(Stage::kPrepare)) read += worker.counters.records_read;
    for (const PartitionStatus& partition : worker.partitions) lag += partition.lag();
  }
  return fmt::format("{} records read, lag {}{}", read, lag,
                     status.judge ? fmt::format(", judge: {}", OfficeName(status.judge->office)) : "");
}

// In a thread of its own: calls to the broker may take their time.
class TrimmerThread {
 public:
  explicit TrimmerThread(Service& service) : service_(service), thread_([this] { Run(); }) {}
  // Waits for the call under way, ten seconds at most.
  ~TrimmerThread() {
    Stop();
    thread_.join();
  }

  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
  }

 private:
  // True: the end.
  bool Pause() {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, std::chrono::seconds(service_.config.internal().trim_seconds()),
                          [this] { return stop_.load(); });
  }

  void Run() {
    while (!Pause()) {
      const AppStatus status = service_.app.Snapshot();
      if (!status.judge || status.judge->office != JudgeStatus::Office::kOwner) continue;
      const absl::Status trimmed = kafka::TrimInternalTopics(
          service_.factory, service_.config, service_.app.trimmable_index_offset(), stop_);
      if (!trimmed.ok()) log::Warn("internal topics not trimmed", {{"why", std::string(trimmed.message())}});
    }
  }

  Service& service_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// Until a signal, a failure or a hang; the exit code.
int Serve(Service& service) {
  bool ready_told = false;
  absl::Time told = absl::InfinitePast();
  for (;;) {
    const int signal = WaitForSignal(service.signals, kTick);
    if (signal == SIGHUP) {
      log::Warn("SIGHUP: a changed configuration needs a restart", {});
    } else if (signal != 0) {
      log::Info("draining", {{"signal", std::to_string(signal)}});
      return kExitOk;
    }
    if (service.app.failed()) return kExitFatal;
    const absl::Time now = absl::Now();
    const AppStatus status = service.app.Snapshot();
    if (const admin::Health live = admin::Live(status, now); !live.ok) {
      log::Error("a worker hangs", {{"why", live.why}});
      _exit(kExitWatchdog);
    }
    service.notify.Watchdog();
    if (ready_told && now - told < kTellEvery) continue;
    told = now;
    if (!ready_told && admin::Ready(status).ok) {
      service.notify.Ready();
      log::Info("ready", {});
      ready_told = true;
    }
    service.notify.Status(StatusLine(status));
  }
}

int Drain(Service& service, int exit_code) {
  service.notify.Stopping();
  std::signal(SIGHUP, SIG_IGN);
  // The second signal ends the process at once.
  std::signal(SIGTERM, [](int) { _exit(kExitFailed); });
  std::signal(SIGINT, [](int) { _exit(kExitFailed); });
  pthread_sigmask(SIG_UNBLOCK, &service.signals, nullptr);
  if (service.app.Drain(absl::Seconds(service.config.delivery().drain_seconds()))) {
    log::Info("drained", {});
    return exit_code;
  }
  log::Error("not drained in time", {});
  _exit(exit_code == kExitOk ? kExitFailed : exit_code);
}

int Run(const Arguments& arguments) {
  auto options = Load(arguments);
  if (!options.ok()) return Fail(options.status(), kExitConfig);
  log::Init(options->config.log());
  // Before any thread is started: all inherit it, and only Serve sees signals.
  const sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto factory = kafka::NewRdKafkaFactory(ClientLog());
  auto app = App::Create(*std::move(options), factory.get());
  if (!app.ok()) return Fail(app.status(), kExitConfig);
  const config::v1::Config& config = (*app)->options().config;
  Service service{config, *factory, **app, admin::ServiceNotify::FromEnvironment(), signals};
  std::unique_ptr<admin::AdminServer> server;
  if (config.admin().enabled()) {
    auto started = admin::AdminServer::Start(config.admin(), **app);
    if (!started.ok()) return Fail(started.status(), kExitConfig);
    server = *std::move(started);
    log::Info("admin listens", {{"address", config.admin().address()}, {"port", std::to_string(server->port())}});
  }
  if (const auto ended = AwaitCluster(service)) return *ended;
  (*app)->Start();
  log::Info("started", {{"instance", (*app)->options().instance}, {"application", config.application_id()}});
  std::optional<TrimmerThread> trimmer;
  if (kafka::HasJudge(config)) trimmer.emplace(service);
  const int exit_code = Serve(service);
  if (trimmer) trimmer->Stop();
  return Drain(service, exit_code);
}

}  // namespace

void AddRun(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  app.add_option("-c,--config", arguments->config, "configuration file")->required();
  app.add_option("--roles", arguments->roles, "stages of this process: prepare, judge, enrich; default: all")
      ->delimiter(',');
  app.add_option("--instance", arguments->instance,
                 "name of this process, unique and the same over restarts; default: the host's name");
  app.add_option("--data-dir", arguments->data_dir,
                 "folder of rules and gazetteers; default: found beside the program");
  app.footer(kExample);
  app.callback([arguments, &exit_code] { exit_code = Run(*arguments); });
}

}  // namespace newsfeed::cli
