// The article in a page's own application state, for pages whose elements hold none.
//
//   <script id="__NEXT_DATA__" type="application/json">
//     {"page":{"body":[{"text":"The tunnel …"},…]}}</script>
//   <script>window.__STATE__ = {"article":{"content":"<p>The tunnel …</p>"}};</script>
//     => "<p>The tunnel …</p>…"
//
// Taken is the innermost value with most of the prose of a script: of its strings those that are
// prose, and the others under the name that most of the prose has (short paragraphs,
// sub-headlines). No walk is recursive; of a script with more values than one for each 64 of its
// bytes and 16,384 nothing is taken.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "processors/cleanup/html_tree.h"

namespace newsfeed::cleanup {

// Scratch memory of one worker.
class PageStateReader {
 public:
  // The article as a fragment of HTML; empty if no script holds one. Lives until the next call.
  std::string_view Find(const HtmlTree& tree, std::string_view html);

 private:
  struct Value {
    uint32_t depth = 0;
    uint32_t end = 0;         // one past the last value inside
    uint32_t prose_before = 0;  // bytes
    uint32_t prose = 0;       // of a string
    std::string_view name{};
    std::string_view text{};  // of a string
  };
  struct Open {
    simdjson::dom::element value;
    std::string_view name{};
    uint32_t depth;
  };

  void ReadScript(std::string_view script);
  bool ReadValues(simdjson::dom::element root, size_t most);
  void TakeArticle();
  void AddParagraph(std::string_view text);

  simdjson::dom::parser parser_;
  std::vector<Open> open_;
  std::vector<Value> values_;
  std::vector<uint32_t> around_;
  std::string article_;
  size_t most_prose_ = 0;
};

}  // namespace newsfeed::cleanup
