#include "processors/text/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfeed::text {
namespace {

TEST(Utf8, EncodeAndDecodeEveryCodePoint) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    char bytes[4];
    const size_t size = Encode(c, bytes);
    ASSERT_TRUE(IsValidUtf8({bytes, size})) << static_cast<uint32_t>(c);
    const CodePoint decoded = Decode({bytes, size});
    ASSERT_EQ(decoded.value, c);
    ASSERT_EQ(decoded.bytes, size);
  }
}

TEST(Utf8, DecodeAgreesWithTheValidatorOnEveryShortSequence) {
  for (uint32_t bits = 0; bits < (1u << 24); bits += 7) {
    const char bytes[3] = {static_cast<char>(bits), static_cast<char>(bits >> 8),
                           static_cast<char>(bits >> 16)};
    const std::string_view text(bytes, 3);
    bool valid = true;
    for (size_t at = 0; at < 3;) {
      const CodePoint point = Decode(text.substr(at));
      valid = valid && (point.value != 0xFFFD || point.bytes == 3);
      at += point.bytes;
    }
    ASSERT_EQ(valid, IsValidUtf8(text)) << bits;
  }
}

TEST(Utf8, CountsCharacters) {
  EXPECT_EQ(CountCharacters(""), 0u);
  EXPECT_EQ(CountCharacters("aé€"), 3u);
  EXPECT_EQ(CountCharacters("\U0001F6A2"), 1u);
}

TEST(Utf8, PrefixCutsNoCharacter) {
  EXPECT_EQ(Prefix("aé", 3), "aé");
  EXPECT_EQ(Prefix("aé", 2), "a");
  EXPECT_EQ(Prefix("€", 2), "");
  EXPECT_EQ(Prefix("", 5), "");
}

TEST(Utf8, TellsWhatNobodySees) {
  for (const char* blank : {"", " \n\t", "\u00A0\u2003", "\u200B\uFEFF", "\u00AD\u202E"}) {
    EXPECT_TRUE(IsBlankText(blank)) << blank;
  }
  for (const char* text : {"x", " .", "\u00A0é", "\u5B57", "😀"}) EXPECT_FALSE(IsBlankText(text)) << text;
}

TEST(Utf8, CleanExcerptIsFitForLogs) {
  Arena arena;
  EXPECT_EQ(CleanExcerpt("a\x01" "b\xFF", 100, arena), "a?b\uFFFD");
  EXPECT_EQ(CleanExcerpt("line\nline\x7F", 100, arena), "line?line?");
  EXPECT_EQ(CleanExcerpt("ééé", 5, arena), "éé");
}

}  // namespace
}  // namespace newsfeed::text
