// A page being read, as its readers hand it to each other. Views; nothing is owned.
#pragma once

#include <string_view>

#include "processors/cleanup/html_text.h"
#include "processors/cleanup/html_tree.h"

namespace newsfeed::cleanup {

// A meta element: name (or property, itemprop, http-equiv) and content, references not resolved.
struct PageMeta {
  std::string_view name;
  std::string_view content;
};

struct PageView {
  const HtmlTree& tree;
  std::string_view html;
  const HtmlFigures& figures;
  HtmlRenderer& renderer;
  BlockJudge& judge;
  const LineRules& rules;

  // The text of a node in one line, in `arena`; empty if it is longer than `max_bytes`: elements
  // lie inside each other, and each may hold the whole page.
  std::string_view ShortText(size_t node, size_t max_bytes, text::Arena& arena) const {
    if (figures.TextBytes(tree.nodes()[node], node) > max_bytes) return {};
    // One character more, to see that it is longer.
    const std::string_view text = renderer.TextOf(tree, html, node, arena, max_bytes + 4);
    return text.size() <= max_bytes ? text : std::string_view();
  }
};

}  // namespace newsfeed::cleanup
