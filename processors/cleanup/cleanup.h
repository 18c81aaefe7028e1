// Text or page to the article and nothing else: title, standfirst, body in paragraphs, language.
// Pure: same bytes and configuration, same result. See README.md.
#pragma once

#include <memory>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/processor.h"
#include "processors/cleanup/line_rules.h"

namespace newsfeed::cleanup {

// The processor "cleanup". `rules` is shared by all workers.
absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Cleanup& config,
                                                  const config::v1::Limits& limits,
                                                  std::shared_ptr<const LineRules> rules);

}  // namespace newsfeed::cleanup
