// Inputs made to cost time or memory. Each must end within a second or two even under sanitizers;
// anything quadratic would take minutes.
#include <gtest/gtest.h>

#include <string>

#include "processors/cleanup/html_tree.h"
#include "processors/text/utf8.h"
#include "tests/testing/cleaned.h"
#include "tests/testing/hostile_pages.h"

namespace newsfeed {
namespace {

using testing::Cleaned;
using testing::Repeated;

struct Hostile {
  std::string name;
  std::string (*make)();
  TextForm form;
};
class HostileInput : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileInput, EndsInBoundedTime) {
  const std::string text = GetParam().make();
  Cleaned cleaned({.title = "T", .text = text, .form = GetParam().form});
  EXPECT_TRUE(text::IsValidUtf8(cleaned.body()));
  for (const RemovedText& removed : cleaned.article().removed) {
    ASSERT_LE(removed.begin, removed.end);
    ASSERT_LE(removed.end, text.size());
  }
}

INSTANTIATE_TEST_SUITE_P(
    , HostileInput,
    ::testing::Values(
        Hostile{"OneLongLine", [] { return Repeated("word ", 3 << 20); }, TextForm::kPlain},
        Hostile{"MillionShortLines", [] { return Repeated("a\n", 1'000'000); }, TextForm::kPlain},
        Hostile{"MillionFurnitureLines", [] { return Repeated("Read more\n", 500'000); },
                TextForm::kPlain},
        Hostile{"MillionCapitalLines",
                [] { return Repeated("ALL OF THIS IS IN CAPITAL LETTERS\n", 100'000); },
                TextForm::kPlain},
        Hostile{"MillionMarks", [] { return "a" + Repeated("\u0316\u0301", 500'000); },
                TextForm::kPlain},
        Hostile{"Ampersands", [] { return Repeated("&", 4 << 20); }, TextForm::kPlain},
        Hostile{"EscapedAmpersands", [] { return "&" + Repeated("amp;", 1 << 20) + "lt;"; },
                TextForm::kPlain},
        Hostile{"OpenBidi", [] { return Repeated("\u202A", 1'000'000); }, TextForm::kPlain},
        Hostile{"Blanks", [] { return Repeated("\u00A0", 4 << 20); }, TextForm::kPlain},
        Hostile{"NestedTags", [] { return Repeated("<div>", 100'000) + "x"; }, TextForm::kPage},
        Hostile{"ManyAttributes",
                [] {
                  std::string tag = "<p";
                  for (int i = 0; i < 50'000; ++i) tag += " a" + std::to_string(i) + "=1";
                  return tag + ">x";
                },
                TextForm::kPage},
        Hostile{"ManyTags", [] { return Repeated("<b>x</b>", 500'000); }, TextForm::kPage},
        Hostile{"EmptyParagraphs", [] { return Repeated("<p>", 300'000); }, TextForm::kPage},
        Hostile{"ManyTagsOfManyAttributes",
                [] { return Repeated("<p" + Repeated(" a", 200) + ">x", 2'000); }, TextForm::kPage},
        Hostile{"LinesForTheModel",
                [] { return Repeated("<p>one two three four five six</p>\n", 30'000); },
                TextForm::kPage},
        Hostile{"ParagraphsForTheModel",
                [] {
                  return Repeated("<p class=a>The mayor spoke for an hour about the new quay of the old town.</p>\n",
                                  60'000);
                },
                TextForm::kPage},
        Hostile{"PlainLinesForTheModel",
                [] { return Repeated("Drivers waited at the gate for an hour, said the mayor of it.\n", 30'000); },
                TextForm::kPlain},
        Hostile{"UnclosedTags", [] { return Repeated("<p>x", 500'000); }, TextForm::kPage},
        Hostile{"StrayEndTags",
                [] { return Repeated("<i>", 200) + Repeated("</b>", 500'000); }, TextForm::kPage},
        Hostile{"OpenQuotes", [] { return Repeated("<a b=\"", 500'000); }, TextForm::kPage},
        Hostile{"OpenComments", [] { return Repeated("<!--", 500'000); }, TextForm::kPage},
        Hostile{"LoneLess", [] { return Repeated("<", 4 << 20); }, TextForm::kPage},
        Hostile{"OpenScripts", [] { return Repeated("<script></", 500'000); }, TextForm::kPage},
        Hostile{"Asides", [] { return Repeated("<aside>x</aside>", 200'000); }, TextForm::kPage},
        Hostile{"NestedAsides",
                [] { return Repeated(Repeated("<aside>x", 200) + Repeated("</aside>", 200), 500); },
                TextForm::kFragment},
        Hostile{"JsonLdNesting",
                [] {
                  return "<script type='application/ld+json'>" + Repeated("[", 500'000) + "</script>";
                },
                TextForm::kPage},
        Hostile{"Cells", [] { return "<table>" + Repeated("<td>x", 500'000); }, TextForm::kPage}),
    [](const auto& test) { return test.param.name; });

// Both are one run of a letter: a search takes as long as both multiplied.
TEST(HostileStandfirst, IsNotSearchedEverywhere) {
  const std::string standfirst = Repeated("a", 2 << 20) + "b";
  const std::string text = Repeated("a", 4 << 20);
  Cleaned cleaned({.title = "T", .text = text, .standfirst = standfirst});
  EXPECT_TRUE(cleaned.article().standfirst_in_body.empty());
}

struct Dense {
  std::string name;
  std::string piece;
  size_t times;
};
class DensePage : public ::testing::TestWithParam<Dense> {};

// What is held of a page is bounded by its bytes, whatever they say.
TEST_P(DensePage, IsTooComplexBeforeItIsLarge) {
  const std::string page = Repeated(GetParam().piece, GetParam().times);
  cleanup::HtmlTree tree;
  EXPECT_EQ(tree.Parse(page, {}), cleanup::HtmlFault::kTooManyNodes);
  const size_t most = cleanup::MaxHtmlNodes(page.size()) + 1;
  EXPECT_LE(tree.nodes().size(), most);
  EXPECT_LE(tree.all_attributes(), most);
  Cleaned cleaned({.text = page, .form = TextForm::kPage});
  EXPECT_EQ(cleaned.article().fate.reason, Reason::kTooComplex);
}

INSTANTIATE_TEST_SUITE_P(
    , DensePage,
    ::testing::Values(Dense{"EmptyParagraphs", "<p>", 300'000}, Dense{"Paragraphs", "<p>x", 300'000},
                      Dense{"Breaks", "x<br>", 300'000},
                      Dense{"Attributes", "<p" + Repeated(" a", 200) + ">", 2'000}),
    [](const auto& test) { return test.param.name; });

// A page of tables, as dense as news has them, is none of these.
TEST(DensePages, TablesArePages) {
  const std::string page = Repeated("<tr><td class=n>Springfield<td class=n>1,204<td class=n>31.4</tr>", 20'000);
  cleanup::HtmlTree tree;
  EXPECT_EQ(tree.Parse("<table>" + page, {}), cleanup::HtmlFault::kNone);
}

}  // namespace
}  // namespace newsfeed
