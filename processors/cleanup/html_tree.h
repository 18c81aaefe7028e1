// HTML as a flat tree with places in the source.
//
//   "<p>Gold &amp; <b>silver</b></p>"  =>  p[0,32) { #text[3,14) b[14,27) { #text[17,23) } }
//
// A tokenizer after the HTML standard (section 13.2.5) and a tree of what text extraction needs:
// void elements, raw text, elements whose end tag may be omitted, end tags that close what is open
// inside. Formatting elements that overlap are closed, not reopened: their text stays in order.
// Not libxml2: every node knows its exact place in the source, the work is linear whatever the
// input, and no attribute is looked at twice.
//
// All views point into the source. Never recurses.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "processors/article/article.h"

namespace newsfeed::cleanup {

// What an element does to the text around it.
enum class HtmlRole : uint8_t {
  kInline,  // nothing
  kBlock,   // stands in lines of its own
  kBreak,   // ends a line: br, hr
  kSkip,    // its content is no text for readers: script, style, head …
};

struct HtmlAttribute {
  // As in the source; compare with HtmlNameIs.
  std::string_view name;
  // Without quotes, references not resolved.
  std::string_view value;
};

struct HtmlNode {
  static constexpr uint32_t kNone = ~uint32_t{0};

  // Name, in small letters where the parser's table has the element; empty: text.
  std::string_view name;
  // The element from its start tag to its end; text as it stands.
  Range source;
  uint32_t parent = kNone;
  // One past the last node inside: nodes are in the order of the source, what is inside follows.
  uint32_t end = 0;
  // Into HtmlTree::attributes().
  Range attributes;
  HtmlRole role = HtmlRole::kInline;
  // Text: its references are not resolved (inside script and style).
  bool raw = false;

  bool is_text() const { return name.empty(); }
};

struct HtmlLimits {
  uint32_t max_depth = 256;
  uint32_t max_attributes = 256;
};

enum class HtmlFault : uint8_t { kNone, kTooDeep, kTooManyAttributes, kTooManyNodes };

// Elements and pieces of text that a page of so many bytes may have, and attributes, since "<p>" of
// three bytes makes a node: bounds memory to 20 times the page. Of 208 news pages the densest has a
// node in 13 bytes.
constexpr size_t MaxHtmlNodes(size_t bytes) { return 16'384 + bytes / 10; }

class HtmlTree {
 public:
  // Reads `html` (valid UTF-8), which must outlive the tree's use. On a fault the tree is unusable.
  HtmlFault Parse(std::string_view html, const HtmlLimits& limits);

  // In the order of the source.
  std::span<const HtmlNode> nodes() const { return nodes_; }
  std::span<const HtmlAttribute> attributes(const HtmlNode& node) const {
    return std::span(attributes_).subspan(node.attributes.begin, node.attributes.size());
  }
  size_t all_attributes() const { return attributes_.size(); }
  // The value of an attribute; empty if absent.
  std::string_view Attribute(const HtmlNode& node, std::string_view name) const;
  bool HasAttribute(const HtmlNode& node, std::string_view name) const;

 private:
  class Parser;

  std::vector<HtmlNode> nodes_;
  std::vector<HtmlAttribute> attributes_;
  std::vector<uint32_t> open_;
};

// What the standard calls whitespace (section 2.4.1): no vertical tab.
constexpr bool IsHtmlBlank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

// True if a name of the source is `lower`, whatever its case.
bool HtmlNameIs(std::string_view name, std::string_view lower);

}  // namespace newsfeed::cleanup
