// The bytes of a file or of standard input, plain or gzip (told by its first bytes), in pieces.
//
//   auto input = InputBytes::Open("news.ndjson.gz");
//   while (*(*input)->ReadMore()) { use((*input)->unread()); (*input)->Skip(n); }
//
// What is read and not yet skipped is one piece of memory; views die at the next ReadMore. Memory
// is what the caller leaves unread, plus 256 KiB. One thread.
#pragma once

#include <zlib.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <absl/base/attributes.h>
#include <absl/status/statusor.h>

namespace newsfeed::file {

class InputBytes {
 public:
  // `path` "-" is standard input. NotFound with the path if it cannot be opened. Where `stop`
  // becomes true, waiting for input ends within a moment: a pipe may be silent for hours.
  static absl::StatusOr<std::unique_ptr<InputBytes>> Open(const std::string& path,
                                                          const std::atomic<bool>* stop = nullptr);

  InputBytes(const InputBytes&) = delete;
  InputBytes& operator=(const InputBytes&) = delete;
  ~InputBytes();

  // Read and not yet skipped.
  std::string_view unread() const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return std::string_view(buffer_).substr(begin_);
  }
  void Skip(size_t bytes) { begin_ += bytes; }

  // Appends to unread(). False at the end, be it the true one or the place of damage. An error is
  // one of the operating system; CANCELLED: `stop` became true while waiting. Either way unread()
  // stands, and the call may be repeated.
  absl::StatusOr<bool> ReadMore();

  // What is wrong with a gzip file: "damaged after 1234 bytes: …". Empty: nothing so far.
  const std::string& damage() const { return damage_; }

  // Size of the compressed or plain bytes read so far, for progress.
  uint64_t consumed_bytes() const { return consumed_; }

 private:
  InputBytes(int descriptor, std::string path, bool expect_gzip, const std::atomic<bool>* stop)
      : descriptor_(descriptor), path_(std::move(path)), expect_gzip_(expect_gzip), stop_(stop) {}

  absl::StatusOr<size_t> AppendRaw(size_t most);
  absl::StatusOr<size_t> ReadRaw(char* out, size_t size);
  absl::Status AwaitInput() const;
  absl::StatusOr<bool> Begin();
  absl::StatusOr<bool> Inflate();
  // Ends the input here. Returns false, as ReadMore then does.
  bool Damaged(std::string_view what);

  enum class State { kNew, kPlain, kGzip, kEnd };

  int descriptor_;
  std::string path_;
  bool expect_gzip_;
  const std::atomic<bool>* stop_;
  State state_ = State::kNew;
  std::string buffer_;
  size_t begin_ = 0;
  uint64_t consumed_ = 0;  // raw bytes
  uint64_t produced_ = 0;  // bytes given out
  std::string damage_;

  // gzip only.
  z_stream stream_{};
  std::unique_ptr<char[]> raw_;
  bool member_ended_ = false;
};

}  // namespace newsfeed::file
