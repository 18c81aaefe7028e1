// Speed of the entities processor and its parts, on an invented article of 600 words.
#include <benchmark/benchmark.h>

#include <string>

#include "processors/entities/entities.h"
#include "processors/entities/tokenizer.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/gazetteer_files.h"

namespace newsfeed {
namespace {

// About 100 words; the places and bodies are real, people and events are not.
constexpr std::string_view kParagraph =
    "President Maria Kowalczyk told reporters in Warsaw on Tuesday that her government would not "
    "accept the offer, which the European Commission had made after talks with France and Germany. "
    "\"We can't wait another year,\" she said. Mr. Kowalczyk's party has asked the World Bank for a "
    "loan of $1,250 million; analysts at Deutsche Bank expect that it will be granted by Sept. 30, "
    "if the U.S. Treasury agrees. In London, Andrew Whitfield, a spokesman for the Institute of "
    "River Studies (IRS), said the low-lying towns along the Vistula had been flooded twice since "
    "1997. Whitfield added that nobody could say when it would happen again.\n\n";

std::string Body() {
  std::string body;
  for (int i = 0; i < 6; ++i) body += kParagraph;
  return body;
}

const std::shared_ptr<const entities::Gazetteer>& SharedGazetteer() {
  static const auto gazetteer = *entities::Gazetteer::Create(
      testing::GazetteerFiles(NEWSFEED_SOURCE_DIR "/config/gazetteer"));
  return gazetteer;
}

void Rates(benchmark::State& state, size_t tokens, size_t bytes) {
  state.counters["tokens/s"] = benchmark::Counter(
      static_cast<double>(tokens), benchmark::Counter::kIsIterationInvariantRate);
  state.counters["bytes/s"] = benchmark::Counter(
      static_cast<double>(bytes), benchmark::Counter::kIsIterationInvariantRate);
}

void BM_Tokenize(benchmark::State& state) {
  const std::string body = Body();
  std::vector<entities::Token> tokens;
  for (auto _ : state) {
    tokens.clear();
    entities::Tokenize(body, tokens);
    benchmark::DoNotOptimize(tokens.data());
  }
  Rates(state, tokens.size(), body.size());
}
BENCHMARK(BM_Tokenize);

void BM_TextToEntities(benchmark::State& state) {
  const std::string body = Body();
  testing::BatchBuilder batch;
  Article& article = batch.Clean("Kowalczyk Rejects Offer of European Commission", body);
  const auto processor = *entities::Create({}, SharedGazetteer());
  std::vector<entities::Token> tokens;
  entities::Tokenize(body, tokens);
  for (auto _ : state) {
    batch.batch().arena().Clear();
    // The arena held the title too: only its views are kept alive by the constant below.
    article.title = "Kowalczyk Rejects Offer of European Commission";
    benchmark::DoNotOptimize(processor->Process(batch.batch()));
  }
  Rates(state, tokens.size(), body.size());
  state.counters["entities"] = static_cast<double>(article.entities.size());
}
BENCHMARK(BM_TextToEntities);

void BM_LoadGazetteer(benchmark::State& state) {
  const auto files = testing::GazetteerFiles(NEWSFEED_SOURCE_DIR "/config/gazetteer");
  size_t bytes = 0;
  for (auto _ : state) bytes = (*entities::Gazetteer::Create(files))->bytes();
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}
BENCHMARK(BM_LoadGazetteer)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace newsfeed
