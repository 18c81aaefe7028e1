#include "daemon/file/input_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace newsfeed::file {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 18;
// How often `stop` is looked at while nothing comes. A signal need not be the end of the wait: it
// may go to any thread.
constexpr int kLookMilliseconds = 200;

// gzip of news text is 3 to 5 times smaller than the text. A file that expands beyond this ratio,
// after a first piece that may be anything, was made to fill memory or time.
constexpr uint64_t kMaxExpansion = 200;
constexpr uint64_t kFreeExpansionBytes = uint64_t{64} << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<InputBytes>> InputBytes::Open(const std::string& path,
                                                              const std::atomic<bool>* stop) {
  const int descriptor = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return absl::NotFoundError(fmt::format("{}: {}", path, std::strerror(errno)));
  }
  return std::unique_ptr<InputBytes>(new InputBytes(descriptor, path, path.ends_with(".gz"), stop));
}

InputBytes::~InputBytes() {
  if (raw_) inflateEnd(&stream_);
  if (descriptor_ != STDIN_FILENO) close(descriptor_);
}

absl::StatusOr<bool> InputBytes::ReadMore() {
  buffer_.erase(0, std::exchange(begin_, 0));
  switch (state_) {
    case State::kNew: return Begin();
    case State::kGzip: return Inflate();
    case State::kEnd: return false;
    case State::kPlain: break;
  }
  auto size = AppendRaw(kPieceBytes);
  if (!size.ok()) return size.status();
  if (*size == 0) state_ = State::kEnd;
  return *size > 0;
}

absl::StatusOr<size_t> InputBytes::AppendRaw(size_t most) {
  const size_t held = buffer_.size();
  buffer_.resize(held + most);
  auto size = ReadRaw(buffer_.data() + held, most);
  buffer_.resize(held + (size.ok() ? *size : 0));
  return size;
}

absl::StatusOr<size_t> InputBytes::ReadRaw(char* out, size_t size) {
  ssize_t got = 0;
  do {
    if (absl::Status status = AwaitInput(); !status.ok()) return status;
    got = read(descriptor_, out, size);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    return absl::UnknownError(fmt::format("{}: cannot be read: {}", path_, std::strerror(errno)));
  }
  consumed_ += static_cast<uint64_t>(got);
  return static_cast<size_t>(got);
}

absl::Status InputBytes::AwaitInput() const {
  if (stop_ == nullptr) return absl::OkStatus();
  pollfd waited{.fd = descriptor_, .events = POLLIN, .revents = 0};
  // What is no silence, an error too, is told by read.
  for (;;) {
    const int ready = poll(&waited, 1, kLookMilliseconds);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return absl::OkStatus();
    if (stop_->load()) return absl::CancelledError("interrupted");
  }
}

absl::StatusOr<bool> InputBytes::Begin() {
  // A pipe may give the two bytes that decide in two reads.
  while (buffer_.size() < 2) {
    auto got = AppendRaw(kPieceBytes - buffer_.size());
    if (!got.ok()) return got.status();
    if (*got == 0) break;
  }
  const size_t size = buffer_.size();
  if (!buffer_.starts_with("\x1f\x8b")) {
    if (expect_gzip_) {
      buffer_.clear();
      return Damaged("no gzip header");
    }
    state_ = size == 0 ? State::kEnd : State::kPlain;
    return size > 0;
  }
  raw_ = std::make_unique<char[]>(kPieceBytes);
  std::memcpy(raw_.get(), buffer_.data(), size);
  buffer_.clear();
  stream_.next_in = reinterpret_cast<Bytef*>(raw_.get());
  stream_.avail_in = static_cast<uInt>(size);
  if (inflateInit2(&stream_, MAX_WBITS + 16) != Z_OK) {
    return absl::ResourceExhaustedError("no memory for zlib");
  }
  state_ = State::kGzip;
  return Inflate();
}

absl::StatusOr<bool> InputBytes::Inflate() {
  const size_t held = buffer_.size();
  buffer_.resize(held + kPieceBytes);
  stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data() + held);
  stream_.avail_out = static_cast<uInt>(kPieceBytes);
  std::string_view fault;
  absl::Status status;
  while (stream_.avail_out > 0 && fault.empty()) {
    if (stream_.avail_in == 0) {
      // What is there is not kept waiting for what a pipe may give later.
      if (stream_.avail_out < kPieceBytes) break;
      auto size = ReadRaw(raw_.get(), kPieceBytes);
      if (status = size.status(); !status.ok()) break;
      stream_.next_in = reinterpret_cast<Bytef*>(raw_.get());
      stream_.avail_in = static_cast<uInt>(*size);
      if (*size == 0) {
        if (!member_ended_) fault = "cut short";
        break;
      }
    }
    // Concatenated members are one file (RFC 1952, section 2.2).
    if (std::exchange(member_ended_, false)) inflateReset(&stream_);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      member_ended_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      fault = stream_.msg != nullptr ? stream_.msg : "not gzip";
    }
  }
  const size_t produced = kPieceBytes - stream_.avail_out;
  buffer_.resize(held + produced);
  produced_ += produced;
  if (produced_ > kFreeExpansionBytes && produced_ / kMaxExpansion > consumed_) {
    fault = "expands without end";
  }
  if (!fault.empty()) Damaged(fault);
  if (!status.ok()) return status;
  if (produced == 0) state_ = State::kEnd;
  return produced > 0;
}

bool InputBytes::Damaged(std::string_view what) {
  damage_ = fmt::format("{}: damaged after {} bytes of contents: {}", path_, produced_, what);
  state_ = State::kEnd;
  return false;
}

}  // namespace newsfeed::file
