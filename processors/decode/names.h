// Small texts of feeds put in order: names of authors, lists of keywords, labels of languages.
//
//   SplitAuthors("By Jane Doe and John Roe")  -> "Jane Doe", "John Roe"
//   SplitAuthors("jane@example.com (Jane Doe)") -> "Jane Doe"
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

// Adds the names in a byline, each once. Addresses, and what is too long for a name, are no names.
// "Doe, Jane" is one name, and so is "John Roe, Jr.".
void SplitAuthors(std::string_view byline, std::vector<std::string_view>& authors);

// Adds one name, without "By".
void AddAuthor(std::string_view name, std::vector<std::string_view>& authors);

// Adds the keywords between commas or semicolons, each once.
void SplitKeywords(std::string_view list, std::vector<std::string_view>& keywords);
void AddKeyword(std::string_view keyword, std::vector<std::string_view>& keywords);

// A well-formed BCP 47 tag in the usual case (RFC 5646, section 2.1.1), or nothing.
std::string_view LanguageTag(std::string_view label, text::Arena& arena);

}  // namespace newsfeed::decode
