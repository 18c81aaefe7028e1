#include "processors/text/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace newsfeed::text {
namespace {

std::vector<uint64_t> Hashes(std::string_view text) {
  std::vector<uint64_t> hashes;
  ForEachWord(text, [&](Word word) { hashes.push_back(word.hash); });
  return hashes;
}

size_t Numbers(std::string_view text) {
  size_t numbers = 0;
  ForEachWord(text, [&](Word word) { numbers += word.number; });
  return numbers;
}

struct Same {
  std::string_view name, a, b;
};

class SameWords : public testing::TestWithParam<Same> {};

TEST_P(SameWords, InBoth) { EXPECT_EQ(Hashes(GetParam().a), Hashes(GetParam().b)); }

INSTANTIATE_TEST_SUITE_P(
    , SameWords,
    testing::Values(Same{"Case", "The CAT sat", "the cat SAT"},
                    Same{"CaseOfOtherAlphabets", "ÉCOLE МОСКВА ΑΘΗΝΑ", "école москва αθηνα"},
                    Same{"Punctuation", "\"Yes,\" he said -- twice!", "yes he said twice"},
                    Same{"Blanks", "one\n\n  two\tthree ", "one two three"},
                    Same{"Apostrophes", "Reid’s don't", "reids dont"},
                    Same{"SoftHyphen", "co\u00ADoperate", "cooperate"},
                    Same{"Hyphens", "ex-aide", "ex aide"},
                    Same{"Thousands", "1,250,000 people", "1250000 people"},
                    Same{"DigitsOfOtherScripts", "٢٠٢٦", "2026"},
                    Same{"PointAtTheEnd", "in 2026.", "in 2026"},
                    Same{"Dashes", "a—b", "a b"}),
    [](const auto& test) { return std::string(test.param.name); });

class OtherWords : public testing::TestWithParam<Same> {};

TEST_P(OtherWords, InBoth) { EXPECT_NE(Hashes(GetParam().a), Hashes(GetParam().b)); }

INSTANTIATE_TEST_SUITE_P(
    , OtherWords,
    testing::Values(Same{"Diacritics", "peña", "pena"}, Same{"Decimals", "1.5", "15"},
                    Same{"Order", "a b", "b a"}, Same{"Joined", "a b", "ab"},
                    Same{"UnspacedOrder", "東京", "京東"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ForEachWord, CountsWords) {
  EXPECT_EQ(Hashes("The U.S. gained 1,250 jobs").size(), 6);
  EXPECT_EQ(Hashes("").size(), 0);
  EXPECT_EQ(Hashes(" — … !").size(), 0);
}

TEST(ForEachWord, TakesBigramsInScriptsWithoutBlanks) {
  EXPECT_EQ(Hashes("東京都内").size(), 3);
  EXPECT_EQ(Hashes("京").size(), 1);
  EXPECT_EQ(Hashes("東京、大阪").size(), 2);
  EXPECT_EQ(Hashes("東京2026年").size(), 3);
  EXPECT_EQ(Hashes("ข่าววันนี้").size(), 9);
  EXPECT_EQ(Hashes("서울 시내").size(), 2) << "Korean has blanks";
}

TEST(ForEachWord, KnowsNumbers) {
  EXPECT_EQ(Numbers("12 of 5,000 in Q3 rose 4.5% to 7th"), 4);
  EXPECT_EQ(Numbers("no number"), 0);
}

TEST(ForEachWord, TakesBytesThatAreNoTextAsBlanks) {
  EXPECT_EQ(Hashes("a\xFFz"), Hashes("a z"));
  EXPECT_EQ(Hashes("a\xE2\x80"), Hashes("a"));
}

}  // namespace
}  // namespace newsfeed::text
