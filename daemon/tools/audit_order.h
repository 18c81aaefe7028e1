// Do records come in the order of the input records they were made of?
//
//   OrderCheck order;
//   order.Take({"enriched", 0, 4}, {.partition = 0, .offset = 9, .hash = 1});
//   order.Take({"enriched", 0, 5}, {.partition = 0, .offset = 7, .hash = 2});  // a descent
//
// A stream is what must ascend: what one partition of a topic holds of one partition of an input,
// or of one id in it. Only neighbours are compared, so a topic that was made anew is one descent,
// not many.
//
// Pure. 8 bytes and their key for each stream: with ids 19 to 39 bytes for each article.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "daemon/tools/coordinates.h"

namespace newsfeed::tools {

class OrderCheck {
 public:
  // The input record, by a number of its partition; `hash` of its value, 0: not known.
  struct Source {
    uint32_t partition = 0;
    int64_t offset = 0;
    uint32_t hash = 0;
  };
  struct Descent {
    Coordinates place;
    Source source;
    Source before;  // its neighbour's; of its hash kHashMask
  };
  // What is kept of a hash.
  static constexpr uint32_t kHashMask = 0xffffff;

  // `id`: only records of this id are in order; empty: all are.
  void Take(std::string_view topic, int32_t partition, int64_t offset, const Source& source,
            std::string_view id = {});

  // The first of them.
  const std::vector<Descent>& descents() const { return descents_; }
  // Those that are not kept.
  uint64_t further() const { return further_; }

 private:
  static constexpr size_t kMaxDescents = 10'000;
  static constexpr int kHashBits = 24;  // leaves 39 bits for an offset

  absl::flat_hash_map<uint64_t, uint64_t> last_;  // by stream: offset and hash
  std::vector<Descent> descents_;
  uint64_t further_ = 0;
};

}  // namespace newsfeed::tools
