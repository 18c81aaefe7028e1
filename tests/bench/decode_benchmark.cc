// How fast records become articles: MB of payload a second, one core.
#include <benchmark/benchmark.h>

#include <string>

#include "processors/decode/decode.h"
#include "tests/testing/batch_builder.h"

namespace newsfeed {
namespace {

constexpr int kRecords = 256;

// 600 words in ten paragraphs.
std::string Body(std::string_view paragraph_end) {
  std::string body;
  for (int word = 1; word <= 600; ++word) {
    body += word % 7 == 0 ? "harbour" : word % 3 == 0 ? "the" : "reopens";
    body += word % 60 == 0 ? paragraph_end : word % 15 == 0 ? ". " : " ";
  }
  return body;
}

std::string Envelope(int number, const std::string& body) {
  const std::string id = std::to_string(number);
  return R"({"id": "a-)" + id + R"(", "url": "https://www.example.com/news/2026/03/01/a-)" + id +
         R"(", "source": "Example Times", "title": "Harbour reopens after repairs",)" +
         R"( "published_at": "2026-03-01T09:30:00+02:00", "authors": ["Jane Doe", "John Roe"],)" +
         R"( "language": "en", "section": "Business", "body": ")" + body + "\"}";
}

void Run(benchmark::State& state, const std::string& body, bool json) {
  auto decoder = decode::Create({}, {}).value();
  testing::BatchBuilder batch;
  for (int i = 0; i < kRecords; ++i) batch.Value(json ? Envelope(i, body) : body);
  for (auto _ : state) {
    batch.batch().ResetArticles();
    if (!decoder->Process(batch.batch()).ok()) state.SkipWithError("decode failed");
  }
  if (!batch.batch().articles()[0].live()) state.SkipWithError("not decoded");
  state.SetBytesProcessed(static_cast<int64_t>(batch.batch().value_bytes()) *
                          static_cast<int64_t>(state.iterations()));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kRecords);
}

void Json(benchmark::State& state) { Run(state, Body(R"(.\n\n)"), true); }
void JsonHtml(benchmark::State& state) { Run(state, "<p>" + Body(R"(.</p>\n<p>)"), true); }
void JsonNonAscii(benchmark::State& state) {
  Run(state, Body(R"(. \"ÄÖÜ\" ünïcödé\u2026\n\n)"), true);
}
void PlainText(benchmark::State& state) { Run(state, Body(".\n\n"), false); }
void Windows1252(benchmark::State& state) { Run(state, Body(". caf\xE9\n\n"), false); }

BENCHMARK(Json);
BENCHMARK(JsonHtml);
BENCHMARK(JsonNonAscii);
BENCHMARK(PlainText);
BENCHMARK(Windows1252);

}  // namespace
}  // namespace newsfeed
