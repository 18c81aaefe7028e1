// What of an organisation's name is the name.
//
//   "the Tollund Widget Co. Ltd."  =>  Tollund Widget
#pragma once

#include "processors/entities/mention.h"

namespace newsfeed::entities {

// The tokens of a name without "the" in front. Never empty.
Range WithoutThe(const Document& document, uint32_t field, Range name);

// Without "the" in front and legal forms at the end ("Inc.", "& Co.", "AG"); the whole name where
// nothing else is left.
Range CoreOf(const Document& document, uint32_t field, Range name);

}  // namespace newsfeed::entities
