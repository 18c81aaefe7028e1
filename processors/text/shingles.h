// Shingles: hashes of every five words in a row, and a bounded sample of them.
//
//   ShingleRoller roller;
//   ForEachWord(text, [&](Word word) { if (auto shingle = roller.Push(word.hash)) ... });
//
// Two texts that share passages share shingles (Broder, "On the resemblance and containment of
// documents", 1997). A sample keeps the shingles whose hash is small: the rate 1/2^level is a power
// of two, so samples of texts of different lengths are compared at the coarser of both rates, and
// the share found there estimates the share of all shingles without bias.
//
// Values on the stack, no allocation.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <absl/base/attributes.h>

#include "processors/text/hash.h"

namespace newsfeed::text {

inline constexpr size_t kShingleWords = 5;

// Hash of the last five words, by a polynomial that drops the oldest in O(1).
class ShingleRoller {
 public:
  // The shingle that ends in this word, from the fifth word on.
  std::optional<uint64_t> Push(uint64_t word) {
    uint64_t& oldest = words_[count_ % kShingleWords];
    sum_ = (sum_ - oldest * kOldestFactor) * kFactor + word;
    oldest = word;
    if (++count_ < kShingleWords) return std::nullopt;
    return Mix(sum_);
  }

  // The whole of a text of one to four words, which has no other shingle.
  std::optional<uint64_t> ShortText() const {
    if (count_ == 0 || count_ >= kShingleWords) return std::nullopt;
    return Mix(sum_ + count_);
  }

 private:
  static constexpr uint64_t kFactor = 0x9E3779B97F4A7C15ULL;
  static constexpr uint64_t kOldestFactor = kFactor * kFactor * kFactor * kFactor;

  std::array<uint64_t, kShingleWords> words_{};
  uint64_t sum_ = 0;
  size_t count_ = 0;
};

// Values below 2^bits / 2^level, for a type of `bits` bits.
template <typename T>
constexpr bool InSample(T value, uint32_t level) {
  return (uint64_t{value} >> (sizeof(T) * 8 - level)) == 0;
}

// A sorted sample and its level.
template <typename T>
struct SampleView {
  std::span<const T> values;
  uint32_t level = 0;

  // The values that are in the sample of a coarser level too.
  std::span<const T> At(uint32_t coarser) const {
    if (coarser <= level) return values;
    const auto end = std::ranges::partition_point(
        values, [coarser](T value) { return InSample(value, coarser); });
    return values.first(static_cast<size_t>(end - values.begin()));
  }
};

// At most `kMax` of the values added, distinct and sorted: those in the sample of the finest level
// that is small enough. Levels rise as needed, so any number may be added in bounded memory. Where
// values are repeated more than twice, the level may be coarser than it need be.
template <typename T, size_t kMax>
class BottomSample {
 public:
  static constexpr uint32_t kMaxLevel = sizeof(T) * 8 - 1;

  void Add(T value) {
    if (!InSample(value, level_)) return;
    if (size_ == kBuffer) Thin();
    if (InSample(value, level_)) values_[size_++] = value;
  }

  // Call once, after the last Add. The view holds until the next call.
  SampleView<T> Finish() ABSL_ATTRIBUTE_LIFETIME_BOUND {
    while (size_ > 2 * kMax && level_ < kMaxLevel) Raise();
    Sort();
    while (size_ > kMax && level_ < kMaxLevel) Raise();
    size_ = std::min(size_, kMax);
    return {{values_.data(), size_}, level_};
  }

  void Clear() {
    size_ = 0;
    level_ = 0;
  }

 private:
  static constexpr size_t kBuffer = 8 * kMax;

  void Sort() {
    std::sort(values_.begin(), values_.begin() + static_cast<ptrdiff_t>(size_));
    size_ = static_cast<size_t>(
        std::unique(values_.begin(), values_.begin() + static_cast<ptrdiff_t>(size_)) -
        values_.begin());
  }

  // Repetitions go first, so that one sentence a thousand times does not thin out the rest.
  void Thin() {
    Sort();
    while (size_ > kBuffer / 2 && level_ < kMaxLevel) Raise();
    if (size_ > kBuffer / 2) size_ = kBuffer / 2;
  }

  void Raise() {
    ++level_;
    size_ = static_cast<size_t>(
        std::remove_if(values_.begin(), values_.begin() + static_cast<ptrdiff_t>(size_),
                       [this](T value) { return !InSample(value, level_); }) -
        values_.begin());
  }

  std::array<T, kBuffer> values_;  // the first size_ are in use
  size_t size_ = 0;
  uint32_t level_ = 0;
};

// How many values two sorted lists share.
template <typename T>
uint32_t CountShared(std::span<const T> a, std::span<const T> b) {
  uint32_t shared = 0;
  size_t i = 0;
  size_t j = 0;
  // Without branches on the values: they are random, so each branch would be missed half the time.
  while (i < a.size() && j < b.size()) {
    const T x = a[i];
    const T y = b[j];
    shared += x == y;
    i += x <= y;
    j += y <= x;
  }
  return shared;
}

}  // namespace newsfeed::text
