#include "processors/text/arena.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace newsfeed::text {
namespace {

TEST(Arena, KeepsTextsApart) {
  Arena arena;
  std::vector<std::string_view> kept;
  for (int i = 0; i < 10'000; ++i) kept.push_back(arena.Keep(std::to_string(i)));
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(kept[static_cast<size_t>(i)], std::to_string(i));
}

TEST(Arena, AnEmptyTextIsNotNull) {
  Arena arena;
  EXPECT_NE(arena.Keep("").data(), nullptr);
}

TEST(Arena, TrimGivesBackTheEnd) {
  Arena arena;
  char* first = arena.Allocate(1000);
  arena.Trim(first, 1000, 10);
  EXPECT_EQ(arena.Allocate(5), first + 10);
}

TEST(Arena, BlocksAreReusedAfterClear) {
  Arena arena;
  for (int i = 0; i < 20; ++i) arena.Allocate(100'000);
  const size_t reserved = arena.reserved_bytes();
  for (int round = 0; round < 5; ++round) {
    arena.Clear();
    for (int i = 0; i < 20; ++i) arena.Allocate(100'000);
  }
  EXPECT_EQ(arena.reserved_bytes(), reserved);
}

TEST(Arena, ABurstIsGivenBackByAndBy) {
  Arena arena;
  for (int i = 0; i < 20; ++i) arena.Allocate(200'000);
  const size_t burst = arena.reserved_bytes();
  arena.Clear();
  EXPECT_GT(arena.reserved_bytes(), burst / 2);
  for (int round = 0; round < 30; ++round) {
    arena.Allocate(1000);
    arena.Clear();
  }
  EXPECT_LT(arena.reserved_bytes(), burst / 10);
}

TEST(Arena, AHugeTextIsNotHeldForEver) {
  Arena arena;
  arena.Allocate(size_t{64} << 20);
  arena.Clear();
  EXPECT_LT(arena.reserved_bytes(), size_t{9} << 20);
  EXPECT_EQ(arena.Keep("still works"), "still works");
}

}  // namespace
}  // namespace newsfeed::text
