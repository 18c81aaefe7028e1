#include "daemon/file/outcome_encoder.h"

#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <iterator>

#include "daemon/record_headers.h"

#include "daemon/file/json_writer.h"

namespace newsfeed::file {
namespace {

namespace protobuf = google::protobuf;

// Appends the message behind its length. Map entries come in the order of their keys, so that the
// same article gives the same bytes.
void AppendDelimited(const protobuf::Message& message, std::string& out) {
  const size_t size = message.ByteSizeLong();
  uint8_t length[10];
  const uint8_t* end = protobuf::io::CodedOutputStream::WriteVarint64ToArray(size, length);
  out.append(reinterpret_cast<const char*>(length), static_cast<size_t>(end - length));
  const size_t begin = out.size();
  out.resize(begin + size);
  protobuf::io::ArrayOutputStream stream(out.data() + begin, static_cast<int>(size));
  protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&coded);
}

// "name":"value" with a comma before it.
void AppendMember(std::string_view name, std::string_view value, std::string& out) {
  out += ",\"";
  out += name;
  out += "\":";
  AppendJsonString(value, out);
}

void AppendHeaders(const Article& article, Outcome outcome, const ProcessingStamp& stamp,
                   std::string& out) {
  out += ",\"headers\":{";
  std::string members;
  if (outcome == Outcome::kFiltered) {
    AppendMember(headers::kFilterWhy, FilterWhyName(article.fate.why), members);
  } else {
    AppendMember(headers::kErrorReason, ReasonName(article.fate.reason), members);
    AppendMember(headers::kErrorStage, article.fate.stage, members);
    AppendMember(headers::kErrorDetail, article.fate.detail, members);
    AppendMember(headers::kErrorTopic, article.origin.topic.name, members);
    AppendMember(headers::kErrorPartition, std::to_string(article.origin.partition.value),
                 members);
    AppendMember(headers::kErrorOffset, std::to_string(article.origin.offset.value), members);
    AppendMember(headers::kErrorVersion, stamp.version, members);
    if (article.oversize_bytes > 0) {
      AppendMember(headers::kErrorStub,
                   headers::StubText(article.oversize_bytes, article.oversize_hash), members);
    }
  }
  out += std::string_view(members).substr(1);  // the first comma
  out += '}';
}

void AppendValue(const Article& article, std::string& out) {
  if (article.oversize_bytes > 0) return;
  if (!article.has_value()) {
    out += ",\"value_base64\":null";
    return;
  }
  out += ",\"value_base64\":\"";
  out += absl::Base64Escape(absl::string_view(article.value.data(), article.value.size()));
  out += '"';
}

}  // namespace

OutcomeEncoder::OutcomeEncoder(OutputFormat format, const ProcessingStamp& stamp,
                               uint32_t max_removed_text_bytes)
    : format_(format), stamp_(stamp), max_removed_text_bytes_(max_removed_text_bytes) {}

OutcomeEncoder::~OutcomeEncoder() = default;

void OutcomeEncoder::Encode(const Batch& batch, EncodedOutcomes& out) {
  out.Clear();
  for (const Article& article : batch.articles()) {
    const Outcome outcome = OutcomeOf(article);
    const size_t begin = out.bytes.size();
    if (outcome == Outcome::kEnriched || outcome == Outcome::kDuplicate) {
      AppendMessage(article, out.bytes);
    } else {
      AppendFailure(article, outcome, out.bytes);
    }
    out.items.push_back({outcome, begin, out.bytes.size()});
  }
}

void OutcomeEncoder::AppendMessage(const Article& article, std::string& out) {
  ToProto(article, stamp_, max_removed_text_bytes_, message_);
  if (format_ == OutputFormat::kJsonLines) {
    AppendJson(message_, out);
    out += '\n';
    return;
  }
  AppendDelimited(message_, out);
}

void OutcomeEncoder::AppendFailure(const Article& article, Outcome outcome,
                                   std::string& out) const {
  std::string members;
  if (!article.id.empty()) AppendMember("id", article.id, members);
  if (outcome == Outcome::kFiltered) {
    AppendMember("why", FilterWhyName(article.fate.why), members);
  } else {
    AppendMember("reason", ReasonName(article.fate.reason), members);
  }
  AppendMember("stage", article.fate.stage, members);
  AppendMember("detail", article.fate.detail, members);
  members += ",\"origin\":{\"topic\":";
  AppendJsonString(article.origin.topic.name, members);
  fmt::format_to(std::back_inserter(members), ",\"partition\":{},\"offset\":{}}}",
                 article.origin.partition.value, article.origin.offset.value);
  AppendHeaders(article, outcome, stamp_, members);
  AppendValue(article, members);
  out += '{';
  out += std::string_view(members).substr(1);  // the first comma
  out += "}\n";
}

}  // namespace newsfeed::file
