// Cleanup of any text: the first byte picks plain text, a fragment or a page.
//
// Holds for every input: no crash, the body is valid UTF-8, what was removed lies inside the text,
// the standfirst inside the body, and cleaning the result again changes nothing.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "processors/text/utf8.h"
#include "tests/testing/cleaned.h"

namespace newsfeed {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// Cleanup is handed valid UTF-8 by decode.
std::string Valid(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const text::CodePoint point = text::Decode(bytes);
    char encoded[4];
    text.append(encoded, text::Encode(point.value, encoded));
    bytes.remove_prefix(point.bytes);
  }
  return text;
}

Processor& Cleaner() {
  static Processor* const cleaner = testing::MakeCleaner().release();
  return *cleaner;
}

void CheckResult(const Article& article) {
  Require(text::IsValidUtf8(article.body), "the body is valid UTF-8");
  Require(text::IsValidUtf8(article.title), "the title is valid UTF-8");
  Require(text::IsValidUtf8(article.standfirst), "the standfirst is valid UTF-8");
  for (const RemovedText& removed : article.removed) {
    Require(removed.begin <= removed.end && removed.end <= article.text.size(),
            "removed text lies inside the text");
    Require(text::IsValidUtf8(removed.text), "removed text is valid UTF-8");
  }
  const Range standfirst = article.standfirst_in_body;
  Require(standfirst.begin <= standfirst.end && standfirst.end <= article.body.size(),
          "the standfirst lies inside the body");
  Require(standfirst.empty() ||
              article.body.substr(standfirst.begin, standfirst.size()) == article.standfirst,
          "the standfirst is what stands there");
}

void CheckAgain(const Article& once) {
  testing::BatchBuilder batch;
  Article& twice = batch.Text(once.title, once.body);
  twice.body = {};
  twice.authors = once.authors;
  Require(Cleaner().Process(batch.batch()).ok(), "cleanup works");
  Require(twice.body == once.body, "cleaning again changes nothing");
}

}  // namespace
}  // namespace newsfeed

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace newsfeed;
  if (size == 0) return 0;
  const std::string text = Valid({reinterpret_cast<const char*>(data) + 1, size - 1});
  testing::BatchBuilder batch;
  Article& article = batch.Text("", text);
  article.form = static_cast<TextForm>(data[0] % 3);
  article.body = {};
  Require(Cleaner().Process(batch.batch()).ok(), "cleanup works");
  if (!article.live()) return 0;
  CheckResult(article);
  CheckAgain(article);
  return 0;
}
