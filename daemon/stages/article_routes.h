// Which further topics an article goes to (`outputs.routes`).
//
//   routes: [{topic: news.french, languages: [fr]}]      "fr-CA"  => news.french
//
// Immutable; any thread. Topics live as long as the object.
#pragma once

#include <string>
#include <vector>

#include "newsfeed/config/v1/config.pb.h"
#include "newsfeed/v1/article.pb.h"

namespace newsfeed::stages {

class ArticleRoutes {
 public:
  // Checked by kafka::CheckKafkaConfig.
  explicit ArticleRoutes(const config::v1::Outputs& outputs);

  bool empty() const { return routes_.empty(); }
  std::vector<std::string> topics() const;

  // Whether `article` meets the conditions of route `index`.
  size_t size() const { return routes_.size(); }
  bool Matches(size_t index, const v1::EnrichedArticle& article) const;
  const std::string& topic(size_t index) const { return routes_[index].topic(); }

 private:
  std::vector<config::v1::Route> routes_;
};

}  // namespace newsfeed::stages
