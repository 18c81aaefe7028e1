#include "daemon/tools/explain.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/line_rules_file.h"

namespace newsfeed::tools {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kFirst[] =
    "The tunnel under the harbour opened on Monday, two years later than the city had promised.";
constexpr char kSecond[] =
    "Drivers waited for an hour at the northern gate, where a choir sang and a ribbon was cut.";

Explanation Explained(std::string_view value, std::string_view topic = "a.txt",
                      const config::v1::Config& config = {}) {
  SharedData shared;
  shared.line_rules = testing::ShippedLineRules();
  auto explainer = Explainer::Create(config, shared);
  EXPECT_TRUE(explainer.ok());
  Batch batch;
  batch.Add({.id = {{topic}, {0}, {7}}, .value = value});
  auto explanations = (*explainer)->Explain(batch);
  EXPECT_TRUE(explanations.ok());
  return std::move((*explanations)[0]);
}

std::string Text() {
  return fmt::format("Skip to main content\n\nHarbour tunnel opens\n\n{}\n\n{}", kFirst, kSecond);
}

std::string Page() {
  return fmt::format(
      "<!DOCTYPE html><html><head><title>Tunnel &lt;b&gt;</title></head><body><nav>Home</nav>"
      "<article><h1>Tunnel &lt;b&gt;</h1><p>{}</p><aside>Our &lt;app&gt;</aside><p>{}</p></article>"
      "<p>Imprint</p></body></html>",
      kFirst, kSecond);
}

TEST(ExplainTest, TellsTheRuleBesideEachLine) {
  const Explanation explained = Explained(Text());
  EXPECT_EQ(TextOf(explained, false),
            fmt::format("a.txt:0:7\n"
                        "  id                 {}\n"
                        "  title              Harbour tunnel opens\n"
                        "  charset            utf-8\n"
                        "  language           {}\n"
                        "  lines              2 kept, 179 bytes; 2 removed, 40 bytes: headline 1, navigation 1\n"
                        "\n"
                        "- navigation         Skip to main content\n"
                        "- headline           Harbour tunnel opens\n"
                        "                     {}\n"
                        "                     {}\n"
                        "\n",
                        explained.fields.front().second, explained.fields.back().second, kFirst, kSecond));
}

TEST(ExplainTest, TellsElementsAndWhatLiesOutsideOfAPage) {
  const std::string text = TextOf(Explained(Page(), "a.html"), false);
  EXPECT_THAT(text, AllOf(HasSubstr("- headline           Tunnel <b>\n"),
                          HasSubstr(fmt::format("                     {}\n", kFirst)),
                          HasSubstr("- aside              Our <app>\n"),
                          HasSubstr("- after-article      Imprint\n")));
}

TEST(ExplainTest, TellsWhyARecordIsADeadLetter) {
  const Explanation explained = Explained("{bad", "a.ndjson");
  EXPECT_THAT(explained.outcome, HasSubstr("dead letter INVALID_JSON"));
  EXPECT_THAT(TextOf(explained, false), HasSubstr("dead letter INVALID_JSON"));
  EXPECT_THAT(HtmlOf(explained), HasSubstr("class=\"outcome\">dead letter INVALID_JSON"));
}

TEST(ExplainTest, AsksForRequiredFieldsBehindCleanup) {
  config::v1::Config config;
  config.mutable_decode()->add_required("title");
  EXPECT_EQ(Explained(Text(), "a.txt", config).outcome, "");
  EXPECT_THAT(Explained(kFirst, "a.txt", config).outcome,
              HasSubstr("MISSING_FIELD: required field is missing: title"));
}

TEST(ExplainTest, TellsANoticeAboutCookies) {
  const Explanation explained =
      Explained("Together with our partners the Example Times keeps data on your device for personalised "
                "advertising. You may withdraw your consent at any time; our privacy policy says how.");
  EXPECT_THAT(explained.note, HasSubstr("a notice about cookies"));
  EXPECT_THAT(Explained(Text()).note, IsEmpty());
}

TEST(ExplainTest, TellsAPageForSubscribers) {
  std::string page = Page();
  page.insert(page.find("</head>"), R"(<script type="application/ld+json">{"@type": "NewsArticle", )"
                                    R"("isAccessibleForFree": false}</script>)");
  EXPECT_THAT(TextOf(Explained(page, "a.html"), false), HasSubstr("for subscribers\n"));
  EXPECT_THAT(HtmlOf(Explained(page, "a.html")), HasSubstr("<p>for subscribers</p>"));
}

TEST(ExplainTest, HasColourOnlyWhereItIsAskedFor) {
  EXPECT_THAT(TextOf(Explained(Text()), false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(TextOf(Explained(Text()), true), HasSubstr("\x1b[31m-\x1b[0m"));
}

TEST(ExplainTest, LetsNoControlCharacterOfATextOntoTheScreen) {
  const std::string text = fmt::format("{} \x1b[2J\n\n{}", kFirst, kSecond);
  EXPECT_THAT(TextOf(Explained(text), false), Not(HasSubstr("\x1b")));
}

TEST(ExplainTest, EscapesAllOnThePage) {
  const std::string page = HtmlHead() + HtmlOf(Explained(Page(), "<x>.html")) + HtmlFoot();
  EXPECT_THAT(page, AllOf(HasSubstr("Our &lt;app&gt;"), HasSubstr("&lt;x&gt;.html:0:7"),
                          HasSubstr("default-src 'none'"), Not(HasSubstr("<app>")),
                          Not(HasSubstr("<script")), Not(HasSubstr("<x>"))));
}

}  // namespace
}  // namespace newsfeed::tools
