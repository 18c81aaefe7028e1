#include "tests/testing/temporary_folder.h"

#include <absl/time/clock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <zlib.h>

#include <fstream>
#include <iterator>

namespace newsfeed::testing {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = fs::temp_directory_path() / "newsfeed-test-XXXXXX";
  path_ = mkdtemp(name.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TemporaryFolder::Write(std::string_view name, std::string_view contents) const {
  const fs::path path = path_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary).write(contents.data(),
                                              static_cast<std::streamsize>(contents.size()));
  return path;
}

std::string TemporaryFolder::WriteGzip(std::string_view name, std::string_view contents) const {
  return Write(name, Gzip(contents));
}

std::string ReadWholeFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

bool AwaitFile(const fs::path& path, const std::function<bool(const std::string&)>& holds, int seconds) {
  const absl::Time end = absl::Now() + absl::Seconds(seconds);
  const int changes = inotify_init1(IN_CLOEXEC);
  inotify_add_watch(changes, path.c_str(), IN_MODIFY);
  bool held = false;
  while (!(held = holds(ReadWholeFile(path)))) {
    pollfd changed{changes, POLLIN, 0};
    const int64_t left = absl::ToInt64Milliseconds(end - absl::Now());
    if (left <= 0 || poll(&changed, 1, static_cast<int>(left)) <= 0) break;
    char events[4096];
    if (read(changes, events, sizeof events) <= 0) break;
  }
  close(changes);
  return held;
}

std::string Gzip(std::string_view contents) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, contents.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(contents.data()));
  stream.avail_in = static_cast<uInt>(contents.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace newsfeed::testing
