// Text or page to the article and nothing else: title, standfirst, body in paragraphs, language.
// Pure: same bytes and configuration, same result. See README.md.
#pragma once

#include <memory>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/processor.h"
#include "processors/cleanup/line_observer.h"
#include "processors/cleanup/line_rules.h"
#include "processors/cleanup/source_furniture.h"

namespace newsfeed::cleanup {

// The processor "cleanup". `rules` and `source_furniture` are shared by all workers and may be
// null; `observer` may be null and must outlive the processor.
absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Cleanup& config,
                                                  const config::v1::Limits& limits,
                                                  std::shared_ptr<const LineRules> rules,
                                                  std::shared_ptr<const SourceFurniture>
                                                      source_furniture = nullptr,
                                                  LineObserver* observer = nullptr);

}  // namespace newsfeed::cleanup
