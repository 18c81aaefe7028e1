#include "processors/cleanup/html_text.h"

#include <algorithm>
#include <cstring>

#include "processors/cleanup/character_reference.h"
#include "processors/cleanup/characters.h"
#include "processors/text/hash.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

// An element with more of the prose than this is no furniture.
constexpr uint32_t kMostProsePercent = 50;
// Shorter pieces of text are labels.
constexpr uint32_t kMinProseBytes = 25;
// Class names that begin so tell what an article is about or how it looks, not what it is:
// "tag-newsletter", "has-sidebar".
constexpr std::string_view kDescribing[] = {"tag-", "category-", "type-", "status-", "format-",
                                            "has-", "no-", "with-", "single-", "post_tag-"};
// An element with more prose than this is judged line by line, on pages.
constexpr uint32_t kDoubtfulProseBytes = 60;
// Class attributes are looked at up to here.
constexpr size_t kMaxNameBytes = 300;

uint32_t CountText(std::string_view text) {
  return static_cast<uint32_t>(
      std::ranges::count_if(text, [](char c) { return !IsHtmlBlank(c); }));
}

std::string_view Slice(std::string_view html, Range range) {
  return html.substr(range.begin, range.size());
}

bool IsLink(std::string_view name) { return name == "a"; }
bool IsStrong(std::string_view name) { return name == "b" || name == "strong"; }

uint8_t TagCode(std::string_view name) {
  if (name == "p") return 1;
  if (name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6') {
    return static_cast<uint8_t>(std::min(2 + name[1] - '1', 5));
  }
  if (name == "li") return 6;
  if (name == "div") return 7;
  if (name == "tr" || name == "td" || name == "table" || name == "tbody") return 8;
  if (name == "blockquote") return 9;
  if (name == "section" || name == "article" || name == "main") return 10;
  return 11;
}

uint8_t Percent(size_t part, size_t all) {
  return all == 0 ? 0 : static_cast<uint8_t>(std::min<size_t>(part * 100 / all, 100));
}

// Elements whose edges part words though they end no line.
bool PartsWords(std::string_view name) { return name == "td" || name == "th"; }

}  // namespace

std::string_view ResolveReferences(std::string_view text, text::Arena& arena) {
  char* out = arena.Allocate(text.size());
  size_t size = 0;
  bool blank = false;
  const auto put = [&](std::string_view bytes) {
    if (blank && size > 0) out[size++] = ' ';
    blank = false;
    std::memcpy(out + size, bytes.data(), bytes.size());
    size += bytes.size();
  };
  for (size_t at = 0; at < text.size();) {
    if (IsHtmlBlank(text[at])) {
      blank = true;
      ++at;
    } else if (const auto reference = text[at] == '&' ? ReadCharacterReference(text.substr(at))
                                                      : std::nullopt) {
      char bytes[4];
      put({bytes, text::Encode(reference->character, bytes)});
      at += reference->bytes;
    } else {
      put(text.substr(at, 1));
      ++at;
    }
  }
  arena.Trim(out, text.size(), size);
  return {out, size};
}

void HtmlFigures::Count(const HtmlTree& tree, std::string_view html) {
  const auto nodes = tree.nodes();
  text_.assign(nodes.size() + 1, 0);
  prose_.assign(nodes.size() + 1, 0);
  size_t skip_end = 0;
  size_t link_end = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const HtmlNode& node = nodes[i];
    uint32_t bytes = 0;
    if (node.is_text()) {
      if (i >= skip_end) bytes = CountText(Slice(html, node.source));
    } else if (node.role == HtmlRole::kSkip) {
      skip_end = std::max<size_t>(skip_end, node.end);
    } else if (IsLink(node.name)) {
      link_end = std::max<size_t>(link_end, node.end);
    }
    text_[i + 1] = text_[i] + bytes;
    prose_[i + 1] = prose_[i] + (i >= link_end && bytes >= kMinProseBytes ? bytes : 0);
  }
}

void BlockJudge::AddNames(std::string_view value) {
  value = value.substr(0, kMaxNameBytes);
  while (!value.empty()) {
    const size_t end = std::min(value.find_first_of(" \n\t"), value.size());
    const std::string_view name = value.substr(0, end);
    if (std::ranges::none_of(kDescribing, [&](auto prefix) { return name.starts_with(prefix); })) {
      names_ += name;
      names_ += ' ';
    }
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

void BlockJudge::ReadNames(const HtmlTree& tree, const HtmlNode& node, bool with_itemprop) {
  names_.clear();
  for (const HtmlAttribute& attribute : tree.attributes(node)) {
    const std::string_view name = attribute.name;
    if (HtmlNameIs(name, "class") || HtmlNameIs(name, "id") || HtmlNameIs(name, "role") ||
        HtmlNameIs(name, "data-testid") || (with_itemprop && HtmlNameIs(name, "itemprop"))) {
      // The bar keeps phrases from reaching over from one attribute to the next.
      names_ += '|';
      AddNames(attribute.value);
    }
  }
  words_.clear();
  if (!names_.empty()) ReadNameWords(names_, words_);
}

const BlockJudge::Named& BlockJudge::NamesOf(const HtmlTree& tree, const HtmlNode& node,
                                             size_t index) {
  Named& named = named_[index];
  if (!named.read) named = ReadNamed(tree, node);
  return named;
}

BlockJudge::Named BlockJudge::ReadNamed(const HtmlTree& tree, const HtmlNode& node) {
  Named named{.read = true, .rule = static_cast<int16_t>(rules_.BlockByTag(node.name))};
  if (node.attributes.empty()) return named;
  ReadNames(tree, node, false);
  if (!words_.empty()) named.kinds = rules_.NameKinds(words_);
  if (named.rule >= 0 || node.name == "article" || node.name == "main") return named;
  if (tree.HasAttribute(node, "hidden")) {
    named.rule = static_cast<int16_t>(rules_.BlockByTag("[hidden]"));
  } else if (!words_.empty()) {
    named.rule = static_cast<int16_t>(rules_.BlockByWords(words_));
  }
  return named;
}

int BlockJudge::Judge(const HtmlTree& tree, const HtmlNode& node, size_t index,
                      const HtmlFigures& figures, Range within) {
  if (node.is_text() || node.name == "body" || node.name == "html") return -1;
  const int rule = NamesOf(tree, node, index).rule;
  if (rule < 0 || !on_.Has(static_cast<RuleIndex>(rule))) return -1;
  if (node.role == HtmlRole::kSkip || rules_.IsAlways(static_cast<RuleIndex>(rule))) return rule;
  const uint32_t prose = figures.ProseBytes(node, index);
  const uint32_t all = figures.ProseBytes(within.empty() ? figures.AllNodes() : within);
  return uint64_t{prose} * 100 > uint64_t{all} * kMostProsePercent ? -1 : rule;
}

bool BlockJudge::IsContainer(const HtmlTree& tree, const HtmlNode& node) {
  if (node.is_text() || node.attributes.empty()) return false;
  ReadNames(tree, node, true);
  return !words_.empty() && rules_.IsContainer(words_);
}

bool BlockJudge::IsStandfirst(const HtmlTree& tree, const HtmlNode& node) {
  if (node.is_text() || node.attributes.empty()) return false;
  ReadNames(tree, node, true);
  return !words_.empty() && rules_.IsStandfirst(words_);
}

void HtmlRenderer::AddText(Range source) {
  if (!has_piece_) {
    // Blanks between blocks begin no line.
    if (std::ranges::all_of(Slice(html_, source), IsHtmlBlank)) return;
    piece_ = source;
    has_piece_ = true;
    markup_ = MarkupOfBlock();
    return;
  }
  if (!in_buffer_) {
    buffer_ = Slice(html_, piece_);
    in_buffer_ = true;
  }
  buffer_ += Slice(html_, source);
  piece_.end = source.end;
}

void HtmlRenderer::AddBlank() {
  if (!has_piece_) return;
  if (!in_buffer_) buffer_ = Slice(html_, piece_);
  in_buffer_ = true;
  buffer_ += ' ';
}

void HtmlRenderer::BreakLine() {
  if (!has_piece_) return;
  const std::string_view raw = in_buffer_ ? std::string_view(buffer_) : Slice(html_, piece_);
  std::string_view line = clean_ ? CleanLine(raw, *arena_) : ResolveReferences(raw, *arena_);
  const bool is_buffer =
      line.data() >= buffer_.data() && line.data() <= buffer_.data() + buffer_.size();
  if (in_buffer_ && is_buffer) line = arena_->Keep(line);
  if (!line.empty()) {
    markup_.link_percent = Percent(link_bytes_, bytes_);
    markup_.strong_percent = Percent(strong_bytes_, bytes_);
    lines_->push_back({line, piece_, true, false, markup_});
  }
  has_piece_ = in_buffer_ = false;
  bytes_ = link_bytes_ = strong_bytes_ = 0;
}

void HtmlRenderer::CloseBlocks(size_t node) {
  while (!blocks_.empty() && blocks_.back().end <= node) {
    BreakLine();
    blocks_.pop_back();
  }
}

LineMarkup HtmlRenderer::MarkupOfBlock() const {
  return blocks_.empty() ? LineMarkup{} : blocks_.back().markup;
}

void HtmlRenderer::OpenBlockOf(const Elements& elements, size_t index) {
  const HtmlTree& tree = elements.tree;
  const Page* const page = elements.page;
  const HtmlNode& node = tree.nodes()[index];
  LineMarkup markup = MarkupOfBlock();
  const uint8_t tag = TagCode(node.name);
  markup.tag = tag;
  markup.depth = static_cast<uint16_t>(blocks_.size());
  markup.grandparent = markup.parent;
  markup.parent = markup.block;
  markup.block = static_cast<uint32_t>(index);
  markup.outer_names = static_cast<uint8_t>(markup.outer_names2 | markup.names);
  markup.outer_names2 = markup.names;
  markup.names = page != nullptr ? elements.judge.NameKinds(tree, node, index) : uint8_t{0};
  markup.in_article = index >= elements.article.begin && index < elements.article.end;
  markup.in_list = markup.in_list || node.name == "ul" || node.name == "ol";
  markup.in_table = markup.in_table || tag == 8;
  markup.in_quote = markup.in_quote || tag == 9;
  markup.in_heading = markup.in_heading || (tag >= 2 && tag <= 5);
  markup.look = text::Hash(tree.Attribute(node, "class").substr(0, kMaxNameBytes), tag);
  if (page != nullptr && index >= page->standfirst.begin && index < page->standfirst.end) {
    markup.is_standfirst = true;
  }
  blocks_.push_back({node.end, static_cast<uint32_t>(index), markup});
}

void HtmlRenderer::Begin(std::string_view html, bool clean, text::Arena& arena,
                         std::vector<Line>& lines) {
  html_ = html;
  clean_ = clean;
  arena_ = &arena;
  lines_ = &lines;
  has_piece_ = in_buffer_ = false;
  bytes_ = link_bytes_ = strong_bytes_ = 0;
  link_end_ = strong_end_ = 0;
  blocks_.clear();
  open_doubtful_.clear();
}

void HtmlRenderer::Render(const HtmlTree& tree, const HtmlFigures& figures, std::string_view html,
                          Range range, BlockJudge& judge, const LineRules& rules, bool clean,
                          text::Arena& arena, text::Arena& quotes, std::vector<Line>& lines,
                          std::vector<RemovedText>& removed, const Page* page) {
  Begin(html, clean, arena, lines);
  const Elements elements = {tree,   figures, judge,   rules,
                             quotes, removed, page,    page != nullptr ? page->article : range};
  for (size_t i = range.begin; i < range.end;) {
    CloseBlocks(i);
    CloseDoubtful(elements, i);
    const HtmlNode& node = tree.nodes()[i];
    if (node.is_text()) {
      AddPiece(i, node.source);
      ++i;
    } else {
      i = AddElement(elements, i);
    }
  }
  BreakLine();
  CloseDoubtful(elements, tree.nodes().size());
}

// The lines of the doubtful elements that end before `node` are complete.
void HtmlRenderer::CloseDoubtful(const Elements& elements, size_t node) {
  while (!open_doubtful_.empty()) {
    DoubtfulElement& last = elements.page->doubtful[open_doubtful_.back()];
    if (elements.tree.nodes()[last.node].end > node) return;
    BreakLine();
    last.lines.end = static_cast<uint32_t>(lines_->size());
    open_doubtful_.pop_back();
  }
}

void HtmlRenderer::AddPiece(size_t node, Range source) {
  AddText(source);
  if (!has_piece_) return;
  bytes_ += source.size();
  if (node < link_end_) link_bytes_ += source.size();
  if (node < strong_end_) strong_bytes_ += source.size();
}

// Removes or opens the element; the node to go on with.
size_t HtmlRenderer::AddElement(const Elements& elements, size_t index) {
  const HtmlNode& node = elements.tree.nodes()[index];
  // The element that holds the article is not judged again, a fragment's first is.
  const bool is_container = index == elements.article.begin && node.end == elements.article.end;
  const int rule = is_container ? -1
                                : elements.judge.Judge(elements.tree, node, index, elements.figures,
                                                       elements.article);
  const bool doubtful = elements.page != nullptr && rule >= 0 && node.role == HtmlRole::kBlock &&
                        !elements.rules.IsAlways(static_cast<RuleIndex>(rule)) &&
                        elements.figures.ProseBytes(node, index) > kDoubtfulProseBytes;
  if ((rule >= 0 && !doubtful) || node.role == HtmlRole::kSkip) {
    if (node.role == HtmlRole::kBlock) BreakLine();
    if (rule >= 0) TellRemoved(elements, index, static_cast<RuleIndex>(rule));
    return std::max<size_t>(node.end, index + 1);
  }
  if (node.role == HtmlRole::kBlock) {
    BreakLine();
    OpenBlockOf(elements, index);
    if (doubtful) OpenDoubtful(elements, index, static_cast<RuleIndex>(rule));
  } else if (node.role == HtmlRole::kBreak) {
    BreakLine();
  } else if (PartsWords(node.name)) {
    AddBlank();
  } else if (IsLink(node.name)) {
    link_end_ = std::max<size_t>(link_end_, node.end);
  } else if (IsStrong(node.name)) {
    strong_end_ = std::max<size_t>(strong_end_, node.end);
  }
  return index + 1;
}

void HtmlRenderer::TellRemoved(const Elements& elements, size_t index, RuleIndex rule) {
  if (index < elements.article.begin || index >= elements.article.end) return;
  const HtmlNode& node = elements.tree.nodes()[index];
  const bool quoted = elements.figures.TextBytes(node, index) > 0;
  elements.removed.push_back(
      {elements.rules.name(rule),
       quoted ? TextOf(elements.tree, html_, index, elements.quotes) : std::string_view(),
       node.source.begin, node.source.end});
}

void HtmlRenderer::OpenDoubtful(const Elements& elements, size_t index, RuleIndex rule) {
  blocks_.back().markup.rule = static_cast<uint8_t>(rule + 1);
  open_doubtful_.push_back(elements.page->doubtful.size());
  elements.page->doubtful.push_back(
      {static_cast<uint32_t>(index), rule, {static_cast<uint32_t>(lines_->size()), 0}});
}

std::string_view HtmlRenderer::TextOf(const HtmlTree& tree, std::string_view html, size_t index,
                                      text::Arena& arena, size_t max_bytes) {
  const auto nodes = tree.nodes();
  const size_t most = max_bytes * kReferenceBytes;
  std::string text;
  for (size_t i = index; i < nodes[index].end && text.size() < most; ++i) {
    const HtmlNode& node = nodes[i];
    if (node.is_text()) {
      text += text::Prefix(Slice(html, node.source), most - text.size());
    } else if (node.role != HtmlRole::kInline || PartsWords(node.name)) {
      text += ' ';
      // The element asked for is read whatever it is ("title").
      if (node.role == HtmlRole::kSkip && i != index) i = std::max<size_t>(node.end, i + 1) - 1;
    }
  }
  const std::string_view line = text::Prefix(CleanLine(text, arena), max_bytes);
  return line.data() >= text.data() && line.data() <= text.data() + text.size() ? arena.Keep(line)
                                                                                : line;
}

}  // namespace newsfeed::cleanup
