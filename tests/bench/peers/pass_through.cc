// Our hop with nothing in it: the worker, reader and publisher of newsfeedd, and a Hop that passes each record on.
// Runs until SIGTERM, then drains. Arguments: options.h.
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/kafka/rdkafka_client.h"
#include "daemon/stages/hop_worker.h"
#include "tests/bench/peers/options.h"

namespace newsfeed {
namespace {

std::atomic<bool> g_stop = false;

class PassThrough : public stages::Hop {
 public:
  explicit PassThrough(std::string topic) : topic_(std::move(topic)) {}

  absl::Status Process(Batch& batch, stages::HopOutput& out) override {
    out.Clear();
    for (const Article& article : batch.articles()) {
      out.records.push_back({.topic = topic_,
                             .timestamp_ms = article.timestamp_ms,
                             .key = article.key,
                             .value = article.value,
                             .headers = article.headers});
    }
    out.passed_on = batch.size();
    return absl::OkStatus();
  }
  std::vector<std::string> topics() const override { return {topic_}; }
  void FillSteps(WorkerCounters&) const override {}

 private:
  const std::string topic_;
};

// As App steps its workers.
int Run(kafka::ClientFactory& factory, const peers::Options& options, size_t number) {
  stages::HopWorker worker(&factory, options.config, {Stage::kPrepare, "bench", number},
                           {options.config.inputs(0).topic()}, std::make_unique<PassThrough>(options.output));
  bool told = false;
  for (;;) {
    if (!told && g_stop) {
      worker.Drain();
      told = true;
    }
    switch (worker.Step(absl::Now(), told ? absl::ZeroDuration() : absl::Milliseconds(100))) {
      case stages::Progress::kProgress: break;
      case stages::Progress::kParked:
      case stages::Progress::kWaiting: std::this_thread::sleep_for(std::chrono::milliseconds(5)); break;
      case stages::Progress::kDone: {
        WorkerStatus status;
        worker.FillStatus(status);
        const WorkerCounters& c = status.counters;
        fmt::print(stderr, "worker {}: {} records, {} batches, {} aborted\n", number, c.records_read,
                   c.batches_committed, c.batches_aborted);
        return 0;
      }
      case stages::Progress::kFatal: return 1;
    }
  }
}

}  // namespace
}  // namespace newsfeed

int main(int argc, char** argv) {
  const auto options = newsfeed::peers::ParseOptions(argc, argv);
  if (!options) {
    fmt::print(stderr, "usage: pass_through {}", newsfeed::peers::kUsage);
    return 64;
  }
  std::signal(SIGTERM, [](int) { newsfeed::g_stop = true; });
  const auto factory = newsfeed::kafka::NewRdKafkaFactory({});
  std::atomic<int> failed = 0;
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < options->config.workers().prepare(); ++i) {
    threads.emplace_back([&, i] { failed += newsfeed::Run(*factory, *options, i); });
  }
  threads.clear();
  return failed == 0 ? 0 : 1;
}
