#include "processors/cleanup/lines.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfeed::cleanup {
namespace {

std::vector<std::string> Paragraphs(std::string_view text) {
  text::Arena arena;
  std::vector<Line> lines;
  SplitLines(text, true, arena, lines);
  JoinWrappedLines(arena, lines);
  std::vector<std::string> paragraphs;
  for (const Line& line : lines) paragraphs.emplace_back(line.text);
  return paragraphs;
}

TEST(SplitLinesTest, EachLineIsAParagraph) {
  EXPECT_EQ(Paragraphs("One.\nTwo.\n\nThree."),
            (std::vector<std::string>{"One.", "Two.", "Three."}));
}

TEST(SplitLinesTest, PlacesAreThoseOfTheInput) {
  text::Arena arena;
  std::vector<Line> lines;
  const std::string_view text = "\u00A0 Caf\u00E9 \r\n\r\n two";
  SplitLines(text, true, arena, lines);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].text, "Caf\u00E9");
  EXPECT_EQ(text.substr(lines[0].source.begin, lines[0].source.size()), "\u00A0 Caf\u00E9 ");
  EXPECT_EQ(text.substr(lines[1].source.begin, lines[1].source.size()), " two");
}

TEST(SplitLinesTest, MoreLinesThanATextOfItsSizeHasAreNotHeld) {
  text::Arena arena;
  std::vector<Line> lines;
  const auto text_of = [](size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += "a\n\n";
    return text;
  };
  EXPECT_TRUE(SplitLines(text_of(16'384), true, arena, lines));
  for (const bool clean : {true, false}) {
    const std::string text = text_of(30'000);
    EXPECT_FALSE(SplitLines(text, clean, arena, lines));
    EXPECT_EQ(lines.size(), MaxTextLines(text.size()));
  }
}

TEST(JoinWrappedLinesTest, JoinsWireCopy) {
  EXPECT_EQ(Paragraphs("The ferry company said on Monday that it will run its boats all\n"
                       "night from the first of May, when the new quay is ready and the old\n"
                       "one closes for repairs that are expected to take most of a year.\n"
                       "\n"
                       "Drivers welcomed the plan and said that they had asked for it since\n"
                       "the winter, when two boats collided in thick fog near the light\n"
                       "house.\n"),
            (std::vector<std::string>{
                "The ferry company said on Monday that it will run its boats all night from the "
                "first of May, when the new quay is ready and the old one closes for repairs that "
                "are expected to take most of a year.",
                "Drivers welcomed the plan and said that they had asked for it since the winter, "
                "when two boats collided in thick fog near the light house."}));
}

TEST(JoinWrappedLinesTest, AnIndentedLineBeginsAParagraph) {
  const auto paragraphs =
      Paragraphs("    The ferry company said on Monday that it will run its boats all\n"
                 "night from the first of May, when the new quay is ready and the old\n"
                 "one closes for repairs.\n"
                 "    Drivers welcomed the plan and said that they had asked for it since\n"
                 "the winter, when two boats collided in thick fog near the light house\n"
                 "and nobody was hurt, though one of the boats lost both of its masts.\n");
  ASSERT_EQ(paragraphs.size(), 2u);
  EXPECT_TRUE(paragraphs[1].starts_with("Drivers welcomed"));
}

TEST(JoinWrappedLinesTest, LeavesListsAlone) {
  const std::vector<std::string> list = {"Bring a warm coat", "Tea", "Two boiled eggs, or three",
                                         "A map of the northern harbour", "Salt", "A torch"};
  std::string text;
  for (const std::string& line : list) text += line + "\n";
  EXPECT_EQ(Paragraphs(text), list);
}

TEST(JoinWrappedLinesTest, LeavesShortParagraphsAlone) {
  const std::vector<std::string> paragraphs = {
      "The first sentence says that the harbour was closed for a day.",
      "The second sentence says that it was opened again at night.",
      "The third sentence says that nobody had been hurt in the fire.",
      "The fourth sentence says that the fire had begun in a kitchen.",
      "The fifth sentence says that the kitchen had been shut before."};
  std::string text;
  for (const std::string& line : paragraphs) text += line + "\n";
  EXPECT_EQ(Paragraphs(text), paragraphs);
}

}  // namespace
}  // namespace newsfeed::cleanup
