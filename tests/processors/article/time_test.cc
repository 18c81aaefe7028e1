#include "processors/article/time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace newsfeed {
namespace {

struct Example {
  const char* in;
  const char* out;  // "": no time
};

std::string Published(std::string_view text) {
  const auto time = ParseTime(text);
  return time ? FormatTime(*time) : "";
}

class TimeExamples : public testing::TestWithParam<Example> {};

TEST_P(TimeExamples, ArePublishedAs) { EXPECT_EQ(Published(GetParam().in), GetParam().out); }

INSTANTIATE_TEST_SUITE_P(
    Iso, TimeExamples,
    testing::Values(Example{"2026-03-01T09:30:00Z", "2026-03-01T09:30:00+00:00"},
                    Example{"2026-03-01T09:30:00+02:00", "2026-03-01T09:30:00+02:00"},
                    Example{"2026-03-01T09:30:00-0530", "2026-03-01T09:30:00-05:30"},
                    Example{"2026-03-01T09:30:00+02", "2026-03-01T09:30:00+02:00"},
                    Example{"2026-03-01T09:30:00-00:00", "2026-03-01T09:30:00-00:00"},
                    Example{"2026-03-01T09:30:00", "2026-03-01T09:30:00-00:00"},
                    Example{"2026-03-01 09:30", "2026-03-01T09:30:00-00:00"},
                    Example{"2026-03-01t09:30:00.250z", "2026-03-01T09:30:00.250+00:00"},
                    Example{"2026-03-01T09:30:00,123456789Z", "2026-03-01T09:30:00.123+00:00"},
                    Example{"2026-03-01T09:30:00.000Z", "2026-03-01T09:30:00+00:00"},
                    Example{"20260301T093000Z", "2026-03-01T09:30:00+00:00"},
                    Example{"20260301093000", "2026-03-01T09:30:00-00:00"},
                    Example{"202603010930", "2026-03-01T09:30:00-00:00"},
                    Example{"2026-03-01 09:30 PM", "2026-03-01T21:30:00-00:00"},
                    Example{"2026-03-01 9:30pm EST", "2026-03-01T21:30:00-05:00"},
                    Example{"2026-03-01 12:05 a.m.", "2026-03-01T00:05:00-00:00"},
                    Example{"2026-03-01 12:05 P.M. +0100", "2026-03-01T12:05:00+01:00"},
                    Example{"2026-03-01 15:30 PM", "2026-03-01T15:30:00-00:00"},
                    Example{"2026-03-01 09:30 PST", "2026-03-01T09:30:00-08:00"},
                    Example{"2026-03-01", "2026-03-01"}, Example{"20260301", "2026-03-01"},
                    Example{" 2026-03-01\n", "2026-03-01"},
                    Example{"2026-03-01 09:30:00 UTC", "2026-03-01T09:30:00+00:00"},
                    Example{"2026-03-01 09:30:00 +0000 UTC", "2026-03-01T09:30:00+00:00"},
                    Example{"2026-03-01T00:30:00+02:00", "2026-03-01T00:30:00+02:00"},
                    Example{"2024-02-29", "2024-02-29"},
                    Example{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"}));

INSTANTIATE_TEST_SUITE_P(
    Mail, TimeExamples,
    testing::Values(Example{"Sun, 01 Mar 2026 09:30:00 GMT", "2026-03-01T09:30:00+00:00"},
                    Example{"Sun, 1 Mar 2026 09:30:00 +0100", "2026-03-01T09:30:00+01:00"},
                    Example{"1 March 2026 09:30 EST", "2026-03-01T09:30:00-05:00"},
                    Example{"Sun, 01 Mar 26 09:30:00 PDT", "2026-03-01T09:30:00-07:00"},
                    Example{"01 Mar 2026 09:30:00 +0100 (CET)", "2026-03-01T09:30:00+01:00"},
                    Example{"01 Mar 2026 09:30:00 -0000", "2026-03-01T09:30:00-00:00"},
                    Example{"01 Mar 2026 09:30:00 XYZ", "2026-03-01T09:30:00-00:00"},
                    Example{"1 Mar 2026 9:30 PM", "2026-03-01T21:30:00-00:00"},
                    Example{"Sunday, 01-Mar-26 09:30:00 GMT", "2026-03-01T09:30:00+00:00"},
                    Example{"26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01.790-00:00"},
                    Example{" 2-MAR-1987 05:03:04", "1987-03-02T05:03:04-00:00"},
                    Example{"01 Mar 2026", "2026-03-01"}));

INSTANTIATE_TEST_SUITE_P(Epoch, TimeExamples,
                         testing::Values(Example{"1772357400", "2026-03-01T09:30:00+00:00"},
                                         Example{"1772357400250",
                                             "2026-03-01T09:30:00.250+00:00"}));

INSTANTIATE_TEST_SUITE_P(
    NoTime, TimeExamples,
    testing::Values(Example{"", ""}, Example{"yesterday", ""}, Example{"2026", ""},
                    Example{"2026-13-01", ""}, Example{"2026-02-29", ""}, Example{"2026-00-10", ""},
                    Example{"2026-03-01T24:00:00Z", ""}, Example{"2026-03-01T09:61:00Z", ""},
                    Example{"1899-12-31", ""}, Example{"2201-01-01", ""},
                    Example{"0001-01-01T00:00:00Z", ""}, Example{"2026-03-01T09:30:00+99:00", ""},
                    Example{"2026-03-01T09:30:00Z and more 1", ""}, Example{"32 Mar 2026", ""},
                    Example{"01 Foo 2026", ""}, Example{"2026-03-01 09:30 in the evening", ""},
                    Example{"1 Mar 2026 09:30 Abend", ""}, Example{"99999999999999999999", ""}));

TEST(TimeFromEpoch, TellsSecondsFromMilliseconds) {
  EXPECT_EQ(TimeFromEpoch(1772357400)->unix_ms, 1772357400000);
  EXPECT_EQ(TimeFromEpoch(1772357400000)->unix_ms, 1772357400000);
  EXPECT_EQ(FormatTime(*TimeFromEpoch(-86400)), "1969-12-31T00:00:00+00:00");
  EXPECT_FALSE(TimeFromEpoch(int64_t{1} << 62));
  EXPECT_FALSE(TimeFromEpoch(-(int64_t{1} << 62)));
}

// Every day from 1900 to 2200 comes out as it went in.
TEST(FormatTime, IsTheInverseOfParseTime) {
  for (int64_t day = -25567; day < 84371; ++day) {
    const FeedTime time{.unix_ms = day * 86'400'000, .day_only = true};
    const auto again = ParseTime(FormatTime(time));
    ASSERT_TRUE(again) << FormatTime(time);
    ASSERT_EQ(*again, time);
  }
}

TEST(ParseTime, KeepsWhatIsKnown) {
  const auto time = ParseTime("2026-03-01T09:30:00+02:00");
  EXPECT_EQ(time->unix_ms, 1772350200000);
  EXPECT_EQ(time->offset_minutes, 120);
  EXPECT_TRUE(time->offset_known);
  EXPECT_FALSE(ParseTime("2026-03-01 09:30")->offset_known);
  EXPECT_TRUE(ParseTime("2026-03-01")->day_only);
}

}  // namespace
}  // namespace newsfeed
