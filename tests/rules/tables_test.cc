// Tables in code and enums in protos say the same.
#include <gtest/gtest.h>

#include <string>

#include "newsfeed/v1/article.pb.h"
#include "newsfeed/v1/dead_letter.pb.h"
#include "processors/article/article.h"
#include "processors/article/fate.h"

namespace newsfeed {
namespace {

TEST(Tables, ReasonsAreThoseOfTheProto) {
  EXPECT_EQ(static_cast<int>(AllReasons().size()), v1::DeadLetter::Reason_descriptor()->value_count() - 1);
  for (Reason reason : AllReasons()) {
    const auto* value =
        v1::DeadLetter::Reason_descriptor()->FindValueByNumber(static_cast<int>(reason));
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(value->name(), std::string(ReasonName(reason)));
  }
}

TEST(Tables, FilterWhysAreThoseOfTheProto) {
  EXPECT_EQ(static_cast<int>(AllFilterWhys().size()), v1::Filtered::Why_descriptor()->value_count() - 1);
  for (FilterWhy why : AllFilterWhys()) {
    const auto* value = v1::Filtered::Why_descriptor()->FindValueByNumber(static_cast<int>(why));
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(value->name(), std::string(FilterWhyName(why)));
  }
}

TEST(Tables, EnumsOfArticlesAreThoseOfTheProto) {
  EXPECT_EQ(static_cast<int>(PubStatus::kCanceled), v1::EnrichedArticle::CANCELED);
  EXPECT_EQ(static_cast<int>(PubStatus::kUsable), v1::EnrichedArticle::USABLE);
  EXPECT_EQ(static_cast<int>(PubStatus::kWithheld), v1::EnrichedArticle::WITHHELD);
  EXPECT_EQ(static_cast<int>(EntityType::kPerson), v1::Entity::PERSON);
  EXPECT_EQ(static_cast<int>(EntityType::kOrganization), v1::Entity::ORGANIZATION);
  EXPECT_EQ(static_cast<int>(EntityType::kLocation), v1::Entity::LOCATION);
  EXPECT_EQ(static_cast<int>(EntityType::kMisc), v1::Entity::MISC);
  EXPECT_EQ(static_cast<int>(TextField::kTitle), v1::Mention::TITLE);
  EXPECT_EQ(static_cast<int>(TextField::kStandfirst), v1::Mention::STANDFIRST);
  EXPECT_EQ(static_cast<int>(TextField::kBody), v1::Mention::BODY);
  EXPECT_EQ(static_cast<int>(Verdict::kUnique), v1::Dedup::UNIQUE);
  EXPECT_EQ(static_cast<int>(Verdict::kDuplicate), v1::Dedup::DUPLICATE);
  EXPECT_EQ(static_cast<int>(Verdict::kUpdate), v1::Dedup::UPDATE);
  EXPECT_EQ(static_cast<int>(Verdict::kLowInformation), v1::Dedup::LOW_INFORMATION);
}

}  // namespace
}  // namespace newsfeed
