// What is built for users cannot be made to fail on purpose.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kVariable[] = "NEWSFEED_FAILPOINTS";

TEST(Failpoints, TheProductHasNone) {
  EXPECT_THAT(testing::ReadWholeFile(NEWSFEEDD), Not(HasSubstr(kVariable)));
}

// Else the test above would prove nothing.
TEST(Failpoints, TheTestsDaemonHasThem) {
  EXPECT_THAT(testing::ReadWholeFile(NEWSFEEDD_FAILPOINTS), HasSubstr(kVariable));
}

}  // namespace
}  // namespace newsfeed
