#include "processors/text/html_sniffing.h"

#include <gtest/gtest.h>

namespace newsfeed::text {
namespace {

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
  Arena arena;
  EXPECT_EQ(UnescapedHtml("&lt;p&gt;Fish &amp;amp; chips&lt;/p&gt;", arena),
            "<p>Fish &amp; chips</p>");
  EXPECT_EQ(UnescapedHtml("5 &lt; 6", arena), std::nullopt);
  EXPECT_EQ(UnescapedHtml("<p>the tag &lt;p&gt;</p>", arena), std::nullopt);
}

}  // namespace
}  // namespace newsfeed::text
