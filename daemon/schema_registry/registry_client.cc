#include "daemon/schema_registry/registry_client.h"

#include <fmt/format.h>
#include <httplib.h>
#include <simdjson.h>

#include <limits>
#include <optional>
#include <vector>

#include "daemon/file/json_writer.h"

namespace newsfeed::schema_registry {
namespace {

constexpr int kTimeoutSeconds = 10;
constexpr size_t kMaxMessageBytes = 300;
constexpr char kContentType[] = "application/vnd.schemaregistry.v1+json";

std::string RequestBody(const std::string& schema) {
  std::string body = R"({"schemaType":"PROTOBUF","schema":)";
  file::AppendJsonString(schema, body);
  return body + "}";
}

// {"id":7}; nothing where it says no such thing.
std::optional<uint32_t> ParseId(const std::string& body) {
  simdjson::dom::parser parser;
  uint64_t id = 0;
  if (parser.parse(body).get_object()["id"].get_uint64().get(id) != simdjson::SUCCESS ||
      id > std::numeric_limits<uint32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(id);
}

absl::Status ToStatus(int http_status, std::string message) {
  if (http_status == 401 || http_status == 403) {
    return absl::PermissionDeniedError(std::move(message));
  }
  // Too many requests, and what is not the request's fault.
  if (http_status == 429 || http_status >= 500) return absl::UnavailableError(std::move(message));
  return absl::FailedPreconditionError(std::move(message));
}

}  // namespace

std::string ArticleSchema() { return v1::EnrichedArticle::descriptor()->file()->DebugString(); }

RegistryClient::RegistryClient(const config::v1::SchemaRegistry& config) : config_(config) {
  const std::string& url = config.url();
  const size_t host = url.find("://");
  const size_t path = url.find('/', host == std::string::npos ? 0 : host + 3);
  origin_ = url.substr(0, path);
  if (path != std::string::npos) path_ = url.substr(path);
  while (path_.ends_with('/')) path_.pop_back();
}

absl::StatusOr<uint32_t> RegistryClient::IdOf(const std::string& subject,
                                              const std::string& schema) const {
  httplib::Client client(origin_);
  client.set_connection_timeout(kTimeoutSeconds);
  client.set_read_timeout(kTimeoutSeconds);
  client.set_write_timeout(kTimeoutSeconds);
  if (!config_.username().empty()) client.set_basic_auth(config_.username(), config_.password());
  if (!config_.ca_file().empty()) client.set_ca_cert_path(config_.ca_file());
  const std::string path =
      fmt::format("{}/subjects/{}{}", path_, subject, config_.auto_register() ? "/versions" : "");
  const httplib::Result answer = client.Post(path, RequestBody(schema), kContentType);
  if (!answer) {
    return absl::UnavailableError(fmt::format("schema registry {}: {}: {}", origin_, subject,
                                              httplib::to_string(answer.error())));
  }
  if (answer->status != 200) {
    return ToStatus(answer->status,
                    fmt::format("schema registry {}: {}: {} {}", origin_, subject, answer->status,
                                answer->body.substr(0, kMaxMessageBytes)));
  }
  const std::optional<uint32_t> id = ParseId(answer->body);
  // Whoever answers so is no registry, and will not become one.
  if (!id) {
    return ToStatus(200,
                    fmt::format("schema registry {}: {}: the answer has no id", origin_, subject));
  }
  return *id;
}

absl::StatusOr<SchemaIds> IdsOf(const config::v1::Outputs& outputs) {
  SchemaIds ids;
  if (outputs.schema_registry().url().empty()) return ids;
  std::vector<std::string> topics = {outputs.enriched(), outputs.duplicates()};
  for (const auto& route : outputs.routes()) topics.push_back(route.topic());
  const RegistryClient client(outputs.schema_registry());
  const std::string schema = ArticleSchema();
  for (const std::string& topic : topics) {
    const auto id = client.IdOf(topic + "-value", schema);
    if (!id.ok()) return id.status();
    ids[topic] = *id;
  }
  return ids;
}

}  // namespace newsfeed::schema_registry
