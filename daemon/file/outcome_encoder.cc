#include "daemon/file/outcome_encoder.h"

#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <iterator>

namespace newsfeed::file {
namespace {

namespace protobuf = google::protobuf;

constexpr std::string_view kTypeUrlPrefix = "type.googleapis.com";

protobuf::util::TypeResolver& Resolver() {
  // Lives for ever: destructors at exit would race with workers.
  static protobuf::util::TypeResolver& resolver =
      *protobuf::util::NewTypeResolverForDescriptorPool(
          std::string(kTypeUrlPrefix), protobuf::DescriptorPool::generated_pool());
  return resolver;
}

// Map entries in the order of their keys, so that the same article gives the same bytes.
void SerializeInOrder(const protobuf::Message& message, std::string& out) {
  out.clear();
  protobuf::io::StringOutputStream stream(&out);
  protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
}

// `text` must be valid UTF-8.
void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<int>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
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
    AppendMember("newsfeed-filter-why", FilterWhyName(article.fate.why), members);
  } else {
    AppendMember("newsfeed-error-reason", ReasonName(article.fate.reason), members);
    AppendMember("newsfeed-error-stage", article.fate.stage, members);
    AppendMember("newsfeed-error-detail", article.fate.detail, members);
    AppendMember("newsfeed-error-topic", article.origin.topic.name, members);
    AppendMember("newsfeed-error-partition", std::to_string(article.origin.partition.value),
                 members);
    AppendMember("newsfeed-error-offset", std::to_string(article.origin.offset.value), members);
    AppendMember("newsfeed-error-version", stamp.version, members);
    if (article.oversize_bytes > 0) {
      AppendMember("newsfeed-error-stub",
                   fmt::format("{} bytes, xxh3 {:016x}", article.oversize_bytes,
                               article.oversize_hash),
                   members);
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

absl::Status AppendJsonLine(const protobuf::Message& message, std::string& scratch,
                            std::string& out) {
  SerializeInOrder(message, scratch);
  protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  protobuf::io::ArrayInputStream input(scratch.data(), static_cast<int>(scratch.size()));
  protobuf::io::StringOutputStream output(&out);
  const auto status = protobuf::util::BinaryToJsonStream(
      &Resolver(), fmt::format("{}/{}", kTypeUrlPrefix, message.GetDescriptor()->full_name()),
      &input, &output, options);
  if (!status.ok()) return absl::InternalError(fmt::format("JSON: {}", status.ToString()));
  return absl::OkStatus();
}

OutcomeEncoder::OutcomeEncoder(OutputFormat format, const ProcessingStamp& stamp,
                               uint32_t max_removed_text_bytes)
    : format_(format), stamp_(stamp), max_removed_text_bytes_(max_removed_text_bytes) {}

OutcomeEncoder::~OutcomeEncoder() = default;

absl::Status OutcomeEncoder::Encode(const Batch& batch, EncodedOutcomes& out) {
  out.Clear();
  for (const Article& article : batch.articles()) {
    const Outcome outcome = OutcomeOf(article);
    const size_t begin = out.bytes.size();
    if (outcome == Outcome::kEnriched || outcome == Outcome::kDuplicate) {
      if (absl::Status status = AppendMessage(article, out.bytes); !status.ok()) return status;
    } else {
      AppendFailure(article, outcome, out.bytes);
    }
    out.items.push_back({outcome, begin, out.bytes.size()});
  }
  return absl::OkStatus();
}

absl::Status OutcomeEncoder::AppendMessage(const Article& article, std::string& out) {
  ToProto(article, stamp_, max_removed_text_bytes_, message_);
  if (format_ == OutputFormat::kJsonLines) {
    json_.clear();
    if (absl::Status status = AppendJsonLine(message_, binary_, json_); !status.ok()) return status;
    out += json_;
    out += '\n';
    return absl::OkStatus();
  }
  SerializeInOrder(message_, binary_);
  uint8_t size[10];
  const uint8_t* end =
      protobuf::io::CodedOutputStream::WriteVarint64ToArray(binary_.size(), size);
  out.append(reinterpret_cast<const char*>(size), static_cast<size_t>(end - size));
  out += binary_;
  return absl::OkStatus();
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
