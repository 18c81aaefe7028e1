// Why an article was judged as it was: what the topics say of an id.
//
//   auto found = FindArticle(*reader, config, "a1");
//   fmt::print("{}", TextOf(*found, config, 56));
#pragma once

#include <cstdint>
#include <map>
#include <memory>
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
  // The article that it repeats or updates, its body beside the newest version only; null: it was
  // not found among the published.
  std::shared_ptr<const v1::EnrichedArticle> canonical;
};

// The newest versions, by the time of the input record. Only the newest of all keeps its body.
class NewestVersions {
 public:
  NewestVersions(size_t most, size_t most_bytes) : most_(most), most_bytes_(most_bytes) {}

  void Add(FoundVersion version);
  // Older ones that were let go.
  uint64_t left_out() const { return left_out_; }
  std::vector<FoundVersion> Take() &&;

 private:
  const size_t most_;
  const size_t most_bytes_;
  std::multimap<int64_t, FoundVersion> versions_;
  size_t bytes_ = 0;
  uint64_t left_out_ = 0;
};

struct FoundArticle {
  std::string id;
  std::vector<FoundVersion> versions;     // the newest, by time of the input record
  uint64_t left_out = 0;                  // older ones
  std::vector<DeadLetter> dead_letters;   // whose key is the id
  std::vector<std::string> open_transactions;
};

// The topics of outcomes are read whole. NOT_FOUND: nothing of that id in any of them.
absl::StatusOr<FoundArticle> FindArticle(TopicReader& reader, const config::v1::Config& config,
                                         const std::string& id);

// The figure of each test, beside what `config` wants if it is the policy that judged; and of the
// newest version both texts side by side (side_by_side.h), in columns of `width`, unless that is 0.
std::string TextOf(const FoundArticle& found, const config::v1::Config& config, size_t width);
std::string JsonOf(const FoundArticle& found);

}  // namespace newsfeed::tools
