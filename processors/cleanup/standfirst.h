// The standfirst: the short summary between headline and text. Free functions on views, whose
// answers keep none of them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "processors/article/article.h"
#include "processors/cleanup/words.h"

namespace newsfeed::cleanup {

// Where a given standfirst of at most 8 KB stands in the body, as a whole paragraph or the
// beginning of one; an empty range if it does not. Linear.
Range FindGivenStandfirst(std::string_view body, std::string_view standfirst);

// True if `first`, of at most 400 bytes, sums up what follows: one or two sentences whose longer
// words nearly all occur again in `second`, the next paragraph of at most 2,000 bytes, which says
// more. `scratch` is overwritten.
//
//   "The mayor resigned after the vote." "Mayor Ann Example resigned on Monday after the vote on
//    the harbour, …"  =>  true
bool IsStandfirst(std::string_view first, std::string_view second, std::vector<Word>& scratch);

}  // namespace newsfeed::cleanup
