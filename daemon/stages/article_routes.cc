#include "daemon/stages/article_routes.h"

#include <algorithm>
#include <string_view>

#include "processors/entities/tokenizer.h"

namespace newsfeed::stages {
namespace {

using config::v1::Route;
using v1::EnrichedArticle;

using Wanted = google::protobuf::RepeatedPtrField<std::string>;

bool Same(std::string_view a, std::string_view b) { return entities::EqualFolded(a, b); }

// "en-GB" is "en" too.
bool IsLanguage(std::string_view language, std::string_view wanted) {
  return Same(language, wanted) ||
         (language.size() > wanted.size() && language[wanted.size()] == '-' &&
          Same(language.substr(0, wanted.size()), wanted));
}

// "news.example.com" is "example.com" too.
bool IsDomain(std::string_view domain, std::string_view wanted) {
  return Same(domain, wanted) ||
         (domain.size() > wanted.size() && domain[domain.size() - wanted.size() - 1] == '.' &&
          Same(domain.substr(domain.size() - wanted.size()), wanted));
}

bool HasEntity(const EnrichedArticle& article, std::string_view wanted) {
  return std::ranges::any_of(article.entities(), [&](const v1::Entity& entity) {
    return entity.id() == wanted || Same(entity.name(), wanted);
  });
}

// No element: holds for every article.
template <typename Is>
bool AnyOf(const Wanted& wanted, Is is) {
  return wanted.empty() || std::ranges::any_of(wanted, is);
}

bool OfSource(const Route& route, const EnrichedArticle& article) {
  return AnyOf(route.sources(), [&](const std::string& wanted) {
    return IsDomain(article.source().domain(), wanted) || Same(article.source().name(), wanted);
  });
}

bool OfVerdict(const Route& route, const EnrichedArticle& article) {
  const auto verdict = article.dedup().verdict();
  if (route.verdicts().empty()) return verdict != v1::Dedup::DUPLICATE;
  return std::ranges::any_of(route.verdicts(), [&](const std::string& wanted) {
    return wanted == v1::Dedup::Verdict_Name(verdict);
  });
}

}  // namespace

ArticleRoutes::ArticleRoutes(const config::v1::Outputs& outputs)
    : routes_(outputs.routes().begin(), outputs.routes().end()) {}

std::vector<std::string> ArticleRoutes::topics() const {
  std::vector<std::string> topics;
  for (const Route& route : routes_) topics.push_back(route.topic());
  return topics;
}

bool ArticleRoutes::Matches(size_t index, const EnrichedArticle& article) const {
  const Route& route = routes_[index];
  if (!OfSource(route, article)) return false;
  // What it is about may be gone from it, and whoever was sent it before must hear of it.
  if (article.pub_status() == EnrichedArticle::CANCELED) return true;
  return OfVerdict(route, article) &&
         AnyOf(route.languages(),
               [&](const std::string& wanted) { return IsLanguage(article.language(), wanted); }) &&
         AnyOf(route.sections(),
               [&](const std::string& wanted) { return Same(article.section(), wanted); }) &&
         AnyOf(route.entities(),
               [&](const std::string& wanted) { return HasEntity(article, wanted); });
}

}  // namespace newsfeed::stages
