// Each rule of config/cleanup/lines.yaml against its own examples, and against its row in the README
// of processors/cleanup.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "processors/cleanup/words.h"
#include "tests/testing/cleaned.h"
#include "tests/testing/line_rules_file.h"

namespace newsfeed {
namespace {

using config::v1::LineRules;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Cleaned;
using testing::ShippedLineRulesConfig;

constexpr std::string_view kTitle = "Harbour tunnel opens two years late";
constexpr std::string_view kFirst =
    "The tunnel under the harbour opened on Monday, two years later than the city had promised.";
constexpr std::string_view kSecond =
    "Drivers waited for an hour at the northern gate, where a choir sang and the mayor cut a ribbon.";

// A text in which `line` stands where the rule's first pattern holds.
std::string TextAround(const LineRules::Rule& rule, const std::string& line) {
  const std::string first(kFirst);
  const std::string second(kSecond);
  const std::string title(kTitle);
  const auto& pattern = rule.patterns(0);
  if (pattern.follows_size() > 0) return first + "\n\n" + second + "\n\nRelated articles\n\n" + line;
  const auto place = pattern.places_size() > 0 ? pattern.places(0) : LineRules::TAIL;
  switch (place) {
    case LineRules::HEAD: return line + "\n\n" + first + "\n\n" + second;
    case LineRules::BEFORE_HEADLINE: return line + "\n\n" + title + "\n\n" + first + "\n\n" + second;
    case LineRules::BETWEEN: return first + "\n\n" + line + "\n\n" + second;
    default: return first + "\n\n" + second + "\n\n" + line;
  }
}

using PhraseWords = std::vector<uint64_t>;

PhraseWords WordsOf(std::string_view phrase) {
  std::vector<cleanup::Word> words;
  cleanup::ReadWords(phrase, words);
  PhraseWords hashes;
  for (const cleanup::Word& word : words) hashes.push_back(word.hash);
  return hashes;
}

// A line that begins with the longer phrase begins with the shorter: the longer decides nothing.
TEST(LineRules, NoPhraseBeginsWithAnotherOfItsPattern) {
  for (const auto& rule : ShippedLineRulesConfig().rules()) {
    for (const auto& pattern : rule.patterns()) {
      for (const std::string& shorter : pattern.starts()) {
        const PhraseWords head = WordsOf(shorter);
        for (const std::string& longer : pattern.starts()) {
          if (&shorter == &longer) continue;
          const PhraseWords words = WordsOf(longer);
          EXPECT_FALSE(words.size() >= head.size() && std::equal(head.begin(), head.end(), words.begin()))
              << rule.name() << ": \"" << longer << "\" behind \"" << shorter << "\"";
        }
      }
    }
  }
}

class LineRuleTest : public ::testing::TestWithParam<int> {
 protected:
  const LineRules::Rule& rule() const { return ShippedLineRulesConfig().rules(GetParam()); }
};

TEST_P(LineRuleTest, RemovesItsExample) {
  if (rule().patterns().empty()) GTEST_SKIP() << "decided by the line model, or by what was learned of the source";
  Cleaned cleaned({.title = kTitle, .text = TextAround(rule(), rule().example())});
  EXPECT_THAT(cleaned.Removed(), Contains(rule().name() + ": " + rule().example()));
  EXPECT_THAT(std::string(cleaned.body()), HasSubstr(std::string(kFirst)));
  EXPECT_THAT(std::string(cleaned.body()), HasSubstr(std::string(kSecond)));
}

TEST_P(LineRuleTest, KeepsTheLineThatLooksAlike) {
  if (rule().patterns().empty()) GTEST_SKIP() << "decided by the line model, or by what was learned of the source";
  Cleaned cleaned({.title = kTitle, .text = TextAround(rule(), rule().keep_example())});
  EXPECT_THAT(std::string(cleaned.body()), HasSubstr(rule().keep_example()));
}

TEST_P(LineRuleTest, CanBeSwitchedOff) {
  if (rule().patterns().empty()) GTEST_SKIP() << "decided by the line model, or by what was learned of the source";
  config::v1::Cleanup config;
  config.add_disabled_rules(rule().name());
  Cleaned cleaned({.title = kTitle, .text = TextAround(rule(), rule().example())}, config);
  EXPECT_THAT(cleaned.Rules(), Not(Contains(rule().name())));
}

TEST_P(LineRuleTest, IsDocumented) {
  EXPECT_FALSE(rule().reason().empty());
  std::ifstream in(NEWSFEED_SOURCE_DIR "/processors/cleanup/README.md");
  const std::string readme(std::istreambuf_iterator<char>(in), {});
  EXPECT_THAT(readme, HasSubstr("| `" + rule().name() + "` | " + rule().reason()));
}

INSTANTIATE_TEST_SUITE_P(Shipped, LineRuleTest,
                         ::testing::Range(0, ShippedLineRulesConfig().rules_size()),
                         [](const auto& test) {
                           std::string name = ShippedLineRulesConfig().rules(test.param).name();
                           std::erase(name, '-');
                           return name;
                         });

class BlockRuleTest : public ::testing::TestWithParam<int> {
 protected:
  const LineRules::Block& block() const { return ShippedLineRulesConfig().blocks(GetParam()); }

  static std::string Fragment(const std::string& element) {
    return "<p>" + std::string(kFirst) + "</p>" + element + "<p>" + std::string(kSecond) + "</p>";
  }
};

TEST_P(BlockRuleTest, RemovesItsExample) {
  const std::string html = Fragment(block().example());
  Cleaned cleaned({.title = kTitle, .text = html, .form = TextForm::kFragment});
  ASSERT_THAT(cleaned.Rules(), ::testing::ElementsAre(block().name()));
  const RemovedText& removed = cleaned.article().removed[0];
  EXPECT_EQ(html.substr(removed.begin, removed.end - removed.begin), block().example());
  EXPECT_EQ(cleaned.body(), std::string(kFirst) + "\n\n" + std::string(kSecond));
}

TEST_P(BlockRuleTest, KeepsTheElementThatLooksAlike) {
  const std::string html = Fragment(block().keep_example());
  Cleaned cleaned({.title = kTitle, .text = html, .form = TextForm::kFragment});
  EXPECT_THAT(cleaned.Rules(), ::testing::IsEmpty());
}

TEST_P(BlockRuleTest, IsDocumented) {
  std::ifstream in(NEWSFEED_SOURCE_DIR "/processors/cleanup/README.md");
  const std::string readme(std::istreambuf_iterator<char>(in), {});
  EXPECT_THAT(readme, HasSubstr("| `" + block().name() + "` | " + block().reason()));
}

INSTANTIATE_TEST_SUITE_P(Shipped, BlockRuleTest,
                         ::testing::Range(0, ShippedLineRulesConfig().blocks_size()),
                         [](const auto& test) {
                           std::string name = ShippedLineRulesConfig().blocks(test.param).name();
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace newsfeed
