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

struct Line {
  // Never empty, without line ends. Lives as long as the text and the arena.
  std::string_view text;
  // Where it stands in Article::text; of joined lines from the first to the last.
  Range source;
  // A blank line stands before it, or it is the first.
  bool after_blank_line = false;
  // It begins with blanks.
  bool indented = false;
};

// Fills `lines` from a plain text. Cleans characters (see characters.h) if `clean`; otherwise lines
// end at "\n" only and only blanks at their ends are left out.
void SplitLines(std::string_view text, bool clean, text::Arena& arena, std::vector<Line>& lines);

// Joins the lines of a hard-wrapped text; leaves any other as it is. A text is hard-wrapped if it
// has blocks of lines, most lines within a block are nearly as long as the longest, none is longer
// than a wire line, and most do not end a sentence.
void JoinWrappedLines(text::Arena& arena, std::vector<Line>& lines);

}  // namespace newsfeed::cleanup
