// The body of an article, put together from what stays of its text: `article.body`, which lives in
// the batch's arena and is never longer than the text it is made of. Linear.
#pragma once

#include "processors/article/article.h"
#include "processors/cleanup/line_judge.h"

namespace newsfeed::cleanup {

inline constexpr std::string_view kParagraphBreak = "\n\n";

// From the lines that stay, each a paragraph, parted by kParagraphBreak; fills longest_paragraph
// too. The lines may go afterwards.
void BuildBody(const LineJudge& judge, Article& article);

// The text byte for byte, but for the lines in `removed` (in any order) and their line ends.
void CutBody(Article& article);

}  // namespace newsfeed::cleanup
