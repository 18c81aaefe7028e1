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
#include "processors/cleanup/source_furniture.h"

namespace newsfeed::cleanup {

// Is told how lines are judged: for training, to learn the furniture of a source, to explain.
class LineObserver {
 public:
  virtual ~LineObserver() = default;
  // All lines of an article, before any is judged. Once more with other lines where its elements gave
  // no article and its JSON-LD does.
  virtual void Read(const Article& /*article*/, std::span<const Line> /*lines*/) {}
  // The lines of an article and the model's features of each, kFeatures a line; as a page's, then as
  // plain text, until nothing goes.
  virtual void Judged(std::span<const Line> /*lines*/, const LineModel& /*model*/, bool /*page*/) {}
  // A line goes, and why.
  virtual void Removed(const Line& /*line*/, std::string_view /*rule*/) {}
  // Those that stay, at the end.
  virtual void Kept(const Line& /*line*/) {}
};

// The processor "cleanup". `rules` and `source_furniture` are shared by all workers and may be null;
// `observer` may be null and must outlive the processor.
absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Cleanup& config,
                                                  const config::v1::Limits& limits,
                                                  std::shared_ptr<const LineRules> rules,
                                                  std::shared_ptr<const SourceFurniture>
                                                      source_furniture = nullptr,
                                                  LineObserver* observer = nullptr);

}  // namespace newsfeed::cleanup
