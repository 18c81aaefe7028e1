#include "processors/cleanup/written_dates.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfeed::cleanup {
namespace {

std::string Told(const std::optional<FeedTime>& time) { return time ? FormatTime(*time) : ""; }

struct Example {
  std::string_view line, date;
};

class WrittenDateTest : public ::testing::TestWithParam<Example> {};

TEST_P(WrittenDateTest, IsRead) {
  EXPECT_EQ(Told(WrittenDate(GetParam().line)), GetParam().date) << GetParam().line;
}

INSTANTIATE_TEST_SUITE_P(
    , WrittenDateTest,
    ::testing::Values(
        Example{"Stand: 01. April 2025, 15:25", "2025-04-01"}, Example{"9 March 2031", "2031-03-09"},
        Example{"Posted on March 3rd, 2031 by Ann Example", "2031-03-03"},
        Example{"Mar 3, 2031 10:15 am", "2031-03-03"}, Example{"3rd of March, 2031", "2031-03-03"},
        Example{"Do 25.04.24 | 14:07 Uhr", "2024-04-25"}, Example{"06.01.2026, Lesedauer 7 Min.", "2026-01-06"},
        Example{"6. 1. 2026", "2026-01-06"}, Example{"2031-03-09 10:00", "2031-03-09"},
        Example{"2031/03/09", "2031-03-09"}, Example{"3 de marzo de 2031", "2031-03-03"},
        Example{"3 de março de 2031", "2031-03-03"}, Example{"le 3 février 2031 à 10h", "2031-02-03"},
        Example{"5 MAYIS 2031", "2031-05-05"}, Example{"2031年3月9日 10:00", "2031-03-09"},
        Example{"9 марта 2031, 06:30", "2031-03-09"}, Example{"9 березня 2031", "2031-03-09"},
        Example{"9. března 2031", "2031-03-09"}, Example{"9. maaliskuuta 2031", "2031-03-09"},
        Example{"9 Μαρτίου 2031", "2031-03-09"}, Example{"9 martie 2031", "2031-03-09"},
        Example{"9. marts 2031 kl. 06.30", "2031-03-09"}, Example{"9 mrt 2031", "2031-03-09"},
        Example{"Senin, 9 Maret 2031", "2031-03-09"}, Example{"9 مارس 2031", "2031-03-09"},
        Example{"9 मार्च 2031", "2031-03-09"}, Example{"9 במרץ 2031", "2031-03-09"},
        Example{"2031. március 9.", "2031-03-09"}, Example{"입력 2031년 3월 9일", "2031-03-09"},
        Example{"13/04/2031", "2031-04-13"}, Example{"04/13/2031", "2031-04-13"},
        Example{"03/04/2031", ""}, Example{"04/04/2031", "2031-04-04"},
        Example{"31.02.2031", ""}, Example{"Chapter 3.4.5", ""}, Example{"12 people in May", ""},
        Example{"Call 555 12 2031", ""}, Example{"", ""}, Example{"1.2.3.4", ""}, Example{"10:15:2031", ""}));

TEST(DateInUrlTest, StandsInThePath) {
  EXPECT_EQ(Told(DateInUrl("https://example.com/2031/03/09/ferry-strike/")), "2031-03-09");
  EXPECT_EQ(Told(DateInUrl("https://example.com/news/2031-03-09-ferry")), "2031-03-09");
  EXPECT_EQ(Told(DateInUrl("https://example.com/2031/03/theatre")), "");
  EXPECT_EQ(Told(DateInUrl("https://example.com/a?d=2031-03-09")), "");
  EXPECT_EQ(Told(DateInUrl("https://example.com/2031/13/09/a")), "");
  EXPECT_EQ(Told(DateInUrl("")), "");
}

}  // namespace
}  // namespace newsfeed::cleanup
