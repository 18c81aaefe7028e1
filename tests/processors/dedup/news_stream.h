// A feed of some days with known copies in it, and what a judge ought to say of each: the material
// of measure_quality.
//
//   NewsStream stream = MakeStream(texts, seed);
//   for (const StreamItem& item : stream) judge(item.article) == item.expect ?
//
// Each text comes once as it is; some come again, up to 36 hours later, as one variant of
// themselves under another source and id. Among them: one sidebar as the body of many pages (failed
// extraction), page chrome as the body of many pages, and stories that twenty papers run under
// twenty titles. Half of the texts, by hash, are held back: measured, and never looked at to tune.
#pragma once

#include <string>
#include <vector>

#include "tests/processors/dedup/judging.h"
#include "tests/processors/dedup/variants.h"

namespace newsfeed::testing {

struct StreamItem {
  std::string kind;      // row of the table: "cut to 1/2", "distinct"
  TestArticle article;
  Verdict expect = Verdict::kUnique;
  std::string original;  // id of the article it is made of; empty: of none
  bool held_back = false;
};

// In order of their times.
using NewsStream = std::vector<StreamItem>;

// Same texts and seed: same stream. Texts of less than 120 words come once and are not varied.
NewsStream MakeStream(const std::vector<NewsText>& texts, uint64_t seed);

}  // namespace newsfeed::testing
