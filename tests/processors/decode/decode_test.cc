#include "processors/decode/decode.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "processors/article/fate.h"
#include "processors/text/utf8.h"
#include "tests/processors/decode/decoding.h"

namespace newsfeed::decode {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct BadRecord {
  const char* name;
  std::string value;
  Reason reason;
  const char* detail;
};

void PrintTo(const BadRecord& record, std::ostream* out) { *out << record.name; }

std::string Nested(int levels) {
  return R"({"title":"x","body":"y","z":)" + std::string(static_cast<size_t>(levels), '[') +
         std::string(static_cast<size_t>(levels), ']') + "}";
}

class Rejects : public ::testing::TestWithParam<BadRecord> {};

TEST_P(Rejects, WithReason) {
  Decoding decode;
  const Article& article = decode(GetParam().value, {{"content-type", "application/json"}});
  EXPECT_EQ(ReasonName(article.fate.reason), ReasonName(GetParam().reason));
  EXPECT_THAT(article.fate.detail, HasSubstr(GetParam().detail));
}

INSTANTIATE_TEST_SUITE_P(
    , Rejects,
    ::testing::Values(
        BadRecord{"Empty", "", Reason::kInvalidJson, ""},
        BadRecord{"Blank", "  \n", Reason::kInvalidJson, ""},
        BadRecord{"CutInAString", R"({"id":"a)", Reason::kInvalidJson, ""},
        BadRecord{"CutInAnObject", R"({"title":"x","body":"y")", Reason::kInvalidJson, ""},
        BadRecord{"CutInANestedObject", R"({"title":"x","a":{"b":1})", Reason::kInvalidJson,
            "cut short"},
        BadRecord{"TrailingGarbage", R"({"title":"x"} x)", Reason::kInvalidJson,
            "does not end with }"},
        BadRecord{"TwoObjects", R"({"title":"x"}{"title":"y"})", Reason::kInvalidJson,
            "at byte 13"},
        BadRecord{"TrailingComma", R"({"title":"x",})", Reason::kInvalidJson, ""},
        BadRecord{"NoComma", R"({"title":"x" "body":"y"})", Reason::kInvalidJson, ""},
        BadRecord{"WrongWordInsideOfWhatNobodyReads", R"({"title":"x","a":{"b":[tru]}})",
                  Reason::kInvalidJson, "unknown word, at byte 23"},
        BadRecord{"WrongNumber", R"({"title":"x","a":01})", Reason::kInvalidJson, "at byte 17"},
        BadRecord{"WrongEscape", R"({"title":"x","a":"\q"})", Reason::kInvalidJson, "wrong escape"},
        BadRecord{"HalfAnEscape", R"({"title":"\u12"})", Reason::kInvalidJson, "wrong escape"},
        BadRecord{"WrongEscapeInAKey", R"({"title":"x","\q":1})", Reason::kInvalidJson, "key"},
        BadRecord{"RawLineEnd", "{\"title\":\"x\ny\"}", Reason::kInvalidJson, ""},
        BadRecord{"PlainText", "Ships may enter.", Reason::kInvalidJson, ""},
        BadRecord{"BadUtf8", "{\"title\":\"\xFF\"}", Reason::kInvalidEncoding, "byte 0xff at 10"},
        BadRecord{"Null", "null", Reason::kWrongType, "null"},
        BadRecord{"Number", "17", Reason::kWrongType, "a number"},
        BadRecord{"String", "\"x\"", Reason::kWrongType, "a string"},
        BadRecord{"EmptyArray", "[]", Reason::kWrongType, "array of 0"},
        BadRecord{"ArrayOfTwo", R"([{"title":"x"},{"title":"y"}])", Reason::kWrongType,
            "array of 2"},
        BadRecord{"ArrayOfANumber", "[1]", Reason::kWrongType, "array of 1"},
        BadRecord{"ArrayOfAnArray", "[[{}]]", Reason::kWrongType, "array of 1"},
        BadRecord{"TitleIsANumber", R"({"title":5,"body":"y"})", Reason::kWrongType,
            "/title is a number"},
        BadRecord{"BodyIsANumber", R"({"title":"x","body":5})", Reason::kWrongType,
            "/body is a number"},
        BadRecord{"BodyIsAnObject", R"({"title":"x","body":{"a":1}})", Reason::kWrongType,
            "/body is an object"},
        BadRecord{"BodyIsAList", R"({"title":"x","body":["y","z"]})", Reason::kWrongType, "/body"},
        // A summary must not take the place of a body whose form is not known.
        BadRecord{"SummaryBesideAList", R"({"title":"x","body":["y","z"],"summary":"s"})", Reason::kWrongType,
            "/body"},
        BadRecord{"Invisible", R"({"title":"\u00a0","body":"\u200b"})", Reason::kMissingText, "/body"},
        BadRecord{"NoText", "{}", Reason::kMissingText, "/title"},
        BadRecord{"EmptyText", R"({"title":"","body":" \n"})", Reason::kMissingText, "/body"},
        BadRecord{"NullText", R"({"title":null,"body":null})", Reason::kMissingText, ""},
        BadRecord{"TooDeep", Nested(64), Reason::kTooDeep, "64"},
        BadRecord{"FarTooDeep", Nested(100000), Reason::kTooDeep, "64"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Decode, TakesTheDeepestAllowed) { EXPECT_TRUE(Decoding()(Nested(63)).live()); }

TEST(Decode, FiltersTombstones) {
  newsfeed::testing::BatchBuilder batch;
  Article& article = batch.Null();
  ASSERT_TRUE(CreateFrom("").value()->Process(batch.batch()).ok());
  EXPECT_EQ(article.fate.why, FilterWhy::kTombstone);
}

TEST(Decode, RejectsWhatIsTooLarge) {
  EXPECT_EQ(Decoding("", "max_record_bytes: 10")(std::string(11, 'x')).fate.reason,
      Reason::kTooLarge);
  EXPECT_TRUE(Decoding("", "max_record_bytes: 10")(std::string(10, 'x')).live());
  Decoding decode("", "max_text_bytes: 2");
  EXPECT_EQ(decode(R"({"title":"x","body":"abc"})").fate.reason, Reason::kTooLarge);
  EXPECT_TRUE(decode(R"({"title":"abc","body":"ab"})").live());
}

TEST(Decode, RejectsWhatTheSourceCut) {
  newsfeed::testing::BatchBuilder batch;
  Article& article = batch.Value("{");
  article.oversize_bytes = 20'000'000;
  ASSERT_TRUE(CreateFrom("").value()->Process(batch.batch()).ok());
  EXPECT_EQ(article.fate.reason, Reason::kTooLarge);
}

TEST(Decode, FormatByHeaderThenConfigThenFileThenBytes) {
  EXPECT_EQ(Decoding("format: HTML").FromFile("a.json")("{x", {{"content-type",
      "text/plain"}}).form,
            TextForm::kPlain);
  EXPECT_EQ(Decoding("format: HTML").FromFile("a.txt")("{x").form, TextForm::kPage);
  EXPECT_TRUE(Decoding().FromFile("a.txt")("{x").live());
  EXPECT_EQ(Decoding()("{x").fate.reason, Reason::kInvalidJson);
  // A topic is no file.
  EXPECT_EQ(Decoding().FromTopic("crawl.html")(R"({"title":"x"})").title, "x");
  EXPECT_EQ(Decoding().FromTopic("feed.json")("<html><body>x").form, TextForm::kPage);
  EXPECT_EQ(Decoding()("<html><body>x").form, TextForm::kPage);
  EXPECT_EQ(Decoding()("x").form, TextForm::kPlain);
}

TEST(Decode, LeavesPlainTextAsItIs) {
  Decoding decode;
  EXPECT_EQ(decode(" Ships \n\n may enter. ").body, " Ships \n\n may enter. ");
  EXPECT_EQ(decode(" \n\t ").fate.reason, Reason::kMissingText);
  EXPECT_EQ(decode("").fate.reason, Reason::kMissingText);
}

TEST(Decode, UnescapesStrings) {
  Decoding decode;
  const Article& article =
      decode(R"({"\u0074itle":"a\"b\\c\/d\b\f\n\r\t","body":"\u00e9\u20ac\ud83d\ude00\u0000"})");
  EXPECT_EQ(article.title, "a\"b\\c/d\b\f\n\r\t");
  EXPECT_EQ(article.text, std::string_view("é€😀\0", 10));
}

TEST(Decode, ReplacesLoneSurrogates) {
  Decoding decode;
  EXPECT_EQ(decode(R"({"body":"a\ud83d"})").text, "a\xEF\xBF\xBD");
  EXPECT_EQ(decode(R"({"body":"\ude00b"})").text, "\xEF\xBF\xBD" "b");
  EXPECT_EQ(decode(R"({"body":"\ud83d\ud83d\ude00"})").text, "\xEF\xBF\xBD" "😀");
  EXPECT_TRUE(decode(R"({"\ud83d":1,"body":"x"})").live());
}

TEST(Decode, DoesNotCopyStringsWithoutEscapes) {
  Decoding decode;
  const Article& article = decode(R"({"body":"Ships"})");
  EXPECT_EQ(article.text.data(), article.value.data() + 9);
}

TEST(Decode, TakesTheFirstOfDuplicateKeys) {
  Decoding decode;
  EXPECT_EQ(decode(R"({"body":"x","body":"y"})").text, "x");
  EXPECT_EQ(decode(R"({"body":null,"body":"y"})").fate.reason, Reason::kMissingText);
}

struct OtherRow {
  const char* record;
  std::string_view title;
  std::string_view text;
};

class DecodeOtherRow : public ::testing::TestWithParam<OtherRow> {};

// A value of a wrong type in one row is no harm where another row has the field.
TEST_P(DecodeOtherRow, IsTaken) {
  Decoding decode;
  const Article& article = decode(GetParam().record);
  EXPECT_TRUE(article.live()) << article.fate.detail;
  EXPECT_EQ(article.title, GetParam().title);
  EXPECT_EQ(article.text, GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    , DecodeOtherRow,
    ::testing::Values(OtherRow{R"({"title":"T","html":true,"body":"Ships."})", "T", "Ships."},
                      OtherRow{R"({"title":"T","html":5,"body":"Ships."})", "T", "Ships."},
                      OtherRow{R"({"title":{"en":"x"},"headline":"H","body":"Ships."})", "H", "Ships."},
                      // What is no body at all.
                      OtherRow{R"({"title":"T","description":5})", "T", ""},
                      OtherRow{R"({"title":"T","summary":["a","b"]})", "T", ""}),
    [](const auto& row) { return std::to_string(row.index); });

TEST(Decode, IgnoresUnimportantFieldsOfAWrongType) {
  Decoding decode;
  const Article& article = decode(R"({"title":"x","body":"y","keywords":5,"authors":{"a":[]},
      "url":7,"language":[],"published_at":"soon","section":{}})");
  EXPECT_TRUE(article.live());
  EXPECT_FALSE(article.published);
  EXPECT_EQ(article.published_source, "");
}

TEST(Decode, ReadsEpochTimes) {
  Decoding decode;
  EXPECT_EQ(decode(R"({"title":"x","published_at":1772357400})").published->unix_ms, 1772357400000);
  EXPECT_EQ(decode(R"({"title":"x","published_at":1772357400.5})").published->unix_ms,
      1772357400000);
  EXPECT_EQ(decode(R"({"title":"x","published_at":1.7723574E9})").published->unix_ms,
            1772357400000);
  EXPECT_EQ(decode(R"({"title":"x","published_at":1.7723E9})").published->unix_ms, 1772300000000);
  EXPECT_EQ(decode(R"({"title":"x","published_at":202603010930})").published->unix_ms, 1772357400000);
  EXPECT_TRUE(decode(R"({"title":"x","published_at":20260301})").published->day_only);
  for (const char* none : {"0", "2026", "1e300", "-5"}) {
    EXPECT_FALSE(decode(fmt::format(R"({{"title":"x","published_at":{}}})", none)).published) << none;
  }
}

struct StatusExample {
  const char* fields;
  PubStatus status;
};

class DecodeStatus : public ::testing::TestWithParam<StatusExample> {};

TEST_P(DecodeStatus, IsWithheldWhereItIsNotRead) {
  Decoding decode;
  const Article& article = decode(fmt::format(R"({{"headline":"x",{}}})", GetParam().fields));
  ASSERT_TRUE(article.live());
  EXPECT_EQ(article.pub_status, GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(
    , DecodeStatus,
    ::testing::Values(StatusExample{R"("pub_status":3)", PubStatus::kWithheld},
                      StatusExample{R"("pubstatus":{"code":"canceled"})", PubStatus::kWithheld},
                      StatusExample{R"("itemMeta":{"pubStatus":{"literal":"canceled"}})", PubStatus::kWithheld},
                      StatusExample{R"("itemMeta":{"pubStatus":{"qcode":"stat:usable"}})", PubStatus::kUsable},
                      StatusExample{R"("embargoed":"March 2, 2031, in the morning")", PubStatus::kWithheld},
                      StatusExample{R"("embargoed_until":true)", PubStatus::kWithheld},
                      StatusExample{R"("embargoed":"soon","pubstatus":"canceled")", PubStatus::kCanceled},
                      StatusExample{R"("embargoed":"soon","pubstatus":"usable")", PubStatus::kWithheld},
                      StatusExample{R"("embargoed":"2031-03-02T00:00:00Z")", PubStatus::kUsable},
                      StatusExample{R"("embargoed":null,"pubstatus":null)", PubStatus::kUsable},
                      StatusExample{R"("embargoed":false,"pubstatus":"")", PubStatus::kUsable},
                      StatusExample{R"("embargoed":{},"pubstatus":[ ])", PubStatus::kUsable}),
    [](const auto& row) { return std::to_string(row.index); });

TEST(Decode, AStatusThatIsNotReadIsNotUsable) {
  Decoding decode;
  const auto status = [&](const char* value) {
    return decode(fmt::format(R"({{"uri":"u","headline":"x","pubstatus":"{}"}})", value)).pub_status;
  };
  EXPECT_EQ(status("usable"), PubStatus::kUsable);
  EXPECT_EQ(status("http://cv.iptc.org/newscodes/pubstatusg2/canceled"), PubStatus::kCanceled);
  EXPECT_EQ(status("withholden"), PubStatus::kWithheld);
}

TEST(Decode, AKillNoticeNeedsNoText) {
  Decoding decode;
  EXPECT_TRUE(decode(R"({"uri":"x","pubstatus":"canceled"})").live());
}

TEST(DecodeId, HeaderThenFieldThenUrlThenPayload) {
  Decoding decode;
  EXPECT_EQ(decode(R"({"id":"a","title":"x"})", {{"newsfeed-id", "h"}}).id, "h");
  EXPECT_EQ(decode(R"({"id":"a","title":"x"})").id, "a");
  EXPECT_EQ(decode(R"({"id":12345678901234567890123,"title":"x"})").id, "12345678901234567890123");
  constexpr std::string_view kTracked = R"({"url":"https://Example.com/a?utm_source=x","title":"x"})";
  const std::string by_url(decode(kTracked).id);
  EXPECT_THAT(by_url, StartsWith("url-"));
  EXPECT_EQ(decode(R"({"url":"https://example.com/a#y","title":"z"})").id, by_url);
  EXPECT_THAT(std::string(decode(R"({"title":"x"})").id), StartsWith("payload-"));
  EXPECT_THAT(std::string(decode("text").id), StartsWith("payload-"));
}

TEST(DecodeId, LongOnesAreHashed) {
  Decoding decode;
  const auto with_id = [&](size_t bytes) -> const Article& {
    return decode(fmt::format(R"({{"id":"{}","title":"x"}})", std::string(bytes, 'a')));
  };
  EXPECT_EQ(with_id(1024).id.size(), 1024);
  const Article& article = with_id(1025);
  EXPECT_THAT(std::string(article.id), StartsWith("id-"));
  EXPECT_EQ(article.id.size(), 19);
}

TEST(DecodeHeaders, TellWhatATextCannot) {
  Decoding decode;
  const Article& article = decode("Ships", {{"newsfeed-url", "https://www.example.com/a"},
                                            {"newsfeed-source", "Example Times"},
                                            {"newsfeed-title", "Harbour"},
                                            {"newsfeed-language", "en"},
                                            {"newsfeed-published-at", "2026-03-01"}});
  EXPECT_EQ(article.source_domain, "example.com");
  EXPECT_EQ(article.source_name, "Example Times");
  EXPECT_EQ(article.title, "Harbour");
  EXPECT_EQ(article.claimed_language, "en");
  EXPECT_TRUE(article.published);
}

TEST(DecodeMapping, OverridesTheShapes) {
  Decoding decode(R"(mapping { id: "/meta/uid" title: "/a~1b/0" body: "/doc" authors: "/who" })");
  const Article& article = decode(R"({"id":"x","title":"no","body":"no","meta":{"uid":7},
      "a/b":["yes"],"doc":{"#text":"<p>Ships</p>"},"who":[{"name":"Jane Doe"}],"section":"S"})");
  EXPECT_EQ(article.id, "7");
  EXPECT_EQ(article.title, "yes");
  EXPECT_EQ(article.text, "<p>Ships</p>");
  EXPECT_THAT(article.authors, ElementsAre("Jane Doe"));
  EXPECT_EQ(article.section, "S");
  EXPECT_THAT(decode(R"({"title":"no","body":"no"})").fate.detail, HasSubstr("/a~1b/0"));
}

TEST(DecodeExtra, CarriesTheCustomersFields) {
  Decoding decode(R"(extra { name: "n" pointer: "/x/n" } extra { name: "o" pointer: "/x" }
                     extra { name: "h" header: "region" } extra { name: "none" pointer: "/none" }
                     extra { name: "s" pointer: "/s" })");
  const Article& article = decode(R"({"title":"t","x": { "n": 1.50, "l": [1, "a b"] },"s":"a\nb"})",
                                  {{"region", "north"}});
  std::vector<std::string> fields;
  for (const ExtraField& field : article.extra) {
    fields.push_back(fmt::format("{}={}", field.name, field.value));
  }
  EXPECT_THAT(fields, ElementsAre("n=1.50", R"(o={"n":1.50,"l":[1,"a b"]})", "s=a\nb", "h=north"));
}

TEST(DecodeExtra, CutsAtACharacter) {
  Decoding decode(R"(extra { name: "s" pointer: "/s" })");
  std::string value(4095, 'x');
  value += "é";
  EXPECT_EQ(decode(R"({"title":"t","s":")" + value + "\"}").extra[0].value.size(), 4095);
}

TEST(DecodeRequired, IsMissed) {
  Decoding decode(R"(required: "url" required: "authors")");
  EXPECT_EQ(decode(R"({"title":"x","authors":["A B"]})").fate.detail,
      "required field is missing: url");
  EXPECT_EQ(decode(R"({"title":"x","url":"https://example.com/"})").fate.reason,
      Reason::kMissingField);
  EXPECT_TRUE(decode(R"({"title":"x","url":"https://example.com/","authors":["A B"]})").live());
}

// What of a record with nothing but this text is left for cleanup to find.
std::vector<std::string> LeftForCleanup(const std::string& text) {
  std::vector<std::string> left;
  for (const char* field : {"id", "url", "source", "title", "standfirst", "body", "published_at",
                            "modified_at", "authors", "language", "section", "keywords"}) {
    Decoding decode(fmt::format("required: '{}'", field), "", Next::kCleanup);
    const std::string record = R"({"body":")" + text + "\"}";
    Decoding refuse(fmt::format("required: '{}'", field));
    if (decode(record).live() && !refuse(record).live()) left.emplace_back(field);
  }
  return left;
}

TEST(DecodeRequired, IsLeftToCleanupWhereThatMayFindIt) {
  EXPECT_THAT(LeftForCleanup("<html><body><p>Ships may enter.</p></body></html>"),
              ElementsAre("url", "source", "title", "standfirst", "published_at", "modified_at",
                          "authors", "language", "section", "keywords"));
  EXPECT_THAT(LeftForCleanup("<p>Ships may enter.</p>"),
              ElementsAre("title", "standfirst", "language"));
  EXPECT_THAT(LeftForCleanup("Ships may enter."), ElementsAre("title", "standfirst", "language"));
}

TEST(DecodeRequired, WhatIsRefusedHasNoIdMadeUp) {
  Decoding decode(R"(required: "url")");
  EXPECT_EQ(decode(R"({"title":"x"})").id, "");
}

TEST(DecodeSource, IsTheDefault) {
  Decoding decode("default_source: 'Example Agency'");
  EXPECT_EQ(decode(R"({"title":"x"})").source_name, "Example Agency");
  EXPECT_EQ(decode(R"({"title":"x","source":"Example Times"})").source_name, "Example Times");
}

struct BadConfig {
  const char* config;
  const char* message;
};

class RejectsConfig : public ::testing::TestWithParam<BadConfig> {};

TEST_P(RejectsConfig, NamingTheKey) {
  const auto decoder = CreateFrom(GetParam().config);
  ASSERT_FALSE(decoder.ok());
  EXPECT_EQ(decoder.status().message(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    , RejectsConfig,
    ::testing::Values(
        BadConfig{R"(mapping { body: "body" })",
            R"(decode.mapping.body: not a JSON pointer: "body")"},
        BadConfig{R"(mapping { id: "/a~2" })", R"(decode.mapping.id: not a JSON pointer: "/a~2")"},
        BadConfig{R"(charset: "klingon")", R"(decode.charset: unknown charset: "klingon")"},
        BadConfig{R"(required: "tittle")", R"(decode.required[0]: unknown field: "tittle")"},
        BadConfig{R"(extra { pointer: "/a" })", "decode.extra[0].name: is required"},
        BadConfig{R"(extra { name: "a" pointer: "a" })",
            R"(decode.extra[0].pointer: not a JSON pointer: "a")"},
        BadConfig{R"(extra { name: "a" })", "decode.extra[0]: needs a pointer or a header"},
        BadConfig{R"(extra { name: "a" header: "h" } extra { name: "a" header: "i" })",
                  R"(decode.extra[1].name: "a" is there twice)"}));

TEST(Decode, IsRepeatable) {
  newsfeed::testing::BatchBuilder batch;
  batch.Value(R"({"id":"a","title":"x\n","body":"<p>y</p>","authors":["A B"],"keywords":"k"})");
  auto decoder = CreateFrom("").value();
  for (int i = 0; i < 3; ++i) {
    batch.batch().ResetArticles();
    ASSERT_TRUE(decoder->Process(batch.batch()).ok());
    const Article& article = batch.batch().articles()[0];
    EXPECT_EQ(article.title, "x\n");
    EXPECT_THAT(article.authors, ElementsAre("A B"));
  }
}

}  // namespace
}  // namespace newsfeed::decode
