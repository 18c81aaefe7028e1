// Why an article was judged as it was: what the topics say of an id.
//
//   auto found = FindArticle(*reader, config, "a1");
//   fmt::print("{}", TextOf(*found));
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "daemon/tools/dead_letters.h"
#include "daemon/tools/topic_reader.h"
#include "newsfeed/config/v1/config.pb.h"
#include "newsfeed/v1/article.pb.h"

namespace newsfeed::tools {

// One version of the article.
struct FoundVersion {
  std::string topic;
  Place place;
  bool promoted = false;
  v1::EnrichedArticle article;
  std::optional<std::string> canonical_title;  // nothing: the original was not found among the published
};

struct FoundArticle {
  std::string id;
  std::vector<FoundVersion> versions;     // by time of the input record
  std::vector<DeadLetter> dead_letters;   // whose key is the id
  std::vector<std::string> open_transactions;
};

// The topics of outcomes are read whole. NOT_FOUND: nothing of that id in any of them.
absl::StatusOr<FoundArticle> FindArticle(TopicReader& reader, const config::v1::Config& config,
                                         const std::string& id);

std::string TextOf(const FoundArticle& found);
std::string JsonOf(const FoundArticle& found);

}  // namespace newsfeed::tools
