// Title, standfirst and body (separated by form feeds) of an article through the entities processor:
// spans, order and ids hold, a second run gives the same. The tagger's model is a tiny one of invented
// sentences.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <absl/status/statusor.h>

#include "processors/entities/entities.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/entity_checks.h"
#include "tests/testing/entity_marks.h"
#include "tests/testing/gazetteer_files.h"
#include "tests/testing/tiny_tagger_model.h"

namespace newsfeed {
namespace {

void Require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

template <typename T>
T Value(absl::StatusOr<T> result) {
  Require(result.ok(), std::string(result.status().message()));
  return *std::move(result);
}

Processor& Tagger() {
  static const std::unique_ptr<Processor> tagger = Value(entities::Create(
      {}, Value(entities::Gazetteer::Create(
              testing::GazetteerFiles(NEWSFEED_SOURCE_DIR "/config/gazetteer"))),
      testing::TinyTaggerModel()));
  return *tagger;
}

std::string_view NextField(std::string_view& rest) {
  const std::string_view field = rest.substr(0, rest.find('\f'));
  rest.remove_prefix(std::min(rest.size(), field.size() + 1));
  return field;
}

void Run(std::string_view input) {
  testing::BatchBuilder batch;
  const bool english = input.empty() || input.front() != '#';
  const std::string_view title = NextField(input);
  const std::string_view standfirst = NextField(input);
  Article& article = batch.Clean(title, input);
  article.standfirst = batch.batch().arena().Keep(standfirst);
  if (!english) article.language = "de";
  Require(Tagger().Process(batch.batch()).ok(), "status");
  Require(article.live(), "rejected");
  const std::string fault = testing::EntityFault(article);
  Require(fault.empty(), fault);
  const auto lines = testing::EntityLines(article);
  Require(Tagger().Process(batch.batch()).ok(), "status of the second run");
  Require(testing::EntityLines(article) == lines, "second run differs");
}

}  // namespace
}  // namespace newsfeed

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // Decode lets only valid UTF-8 pass.
  if (newsfeed::text::IsValidUtf8(input)) newsfeed::Run(input);
  return 0;
}
