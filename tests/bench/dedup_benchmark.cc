// Sketching and judging, one thread:
//
//   dedup_benchmark --benchmark_filter=Sketch
//   dedup_benchmark --benchmark_filter='Judge/1000000'    (needs 2 GB; of 3,000,000: 5 GB)
//   dedup_benchmark --benchmark_filter=Restore            (needs 4 GB)
#include <benchmark/benchmark.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include "processors/dedup/judge.h"
#include "processors/dedup/sketch.h"
#include "tests/bench/random_sketches.h"
#include "tests/processors/dedup/judging.h"
#include "tests/processors/dedup/variants.h"

namespace newsfeed::dedup {
namespace {

using newsfeed::testing::kNoon;
using newsfeed::testing::NewsGenerator;
using newsfeed::testing::NewsText;
using newsfeed::testing::RandomSketches;

void BM_Sketch(benchmark::State& state) {
  NewsGenerator generator(1);
  std::vector<NewsText> texts(64);
  for (NewsText& text : texts) text = generator.Article(static_cast<size_t>(state.range(0)));
  Batch batch;
  Article& article = batch.Add({.value = "x"});
  Sketcher sketcher;
  size_t i = 0;
  int64_t bytes = 0;
  for (auto _ : state) {
    const NewsText& text = texts[i++ % texts.size()];
    article.title = text.title;
    article.body = text.body;
    benchmark::DoNotOptimize(sketcher.Make(article, 0));
    bytes += static_cast<int64_t>(text.body.size());
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}
BENCHMARK(BM_Sketch)->Arg(60)->Arg(600)->Arg(6000);

void BM_DecodeSketch(benchmark::State& state) {
  newsfeed::testing::Judging judging;
  const std::string bytes(judging.Encoded({.body = NewsGenerator(1).Article(600).body}));
  Sketch sketch;
  for (auto _ : state) benchmark::DoNotOptimize(Decode(bytes, sketch).ok());
}
BENCHMARK(BM_DecodeSketch);

int64_t ResidentBytes() {
  std::ifstream in("/proc/self/statm");
  int64_t total = 0;
  int64_t resident = 0;
  in >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

class FullJudge {
 public:
  explicit FullJudge(int64_t entries)
      : judge_(*MakePolicy([&] {
          config::v1::Dedup config;
          config.set_max_entries(static_cast<uint32_t>(entries));
          return config;
        }())) {
    const int64_t before = ResidentBytes();
    for (int64_t i = 0; i < entries; ++i) Take();
    bytes_per_entry_ = static_cast<double>(ResidentBytes() - before) / static_cast<double>(entries);
  }

  void Take() {
    const std::string_view sketch = submissions_.Next(id_);
    Judge(sketch);
  }
  void Judge(std::string_view sketch) {
    const IndexEntry entry =
        judge_.Consider({.prepared_offset = next_, .sketch = sketch,
                         .origin = {"articles.raw", {static_cast<int32_t>(next_ % 12)}, {next_}, 1},
                         .id = id_});
    benchmark::DoNotOptimize(judge_.Insert(entry).ok());
    if (++next_ % 256 == 0) judge_.Commit();
  }
  std::string_view Submission() { return submissions_.Next(id_); }
  double bytes_per_entry() const { return bytes_per_entry_; }

 private:
  dedup::Judge judge_;
  RandomSketches submissions_{kNoon};
  std::string id_;
  int64_t next_ = 0;
  double bytes_per_entry_ = 0;
};

void BM_Judge(benchmark::State& state) {
  // Filling takes far longer than the runs: once for each size.
  static std::unique_ptr<FullJudge> judge;
  static int64_t filled = 0;
  if (filled != state.range(0)) {
    judge.reset();
    judge = std::make_unique<FullJudge>(state.range(0));
    filled = state.range(0);
  }
  for (auto _ : state) {
    state.PauseTiming();
    const std::string_view sketch = judge->Submission();
    state.ResumeTiming();
    judge->Judge(sketch);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
  state.counters["bytes_per_entry"] = judge->bytes_per_entry();
}
BENCHMARK(BM_Judge)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Arg(3'000'000);

// A judge's entries, as the changelog holds them, into an empty index: parsing included, Kafka not.
void BM_Restore(benchmark::State& state) {
  const auto policy = *MakePolicy({});
  for (auto _ : state) {
    state.PauseTiming();
    dedup::Judge writer(policy);
    dedup::Judge reader(policy);
    RandomSketches submissions(kNoon);
    std::string id;
    std::vector<std::string> log;  // a part of it at a time
    v1::IndexEntry message;
    reader.Reserve(static_cast<size_t>(state.range(0)));
    for (int64_t next = 0; next < state.range(0);) {
      log.clear();
      for (int i = 0; i < 10'000; ++i, ++next) {
        const std::string_view sketch = submissions.Next(id);
        const IndexEntry entry = writer.Consider(
            {.prepared_offset = next, .sketch = sketch, .origin = {"articles.raw", {0}, {next}, 1}, .id = id});
        ToProto(entry, message);
        log.push_back(message.SerializeAsString());
        benchmark::DoNotOptimize(writer.Insert(entry).ok());
      }
      writer.Commit();
      state.ResumeTiming();
      for (const std::string& bytes : log) {
        message.ParseFromString(bytes);
        benchmark::DoNotOptimize(reader.Apply(FromProto(message)).ok());
      }
      reader.Commit();
      state.PauseTiming();
    }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Restore)->Arg(1'000'000)->Unit(benchmark::kSecond)->Iterations(1);

}  // namespace
}  // namespace newsfeed::dedup
