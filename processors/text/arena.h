// Memory of a batch: texts that live until the batch is cleared.
//
//   std::string_view kept = arena.Keep("some text");
//   char* out = arena.Allocate(n);  ... arena.Trim(out, n, used);
//
// Bump allocation in blocks that are kept over Clear(), so that a worker in its stride allocates
// nothing. Owned by one batch, used by one thread at a time. Never returns null.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include <absl/base/attributes.h>

namespace newsfeed::text {

class Arena {
 public:
  // Bytes that may be read (not used) behind what Allocate gives: what simdjson and SIMD loops
  // need.
  static constexpr size_t kPadding = 64;

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // `size` bytes, not initialised, followed by kPadding readable bytes. Not aligned.
  char* Allocate(size_t size) ABSL_ATTRIBUTE_LIFETIME_BOUND {
    const size_t need = size + kPadding;
    if (current_ == blocks_.size() || blocks_[current_].size - used_ < need) NextBlock(need);
    char* out = blocks_[current_].bytes.get() + used_;
    // The padding is given again to the next caller; only the end of the block must keep it free.
    used_ += size;
    return out;
  }

  // Gives back the end of the newest allocation: of `size` bytes at `start`, `used` are kept.
  void Trim(const char* start, size_t size, size_t used) {
    if (current_ < blocks_.size() && start + size == blocks_[current_].bytes.get() + used_) {
      used_ -= size - used;
    }
  }

  // A copy of `text`. An empty text gives an empty view that is not null.
  std::string_view Keep(std::string_view text) ABSL_ATTRIBUTE_LIFETIME_BOUND {
    char* out = Allocate(text.size());
    if (!text.empty()) std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  // Forgets all texts. Blocks are kept for the next batch, except those beyond `kMaxKeptBytes`.
  void Clear();

  // Bytes held from the system.
  size_t reserved_bytes() const;

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
  };

  static constexpr size_t kBlockBytes = size_t{1} << 18;
  // One huge record must not hold its memory for ever.
  static constexpr size_t kMaxKeptBytes = size_t{8} << 20;

  void NextBlock(size_t need);

  std::vector<Block> blocks_;
  size_t current_ = 0;  // index of the block in use
  size_t used_ = 0;     // bytes used there
};

}  // namespace newsfeed::text
