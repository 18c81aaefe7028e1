// newsfeedd run: the daemon.
#include <absl/time/clock.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "daemon/app.h"
#include "daemon/cli/command.h"
#include "daemon/kafka/application.h"
#include "daemon/kafka/rdkafka_client.h"
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

// No call to the broker takes longer than this, whatever the broker does.
constexpr absl::Duration kStuckAfter = absl::Minutes(2);
constexpr absl::Duration kTick = absl::Milliseconds(500);

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

// Until a signal, a failure or a hang; the exit code.
int Serve(App& app, const sigset_t& signals, absl::Duration drain) {
  for (;;) {
    const int signal = WaitForSignal(signals, kTick);
    if (signal == SIGHUP) {
      log::Warn("SIGHUP: a changed configuration needs a restart", {});
    } else if (signal != 0) {
      log::Info("draining", {{"signal", std::to_string(signal)}});
      break;
    }
    if (app.failed()) {
      app.Drain(drain);
      return kExitFatal;
    }
    if (app.Stuck(absl::Now(), kStuckAfter)) {
      log::Error("a worker hangs", {});
      _exit(kExitWatchdog);
    }
  }
  // The second signal ends the process at once.
  std::signal(SIGTERM, [](int) { _exit(kExitFailed); });
  std::signal(SIGINT, [](int) { _exit(kExitFailed); });
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  if (app.Drain(drain)) {
    log::Info("drained", {});
    return kExitOk;
  }
  log::Error("not drained in time", {});
  _exit(kExitFailed);
}

int Run(const Arguments& arguments) {
  auto options = Load(arguments);
  if (!options.ok()) return Fail(options.status(), kExitConfig);
  log::Init(options->config.log());
  const absl::Duration drain = absl::Seconds(options->config.delivery().drain_seconds());
  // Before any thread is started: all inherit it, and only Serve sees signals.
  const sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto factory = kafka::NewRdKafkaFactory(ClientLog());
  auto app = App::Create(*std::move(options), factory.get());
  if (!app.ok()) return Fail(app.status(), kExitConfig);
  (*app)->Start();
  log::Info("started", {{"instance", (*app)->options().instance},
                        {"application", (*app)->options().config.application_id()}});
  return Serve(**app, signals, drain);
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
