// Sketches without articles, to fill an index.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include "processors/article/batch.h"
#include "processors/dedup/sketch.h"
#include "processors/text/hash.h"

namespace newsfeed::testing {

// Sketches as of articles of 600 words, without the words: the samples' values are random, one in
// ten is near an earlier one.
class RandomSketches {
 public:
  explicit RandomSketches(int64_t start_ms) : start_ms_(start_ms) {}

  // The next one, encoded, and its article's id; both hold until the next call.
  std::string_view Next(std::string& id) {
    batch_.Clear();
    id = "example.com/news/2026/" + std::to_string(count_);
    if (count_ % 10 != 9) FillRandom();
    sketch_.id_hash = text::Hash(id);
    sketch_.url_hash = sketch_.payload_hash = text::Mix(sketch_.id_hash);
    sketch_.text_hash = random_();
    sketch_.event_time_ms = start_ms_ + static_cast<int64_t>(count_++);
    return dedup::Encode(sketch_, batch_.arena());
  }

 private:
  template <typename Sample>
  void Fill(Sample& sample, size_t size, uint8_t level) {
    using T = typename decltype(sample.values)::value_type;
    for (size_t i = 0; i < size; ++i) {
      sample.values[i] = static_cast<T>(static_cast<T>(random_()) >> level);
    }
    std::sort(sample.values.begin(), sample.values.begin() + static_cast<ptrdiff_t>(size));
    const auto end = std::unique(sample.values.begin(),
                                 sample.values.begin() + static_cast<ptrdiff_t>(size));
    sample.size = static_cast<uint8_t>(end - sample.values.begin());
    sample.level = level;
  }

  void FillRandom() {
    sketch_.words = 600;
    sketch_.shingles = 596;
    sketch_.source_hash = static_cast<uint32_t>(random_() % 2000 + 1);
    for (uint16_t& bin : sketch_.signature) bin = static_cast<uint16_t>(random_());
    Fill(sketch_.sample, 64 + random_() % 64, 3);
    Fill(sketch_.lead, 58, 1);
    Fill(sketch_.numbers, random_() % 30, 0);
    Fill(sketch_.title, 10, 0);
  }

  const int64_t start_ms_;
  Batch batch_;
  dedup::Sketch sketch_;
  uint64_t count_ = 0;
  std::mt19937_64 random_{1};
};

}  // namespace newsfeed::testing
