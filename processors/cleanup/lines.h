// Lines of a text, the unit that rules judge, and the paragraphs they make.
//
// One line of the input is one Line, except in hard-wrapped text (wire copy of ~70 columns), whose
// lines are joined:
//
//   "The dollar rose on\nMonday.\n\n   Gold fell."  =>  "The dollar rose on Monday." "Gold fell."
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "processors/article/article.h"
#include "processors/text/arena.h"

namespace newsfeed::cleanup {

// What the page says about a line, for line_model.h; all zero for plain text.
struct LineMarkup {
  // What the innermost block is: 0 no element, 1 p, 2 h1, 3 h2, 4 h3, 5 a lower heading, 6 li, 7
  // div, 8 cell or row, 9 blockquote, 10 section or article, 11 another.
  uint8_t tag = 0;
  // Of its bytes, those in links and those set strong, in percent.
  uint8_t link_percent = 0;
  uint8_t strong_percent = 0;
  // In the element that holds the article; in a list, table, quotation, heading; in the element of
  // the standfirst.
  bool in_article = false;
  bool in_list = false;
  bool in_table = false;
  bool in_quote = false;
  bool in_heading = false;
  bool is_standfirst = false;
  // What the names of its block hint at, those of the two blocks around it, and of the one around
  // it.
  uint8_t names = 0;
  uint8_t outer_names = 0;
  uint8_t outer_names2 = 0;
  // The block rule that names an element around it, plus one; 0: none.
  uint8_t rule = 0;
  uint16_t depth = 0;
  // Blocks that hold it: how deep is told by nodes of the tree.
  uint32_t block = 0;
  uint32_t parent = 0;
  uint32_t grandparent = 0;
  // Blocks of one look: a hash of name and class.
  uint64_t look = 0;
};

struct Line {
  // Never empty, without line ends. Lives as long as the text and the arena.
  std::string_view text;
  // Where it stands in Article::text; of joined lines from the first to the last.
  Range source;
  // A blank line stands before it, or it is the first.
  bool after_blank_line = false;
  // It begins with blanks.
  bool indented = false;
  LineMarkup markup{};
};

// Lines of a plain text of so many bytes, blank ones apart: a line takes a hundred bytes and more
// of memory, and one of news is no shorter than this.
constexpr size_t MaxTextLines(size_t text_bytes) { return 16'384 + text_bytes / 24; }

// Fills `lines` from a plain text. Cleans characters (see characters.h) if `clean`; otherwise lines
// end at "\n" only and only blanks at their ends are left out. False: there are more than
// MaxTextLines, and `lines` holds the first.
bool SplitLines(std::string_view text, bool clean, text::Arena& arena, std::vector<Line>& lines);

// Joins the lines of a hard-wrapped text; leaves any other as it is. A text is hard-wrapped if it
// has blocks of lines, most lines within a block are nearly as long as the longest, none is longer
// than a wire line, and most do not end a sentence.
void JoinWrappedLines(text::Arena& arena, std::vector<Line>& lines);

}  // namespace newsfeed::cleanup
