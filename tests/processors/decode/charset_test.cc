#include "processors/decode/charset.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/processors/decode/decoding.h"

namespace newsfeed::decode {
namespace {

using namespace std::string_literals;

struct Example {
  std::string name;
  std::string bytes;
  std::string content_type;
  std::string text;
  std::string charset;
};

void PrintTo(const Example& example, std::ostream* out) { *out << example.name; }

class Charsets : public ::testing::TestWithParam<Example> {};

TEST_P(Charsets, AreRead) {
  Decoding decode;
  std::vector<Header> headers;
  if (!GetParam().content_type.empty()) headers = {{"content-type", GetParam().content_type}};
  const Article& article = decode(GetParam().bytes, headers);
  ASSERT_TRUE(article.live()) << article.fate.detail;
  EXPECT_EQ(article.text, GetParam().text);
  EXPECT_EQ(article.charset, GetParam().charset);
}

// A page that declares its charset after `bytes` of other things.
std::string Page(size_t bytes, const std::string& label, const std::string& body) {
  return "<html><!--" + std::string(bytes, ' ') + "--><meta charset=\"" + label + "\"><p>" + body;
}

const std::string kManyGood = "ÄÖÜäöüßéèê áàâ";

INSTANTIATE_TEST_SUITE_P(
    , Charsets,
    ::testing::Values(
        Example{"Ascii", "Ships", "", "Ships", "utf-8"},
        Example{"Utf8Mark", "\xEF\xBB\xBFShips", "", "Ships", "utf-8"},
        Example{"Utf16LittleMark", "\xFF\xFEh\0i\0"s, "", "hi", "utf-16le"},
        Example{"Utf16BigMark", "\xFE\xFF\0h\0i"s, "", "hi", "utf-16be"},
        Example{"Utf32LittleMark", "\xFF\xFE\0\0h\0\0\0"s, "", "h", "utf-32le"},
        Example{"Utf32BigMark", "\0\0\xFE\xFF\0\0\0h"s, "", "h", "utf-32be"},
        Example{"Utf16WithoutMark", "S\0h\0i\0p\0s\0"s, "", "Ships", "utf-16le"},
        Example{"Utf16Pair", "\xFF\xFE\x3D\xD8\x00\xDE"s, "", "😀", "utf-16le"},
        Example{"Utf8BeatsLabel", "café", "text/plain; charset=iso-8859-1", "café", "utf-8"},
        Example{"Label", "caf\xE9", "text/plain; charset=ISO-8859-1", "café", "windows-1252"},
        Example{"QuotedLabel", "\xCF\xF0\xE8", "text/plain; charset=\"cp1251\"", "При",
                "windows-1251"},
        Example{"Latin1IsWindows", "\x93Ships\x94", "text/plain;charset=latin1", "“Ships”",
                "windows-1252"},
        Example{"ShiftJis", "\x93\xFA\x96\x7B", "text/plain; charset=Shift_JIS", "日本", "shift_jis"},
        Example{"Gb2312IsGb18030", "\xD6\xD0\xB9\xFA", "text/plain; charset=gb2312", "中国",
                "gb18030"},
        Example{"Iso2022Jp", "\x1B$BF|K\\\x1B(B", "text/plain; charset=iso-2022-jp", "日本",
                "iso-2022-jp"},
        Example{"FewBadBytes", kManyGood + "\xFF", "text/plain; charset=latin1",
                kManyGood + "\xEF\xBF\xBD", "utf-8"},
        Example{"MetaFarDown", Page(5000, "windows-1251", "\xCF\xF0\xE8"), "",
                Page(5000, "windows-1251", "При"), "windows-1251"},
        Example{"Guessed", "Der B\xFCrgermeister \xF6" "ffnete die Br\xFC" "cke f\xFCr alle.", "",
                "Der Bürgermeister öffnete die Brücke für alle.", "windows-1252"}),
    [](const auto& row) { return row.param.name; });

TEST(Charset, RefusesWhatIsNoText) {
  Decoding decode;
  const std::string picture = "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x02\0\0\0"s;
  EXPECT_EQ(decode(picture).fate.reason, Reason::kInvalidEncoding);
  EXPECT_EQ(decode("\x01\x02\x03\x04").fate.reason, Reason::kInvalidEncoding);
}

TEST(Charset, OfConfigComesAfterTheHeader) {
  Decoding decode("charset: 'windows-1251'");
  EXPECT_EQ(decode("\xCF\xF0\xE8").text, "При");
  EXPECT_EQ(decode("\xCF\xF0\xE8", {{"content-type", "text/plain; charset=latin1"}}).text, "Ïðè");
}

TEST(Charset, OfJsonIsNeverGuessed) {
  Decoding decode;
  const std::string json = "{\"title\":\"caf\xE9\",\"body\":\"x\"}";
  const Article& article = decode(json);
  EXPECT_EQ(article.fate.reason, Reason::kInvalidEncoding);
  EXPECT_EQ(article.fate.detail, "JSON that is not UTF-8: byte 0xe9 at 13");
  EXPECT_EQ(decode(json, {{"content-type", "application/json; charset=latin1"}}).title, "café");
}

TEST(Charset, OfJsonMayBeUtf16) {
  Decoding decode;
  std::string json = "\xFF\xFE";
  for (char c : std::string(R"({"title":"x","body":"y"})")) json += c, json += '\0';
  EXPECT_EQ(decode(json).body, "y");
  EXPECT_EQ(decode(json.substr(2)).charset, "utf-16le");
}

TEST(CharsetByLabel, KnowsAliasesOnly) {
  EXPECT_EQ(CharsetByLabel(" ISO_8859-1 "), "windows-1252");
  EXPECT_EQ(CharsetByLabel("GBK"), "gb18030");
  for (const char* bad : {"", "utf-7", "ebcdic", "ibm037", "scsu", "-", "8"}) {
    EXPECT_EQ(CharsetByLabel(bad), "") << bad;
  }
}

TEST(CharsetByLabel, GivesNamesThatAreLabels) {
  CharsetReader reader;
  text::Arena arena;
  for (const char* name : {"utf-16le", "utf-16be", "windows-1250", "windows-874", "iso-8859-2",
                           "iso-8859-15", "koi8-r", "koi8-u", "macintosh", "x-mac-cyrillic",
                           "ibm866", "gb18030", "big5", "shift_jis", "euc-jp", "iso-2022-jp",
                           "euc-kr", "iso-8859-6", "iso-8859-13", "iso-8859-14", "iso-8859-10"}) {
    EXPECT_EQ(CharsetByLabel(name), name);
    EXPECT_TRUE(reader.ReadLabelled("ab", name, CharsetReader::BadBytes::kReplace, arena)) << name;
  }
}

TEST(LabelInPage, IsFoundInEachForm) {
  EXPECT_EQ(LabelInPage("<meta charset=utf-8>"), "utf-8");
  EXPECT_EQ(LabelInPage("<META http-equiv=Content-Type content='text/html; charset=big5'>"),
      "big5");
  EXPECT_EQ(LabelInPage("<?xml version='1.0' encoding='koi8-r'?><html>"), "koi8-r");
  EXPECT_EQ(LabelInPage("<meta name=x><p>charset=utf-8"), "");
}

}  // namespace
}  // namespace newsfeed::decode
