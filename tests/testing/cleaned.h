// One article through cleanup, for tests.
//
//   Cleaned cleaned({.text = "Skip to content\n\nThe town …"});
//   EXPECT_EQ(cleaned.article().body, "The town …");
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/processor.h"
#include "tests/testing/batch_builder.h"

namespace newsfeed::testing {

struct CleanupInput {
  std::string_view title{};
  std::string_view text{};
  TextForm form = TextForm::kPlain;
  std::string_view standfirst{};
  std::string_view language{};
  std::vector<std::string_view> authors{};
};

// A cleaner with the shipped rules. Aborts where it cannot be made.
std::unique_ptr<Processor> MakeCleaner(const config::v1::Cleanup& config = {},
                                       const config::v1::Limits& limits = {});

class Cleaned {
 public:
  explicit Cleaned(const CleanupInput& input, const config::v1::Cleanup& config = {},
                   const config::v1::Limits& limits = {});

  Article& article() { return *article_; }
  std::string_view body() const { return article_->body; }
  std::string_view title() const { return article_->title; }

  // "rule: text" of all that was removed, in order of place.
  std::vector<std::string> Removed() const;
  // The rules alone.
  std::vector<std::string> Rules() const;

 private:
  BatchBuilder builder_;
  std::unique_ptr<Processor> cleaner_;
  Article* article_ = nullptr;
};

}  // namespace newsfeed::testing
