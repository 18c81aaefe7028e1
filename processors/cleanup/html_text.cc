#include "processors/cleanup/html_text.h"

#include <algorithm>
#include <cstring>

#include "processors/cleanup/character_reference.h"
#include "processors/cleanup/characters.h"
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
// Class attributes are looked at up to here.
constexpr size_t kMaxNameBytes = 300;

bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

uint32_t CountText(std::string_view text) {
  return static_cast<uint32_t>(
      std::ranges::count_if(text, [](char c) { return !IsBlank(c); }));
}

std::string_view Slice(std::string_view html, Range range) {
  return html.substr(range.begin, range.size());
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
    if (IsBlank(text[at])) {
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
    } else if (node.name == "a" || node.name == "A") {
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

int BlockJudge::RuleFor(const HtmlTree& tree, const HtmlNode& node) {
  if (const int rule = rules_.BlockByTag(node.name); rule >= 0) return rule;
  if (node.attributes.empty() || node.name == "article" || node.name == "main") return -1;
  if (tree.HasAttribute(node, "hidden")) return rules_.BlockByTag("[hidden]");
  ReadNames(tree, node, false);
  return words_.empty() ? -1 : rules_.BlockByWords(words_);
}

int BlockJudge::Judge(const HtmlTree& tree, const HtmlNode& node, size_t index,
                      const HtmlFigures& figures, Range within) {
  if (node.is_text() || node.name == "body" || node.name == "html") return -1;
  const int rule = RuleFor(tree, node);
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
    if (std::ranges::all_of(Slice(html_, source), IsBlank)) return;
    piece_ = source;
    has_piece_ = true;
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
  const bool is_buffer = line.data() >= buffer_.data() && line.data() <= buffer_.data() + buffer_.size();
  if (in_buffer_ && is_buffer) line = arena_->Keep(line);
  if (!line.empty()) lines_->push_back({line, piece_, true, false});
  has_piece_ = in_buffer_ = false;
}

void HtmlRenderer::CloseBlocks(size_t node) {
  while (!block_ends_.empty() && block_ends_.back() <= node) {
    BreakLine();
    block_ends_.pop_back();
  }
}

void HtmlRenderer::Render(const HtmlTree& tree, const HtmlFigures& figures, std::string_view html,
                          Range range, BlockJudge& judge, const LineRules& rules, bool clean,
                          text::Arena& arena, text::Arena& quotes, std::vector<Line>& lines,
                          std::vector<RemovedText>& removed) {
  html_ = html;
  clean_ = clean;
  arena_ = &arena;
  lines_ = &lines;
  has_piece_ = in_buffer_ = false;
  block_ends_.clear();
  const auto nodes = tree.nodes();
  for (size_t i = range.begin; i < range.end;) {
    CloseBlocks(i);
    const HtmlNode& node = nodes[i];
    if (node.is_text()) {
      AddText(node.source);
      ++i;
      continue;
    }
    // The element that holds the article is not judged again, a fragment's first is.
    const bool is_container = i == range.begin && node.end == range.end;
    const int rule = is_container ? -1 : judge.Judge(tree, node, i, figures, range);
    if (rule >= 0 || node.role == HtmlRole::kSkip) {
      if (node.role == HtmlRole::kBlock) BreakLine();
      if (rule >= 0) {
        const bool quoted = figures.TextBytes(node, i) > 0;
        removed.push_back({rules.name(static_cast<RuleIndex>(rule)),
                           quoted ? TextOf(tree, html, i, quotes) : std::string_view(),
                           node.source.begin, node.source.end});
      }
      i = std::max<size_t>(node.end, i + 1);
      continue;
    }
    if (node.role == HtmlRole::kBlock) {
      BreakLine();
      block_ends_.push_back(node.end);
    } else if (node.role == HtmlRole::kBreak) {
      BreakLine();
    } else if (PartsWords(node.name)) {
      AddBlank();
    }
    ++i;
  }
  BreakLine();
}

std::string_view HtmlRenderer::TextOf(const HtmlTree& tree, std::string_view html, size_t index,
                                      text::Arena& arena) {
  const auto nodes = tree.nodes();
  std::string text;
  for (size_t i = index; i < nodes[index].end; ++i) {
    const HtmlNode& node = nodes[i];
    if (node.is_text()) {
      text += Slice(html, node.source);
    } else if (node.role != HtmlRole::kInline || PartsWords(node.name)) {
      text += ' ';
      // The element asked for is read whatever it is ("title").
      if (node.role == HtmlRole::kSkip && i != index) i = std::max<size_t>(node.end, i + 1) - 1;
    }
  }
  const std::string_view line = CleanLine(text, arena);
  return line.data() >= text.data() && line.data() <= text.data() + text.size() ? arena.Keep(line)
                                                                                : line;
}

}  // namespace newsfeed::cleanup
