// News that nobody wrote: articles of random words, of which every fifth repeats an earlier one under another id and
// source.
#pragma once

#include <cstdint>
#include <string>

namespace newsfeed::testing {

// The text of article `number`, always the same; `words` long.
std::string InventedBody(uint64_t number, int words = 120);
// It as a JSON record.
std::string InventedArticle(uint64_t number, int words = 120);
// The first `count`, a line each.
std::string InventedArticles(uint64_t count);

}  // namespace newsfeed::testing
