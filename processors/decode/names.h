// Small texts of feeds put in order: lists of keywords. Names of authors:
// processors/article/byline.h, labels of languages: processors/article/language_tag.h.
//
//   SplitKeywords("harbour, shipping")        -> "harbour", "shipping"
//
// Views of what was handed in, unless an arena is asked for.
#pragma once

#include <string_view>
#include <vector>

#include "processors/text/arena.h"

namespace newsfeed::decode {

// Adds the keywords between commas or semicolons, each once.
void SplitKeywords(std::string_view list, std::vector<std::string_view>& keywords);
void AddKeyword(std::string_view keyword, std::vector<std::string_view>& keywords);

}  // namespace newsfeed::decode
