#include "daemon/file/file_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/testing/temporary_folder.h"

namespace newsfeed::file {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using newsfeed::testing::TemporaryFolder;

constexpr BatchBounds kBounds{.max_records = 100, .max_bytes = 1 << 20};

// "topic:offset=value" of every record.
std::vector<std::string> ReadAll(FileSource& source) {
  std::vector<std::string> records;
  Batch batch;
  while (*source.Poll(batch) == PollResult::kRecords) {
    for (const Article& article : batch.articles()) {
      records.push_back(fmt::format("{}:{}={}", article.origin.topic.name,
                                    article.origin.offset.value, article.value));
    }
    batch.Clear();
  }
  return records;
}

TEST(FileSource, ReadsFoldersInTheOrderOfNames) {
  const TemporaryFolder folder;
  folder.Write("b.txt", "text");
  folder.Write("a.ndjson", "1\n2\n");
  folder.WriteGzip("c/d.json.gz", "[3,4]");
  folder.Write("README.md", "not a feed");
  auto source = FileSource::Create({folder.path()}, kBounds, 1000);
  ASSERT_TRUE(source.ok());
  EXPECT_THAT(ReadAll(**source), ElementsAre("a.ndjson:0=1", "a.ndjson:1=2", "b.txt:0=text",
                                             "c/d.json.gz:0=3", "c/d.json.gz:1=4"));
  EXPECT_THAT((*source)->notes(), ElementsAre(HasSubstr("README.md: passed over")));
}

TEST(FileSource, TheTopicOfAFileIsItsName) {
  const TemporaryFolder folder;
  auto source = FileSource::Create({folder.Write("x/y.log", "1")}, kBounds, 1000);
  ASSERT_TRUE(source.ok());
  EXPECT_THAT(ReadAll(**source), ElementsAre("y.log:0=1"));
}

TEST(FileSource, NoTwoRecordsHaveTheSameCoordinates) {
  const TemporaryFolder folder;
  const std::string one = folder.Write("a/x.ndjson", "1");
  const std::string other = folder.Write("b/x.ndjson", "2");
  auto source = FileSource::Create({one, other, one, one}, kBounds, 1000);
  ASSERT_TRUE(source.ok());
  EXPECT_THAT(ReadAll(**source), ElementsAre("x.ndjson:0=1", other + ":0=2", one + ":0=1",
                                             one + "#2:0=1"));
}

TEST(FileSource, BatchesCloseOnRecordsAndOnBytes) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("a.ndjson", "11\n22\n33\n44\n55\n");
  const auto sizes = [&](const BatchBounds& bounds) {
    auto source = FileSource::Create({path}, bounds, 1000);
    std::vector<size_t> result;
    Batch batch;
    while (*(*source)->Poll(batch) == PollResult::kRecords) {
      result.push_back(batch.size());
      batch.Clear();
    }
    return result;
  };
  EXPECT_THAT(sizes({.max_records = 2, .max_bytes = 1000}), ElementsAre(2, 2, 1));
  EXPECT_THAT(sizes({.max_records = 100, .max_bytes = 5}), ElementsAre(3, 2));
}

TEST(FileSource, DamageIsToldAndTheNextFileIsRead) {
  const TemporaryFolder folder;
  folder.Write("a.ndjson.gz", "no gzip");
  folder.Write("b.ndjson", "1");
  auto source = FileSource::Create({folder.path()}, kBounds, 1000);
  EXPECT_THAT(ReadAll(**source), ElementsAre("b.ndjson:0=1"));
  EXPECT_THAT((*source)->damages(), ElementsAre(HasSubstr("a.ndjson.gz: damaged after 0 bytes")));
}

TEST(FileSource, LinksThatLeadNowhereAreNotedAndTheRestIsRead) {
  const TemporaryFolder folder;
  folder.Write("b.ndjson", "1");
  std::filesystem::create_symlink("a.ndjson", folder.path() / "a.ndjson");
  std::filesystem::create_symlink("nowhere", folder.path() / "c.ndjson");
  auto source = FileSource::Create({folder.path()}, kBounds, 1000);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_THAT(ReadAll(**source), ElementsAre("b.ndjson:0=1"));
  EXPECT_THAT((*source)->notes(), UnorderedElementsAre(HasSubstr("a.ndjson: passed over (Too many levels"),
                                                       HasSubstr("c.ndjson: passed over (No such file")));
}

TEST(FileSource, NamesAnInputThatDoesNotExist) {
  auto source = FileSource::Create({"no/such"}, kBounds, 1000);
  EXPECT_TRUE(absl::IsNotFound(source.status()));
}

}  // namespace
}  // namespace newsfeed::file
