#include "processors/text/arena.h"

#include <algorithm>

namespace newsfeed::text {

void Arena::NextBlock(size_t need) {
  // Blocks kept from earlier batches come first; those too small for `need` are passed over.
  size_t next = current_ == blocks_.size() ? current_ : current_ + 1;
  while (next < blocks_.size() && blocks_[next].size < need) ++next;
  if (next == blocks_.size()) {
    const size_t size = std::max(need, kBlockBytes);
    blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
  }
  current_ = next;
  used_ = 0;
}

void Arena::Clear() {
  // What a burst took goes back by and by: a batch gives back one of the blocks that it had no need
  // of.
  if (current_ + 1 < blocks_.size()) blocks_.pop_back();
  if (reserved_bytes() > kMaxKeptBytes) {
    size_t kept = 0;
    std::erase_if(blocks_, [&](const Block& block) {
      if (kept + block.size > kMaxKeptBytes) return true;
      kept += block.size;
      return false;
    });
  }
  current_ = 0;
  used_ = 0;
}

size_t Arena::reserved_bytes() const {
  size_t sum = 0;
  for (const Block& block : blocks_) sum += block.size;
  return sum;
}

}  // namespace newsfeed::text
