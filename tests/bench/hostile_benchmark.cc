// Time and memory of pages made to cost them, decode and cleanup together: ms a megabyte (asked 50), and
// the most that was held against the page (asked 20; tests/processors/cleanup/memory_test.cc asserts it).
//
//   hostile_benchmark
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "processors/decode/decode.h"
#include "tests/testing/cleaned.h"
#include "tests/testing/counted_memory.h"
#include "tests/testing/hostile_pages.h"

namespace newsfeed {
namespace {

// The memory is that of a new worker's first page.
void BM_Hostile(benchmark::State& state, const testing::HostilePage& hostile) {
  const std::string page = hostile.make();
  const auto decode = decode::Create({}, {});
  const auto cleanup = testing::MakeCleaner();
  Batch batch;
  batch.Add({.id = {{hostile.file}, {0}, {0}}, .value = page, .from_file = true});
  const size_t before = testing::HeldBytes();
  testing::ForgetPeak();
  for (auto _ : state) {
    batch.ResetArticles();
    benchmark::DoNotOptimize((*decode)->Process(batch).ok() && cleanup->Process(batch).ok());
  }
  const double megabytes = static_cast<double>(page.size()) / 1e6;
  state.counters["MB"] = megabytes;
  state.counters["s_per_MB"] = benchmark::Counter(
      megabytes * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["times_page"] = static_cast<double>(testing::PeakBytes() - before) / static_cast<double>(page.size());
}

}  // namespace
}  // namespace newsfeed

int main(int argc, char** argv) {
  for (const newsfeed::testing::HostilePage& page : newsfeed::testing::HostilePages()) {
    benchmark::RegisterBenchmark(std::string(page.name).c_str(), newsfeed::BM_Hostile, page)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
