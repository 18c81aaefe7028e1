#include "daemon/file/input_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>

#include "tests/testing/temporary_folder.h"

namespace newsfeed::file {
namespace {

using ::testing::HasSubstr;
using newsfeed::testing::Gzip;
using newsfeed::testing::TemporaryFolder;

struct ReadResult {
  std::string bytes;
  std::string damage;
};

ReadResult ReadAll(const std::string& path) {
  auto input = InputBytes::Open(path);
  EXPECT_TRUE(input.ok()) << input.status();
  ReadResult result;
  while (true) {
    auto more = (*input)->ReadMore();
    EXPECT_TRUE(more.ok()) << more.status();
    result.bytes += (*input)->unread();
    (*input)->Skip((*input)->unread().size());
    if (!*more) break;
  }
  result.damage = (*input)->damage();
  return result;
}

std::string Numbers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(i) + "\n";
  return text;
}

TEST(InputBytes, ReadsPlainAndGzipAlike) {
  const TemporaryFolder folder;
  const std::string text = Numbers(200'000);
  EXPECT_EQ(ReadAll(folder.Write("a.txt", text)).bytes, text);
  EXPECT_EQ(ReadAll(folder.WriteGzip("a.gz", text)).bytes, text);
  EXPECT_EQ(ReadAll(folder.WriteGzip("no-ending", text)).bytes, text);
}

TEST(InputBytes, ConcatenatedGzipIsOneFile) {
  const TemporaryFolder folder;
  const ReadResult result = ReadAll(folder.Write("a.gz", Gzip("one ") + Gzip("two")));
  EXPECT_EQ(result.bytes, "one two");
  EXPECT_EQ(result.damage, "");
}

TEST(InputBytes, GivesWhatComesBeforeTheDamage) {
  const TemporaryFolder folder;
  const std::string text = Numbers(200'000);
  std::string gzip = Gzip(text);
  gzip.resize(gzip.size() / 2);
  const ReadResult result = ReadAll(folder.Write("a.gz", gzip));
  EXPECT_GT(result.bytes.size(), text.size() / 3);
  EXPECT_TRUE(text.starts_with(result.bytes));
  EXPECT_THAT(result.damage, HasSubstr("damaged after " + std::to_string(result.bytes.size())));
  EXPECT_THAT(result.damage, HasSubstr("cut short"));
}

TEST(InputBytes, SaysWhenGzipIsNone) {
  const TemporaryFolder folder;
  const ReadResult result = ReadAll(folder.Write("a.gz", "plain"));
  EXPECT_EQ(result.bytes, "");
  EXPECT_THAT(result.damage, HasSubstr("no gzip header"));
}

TEST(InputBytes, StopsAFileThatExpandsWithoutEnd) {
  const TemporaryFolder folder;
  const ReadResult result = ReadAll(folder.WriteGzip("a.gz", std::string(size_t{80} << 20, 'A')));
  EXPECT_LT(result.bytes.size(), size_t{66} << 20);
  EXPECT_THAT(result.damage, HasSubstr("expands without end"));
}

TEST(InputBytes, AnEmptyFileIsNoDamage) {
  const TemporaryFolder folder;
  EXPECT_EQ(ReadAll(folder.Write("a.txt", "")).damage, "");
}

// Its reading end as a file of the name path().
class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_.data()), 0); }
  ~Pipe() {
    Close();
    close(ends_[0]);
  }
  void Write(std::string_view bytes) const {
    EXPECT_EQ(write(ends_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  void Close() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  std::string path() const { return "/dev/fd/" + std::to_string(ends_[0]); }

 private:
  std::array<int, 2> ends_{};
};

TEST(InputBytes, ASilentPipeIsWaitedForUntilStop) {
  Pipe pipe;
  pipe.Write("one");
  std::atomic<bool> stop = true;
  auto input = InputBytes::Open(pipe.path(), &stop).value();
  EXPECT_TRUE(*input->ReadMore()) << "what is there is read all the same";
  EXPECT_TRUE(absl::IsCancelled(input->ReadMore().status()));
  EXPECT_EQ(input->unread(), "one");
  pipe.Write(" two");
  EXPECT_TRUE(*input->ReadMore()) << "may be repeated";
  EXPECT_EQ(input->unread(), "one two");
}

TEST(InputBytes, TheFirstByteOutlastsAnInterruption) {
  Pipe pipe;
  pipe.Write("o");
  std::atomic<bool> stop = true;
  auto input = InputBytes::Open(pipe.path(), &stop).value();
  EXPECT_TRUE(absl::IsCancelled(input->ReadMore().status()));
  pipe.Write("ne");
  EXPECT_TRUE(*input->ReadMore());
  EXPECT_EQ(input->unread(), "one");
}

// A feed that goes on for days, compressed on its way.
TEST(InputBytes, GzipFromAPipeIsGivenAsItComes) {
  const std::string first = Gzip("one ");
  const std::string second = Gzip("two");
  Pipe pipe;
  pipe.Write(first + second.substr(0, second.size() - 4));
  std::atomic<bool> stop = true;
  auto input = InputBytes::Open(pipe.path(), &stop).value();
  EXPECT_TRUE(*input->ReadMore());
  EXPECT_EQ(input->unread(), "one two");
  EXPECT_TRUE(absl::IsCancelled(input->ReadMore().status()));
  EXPECT_EQ(input->unread(), "one two") << "and nothing behind it";
  pipe.Write(second.substr(second.size() - 4));
  pipe.Close();
  EXPECT_FALSE(*input->ReadMore());
  EXPECT_EQ(input->unread(), "one two");
  EXPECT_EQ(input->damage(), "");
}

TEST(InputBytes, NamesAFileThatDoesNotExist) {
  auto input = InputBytes::Open("no/such/file");
  EXPECT_TRUE(absl::IsNotFound(input.status()));
  EXPECT_THAT(std::string(input.status().message()), HasSubstr("no/such/file"));
}

}  // namespace
}  // namespace newsfeed::file
