// Columns by example, and that hostile texts are bounded.
#include "daemon/tools/side_by_side.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace newsfeed::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SideBySide, BracketsWhatTheOtherDoesNotHave) {
  const SharedWords shared = SideBySide("Ferries run as planned, says the port of Ostrel.",
                                        "Ferries run as planned, says the port.", 30);
  EXPECT_EQ(shared.columns,
            "Ferries run as planned, says   | Ferries run as planned, says\n"
            "the port [of Ostrel.]          | the port.\n");
  EXPECT_EQ(shared.words_left, 9);
  EXPECT_EQ(shared.shared_left, 7);
  EXPECT_EQ(shared.words_right, 7);
  EXPECT_EQ(shared.shared_right, 7);
}

TEST(SideBySide, PutsLikeParagraphsBesideEachOther) {
  const std::string columns = SideBySide("a b c d e\n\nf g h i j", "new one\nf g h i j\nk l m n o", 20).columns;
  EXPECT_EQ(columns,
            "[a b c d e]          |\n"
            "                     | [new one]\n"
            "f g h i j            | f g h i j\n"
            "                     | [k l m n o]\n");
}

TEST(SideBySide, MovedParagraphsMeetTheirPartners) {
  const SharedWords shared = SideBySide("a b c d e\n1 2 3 4 5", "1 2 3 4 5\na b c d e", 20);
  EXPECT_THAT(shared.columns, HasSubstr("a b c d e            | a b c d e\n"));
  EXPECT_THAT(shared.columns, HasSubstr("1 2 3 4 5            | 1 2 3 4 5\n"));
}

TEST(SideBySide, CountsCodePointsAndCutsLongWords) {
  EXPECT_EQ(SideBySide("áááááááááááááááááááááá", "", 20).columns,
            "[ááááááááááááááááááá |\n"
            "ááá]                 |\n");
}

TEST(SideBySide, ControlCharactersDoNotReachTheScreen) {
  EXPECT_THAT(SideBySide("\x1b[2J one", "", 20).columns, Not(HasSubstr("\x1b")));
}

TEST(SideBySide, OfNothingIsNothing) {
  EXPECT_EQ(SideBySide("", "", 20).columns, "");
  EXPECT_EQ(SideBySide(" \n – \n", "", 20).words_left, 0);
}

TEST(SideBySide, IsBounded) {
  std::string same;
  for (int i = 0; i < 200'000; ++i) same += "a\n";
  EXPECT_LE(SideBySide(same, same, 20).words_left, 32 << 10);
}

}  // namespace
}  // namespace newsfeed::tools
