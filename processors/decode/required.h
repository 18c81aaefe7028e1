// Fields that an article must have (`decode.required`).
//
// Cleanup finds some of them in the page or the text where the feed tells none. So decode refuses
// only what cannot come any more, and all of them are asked for again behind cleanup.
#pragma once

#include <vector>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/article.h"
#include "processors/decode/shapes.h"

namespace newsfeed::decode {

class RequiredFields {
 public:
  // Fails on a name that is not in `decode.mapping`; the message names the key.
  static absl::StatusOr<RequiredFields> Create(const config::v1::Decode& config);

  bool empty() const { return fields_.empty(); }

  // Rejects an article that lacks one (MISSING_FIELD), naming the first.
  void Check(Article& article) const;
  // The same, but for what cleanup may fill.
  void CheckBeforeCleanup(Article& article) const;

 private:
  std::vector<Field> fields_;  // as configured
};

}  // namespace newsfeed::decode
