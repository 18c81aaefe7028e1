// Text or page to the article and nothing else: title, standfirst, body in paragraphs, language.
// Pure: same bytes and configuration, same result. See README.md.
#pragma once

#include <memory>
#include <span>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/processor.h"
#include "processors/cleanup/line_model.h"
#include "processors/cleanup/line_rules.h"

namespace newsfeed::cleanup {

// Is told how lines are judged, for training.
class LineObserver {
 public:
  virtual ~LineObserver() = default;
  // The lines of an article and the model's features of each, kFeatures a line; as a page's, then as
  // plain text, until nothing goes.
  virtual void Judged(std::span<const Line> lines, const LineModel& model, bool page) = 0;
};

// The processor "cleanup". `rules` is shared by all workers; `observer` may be null and must outlive
// the processor.
absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Cleanup& config,
                                                  const config::v1::Limits& limits,
                                                  std::shared_ptr<const LineRules> rules,
                                                  LineObserver* observer = nullptr);

}  // namespace newsfeed::cleanup
