// What holds for every text: cleaning is repeatable and idempotent, places lie inside the text.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "processors/text/utf8.h"
#include "tests/testing/cleaned.h"
#include "tests/testing/line_rules_file.h"

namespace newsfeed {
namespace {

using testing::Cleaned;

// Lines of every kind: furniture and what looks alike from the rule file, text, rubbish.
std::vector<std::string> Lines() {
  std::vector<std::string> lines = {
      "The tunnel under the harbour opened on Monday, two years later than the city had promised.",
      "Drivers waited for an hour at the northern gate, where a choir sang and a ribbon was cut.",
      "SPRINGFIELD (Example Agency) - The mayor spoke for an hour on Friday about the new quay.",
      "ALL THE BOATS IN THE HARBOUR TO BE PAINTED BLUE BY SPRING", "A label", "Yes.", "",
      "\u201CNo,\u201D she said.", "&amp;amp; &lt;b&gt; \u00A0 e\u0301", "\u202Ex\u200B", "12", "* * *"};
  for (const auto& rule : testing::ShippedLineRulesConfig().rules()) {
    lines.push_back(rule.example());
    lines.push_back(rule.keep_example());
  }
  return lines;
}

class RandomText : public ::testing::TestWithParam<uint32_t> {
 protected:
  std::string Make(bool html) {
    static const std::vector<std::string> lines = Lines();
    std::minstd_rand random(GetParam() + 1);
    std::string text;
    for (size_t n = 1 + random() % 14; n > 0; --n) {
      const std::string& line = lines[random() % lines.size()];
      text += html ? "<p>" + line + "</p>" : line + (random() % 3 == 0 ? "\n" : "\n\n");
    }
    return text;
  }
};

TEST_P(RandomText, CleanedAgainIsTheSame) {
  const std::string text = Make(GetParam() % 4 == 0);
  Cleaned once({.text = text,
                .form = GetParam() % 4 == 0 ? TextForm::kFragment : TextForm::kPlain});
  const std::string title(once.title());
  const std::string body(once.body());
  Cleaned twice({.title = title, .text = body});
  EXPECT_EQ(twice.body(), body) << text;
  EXPECT_EQ(twice.title(), title);
}

TEST_P(RandomText, PlacesLieInsideTheText) {
  const std::string text = Make(false);
  Cleaned cleaned({.text = text});
  uint32_t last = 0;
  for (const RemovedText& removed : cleaned.article().removed) {
    EXPECT_LE(last, removed.begin);
    EXPECT_EQ(text.substr(removed.begin, removed.end - removed.begin), removed.text);
    last = removed.end;
  }
  EXPECT_LE(cleaned.article().standfirst_in_body.end, cleaned.body().size());
}

TEST_P(RandomText, VerbatimIsVerbatim) {
  config::v1::Cleanup config;
  config.set_remove_lines(false);
  config.set_find_title(false);
  config.set_normalize_characters(false);
  const std::string text = Make(false);
  EXPECT_EQ(Cleaned({.text = text}, config).body(), text);
}

INSTANTIATE_TEST_SUITE_P(, RandomText, ::testing::Range(0u, 400u));

TEST(ScratchMemory, OneArticleLeavesNoTraceInTheNext) {
  testing::BatchBuilder batch;
  batch.Text("T", "<p>One<aside>x</aside>").form = TextForm::kPage;
  batch.Text("", "Skip to content\n\nThe tunnel under the harbour opened at last.\n\nRead more");
  const auto cleaner = testing::MakeCleaner();
  ASSERT_TRUE(cleaner->Process(batch.batch()).ok());
  const std::string body(batch.batch().articles()[1].body);
  Cleaned alone({.text = "Skip to content\n\nThe tunnel under the harbour opened at last.\n\nRead more"});
  EXPECT_EQ(body, alone.body());
  EXPECT_EQ(batch.batch().articles()[1].removed.size(), alone.article().removed.size());
}

}  // namespace
}  // namespace newsfeed
