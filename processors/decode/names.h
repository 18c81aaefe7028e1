// Small texts of feeds put in order: lists of keywords, labels of languages.
// Names of authors: processors/article/byline.h.
//
//   SplitKeywords("harbour, shipping")        -> "harbour", "shipping"
//   LanguageTag("en_us")                      -> "en-US"
//   LanguageTag("English")                    -> "en"
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

// A well-formed BCP 47 tag in the usual case (RFC 5646, section 2.1.1), or nothing.
std::string_view LanguageTag(std::string_view label, text::Arena& arena);

}  // namespace newsfeed::decode
