#include "daemon/file/record_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/temporary_folder.h"

namespace newsfeed::file {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using newsfeed::testing::TemporaryFolder;

constexpr uint64_t kLimit = 1000;

// Values of all records; an oversize one as "<size>".
std::vector<std::string> CutFile(const std::string& path, RecordLayout layout) {
  auto input = InputBytes::Open(path);
  RecordCutter cutter(**input, layout, kLimit);
  std::vector<std::string> values;
  Record record;
  while (*cutter.Next(record)) {
    EXPECT_NE(record.value.data(), nullptr);
    values.push_back(record.oversize_bytes > 0 ? "<" + std::to_string(record.oversize_bytes) + ">"
                                               : std::string(record.value));
    if (values.size() > 100'000) break;
  }
  return values;
}

std::vector<std::string> Cut(std::string_view contents, RecordLayout layout) {
  const TemporaryFolder folder;
  return CutFile(folder.Write("f", contents), layout);
}

struct Example {
  std::string name;
  RecordLayout layout;
  std::string contents;
  std::vector<std::string> records;
};

class RecordCutterCuts : public ::testing::TestWithParam<Example> {};

TEST_P(RecordCutterCuts, IntoRecords) {
  EXPECT_THAT(Cut(GetParam().contents, GetParam().layout), ElementsAreArray(GetParam().records));
}

constexpr auto kLines = RecordLayout::kLines;
constexpr auto kJson = RecordLayout::kJson;
constexpr auto kWhole = RecordLayout::kWhole;

INSTANTIATE_TEST_SUITE_P(
    , RecordCutterCuts,
    ::testing::Values(
        Example{"Lines", kLines, "a\nb\n", {"a", "b"}},
        Example{"LastLineNeedsNoNewline", kLines, "a\nb", {"a", "b"}},
        Example{"BlankLinesAreNoRecords", kLines, "\n \r\na\n\n\t\nb\n\n", {"a", "b"}},
        Example{"WindowsLineEnds", kLines, "a\r\nb\r\n", {"a", "b"}},
        Example{"ByteOrderMark", kLines, "\xEF\xBB\xBFx\ny", {"x", "y"}},
        Example{"EmptyLines", kLines, "", {}},
        Example{"WideTextIsOneRecord", kLines, std::string("\xFF\xFE\n\0a\0", 6),
                {std::string("\xFF\xFE\n\0a\0", 6)}},
        Example{"OversizeLine", kLines, "a\n" + std::string(5000, 'x') + "\nb\n",
                {"a", "<5000>", "b"}},
        Example{"OneValue", kJson, " {\"a\": [1, 2]} \n", {"{\"a\": [1, 2]} \n"}},
        Example{"Array", kJson, "[{\"a\":1}, {\"b\":[2,3]}\n]", {"{\"a\":1}", "{\"b\":[2,3]}"}},
        Example{"EmptyArray", kJson, "[ ]", {}},
        Example{"BracketsInStrings", kJson, R"([{"a":"]},{\"[\\"},{"b":2}])",
                {R"({"a":"]},{\"[\\"})", "{\"b\":2}"}},
        Example{"ArrayCutShort", kJson, "[{\"a\":1},{\"b\":", {"{\"a\":1}", "{\"b\":", ""}},
        Example{"ArrayCutBetweenElements", kJson, "[1,2,", {"1", "2", ""}},
        Example{"StrayBrackets", kJson, "[}, 1, ]", {"}", "1"}},
        Example{"TextAfterTheArray", kJson, "[1] x", {"1", "x"}},
        Example{"OversizeElement", kJson, "[1,\"" + std::string(5000, ',') + "\",2]",
                {"1", "<5002>", "2"}},
        Example{"EmptyJson", kJson, "", {""}},
        Example{"Whole", kWhole, "a\n\nb\n", {"a\n\nb\n"}},
        Example{"EmptyText", kWhole, "", {""}},
        Example{"OversizeText", kWhole, std::string(3000, 'x'), {"<3000>"}}),
    [](const auto& tested) { return tested.param.name; });

TEST(RecordCutter, LinesAcrossPieces) {
  std::string contents;
  std::vector<std::string> expected;
  for (int i = 0; i < 5000; ++i) {
    expected.push_back(std::to_string(i) + std::string(static_cast<size_t>(i % 900), 'y'));
    contents += expected.back() + "\n";
  }
  EXPECT_THAT(Cut(contents, kLines), ElementsAreArray(expected));
}

TEST(RecordCutter, TheHashOfAnOversizeRecordIsThatOfAllItsBytes) {
  const TemporaryFolder folder;
  const std::string text(size_t{3} << 20, 'x');
  auto input = InputBytes::Open(folder.Write("f", text + "\nb"));
  RecordCutter cutter(**input, kLines, kLimit);
  Record record;
  ASSERT_TRUE(*cutter.Next(record));
  EXPECT_EQ(record.oversize_bytes, text.size());
  EXPECT_EQ(record.oversize_hash, text::Hash(text));
}

TEST(RecordCutter, ARecordCutShortByDamageDoesNotComeOut) {
  const TemporaryFolder folder;
  // Not compressible, so that half of the bytes are half of the text.
  std::string text = "first\n";
  uint64_t state = 1;
  for (int i = 0; i < 3000; ++i) {
    state = text::Mix(state + 1);
    text += static_cast<char>('a' + state % 26);
  }
  std::string gzip = newsfeed::testing::Gzip(text);
  gzip.resize(gzip.size() / 2);
  EXPECT_THAT(CutFile(folder.Write("f.gz", gzip), kLines), ElementsAre("first"));
}

}  // namespace
}  // namespace newsfeed::file
