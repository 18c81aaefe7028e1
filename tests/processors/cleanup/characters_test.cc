#include "processors/cleanup/characters.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

std::string Cleaned(std::string_view line) {
  text::Arena arena;
  return std::string(CleanLine(line, arena));
}

struct Example {
  std::string_view name, line, cleaned;
};

class CleanLineTest : public ::testing::TestWithParam<Example> {};

TEST_P(CleanLineTest, GivesWhatAReaderSees) { EXPECT_EQ(Cleaned(GetParam().line), GetParam().cleaned); }

TEST_P(CleanLineTest, LeavesItsOwnResultAlone) {
  EXPECT_EQ(Cleaned(Cleaned(GetParam().line)), GetParam().cleaned);
}

INSTANTIATE_TEST_SUITE_P(
    , CleanLineTest,
    ::testing::Values(
        Example{"Plain", "The ferry left.", "The ferry left."},
        Example{"Composes", "Cafe\u0301", "Caf\u00E9"},
        Example{"NeverNfkc", "\uFB01ve \u00BD \u2460", "\uFB01ve \u00BD \u2460"},
        Example{"SoftHyphen", "Dampf\u00ADschiff", "Dampfschiff"},
        Example{"ZeroWidth", "a\u200Bb\u2060c\uFEFFd", "abcd"},
        Example{"Controls", "a\x01\x7F" "b\u0081c", "abc"},
        Example{"Tab", "a\tb", "a b"},
        Example{"Mojibake", "Le caf\u00C3\u00A9 est ferm\u00C3\u00A9", "Le caf\u00E9 est ferm\u00E9"},
        Example{"MojibakeOfQuotes", "It\u00E2\u20AC\u2122s \u00E2\u20AC\u0153late\u00E2\u20AC\u009D",
                "It\u2019s \u201Clate\u201D"},
        Example{"MojibakeWithNoBreakSpace", "d\u00C3\u00A9j\u00C3\u00A0 l\u00C3\u00A0",
                "d\u00E9j\u00E0 l\u00E0"},
        Example{"MojibakeTwice", "caf\u00C3\u0192\u00C2\u00A9", "caf\u00E9"},
        Example{"MojibakeOfCyrillic", "\u00D0\u009C\u00D0\u00B8\u00D1\u20AC", "\u041C\u0438\u0440"},
        Example{"NoMojibakeBesideSoundText", "caf\u00C3\u00A9 \u2192 ferm\u00E9", "caf\u00C3\u00A9 \u2192 ferm\u00E9"},
        Example{"NoMojibakeOfACapitalBeforeAQuote", "IRM\u00C3\u201D FP\u00D6\u2026", "IRM\u00C3\u201D FP\u00D6\u2026"},
        Example{"NoBreakSpace", "toM\u00A0 the\u202Fend\u3000.", "toM the end ."},
        Example{"BlanksAtEnds", "  \u00A0a  b \t", "a b"},
        Example{"OnlyBlanks", " \u00A0\u2003 ", ""},
        Example{"SmartQuotes", "\u201CYes\u201D \u2018no\u2019", "\u201CYes\u201D \u2018no\u2019"},
        Example{"PersianNonJoiner", "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645",
                "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645"},
        Example{"LatinNonJoiner", "Auf\u200Clage", "Auflage"},
        Example{"EmojiJoiner", "\U0001F469\u200D\U0001F680", "\U0001F469\u200D\U0001F680"},
        Example{"LoneJoiner", "a\u200Db", "ab"},
        Example{"BidiBalanced", "a \u2067\u05D0\u2069 b", "a \u2067\u05D0\u2069 b"},
        Example{"BidiUnbalanced", "a \u202E\u05D0 b", "a \u05D0 b"},
        Example{"BidiOutOfOrder", "\u202B\u2067a\u202C\u2069", "a"},
        Example{"Entity", "Fish &amp; chips &#8211; &#x2019;", "Fish & chips \u2013 \u2019"},
        Example{"EntityTwice", "Fish &amp;amp; chips", "Fish & chips"},
        Example{"EntityThrice", "&amp;amp;amp;", "&amp;amp;amp;"},
        Example{"EntityUnknown", "R&D; AT&T; &nope; &; &#; &#x;", "R&D; AT&T; &nope; &; &#; &#x;"},
        Example{"EntityBlank", "a&nbsp;&nbsp;b&shy;c", "a bc"},
        Example{"EntitySurrogate", "&#xD800;&#0;&#99999999;", "\uFFFD\uFFFD\uFFFD"},
        Example{"EntityWindows1252", "&#147;x&#148;", "\u201Cx\u201D"},
        Example{"EntityHiddenInHyphen", "&am\u00ADp;", "&"},
        Example{"PrivateUseAndReplacement", "\uE000\uFFFD", "\uE000\uFFFD"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(CleanLineHostile, MillionMarksAreBounded) {
  std::string line = "a";
  for (int i = 0; i < 1'000'000; ++i) line += i % 2 == 0 ? "\u0316" : "\u0301";
  const std::string cleaned = Cleaned(line);
  EXPECT_LE(cleaned.size(), 64u);
  EXPECT_EQ(Cleaned(cleaned), cleaned);
}

TEST(CleanLineHostile, NestedReferencesSettle) {
  std::string line = "lt;";
  for (int i = 0; i < 200; ++i) line = "&am&shy;p;" + line;
  const std::string cleaned = Cleaned(line);
  EXPECT_EQ(Cleaned(cleaned), cleaned);
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  ForEachLine(text, [&](size_t begin, size_t end, bool) {
    lines.emplace_back(text.substr(begin, end - begin));
  });
  return lines;
}

TEST(ForEachLineTest, KnowsEveryLineEnd) {
  EXPECT_EQ(Lines("a\nb\r\nc\rd\u0085e\u2028f\u2029g"),
            (std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g"}));
}

TEST(ForEachLineTest, FindsALineEndAtEveryPlace) {
  for (size_t at = 0; at <= 20; ++at) {
    const std::string before(at, 'x');
    const std::string after = std::string(20 - at, 'y') + "\u00E9";
    for (const char* end : {"\r", "\u0085", "\u2028"}) {
      EXPECT_EQ(Lines(before + end + after), (std::vector<std::string>{before, after})) << at << " " << end;
    }
  }
}

TEST(ForEachLineTest, GivesEmptyLines) {
  EXPECT_EQ(Lines("a\r\n\r\nb\n\n"), (std::vector<std::string>{"a", "", "b", "", ""}));
}

TEST(ForEachLineTest, CrAtTheEndOfTheText) {
  EXPECT_EQ(Lines("a\r"), (std::vector<std::string>{"a", ""}));
}

TEST(IsPlainAsciiTest, SeesEveryPosition) {
  for (size_t at = 0; at < 20; ++at) {
    for (const char* bad : {"\x01", "\x7F", "\xC3", "&"}) {
      std::string line(20, 'x');
      line.replace(at, 1, bad);
      EXPECT_FALSE(IsPlainAscii(line)) << at << " " << bad;
    }
  }
  EXPECT_FALSE(IsPlainAscii("seven b  lanks at the border"));
  EXPECT_TRUE(IsPlainAscii("one two three four five six seven eight"));
}

}  // namespace
}  // namespace newsfeed::cleanup
