#include "processors/cleanup/html_tree.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include "processors/text/ascii.h"

namespace newsfeed::cleanup {
namespace {

// What the parser knows about an element. Others are inline and closed by their end tag.
struct ElementKind {
  std::string_view name;
  HtmlRole role = HtmlRole::kInline;
  bool is_void = false;
  // Its content is text up to its own end tag.
  bool raw_text = false;
  // Elements of one group close each other where the end tag is omitted (li, dt and dd …); 0: none.
  uint8_t group = 0;
  // A start tag of it closes an open p.
  bool closes_paragraph = false;
};

constexpr uint8_t kItem = 1;
constexpr uint8_t kTerm = 2;
constexpr uint8_t kCell = 3;
constexpr uint8_t kRow = 4;
constexpr uint8_t kRows = 5;
constexpr uint8_t kOption = 6;
constexpr uint8_t kParagraph = 7;

constexpr ElementKind Block(std::string_view name, uint8_t group = 0) {
  return {name, HtmlRole::kBlock, false, false, group, true};
}
// A phrase that rules or readers know by name.
constexpr ElementKind Inline(std::string_view name) {
  return {name, HtmlRole::kInline, false, false, 0, false};
}
constexpr ElementKind Void(std::string_view name, HtmlRole role = HtmlRole::kInline) {
  return {name, role, true, false, 0, false};
}
constexpr ElementKind Raw(std::string_view name, HtmlRole role = HtmlRole::kSkip) {
  return {name, role, false, true, 0, false};
}

// Sorted by name.
constexpr std::array kElements = {
    Inline("a"),
    Block("address"),
    Inline("applet"),
    Void("area"),
    Block("article"),
    Block("aside"),
    Inline("audio"),
    Inline("b"),
    Void("base"),
    Block("blockquote"),
    Block("body"),
    Void("br", HtmlRole::kBreak),
    ElementKind{"button", HtmlRole::kBlock, false, false, 0, false},
    Inline("canvas"),
    Block("caption"),
    Block("center"),
    Void("col"),
    Inline("datalist"),
    Block("dd", kTerm),
    Block("details"),
    Block("dialog"),
    Block("dir"),
    Block("div"),
    Block("dl"),
    Block("dt", kTerm),
    Void("embed"),
    Block("fieldset"),
    Block("figcaption"),
    Block("figure"),
    Block("footer"),
    Block("form"),
    Void("frame"),
    Block("h1"),
    Block("h2"),
    Block("h3"),
    Block("h4"),
    Block("h5"),
    Block("h6"),
    ElementKind{"head", HtmlRole::kSkip, false, false, 0, false},
    Block("header"),
    Block("hgroup"),
    Void("hr", HtmlRole::kBreak),
    Block("html"),
    Raw("iframe"),
    Void("img"),
    Void("input"),
    Void("keygen"),
    Inline("label"),
    Block("li", kItem),
    Void("link"),
    Block("listing"),
    Block("main"),
    Inline("map"),
    Inline("math"),
    Block("menu"),
    Void("meta"),
    Block("nav"),
    Raw("noembed"),
    Raw("noframes"),
    ElementKind{"noscript", HtmlRole::kSkip, false, false, 0, false},
    Inline("object"),
    Block("ol"),
    ElementKind{"optgroup", HtmlRole::kBlock, false, false, kOption, false},
    ElementKind{"option", HtmlRole::kBlock, false, false, kOption, false},
    Block("p", kParagraph),
    Void("param"),
    Inline("picture"),
    Block("pre"),
    Raw("script"),
    Block("section"),
    ElementKind{"select", HtmlRole::kSkip, false, false, 0, false},
    Void("source"),
    Inline("strong"),
    Raw("style"),
    Block("summary"),
    ElementKind{"svg", HtmlRole::kSkip, false, false, 0, false},
    Block("table"),
    ElementKind{"tbody", HtmlRole::kBlock, false, false, kRows, false},
    ElementKind{"td", HtmlRole::kInline, false, false, kCell, false},
    ElementKind{"template", HtmlRole::kSkip, false, false, 0, false},
    Raw("textarea"),
    ElementKind{"tfoot", HtmlRole::kBlock, false, false, kRows, false},
    ElementKind{"th", HtmlRole::kInline, false, false, kCell, false},
    ElementKind{"thead", HtmlRole::kBlock, false, false, kRows, false},
    Inline("time"),
    Raw("title"),
    ElementKind{"tr", HtmlRole::kBlock, false, false, kRow, false},
    Void("track"),
    Block("ul"),
    Inline("video"),
    Void("wbr"),
    Raw("xmp"),
};

constexpr size_t kLongestName = 10;
constexpr ElementKind kOther{};

using text::ascii::IsLetter;
using text::ascii::Lower;

bool NameLess(std::string_view lower, std::string_view name) {
  return std::ranges::lexicographical_compare(lower, name, {}, {}, Lower);
}

const ElementKind& KindOf(std::string_view name) {
  if (name.size() > kLongestName) return kOther;
  const auto found = std::lower_bound(
      kElements.begin(), kElements.end(), name,
      [](const ElementKind& kind, std::string_view wanted) { return NameLess(kind.name, wanted); });
  return found != kElements.end() && HtmlNameIs(name, found->name) ? *found : kOther;
}

bool IsPhrase(const ElementKind& kind) {
  return kind.role == HtmlRole::kInline && kind.group == 0;
}

// Beyond these an element of a group closes none of its own kind: 1 << group.
uint8_t StopsClosing(std::string_view open) {
  if (open == "ul" || open == "ol" || open == "menu" || open == "dir") return 1 << kItem;
  if (open == "dl") return 1 << kTerm;
  if (open == "select") return 1 << kOption;
  return open == "table" ? 1 << kCell : 0;
}

// Elements that an end tag from inside does not reach beyond.
bool IsScope(std::string_view name) {
  return name == "table" || name == "td" || name == "th" || name == "body" || name == "html" ||
         name == "template" || name == "article" || name == "main";
}

}  // namespace

bool HtmlNameIs(std::string_view name, std::string_view lower) {
  return std::ranges::equal(name, lower, {}, Lower);
}

class HtmlTree::Parser {
  static constexpr size_t kGroups = kParagraph + 1;

  // The innermost open element of each sort, as its place in the stack plus one; 0: there is none.
  struct Innermost {
    uint16_t block = 0;
    uint16_t scope = 0;
    // No phrase.
    uint16_t solid = 0;
    std::array<uint16_t, kGroups> of_group{};
    std::array<uint16_t, kGroups> stop{};  // StopsClosing
  };
  struct Open {
    const ElementKind* kind;
    // Of an element that is not in the table, by hash; 0: it is.
    uint32_t name;
    // The one of its kind around it, as in Innermost.
    uint16_t around;
    // What was innermost before.
    Innermost before;
  };

 public:
  Parser(std::string_view html, const HtmlLimits& limits, HtmlTree& tree)
      : html_(html), limits_(limits), tree_(tree), max_nodes_(MaxHtmlNodes(html.size())) {}

  HtmlFault Run() {
    while (at_ < html_.size() && fault_ == HtmlFault::kNone) Step();
    while (!tree_.open_.empty()) CloseTop(html_.size());
    return fault_;
  }

 private:
  // One tag, comment or run of text.
  void Step() {
    if (html_[at_] != '<') return Text();
    const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : ' ';
    if (IsLetter(next)) return StartTag();
    if (next == '/') return EndTag();
    if (next == '!' || next == '?') return Declaration();
    Text();
  }

  // From at_, which may be a "<" that begins no tag, to the next "<".
  void Text() {
    const size_t begin = at_;
    at_ = std::min(html_.find('<', at_ + 1), html_.size());
    AddText(begin, at_, false);
  }

  void AddText(size_t begin, size_t end, bool raw) {
    if (begin == end) return;
    HtmlNode& node = Add(begin, end);
    node.raw = raw;
    node.end = static_cast<uint32_t>(tree_.nodes_.size());
  }

  HtmlNode& Add(size_t begin, size_t end) {
    if (tree_.nodes_.size() >= max_nodes_) fault_ = HtmlFault::kTooManyNodes;
    HtmlNode& node = tree_.nodes_.emplace_back();
    node.source = {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
    node.parent = tree_.open_.empty() ? HtmlNode::kNone : tree_.open_.back();
    return node;
  }

  void Declaration() {
    const std::string_view rest = html_.substr(at_);
    if (rest.starts_with("<!--")) {
      // "<!-->" and "<!--->" are comments too.
      const size_t dashes = html_.find("-->", at_ + 2);
      at_ = dashes == std::string_view::npos ? html_.size() : dashes + 3;
      return;
    }
    if (rest.starts_with("<![CDATA[")) {
      const size_t end = std::min(html_.find("]]>", at_), html_.size());
      AddText(std::min(at_ + 9, end), end, true);
      at_ = std::min(end + 3, html_.size());
      return;
    }
    at_ = AfterNext('>');
  }

  size_t AfterNext(char c) const {
    const size_t found = html_.find(c, at_);
    return found == std::string_view::npos ? html_.size() : found + 1;
  }

  std::string_view Name() {
    const size_t begin = at_;
    while (at_ < html_.size() && !IsHtmlBlank(html_[at_]) && html_[at_] != '>' &&
           html_[at_] != '/') {
      ++at_;
    }
    return html_.substr(begin, at_ - begin);
  }

  void StartTag() {
    const size_t begin = at_++;
    const std::string_view name = Name();
    const ElementKind& kind = KindOf(name);
    const auto first_attribute = static_cast<uint32_t>(tree_.attributes_.size());
    const bool self_closing = Attributes(first_attribute);
    if (fault_ != HtmlFault::kNone) return;
    CloseImplied(kind, begin);
    HtmlNode& node = Add(begin, at_);
    node.name = kind.name.empty() ? name : kind.name;
    node.role = kind.role;
    node.attributes = {first_attribute, static_cast<uint32_t>(tree_.attributes_.size())};
    node.end = static_cast<uint32_t>(tree_.nodes_.size());
    // "<a/>" closes nothing in HTML, but feeds with XHTML mean it for phrases.
    if (kind.is_void || (self_closing && IsPhrase(kind))) return;
    if (tree_.open_.size() >= limits_.max_depth) {
      fault_ = HtmlFault::kTooDeep;
      return;
    }
    Push(kind, node.name);
    if (kind.raw_text) RawText(kind);
  }

  // Reads to behind ">"; true if the tag ends with "/>".
  bool Attributes(uint32_t first) {
    bool slash = false;
    while (at_ < html_.size() && html_[at_] != '>') {
      const char c = html_[at_];
      if (IsHtmlBlank(c) || c == '/') {
        slash = c == '/';
        ++at_;
        continue;
      }
      slash = false;
      Attribute();
      if (fault_ != HtmlFault::kNone) return false;
      if (tree_.attributes_.size() - first > limits_.max_attributes) {
        fault_ = HtmlFault::kTooManyAttributes;
        return false;
      }
    }
    at_ = std::min(at_ + 1, html_.size());
    return slash;
  }

  void Attribute() {
    const size_t begin = at_++;  // a "=" in front belongs to the name
    while (at_ < html_.size() && !IsHtmlBlank(html_[at_]) && html_[at_] != '=' &&
           html_[at_] != '>' && html_[at_] != '/') {
      ++at_;
    }
    HtmlAttribute attribute{html_.substr(begin, at_ - begin), {}};
    size_t value = at_;
    while (value < html_.size() && IsHtmlBlank(html_[value])) ++value;
    if (value < html_.size() && html_[value] == '=') {
      at_ = value + 1;
      while (at_ < html_.size() && IsHtmlBlank(html_[at_])) ++at_;
      attribute.value = AttributeValue();
    }
    if (tree_.attributes_.size() >= max_nodes_) fault_ = HtmlFault::kTooManyNodes;
    tree_.attributes_.push_back(attribute);
  }

  std::string_view AttributeValue() {
    if (at_ >= html_.size() || html_[at_] == '>') return {};
    const char quote = html_[at_];
    if (quote == '"' || quote == '\'') {
      const size_t begin = ++at_;
      const size_t end = std::min(html_.find(quote, at_), html_.size());
      at_ = std::min(end + 1, html_.size());
      return html_.substr(begin, end - begin);
    }
    const size_t begin = at_;
    while (at_ < html_.size() && !IsHtmlBlank(html_[at_]) && html_[at_] != '>') ++at_;
    return html_.substr(begin, at_ - begin);
  }

  // The text up to the element's own end tag.
  void RawText(const ElementKind& kind) {
    const size_t begin = at_;
    size_t end = at_;
    while (true) {
      end = html_.find("</", end);
      if (end == std::string_view::npos) {
        end = html_.size();
        break;
      }
      if (HtmlNameIs(html_.substr(end + 2, kind.name.size()), kind.name)) break;
      end += 2;
    }
    at_ = end;
    AddText(begin, end, kind.name != "title" && kind.name != "textarea");
  }

  void EndTag() {
    const size_t begin = at_;
    if (at_ + 2 >= html_.size() || !IsLetter(html_[at_ + 2])) {
      at_ = AfterNext('>');
      return;
    }
    at_ += 2;
    const std::string_view name = Name();
    at_ = AfterNext('>');
    const ElementKind& kind = KindOf(name);
    // "</br>" is a line break, as in browsers.
    if (kind.name == "br") {
      HtmlNode& node = Add(begin, at_);
      node.name = kind.name;
      node.role = kind.role;
      node.end = static_cast<uint32_t>(tree_.nodes_.size());
      return;
    }
    Close(kind.name.empty() ? name : kind.name, kind, begin);
  }

  static uint32_t NameHash(std::string_view name) {
    uint32_t hash = 1;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(Lower(c))) * 0x01000193;
    return hash | 1;
  }

  uint16_t& InnermostOf(const ElementKind& kind) {
    return innermost_of_[static_cast<size_t>(&kind - kElements.data())];
  }

  void Push(const ElementKind& kind, std::string_view name) {
    tree_.open_.push_back(static_cast<uint32_t>(tree_.nodes_.size() - 1));
    const auto place = static_cast<uint16_t>(tree_.open_.size());
    const bool known = !kind.name.empty();
    kinds_.push_back(
        {&kind, known ? 0 : NameHash(name), known ? InnermostOf(kind) : uint16_t{0}, innermost_});
    if (!known) return;
    InnermostOf(kind) = place;
    if (kind.role == HtmlRole::kBlock) innermost_.block = place;
    if (IsScope(kind.name)) innermost_.scope = place;
    if (kind.role != HtmlRole::kInline || kind.group != 0) innermost_.solid = place;
    innermost_.of_group[kind.group] = place;
    if (const uint8_t stops = StopsClosing(kind.name); stops != 0) {
      innermost_.stop[static_cast<size_t>(std::countr_zero(stops))] = place;
    }
  }

  // Closes the innermost open `name` and all inside it; an end tag without a start is ignored.
  void Close(std::string_view name, const ElementKind& kind, size_t begin) {
    // An end tag of a phrase does not close the block around it.
    uint16_t least = IsPhrase(kind) ? innermost_.block : uint16_t{0};
    if (!IsScope(name) && name != "table") least = std::max(least, innermost_.scope);
    const uint16_t found =
        kind.name.empty() ? FindUnknown(NameHash(name), least) : InnermostOf(kind);
    if (found == 0 || found < least) return;
    CloseDownTo(found, begin);
    CloseTop(at_);
  }

  // Of an element that is not in the table: the stack is at most max_depth deep.
  uint16_t FindUnknown(uint32_t name, uint16_t least) const {
    for (size_t i = kinds_.size(); i > least; --i) {
      if (kinds_[i - 1].name == name) return static_cast<uint16_t>(i);
    }
    return 0;
  }

  // Closes what the start tag of `kind` ends without an end tag.
  void CloseImplied(const ElementKind& kind, size_t begin) {
    if (kind.closes_paragraph) CloseParagraph(begin);
    if (kind.group == 0 || kind.group == kParagraph) return;
    const bool alone = kind.group <= kTerm || kind.group == kOption;
    // Cells, rows and their groups end at the same: a row closes cells too.
    const uint16_t stop = innermost_.stop[alone ? kind.group : kCell];
    while (true) {
      uint16_t open = innermost_.of_group[kind.group];
      for (size_t group = kCell; !alone && group < kind.group; ++group) {
        open = std::max(open, innermost_.of_group[group]);
      }
      if (open <= stop) return;
      CloseDownTo(open - 1u, begin);
      if (alone) return;
    }
  }

  // An open p, unless something that is no phrase stands between.
  void CloseParagraph(size_t begin) {
    const uint16_t open = innermost_.of_group[kParagraph];
    if (open != 0 && open == innermost_.solid) CloseDownTo(open - 1u, begin);
  }

  void CloseDownTo(size_t index, size_t at) {
    while (tree_.open_.size() > index) CloseTop(at);
  }

  void CloseTop(size_t at) {
    HtmlNode& node = tree_.nodes_[tree_.open_.back()];
    node.source.end = std::max(node.source.end, static_cast<uint32_t>(at));
    node.end = static_cast<uint32_t>(tree_.nodes_.size());
    const Open& open = kinds_.back();
    if (open.name == 0) InnermostOf(*open.kind) = open.around;
    innermost_ = open.before;
    tree_.open_.pop_back();
    kinds_.pop_back();
  }

  // What is open, beside HtmlTree::open_, so that no tag looks through the stack: a page of 240
  // open elements and 4 million stray end tags took 4 s so.
  std::vector<Open> kinds_;
  Innermost innermost_;
  std::array<uint16_t, kElements.size()> innermost_of_{};
  std::string_view html_;
  const HtmlLimits& limits_;
  HtmlTree& tree_;
  const size_t max_nodes_;
  size_t at_ = 0;
  HtmlFault fault_ = HtmlFault::kNone;
};

HtmlFault HtmlTree::Parse(std::string_view html, const HtmlLimits& limits) {
  nodes_.clear();
  attributes_.clear();
  open_.clear();
  // At most two nodes for each "<": room that is not used costs nothing, room that grows is held
  // twice.
  const auto tags = static_cast<size_t>(std::ranges::count(html, '<'));
  nodes_.reserve(std::min(2 * tags, MaxHtmlNodes(html.size())) + 2);
  return Parser(html, limits, *this).Run();
}

std::string_view HtmlTree::Attribute(const HtmlNode& node, std::string_view name) const {
  for (const HtmlAttribute& attribute : attributes(node)) {
    if (HtmlNameIs(attribute.name, name)) return attribute.value;
  }
  return {};
}

bool HtmlTree::HasAttribute(const HtmlNode& node, std::string_view name) const {
  return std::ranges::any_of(attributes(node), [&](const HtmlAttribute& attribute) {
    return HtmlNameIs(attribute.name, name);
  });
}

}  // namespace newsfeed::cleanup
