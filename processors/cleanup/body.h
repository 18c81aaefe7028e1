// The body of an article, put together from what stays of its text.
#pragma once

#include "processors/article/article.h"
#include "processors/cleanup/line_judge.h"

namespace newsfeed::cleanup {

inline constexpr std::string_view kParagraphBreak = "\n\n";

// From the lines that stay, each a paragraph; fills longest_paragraph too.
void BuildBody(const LineJudge& judge, Article& article);

// The text byte for byte, but for the lines in `removed`.
void CutBody(Article& article);

}  // namespace newsfeed::cleanup
