// The one hash of the project: XXH3, 64 bits (xxhash.com). Not for secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace newsfeed::text {

inline uint64_t Hash(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

inline uint64_t Hash(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

// A cheap, good mixer of one word to another (murmur3's finaliser); a bijection.
inline uint64_t Mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  x ^= x >> 33;
  return x;
}

// For absl::flat_hash_map with string keys: Debian's absl knows no std::string_view.
//   absl::flat_hash_map<std::string, int, text::StringHash, std::equal_to<>>
struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return Hash(text); }
};

}  // namespace newsfeed::text
