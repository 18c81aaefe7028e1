#include "processors/cleanup/field_text.h"

#include <algorithm>

#include "processors/cleanup/characters.h"
#include "processors/text/html_sniffing.h"

namespace newsfeed::cleanup {
namespace {

// Text of HTML that is HTML again was escaped as often.
constexpr int kMaxRounds = 4;

}  // namespace

bool FieldText::ReadHtml(std::string_view text, std::string& out) {
  std::string_view html = text;
  if (!text::LooksLikeHtml(text)) {
    const auto unescaped = text::UnescapedHtml(text, scratch_);
    if (!unescaped) return false;
    html = *unescaped;
  }
  if (tree_.Parse(html, limits_) != HtmlFault::kNone) return false;
  figures_.Count(tree_, html);
  judge_.Begin(tree_);
  renderer_.Render(tree_, figures_, html, figures_.AllNodes(), judge_, rules_, true, scratch_,
                   scratch_, lines_, ignored_);
  out.clear();
  for (const Line& line : lines_) {
    if (!out.empty()) out += ' ';
    out += line.text;
  }
  lines_.clear();
  ignored_.clear();
  return true;
}

std::string_view FieldText::Clean(std::string_view text, text::Arena& arena) {
  std::string out;
  for (int round = 0; round < kMaxRounds; ++round) {
    scratch_.Clear();
    if (!ReadHtml(text, out)) {
      const std::string_view line = CleanLine(text, arena);
      if (line == text || !ReadHtml(line, out)) return line;
    }
    text = arena.Keep(out);
  }
  std::erase_if(out, [](char c) { return c == '<' || c == '&'; });
  return arena.Keep(CleanLine(out, arena));
}

}  // namespace newsfeed::cleanup
