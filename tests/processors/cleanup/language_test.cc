#include "processors/cleanup/language.h"

#include <gtest/gtest.h>

#include "tests/testing/cleaned.h"

namespace newsfeed::cleanup {
namespace {

struct Spoken {
  std::string_view code, text;
};
class DetectLanguageTest : public ::testing::TestWithParam<Spoken> {};

TEST_P(DetectLanguageTest, BeatsTheClaim) {
  std::string scratch;
  EXPECT_EQ(DetectLanguage(GetParam().text, "mt", scratch).code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    , DetectLanguageTest,
    ::testing::Values(
        Spoken{"en", "The tunnel under the harbour opened on Monday, two years later than promised."},
        Spoken{"de", "Der Tunnel unter dem Hafen wurde am Montag eröffnet, zwei Jahre später als geplant."},
        Spoken{"fr", "Le tunnel sous le port a ouvert lundi, deux ans plus tard que la ville ne l'avait promis."},
        Spoken{"es", "El túnel bajo el puerto abrió el lunes, dos años más tarde de lo que había prometido."},
        Spoken{"he", "המנהרה מתחת לנמל נפתחה ביום שני, שנתיים מאוחר יותר ממה שהעירייה הבטיחה לתושבים."},
        Spoken{"ja", "港の下のトンネルは月曜日に開通した。市が約束した時期より二年遅れである。"},
        Spoken{"zh-Hant", "港口下方的隧道於星期一開通，比市政府承諾的時間晚了兩年，居民們都覺得很高興。"}),
    [](const auto& test) {
      std::string name(test.param.code);
      std::erase(name, '-');
      return name;
    });

TEST(DetectLanguageUnsure, TakesTheClaim) {
  std::string scratch;
  const Language language = DetectLanguage("1 2 3", "nl", scratch);
  EXPECT_EQ(language.code, "nl");
  EXPECT_FLOAT_EQ(language.confidence, 0.5f);
}

struct ShortText {
  std::string_view name, text, claim, code;
};
class DetectLanguageShort : public ::testing::TestWithParam<ShortText> {};

TEST_P(DetectLanguageShort, BelievesAClaimOfItsScript) {
  std::string scratch;
  EXPECT_EQ(DetectLanguage(GetParam().text, GetParam().claim, scratch).code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    , DetectLanguageShort,
    ::testing::Values(ShortText{"NamesOfAnother", "Maria Kowalczyk resigns", "en", "en"},
                      ShortText{"Region", "Maria Kowalczyk resigns", "en-GB", "en-GB"},
                      ShortText{"NoClaim", "Maria Kowalczyk resigns", "", "pl"},
                      ShortText{"Cyrillic", "Тоннель под портом открыт", "en", "ru"},
                      ShortText{"OfTheScript", "Тоннель под портом открыт", "bg", "bg"},
                      ShortText{"LatinSerbian", "Tunel ispod luke je otvoren", "sr-Latn", "sr-Latn"},
                      ShortText{"Kana", "港の下のトンネルが開通した", "zh", "ja"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(DetectLanguageOfAShortText, AgreesWithTheClaim) {
  std::string scratch;
  EXPECT_GT(DetectLanguage("The mayor resigns over the tunnel", "en", scratch).confidence, 0.9f);
  EXPECT_FLOAT_EQ(DetectLanguage("Maria Kowalczyk resigns", "en", scratch).confidence, 0.5f);
}

TEST(DetectLanguageUnsure, WithoutAClaimIsUnd) {
  std::string scratch;
  EXPECT_EQ(DetectLanguage("", "", scratch).code, "und");
  EXPECT_EQ(DetectLanguage("", "", scratch).confidence, 0);
}

TEST(LanguageSwitch, OffTakesTheClaim) {
  config::v1::Cleanup config;
  config.set_detect_language(false);
  testing::Cleaned cleaned({.title = "T", .text = "The tunnel is open.", .language = "PT_br"}, config);
  EXPECT_EQ(cleaned.article().language, "pt-BR");
}

}  // namespace
}  // namespace newsfeed::cleanup
