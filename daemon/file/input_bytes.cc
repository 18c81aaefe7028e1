#include "daemon/file/input_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace newsfeed::file {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 18;

// gzip of news text is 3 to 5 times smaller than the text. A file that expands beyond this ratio,
// after a first piece that may be anything, was made to fill memory or time.
constexpr uint64_t kMaxExpansion = 200;
constexpr uint64_t kFreeExpansionBytes = uint64_t{64} << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<InputBytes>> InputBytes::Open(const std::string& path) {
  const int descriptor = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return absl::NotFoundError(fmt::format("{}: {}", path, std::strerror(errno)));
  }
  return std::unique_ptr<InputBytes>(new InputBytes(descriptor, path, path.ends_with(".gz")));
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
  const size_t held = buffer_.size();
  buffer_.resize(held + kPieceBytes);
  auto size = ReadRaw(buffer_.data() + held, kPieceBytes);
  buffer_.resize(held + (size.ok() ? *size : 0));
  if (!size.ok()) return size.status();
  if (*size == 0) state_ = State::kEnd;
  return *size > 0;
}

absl::StatusOr<size_t> InputBytes::ReadRaw(char* out, size_t size) {
  const ssize_t got = read(descriptor_, out, size);
  if (got < 0 && errno == EINTR) return absl::CancelledError("interrupted");
  if (got < 0) {
    return absl::UnknownError(fmt::format("{}: cannot be read: {}", path_, std::strerror(errno)));
  }
  consumed_ += static_cast<uint64_t>(got);
  return static_cast<size_t>(got);
}

absl::StatusOr<bool> InputBytes::Begin() {
  buffer_.resize(kPieceBytes);
  // A pipe may give the two bytes that decide in two reads.
  size_t size = 0;
  while (size < 2) {
    auto got = ReadRaw(buffer_.data() + size, kPieceBytes - size);
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    size += *got;
  }
  buffer_.resize(size);
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
  while (stream_.avail_out > 0 && fault.empty()) {
    if (stream_.avail_in == 0) {
      auto size = ReadRaw(raw_.get(), kPieceBytes);
      if (!size.ok()) return size.status();
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
  if (produced == 0) state_ = State::kEnd;
  return produced > 0;
}

bool InputBytes::Damaged(std::string_view what) {
  damage_ = fmt::format("{}: damaged after {} bytes of contents: {}", path_, produced_, what);
  state_ = State::kEnd;
  return false;
}

}  // namespace newsfeed::file
