#include "processors/cleanup/line_rules.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "processors/cleanup/cleanup.h"
#include "tests/testing/line_rules_file.h"

namespace newsfeed::cleanup {
namespace {

using ::testing::HasSubstr;

config::v1::LineRules Parsed(const std::string& text) {
  config::v1::LineRules rules;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &rules));
  return rules;
}

struct BadRules {
  std::string name, text, message;
};

class RefusedRules : public ::testing::TestWithParam<BadRules> {};

TEST_P(RefusedRules, NameTheRule) {
  const auto rules = LineRules::Create(Parsed(GetParam().text));
  ASSERT_FALSE(rules.ok());
  EXPECT_THAT(std::string(rules.status().message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    , RefusedRules,
    ::testing::Values(
        BadRules{"NoName", R"(rules { })", "has no name"},
        BadRules{"Twice", R"(rules { name: "a" } rules { name: "a" })", "\"a\": twice"},
        BadRules{"FitsAll", R"(rules { name: "a" patterns { max_words: 3 } })", "every line"},
        BadRules{"EmptyPhrase", R"(rules { name: "a" patterns { whole: "..." } })", "empty phrase"},
        BadRules{"UnknownList", R"(rules { name: "a" patterns { only: "x" } })", "no such word list"},
        BadRules{"UnknownFollowed", R"(rules { name: "a" patterns { follows: "b" } })", "unknown"},
        BadRules{"TooLong", R"(rules { name: "a" patterns { whole: "x" max_words: 500 } })", "120"},
        BadRules{"NoPlace", R"(rules { name: "a" patterns { places: UNSPECIFIED } })", "place"},
        BadRules{"ListOfPhrases", R"(word_lists { name: "a" words: "two words" })", "single"},
        BadRules{"LongName", R"(blocks { name: "a" class_words: "a b c d" })", "1 to 3"}),
    [](const auto& test) { return test.param.name; });

bool Fits(const std::string& pattern, std::string_view line) {
  const auto rules = LineRules::Create(
      Parsed("word_lists { name: 'fruit' words: ['apple', 'pear'] } "
             "word_lists { name: 'tree' words: ['oak'] } "
             "rules { name: 'a' patterns { " + pattern + " } }"));
  EXPECT_TRUE(rules.ok()) << rules.status();
  std::vector<Word> words;
  std::vector<uint16_t> candidates;
  (*rules)->Look(line, words, candidates);
  return !candidates.empty();
}

struct PatternExample {
  std::string name, pattern, fits, fits_not;
};

class PatternTest : public ::testing::TestWithParam<PatternExample> {};

TEST_P(PatternTest, Fits) { EXPECT_TRUE(Fits(GetParam().pattern, GetParam().fits)); }
TEST_P(PatternTest, FitsNot) { EXPECT_FALSE(Fits(GetParam().pattern, GetParam().fits_not)); }

INSTANTIATE_TEST_SUITE_P(
    , PatternTest,
    ::testing::Values(
        PatternExample{"Whole", "whole: 'read more'", "READ MORE:", "read more here"},
        PatternExample{"WholeBullet", "whole: 'read more'", "\u2022 Read more", "read"},
        PatternExample{"Starts", "starts: 'read more :'", "Read more: oaks", "Read more oaks"},
        PatternExample{"Apostrophe", "starts: 'what\\'s new'", "What\u2019s new?", "What is new"},
        PatternExample{"Contains", "contains: 'all rights'", "\u00A9 X. All rights kept", "all right"},
        PatternExample{"Ends", "ends: 'getty images'", "An oak / Getty Images", "Getty Images, oak"},
        PatternExample{"Number", "whole: 'image # of #'", "Image 3 of 12", "Image a of 12"},
        PatternExample{"Folded", "whole: 'm\u00E4rz'", "M\u00C4RZ", "marz"},
        PatternExample{"Only", "only: 'fruit' needs: 'fruit'", "Apple | pear 3", "Apple pie"},
        PatternExample{"OnlyOfTwo", "only: ['fruit', 'tree']", "Apple oak", "Apple elm"},
        PatternExample{"Needs", "needs: 'tree'", "Under the oak", "Under the elm"},
        PatternExample{"MinWords", "starts: 'a' min_words: 3", "a b c", "a b"},
        PatternExample{"MaxWords", "starts: 'a' max_words: 2", "a b", "a b c"},
        PatternExample{"NoStop", "starts: 'a' no_final_stop: true", "a b", "a \u201Cb.\u201D"},
        PatternExample{"AllCaps", "places: HEAD all_caps: true", "OAK FALLS", "OAK falls"},
        PatternExample{"Items", "min_items: 3", "Oak | Old apple trees \u2022 Elm", "Oak | Elm"},
        PatternExample{"LongItem", "min_items: 2", "Oak | Elm", "Oak | The elm fell down"},
        PatternExample{"TurkishCapitals", "whole: 'ilgili yaz\u0131lar'", "\u0130LG\u0130L\u0130 YAZILAR", "ilgili"},
        PatternExample{"GreekCapitals", "whole: '\u03B4\u03B9\u03B1\u03C6\u03AE\u03BC\u03B9\u03C3\u03B7'",
                       "\u0394\u0399\u0391\u03A6\u0397\u039C\u0399\u03A3\u0397", "\u0394\u0399\u0391"},
        PatternExample{"ArabicVowels", "whole: '\u0627\u0642\u0631\u0623'", "\u0627\u0642\u0652\u0631\u0627",
                       "\u0627\u0642"},
        PatternExample{"ChineseStarts", "starts: '\u5173\u6CE8\u6211'", "\u5173\u6CE8\u6211\u4EEC", "\u6211\u4EEC\u5173\u6CE8"},
        PatternExample{"ChineseContains", "contains: '\u8F6C\u8F7D'", "\u4E0D\u5F97\u8F6C\u8F7D\u672C\u6587", "\u8F6C"},
        PatternExample{"JapaneseBrackets", "starts: '\u5199\u771F :'", "\u3010\u5199\u771F\u3011A", "\u5199\u771FA"},
        PatternExample{"FullWidthEquals", "starts: '\u5199\u771F :'", "\uFF08\u5199\u771F\uFF1DA\uFF09", "\u5199\u771F\uFF0CA"},
        PatternExample{"KoreanNumber", "whole: '# \uC6D4'", "3\uC6D4", "\uC6D4"},
        PatternExample{"Clock", "whole: 'at #'", "at 10h15", "at 10hours"},
        PatternExample{"Breadcrumb", "min_items: 3", "Oak > Elm \u203A Ash", "Oak, Elm, Ash"},
        PatternExample{"ChineseItems", "min_items: 3", "\u65B0\u95FB | \u4F53\u80B2 | \u8D22\u7ECF",
                       "\u65B0\u95FB | \u4F53\u80B2\u65B0\u95FB\u8D22\u7ECF\u65B0\u95FB | \u8D22\u7ECF"},
        // Two letters of Han are worth a word.
        PatternExample{"ChineseMaxWords", "starts: '\u5173' max_words: 2", "\u5173\u6CE8\u6211\u4EEC", "\u5173\u6CE8\u6211\u4EEC\u5427"},
        PatternExample{"GreekQuestion", "starts: 'a' no_final_stop: true", "a \u03B2;b", "a \u03B2;"},
        PatternExample{"TitleCase", "starts: 'by' title_case: true", "By Ann de Oak", "By Ann slowly"}),
    [](const auto& test) { return test.param.name; });

TEST(DisabledRules, UnknownNameIsAnError) {
  config::v1::Cleanup config;
  config.add_disabled_rules("no-such-rule");
  const auto cleaner = Create(config, {}, testing::ShippedLineRules());
  ASSERT_FALSE(cleaner.ok());
  EXPECT_THAT(std::string(cleaner.status().message()),
              HasSubstr("cleanup.disabled_rules: unknown rule \"no-such-rule\""));
}

TEST(LineRulesTest, NoRulesAtAllAreFine) { EXPECT_TRUE(Create({}, {}, nullptr).ok()); }

}  // namespace
}  // namespace newsfeed::cleanup
