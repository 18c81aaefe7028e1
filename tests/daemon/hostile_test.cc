// Inputs made to do harm: each record ends as one outcome, in bounded time and memory, and the
// program exits as documented.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/testing/program.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::TemporaryFolder;
using ::testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kLimitSeconds = 200;
constexpr long kLimitKib = 24L << 20;
#else
constexpr int kLimitSeconds = 20;
constexpr long kLimitKib = 1536L << 10;
#endif

struct Result {
  int exit_code = 0;
  std::string err;
  std::string enriched;
  std::string dead_letters;
  long outcomes = 0;
};

Result Process(const TemporaryFolder& folder, const std::string& input) {
  const std::string out = folder.path() / "out";
  const ProgramResult run =
      testing::RunProgram({NEWSFEEDD, "process", "-o", out, input}, "", kLimitSeconds);
  EXPECT_FALSE(run.timed_out);
  EXPECT_LT(run.peak_kib, kLimitKib);
  Result result{run.exit_code, run.err, ReadWholeFile(out + "/articles.enriched.ndjson"),
                ReadWholeFile(out + "/articles.dead-letter.ndjson")};
  const std::string others = ReadWholeFile(out + "/articles.duplicates.ndjson") +
                             ReadWholeFile(out + "/articles.filtered.ndjson");
  result.outcomes = std::ranges::count(result.enriched, '\n') +
                    std::ranges::count(result.dead_letters, '\n') +
                    std::ranges::count(others, '\n');
  return result;
}

std::string Repeat(std::string_view text, size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string WithBody(std::string_view body) {
  return fmt::format(R"({{"id":"1","title":"t","body":"{}"}})", body);
}

struct Hostile {
  std::string name;
  std::string file;
  std::string contents;
  long outcomes = 1;
  std::string reason;  // empty: enriched
};

class HostileInput : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileInput, EndsAsOneOutcomeEach) {
  const TemporaryFolder folder;
  const Result result =
      Process(folder, folder.Write(GetParam().file, GetParam().contents));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.outcomes, GetParam().outcomes);
  if (GetParam().reason.empty()) {
    EXPECT_EQ(std::ranges::count(result.enriched, '\n'), GetParam().outcomes);
  } else {
    EXPECT_THAT(result.dead_letters,
                HasSubstr(fmt::format("\"reason\":\"{}\"", GetParam().reason)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    , HostileInput,
    ::testing::Values(
        Hostile{"BadUtf8InJson", "a.ndjson", WithBody("caf\xE9 \xFF\xFE\xC0\x80 \xED\xA0\x80 x"), 1,
                "INVALID_ENCODING"},
        Hostile{"BadUtf8InText", "a.txt", "A title\n\nA caf\xE9 and some text of an article.\n", 1, ""},
        Hostile{"CutJson", "a.ndjson", R"({"id":"1","title":"t","body":"cut he)", 1, "INVALID_JSON"},
        Hostile{"Line50Megabytes", "a.ndjson", WithBody(std::string(size_t{50} << 20, 'x')), 1,
                "TOO_LARGE"},
        Hostile{"Line15Megabytes", "a.ndjson", WithBody(Repeat("long words of text ", 800'000)), 1,
                ""},
        Hostile{"OneWord15Megabytes", "a.ndjson", WithBody(std::string(size_t{15} << 20, 'A')), 1,
                ""},
        Hostile{"Nesting100000", "a.ndjson", Repeat("[", 100'000) + Repeat("]", 100'000), 1,
                "TOO_DEEP"},
        Hostile{"NestingInAField", "a.ndjson",
                R"({"id":"1","x":)" + Repeat(R"({"a":)", 100'000) + "1" + Repeat("}", 100'000) +
                    R"(,"title":"t","body":"b"})", 1, "TOO_DEEP"},
        Hostile{"UnclosedNesting", "a.ndjson", Repeat("[{\"a\":", 100'000), 1, "INVALID_JSON"},
        Hostile{"NulBytesInText", "a.txt", std::string("A\0 title of a story\n\nSome\0 text of an article stands here.\0", 57),
                1, ""},
        Hostile{"NulBytesInJson", "a.ndjson", WithBody("a \\u0000 b") + "\n" +
                std::string("{\"id\":\"2\",\"body\":\"\0\"}", 22), 2, "INVALID_JSON"},
        Hostile{"DuplicateKeys", "a.ndjson",
                R"({"id":"1","id":"2","title":"t","title":"u","body":"first","body":"second"})", 1, ""},
        Hostile{"LoneSurrogate", "a.ndjson", WithBody("\\ud800 and text"), 1, ""},
        Hostile{"Utf16", "a.json",
                std::string("\xFF\xFE{\0\"\0b\0o\0d\0y\0\"\0:\0\"\0x\0\"\0}\0", 26), 1, ""},
        Hostile{"Utf16Cut", "a.json", std::string("\xFF\xFE{\0\"\0b\0o\0d", 11), 1, "INVALID_ENCODING"},
        Hostile{"EmptyBody", "a.ndjson", R"({"id":"1","title":"","body":""})", 1, "MISSING_TEXT"},
        Hostile{"EmptyText", "a.txt", "", 1, "MISSING_TEXT"},
        Hostile{"OnlyBlanks", "a.txt", " \n\t\n\u00a0\n", 1, "MISSING_TEXT"},
        Hostile{"NumbersForStrings", "a.ndjson", R"({"id":5,"title":7,"body":1e308})", 1, "WRONG_TYPE"},
        Hostile{"HugeNumbers", "a.ndjson",
                R"({"id":)" + std::string(100'000, '9') + R"(,"title":"t","body":"b"})", 1, ""},
        Hostile{"ControlAndBidi", "a.ndjson",
                WithBody("\\u0001\\u202e\\u2066 text \\u0007\\u200f\\ufeff of an article"), 1, ""},
        Hostile{"MillionCombiningMarks", "a.txt",
                "A title\n\nThe text e" + Repeat("\u0301", 1'000'000) + " of an article.", 1, ""},
        Hostile{"MillionLines", "a.txt", Repeat("x\n", 1'000'000), 1, "TOO_COMPLEX"},
        Hostile{"MillionEmptyRecords", "a.ndjson", Repeat("\n", 1'000'000), 0, ""},
        Hostile{"ManySmallRecords", "a.ndjson", Repeat("{}\n", 50'000), 50'000, "MISSING_TEXT"},
        Hostile{"NestedElements100000", "a.html",
                "<html><body>" + Repeat("<div>", 100'000) + "text" + Repeat("</div>", 100'000), 1,
                "TOO_DEEP"},
        Hostile{"Attributes50000", "a.html",
                "<html><body><p" + [] {
                  std::string attributes;
                  for (int i = 0; i < 50'000; ++i) attributes += fmt::format(" a{}=\"x\"", i);
                  return attributes;
                }() + ">text</p></body></html>", 1, "TOO_COMPLEX"},
        Hostile{"DeepInlineAndStrayEnds", "a.html",
                "<html><body><p>An article.</p>" + Repeat("<i>", 240) + Repeat("</b>", 3'000'000), 1,
                ""},
        Hostile{"FourMillionParagraphs", "a.html", "<html><body>" + Repeat("<p>x", 4'000'000), 1,
                "TOO_COMPLEX"},
        Hostile{"UnclosedTagSoup", "a.html",
                "<html><body>" + Repeat("<p><b><i>word <table><tr><td>", 60), 1, ""},
        Hostile{"EntityBomb", "a.html",
                "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><html><body><p>&b; text "
                "of an article</p></body></html>", 1, ""}),
    [](const auto& tested) { return tested.param.name; });

TEST(HostileGzip, DamagedGivesWhatComesBefore) {
  const TemporaryFolder folder;
  std::string lines;
  for (int i = 0; i < 2000; ++i) {
    lines += fmt::format("{{\"id\":\"{0}\",\"title\":\"t {0}\",\"body\":\"text number {0}\"}}\n", i);
  }
  std::string gzip = testing::Gzip(lines);
  gzip[gzip.size() / 2] ^= 0x55;
  const Result result = Process(folder, folder.Write("a.ndjson.gz", gzip));
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_GT(result.outcomes, 100);
  EXPECT_THAT(result.err, HasSubstr("a.ndjson.gz: damaged after"));
}

TEST(HostileGzip, EndlessExpansionIsStopped) {
  const TemporaryFolder folder;
  // 2 GiB of zeros in 2 MB: members of 64 MiB, concatenated.
  const std::string member = testing::Gzip(std::string(size_t{64} << 20, '\0'));
  const Result result = Process(folder, folder.Write("a.ndjson.gz", Repeat(member, 32)));
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_THAT(result.err, HasSubstr("expands without end"));
}

}  // namespace
}  // namespace newsfeed
