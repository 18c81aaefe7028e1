#include "daemon/log.h"

#include <gtest/gtest.h>

namespace newsfeed::log {
namespace {

const absl::Time kTime = absl::FromUnixMillis(1'800'000'000'123);

struct Example {
  const char* name;
  std::string_view value;  // of the field "key"
  std::string_view logfmt;
  std::string_view json;
};
class Lines : public ::testing::TestWithParam<Example> {};

TEST_P(Lines, AsLogfmt) {
  EXPECT_EQ(FormatLine(Format::kLogfmt, kTime, Level::kInfo, "it happened", {{"key", GetParam().value}}, 0),
            "ts=2027-01-15T08:00:00.123Z level=info msg=\"it happened\" key=" + std::string(GetParam().logfmt));
}

TEST_P(Lines, AsJson) {
  EXPECT_EQ(FormatLine(Format::kJson, kTime, Level::kInfo, "it happened", {{"key", GetParam().value}}, 0),
            R"({"ts":"2027-01-15T08:00:00.123Z","level":"info","msg":"it happened","key":)" +
                std::string(GetParam().json) + "}");
}

INSTANTIATE_TEST_SUITE_P(
    , Lines,
    ::testing::Values(
        Example{"Plain", "raw-17", "raw-17", R"("raw-17")"},
        Example{"Empty", "", R"("")", R"("")"},
        Example{"Blank", "a b", R"("a b")", R"("a b")"},
        Example{"Quote", "a\"b", R"("a\"b")", R"("a\"b")"},
        Example{"Equals", "a=b", R"("a=b")", R"("a=b")"},
        Example{"Backslash", "a\\", R"("a\\")", R"("a\\")"},
        Example{"SecondLine", "a\nlevel=error", R"("a\nlevel=error")", R"("a\nlevel=error")"},
        Example{"CarriageReturnAndTab", "a\r\t", R"("a\r\t")", R"("a\r\t")"},
        Example{"Escape", "\x1B[2J", R"("\u001b[2J")", R"("\u001b[2J")"},
        Example{"Zero", std::string_view("a\0b", 3), R"("a\u0000b")", R"("a\u0000b")"},
        Example{"Delete", "\x7F", R"("\u007f")", R"("\u007f")"},
        Example{"Utf8", "Žižkov", R"("Žižkov")", R"("Žižkov")"},
        Example{"NotUtf8", "a\xFF\"\xC3", R"("a?\"?")", R"("a?\"?")"},
        Example{"EndsTheObject", R"("},{")", R"("\"},{\"")", R"("\"},{\"")"}),
    [](const auto& example) { return example.param.name; });

TEST(FormatLine, TellsLevelAndWhatWasHeldBack) {
  EXPECT_EQ(FormatLine(Format::kLogfmt, kTime, Level::kError, "x", {}, 7),
            "ts=2027-01-15T08:00:00.123Z level=error msg=x suppressed=7");
  EXPECT_EQ(FormatLine(Format::kJson, kTime, Level::kWarn, "x", {}, 7),
            R"({"ts":"2027-01-15T08:00:00.123Z","level":"warn","msg":"x","suppressed":"7"})");
}

// How many of `times` messages pass at `now`.
int Passed(RepeatLimit& limit, int times, absl::Time now, std::string_view message = "x") {
  int passed = 0;
  uint64_t suppressed = 0;
  for (int i = 0; i < times; ++i) passed += limit.Pass(Level::kInfo, message, now, suppressed);
  return passed;
}

TEST(RepeatLimit, HoldsBackAndThenTellsHowMany) {
  RepeatLimit limit;
  EXPECT_EQ(Passed(limit, 100, kTime), 20);
  EXPECT_EQ(Passed(limit, 1, kTime + absl::Milliseconds(9'999)), 0);
  uint64_t suppressed = 0;
  EXPECT_TRUE(limit.Pass(Level::kInfo, "x", kTime + absl::Seconds(10), suppressed));
  EXPECT_EQ(suppressed, 81);
  EXPECT_TRUE(limit.Pass(Level::kInfo, "x", kTime + absl::Seconds(10), suppressed));
  EXPECT_EQ(suppressed, 0);
}

TEST(RepeatLimit, CountsEachMessageAndLevelByItself) {
  RepeatLimit limit;
  EXPECT_EQ(Passed(limit, 30, kTime), 20);
  EXPECT_EQ(Passed(limit, 5, kTime, "another"), 5);
  uint64_t suppressed = 0;
  EXPECT_TRUE(limit.Pass(Level::kError, "x", kTime, suppressed));
}

TEST(RepeatLimit, AClockThatGoesBackBeginsAnew) {
  RepeatLimit limit;
  EXPECT_EQ(Passed(limit, 30, kTime), 20);
  EXPECT_EQ(Passed(limit, 30, kTime - absl::Hours(1)), 20);
}

TEST(RepeatLimit, ManyMessagesDoNotPileUp) {
  RepeatLimit limit;
  EXPECT_EQ(Passed(limit, 30, kTime), 20);
  for (int i = 0; i < 2000; ++i) Passed(limit, 1, kTime, std::to_string(i));
  EXPECT_EQ(Passed(limit, 30, kTime), 20);  // forgotten, not kept for ever
}

}  // namespace
}  // namespace newsfeed::log
