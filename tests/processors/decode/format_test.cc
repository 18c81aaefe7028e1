#include "processors/decode/format.h"

#include <gtest/gtest.h>

namespace newsfeed::decode {
namespace {

TEST(FormatByContentType, KnowsTheTypes) {
  EXPECT_EQ(FormatByContentType("application/json"), Format::kJson);
  EXPECT_EQ(FormatByContentType("Application/LD+JSON; charset=utf-8"), Format::kJson);
  EXPECT_EQ(FormatByContentType("text/html;charset=x"), Format::kHtml);
  EXPECT_EQ(FormatByContentType("text/plain"), Format::kText);
  EXPECT_EQ(FormatByContentType("application/octet-stream"), std::nullopt);
  EXPECT_EQ(FormatByContentType(""), std::nullopt);
}

TEST(FormatByFileName, KnowsTheEndings) {
  EXPECT_EQ(FormatByFileName("a/b.ndjson.gz"), Format::kJson);
  EXPECT_EQ(FormatByFileName("b.HTM"), Format::kHtml);
  EXPECT_EQ(FormatByFileName("b.txt"), Format::kText);
  EXPECT_EQ(FormatByFileName("articles.raw"), std::nullopt);
  EXPECT_EQ(FormatByFileName(".txt"), std::nullopt);
}

TEST(SniffFormat, LooksAtTheFirstBytes) {
  EXPECT_EQ(SniffFormat(" \n{\"a\":1}"), Format::kJson);
  EXPECT_EQ(SniffFormat("[{}]"), Format::kJson);
  EXPECT_EQ(SniffFormat("<!DOCTYPE html>"), Format::kHtml);
  EXPECT_EQ(SniffFormat("\r\n<p>x"), Format::kHtml);
  EXPECT_EQ(SniffFormat("< 5 people"), Format::kText);
  EXPECT_EQ(SniffFormat("Ships"), Format::kText);
  EXPECT_EQ(SniffFormat(""), Format::kText);
}

TEST(LooksLikeHtml, AtKnownElements) {
  for (const char* html : {"<p>One</p><p>Two</p>", "One<br>Two", "One<br/>Two", "a <b>b</b> c",
                           "<a href=\"x\">y</a>", "x <IMG SRC='a.png'>",
                               "<div\n class=x>a</div>"}) {
    EXPECT_TRUE(LooksLikeHtml(html)) << html;
  }
}

TEST(LooksLikeHtml, NotAtAStrayBracket) {
  for (const char* text : {"a < b and c > d", "a<b, c>d", "#include <vector>", "<sic> he said",
                           "</b> alone", "the <b> tag", "x <p", "<3", "I <i think", "a <- b"}) {
    EXPECT_FALSE(LooksLikeHtml(text)) << text;
  }
}

TEST(IsPage, HasAHeadOrBody) {
  EXPECT_TRUE(IsPage("<!doctype HTML><p>x"));
  EXPECT_TRUE(IsPage("\n<html lang=en>"));
  EXPECT_TRUE(IsPage("<!-- x --><body class=y>"));
  EXPECT_FALSE(IsPage("<header>x</header><p>y</p>"));
}

TEST(UnescapedHtml, OnceOnly) {
  text::Arena arena;
  EXPECT_EQ(UnescapedHtml("&lt;p&gt;Fish &amp;amp; chips&lt;/p&gt;", arena),
            "<p>Fish &amp; chips</p>");
  EXPECT_EQ(UnescapedHtml("5 &lt; 6", arena), std::nullopt);
  EXPECT_EQ(UnescapedHtml("<p>the tag &lt;p&gt;</p>", arena), std::nullopt);
}

}  // namespace
}  // namespace newsfeed::decode
