#include "processors/cleanup/html_text.h"
#include "processors/cleanup/html_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "processors/text/ascii.h"
#include "tests/testing/cleaned.h"
#include "tests/testing/line_rules_file.h"

namespace newsfeed::cleanup {
namespace {

using ::testing::ElementsAre;
using testing::Cleaned;

// "p(#a b(#c))": the tree with the text of each text node.
std::string Shape(std::string_view html) {
  HtmlTree tree;
  if (tree.Parse(html, {}) != HtmlFault::kNone) return "fault";
  std::string shape;
  std::vector<uint32_t> ends;
  const auto nodes = tree.nodes();
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    while (!ends.empty() && ends.back() <= i) {
      shape += ')';
      ends.pop_back();
    }
    if (!shape.empty() && shape.back() != '(') shape += ' ';
    if (nodes[i].is_text()) {
      shape += '#' + std::string(html.substr(nodes[i].source.begin, nodes[i].source.size()));
    } else {
      shape += std::string(nodes[i].name) + '(';
      ends.push_back(nodes[i].end);
    }
  }
  shape.append(ends.size(), ')');
  return shape;
}

struct TreeExample {
  std::string_view name, html, shape;
};
class HtmlTreeTest : public ::testing::TestWithParam<TreeExample> {};
TEST_P(HtmlTreeTest, HasTheShape) { EXPECT_EQ(Shape(GetParam().html), GetParam().shape); }

INSTANTIATE_TEST_SUITE_P(
    , HtmlTreeTest,
    ::testing::Values(
        TreeExample{"ClosedPhrase", "<p><a id='x'/>a<time/>b</p>", "p(a() #a time() #b)"},
        TreeExample{"Nested", "<P>a<B>b</b>c</P>", "p(#a b(#b) #c)"},
        TreeExample{"ParagraphImplied", "<p>a<p>b<div>c</div>", "p(#a) p(#b) div(#c)"},
        TreeExample{"Items", "<ul><li>a<li>b<ul><li>c</ul><li>d</ul>",
                    "ul(li(#a) li(#b ul(li(#c))) li(#d))"},
        TreeExample{"Terms", "<dl><dt>a<dd>b<dt>c</dl>", "dl(dt(#a) dd(#b) dt(#c))"},
        TreeExample{"Cells", "<table><tr><td>a<td>b<tr><td>c</table>d",
                    "table(tr(td(#a) td(#b)) tr(td(#c))) #d"},
        TreeExample{"Void", "a<br>b<img src=x>c", "#a br() #b img() #c"},
        TreeExample{"StrayEndTags", "</div>a</p>b</nope>c", "#a #b #c"},
        TreeExample{"PhraseDoesNotCloseBlock", "<b><p>a</b>b</p>", "b(p(#a #b))"},
        TreeExample{"Unclosed", "<div><p>a", "div(p(#a))"},
        TreeExample{"Comment", "a<!-- <p>x</p> -->b<!-->c", "#a #b #c"},
        TreeExample{"Doctype", "<!DOCTYPE html>a<?php x ?>b", "#a #b"},
        TreeExample{"Script", "<script>if (a<b) x='</p>';</script>b",
                    "script(#if (a<b) x='</p>';) #b"},
        TreeExample{"LoneLess", "1 < 2 <3", "#1  #< 2  #<3"},
        TreeExample{"QuotedGreater", "<a title=\"x>y\">b</a>", "a(#b)"},
        TreeExample{"CutTag", "a<p class=\"x", "#a p()"},
        TreeExample{"SelfClosingUnknown", "<x:y/>a", "x:y() #a"}),
    [](const auto& test) { return std::string(test.param.name); });

// Rules and readers compare names in small letters.
TEST(HtmlTreeNames, ThatRulesKnowAreInSmallLetters) {
  for (const auto& rule : testing::ShippedLineRulesConfig().blocks()) {
    for (std::string tag : rule.tags()) {
      if (tag.starts_with('[')) continue;
      const std::string small = tag;
      std::ranges::transform(tag, tag.begin(), [](char c) { return text::ascii::Upper(c); });
      HtmlTree tree;
      const std::string html = "<" + tag + ">x";
      ASSERT_EQ(tree.Parse(html, {}), HtmlFault::kNone);
      EXPECT_EQ(tree.nodes()[0].name, small);
    }
  }
}

TEST(HtmlTreeAttributes, AreFoundWhateverTheCase) {
  HtmlTree tree;
  tree.Parse("<a HREF='x' data-y=z hidden>", {});
  const HtmlNode& node = tree.nodes()[0];
  EXPECT_EQ(tree.Attribute(node, "href"), "x");
  EXPECT_EQ(tree.Attribute(node, "data-y"), "z");
  EXPECT_TRUE(tree.HasAttribute(node, "hidden"));
  EXPECT_FALSE(tree.HasAttribute(node, "class"));
}

TEST(HtmlTreePlaces, ReachFromTagToTag) {
  const std::string_view html = "x<p>Gold &amp; <b>silver</b></p>y";
  HtmlTree tree;
  tree.Parse(html, {});
  const Range p = tree.nodes()[1].source;
  EXPECT_EQ(html.substr(p.begin, p.size()), "<p>Gold &amp; <b>silver</b></p>");
}

std::string Body(std::string_view html) {
  return std::string(
      Cleaned({.title = "T", .text = html, .form = TextForm::kFragment}).body());
}

struct TextExample {
  std::string_view name, html, body;
};
class FragmentTest : public ::testing::TestWithParam<TextExample> {};
TEST_P(FragmentTest, ReadsAsAReaderSeesIt) { EXPECT_EQ(Body(GetParam().html), GetParam().body); }

INSTANTIATE_TEST_SUITE_P(
    , FragmentTest,
    ::testing::Values(
        TextExample{"Paragraphs", "<p>One.</p>\n<p>Two.</p>", "One.\n\nTwo."},
        TextExample{"LooseText", "One.<p>Two.</p>Three.", "One.\n\nTwo.\n\nThree."},
        TextExample{"Breaks", "One.<br>Two.<br/><br/>Three.", "One.\n\nTwo.\n\nThree."},
        TextExample{"InlineDoesNotGlue", "<p>a <b>b</b> <i>c</i></p>", "a b c"},
        TextExample{"InlineDoesNotPart", "<p>un<b>believ</b>able</p>", "unbelievable"},
        TextExample{"LineEndsAreBlanks", "<p>a\n  b\r\n\tc</p>", "a b c"},
        TextExample{"HeadingsListsQuotes",
                    "<h2>Head</h2><ul><li>a</li><li>b</li></ul><blockquote>q</blockquote>",
                    "Head\n\na\n\nb\n\nq"},
        TextExample{"Cells", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
                    "a b\n\nc"},
        TextExample{"References", "<p>Fish &amp; chips &nbsp;&mdash; &#8364;5</p>",
                    "Fish & chips \u2014 \u20AC5"},
        TextExample{"EscapedTwice", "<p>Fish &amp;amp; chips</p>", "Fish & chips"},
        TextExample{"Scripts", "<p>a<script>x</script><style>y</style>b</p>", "ab"},
        TextExample{"Unclosed", "<p>a<p>b<b>c", "a\n\nbc"},
        TextExample{"ArticleInsideAForm", "<form><p>The tunnel under the harbour is open.</p></form>",
                    "The tunnel under the harbour is open."},
        TextExample{"NulBytes", std::string_view("<p>a\0b</p>c", 11), "ab\n\nc"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(FragmentRemoved, HasRuleTextAndPlace) {
  const std::string html =
      "<p>The tunnel under the harbour opened on Monday.</p><aside><b>Our</b> app</aside>"
      "<figure><figcaption>A gate</figcaption></figure>";
  Cleaned cleaned({.title = "T", .text = html, .form = TextForm::kFragment});
  EXPECT_THAT(cleaned.Removed(), ElementsAre("aside: Our app", "caption: A gate"));
  const RemovedText& aside = cleaned.article().removed[0];
  EXPECT_EQ(html.substr(aside.begin, aside.end - aside.begin), "<aside><b>Our</b> app</aside>");
}

TEST(FragmentRemoved, LinesHaveTheirPlaceToo) {
  const std::string html = "<p>The tunnel under the harbour opened on Monday.</p><p>Read <b>more</b></p>";
  Cleaned cleaned({.title = "T", .text = html, .form = TextForm::kFragment});
  EXPECT_THAT(cleaned.Removed(), ElementsAre("related: Read more"));
  const RemovedText& line = cleaned.article().removed[0];
  EXPECT_EQ(html.substr(line.begin, line.end - line.begin), "Read <b>more");
}

TEST(FragmentLimits, TooDeep) {
  std::string html;
  for (int i = 0; i < 300; ++i) html += "<div>";
  Cleaned cleaned({.title = "T", .text = html, .form = TextForm::kFragment});
  EXPECT_EQ(cleaned.article().fate.reason, Reason::kTooDeep);
  EXPECT_EQ(cleaned.article().fate.detail, "elements nested deeper than 256");
}

TEST(FragmentLimits, ManyUnclosedParagraphsAreNotDeep) {
  std::string html;
  for (int i = 0; i < 3000; ++i) html += "<p>a<li>b";
  EXPECT_TRUE(Cleaned({.title = "T", .text = html, .form = TextForm::kFragment}).article().live());
}

TEST(FragmentLimits, TooManyAttributes) {
  std::string html = "<p";
  for (int i = 0; i < 300; ++i) html += " a" + std::to_string(i);
  Cleaned cleaned({.title = "T", .text = html + ">x</p>", .form = TextForm::kFragment});
  EXPECT_EQ(cleaned.article().fate.reason, Reason::kTooComplex);
}

}  // namespace
}  // namespace newsfeed::cleanup
