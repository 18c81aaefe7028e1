// Any bytes as a record: decode never crashes, and what it lets live is fit for the next step.
//
// The first byte of an input chooses headers and configuration, the rest is the value.
#include <google/protobuf/text_format.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "processors/decode/decode.h"
#include "processors/text/utf8.h"
#include "tests/testing/batch_builder.h"

namespace newsfeed {
namespace {

#define REQUIRE(condition)                                           \
  do {                                                               \
    if (!(condition)) {                                              \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                  \
    }                                                                \
  } while (false)

constexpr std::array<std::string_view, 8> kContentTypes = {
    "", "application/json", "text/plain", "text/html", "text/html; charset=windows-1251",
    "text/plain; charset=shift_jis", "application/json; charset=utf-16be",
    "text/plain; charset=iso-2022-jp"};

std::unique_ptr<Processor> MakeDecoder(const char* text) {
  config::v1::Decode config;
  config::v1::Limits limits;
  limits.set_max_text_bytes(1 << 16);
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &config));
  return decode::Create(config, limits).value();
}

Processor& DecoderFor(bool configured) {
  static const auto plain = MakeDecoder("");
  static const auto mapped = MakeDecoder(
      R"(mapping { body: "/b/0" title: "/t" authors: "/a" published_at: "/p" }
         extra { name: "all" pointer: "" } extra { name: "x" pointer: "/x" }
         charset: "koi8-r" default_source: "Example Times")");
  return configured ? *mapped : *plain;
}

void RequireUtf8(std::string_view text) { REQUIRE(text::IsValidUtf8(text)); }

void RequireInvariants(const Article& article) {
  RequireUtf8(article.fate.detail);
  if (!article.live()) {
    REQUIRE(article.fate.reason != Reason::kUnspecified);
    return;
  }
  REQUIRE(!article.id.empty() && article.id.size() <= 1024);
  REQUIRE(!article.charset.empty());
  REQUIRE(article.text.data() != nullptr && article.text.size() <= 1 << 16);
  REQUIRE(article.body == article.text);
  for (std::string_view text :
       {article.id, article.url, article.source_name, article.source_domain, article.title,
        article.standfirst, article.text, article.section, article.claimed_language,
        article.published_source, article.rights_holder, article.rights_notice,
        article.usage_terms}) {
    RequireUtf8(text);
  }
  for (std::string_view author : article.authors) RequireUtf8(author);
  for (std::string_view keyword : article.keywords) RequireUtf8(keyword);
  for (const ExtraField& field : article.extra) {
    RequireUtf8(field.value);
    REQUIRE(field.value.size() <= 4096);
  }
  for (const auto& time : {article.published, article.modified, article.embargoed_until}) {
    if (time) REQUIRE(ParseTime(FormatTime(*time)).has_value());
  }
}

// All that must be the same when a record is decoded again.
std::string Summary(const Article& article) {
  std::string out(ReasonName(article.fate.reason));
  for (std::string_view text : {article.fate.detail, article.id, article.url, article.title,
                                article.text, article.charset, article.published_source}) {
    out.append(text).push_back('|');
  }
  for (std::string_view author : article.authors) out.append(author).push_back('|');
  return out;
}

}  // namespace
}  // namespace newsfeed

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace newsfeed;
  if (size == 0) return 0;
  const std::string_view value(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<Header> headers;
  const std::string_view content_type = kContentTypes[data[0] % kContentTypes.size()];
  if (!content_type.empty()) headers.push_back({"content-type", content_type});
  Processor& decoder = DecoderFor((data[0] & 8) != 0);

  newsfeed::testing::BatchBuilder batch;
  batch.Value(value, headers);
  // A neighbour, so that bytes behind the value differ from run to run.
  batch.Value((data[0] & 16) != 0 ? "}}}}" : "\",]");
  REQUIRE(decoder.Process(batch.batch()).ok());
  const Article& article = batch.batch().articles()[0];
  RequireInvariants(article);
  const std::string first = Summary(article);

  newsfeed::testing::BatchBuilder again;
  again.Value(value, headers);
  REQUIRE(decoder.Process(again.batch()).ok());
  REQUIRE(Summary(again.batch().articles()[0]) == first);
  return 0;
}
