#include "daemon/tools/coordinates.h"

#include <gtest/gtest.h>

#include "daemon/record_headers.h"

namespace newsfeed::tools {
namespace {

TEST(Coordinates, AreReadStrictly) {
  EXPECT_EQ(ParsePlace("3:17"), (Place{3, 17}));
  for (const char* bad : {"", ":", "3", "3:", ":17", "-3:17", "3:+17", "3: 17", "3:17 ", "3:1e3",
                          "99999999999:1", "3:9223372036854775808", "0x3:1"}) {
    EXPECT_EQ(ParsePlace(bad), std::nullopt) << bad;
  }
}

TEST(Coordinates, TheLastHeaderCountsAndNullIsNone) {
  const Header given[] = {{"a", "1"}, {"a", "2"}, {"n", {}}};
  EXPECT_EQ(headers::Last(given, "a"), "2");
  EXPECT_EQ(headers::Last(given, "n"), std::nullopt);
  EXPECT_EQ(headers::Last(given, "b"), std::nullopt);
}

}  // namespace
}  // namespace newsfeed::tools
