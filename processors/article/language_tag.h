// Labels of languages in the form of BCP 47: THE reading for records and pages.
//
//   LanguageTag("en_us")       -> "en-US"
//   LanguageTag("de_DE.UTF-8") -> "de-DE"
//   LanguageTag("English")     -> "en"
//   LanguageTag("e<>")         -> ""
#pragma once

#include <string_view>

#include "processors/text/arena.h"

namespace newsfeed {

// A well-formed tag in the usual case (RFC 5646, section 2.1.1), or nothing. Lives in `arena` or as
// long as the process.
std::string_view LanguageTag(std::string_view label, text::Arena& arena);

}  // namespace newsfeed
