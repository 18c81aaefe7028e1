// The quality note of an article: how much of it is text, whether it reads like page chrome or a
// notice about cookies, and what the configured floor makes of that. Linear; keeps nothing of the
// article but scratch memory of its words, of at most 300 (a longer text is no notice).
#pragma once

#include <vector>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/article.h"
#include "processors/cleanup/line_judge.h"
#include "processors/cleanup/line_rules.h"
#include "processors/cleanup/words.h"

namespace newsfeed::cleanup {

// Scratch memory of one worker. `rules` must outlive it.
class QualityJudge {
 public:
  QualityJudge(const config::v1::Cleanup::Quality& floor, const LineRules& rules)
      : floor_(floor), rules_(rules) {}

  // Fills words, longest_paragraph, consent_notice and low_information: more removed than left and
  // no full paragraph, no word (but for a headline that is sent alone), or a consent notice.
  // `built`: the body was put together from the lines of `judge` (body.h), which has filled
  // longest_paragraph.
  void Fill(const LineJudge& judge, bool built, Article& article);

  // Filters or rejects (LOW_QUALITY) what is below the floor, or marks it; kill notices pass.
  void ApplyFloor(Article& article) const;

 private:
  bool IsConsentNotice(const Article& article);

  const config::v1::Cleanup::Quality floor_;
  const LineRules& rules_;
  std::vector<Word> words_;
};

}  // namespace newsfeed::cleanup
