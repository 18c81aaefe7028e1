// Speed of the entities processor and its parts, on invented articles of 600 words. No two articles
// are alike and words come in the mix of real news, as a repeated paragraph teaches the branch
// predictor and the caches what no newspaper repeats: it reads twice as fast as news. NEWSFEED_BENCHMARK_TEXTS names a
// file of real articles instead, separated by form feeds.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "processors/entities/entities.h"
#include "processors/entities/tokenizer.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/gazetteer_files.h"

namespace newsfeed {
namespace {

constexpr size_t kArticles = 500;
constexpr size_t kWords = 600;
constexpr size_t kVocabulary = 20'000;

// The words that make up some 45 % of English text, and what news adds to them.
constexpr auto kFunctionWords = std::to_array<std::string_view>(
    {"the",  "of",   "to",    "and",   "a",    "in",    "that", "for",  "is",   "on",
     "said", "with", "was",   "as",    "it",   "at",    "by",   "from", "be",   "has",
     "have", "an",   "are",   "he",    "his",  "but",   "will", "not",  "were", "who",
     "they", "which", "their", "been", "this", "would", "had",  "or",   "its",  "more"});
constexpr auto kGivenNames = std::to_array<std::string_view>(
    {"Maria", "Andrew", "Fatima", "John", "Wei", "Olga", "David", "Amina", "Peter", "Ingrid"});
constexpr auto kTitles = std::to_array<std::string_view>(
    {"President", "Mr.", "Sen.", "Dr.", "spokesman", "Prime Minister", "Judge", "Chancellor"});
// Real places and bodies, as in the tables.
constexpr auto kKnownNames = std::to_array<std::string_view>(
    {"London", "France", "Warsaw", "U.S.", "Germany", "European Union", "World Bank", "Chicago",
     "Texas", "United Nations", "Chinese", "British", "Nairobi", "Brazil", "NATO", "Reuters",
     "Moscow", "Republicans", "New York", "South Korea"});

// Writes articles from a fixed seed.
class Writer {
 public:
  Writer() {
    for (size_t i = 0; i < kVocabulary; ++i) vocabulary_.push_back(Invent());
  }

  std::string Article() {
    text_.clear();
    for (words_ = 0; words_ < kWords;) {
      Sentence();
      text_ += OneIn(3) ? "\n\n" : " ";
    }
    return text_;
  }

  std::string Title() {
    text_.clear();
    for (int i = 0; i < 8; ++i) Put(Capital(Word()));
    return text_;
  }

 private:
  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }
  bool OneIn(size_t n) { return Below(n) == 0; }

  template <size_t size>
  std::string OneOf(const std::array<std::string_view, size>& words) {
    return std::string(words[Below(size)]);
  }

  // Two to four syllables.
  std::string Invent() {
    static constexpr std::string_view kConsonants = "bcdfghlmnprstvw";
    static constexpr std::string_view kVowels = "aeiou";
    std::string word;
    for (size_t i = 0, syllables = 2 + Below(3); i < syllables; ++i) {
      word += kConsonants[Below(kConsonants.size())];
      word += kVowels[Below(kVowels.size())];
      if (OneIn(3)) word += kConsonants[Below(kConsonants.size())];
    }
    return word;
  }

  static std::string Capital(std::string word) {
    word[0] = static_cast<char>(word[0] & ~0x20);
    return word;
  }

  // Function words by half; the others as Zipf's law has them.
  std::string Word() {
    if (OneIn(2)) return OneOf(kFunctionWords);
    const double place = static_cast<double>(Below(1 << 20)) / (1 << 20);
    const auto rank = static_cast<size_t>(std::pow(double{kVocabulary}, place)) - 1;
    return vocabulary_[rank];
  }

  // One name in ten words: people of whom few are known, places and bodies of the tables, and others.
  std::string Name() {
    switch (Below(10)) {
      case 0: return OneOf(kTitles) + " " + Capital(Word());
      case 1: return OneOf(kGivenNames) + " " + Capital(vocabulary_[Below(kVocabulary)]);
      case 2: return Capital(vocabulary_[Below(kVocabulary)]) + " Corp.";
      case 3:
      case 4:
      case 5: return OneOf(kKnownNames);
      default: return Capital(vocabulary_[Below(kVocabulary)]);
    }
  }

  void Put(std::string_view word) {
    if (!text_.empty() && text_.back() != '\n' && text_.back() != ' ' && text_.back() != '"') {
      text_ += ' ';
    }
    text_ += word;
    ++words_;
  }

  void Sentence() {
    const bool quoted = OneIn(6);
    if (quoted) text_ += '"';
    Put(Capital(Word()));
    for (size_t i = 0, size = 8 + Below(24); i < size; ++i) {
      Put(OneIn(10) ? Name() : OneIn(50) ? fmt::format("{}", 1 + Below(2500)) : Word());
      if (OneIn(40)) text_ += "'s";
      if (OneIn(60)) text_ += "-" + Word();
      if (OneIn(16)) text_ += ',';
    }
    text_ += quoted ? ".\"" : ".";
  }

  std::mt19937 random_{20220601};
  std::vector<std::string> vocabulary_;
  std::string text_;
  size_t words_ = 0;
};

struct Sample {
  std::vector<std::string> titles;
  std::vector<std::string> bodies;
  size_t tokens = 0;
  size_t bytes = 0;
};

void Invent(Sample& sample) {
  Writer writer;
  for (size_t i = 0; i < kArticles; ++i) {
    sample.titles.push_back(writer.Title());
    sample.bodies.push_back(writer.Article());
  }
}

void ReadTexts(const char* path, Sample& sample) {
  std::ifstream in(path, std::ios::binary);
  for (std::string text; std::getline(in, text, '\f');) {
    sample.titles.emplace_back();
    sample.bodies.push_back(std::move(text));
  }
}

const Sample& Articles() {
  static const Sample sample = [] {
    Sample made;
    if (const char* path = std::getenv("NEWSFEED_BENCHMARK_TEXTS")) {
      ReadTexts(path, made);
    } else {
      Invent(made);
    }
    std::vector<entities::Token> tokens;
    for (size_t i = 0; i < made.bodies.size(); ++i) {
      entities::Tokenize(made.titles[i], tokens);
      entities::Tokenize(made.bodies[i], tokens);
      made.bytes += made.titles[i].size() + made.bodies[i].size();
    }
    made.tokens = tokens.size();
    return made;
  }();
  return sample;
}

std::shared_ptr<const entities::Gazetteer> SharedGazetteer() {
  static const auto gazetteer = entities::Gazetteer::Create(
      testing::GazetteerFiles(NEWSFEED_SOURCE_DIR "/config/gazetteer"));
  if (gazetteer.ok()) return *gazetteer;
  fmt::print(stderr, "{}\n", std::string(gazetteer.status().message()));
  std::exit(1);
}

std::string ModelBytes() {
  std::ifstream in(NEWSFEED_SOURCE_DIR "/config/models/news-en.model", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::shared_ptr<const entities::TaggerModel> SharedModel() {
  static const auto model = entities::TaggerModel::Create(ModelBytes(), "news-en.model");
  if (model.ok()) return *model;
  fmt::print(stderr, "{}\n", std::string(model.status().message()));
  std::exit(1);
}

// Per second; `us` is the time of one article.
void Rates(benchmark::State& state) {
  using benchmark::Counter;
  const auto count = [&](size_t n, uint64_t flags) {
    return Counter(static_cast<double>(n), static_cast<Counter::Flags>(flags));
  };
  state.counters["tokens/s"] = count(Articles().tokens, Counter::kIsIterationInvariantRate);
  state.counters["bytes/s"] = count(Articles().bytes, Counter::kIsIterationInvariantRate);
  state.counters["s/article"] =
      count(Articles().bodies.size(), Counter::kIsIterationInvariantRate | Counter::kInvert);
  state.counters["tokens"] = static_cast<double>(Articles().tokens) / static_cast<double>(Articles().bodies.size());
}

void BM_Tokenize(benchmark::State& state) {
  std::vector<entities::Token> tokens;
  for (auto _ : state) {
    for (const std::string& body : Articles().bodies) {
      tokens.clear();
      entities::Tokenize(body, tokens);
      benchmark::DoNotOptimize(tokens.data());
    }
  }
  Rates(state);
}
BENCHMARK(BM_Tokenize)->Unit(benchmark::kMillisecond);

void TextToEntities(benchmark::State& state, std::shared_ptr<const entities::TaggerModel> model) {
  const auto processor = entities::Create({}, SharedGazetteer(), std::move(model));
  // One article a batch, whose views are set anew for each text: the arena is cleared between them.
  testing::BatchBuilder batch;
  Article& article = batch.Clean("", "");
  size_t found = 0, mentions = 0;
  for (auto _ : state) {
    found = mentions = 0;
    for (size_t i = 0; i < Articles().bodies.size(); ++i) {
      batch.batch().arena().Clear();
      article.title = Articles().titles[i];
      article.body = Articles().bodies[i];
      benchmark::DoNotOptimize((*processor)->Process(batch.batch()));
      found += article.entities.size();
      mentions += article.entity_mentions.size();
    }
  }
  Rates(state);
  state.counters["entities"] = static_cast<double>(found) / static_cast<double>(Articles().bodies.size());
  state.counters["mentions"] = static_cast<double>(mentions) / static_cast<double>(Articles().bodies.size());
}

void BM_TextToEntities(benchmark::State& state) { TextToEntities(state, SharedModel()); }
BENCHMARK(BM_TextToEntities)->Unit(benchmark::kMillisecond);

void BM_TextToEntitiesByTable(benchmark::State& state) { TextToEntities(state, nullptr); }
BENCHMARK(BM_TextToEntitiesByTable)->Unit(benchmark::kMillisecond);

void BM_LoadGazetteer(benchmark::State& state) {
  const auto files = testing::GazetteerFiles(NEWSFEED_SOURCE_DIR "/config/gazetteer");
  size_t bytes = SharedGazetteer()->bytes();
  for (auto _ : state) benchmark::DoNotOptimize(entities::Gazetteer::Create(files));
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}
BENCHMARK(BM_LoadGazetteer)->Unit(benchmark::kMillisecond);

void BM_LoadModel(benchmark::State& state) {
  const std::string bytes = ModelBytes();
  for (auto _ : state) benchmark::DoNotOptimize(entities::TaggerModel::Create(bytes, "news-en.model"));
  state.counters["MB"] = static_cast<double>(SharedModel()->bytes()) / 1e6;
}
BENCHMARK(BM_LoadModel)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace newsfeed
