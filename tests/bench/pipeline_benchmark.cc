// The whole chain, from a file to a sink that drops what it is given: articles per second for one and
// for two threads, and each step's share.
//
//   pipeline_benchmark [FILE] [ROUNDS]
//
// FILE: articles as `newsfeedd process` reads them; default: the web articles of the development
// data ($NEWSFEED_DATA, or ../shared/data beside the tree). The file is read once into memory before
// the clock starts, uncompressed, as a topic would deliver it. Rounds for one and two threads
// alternate; medians are printed.
#include <fmt/format.h>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "daemon/data_folder.h"
#include "daemon/file/file_source.h"
#include "daemon/file/process_job.h"

namespace newsfeed {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// All records of a file, kept to be delivered again and again.
class MemorySource : public RecordSource {
 public:
  MemorySource(const std::vector<std::string>& values, const config::v1::Batching& bounds)
      : values_(values), bounds_(bounds) {}

  absl::StatusOr<PollResult> Poll(Batch& batch) override {
    while (next_ < values_.size() && batch.size() < bounds_.max_records() &&
           batch.value_bytes() < bounds_.max_bytes()) {
      batch.Add({.id = {{"bench"}, {0}, {static_cast<int64_t>(next_)}}, .value = values_[next_]});
      ++next_;
    }
    return batch.empty() ? PollResult::kEnd : PollResult::kRecords;
  }

 private:
  const std::vector<std::string>& values_;
  const config::v1::Batching& bounds_;
  size_t next_ = 0;
};

class NullSink : public RecordSink {
 public:
  absl::Status Publish(const Batch&, const EncodedOutcomes& outcomes) override {
    bytes += outcomes.bytes.size();
    return absl::OkStatus();
  }
  uint64_t bytes = 0;
};

std::vector<std::string> ReadValues(const std::string& path) {
  auto source = file::FileSource::Create({path}, {1000, 16 << 20}, 16 << 20);
  if (!source.ok()) return {};
  std::vector<std::string> values;
  Batch batch;
  while (*(*source)->Poll(batch) == PollResult::kRecords) {
    for (const Article& article : batch.articles()) values.emplace_back(article.value);
    batch.Clear();
  }
  return values;
}

struct Round {
  double seconds = 0;
  file::ProcessResult result;
};

Round RunRound(const config::v1::Config& config, const LoadedData& data,
               const std::vector<std::string>& values, size_t threads) {
  MemorySource source(values, config.batch());
  NullSink sink;
  std::atomic<bool> stop = false;
  Round round;
  const auto start = Clock::now();
  const absl::Status status =
      RunProcessJob({.config = &config, .data = &data, .format = file::OutputFormat::kProtobuf,
                     .threads = threads},
                    source, sink, stop, round.result);
  round.seconds = SecondsSince(start);
  if (!status.ok()) fmt::print(stderr, "{}\n", std::string(status.message()));
  return round;
}

const Round& Median(std::vector<Round>& rounds) {
  std::ranges::sort(rounds, {}, &Round::seconds);
  return rounds[rounds.size() / 2];
}

void PrintSteps(const Round& round) {
  int64_t total = round.result.encode_nanoseconds;
  for (const StepStats& step : round.result.steps) total += step.nanoseconds;
  const auto row = [&](std::string_view name, uint64_t articles, int64_t nanoseconds) {
    fmt::print("    {:10} {:8.1f} us an article {:5.1f} %\n", name,
               static_cast<double>(nanoseconds) / 1000 / static_cast<double>(std::max<uint64_t>(articles, 1)),
               100 * static_cast<double>(nanoseconds) / static_cast<double>(total));
  };
  for (const StepStats& step : round.result.steps) row(step.name, step.in, step.nanoseconds);
  row("encode", round.result.accounting.read(), round.result.encode_nanoseconds);
}

int Main(int argc, char** argv) {
  const char* folder = std::getenv("NEWSFEED_DATA");
  const std::string standard =
      (folder != nullptr ? std::string(folder) : NEWSFEED_SOURCE_DIR "/../shared/data") +
      "/articles/web.ndjson.gz";
  const std::string path = argc > 1 ? argv[1] : standard;
  const size_t rounds = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5;
  const std::vector<std::string> values = ReadValues(path);
  if (values.empty()) {
    fmt::print("{}: not there; nothing measured\n", path);
    return 0;
  }
  uint64_t bytes = 0;
  for (const std::string& value : values) bytes += value.size();
  const auto start = Clock::now();
  const config::v1::Config config;
  const auto data = LoadData(config, NEWSFEED_SOURCE_DIR "/config");
  if (!data.ok()) {
    fmt::print(stderr, "{}\n", std::string(data.status().message()));
    return 1;
  }
  fmt::print("{} records, {} bytes each; rules and gazetteers loaded in {:.0f} ms\n", values.size(),
             bytes / values.size(), 1000 * SecondsSince(start));
  std::map<size_t, std::vector<Round>> by_threads;
  for (size_t i = 0; i < rounds; ++i) {
    for (size_t threads : {1, 2}) {
      by_threads[threads].push_back(RunRound(config, *data, values, threads));
    }
  }
  for (auto& [threads, all] : by_threads) {
    const Round& median = Median(all);
    const auto read = static_cast<double>(median.result.accounting.read());
    fmt::print("{} thread(s): {:.0f} articles/s, {:.1f} MB/s (median of {}; {:.0f} to {:.0f})\n",
               threads, read / median.seconds, static_cast<double>(bytes) / 1e6 / median.seconds,
               all.size(), read / all.back().seconds, read / all.front().seconds);
    PrintSteps(median);
  }
  return 0;
}

}  // namespace
}  // namespace newsfeed

int main(int argc, char** argv) { return newsfeed::Main(argc, argv); }
