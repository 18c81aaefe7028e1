// The lines of an element of HTML, without what is no text of the article.
//
//   <p>Gold <b>rose</b>.<br>Silver fell.</p><aside>Our app</aside>
//     => lines "Gold rose." "Silver fell.", removed {aside, "Our app"}
//
// A line ends where a block begins or ends and at br. Inline elements neither join nor part words,
// cells of a table are parted by a blank. Places are those of the source: a line reaches from its
// first to its last piece of text, a removed element from its start tag to its end.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "processors/cleanup/character_reference.h"
#include "processors/cleanup/html_tree.h"
#include "processors/cleanup/line_rules.h"
#include "processors/cleanup/lines.h"

namespace newsfeed::cleanup {

// What every node of a tree holds, as sums over the nodes before it: the figures of an element are
// differences.
class HtmlFigures {
 public:
  void Count(const HtmlTree& tree, std::string_view html);

  // Bytes of text for readers inside the node, blanks apart.
  uint32_t TextBytes(const HtmlNode& node, size_t index) const {
    return text_[node.end] - text_[index];
  }
  // Of these the prose: pieces that are no labels, outside links.
  uint32_t ProseBytes(const HtmlNode& node, size_t index) const {
    return prose_[node.end] - prose_[index];
  }
  uint32_t ProseBytes(Range nodes) const { return prose_[nodes.end] - prose_[nodes.begin]; }
  Range AllNodes() const { return {0, static_cast<uint32_t>(prose_.size() - 1)}; }

 private:
  std::vector<uint32_t> text_;
  std::vector<uint32_t> prose_;
};

// Which block rule removes an element, if any.
class BlockJudge {
 public:
  BlockJudge(const LineRules& rules, const RuleSet& on) : rules_(rules), on_(on) {}

  // Begins a tree: forgets what the names of another's elements said.
  void Begin(const HtmlTree& tree) { named_.assign(tree.nodes().size(), {}); }

  // The rule, -1 if the node stays. An element with most of the prose of `within` (empty: of the
  // tree) stays whatever it is called, unless its rule says always: pages put whole articles into a
  // form or an aside.
  int Judge(const HtmlTree& tree, const HtmlNode& node, size_t index, const HtmlFigures& figures,
            Range within);

  // True if class, id or itemprop say that the node holds the article.
  bool IsContainer(const HtmlTree& tree, const HtmlNode& node);

  // What they hint at, see LineRules::NameKinds.
  uint8_t NameKinds(const HtmlTree& tree, const HtmlNode& node, size_t index) {
    return NamesOf(tree, node, index).kinds;
  }

  // True if they say that it holds the standfirst.
  bool IsStandfirst(const HtmlTree& tree, const HtmlNode& node);

 private:
  // What tag and names of an element say; it is asked for twice and read once.
  struct Named {
    bool read = false;
    uint8_t kinds = 0;
    int16_t rule = -1;
  };
  const Named& NamesOf(const HtmlTree& tree, const HtmlNode& node, size_t index);
  Named ReadNamed(const HtmlTree& tree, const HtmlNode& node);
  void ReadNames(const HtmlTree& tree, const HtmlNode& node, bool with_itemprop);
  void AddNames(std::string_view value);

  const LineRules& rules_;
  const RuleSet& on_;
  std::vector<Named> named_;
  std::string names_;
  std::vector<Word> words_;
};

// An element that a rule names but that holds prose: its lines are judged one by one.
struct DoubtfulElement {
  uint32_t node = 0;
  RuleIndex rule = 0;
  // Its lines.
  Range lines;
};

// Writes lines and removed elements of the nodes [begin, end).
class HtmlRenderer {
 public:
  static constexpr size_t kAllBytes = std::numeric_limits<size_t>::max() / kReferenceBytes;

  // What a page adds: see RenderPage.
  struct Page {
    Range article;
    Range standfirst;
    std::vector<DoubtfulElement>& doubtful;
  };

  // `clean`: characters are cleaned (characters.h); else references are resolved once and blanks
  // folded. Lines live in `arena` or the source, quotes of removed elements in `quotes`; scripts
  // are not quoted. With `page`, elements that a rule names and that hold prose are told in
  // `page->doubtful` and their lines stay; what is removed outside `page->article` is not told.
  void Render(const HtmlTree& tree, const HtmlFigures& figures, std::string_view html, Range nodes,
              BlockJudge& judge, const LineRules& rules, bool clean, text::Arena& arena,
              text::Arena& quotes, std::vector<Line>& lines, std::vector<RemovedText>& removed,
              const Page* page = nullptr);

  // The text of an element in one line: its first `max_bytes`, of which no more than eight times as
  // much of the source is read.
  std::string_view TextOf(const HtmlTree& tree, std::string_view html, size_t node,
                          text::Arena& arena, size_t max_bytes = kAllBytes);

 private:
  struct OpenBlock {
    uint32_t end;
    uint32_t node;
    LineMarkup markup;
  };

  // What a call of Render judges elements by, and where it tells of them.
  struct Elements {
    const HtmlTree& tree;
    const HtmlFigures& figures;
    BlockJudge& judge;
    const LineRules& rules;
    text::Arena& quotes;
    std::vector<RemovedText>& removed;
    const Page* page;
    Range article;
  };

  void Begin(std::string_view html, bool clean, text::Arena& arena, std::vector<Line>& lines);
  void AddText(Range source);
  void AddPiece(size_t node, Range source);
  void AddBlank();
  void BreakLine();
  void CloseBlocks(size_t node);
  void CloseDoubtful(const Elements& elements, size_t node);
  size_t AddElement(const Elements& elements, size_t node);
  void TellRemoved(const Elements& elements, size_t node, RuleIndex rule);
  void OpenBlockOf(const Elements& elements, size_t node);
  void OpenDoubtful(const Elements& elements, size_t node, RuleIndex rule);
  LineMarkup MarkupOfBlock() const;

  std::string_view html_;
  bool clean_ = true;
  text::Arena* arena_ = nullptr;
  std::vector<Line>* lines_ = nullptr;
  // The line in the making: one piece of the source, or several in buffer_.
  Range piece_;
  bool has_piece_ = false;
  bool in_buffer_ = false;
  std::string buffer_;
  std::vector<OpenBlock> blocks_;
  // Indices into Page::doubtful.
  std::vector<size_t> open_doubtful_;
  // Of the line in the making.
  LineMarkup markup_;
  size_t bytes_ = 0;
  size_t link_bytes_ = 0;
  size_t strong_bytes_ = 0;
  // Ends of the link and of the strong text that are open.
  size_t link_end_ = 0;
  size_t strong_end_ = 0;
};

// `text` with references resolved once and blanks folded into one.
std::string_view ResolveReferences(std::string_view text, text::Arena& arena);

}  // namespace newsfeed::cleanup
