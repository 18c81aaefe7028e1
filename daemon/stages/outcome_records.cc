#include "daemon/stages/outcome_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "daemon/article_value.h"
#include "daemon/file/json_writer.h"
#include "daemon/kafka/application.h"
#include "daemon/record_headers.h"
#include "daemon/version.h"
#include "processors/text/hash.h"

namespace newsfeed::stages {
namespace {

// What of a trace is passed on: W3C bounds a tracestate to 512 bytes.
constexpr size_t kMaxTraceBytes = 512;
// Of a record that is only there to be counted.
constexpr size_t kMaxKeptKeyBytes = 64 << 10;

}  // namespace

OutcomeRecords::OutcomeRecords(const config::v1::Config& config, Headers read,
                               const SchemaIds* schema_ids)
    : outputs_(config.outputs()),
      routes_(config.outputs()),
      schema_ids_(schema_ids),
      ours_(read == Headers::kOurs),
      max_internal_bytes_(kafka::MaxInternalRecordBytes(config)) {}

std::vector<std::string> OutcomeRecords::ArticleTopics() const {
  std::vector<std::string> topics = routes_.topics();
  topics.push_back(outputs_.enriched());
  topics.push_back(outputs_.duplicates());
  return topics;
}

absl::Status OutcomeRecords::Ready() const {
  if (!framed()) return absl::OkStatus();
  for (const std::string& topic : ArticleTopics()) {
    if (schema_ids_ != nullptr && schema_ids_->contains(topic)) continue;
    return absl::FailedPreconditionError("no schema is registered for " + topic);
  }
  return absl::OkStatus();
}

void OutcomeRecords::Begin(Batch& batch, HopOutput& out) {
  batch_ = &batch;
  out_ = &out;
  out.Clear();
}

std::string_view OutcomeRecords::Digits(int64_t number) {
  return batch_->arena().Keep(fmt::format_int(number).c_str());
}

std::string_view OutcomeRecords::Serialize(const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  char* out = batch_->arena().Allocate(size);
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(out));
  return {out, size};
}

std::string_view OutcomeRecords::Encode(std::string_view topic,
                                        const v1::EnrichedArticle& message) {
  if (outputs_.format() == config::v1::Outputs::JSON) {
    json_.clear();
    file::AppendJson(message, json_);
    return batch_->arena().Keep(json_);
  }
  if (!framed()) return Serialize(message);
  const std::array head = SchemaHead(SchemaIdOf(topic));
  const size_t size = message.ByteSizeLong();
  char* out = batch_->arena().Allocate(head.size() + size);
  std::ranges::copy(head, out);
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(out + head.size()));
  return {out, head.size() + size};
}

std::string_view OutcomeRecords::Reframe(std::string_view value, std::string_view topic) {
  if (!framed()) return value;
  const std::array head = SchemaHead(SchemaIdOf(topic));
  if (value.starts_with(std::string_view(head.data(), head.size()))) return value;
  char* out = batch_->arena().Allocate(value.size());
  std::ranges::copy(head, out);
  std::ranges::copy(MessageOf(value), out + head.size());
  return {out, value.size()};
}

size_t OutcomeRecords::SizeOf(std::string_view key, std::string_view value,
                              std::span<const Header> headers) {
  // What librdkafka and the broker count for a record and its batch, rounded up.
  size_t size = 128 + key.size() + value.size();
  for (const Header& header : headers) size += 16 + header.name.size() + header.value.size();
  return size;
}

void OutcomeRecords::AppendSource(const Source& source) {
  headers_.push_back({headers::kSourceTopic, source.topic});
  headers_.push_back({headers::kSourcePartition, Digits(source.partition)});
  headers_.push_back({headers::kSourceOffset, Digits(source.offset)});
  headers_.push_back({headers::kSourceTimestamp, Digits(source.timestamp_ms)});
  AppendHash(headers::kSourceHash, source.hash);
}

void OutcomeRecords::AppendHash(std::string_view name, uint64_t hash) {
  if (hash != 0) headers_.push_back({name, batch_->arena().Keep(fmt::format("{:016x}", hash))});
}

void OutcomeRecords::AppendPassedThrough(const Article& article) {
  for (const std::string_view name : {headers::kTraceParent, headers::kTraceState}) {
    const auto value = headers::Last(article.headers, name);
    if (value && value->size() <= kMaxTraceBytes) headers_.push_back({name, *value});
  }
  // From an input it would hide an article from the audit.
  if (!ours_) return;
  if (const auto value = headers::Last(article.headers, headers::kPromoted)) {
    headers_.push_back({headers::kPromoted, *value});
  }
}

std::span<const Header> OutcomeRecords::KeepHeaders() {
  const size_t bytes = headers_.size() * sizeof(Header) + alignof(Header);
  void* at = batch_->arena().Allocate(bytes);
  size_t space = bytes;
  at = std::align(alignof(Header), headers_.size() * sizeof(Header), at, space);
  auto* kept = static_cast<Header*>(at);
  std::uninitialized_copy(headers_.begin(), headers_.end(), kept);
  return {kept, headers_.size()};
}

void OutcomeRecords::Add(std::string_view topic, int64_t timestamp_ms, std::string_view key,
                         std::string_view value, std::span<const Header> headers) {
  // A record's time goes with it from topic to topic; brokers refuse times that lie ahead of them.
  const int64_t now = batch_->now_ms();
  const int64_t timestamp = timestamp_ms <= 0 ? now : std::min(timestamp_ms, now);
  out_->records.push_back({.topic = topic, .timestamp_ms = timestamp, .key = key, .value = value,
                           .headers = headers});
  out_->bytes += key.size() + value.size();
}

std::string_view OutcomeRecords::ContentType() const {
  if (outputs_.format() == config::v1::Outputs::JSON) return headers::kJsonContentType;
  return framed() ? headers::kFramedContentType : headers::kArticleContentType;
}

bool OutcomeRecords::AddArticle(const Article& article, const Source& source,
                                v1::EnrichedArticle& message) {
  const bool is_duplicate = message.dedup().verdict() == v1::Dedup::DUPLICATE;
  const std::string& topic = is_duplicate ? outputs_.duplicates() : outputs_.enriched();
  // While it has its entities.
  matching_.clear();
  for (size_t i = 0; i < routes_.size(); ++i) {
    if (routes_.Matches(i, message)) matching_.push_back(i);
  }
  headers_.clear();
  headers_.push_back({headers::kContentType, ContentType()});
  headers_.push_back({headers::kVerdict, v1::Dedup::Verdict_Name(message.dedup().verdict())});
  headers_.push_back({headers::kLanguage, batch_->arena().Keep(message.language())});
  AppendSource(source);
  AppendPassedThrough(article);
  std::string_view key = batch_->arena().Keep(message.id());
  std::string_view value = Encode(topic, message);
  if (SizeOf(key, value, headers_) > outputs_.max_record_bytes() && message.entities_size() > 0) {
    message.clear_entities();
    value = Encode(topic, message);
  }
  if (SizeOf(key, value, headers_) > outputs_.max_record_bytes()) return false;
  const std::span<const Header> kept = KeepHeaders();
  Add(topic, source.timestamp_ms, key, value, kept);
  for (const size_t i : matching_) {
    Add(routes_.topic(i), source.timestamp_ms, key, Reframe(value, routes_.topic(i)), kept);
  }
  ++out_->outcomes[static_cast<size_t>(is_duplicate ? Outcome::kDuplicate : Outcome::kEnriched)];
  return true;
}

void OutcomeRecords::AddDeadLetter(const Article& article, const Source& source,
                                   const DeadLetterForm& form) {
  const Fate& fate = article.fate;
  headers_.assign(article.headers.begin(), article.headers.end());
  headers_.insert(headers_.end(), form.more.begin(), form.more.end());
  headers_.push_back({headers::kErrorReason, ReasonName(fate.reason)});
  headers_.push_back({headers::kErrorStage, fate.stage});
  headers_.push_back({headers::kErrorDetail, fate.detail});
  headers_.push_back({headers::kErrorTopic, source.topic});
  headers_.push_back({headers::kErrorPartition, Digits(source.partition)});
  headers_.push_back({headers::kErrorOffset, Digits(source.offset)});
  AppendHash(headers::kErrorHash, source.hash);
  headers_.push_back({headers::kErrorVersion, kVersion});
  headers_.push_back(
      {headers::kErrorReplay, form.late ? headers::kReplayJudged : headers::kReplayInput});
  std::string_view key = article.key;
  std::string_view value = article.value;
  uint64_t missing = article.oversize_bytes;
  uint64_t hash = article.oversize_hash;
  if (form.stub || SizeOf(article.key, value, headers_) > max_internal_bytes_) {
    if (missing == 0) {
      missing = value.size();
      hash = text::Hash(value);
    }
    // Headers of a megabyte must not keep the stub out either.
    headers_.erase(
        headers_.begin(),
        headers_.begin() + static_cast<ptrdiff_t>(article.headers.size() + form.more.size()));
    if (key.size() > kMaxKeptKeyBytes) key = {};
  }
  if (missing > 0) {
    value = {};
    headers_.push_back({headers::kErrorStub,
                        batch_->arena().Keep(headers::StubText(missing, hash))});
  }
  Add(outputs_.dead_letter(), source.timestamp_ms, key, value, KeepHeaders());
  ++out_->outcomes[static_cast<size_t>(Outcome::kDeadLetter)];
  ++out_->dead_letters[fate.reason];
}

void OutcomeRecords::AddFiltered(const Article& article, const Source& source) {
  headers_.clear();
  headers_.push_back({headers::kFilterWhy, FilterWhyName(article.fate.why)});
  AppendSource(source);
  AppendPassedThrough(article);
  // A filtered record is there to be counted; a key that the topic would refuse is not worth
  // stopping for.
  const std::string_view key = article.key.size() <= kMaxKeptKeyBytes && article.refusals == 0
                                   ? article.key
                                   : std::string_view();
  Add(outputs_.filtered(), source.timestamp_ms, key, {}, KeepHeaders());
  ++out_->outcomes[static_cast<size_t>(Outcome::kFiltered)];
  ++out_->filtered[article.fate.why];
}

void OutcomeRecords::AddInternal(const std::string& topic, const Article& article,
                                 const Source& source, std::string_view value,
                                 std::span<const Header> more) {
  headers_.clear();
  AppendSource(source);
  AppendPassedThrough(article);
  headers_.insert(headers_.end(), more.begin(), more.end());
  Add(topic, source.timestamp_ms, article.id, value, KeepHeaders());
  ++out_->passed_on;
}

}  // namespace newsfeed::stages
