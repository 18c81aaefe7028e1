#include "processors/article/language_tag.h"

#include <gtest/gtest.h>

namespace newsfeed {
namespace {

TEST(LanguageTag, IsInTheUsualCase) {
  text::Arena arena;
  EXPECT_EQ(LanguageTag("EN", arena), "en");
  EXPECT_EQ(LanguageTag("en_us", arena), "en-US");
  EXPECT_EQ(LanguageTag("zh-hant-tw", arena), "zh-Hant-TW");
  EXPECT_EQ(LanguageTag("de_DE.UTF-8", arena), "de-DE");
  EXPECT_EQ(LanguageTag("sr_RS@latin", arena), "sr-RS");
  EXPECT_EQ(LanguageTag("DE-x-A1", arena), "de-x-a1") << "no country";
  EXPECT_EQ(LanguageTag(" English ", arena), "en");
  for (const char* bad : {"", "e", "e-GB", "en US", "en-U$", "12", "en--us", "klingonian-language",
                          "klingon", "en-klingonian", "e<>",
                          "en-aaaaaaa1-aaaaaaa2-aaaaaaa3-aaaaaaa4"}) {
    EXPECT_EQ(LanguageTag(bad, arena), "") << bad;
  }
}

}  // namespace
}  // namespace newsfeed
