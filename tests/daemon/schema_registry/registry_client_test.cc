// Against a registry of the test's own, on loopback.
#include "daemon/schema_registry/registry_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <simdjson.h>

#include <string>
#include <thread>
#include <vector>

namespace newsfeed::schema_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class Registry {
 public:
  Registry() {
    server_.Post(".*", [this](const httplib::Request& request, httplib::Response& response) {
      paths.push_back(request.path);
      body = request.body;
      authorization = request.get_header_value("Authorization");
      response.status = status;
      response.set_content(answer, "application/vnd.schemaregistry.v1+json");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Registry() {
    server_.stop();
    thread_.join();
  }

  config::v1::SchemaRegistry Config(const std::string& path = "") const {
    config::v1::SchemaRegistry config;
    config.set_url("http://127.0.0.1:" + std::to_string(port_) + path);
    return config;
  }

  int status = 200;
  std::string answer = R"({"id":7})";
  std::vector<std::string> paths;
  std::string body;
  std::string authorization;

 private:
  httplib::Server server_;
  std::thread thread_;
  int port_ = 0;
};

TEST(RegistryClient, RegistersUnderTheSubject) {
  Registry registry;
  const auto id = RegistryClient(registry.Config()).IdOf("articles.enriched-value", "syntax = \"proto3\";");
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(*id, 7);
  EXPECT_THAT(registry.paths, ElementsAre("/subjects/articles.enriched-value/versions"));
  EXPECT_EQ(registry.body, R"({"schemaType":"PROTOBUF","schema":"syntax = \"proto3\";"})");
  EXPECT_EQ(registry.authorization, "");
}

TEST(RegistryClient, LooksUpWhereItMayNotRegister) {
  Registry registry;
  auto config = registry.Config("/apis/ccompat/v7/");
  config.set_auto_register(false);
  config.set_username("news");
  config.set_password("secret");
  ASSERT_TRUE(RegistryClient(config).IdOf("t-value", "s").ok());
  EXPECT_THAT(registry.paths, ElementsAre("/apis/ccompat/v7/subjects/t-value"));
  EXPECT_EQ(registry.authorization, "Basic bmV3czpzZWNyZXQ=");
}

struct Refusal {
  int status;
  const char* answer;
  absl::StatusCode code;
};
class Refusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refusals, AreTold) {
  Registry registry;
  registry.status = GetParam().status;
  registry.answer = GetParam().answer;
  const auto id = RegistryClient(registry.Config()).IdOf("t-value", "s");
  EXPECT_EQ(id.status().code(), GetParam().code) << id.status();
  const char* told = GetParam().status == 200 ? "no id" : GetParam().answer;
  EXPECT_THAT(std::string(id.status().message()), HasSubstr(told));
  EXPECT_THAT(std::string(id.status().message()), HasSubstr(registry.Config().url() + ": t-value: "));
}
INSTANTIATE_TEST_SUITE_P(
    , Refusals,
    testing::Values(Refusal{409, R"({"error_code":409,"message":"incompatible"})", absl::StatusCode::kFailedPrecondition},
                    Refusal{404, "no such subject", absl::StatusCode::kFailedPrecondition},
                    Refusal{401, "who are you", absl::StatusCode::kPermissionDenied},
                    Refusal{503, "no leader", absl::StatusCode::kUnavailable},
                    Refusal{429, "slowly", absl::StatusCode::kUnavailable},
                    Refusal{200, "no json", absl::StatusCode::kFailedPrecondition},
                    Refusal{200, R"({"id":-1})", absl::StatusCode::kFailedPrecondition}));

TEST(RegistryClient, NobodyThereIsUnavailable) {
  config::v1::SchemaRegistry config;
  {
    const Registry gone;
    config = gone.Config();
  }
  const absl::Status status = RegistryClient(config).IdOf("t-value", "s").status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr(config.url() + ": t-value: "));
}

TEST(IdsOf, EveryTopicOfArticles) {
  Registry registry;
  config::v1::Outputs outputs;
  *outputs.mutable_schema_registry() = registry.Config();
  outputs.add_routes()->set_topic("news.french");
  const auto ids = IdsOf(outputs);
  ASSERT_TRUE(ids.ok()) << ids.status();
  EXPECT_THAT(*ids, ElementsAre(Pair("articles.duplicates", 7), Pair("articles.enriched", 7), Pair("news.french", 7)));
  EXPECT_THAT(registry.paths, UnorderedElementsAre("/subjects/articles.duplicates-value/versions",
                                                   "/subjects/articles.enriched-value/versions",
                                                   "/subjects/news.french-value/versions"));
}

TEST(IdsOf, WithoutARegistryNobodyIsAsked) {
  const auto ids = IdsOf({});
  ASSERT_TRUE(ids.ok());
  EXPECT_TRUE(ids->empty());
}

// The wire format names the message by its place in the file.
TEST(ArticleSchema, EnrichedArticleIsTheFirstMessage) {
  EXPECT_EQ(v1::EnrichedArticle::descriptor()->index(), 0);
  EXPECT_THAT(ArticleSchema(), HasSubstr("syntax = \"proto3\";\n\npackage newsfeed.v1;\n\nmessage EnrichedArticle {"));
}

}  // namespace
}  // namespace newsfeed::schema_registry
