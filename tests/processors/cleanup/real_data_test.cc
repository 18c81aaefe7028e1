// The same questions on real texts, which are no part of the project: skipped where they are not
// beside it. NEWSFEED_DATA names their folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/testing/cleaned.h"

namespace newsfeed {
namespace {

using ::testing::ElementsAre;
using testing::Cleaned;

std::filesystem::path DataFolder() {
  const char* folder = std::getenv("NEWSFEED_DATA");
  return folder != nullptr ? std::filesystem::path(folder)
                           : std::filesystem::path(NEWSFEED_SOURCE_DIR) / "../shared/data";
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string WithoutNoBreakSpaces(std::string text) {
  for (size_t at = 0; (at = text.find("\u00A0", at)) != std::string::npos;) text.replace(at, 2, " ");
  std::string folded;
  for (char c : text) {
    if (c != ' ' || (!folded.empty() && folded.back() != ' ')) folded += c;
  }
  while (!folded.empty() && folded.back() == ' ') folded.pop_back();
  return folded;
}

TEST(RealPageAsText, GivesHeadlineStandfirstAndAllParagraphs) {
  const auto path = DataFolder() / "articles/000_360fe229975ab25a.txt";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  const std::string text = ReadFile(path);
  Cleaned cleaned({.text = text});
  ASSERT_THAT(cleaned.Rules(), ElementsAre("navigation", "headline", "link-line", "link-line",
                                           "market-data", "market-data", "terms", "terms"));
  EXPECT_EQ(cleaned.article().removed[1].text, cleaned.title());
  // The body is what is left of the text when the removed pieces are cut out.
  std::string expected;
  size_t at = 0;
  const auto take = [&](std::string_view piece) {
    while (!piece.empty()) {
      const size_t end = std::min(piece.find('\n'), piece.size());
      if (end > 0) {
        expected += (expected.empty() ? "" : "\n\n") +
                    WithoutNoBreakSpaces(std::string(piece.substr(0, end)));
      }
      piece.remove_prefix(std::min(end + 1, piece.size()));
    }
  };
  for (const RemovedText& removed : cleaned.article().removed) {
    take(std::string_view(text).substr(at, removed.begin - at));
    at = removed.end;
  }
  EXPECT_EQ(cleaned.body(), expected);
  EXPECT_EQ(cleaned.article().standfirst, cleaned.body().substr(0, cleaned.body().find("\n\n")));
  EXPECT_EQ(cleaned.article().standfirst_in_body.begin, 0u);
}

TEST(RealWebArticles, CleanedAgainAreTheSame) {
  const auto path = DataFolder() / "articles/web.ndjson.gz";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  gzFile file = gzopen(path.c_str(), "rb");
  ASSERT_NE(file, nullptr);
  simdjson::dom::parser parser;
  std::string line(8 << 20, '\0');
  const auto cleaner = testing::MakeCleaner();
  for (int n = 0; n < 2000 && gzgets(file, line.data(), static_cast<int>(line.size())); ++n) {
    simdjson::dom::element record;
    ASSERT_FALSE(parser.parse(line.data(), std::strlen(line.data())).get(record));
    const std::string_view text = record["body"].get_string();
    testing::BatchBuilder first;
    Article& once = first.Text("", text);
    ASSERT_TRUE(cleaner->Process(first.batch()).ok());
    testing::BatchBuilder second;
    Article& twice = second.Text(once.title, once.body);
    ASSERT_TRUE(cleaner->Process(second.batch()).ok());
    ASSERT_EQ(twice.body, once.body);
  }
  gzclose(file);
}

}  // namespace
}  // namespace newsfeed
