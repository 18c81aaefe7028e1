// UTF-8 that was read as windows-1252 and written out again.
//
//   "Le cafÃ© est fermÃ©, dit-il."   =>  "Le café est fermé, dit-il."
//   "\u201CIRMÃ\u201D", "„FPÖ“"      =>  as they are: a letter before a quotation mark is no proof
//
// A line is repaired only as a whole: each run of its characters beyond ASCII must be valid UTF-8
// when written in windows-1252, and one of them more than a capital before punctuation. Repair of
// single letters is a guess (ftfy#97, #157, #202).
#pragma once

#include <string_view>

#include "processors/text/arena.h"

namespace newsfeed::cleanup {

// `line` itself where there is nothing to repair, else a shorter line in `arena`. `line` is valid
// UTF-8.
std::string_view RepairMojibake(std::string_view line, text::Arena& arena);

}  // namespace newsfeed::cleanup
