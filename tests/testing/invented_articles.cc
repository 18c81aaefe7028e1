#include "tests/testing/invented_articles.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace newsfeed::testing {
namespace {

// A copy's original lies this far back at most.
constexpr uint64_t kCopiedFrom = 5000;

// Whose text it has.
uint64_t OriginalOf(uint64_t number) {
  if (number % 5 != 4) return number;
  std::mt19937 random(static_cast<uint32_t>(number));
  const uint64_t back = 1 + random() % std::min(number, kCopiedFrom);
  const uint64_t original = number - back;
  return original % 5 == 4 ? original - 1 : original;
}

}  // namespace

std::string InventedBody(uint64_t number, int words) {
  std::mt19937 random(static_cast<uint32_t>(OriginalOf(number)) ^ 20261125U);
  std::string body;
  for (int word = 0; word < words; ++word) {
    body += fmt::format("{}w{}", word == 0 ? "" : word % 12 == 0 ? ". " : " ", random() % 60000);
  }
  return body + ".";
}

std::string InventedArticle(uint64_t number, int words) {
  return fmt::format(R"({{"id":"a{0}","source":"s{1}","title":"Item {2} of the day","body":"{3}"}})", number, number % 7,
                     number * 48271 % 100000, InventedBody(number, words));
}

std::string InventedArticles(uint64_t count) {
  std::string lines;
  for (uint64_t number = 0; number < count; ++number) lines += InventedArticle(number) + "\n";
  return lines;
}

}  // namespace newsfeed::testing
