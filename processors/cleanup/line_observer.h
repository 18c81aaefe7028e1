// Who is told how lines are judged: for training, to learn the furniture of a source, to explain.
#pragma once

#include <span>
#include <string_view>

#include "processors/article/article.h"
#include "processors/cleanup/line_model.h"
#include "processors/cleanup/lines.h"

namespace newsfeed::cleanup {

class LineObserver {
 public:
  virtual ~LineObserver() = default;
  // All lines of an article, before any is judged. Once more with other lines where its elements
  // gave no article and its JSON-LD does.
  virtual void Read(const Article& /*article*/, std::span<const Line> /*lines*/) {}
  // The lines of an article and the model's features of each, kFeatures a line; as a page's, then
  // as plain text, until nothing goes.
  virtual void Judged(std::span<const Line> /*lines*/, const LineModel& /*model*/, bool /*page*/) {}
  // A line goes, and why.
  virtual void Removed(const Line& /*line*/, std::string_view /*rule*/) {}
  // Those that stay, at the end.
  virtual void Kept(const Line& /*line*/) {}
};

}  // namespace newsfeed::cleanup
