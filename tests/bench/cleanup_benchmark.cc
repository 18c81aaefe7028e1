// Speed of cleanup on one core, in bytes of input a second.
//
//   cleanup_benchmark --benchmark_min_time=1
//
// Real articles where NEWSFEED_DATA or ../shared/data has them, else an invented one.
#include <benchmark/benchmark.h>
#include <simdjson.h>
#include <zlib.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/testing/cleaned.h"

namespace newsfeed {
namespace {

constexpr std::string_view kParagraph =
    "The tunnel under the harbour opened on Monday, two years later than the city had promised, and "
    "drivers waited for an hour at the northern gate, where a choir sang \u201Cas never before\u201D "
    "and the mayor cut a ribbon.";

std::filesystem::path DataFolder() {
  const char* folder = std::getenv("NEWSFEED_DATA");
  return folder != nullptr ? std::filesystem::path(folder)
                           : std::filesystem::path(NEWSFEED_SOURCE_DIR) / "../shared/data";
}

// Up to `most` values of `field` from a file of JSON lines; empty where it is absent.
std::vector<std::string> Read(const char* name, const char* field, size_t most) {
  std::vector<std::string> texts;
  gzFile file = gzopen((DataFolder() / name).c_str(), "rb");
  if (file == nullptr) return texts;
  simdjson::dom::parser parser;
  std::string line(16 << 20, '\0');
  while (texts.size() < most && gzgets(file, line.data(), static_cast<int>(line.size()))) {
    simdjson::dom::element record;
    std::string_view text;
    if (!parser.parse(line.data(), std::strlen(line.data())).get(record) &&
        !record[field].get(text)) {
      texts.emplace_back(text);
    }
  }
  gzclose(file);
  return texts;
}

std::vector<std::string> Texts() {
  std::vector<std::string> texts = Read("articles/web.ndjson.gz", "body", 2000);
  if (!texts.empty()) return texts;
  std::string text = "Harbour tunnel opens two years late\n\n";
  for (int i = 0; i < 12; ++i) text += std::string(kParagraph) + "\n\n";
  return {text + "\u00A9 2031 Example Times. All rights reserved."};
}

std::vector<std::string> Pages() {
  std::vector<std::string> pages = Read("cleanup/news_pages.ndjson.gz", "html", 60);
  if (!pages.empty()) return pages;
  std::string page = "<html><body><nav><a href=/>Home</a></nav><article>";
  for (int i = 0; i < 12; ++i) page += "<p class=\"text\">" + std::string(kParagraph) + "</p>\n";
  return {page + "</article></body></html>"};
}

void Clean(benchmark::State& state, const std::vector<std::string>& texts, TextForm form,
           const config::v1::Cleanup& config) {
  const auto cleaner = testing::MakeCleaner(config);
  testing::BatchBuilder builder;
  size_t bytes = 0;
  for (const std::string& text : texts) {
    builder.Text("", text).form = form;
    bytes += text.size();
  }
  for (auto _ : state) {
    for (Article& article : builder.batch().articles()) {
      article.title = article.standfirst = {};
      article.authors.clear();
    }
    builder.batch().arena().Clear();
    benchmark::DoNotOptimize(cleaner->Process(builder.batch()).ok());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * bytes));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * texts.size()));
}

void BM_PlainText(benchmark::State& state) { Clean(state, Texts(), TextForm::kPlain, {}); }
BENCHMARK(BM_PlainText)->Unit(benchmark::kMillisecond);

void BM_PlainTextWithoutLanguage(benchmark::State& state) {
  config::v1::Cleanup config;
  config.set_detect_language(false);
  Clean(state, Texts(), TextForm::kPlain, config);
}
BENCHMARK(BM_PlainTextWithoutLanguage)->Unit(benchmark::kMillisecond);

void BM_Page(benchmark::State& state) { Clean(state, Pages(), TextForm::kPage, {}); }
BENCHMARK(BM_Page)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace newsfeed

BENCHMARK_MAIN();
