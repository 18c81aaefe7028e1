// Every record of the development data decodes, where the data is there.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "processors/text/utf8.h"
#include "tests/processors/decode/decoding.h"

namespace newsfeed::decode {
namespace {

std::filesystem::path DataFolder() {
  const char* folder = std::getenv("NEWSFEED_DATA");
  if (folder != nullptr) return folder;
  return std::filesystem::path(NEWSFEED_SOURCE_DIR).parent_path() / "shared" / "data";
}

// Calls `visit` with each line of a .gz file.
template <typename Visit>
void ForEachLine(const std::filesystem::path& path, Visit visit) {
  gzFile file = gzopen(path.c_str(), "rb");
  std::string line;
  std::string buffer(1 << 16, '\0');
  while (gzgets(file, buffer.data(), static_cast<int>(buffer.size())) != nullptr) {
    line += buffer.c_str();
    if (line.back() != '\n') continue;
    visit(line);
    line.clear();
  }
  gzclose(file);
}

class DataFiles : public ::testing::TestWithParam<const char*> {};

TEST_P(DataFiles, Decode) {
  const std::filesystem::path path = DataFolder() / "articles" / GetParam();
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no data at " << path;
  Decoding decode;
  int records = 0;
  int live = 0;
  int without_time = 0;
  ForEachLine(path, [&](const std::string& line) {
    const Article& article = decode(line);
    ++records;
    if (article.fate.reason == Reason::kMissingText) return;
    ASSERT_TRUE(article.live()) << article.fate.detail;
    ++live;
    ASSERT_FALSE(article.id.starts_with("payload-"));
    ASSERT_TRUE(text::IsValidUtf8(article.text));
    ASSERT_FALSE(article.title.empty() && article.text.empty());
    without_time += line.find("\"published_at\"") != line.npos && !article.published ? 1 : 0;
  });
  EXPECT_GT(records, 1000);
  // Of 21,578 records of the wire a few are empty, and 1.5 % have a damaged date.
  EXPECT_GT(live * 1000, records * 999);
  EXPECT_LT(without_time * 50, records);
  RecordProperty("without_time", without_time);
}

INSTANTIATE_TEST_SUITE_P(, DataFiles,
                         ::testing::Values("wire.ndjson.gz", "web.ndjson.gz", "authors.ndjson.gz",
                                         "bbc.ndjson.gz", "finance.ndjson.gz"));

}  // namespace
}  // namespace newsfeed::decode
