#include "processors/decode/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "processors/text/ascii.h"
#include "processors/article/language_tag.h"
#include "processors/decode/charset.h"
#include "processors/decode/format.h"
#include "processors/decode/json_article.h"
#include "processors/decode/json_paths.h"
#include "processors/decode/names.h"
#include "processors/decode/required.h"
#include "processors/text/url.h"
#include "processors/text/hash.h"
#include "processors/text/html_sniffing.h"
#include "processors/text/utf8.h"

namespace newsfeed::decode {

namespace ascii = text::ascii;
namespace {

constexpr size_t kMaxIdBytes = 1024;
constexpr size_t kMaxExtraBytes = 4096;
constexpr int kMaxExtraFields = 64;

// Headers that are read. A record's own fields beat them, except for the id.
constexpr std::string_view kContentTypeHeader = "content-type";
constexpr std::string_view kIdHeader = "newsfeed-id";
constexpr std::string_view kUrlHeader = "newsfeed-url";
constexpr std::string_view kSourceHeader = "newsfeed-source";
constexpr std::string_view kTitleHeader = "newsfeed-title";
constexpr std::string_view kLanguageHeader = "newsfeed-language";
constexpr std::string_view kPublishedHeader = "newsfeed-published-at";

struct ExtraRule {
  std::string name;
  std::string header;  // empty: by pointer
};

struct Rules {
  std::optional<Format> format;
  std::string charset;
  std::string default_source;
  std::vector<ExtraRule> extra;
  RequiredFields required;
  bool cleanup_follows = false;
  uint32_t max_record_bytes = 0;
  uint32_t max_text_bytes = 0;
};

absl::Status InvalidArgument(const std::string& message) {
  return absl::InvalidArgumentError(message);
}

std::optional<Format> FixedFormat(config::v1::Decode::Format format) {
  switch (format) {
    case config::v1::Decode::JSON: return Format::kJson;
    case config::v1::Decode::TEXT: return Format::kText;
    case config::v1::Decode::HTML: return Format::kHtml;
    default: return std::nullopt;
  }
}

absl::Status AddExtra(const config::v1::Decode& config, Rules& rules) {
  if (config.extra_size() > kMaxExtraFields) {
    return InvalidArgument(fmt::format("decode.extra: {} fields, at most {} are carried",
                                       config.extra_size(), kMaxExtraFields));
  }
  for (int i = 0; i < config.extra_size(); ++i) {
    const config::v1::Decode::Extra& extra = config.extra(i);
    const auto wrong = [i](std::string_view key, std::string_view what) {
      return InvalidArgument(fmt::format("decode.extra[{}]{}: {}", i, key, what));
    };
    if (extra.name().empty()) return wrong(".name", "is required");
    if (!text::IsValidUtf8(extra.name())) return wrong(".name", "is not UTF-8");
    const auto same = [&](const ExtraRule& rule) { return rule.name == extra.name(); };
    if (std::ranges::any_of(rules.extra, same)) {
      return wrong(".name", fmt::format("\"{}\" is there twice", extra.name()));
    }
    if (extra.has_pointer() == extra.has_header()) return wrong("", "needs a pointer or a header");
    if (extra.has_header() && extra.header().empty()) return wrong(".header", "is empty");
    rules.extra.push_back({extra.name(), extra.header()});
  }
  return absl::OkStatus();
}

absl::StatusOr<Rules> MakeRules(const config::v1::Decode& config, const config::v1::Limits& limits,
                                Next next) {
  Rules rules;
  rules.cleanup_follows = next == Next::kCleanup;
  rules.format = FixedFormat(config.format());
  rules.charset = config.charset();
  if (!rules.charset.empty() && CharsetByLabel(rules.charset).empty()) {
    return InvalidArgument(fmt::format("decode.charset: unknown charset: \"{}\"", rules.charset));
  }
  if (!text::IsValidUtf8(config.default_source())) {
    return InvalidArgument("decode.default_source: is not UTF-8");
  }
  rules.default_source = config.default_source();
  rules.max_record_bytes = limits.max_record_bytes();
  rules.max_text_bytes = limits.max_text_bytes();
  if (absl::Status status = AddExtra(config, rules); !status.ok()) return status;
  absl::StatusOr<RequiredFields> required = RequiredFields::Create(config);
  if (!required.ok()) return required.status();
  rules.required = *std::move(required);
  return rules;
}

// The header's value as valid UTF-8 without blanks around; empty if absent.
std::string_view HeaderText(const Article& article, std::string_view name) {
  const auto value = article.FindHeader(name);
  if (!value) return {};
  return ascii::Trim(ValidUtf8(*value, article.arena()));
}

std::string_view HashId(std::string_view prefix, std::string_view bytes, text::Arena& arena) {
  std::array<char, 32> id;
  const auto end = fmt::format_to(id.data(), "{}-{:016x}", prefix, text::Hash(bytes));
  return arena.Keep({id.data(), static_cast<size_t>(end - id.data())});
}

class Decoder : public Processor {
 public:
  Decoder(Rules rules, JsonPaths paths, uint32_t max_json_depth, bool repair_bodies)
      : rules_(std::move(rules)), json_(std::move(paths), max_json_depth, repair_bodies) {}

  std::string_view name() const override { return "decode"; }

  absl::Status Process(Batch& batch) override {
    for (Article& article : batch.articles()) {
      if (article.live()) Decode(article);
    }
    json_.TrimMemory();
    return absl::OkStatus();
  }

 private:
  void Decode(Article& article) {
    if (!article.has_value() && article.oversize_bytes == 0) {
      return article.Filter(FilterWhy::kTombstone);
    }
    const uint64_t bytes = std::max<uint64_t>(article.value.size(), article.oversize_bytes);
    if (article.oversize_bytes != 0 || bytes > rules_.max_record_bytes) {
      return article.Reject(Reason::kTooLarge,
                            fmt::format("record of {} bytes, limits.max_record_bytes is {}", bytes,
                                        rules_.max_record_bytes));
    }
    const std::optional<Format> format = ReadText(article);
    if (!format) return;
    if (*format == Format::kJson) {
      ReadJson(article);
    } else {
      ReadPlain(*format, article);
    }
    if (article.live()) Finish(article);
  }

  // Sets text and charset. Nothing if the article was rejected.
  std::optional<Format> ReadText(Article& article) {
    const std::string_view content_type =
        article.FindHeader(kContentTypeHeader).value_or(std::string_view());
    std::optional<DecodedText> decoded = charsets_.ReadUnicode(article.value, article.arena());
    const Format format =
        FindFormat(article, content_type, decoded ? decoded->text : article.value);
    if (!decoded) {
      const std::string_view label = LabelInContentType(content_type);
      decoded = format == Format::kJson ? ReadLegacyJson(article, label)
                                        : ReadLegacyText(article, format, label);
    }
    if (!decoded || (format != Format::kJson && LooksBinary(decoded->text))) {
      article.Reject(Reason::kInvalidEncoding, NotText(article.value, format));
      return std::nullopt;
    }
    article.text = decoded->text;
    article.charset = decoded->charset;
    return format;
  }

  Format FindFormat(const Article& article, std::string_view content_type,
                    std::string_view text) const {
    if (const auto format = FormatByContentType(content_type)) return *format;
    if (rules_.format) return *rules_.format;
    if (article.from_file) {
      if (const auto format = FormatByFileName(article.origin.topic.name)) return *format;
    }
    return SniffFormat(text);
  }

  // JSON is UTF-8 (RFC 8259); another encoding must be told, a guess would publish garbage.
  std::optional<DecodedText> ReadLegacyJson(const Article& article, std::string_view label) {
    for (std::string_view charset : {label, std::string_view(rules_.charset)}) {
      if (const auto decoded = charsets_.ReadLabelled(
              article.value, charset, CharsetReader::BadBytes::kRefuse, article.arena())) {
        return decoded;
      }
    }
    return std::nullopt;
  }

  std::optional<DecodedText> ReadLegacyText(const Article& article, Format format,
                                            std::string_view label) {
    if (const auto decoded = charsets_.ReadDamagedUtf8(article.value, article.arena())) {
      return decoded;
    }
    const std::string_view in_page =
        format == Format::kHtml ? LabelInPage(article.value) : std::string_view();
    for (std::string_view charset : {label, std::string_view(rules_.charset), in_page}) {
      if (const auto decoded = charsets_.ReadLabelled(
              article.value, charset, CharsetReader::BadBytes::kReplace, article.arena())) {
        return decoded;
      }
    }
    return charsets_.ReadGuessed(article.value, article.arena());
  }

  static std::string NotText(std::string_view value, Format format) {
    size_t at = 0;
    while (at < value.size()) {
      const text::CodePoint point = text::Decode(value.substr(at, 4));
      if (point.value == 0xFFFD && point.bytes == 1) break;
      at += point.bytes;
    }
    if (at == value.size()) return "no text: mostly control characters";
    return fmt::format("{}: byte 0x{:02x} at {}",
                       format == Format::kJson ? "JSON that is not UTF-8" : "no known encoding",
                       static_cast<unsigned char>(value[at]), at);
  }

  void ReadJson(Article& article) {
    const std::string_view record = article.text;
    article.text = {};
    json_.Read(record, article);
    if (!article.live()) return;
    for (size_t i = 0; i < rules_.extra.size(); ++i) {
      if (!rules_.extra[i].header.empty()) continue;
      const auto value = json_.Extra(i, article.arena());
      if (value) AddExtraField(rules_.extra[i], *value, article);
    }
  }

  void ReadPlain(Format format, Article& article) {
    article.form = format == Format::kHtml ? TextForm::kPage : TextForm::kPlain;
    if (!text::IsBlankText(article.text)) return;
    article.Reject(Reason::kMissingText,
                   article.text.empty() ? "the record is empty" : "the record is blank");
  }

  // What is alike in all formats.
  void Finish(Article& article) {
    if (article.text.size() > rules_.max_text_bytes) {
      return article.Reject(Reason::kTooLarge,
                            fmt::format("text of {} bytes, limits.max_text_bytes is {}",
                                        article.text.size(), rules_.max_text_bytes));
    }
    FillFromHeaders(article);
    FillSource(article);
    // An article that is not cleaned is published as it is.
    article.body = article.text;
    CheckRequired(article);
    if (article.live()) FillId(article);
  }

  void CheckRequired(Article& article) const {
    rules_.cleanup_follows ? rules_.required.CheckBeforeCleanup(article)
                           : rules_.required.Check(article);
  }

  void FillFromHeaders(Article& article) const {
    if (const auto id = HeaderText(article, kIdHeader); !id.empty()) article.id = id;
    if (article.url.empty()) {
      const std::string_view url = HeaderText(article, kUrlHeader);
      if (text::IsWebUrl(url)) article.url = url;
    }
    if (article.title.empty()) article.title = HeaderText(article, kTitleHeader);
    if (article.source_name.empty()) article.source_name = HeaderText(article, kSourceHeader);
    if (article.claimed_language.empty()) {
      article.claimed_language =
          LanguageTag(HeaderText(article, kLanguageHeader), article.arena());
    }
    if (!article.published) {
      article.published = ParseTime(HeaderText(article, kPublishedHeader));
      if (article.published) article.published_source = "header:newsfeed-published-at";
    }
    for (const ExtraRule& rule : rules_.extra) {
      if (rule.header.empty()) continue;
      const auto value = article.FindHeader(rule.header);
      if (value) AddExtraField(rule, ValidUtf8(*value, article.arena()), article);
    }
  }

  static void AddExtraField(const ExtraRule& rule, std::string_view value, Article& article) {
    article.extra.push_back(
        {article.arena().Keep(rule.name), text::Prefix(value, kMaxExtraBytes)});
  }

  void FillSource(Article& article) const {
    if (article.source_name.empty()) {
      article.source_name = article.arena().Keep(rules_.default_source);
    }
    const std::string_view host = text::HostOf(article.url, article.arena());
    if (!host.empty()) {
      article.source_domain = host;
    } else if (!article.source_domain.empty()) {
      // "www.Example.com" of a field.
      const std::string url = fmt::format("http://{}", article.source_domain);
      article.source_domain = text::HostOf(url, article.arena());
    }
    if (article.source_name.empty()) article.source_name = article.source_domain;
  }

  void FillId(Article& article) {
    text::Arena& arena = article.arena();
    if (article.id.size() > kMaxIdBytes) {
      article.id = HashId("id", article.id, arena);
    } else if (article.id.empty() && !article.url.empty()) {
      text::CanonicalUrl(article.url, canonical_url_);
      article.id = HashId("url", canonical_url_, arena);
    } else if (article.id.empty()) {
      article.id = HashId("payload", article.value, arena);
    }
  }

  const Rules rules_;
  CharsetReader charsets_;
  JsonArticleReader json_;
  std::string canonical_url_;
};

// A step of another processor's, and the question for the required fields behind it.
class CheckedStep : public Processor {
 public:
  CheckedStep(std::unique_ptr<Processor> step, RequiredFields required)
      : step_(std::move(step)), required_(std::move(required)) {}

  std::string_view name() const override { return step_->name(); }

  absl::Status Process(Batch& batch) override {
    if (absl::Status status = step_->Process(batch); !status.ok()) return status;
    for (Article& article : batch.articles()) {
      if (article.live()) required_.Check(article);
    }
    return absl::OkStatus();
  }

 private:
  const std::unique_ptr<Processor> step_;
  const RequiredFields required_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Decode& config,
                                                  const config::v1::Limits& limits, Next next) {
  absl::StatusOr<Rules> rules = MakeRules(config, limits, next);
  if (!rules.ok()) return rules.status();
  absl::StatusOr<JsonPaths> paths = JsonPaths::Create(config);
  if (!paths.ok()) return paths.status();
  return std::make_unique<Decoder>(*std::move(rules), *std::move(paths), limits.max_json_depth(),
                                   config.repair_bodies());
}

absl::StatusOr<std::unique_ptr<Processor>> CheckRequiredBehind(
    absl::StatusOr<std::unique_ptr<Processor>> step, const config::v1::Decode& config) {
  if (!step.ok()) return step;
  absl::StatusOr<RequiredFields> required = RequiredFields::Create(config);
  if (!required.ok()) return required.status();
  if (required->empty()) return step;
  return std::make_unique<CheckedStep>(*std::move(step), *std::move(required));
}

}  // namespace newsfeed::decode
