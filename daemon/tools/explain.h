// What cleanup kept of a record and what it removed, with the rule beside each line: `newsfeedd
// explain`.
//
//   feed.ndjson:0:0
//     title              Harbour tunnel opens
//     lines              2 kept, 61 bytes; 1 removed, 20 bytes: navigation 1
//
//   - navigation         Skip to main content
//                        The tunnel …
//
// Lines stand in the order of the input. Of a page all lines are told, those outside the article's
// element too; an element that went without being read in lines is one line, marked by its rule.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/cleanup/cleanup.h"
#include "processors/pipeline/processor_table.h"

namespace newsfeed::tools {

struct ExplainedLine {
  std::string text;
  std::string rule;  // empty: kept
  Range source;
  bool is_element = false;
};

// One record. All texts are fit for a screen.
struct Explanation {
  std::string origin;   // "feed.ndjson:0:17"
  std::string outcome;  // "dead letter INVALID_JSON: …"; empty: it goes on
  std::string note;     // "low information, truncated, for subscribers"; empty: nothing
  std::vector<std::pair<std::string, std::string>> fields;  // name, value; those that are known
  std::vector<ExplainedLine> lines;
  size_t outside_bytes = 0;  // of a page, outside the article's element
};

// "2 lines kept, 61 bytes; 1 removed, 20 bytes: navigation 1", rules by number.
std::string CountsOf(const Explanation& explanation);

// For a terminal; `colour`: with ANSI codes.
std::string TextOf(const Explanation& explanation, bool colour);

// A standalone page: no script, nothing loaded, all text escaped.
std::string HtmlHead();
std::string HtmlOf(const Explanation& explanation);
std::string HtmlFoot();

// Runs decode and cleanup as configured. One thread.
class Explainer {
 public:
  static absl::StatusOr<std::unique_ptr<Explainer>> Create(const config::v1::Config& config,
                                                           const SharedData& shared);

  // One explanation for each record of the batch, in its order.
  absl::StatusOr<std::vector<Explanation>> Explain(Batch& batch);

 private:
  // What cleanup tells of the lines of each article.
  class Recorder : public cleanup::LineObserver {
   public:
    void Read(const Article& article, std::span<const cleanup::Line> lines) override;
    void Removed(const cleanup::Line& line, std::string_view rule) override;
    void Kept(const cleanup::Line& line) override;

    std::vector<ExplainedLine> TakeLines(const Article& article);
    void Clear() { articles_.clear(); }

   private:
    struct Lines {
      std::vector<ExplainedLine> lines;
      // By place; lines of one place are told in their order.
      std::vector<std::pair<Range, std::string_view>> removed;
      std::vector<Range> kept;
    };
    absl::flat_hash_map<const Article*, Lines> articles_;
    Lines* current_ = nullptr;
  };

  Explainer() = default;

  Explanation ExplanationOf(const Article& article);

  Recorder recorder_;
  std::unique_ptr<Processor> decode_;
  std::unique_ptr<Processor> cleanup_;
};

}  // namespace newsfeed::tools
