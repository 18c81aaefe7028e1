// The README shows the table of shapes as the code has it. UPDATE_GOLDEN=1 writes it there.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "processors/decode/shapes.h"

namespace newsfeed::decode {
namespace {

constexpr std::string_view kBegin = "<!-- shapes: begin -->\n";
constexpr std::string_view kEnd = "<!-- shapes: end -->\n";
const std::string kReadme = NEWSFEED_SOURCE_DIR "/processors/decode/README.md";

std::string Table() {
  std::string table = "| field | key | shape | example |\n|---|---|---|---|\n";
  for (const ShapeRow& row : ShapeTable()) {
    if (row.aspect == Aspect::kRole || row.aspect == Aspect::kMime) continue;
    const std::string_view name = MappingName(row.field);
    table += fmt::format("| {} | `{}` | {} | `{}` |\n", name.empty() ? "-" : name, row.path,
                         row.shape, row.example);
  }
  return table;
}

TEST(Readme, ShowsTheTableOfShapes) {
  std::ifstream in(kReadme);
  std::string readme{std::istreambuf_iterator<char>(in), {}};
  const size_t begin = readme.find(kBegin);
  const size_t end = readme.find(kEnd);
  ASSERT_NE(begin, readme.npos);
  ASSERT_NE(end, readme.npos);
  const size_t start = begin + kBegin.size();
  const std::string shown = readme.substr(start, end - start);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kReadme) << readme.replace(start, end - start, Table());
  } else {
    EXPECT_EQ(shown, Table());
  }
}

}  // namespace
}  // namespace newsfeed::decode
