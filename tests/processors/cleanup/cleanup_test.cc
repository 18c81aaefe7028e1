#include "processors/cleanup/cleanup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/cleaned.h"

namespace newsfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Cleaned;
using Quality = config::v1::Cleanup::Quality;

constexpr std::string_view kOne =
    "The tunnel under the harbour opened on Monday, two years later than the city had promised.";
constexpr std::string_view kTwo =
    "Drivers waited for an hour at the northern gate, where a choir sang and the mayor cut a ribbon.";

std::string Join(std::initializer_list<std::string_view> paragraphs) {
  std::string text;
  for (std::string_view paragraph : paragraphs) {
    if (!text.empty()) text += "\n\n";
    text += paragraph;
  }
  return text;
}

config::v1::Cleanup AllOff() {
  config::v1::Cleanup config;
  config.set_remove_lines(false);
  config.set_find_title(false);
  config.set_normalize_characters(false);
  config.set_parse_html(false);
  config.set_detect_language(false);
  return config;
}

// A page as text: navigation, headline, standfirst, paragraphs with links in capitals between, and
// the footer of a widget.
class PageAsText : public ::testing::Test {
 protected:
  const std::string standfirst_ =
      "Mayor Ann Example and Governor Bob Sample agreed hours after the storm that the harbour wall "
      "will be rebuilt with \"new\" stone.";
  const std::string lead_ =
      "Mayor Ann Example and Governor Bob Sample on Tuesday agreed that the harbour wall will be "
      "rebuilt with \"new and harder stone\" less than a day after the storm tore it down.";
  const std::string text_ =
      "Skip to main content\n\nExample, Sample vow to \u2018rebuild\u2019 wall hours after the storm\n\n" +
      standfirst_ + "\n\n" + lead_ +
      "\n\n\"I\u00A0am ready to\u00A0help,\" Sample said while he looked at the broken wall.\n\n"
      "HARBOUR MASTER WANTS TO SEE THE PLANS AGAIN BEFORE SPRING: REPORT\n\n" +
      std::string(kOne) + "\u00A0\n\n" + std::string(kTwo) +
      "\n\nFISHERS, SAILORS TO SIGN PACT DAYS BEFORE THE SEASON BEGINS\n\n"
      "\"We will be back,\" she said. \"It can be said that the wall will stand for a century.\"\n\n"
      "Stock Quote API & Stock News API supplied by www.example.com\n"
      "Quotes delayed at least 15 minutes.\n"
      "By accessing this page, you agree to the following\n"
      "Privacy Policy and Terms and Conditions.";
  Cleaned cleaned_{{.text = text_}};
};

TEST_F(PageAsText, HasTheHeadlineAsTitle) {
  EXPECT_EQ(cleaned_.title(), "Example, Sample vow to \u2018rebuild\u2019 wall hours after the storm");
}

TEST_F(PageAsText, ListsWhatWasRemoved) {
  EXPECT_THAT(cleaned_.Rules(), ElementsAre("navigation", "headline", "link-line", "link-line",
                                            "market-data", "market-data", "terms", "terms"));
  for (const RemovedText& removed : cleaned_.article().removed) {
    EXPECT_EQ(text_.substr(removed.begin, removed.end - removed.begin), removed.text);
  }
}

TEST_F(PageAsText, KeepsEveryParagraphToTheLetter) {
  EXPECT_EQ(cleaned_.body(),
            Join({standfirst_, lead_,
                  "\"I am ready to help,\" Sample said while he looked at the broken wall.", kOne,
                  kTwo,
                  "\"We will be back,\" she said. \"It can be said that the wall will stand for a "
                  "century.\""}));
}

TEST_F(PageAsText, KnowsTheStandfirstAndKeepsItInTheBody) {
  EXPECT_EQ(cleaned_.article().standfirst, standfirst_);
  EXPECT_EQ(cleaned_.article().standfirst_in_body,
            (Range{0, static_cast<uint32_t>(standfirst_.size())}));
}

TEST_F(PageAsText, IsEnglishAndNoChrome) {
  EXPECT_EQ(cleaned_.article().language, "en");
  EXPECT_GT(cleaned_.article().language_confidence, 0.8f);
  EXPECT_FALSE(cleaned_.article().low_information);
  EXPECT_GT(cleaned_.article().words, 100u);
}

TEST(Title, OfTheFeedStays) {
  Cleaned cleaned({.title = "  Harbour\u00A0tunnel &amp; road ", .text = Join({"A first line", kOne})});
  EXPECT_EQ(cleaned.title(), "Harbour tunnel & road");
  EXPECT_EQ(cleaned.body(), Join({"A first line", kOne}));
}

TEST(Title, RepeatedAtTheHeadIsRemoved) {
  Cleaned cleaned({.title = "What\u2019s new at the harbour?",
                   .text = Join({"WHAT'S NEW AT THE HARBOUR", kOne, kTwo})});
  EXPECT_EQ(cleaned.body(), Join({kOne, kTwo}));
  EXPECT_THAT(cleaned.Rules(), ElementsAre("headline"));
}

TEST(Title, RepeatedWithinTheTextStays) {
  const std::string text = Join({kOne, "Harbour tunnel opens", kTwo});
  Cleaned cleaned({.title = "Harbour tunnel opens", .text = text});
  EXPECT_EQ(cleaned.body(), text);
}

TEST(Title, IsAllThereIs) {
  Cleaned cleaned({.title = "Harbour tunnel opens", .text = "Harbour tunnel opens"});
  EXPECT_EQ(cleaned.body(), "Harbour tunnel opens");
}

TEST(Title, IsNotASentence) {
  Cleaned cleaned({.text = Join({"The tunnel is open.", kOne, kTwo})});
  EXPECT_EQ(cleaned.title(), "");
  EXPECT_EQ(cleaned.body(), Join({"The tunnel is open.", kOne, kTwo}));
}

TEST(Title, IsFoundBelowALabel) {
  Cleaned cleaned({.text = Join({"Politics", "Harbour tunnel opens two years late", kOne, kTwo})});
  EXPECT_EQ(cleaned.title(), "Harbour tunnel opens two years late");
  EXPECT_EQ(cleaned.body(), Join({kOne, kTwo}));
}

TEST(Title, IsNoLineThatWouldBeReadAsHtml) {
  // Given again as a title it would be another: nothing, here.
  const std::string text =
      Join({"<p>Harbour tunnel opens two years late <!-- draft", "Ferries stay for a year", kOne, kTwo});
  Cleaned once({.text = text});
  EXPECT_EQ(once.title(), "");
  EXPECT_EQ(Cleaned({.title = std::string(once.title()), .text = std::string(once.body())}).body(), once.body());
}

TEST(Title, IsNotSoughtWhenSwitchedOff) {
  config::v1::Cleanup config;
  config.set_find_title(false);
  Cleaned cleaned({.text = Join({"Harbour tunnel opens late", kOne})}, config);
  EXPECT_EQ(cleaned.title(), "");
  EXPECT_EQ(cleaned.body(), Join({"Harbour tunnel opens late", kOne}));
}

TEST(Standfirst, OfTheFeedIsFoundInTheBody) {
  Cleaned cleaned({.title = "T", .text = Join({kOne, kTwo}), .standfirst = kTwo});
  const Range range = cleaned.article().standfirst_in_body;
  EXPECT_EQ(cleaned.body().substr(range.begin, range.size()), kTwo);
}

TEST(Standfirst, OfTheFeedIsFoundBelowASentenceThatHasIt) {
  const std::string body = Join({"He said: " + std::string(kTwo), kOne, kTwo});
  Cleaned cleaned({.title = "T", .text = body, .standfirst = kTwo});
  const Range range = cleaned.article().standfirst_in_body;
  EXPECT_EQ(range.begin, body.size() - kTwo.size());
  EXPECT_EQ(cleaned.body().substr(range.begin, range.size()), kTwo);
}

TEST(Standfirst, OfTheFeedThatIsNotInTheBody) {
  Cleaned cleaned({.title = "T", .text = Join({kOne, kTwo}), .standfirst = "A summary."});
  EXPECT_EQ(cleaned.article().standfirst, "A summary.");
  EXPECT_TRUE(cleaned.article().standfirst_in_body.empty());
}

struct Markup {
  std::string_view name, given, text;
};
class FieldOfTheFeed : public ::testing::TestWithParam<Markup> {};

TEST_P(FieldOfTheFeed, IsTextInOneLine) {
  Cleaned cleaned({.title = GetParam().given, .text = kOne, .standfirst = GetParam().given});
  EXPECT_EQ(cleaned.title(), GetParam().text);
  EXPECT_EQ(cleaned.article().standfirst, GetParam().text);
  Cleaned again({.title = cleaned.title(), .text = kOne, .standfirst = cleaned.title()});
  EXPECT_EQ(again.title(), cleaned.title());
}

INSTANTIATE_TEST_SUITE_P(
    , FieldOfTheFeed,
    ::testing::Values(
        Markup{"Html", "<p>Ships <b>may</b> enter &amp; leave.</p>", "Ships may enter & leave."},
        Markup{"Escaped", "&lt;p&gt;Ships &lt;em&gt;may&lt;/em&gt; enter.&lt;/p&gt;", "Ships may enter."},
        Markup{"References", "Ships &#8217;n&#8217; <i>boats</i>", "Ships \u2019n\u2019 boats"},
        Markup{"EscapedTwice", "Ships &amp;lt;i&amp;gt;may&amp;lt;/i&amp;gt; enter", "Ships may enter"},
        Markup{"EscapedInHtml", "<b>Ships &lt;i&gt;may&lt;/i&gt;</b> enter", "Ships may enter"},
        Markup{"Paragraphs", "<p>Ships may enter.</p>\n<p>Ferries too.</p>",
               "Ships may enter. Ferries too."},
        Markup{"LineBreak", "Ships may enter.<br/>Ferries too.", "Ships may enter. Ferries too."},
        Markup{"Image", "<img src='a.jpg'/>Ships may enter [&hellip;]", "Ships may enter [\u2026]"},
        Markup{"PlainLessThan", "a < b and b > c", "a < b and b > c"},
        Markup{"EscapedLessThan", "Wages &lt; prices, says the bank", "Wages < prices, says the bank"},
        Markup{"InventedTag", "The <tunnel> is open", "The <tunnel> is open"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Standfirst, IsNotTheFirstOfTwoParagraphs) {
  Cleaned cleaned({.title = "T", .text = Join({kOne, kTwo})});
  EXPECT_EQ(cleaned.article().standfirst, "");
}

struct Kept {
  std::string_view name, line;
};
class TrueText : public ::testing::TestWithParam<Kept> {};

TEST_P(TrueText, StaysBetweenParagraphs) {
  const std::string text = Join({kOne, GetParam().line, kTwo});
  EXPECT_EQ(Cleaned({.title = "T", .text = text}).body(), text);
}

TEST_P(TrueText, StaysAtTheEnd) {
  const std::string text = Join({kOne, kTwo, GetParam().line});
  EXPECT_EQ(Cleaned({.title = "T", .text = text}).body(), text);
}

INSTANTIATE_TEST_SUITE_P(
    , TrueText,
    ::testing::Values(Kept{"Subheadline", "A long way to the north shore"},
                      Kept{"CapitalSubheadline", "WHAT COMES NEXT"},
                      Kept{"ListItem", "- two boiled eggs and a torch"},
                      Kept{"Quote", "\u201CWe share a harbour,\u201D she said"},
                      Kept{"ShareInASentence", "Share it, he told them, and they did."},
                      Kept{"Dateline", "SPRINGFIELD (Example Agency) - The mayor spoke on Friday."},
                      Kept{"Copyright", "Copyright law, she said, had not kept up with the times."},
                      Kept{"Speaker", "ANN EXAMPLE: I did not see the boat."},
                      Kept{"Question", "What did the harbour master know?"},
                      Kept{"German", "Foto und Film seien im Saal verboten, sagte der Richter."},
                      Kept{"Delay", "Trains were delayed by at least 15 minutes."},
                      Kept{"Prices", "Prices rose by a third, the bank said."},
                      Kept{"Inbox", "She found the morning briefing in her inbox on Monday."},
                      Kept{"Address", "Do not enter your e-mail address there, he warned."},
                      Kept{"Vote", "Yes 12 | No 7"},
                      Kept{"Privacy", "Privacy is about power, she said."},
                      Kept{"Agreement", "By using this site the port would save a year."},
                      Kept{"Advertising", "Advertising on trams is banned from May."}),
    [](const auto& test) { return std::string(test.param.name); });

// Nothing in it is surely furniture, so short lines are the article's.
TEST(CleanText, KeepsAListAtItsEnd) {
  const std::string text =
      Join({kOne, kTwo, "The choir sings again in the summer, on these days:",
            "June 10 -- Harbour Hall, Springfield", "June 14 -- Old Customs House, Sampleton",
            "June 17 -- Pier Theatre, Exampleville", "June 19 -- Town Hall, North Shore",
            "June 20 -- Harbour Hall, Springfield, with the band of the fire brigade",
            "July 2 -- St Example's, Sampleton", "July 3 -- Open air stage, Exampleville"});
  EXPECT_EQ(Cleaned({.title = "T", .text = text}).body(), text);
}

struct Gone {
  std::string_view name, line;
};
class Footer : public ::testing::TestWithParam<Gone> {};

TEST_P(Footer, GoesAtTheEnd) {
  const std::string text = Join({kOne, kTwo, GetParam().line});
  EXPECT_EQ(Cleaned({.title = "T", .text = text}).body(), Join({kOne, kTwo}));
}

INSTANTIATE_TEST_SUITE_P(
    , Footer,
    ::testing::Values(Gone{"Supplier", "Market quotes supplied by Example Data"},
                      Gone{"Provider", "Stock data and prices are provided by Example Data."},
                      Gone{"Delay", "Prices delayed by at least 15 minutes."},
                      Gone{"DelayOfAll", "All data delayed 20 minutes"},
                      Gone{"Consent", "By using this page you agree to our"},
                      Gone{"ConsentOfSite", "By using our site you agree to the following terms."},
                      Gone{"Legal", "Privacy Policy, Cookie Settings and Terms of Use."},
                      Gone{"Menu", "Harbour desk | Letters | Our boats | Shop"},
                      Gone{"Run", "By accessing this page you agree to our\n\nUser charter of 2031\n\n"
                                  "Privacy Policy"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Navigation, AboveTheHeadlineIsNoHeadline) {
  for (std::string_view menu : {"Home | Harbour | Farming | Weather", "Boats \u2022 Nets \u2022 Ropes"}) {
    Cleaned cleaned({.text = Join({menu, "Harbour tunnel opens two years late", kOne, kTwo})});
    EXPECT_EQ(cleaned.title(), "Harbour tunnel opens two years late");
    EXPECT_EQ(cleaned.body(), Join({kOne, kTwo}));
  }
}

TEST(Newsletter, BoxGoesWithAllItsLines) {
  Cleaned cleaned({.title = "T",
                   .text = Join({kOne, "Sign up for our newsletter",
                                 "The best of the harbour in your inbox, every morning at seven o\u2019clock.",
                                 "Subscribe", kTwo})});
  EXPECT_EQ(cleaned.body(), Join({kOne, kTwo}));
  EXPECT_THAT(cleaned.Rules(), ElementsAre("newsletter", "newsletter", "newsletter"));
}

TEST(Newsletter, BoxWithoutHeadingGoes) {
  Cleaned cleaned({.title = "T",
                   .text = Join({kOne, "Get the harbour letter first. Enter your e-mail address.", kTwo})});
  EXPECT_EQ(cleaned.body(), Join({kOne, kTwo}));
}

TEST(LinkLine, ATextInCapitalsStays) {
  const std::string text = Join({"THE HARBOUR WAS CLOSED ON MONDAY BECAUSE OF THE HEAVY STORM",
                                 "THE MAYOR SAID IT WOULD OPEN AGAIN ON TUESDAY AT NOON",
                                 "FISHERS ASKED FOR HELP AND WERE TOLD TO WAIT FOR A WEEK"});
  EXPECT_EQ(Cleaned({.title = "T", .text = text}).body(), text);
}

TEST(TailRun, GoesToTheEnd) {
  Cleaned cleaned({.title = "T",
                   .text = Join({kOne, kTwo, "More stories", "Ferry drivers walk out",
                                 "A bridge for the north shore", "Tags: harbour, tunnel",
                                 "\u00A9 2031 Example Times. All rights reserved."})});
  EXPECT_EQ(cleaned.body(), Join({kOne, kTwo}));
}

TEST(Byline, OfAKnownAuthorAloneInALine) {
  Cleaned cleaned({.title = "T", .text = Join({"Ann Example", kOne}), .authors = {"Ann Example"}});
  EXPECT_EQ(cleaned.body(), kOne);
  EXPECT_THAT(cleaned.Removed(), ElementsAre("byline: Ann Example"));
}

TEST(Switches, AllOffLeavesEveryByte) {
  const std::string text = "Skip to content\r\n\r\n a\u00A0b &amp;  c\u200B\n\n\n" + std::string(kOne);
  Cleaned cleaned({.title = " T\u00A0&amp; ", .text = text, .language = "en"}, AllOff());
  EXPECT_EQ(cleaned.body(), text);
  EXPECT_EQ(cleaned.title(), " T\u00A0&amp; ");
  EXPECT_EQ(cleaned.article().language, "en");
  EXPECT_THAT(cleaned.Rules(), IsEmpty());
}

TEST(Switches, AllOffLeavesHtml) {
  const std::string html = "<p>One</p><script>x</script>";
  Cleaned cleaned({.title = "T", .text = html, .form = TextForm::kFragment}, AllOff());
  EXPECT_EQ(cleaned.body(), html);
}

TEST(Switches, LinesGoWithoutTouchingCharacters) {
  config::v1::Cleanup config;
  config.set_normalize_characters(false);
  const std::string text = "Skip to content\n\na\u00A0b  &amp; c.\n" + std::string(kOne) + "\n";
  Cleaned cleaned({.title = "T", .text = text}, config);
  EXPECT_EQ(cleaned.body(), text.substr(16));
  EXPECT_THAT(cleaned.Removed(), ElementsAre("navigation: Skip to content"));
}

TEST(Switches, LinesStayWhenRemovalIsOff) {
  config::v1::Cleanup config;
  config.set_remove_lines(false);
  Cleaned cleaned({.title = "T", .text = Join({"Skip to content", kOne})}, config);
  EXPECT_EQ(cleaned.body(), Join({"Skip to content", kOne}));
}

TEST(LowInformation, ConsentNotice) {
  Cleaned cleaned({.title = "T",
                   .text = "We use cookies to improve your experience on our website.\n\n"
                           "Accept all\n\nManage cookies\n\nPrivacy policy"});
  EXPECT_EQ(cleaned.body(), "");
  EXPECT_TRUE(cleaned.article().low_information);
  EXPECT_TRUE(cleaned.article().live());
}

TEST(LowInformation, EmptyPage) {
  EXPECT_TRUE(Cleaned({.title = "T", .text = "<html><body></body></html>", .form = TextForm::kPage})
                  .article().low_information);
}

TEST(LowInformation, AHeadlineAloneIsNone) {
  constexpr std::string_view kAlert = "Harbour tunnel closed after a fire, says the city's mayor";
  EXPECT_FALSE(Cleaned({.title = kAlert}).article().low_information);
  Cleaned repeated({.title = kAlert, .text = kAlert});
  EXPECT_FALSE(repeated.article().low_information);
  Cleaned chrome({.title = kAlert, .text = Join({"Read more", "Sign up for our newsletter"})});
  EXPECT_EQ(chrome.body(), "");
  EXPECT_TRUE(chrome.article().low_information);
}

TEST(LowInformation, AFlashThatRepeatsItsHeadlineIsNone) {
  constexpr std::string_view kAlert = "Harbour tunnel closed after a fire, says the city's mayor";
  Cleaned cleaned({.title = kAlert, .text = Join({kAlert, "No one was hurt."})});
  EXPECT_EQ(cleaned.body(), "No one was hurt.");
  EXPECT_FALSE(cleaned.article().low_information);
}

TEST(LowInformation, AShortFlashIsNone) {
  EXPECT_FALSE(Cleaned({.title = "T", .text = "Harbour closed"}).article().low_information);
}

Cleaned BelowFloor(Quality::BelowFloor below) {
  config::v1::Cleanup config;
  config.mutable_quality()->set_min_words(100);
  config.mutable_quality()->set_below_floor(below);
  return Cleaned({.title = "T", .text = kOne}, config);
}

TEST(QualityFloor, Publish) {
  Cleaned cleaned = BelowFloor(Quality::PUBLISH);
  EXPECT_TRUE(cleaned.article().live());
  EXPECT_TRUE(cleaned.article().low_information);
}

TEST(QualityFloor, Filter) {
  EXPECT_EQ(BelowFloor(Quality::FILTER).article().fate.why, FilterWhy::kLowQuality);
}

TEST(QualityFloor, DeadLetter) {
  Cleaned cleaned = BelowFloor(Quality::DEAD_LETTER);
  EXPECT_EQ(cleaned.article().fate.reason, Reason::kLowQuality);
  EXPECT_EQ(cleaned.article().fate.detail, "16 words, fewer than cleanup.quality.min_words 100");
}

// What a page said that showed nothing but its notice.
constexpr std::string_view kNotice =
    "We and our partners store and read data on your device, such as unique identifiers, for personalised "
    "advertising and to count readers. With your consent we may use your exact place. You may withdraw your "
    "consent at any time; our privacy policy says how.";

// No line rule knows how it begins.
constexpr std::string_view kUnknownNotice =
    "Together with our partners the Example Times keeps data on your device for personalised advertising. You may "
    "withdraw your consent at any time; our privacy policy says how.";

TEST(ConsentNotice, IsNotedAndIsLowInformation) {
  Cleaned cleaned({.title = "T", .text = kNotice});
  EXPECT_TRUE(cleaned.article().consent_notice);
  EXPECT_TRUE(cleaned.article().low_information);
  Cleaned kept({.title = "T", .text = kUnknownNotice});
  EXPECT_EQ(kept.body(), kUnknownNotice);
  EXPECT_TRUE(kept.article().consent_notice);
  EXPECT_TRUE(kept.article().low_information);
}

TEST(ConsentNotice, AnArticleAboutCookiesIsNone) {
  Cleaned cleaned({.title = "T",
                   .text = Join({"The council asked its lawyers on Monday whether the cookies of the harbour's "
                                 "page need the consent of readers, and was told that they do.",
                                 "\"Nobody reads the privacy policy,\" said the harbour master.", kOne})});
  EXPECT_FALSE(cleaned.article().consent_notice);
  EXPECT_FALSE(cleaned.article().low_information);
}

TEST(QualityFloor, OfTheLongestParagraph) {
  config::v1::Cleanup config;
  config.mutable_quality()->set_min_longest_paragraph(200);
  config.mutable_quality()->set_below_floor(Quality::DEAD_LETTER);
  EXPECT_EQ(Cleaned({.title = "T", .text = kOne}, config).article().fate.reason, Reason::kLowQuality);
  config.mutable_quality()->set_min_longest_paragraph(20);
  EXPECT_TRUE(Cleaned({.title = "T", .text = kOne}, config).article().live());
}

TEST(QualityFloor, OfLowInformationByChoice) {
  config::v1::Cleanup config;
  config.mutable_quality()->set_below_floor(Quality::FILTER);
  EXPECT_TRUE(Cleaned({.title = "T", .text = kNotice}, config).article().live());
  config.mutable_quality()->set_low_information(true);
  EXPECT_EQ(Cleaned({.title = "T", .text = kNotice}, config).article().fate.why, FilterWhy::kLowQuality);
  EXPECT_TRUE(Cleaned({.title = "T", .text = kOne}, config).article().live());
}

TEST(QualityFloor, KillNoticesPassIt) {
  config::v1::Cleanup config;
  config.mutable_quality()->set_min_words(100);
  config.mutable_quality()->set_below_floor(Quality::DEAD_LETTER);
  const auto cleaner = testing::MakeCleaner(config);
  testing::BatchBuilder builder;
  Article& article = builder.Text("T", kOne);
  article.pub_status = PubStatus::kCanceled;
  ASSERT_TRUE(cleaner->Process(builder.batch()).ok());
  EXPECT_TRUE(article.live());
}

TEST(QualityFigures, CountWordsAndParagraphs) {
  Cleaned cleaned({.title = "T", .text = Join({"Two words.", kOne})});
  EXPECT_EQ(cleaned.article().words, 18u);
  EXPECT_EQ(cleaned.article().longest_paragraph, kOne.size());
}

}  // namespace
}  // namespace newsfeed
