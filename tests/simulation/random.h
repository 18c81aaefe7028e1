// Random numbers that are the same on every machine for the same seed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace newsfeed::simulation {

// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  // From 0 to `end` - 1.
  size_t Below(size_t end) { return end == 0 ? 0 : static_cast<size_t>(Next() % end); }
  // One time in `in`; never where it is 0.
  bool OneIn(size_t in) { return in > 0 && Below(in) == 0; }

 private:
  uint64_t state_;
};

}  // namespace newsfeed::simulation
