// newsfeedd run: the daemon.
#include <absl/time/clock.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
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
#include "daemon/flight_recorder.h"
#include "daemon/cli/command.h"
#include "daemon/kafka/application.h"
#include "daemon/kafka/rdkafka_client.h"
#include "daemon/kafka/start_positions.h"
#include "daemon/kafka/topics.h"
#include "daemon/kafka/trimmer.h"
#include "daemon/log.h"
#include "daemon/schema_registry/registry_client.h"
#include "daemon/steady_time.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd topics create -c newsfeed.yaml
  newsfeedd run -c newsfeed.yaml
  newsfeedd run -c newsfeed.yaml --roles prepare,enrich --instance tagger-1
  newsfeedd run -c newsfeed.yaml --skip articles.raw:3:17      that record becomes a dead letter

SIGHUP: the configuration, its rules and gazetteers are loaded again and taken over between two
batches; what is wrong or needs a restart is told, and the one before stays.
SIGTERM or Ctrl-C: the batches in hand are finished and committed, exit 0; a second one, or
delivery.drain_seconds gone by: exit 1. Other exit codes: 78 configuration, 70 cannot go on, 71 a
worker hangs.)";

struct Arguments {
  std::string config;
  std::string data_dir;
  std::string instance;
  std::vector<std::string> roles;
  std::vector<std::string> skip;
};

constexpr absl::Duration kTick = absl::Milliseconds(250);
// A line of `systemctl status`.
constexpr absl::Duration kTellEvery = absl::Seconds(5);
// What a backlog took and the allocator keeps goes back to the system; takes milliseconds.
constexpr absl::Duration kTrimMemoryEvery = absl::Seconds(60);
// What systemd is asked for until the daemon is ready, again and again.
constexpr absl::Duration kMoreTimeToStart = absl::Seconds(60);
// Beyond delivery.drain_seconds: to close clients and end.
constexpr absl::Duration kMoreTimeToStop = absl::Seconds(15);

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

// Before the first thread. Clients that are replaced after a fault leave their memory in the arena
// of a thread that is no more; glibc makes eight arenas a core, of which the next threads fill
// others. One for each core that can run at a time is as fast and does not grow
// (tests/faults/README.md, soak). MALLOC_ARENA_MAX in the environment is respected.
void BoundArenas() {
  constexpr unsigned kLeast = 2;
  if (std::getenv("MALLOC_ARENA_MAX") != nullptr) return;
  mallopt(M_ARENA_MAX, static_cast<int>(std::max(kLeast, std::thread::hardware_concurrency())));
}

// At the start and on SIGHUP.
absl::StatusOr<LoadedConfig> LoadAll(const Arguments& arguments) {
  LoadedConfig loaded;
  auto config = ConfigFrom(arguments.config);
  if (!config.ok()) return config.status();
  loaded.config = *std::move(config);
  for (const std::string& place : arguments.skip) loaded.config.add_skip(place);
  if (absl::Status status = kafka::CheckKafkaConfig(loaded.config); !status.ok()) return status;
  auto folder = FindDataFolder(arguments.data_dir);
  if (!folder.ok()) return folder.status();
  auto data = LoadData(loaded.config, *folder);
  if (!data.ok()) return data.status();
  loaded.data = *std::move(data);
  return loaded;
}

absl::StatusOr<AppOptions> Load(const Arguments& arguments) {
  AppOptions options;
  auto loaded = LoadAll(arguments);
  if (!loaded.ok()) return loaded.status();
  options.loaded = *std::move(loaded);
  auto roles = ParseRoles(arguments.roles);
  if (!roles.ok()) return roles.status();
  options.roles = *roles;
  options.instance = arguments.instance.empty() ? HostName() : arguments.instance;
  return options;
}

// `state_dir`, or what systemd gave; empty: none.
std::string StateFolder(const config::v1::Config& config) {
  if (!config.state_dir().empty()) return config.state_dir();
  for (const char* variable : {"STATE_DIRECTORY", "RUNTIME_DIRECTORY"}) {
    const char* value = std::getenv(variable);
    // The first of several.
    if (value != nullptr && *value != '\0') return std::string(value, std::strcspn(value, ":"));
  }
  return "";
}

void TellSuspect(const Suspect& suspect) {
  const std::string where = ToString(suspect);
  const std::string deaths = std::to_string(suspect.deaths);
  if (suspect.found()) {
    log::Error("a record ends the process",
               {{"record", where},
                {"deaths", deaths},
                {"advice", "--skip " + where + " turns it into a dead letter"}});
  } else {
    log::Warn("the process died with records in hand: they are worked on one by one",
              {{"records", where}, {"deaths", deaths}});
  }
}

// Null: without one.
std::unique_ptr<FlightRecorder> OpenRecorder(const AppOptions& options) {
  const config::v1::Config& config = options.loaded.config;
  const std::string folder = StateFolder(config);
  if (folder.empty()) return nullptr;
  std::string instance = options.instance;
  std::ranges::replace(instance, '/', '_');
  const std::string path =
      fmt::format("{}/{}-{}.flight", folder, config.application_id(), instance);
  bool foreign = false;
  auto recorder = FlightRecorder::Open(path, &foreign);
  if (!recorder.ok()) {
    log::Warn("records that end the process will not be found",
              {{"why", std::string(recorder.status().message())}});
    return nullptr;
  }
  if (foreign) log::Warn("a damaged or foreign file was begun anew", {{"file", path}});
  // Also those that are left out from now on: they are told once.
  for (const Suspect& suspect : (*recorder)->suspects()) TellSuspect(suspect);
  (*recorder)->ForgetSkipped(SkipList::Checked(config.skip()));
  return *std::move(recorder);
}

// Everything that `run` holds beside the workers.
struct Service {
  const Arguments& arguments;
  const config::v1::Config& config;  // that of the start
  kafka::ClientFactory& factory;
  App& app;
  admin::ServiceNotify notify;
  sigset_t signals;
};

// Topics as they must be, and schemas registered. FAILED_PRECONDITION, PERMISSION_DENIED: an
// operator must do something. Else again later.
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
  if (absl::Status status = kafka::CommitStartPositions(service.factory, service.config);
      !status.ok()) {
    return status;
  }
  auto ids = schema_registry::IdsOf(service.config.outputs());
  if (!ids.ok()) return ids.status();
  service.app.SetSchemaIds(*std::move(ids));
  return absl::OkStatus();
}

// Takes as long as loading does, whatever the broker does: the workers swap when they can.
void Reload(Service& service, bool tell) {
  if (tell) service.notify.Reloading();
  log::Info("SIGHUP: loading the configuration", {{"file", service.arguments.config}});
  const absl::Status status = service.app.Reload(LoadAll(service.arguments));
  if (status.ok()) return;
  log::Error("reload failed, the configuration before stays in use",
             {{"why", std::string(status.message())}});
  if (!tell) return;
  service.notify.Status(fmt::format("reload failed: {}", std::string(status.message())));
  service.notify.Ready();
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
    service.notify.ExtendTimeout(kMoreTimeToStart);
    service.notify.Watchdog();
    const int signal = WaitForSignal(service.signals, absl::Seconds(2));
    if (signal == SIGTERM || signal == SIGINT) return kExitOk;
    if (signal == SIGHUP) Reload(service, /*tell=*/false);
  }
}

std::string StatusLine(const AppStatus& status) {
  uint64_t read = 0;
  int64_t lag = 0;
  for (const WorkerStatus& worker : status.workers) {
    if (worker.stage == StageName(Stage::kPrepare)) read += worker.counters.records_read;
    for (const PartitionStatus& partition : worker.partitions) lag += partition.lag();
  }
  std::string line =
      fmt::format("{} records read, lag {}{}", read, lag,
                  status.judge ? fmt::format(", judge: {}", OfficeName(status.judge->office)) : "");
  for (const Suspect& suspect : status.suspects) {
    if (suspect.found()) {
      line += fmt::format("; {} ended the process {} times", ToString(suspect), suspect.deaths);
    }
  }
  if (status.reload.pending_workers > 0) {
    line += "; a new configuration waits for the batches in hand";
  }
  if (!status.reload.last_error.empty()) {
    line += "; last reload failed: " + status.reload.last_error;
  }
  return line;
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
    const auto pause =
        std::chrono::seconds(service_.app.loaded()->config.internal().trim_seconds());
    return wake_.wait_for(lock, pause, [this] { return stop_.load(); });
  }

  void Run() {
    while (!Pause()) {
      const AppStatus status = service_.app.Snapshot();
      if (!status.judge || status.judge->office != JudgeStatus::Office::kOwner) continue;
      const absl::Status trimmed =
          kafka::TrimInternalTopics(service_.factory, service_.app.loaded()->config,
                                    service_.app.trimmable_index_offset(), stop_);
      // Broken off half-way is neither.
      if (!stop_) service_.app.CountTrim(trimmed.ok());
      if (!trimmed.ok()) {
        log::Warn("internal topics not trimmed", {{"why", std::string(trimmed.message())}});
      }
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
  absl::Time trimmed = SteadyNow();
  for (;;) {
    const int signal = WaitForSignal(service.signals, kTick);
    if (signal == SIGHUP) {
      Reload(service, ready_told);
    } else if (signal != 0) {
      log::Info("draining", {{"signal", std::to_string(signal)}});
      return kExitOk;
    }
    if (service.app.failed()) return kExitFatal;
    if (service.app.TakeReloaded()) {
      const auto loaded = service.app.loaded();
      log::Init(loaded->config.log());
      log::Info("reloaded", {{"digest", loaded->data.config_digest}});
      if (ready_told) service.notify.Ready();
      told = absl::InfinitePast();
    }
    const absl::Time now = SteadyNow();
    const AppStatus status = service.app.Snapshot();
    if (const admin::Health live = admin::Live(status, status.taken); !live.ok) {
      log::Error("a worker hangs", {{"why", live.why}});
      _exit(kExitWatchdog);
    }
    service.notify.Watchdog();
    if (now - trimmed >= kTrimMemoryEvery) {
      malloc_trim(0);
      trimmed = now;
    }
    if (ready_told && now - told < kTellEvery) continue;
    told = now;
    if (!ready_told && admin::Ready(status).ok) {
      service.notify.Ready();
      log::Info("ready", {});
      ready_told = true;
    }
    // A long restore is no reason for systemd to give us up; a worker that hangs was told above.
    if (!ready_told) service.notify.ExtendTimeout(kMoreTimeToStart);
    service.notify.Status(StatusLine(status));
  }
}

int Drain(Service& service, int exit_code) {
  const auto drain_time = absl::Seconds(service.app.loaded()->config.delivery().drain_seconds());
  service.notify.Stopping();
  service.notify.ExtendTimeout(drain_time + kMoreTimeToStop);
  std::signal(SIGHUP, SIG_IGN);
  // The second signal ends the process at once.
  std::signal(SIGTERM, [](int) { _exit(kExitFailed); });
  std::signal(SIGINT, [](int) { _exit(kExitFailed); });
  pthread_sigmask(SIG_UNBLOCK, &service.signals, nullptr);
  if (service.app.Drain(drain_time)) {
    log::Info("drained", {});
    return exit_code;
  }
  log::Error("not drained in time", {});
  _exit(exit_code == kExitOk ? kExitFailed : exit_code);
}

int Run(const Arguments& arguments) {
  BoundArenas();
  auto options = Load(arguments);
  if (!options.ok()) return Fail(options.status(), kExitConfig);
  log::Init(options->loaded.config.log());
  options->recorder = OpenRecorder(*options);
  std::shared_ptr<OutcomeSamples> samples;
  if (admin::ShowsContent(options->loaded.config.admin())) {
    samples = std::make_shared<OutcomeSamples>();
  }
  options->samples = samples;
  // Before any thread is started: all inherit it, and only Serve sees signals.
  const sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto factory = kafka::NewRdKafkaFactory(ClientLog());
  auto app = App::Create(*std::move(options), factory.get());
  if (!app.ok()) return Fail(app.status(), kExitConfig);
  const auto loaded = (*app)->loaded();
  const config::v1::Config& config = loaded->config;
  Service service{arguments, config, *factory, **app, admin::ServiceNotify::FromEnvironment(),
                  signals};
  std::unique_ptr<admin::AdminServer> server;
  if (config.admin().enabled()) {
    auto started = admin::AdminServer::Start(config.admin(), **app, samples);
    if (!started.ok()) return Fail(started.status(), kExitConfig);
    server = *std::move(started);
    log::Info("admin listens",
              {{"address", config.admin().address()}, {"port", std::to_string(server->port())}});
  }
  if (const auto ended = AwaitCluster(service)) return *ended;
  (*app)->Start();
  log::Info("started",
            {{"instance", (*app)->instance()}, {"application", config.application_id()}});
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
  app.add_option("--roles", arguments->roles,
                 "stages of this process: prepare, judge, enrich; default: all")
      ->delimiter(',');
  app.add_option(
      "--instance", arguments->instance,
      "name of this process, unique and the same over restarts; default: the host's name");
  app.add_option("--data-dir", arguments->data_dir,
                 "folder of rules and gazetteers; default: found beside the program");
  app.add_option(
      "--skip", arguments->skip,
      "TOPIC:PARTITION:OFFSET of a record that becomes a dead letter unread; may be given again");
  app.footer(kExample);
  app.callback([arguments, &exit_code] { exit_code = Run(*arguments); });
}

}  // namespace newsfeed::cli
