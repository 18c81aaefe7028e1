// Memory that grows at its end and is freed at its beginning, in blocks.
//
//   uint64_t at = ring.Append(100);   std::memcpy(ring.At(at), ...);
//   ring.TruncateTo(at);              the newest appends are undone
//   ring.ReleaseBefore(at);           blocks that end before it go back to the system
//
// Positions count on for ever; an append lies whole in one block and is aligned to 4 bytes. One
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include <absl/base/attributes.h>

namespace newsfeed::dedup {

class ByteRing {
 public:
  // Small beside an index of 10,000 entries, large beside an entry.
  static constexpr size_t kBlockBytes = size_t{1} << 20;

  // `size` is at most kBlockBytes.
  uint64_t Append(size_t size) {
    size = (size + 3) & ~size_t{3};
    if (end_ / kBlockBytes != (end_ + size - 1) / kBlockBytes) {
      end_ = (end_ / kBlockBytes + 1) * kBlockBytes;
    }
    const uint64_t at = end_;
    end_ += size;
    while (first_block_ + blocks_.size() <= at / kBlockBytes) {
      blocks_.push_back(std::unique_ptr<char[]>(new char[kBlockBytes]));
    }
    return at;
  }

  char* At(uint64_t position) ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return blocks_[position / kBlockBytes - first_block_].get() + position % kBlockBytes;
  }
  const char* At(uint64_t position) const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return blocks_[position / kBlockBytes - first_block_].get() + position % kBlockBytes;
  }

  void TruncateTo(uint64_t position) {
    end_ = position;
    // The block that `position` begins or lies in is kept for the next append.
    while (!blocks_.empty() && first_block_ + blocks_.size() - 1 > position / kBlockBytes) {
      blocks_.pop_back();
    }
  }

  void ReleaseBefore(uint64_t position) {
    while (!blocks_.empty() && first_block_ < position / kBlockBytes) {
      blocks_.pop_front();
      ++first_block_;
    }
  }

  size_t reserved_bytes() const { return blocks_.size() * kBlockBytes; }

 private:
  std::deque<std::unique_ptr<char[]>> blocks_;
  uint64_t first_block_ = 0;  // number of blocks_.front()
  uint64_t end_ = 0;
};

}  // namespace newsfeed::dedup
