// A client of a schema registry: Confluent's HTTP interface, which Karapace, Apicurio and Redpanda
// speak too.
//
//   RegistryClient client(config.outputs().schema_registry());
//   client.IdOf("articles.enriched-value", ArticleSchema())     => 7
//
// Blocks 10 s at most each way. One thread. cpp-httplib does not show.
#pragma once

#include <cstdint>
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "daemon/article_value.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::schema_registry {

// The file of EnrichedArticle as a registry keeps it, without comments.
std::string ArticleSchema();

class RegistryClient {
 public:
  explicit RegistryClient(const config::v1::SchemaRegistry& config);

  // Registers `schema` where the configuration says so, else looks it up. UNAVAILABLE: no answer,
  // or the registry is at fault: again later. FAILED_PRECONDITION, PERMISSION_DENIED: it refuses,
  // an operator must do something.
  absl::StatusOr<uint32_t> IdOf(const std::string& subject, const std::string& schema) const;

 private:
  const config::v1::SchemaRegistry config_;
  std::string origin_;  // "https://registry:8081"
  std::string path_;    // what of the URL is behind it
};

// Of every topic that articles go to; empty without a registry.
absl::StatusOr<SchemaIds> IdsOf(const config::v1::Outputs& outputs);

}  // namespace newsfeed::schema_registry
