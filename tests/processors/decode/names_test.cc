#include "processors/decode/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsfeed::decode {
namespace {

using ::testing::ElementsAre;
using Names = std::vector<std::string_view>;

TEST(SplitKeywords, AtCommas) {
  Names names;
  SplitKeywords("harbour, shipping;  harbour,,", names);
  EXPECT_THAT(names, ElementsAre("harbour", "shipping"));
}

TEST(LanguageTag, IsInTheUsualCase) {
  text::Arena arena;
  EXPECT_EQ(LanguageTag("EN", arena), "en");
  EXPECT_EQ(LanguageTag("en_us", arena), "en-US");
  EXPECT_EQ(LanguageTag("zh-hant-tw", arena), "zh-Hant-TW");
  EXPECT_EQ(LanguageTag("de_DE.UTF-8", arena), "de-DE");
  EXPECT_EQ(LanguageTag(" English ", arena), "en");
  for (const char* bad : {"", "e", "en US", "12", "en--us", "klingonian-language"}) {
    EXPECT_EQ(LanguageTag(bad, arena), "") << bad;
  }
}

}  // namespace
}  // namespace newsfeed::decode
