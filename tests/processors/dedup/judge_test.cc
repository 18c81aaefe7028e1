// Each rule of a verdict by example; and what the judge does around them.
#include "processors/dedup/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "processors/dedup/dedup.h"
#include "tests/processors/dedup/judging.h"
#include "tests/processors/dedup/variants.h"
#include "tests/testing/batch_builder.h"

namespace newsfeed::dedup {
namespace {

using newsfeed::testing::BatchBuilder;
using newsfeed::testing::JoinParagraphs;
using newsfeed::testing::Judging;
using newsfeed::testing::kHour;
using newsfeed::testing::kNoon;
using newsfeed::testing::NewsGenerator;
using newsfeed::testing::NewsText;
using newsfeed::testing::TestArticle;
using newsfeed::testing::Variant;

// The facts of a copy that passes every test; each example changes what it is about.
Facts Copy() {
  return {.same_source = false, .same_language = true, .titles_known = true, .fewer_words = 300,
          .containment = 9500, .containment_reverse = 9500, .sampled_containment = 9500,
          .jaccard = 9000, .lead = 9000, .numbers = kWhole, .corrected_numbers = 0, .title = 5000};
}

struct RuleExample {
  const char* name;
  void (*change)(Facts& facts);
  Verdict verdict;
  Rule rule;
};

class DecideBy : public ::testing::TestWithParam<RuleExample> {};

TEST_P(DecideBy, Rule) {
  Facts facts = Copy();
  GetParam().change(facts);
  const Decision decision = Decide(facts, **MakePolicy({}));
  EXPECT_EQ(decision.verdict, GetParam().verdict);
  EXPECT_EQ(RuleName(decision.rule), RuleName(GetParam().rule));
}

constexpr auto kUnique = Verdict::kUnique;
constexpr auto kDuplicate = Verdict::kDuplicate;
constexpr auto kUpdate = Verdict::kUpdate;
constexpr auto kLow = Verdict::kLowInformation;

INSTANTIATE_TEST_SUITE_P(
    , DecideBy,
    ::testing::Values(
        RuleExample{"Copy", [](Facts&) {}, kDuplicate, Rule::kContainment},
        RuleExample{"PublishedFarApart", [](Facts& f) { f.published_apart = f.same_text = true; },
                    kUnique, Rule::kOtherTime},
        RuleExample{"SameTextOtherTitle", [](Facts& f) { f.same_text = true; f.title = 0; },
                    kDuplicate, Rule::kSameText},
        RuleExample{"SameTextOtherTitleOfTheSamePublisher",
                    [](Facts& f) { f.same_text = f.same_source = true; f.title = 0; }, kUnique,
                    Rule::kOtherTitle},
        RuleExample{"SamePhrase",
                    [](Facts& f) { f.same_text = true; f.title = 0; f.fewer_words = 19; }, kUnique,
                    Rule::kShortText},
        RuleExample{"SamePhraseLikeTitle",
                    [](Facts& f) { f.same_text = true; f.title = 3000; f.fewer_words = 5; },
                    kDuplicate, Rule::kSameText},
        RuleExample{"OtherLanguage", [](Facts& f) { f.same_language = false; }, kUnique,
                    Rule::kLowContainment},
        RuleExample{"LittleInCommon",
                    [](Facts& f) { f.containment = f.containment_reverse = 4999; }, kUnique,
                    Rule::kLowContainment},
        RuleExample{"HalfOfTheNewInCommon",
                    [](Facts& f) { f.containment = 5000; f.containment_reverse = 1000; },
                    kDuplicate, Rule::kContainment},
        RuleExample{"AbridgedCopy",
                    [](Facts& f) { f.containment = kWhole; f.containment_reverse = 3000; },
                    kDuplicate, Rule::kContainment},
        RuleExample{"SamePublisherOtherTitle",
                    [](Facts& f) { f.same_source = true; f.title = 3499; }, kUnique,
                    Rule::kOtherTitle},
        RuleExample{"SamePublisherNoTitle",
                    [](Facts& f) { f.same_source = true; f.titles_known = false; f.title = 0; },
                    kDuplicate, Rule::kContainment},
        RuleExample{"ShortOtherTitle", [](Facts& f) { f.fewer_words = 59; f.title = 2999; },
                    kUnique, Rule::kShortText},
        RuleExample{"ShortLikeTitle", [](Facts& f) { f.fewer_words = 59; f.title = 3000; },
                    kDuplicate, Rule::kContainment},
        RuleExample{"ShortHalfAlike", [](Facts& f) { f.fewer_words = 59; f.jaccard = 4999; },
                    kUnique, Rule::kShortText},
        RuleExample{"CorrectedNumber", [](Facts& f) { f.corrected_numbers = 1; }, kUpdate,
                    Rule::kCorrectedNumbers},
        RuleExample{"OneNumberAmongEditsAllOver",
                    [](Facts& f) { f.corrected_numbers = 1; f.containment = 9400; }, kDuplicate,
                    Rule::kContainment},
        RuleExample{"CorrectionOfTheSamePublisherWithALineAboutIt",
                    [](Facts& f) { f.same_source = true; f.corrected_numbers = 1; f.containment = 9000; },
                    kUpdate, Rule::kCorrectedNumbers},
        RuleExample{"MarkedAsCorrected", [](Facts& f) { f.correction_mark = f.same_text = true; },
                    kUpdate, Rule::kCorrectionMark},
        RuleExample{"AllFewNumbersCorrected",
                    [](Facts& f) { f.corrected_numbers = 3; f.numbers = 0; }, kUpdate,
                    Rule::kCorrectedNumbers},
        RuleExample{"TableOfPrices", [](Facts& f) { f.corrected_numbers = 4; f.numbers = 5999; },
                    kUnique, Rule::kOtherNumbers},
        RuleExample{"OtherNumbersBehindTheSameWords",
                    [](Facts& f) { f.numbers = 5999; f.number_places = 3; }, kUnique,
                    Rule::kOtherNumbers},
        RuleExample{"OtherNumbersOfThePageUnderOneHeadline",
                    [](Facts& f) { f.numbers = 0; f.number_places = 2; f.title = 6000; }, kDuplicate,
                    Rule::kContainment},
        RuleExample{"OtherNumbersUnderAnotherHeadline",
                    [](Facts& f) { f.numbers = 0; f.number_places = 2; f.title = 5999; }, kUnique,
                    Rule::kOtherNumbers},
        RuleExample{"NewText", [](Facts& f) { f.containment = f.sampled_containment = 8000; },
                    kUpdate, Rule::kNewText},
        RuleExample{"NewTextWithNewLead",
                    [](Facts& f) {
                      f.containment = f.sampled_containment = 5000;
                      f.lead = 0;
                      f.jaccard = 5000;
                    },
                    kUpdate, Rule::kNewText},
        RuleExample{"PageAroundACopy",
                    [](Facts& f) {
                      f.containment = f.sampled_containment = 7500;
                      f.containment_reverse = 9299;
                    },
                    kDuplicate, Rule::kContainment},
        RuleExample{"MuchNewText",
                    [](Facts& f) {
                      f.containment = f.sampled_containment = 6000;
                      f.containment_reverse = 8000;
                    },
                    kUpdate, Rule::kNewText},
        RuleExample{"RepeatsItself",
                    [](Facts& f) { f.containment = 5000; f.sampled_containment = kWhole; },
                    kDuplicate, Rule::kContainment},
        RuleExample{"OtherLead", [](Facts& f) { f.lead = 2999; f.jaccard = 5999; }, kUnique,
                    Rule::kOtherLead},
        RuleExample{"OtherLeadMostShared", [](Facts& f) { f.lead = 0; f.jaccard = 6000; },
                    kDuplicate, Rule::kContainment},
        RuleExample{"OtherLeadUnderOneHeadline",
                    [](Facts& f) {
                      f.lead = 0;
                      f.jaccard = 4500;
                      f.title = f.containment = f.containment_reverse = 6000;
                    },
                    kDuplicate, Rule::kContainment},
        RuleExample{"OtherLeadUnderOneHeadlineOfOneSource",
                    [](Facts& f) {
                      f.lead = 0;
                      f.jaccard = 4500;
                      f.same_source = true;
                      f.title = f.containment = f.containment_reverse = 6000;
                    },
                    kUnique, Rule::kOtherLead},
        RuleExample{"HalfSharedUnderAnotherHeadline",
                    [](Facts& f) {
                      f.containment = f.containment_reverse = 5000;
                      f.jaccard = 3300;
                      f.title = 7999;
                    },
                    kUnique, Rule::kHalfShared},
        RuleExample{"HalfSharedUnderTheSameHeadline",
                    [](Facts& f) {
                      f.containment = f.containment_reverse = 5000;
                      f.jaccard = 3300;
                      f.title = 8000;
                    },
                    kDuplicate, Rule::kContainment}),
    [](const auto& test) { return std::string(test.param.name); });

// Bearers of one body: source, day, and title by its words; the first is to be judged.
struct BearerOf {
  uint32_t source;
  int64_t day;
  std::vector<uint16_t> title;
};

Repetition Count(const std::vector<BearerOf>& given) {
  std::vector<Bearer> bearers;
  for (const BearerOf& bearer : given) bearers.push_back({bearer.source, bearer.day, {bearer.title, 0}});
  return CountRepetition(bearers);
}

TEST(CountRepetition, OfOneDayInManyPapersIsNone) {
  const Repetition run = Count({{1, 7, {1}}, {2, 7, {2}}, {3, 7, {3}}, {4, 7, {4}}});
  EXPECT_EQ(run.titles, 0);
  EXPECT_EQ(run.days, 1);
  EXPECT_FALSE(IsRepeatedBody(run));
}

TEST(CountRepetition, CountsUnrelatedTitlesOfOneSource) {
  const Repetition second = Count({{1, 7, {1}}, {1, 7, {2}}});
  EXPECT_EQ(second.titles, 1);
  EXPECT_EQ(second.own_titles, 1);
  EXPECT_FALSE(IsRepeatedBody(second));
  EXPECT_TRUE(IsRepeatedBody(Count({{1, 7, {1}}, {1, 7, {2}}, {1, 7, {3}}})));
}

TEST(CountRepetition, AddsTheSourcesUp) {
  const Repetition both = Count({{3, 7, {9}}, {1, 7, {1}}, {1, 7, {2}}, {2, 7, {3}}, {2, 7, {4}}});
  EXPECT_EQ(both.titles, 2);
  EXPECT_EQ(both.own_titles, 0);
  EXPECT_TRUE(IsRepeatedBody(both));
}

TEST(CountRepetition, OfLikeTitlesIsNone) {
  EXPECT_EQ(Count({{1, 7, {1, 2, 3}}, {1, 7, {1, 2, 4}}, {1, 8, {1, 3, 4}}}).titles, 0);
  EXPECT_EQ(Count({{1, 7, {}}, {1, 8, {}}, {1, 9, {}}}).titles, 0) << "without titles nothing is known";
}

TEST(CountRepetition, CountsDaysUnderUnrelatedTitles) {
  EXPECT_FALSE(IsRepeatedBody(Count({{1, 7, {1}}, {2, 8, {2}}, {3, 8, {3}}, {4, 9, {1}}})));
  EXPECT_TRUE(IsRepeatedBody(Count({{1, 7, {1}}, {2, 8, {2}}, {3, 9, {3}}})));
}

TEST(CountRepetition, OfAnUnknownSourceCountsDaysAlone) {
  const Repetition unknown = Count({{0, 7, {1}}, {0, 7, {2}}, {0, 8, {3}}});
  EXPECT_EQ(unknown.titles, 0);
  EXPECT_EQ(unknown.own_titles, 0);
  EXPECT_EQ(unknown.days, 2);
}

TEST(CountRepetition, IsBounded) {
  std::vector<BearerOf> many(1000, {1, 7, {1}});
  for (size_t i = 0; i < many.size(); ++i) many[i].title[0] = static_cast<uint16_t>(i);
  EXPECT_LE(Count(many).titles, 32);
}

class JudgeTest : public ::testing::Test {
 protected:
  TestArticle News(const std::string& id, size_t words = 300) {
    const NewsText text = generator_.Article(words);
    return {.id = id, .title = text.title, .body = text.body};
  }
  TestArticle Made(Variant variant, const TestArticle& original, const std::string& id) {
    const NewsText made = generator_.Make(variant, {original.title, original.body},
                                          generator_.Article(300));
    TestArticle article = original;
    article.id = id;
    article.title = made.title;
    article.body = made.body;
    article.source = "other.example";
    return article;
  }

  NewsGenerator generator_{17};
  Judging judging_;
};

TEST_F(JudgeTest, TellsAUniqueItsOwnStory) {
  const DedupResult result = judging_.Take(News("a"));
  EXPECT_EQ(result.verdict, kUnique);
  EXPECT_EQ(result.rule, "no-candidate");
  EXPECT_EQ(result.story_id, "a");
  EXPECT_EQ(result.canonical_id, "");
  EXPECT_FALSE(result.canonical_origin);
  EXPECT_THAT(std::string(result.policy), ::testing::MatchesRegex("v1-[0-9a-f]{8}"));
}

TEST_F(JudgeTest, NamesTheTwinOfADuplicate) {
  const TestArticle a = News("a");
  judging_.Take(a);
  const DedupResult result = judging_.Take(Made(Variant::kLightFurniture, a, "b"));
  EXPECT_EQ(result.verdict, kDuplicate);
  EXPECT_EQ(result.canonical_id, "a");
  ASSERT_TRUE(result.canonical_origin);
  EXPECT_EQ(result.canonical_origin->topic, "test");
  EXPECT_EQ(result.canonical_origin->offset.value, 0);
  EXPECT_EQ(result.story_id, "a");
  EXPECT_FALSE(result.revision_of);
  EXPECT_GT(result.similarity, 0.9);
  EXPECT_EQ(result.similarity, std::max(result.containment, result.containment_reverse));
}

TEST_F(JudgeTest, CopiesOfACopyNameTheOriginal) {
  const TestArticle a = News("a");
  judging_.Take(a);
  judging_.Take(Made(Variant::kSame, a, "b"));
  EXPECT_EQ(judging_.Take(Made(Variant::kSame, a, "c")).canonical_id, "a");
}

TEST_F(JudgeTest, StoriesFollowTheChainOfUpdates) {
  const TestArticle a = News("a");
  const TestArticle b = Made(Variant::kMore30, a, "b");
  const TestArticle c = Made(Variant::kMore30, b, "c");
  judging_.Take(a);
  const DedupResult second = judging_.Take(b);
  EXPECT_EQ(second.verdict, kUpdate);
  EXPECT_EQ(second.canonical_id, "a");
  const DedupResult third = judging_.Take(c);
  EXPECT_EQ(third.verdict, kUpdate);
  EXPECT_EQ(third.canonical_id, "b") << "one hop";
  EXPECT_EQ(third.story_id, "a");
}

TEST_F(JudgeTest, OfEqualOriginalsTheEarliestIsCanonical) {
  // Two originals of one text: published too far apart to be copies of each other.
  TestArticle a = News("a");
  a.published_ms = kNoon - 1000 * kHour;
  TestArticle b = Made(Variant::kSame, a, "b");
  b.published_ms = kNoon;
  judging_.Take(a);
  ASSERT_EQ(judging_.Take(b).rule, "other-time");
  TestArticle c = Made(Variant::kSame, a, "c");
  c.published_ms.reset();
  EXPECT_EQ(judging_.Take(c).canonical_id, "a");
}

TEST_F(JudgeTest, SameIdAndTextIsADuplicate) {
  judging_.Take(News("other"));
  const TestArticle a = News("a", 8);
  judging_.Take(a);
  const DedupResult result = judging_.Take(a);
  EXPECT_EQ(result.verdict, kDuplicate);
  EXPECT_EQ(result.rule, "same-text");
  EXPECT_EQ(result.canonical_id, "a");
  EXPECT_EQ(result.revision_of->offset.value, 1);
}

TEST_F(JudgeTest, SameIdAndAnotherTextIsAnUpdate) {
  judging_.Take(News("a"));
  const DedupResult result = judging_.Take(News("a"));
  EXPECT_EQ(result.verdict, kUpdate);
  EXPECT_EQ(result.rule, "revision");
  EXPECT_EQ(result.canonical_id, "a");
  EXPECT_EQ(result.revision_of->offset.value, 0);
}

TEST_F(JudgeTest, SameIdOfAnotherSourceIsAnotherArticle) {
  judging_.Take(News("a"));
  TestArticle other = News("a");
  other.source = "other.example";
  EXPECT_EQ(judging_.Take(other).verdict, kUnique);
}

TEST_F(JudgeTest, SameUrlIsTheSameArticle) {
  TestArticle a = News("a");
  a.url = "https://example.com/story";
  judging_.Take(a);
  TestArticle b = News("b");
  b.url = "http://www.example.com/story/?utm_medium=rss";
  const DedupResult result = judging_.Take(b);
  EXPECT_EQ(result.verdict, kUpdate);
  EXPECT_EQ(result.canonical_id, "a");
  EXPECT_EQ(result.story_id, "a");
}

TEST_F(JudgeTest, ChangedCopyUnderItsOldIdIsStillACopy) {
  const TestArticle a = News("a");
  judging_.Take(a);
  judging_.Take(Made(Variant::kSame, a, "b"));
  const DedupResult result = judging_.Take(Made(Variant::kLightFurniture, a, "b"));
  EXPECT_EQ(result.verdict, kDuplicate);
  EXPECT_EQ(result.canonical_id, "a");
  EXPECT_EQ(result.revision_of->offset.value, 1);
}

TEST_F(JudgeTest, KillNoticesAreNeverDuplicatesNorOriginals) {
  const TestArticle a = News("a");
  judging_.Take(a);
  TestArticle kill = a;
  kill.pub_status = PubStatus::kCanceled;
  const DedupResult killed = judging_.Take(kill);
  EXPECT_EQ(killed.verdict, kUpdate);
  EXPECT_EQ(killed.rule, "status");
  EXPECT_EQ(killed.revision_of->offset.value, 0);

  TestArticle embargoed = News("e");
  embargoed.pub_status = PubStatus::kWithheld;
  EXPECT_EQ(judging_.Take(embargoed).verdict, kUnique);
  EXPECT_EQ(judging_.Take(Made(Variant::kSame, embargoed, "f")).verdict, kUnique)
      << "a copy of what was withheld is no duplicate: nothing was published";
}

TEST_F(JudgeTest, ReleaseOfAnEmbargoIsNewAndNamesWhatWasWithheld) {
  TestArticle article = News("a");
  article.pub_status = PubStatus::kWithheld;
  judging_.Take(article);
  article.pub_status = PubStatus::kUsable;
  const DedupResult released = judging_.Take(article);
  EXPECT_EQ(released.verdict, kUnique);
  EXPECT_TRUE(released.revision_of.has_value());
  EXPECT_EQ(released.canonical_id, "");
}

TEST_F(JudgeTest, ChromeIsLowInformationAndNoOriginal) {
  TestArticle chrome = News("a");
  chrome.low_information = true;
  EXPECT_EQ(judging_.Take(chrome).verdict, Verdict::kLowInformation);
  chrome.id = "b";
  EXPECT_EQ(judging_.Take(chrome).verdict, Verdict::kLowInformation);
  chrome.id = "c";
  chrome.low_information = false;
  EXPECT_EQ(judging_.Take(chrome).verdict, kUnique);
}

TEST_F(JudgeTest, ASidebarAsTheBodyOfManyPagesIsLowInformation) {
  const std::string sidebar = generator_.Article(200).body;
  std::vector<Verdict> verdicts;
  for (int page = 0; page < 6; ++page) {
    TestArticle article = News("p" + std::to_string(page));
    article.body = sidebar + " line " + std::to_string(page);
    verdicts.push_back(judging_.Take(article).verdict);
  }
  EXPECT_THAT(verdicts, ::testing::ElementsAre(kUnique, kUnique, kLow, kLow, kLow, kLow));
  TestArticle again = News("p9");
  again.body = sidebar;
  const DedupResult result = judging_.Take(again);
  EXPECT_EQ(result.rule, "repeated-body");
  EXPECT_EQ(result.repetitions, 2);
  EXPECT_EQ(result.canonical_id, "") << "it repeats no article";
}

TEST_F(JudgeTest, ChromeOfTwoSitesIsLowInformationForAll) {
  const std::string chrome = generator_.Chrome(60);
  std::vector<Verdict> verdicts;
  for (const char* source : {"a", "b", "a", "b", "c"}) {
    TestArticle article = News("p" + std::to_string(verdicts.size()));
    article.body = chrome;
    article.source = source;
    verdicts.push_back(judging_.Take(article).verdict);
  }
  EXPECT_THAT(verdicts, ::testing::ElementsAre(kUnique, kDuplicate, kUnique, kLow, kLow));
}

TEST_F(JudgeTest, AWireRunIsOneStory) {
  const TestArticle story = News("w");
  judging_.Take(story);
  for (int copy = 0; copy < 40; ++copy) {
    TestArticle article = News("c" + std::to_string(copy));
    article.body = story.body;
    article.source = "paper" + std::to_string(copy);
    const DedupResult result = judging_.Take(article);
    ASSERT_EQ(result.verdict, kDuplicate) << copy;
    ASSERT_EQ(result.canonical_id, "w");
  }
}

TEST_F(JudgeTest, ABodyOfThreeDaysUnderUnrelatedTitlesIsLowInformation) {
  const std::string body = generator_.Article(100).body;
  std::vector<Verdict> verdicts;
  for (int day = 0; day < 3; ++day) {
    TestArticle article = News("d" + std::to_string(day));
    article.body = body;
    article.source = "s" + std::to_string(day);
    article.timestamp_ms = kNoon + day * 24 * kHour;
    verdicts.push_back(judging_.Take(article).verdict);
  }
  EXPECT_THAT(verdicts, ::testing::ElementsAre(kUnique, kDuplicate, kLow));
}

TEST_F(JudgeTest, APageThatComesAgainIsADuplicateThoughItsBodyIsChrome) {
  const std::string chrome = generator_.Chrome(60);
  TestArticle article;
  for (int page = 0; page < 2; ++page) {
    article = News("p" + std::to_string(page));
    article.body = chrome;
    judging_.Take(article);
  }
  article.id = "again";
  EXPECT_EQ(judging_.Take(article).canonical_id, "p1");
}

// The same URL or id again: any word of the text counts, and only words.
struct Again {
  const char* name;
  void (*change)(TestArticle& article);
  Verdict verdict;
  const char* rule;
};

class TheSameUrl : public ::testing::TestWithParam<Again> {};

TEST_P(TheSameUrl, Again) {
  Judging judging;
  TestArticle article{.id = "a",
                      .title = "Port of Ostrel reopens after the storm",
                      .body = "The port of Ostrel will open again on Monday, its master said. The storm did "
                              "harm to 14 cranes, and repairs cost 3.5 million. Ferries run as planned, and "
                              "no ship was lost.\n\nTrains to the coast go every hour.",
                      .url = "https://example.com/ostrel"};
  judging.Take(article);
  article.id = "b";
  GetParam().change(article);
  const DedupResult result = judging.Take(article);
  EXPECT_EQ(result.verdict, GetParam().verdict);
  EXPECT_EQ(result.rule, GetParam().rule);
  EXPECT_EQ(result.canonical_id, "a");
  EXPECT_EQ(result.story_id, "a");
  ASSERT_TRUE(result.revision_of);
  EXPECT_EQ(result.revision_of->offset.value, 0);
}

void Replace(std::string& text, std::string_view from, std::string_view to) {
  text.replace(text.find(from), from.size(), to);
}

INSTANTIATE_TEST_SUITE_P(
    , TheSameUrl,
    ::testing::Values(
        Again{"Unchanged", [](TestArticle&) {}, kDuplicate, "same-text"},
        Again{"Punctuation", [](TestArticle& a) { Replace(a.body, ". Ferries", " – Ferries"); }, kDuplicate,
              "same-text"},
        Again{"Paragraphs", [](TestArticle& a) { Replace(a.body, "\n\n", " "); }, kDuplicate, "same-text"},
        Again{"Title", [](TestArticle& a) { a.title = "Ostrel opens its port"; }, kDuplicate, "same-text"},
        Again{"Number", [](TestArticle& a) { Replace(a.body, "14", "15"); }, kUpdate, "revision"},
        Again{"Negation", [](TestArticle& a) { Replace(a.body, "will open", "will not open"); }, kUpdate,
              "revision"},
        Again{"NegationTakenBack", [](TestArticle& a) { Replace(a.body, "no ship", "a ship"); }, kUpdate,
              "revision"},
        Again{"CorrectionMarkInTheTitle", [](TestArticle& a) { a.title = "CORRECTED-" + a.title; }, kUpdate,
              "revision"},
        Again{"CorrectionMarkInTheText", [](TestArticle& a) { a.body = "(Corrects cost) " + a.body; },
              kUpdate, "revision"},
        Again{"AddedText", [](TestArticle& a) { a.body += " The mayor thanked all crews."; }, kUpdate,
              "revision"},
        Again{"FurnitureThatCleanupLeft", [](TestArticle& a) { a.body += "\n\nShare"; }, kUpdate, "revision"},
        Again{"KillNotice", [](TestArticle& a) { a.pub_status = PubStatus::kCanceled; }, kUpdate, "status"},
        Again{"Withheld", [](TestArticle& a) { a.pub_status = PubStatus::kWithheld; }, kUpdate, "status"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(JudgeTest, AWithheldOrKilledItemIsPublishedThoughItsBodyIsRepeated) {
  const std::string chrome = generator_.Chrome(60);
  for (const PubStatus status : {PubStatus::kUsable, PubStatus::kUsable, PubStatus::kUsable,
                                 PubStatus::kWithheld, PubStatus::kCanceled}) {
    TestArticle article = News("p" + std::to_string(judging_.judge().index().size()));
    article.body = chrome;
    article.pub_status = status;
    const Verdict verdict = judging_.Take(article).verdict;
    EXPECT_TRUE(status == PubStatus::kUsable || verdict == kUnique);
  }
}

TEST_F(JudgeTest, ACopyOfTheCorrectionRepeatsTheCorrection) {
  const TestArticle a = News("a");
  judging_.Take(a);
  TestArticle corrected = Made(Variant::kSame, a, "b");
  corrected.title = "CORRECTED - " + a.title;
  const DedupResult first = judging_.Take(corrected);
  EXPECT_EQ(first.rule, "correction-mark");
  EXPECT_EQ(first.verdict, kUpdate);
  EXPECT_EQ(first.canonical_id, "a");
  corrected.id = "c";
  corrected.source = "third.example";
  const DedupResult copy = judging_.Take(corrected);
  EXPECT_EQ(copy.verdict, kDuplicate);
}

TEST_F(JudgeTest, EmptyTextsAreNotAlike) {
  judging_.Take({.id = "a", .body = ""});
  const DedupResult result = judging_.Take({.id = "b", .body = " - "});
  EXPECT_EQ(result.verdict, kUnique);
  EXPECT_EQ(result.rule, "no-text");
}

TEST_F(JudgeTest, RedeliveryIsToldItsOldVerdict) {
  const TestArticle a = News("a");
  TestArticle b = Made(Variant::kSame, a, "b");
  b.offset = 77;
  judging_.Take(a);
  const DedupResult first = judging_.Take(b);
  const std::string canonical(first.canonical_id), rule(first.rule);
  judging_.Take(News("c"));
  const IndexEntry again = judging_.TakeEntry(b);
  EXPECT_EQ(again.dedup.verdict, kDuplicate);
  EXPECT_EQ(again.dedup.canonical_id, canonical);
  EXPECT_EQ(again.dedup.rule, rule);
  EXPECT_EQ(again.sketch, "") << "it is in the index already";
  EXPECT_EQ(judging_.judge().index().size(), 3);
}

TEST_F(JudgeTest, RedeliveryOfAUniqueIsNoDuplicateOfItself) {
  TestArticle a = News("a");
  a.offset = 5;
  judging_.Take(a);
  EXPECT_EQ(judging_.Take(a).verdict, kUnique);
  a.offset = 6;
  EXPECT_EQ(judging_.Take(a).verdict, kDuplicate) << "sent again by the feed";
}

TEST_F(JudgeTest, UnreadableSketchIsPublished) {
  const IndexEntry entry = judging_.judge().Consider(
      {.prepared_offset = 0, .sketch = "\x09 other version", .origin = {"test", {0}, {0}, 0}, .id = "a"});
  EXPECT_EQ(entry.dedup.verdict, kUnique);
  EXPECT_EQ(entry.dedup.rule, "unreadable-sketch");
  EXPECT_TRUE(judging_.judge().Insert(entry).ok());
  EXPECT_EQ(judging_.judge().index().last_prepared_offset(), 0);
}

TEST_F(JudgeTest, RejectedEntryIsNoOriginal) {
  const TestArticle a = News("a");
  IndexEntry entry = judging_.TakeEntry(a);
  judging_.judge().Rollback();
  const std::string sketch(judging_.Encoded(a));
  entry.sketch = sketch;
  entry.id = "a";
  entry.rejected = true;
  ASSERT_TRUE(judging_.judge().Insert(entry).ok());
  EXPECT_EQ(judging_.Take(Made(Variant::kSame, a, "b")).verdict, kUnique);
}

TEST_F(JudgeTest, CandidatesAreBounded) {
  // Pages of one template, alike enough to share bands, not to be copies.
  const std::string half = generator_.Article(60).body;
  for (int i = 0; i < 500; ++i) {
    judging_.Take({.id = std::to_string(i), .title = std::to_string(i),
                   .body = generator_.Article(90).body + "\n\n" + half,
                   .source = "s" + std::to_string(i)});
  }
  const uint64_t before = judging_.judge().probe().compared;
  judging_.Take({.id = "x", .title = "x", .body = generator_.Article(90).body + "\n\n" + half});
  EXPECT_LE(judging_.judge().probe().compared - before, Index::kMaxCandidates);
}

TEST(Readme, ListsTheRules) {
  std::ifstream in(NEWSFEED_SOURCE_DIR "/processors/dedup/README.md");
  const std::string readme{std::istreambuf_iterator<char>(in), {}};
  for (const RuleRow& row : Rules()) {
    EXPECT_EQ(RuleName(row.rule), row.name);
    std::string line = "| `";
    for (const std::string_view cell : {row.name, row.verdicts, row.when, row.reason}) {
      line += std::string(cell) + (cell == row.name ? "` | " : " | ");
    }
    line.pop_back();
    EXPECT_NE(readme.find(line + "\n"), std::string::npos) << line;
  }
}

TEST(Steps, JudgeABatchInItsOrder) {
  auto sketcher = CreateSketcher({});
  auto judge = CreateJudge({});
  ASSERT_TRUE(sketcher.ok() && judge.ok());
  NewsGenerator generator(5);
  const NewsText text = generator.Article(200);
  BatchBuilder builder;
  builder.Clean(text.title, text.body);
  builder.Clean("rejected", text.body).Reject(Reason::kMissingText, "");
  builder.Clean(text.title, text.body);
  ASSERT_TRUE((*sketcher)->Process(builder.batch()).ok());
  ASSERT_TRUE((*judge)->Process(builder.batch()).ok());
  const auto articles = builder.batch().articles();
  EXPECT_EQ(articles[0].dedup.verdict, kUnique);
  EXPECT_EQ(articles[1].dedup.verdict, Verdict::kNotJudged);
  EXPECT_TRUE(articles[1].sketch.empty());
  EXPECT_EQ(articles[2].dedup.verdict, kDuplicate);
  EXPECT_EQ(articles[2].dedup.canonical_id, articles[0].id);
  EXPECT_EQ(articles[2].dedup.canonical_origin->topic, "test");
}

TEST(Steps, RememberTheBatchesBefore) {
  auto sketcher = CreateSketcher({});
  auto judge = CreateJudge({});
  NewsGenerator generator(5);
  const NewsText text = generator.Article(200);
  Verdict last = Verdict::kNotJudged;
  for (const char* id : {"a", "b"}) {
    BatchBuilder builder;
    Article& article = builder.Clean(text.title, text.body);
    article.id = id;
    article.timestamp_ms = id[0];
    ASSERT_TRUE((*sketcher)->Process(builder.batch()).ok());
    ASSERT_TRUE((*judge)->Process(builder.batch()).ok());
    last = article.dedup.verdict;
  }
  EXPECT_EQ(last, kDuplicate);
}

TEST(Steps, RefuseABadConfig) {
  config::v1::Dedup config;
  config.set_window_hours(0);
  EXPECT_FALSE(CreateSketcher(config).ok());
  EXPECT_FALSE(CreateJudge(config).ok());
}

// Quality on invented texts of 120 to 600 words; real texts: measure_quality.
struct Expected {
  Variant variant;
  Verdict verdict;
  int least_percent;
};

class QualityOf : public ::testing::TestWithParam<Expected> {};

TEST_P(QualityOf, Variant) {
  NewsGenerator generator(23);
  Judging judging;
  int hits = 0;
  for (int i = 0; i < 200; ++i) {
    const NewsText original = generator.Article(120 + generator.Below(480));
    const NewsText made = generator.Make(GetParam().variant, original, generator.Article(300));
    EXPECT_EQ(judging.Take({.id = "o", .title = original.title, .body = original.body,
                            .source = std::to_string(i)}).verdict, kUnique);
    hits += judging.Take({.id = "v", .title = made.title, .body = made.body,
                          .source = "v" + std::to_string(i)}).verdict == GetParam().verdict;
  }
  EXPECT_GE(hits, 2 * GetParam().least_percent);
}

INSTANTIATE_TEST_SUITE_P(
    , QualityOf,
    ::testing::Values(Expected{Variant::kSame, kDuplicate, 100},
                      Expected{Variant::kNewTitle, kDuplicate, 100},
                      Expected{Variant::kLightFurniture, kDuplicate, 97},
                      Expected{Variant::kCutToHalf, kDuplicate, 99},
                      Expected{Variant::kEdited5, kDuplicate, 99},
                      Expected{Variant::kEdited10, kDuplicate, 97},
                      Expected{Variant::kShuffled, kDuplicate, 98},
                      Expected{Variant::kMore30, kUpdate, 97},
                      Expected{Variant::kMore100, kUpdate, 97},
                      Expected{Variant::kCorrectedDigits, kUpdate, 95}),
    [](const auto& test) {
      std::string name(VariantName(test.param.variant));
      std::erase_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); });
      return name;
    });

}  // namespace
}  // namespace newsfeed::dedup
