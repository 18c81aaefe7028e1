#include "processors/decode/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsfeed::decode {
namespace {

using ::testing::ElementsAre;
using Names = std::vector<std::string_view>;

TEST(SplitKeywords, AtCommas) {
  Names names;
  SplitKeywords("harbour, shipping;  harbour,,", names);
  EXPECT_THAT(names, ElementsAre("harbour", "shipping"));
}

}  // namespace
}  // namespace newsfeed::decode
