#include "daemon/stages/article_routes.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace newsfeed::stages {
namespace {

template <typename Message>
Message Parsed(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

constexpr char kArticle[] = R"(
  language: "en-GB" section: "Économie"
  source { name: "The Example" domain: "news.example.com" }
  entities { id: "wikidata:Q142" name: "France" }
  dedup { verdict: UNIQUE }
)";

struct Case {
  const char* name;
  const char* route;
  const char* more;  // merged into the article
  bool matches;
};

class Routes : public ::testing::TestWithParam<Case> {};

TEST_P(Routes, Match) {
  config::v1::Outputs outputs;
  *outputs.add_routes() = Parsed<config::v1::Route>(GetParam().route);
  auto article = Parsed<v1::EnrichedArticle>(kArticle);
  article.MergeFrom(Parsed<v1::EnrichedArticle>(GetParam().more));
  EXPECT_EQ(ArticleRoutes(outputs).Matches(0, article), GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(
    , Routes,
    testing::Values(
        Case{"NoCondition", "", "", true},
        Case{"Language", "languages: 'en'", "", true},
        Case{"WholeLanguage", "languages: 'EN-gb'", "", true},
        Case{"OneOfSeveral", "languages: ['fr', 'en']", "", true},
        Case{"OtherLanguage", "languages: 'fr'", "", false},
        Case{"PartOfALanguage", "languages: 'e'", "", false},
        Case{"NarrowerLanguage", "languages: 'en-GB-oxendict'", "", false},
        Case{"Domain", "sources: 'example.com'", "", true},
        Case{"PartOfADomain", "sources: 'ample.com'", "", false},
        Case{"SourceName", "sources: 'the example'", "", true},
        Case{"OtherSource", "sources: 'Example'", "", false},
        Case{"SectionInOtherCase", "sections: 'éCONOMIE'", "", true},
        Case{"OtherSection", "sections: 'Sport'", "", false},
        Case{"EntityById", "entities: 'wikidata:Q142'", "", true},
        Case{"EntityByName", "entities: 'FRANCE'", "", true},
        Case{"OtherEntity", "entities: 'Q142'", "", false},
        Case{"AllMustHold", "languages: 'en' sections: 'Sport'", "", false},
        Case{"Verdict", "verdicts: 'UPDATE'", "dedup { verdict: UPDATE }", true},
        Case{"OtherVerdict", "verdicts: 'UPDATE'", "", false},
        Case{"NoDuplicatesByDefault", "", "dedup { verdict: DUPLICATE }", false},
        Case{"DuplicatesWhereAskedFor", "verdicts: 'DUPLICATE'", "dedup { verdict: DUPLICATE }", true},
        Case{"KillNotice", "languages: 'fr' entities: 'x' verdicts: 'UPDATE'", "pub_status: CANCELED", true},
        Case{"KillNoticeOfAnother", "sources: 'other.com'", "pub_status: CANCELED", false}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace newsfeed::stages
