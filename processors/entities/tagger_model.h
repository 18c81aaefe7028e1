// A trained tagger as one file: weights, the words and names it knows, its languages.
//
//   auto model = TaggerModel::Create(bytes, "news-en.model");
//   -> "news-en.model: damaged (checksum)", "... is no model of newsfeed", "... has format 2, ..."
//
// Layout, all numbers little-endian: magic "nftagger", format (u32), bytes behind the header (u64),
// XXH3-64 of them (u64); then
//   name, languages   u8 length and text; the languages separated by blanks ("en")
//   words             u32 count; u32 hash, u16 clusters[4], u8 lists, u8 habit, u8 flags each
//   phrases           u32 count; u32 key, u8 lists, u8 goes_on each
//   scoring           i16 outside: the score of O, in units; u8 calibration[4][9]: confidence in
//                     1/255 by type at probabilities 0, 1/8 .. 1
//   rows              u8 bits; for each of 2^bits slots its mark (u8, 0: empty); for each that is
//                     not: u16 mask of its columns that are not 0, u8 shift, i8 each
//                     (weight = value << shift)
//
// A feature's row is found by its hash: the high bits name a bucket of two slots, the low eight are
// compared with the slots' marks. What the model never met mostly has no row and costs one look at
// a table of marks, which is small enough for the second level of the cache.
//
// Immutable, shared by all threads; a copy of what it needs is made, the bytes may go.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/attributes.h>
#include <absl/status/statusor.h>

#include "processors/entities/tagger_features.h"

namespace newsfeed::entities {

// The weights of a feature for every tag but O, whose weights are 0. One row is two registers of
// SSE and never lies on two lines of the cache.
struct alignas(32) WeightRow {
  int16_t weights[kColumns] = {};

  // No overflow: a model's weights are bounded by kMaxWeight and there are less than 128 features.
  void operator+=(const WeightRow& other) {
    for (uint32_t i = 0; i < kColumns; ++i) {
      weights[i] = static_cast<int16_t>(weights[i] + other.weights[i]);
    }
  }
};

// Weights are logits in these units.
inline constexpr int32_t kUnitsPerLogit = 64;
// 128 rows of it are still an int16; five forms, their history and a context are fewer.
inline constexpr int32_t kMaxWeight = 255;
inline constexpr uint32_t kCalibrationKnots = 9;
using Calibration = std::array<std::array<uint8_t, kCalibrationKnots>, kTypes>;

// What a model is made of; the trainer fills it.
struct TaggerModelParts {
  std::string name;
  std::string languages;
  std::vector<Lexicon::Word> words;
  std::vector<Lexicon::Phrase> phrases;
  int16_t outside = 0;
  Calibration calibration{};
  uint8_t row_bits = 0;
  std::vector<uint8_t> marks;   // 2^row_bits
  std::vector<WeightRow> rows;  // likewise
};

inline constexpr uint8_t kMinRowBits = 6;
inline constexpr uint8_t kMaxRowBits = 22;

// The bucket of a feature is this slot and the next.
inline uint32_t BucketOf(uint32_t feature, uint32_t row_bits) {
  return feature >> (32 - row_bits) & ~uint32_t{1};
}
inline uint8_t MarkOf(uint32_t feature) {
  return static_cast<uint8_t>(std::max(feature & 255, 1U));
}

// The file of `parts`. The same parts give the same bytes.
std::string WriteTaggerModel(const TaggerModelParts& parts);

class TaggerModel {
 public:
  // `file` is the name for messages.
  static absl::StatusOr<std::shared_ptr<const TaggerModel>> Create(std::string_view bytes,
                                                                   std::string_view file);

  const Lexicon& lexicon() const { return lexicon_; }

  // The weights of a feature, or null.
  const WeightRow* row(uint32_t feature) const {
    const uint32_t slot = BucketOf(feature, parts_.row_bits);
    const uint8_t mark = MarkOf(feature);
    if (parts_.marks[slot] == mark) return &parts_.rows[slot];
    if (parts_.marks[slot + 1] == mark) return &parts_.rows[slot + 1];
    return nullptr;
  }
  int32_t outside() const { return parts_.outside; }

  // Share of names with this type and probability that are right, as measured when it was trained.
  float Confidence(EntityType type, float probability) const;

  // True if `language` (BCP 47) is one of the model's.
  bool Knows(std::string_view language) const;

  // "news-en-1f3a09bc": the name, and what changes with any byte of the file.
  std::string_view id() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return id_; }

  // Memory held.
  size_t bytes() const;

 private:
  TaggerModel(TaggerModelParts parts, std::string id);

  TaggerModelParts parts_;  // words and phrases are in lexicon_ instead
  Lexicon lexicon_;
  std::string id_;
};

}  // namespace newsfeed::entities
