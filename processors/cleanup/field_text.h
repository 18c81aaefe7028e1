// A title or a standfirst as feeds and metadata send them, as one line of plain text.
//
//   "Ships &#8217;n&#8217; <i>boats</i>"              => "Ships ’n’ boats"
//   "&lt;p&gt;Ships &lt;b&gt;may&lt;/b&gt; enter&lt;/p&gt;" => "Ships may enter"
//   "a < b"                                           => "a < b"
//
// Cleaning what came out gives the same. Linear; HTML beyond the limits of a page stays as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "processors/cleanup/html_text.h"
#include "processors/cleanup/html_tree.h"
#include "processors/cleanup/line_rules.h"
#include "processors/cleanup/lines.h"

namespace newsfeed::cleanup {

// Scratch memory of one worker. `rules` and `on` must outlive it.
class FieldText {
 public:
  FieldText(const LineRules& rules, const RuleSet& on, const HtmlLimits& limits)
      : rules_(rules), limits_(limits), judge_(rules, on) {}

  // Lives in `arena`, or is a part of `text`.
  std::string_view Clean(std::string_view text, text::Arena& arena);

 private:
  // False if it is no HTML, or cannot be read.
  bool ReadHtml(std::string_view text, std::string& out);

  const LineRules& rules_;
  const HtmlLimits limits_;
  BlockJudge judge_;
  HtmlTree tree_;
  HtmlFigures figures_;
  HtmlRenderer renderer_;
  std::vector<Line> lines_;
  std::vector<RemovedText> ignored_;
  text::Arena scratch_;
};

}  // namespace newsfeed::cleanup
