// What becomes of an article: it starts live and changes once.
//
// kLive -> Reject(Reason, detail): a dead letter, the record's fault
//       -> Filter(FilterWhy):      left out on purpose
// A verdict on novelty (Article::dedup) leaves it live: it will be published.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace newsfeed {

// Why a record is a dead letter; values and names as in newsfeed.v1.DeadLetter.Reason, where each
// is explained.
enum class Reason : uint8_t {
  kUnspecified = 0,
  kInvalidJson = 1,
  kInvalidEncoding = 2,
  kMissingText = 3,
  kTooLarge = 4,
  kTooDeep = 5,
  kWrongType = 6,
  kMissingField = 7,
  kTooComplex = 8,
  kOutputTooLarge = 9,
  kOutputRefused = 10,
  kOperatorSkipped = 11,
  kLowQuality = 12,
};

// Why a record was filtered; values and names as in newsfeed.v1.Filtered.Why.
enum class FilterWhy : uint8_t {
  kUnspecified = 0,
  kTombstone = 1,
  kLowQuality = 2,
};

// The name used in headers, metrics and documents: "INVALID_JSON". Never empty.
std::string_view ReasonName(Reason reason);
std::string_view FilterWhyName(FilterWhy why);

// All values but kUnspecified, for metrics and tests.
std::span<const Reason> AllReasons();
std::span<const FilterWhy> AllFilterWhys();

enum class FateKind : uint8_t { kLive, kRejected, kFiltered };

struct Fate {
  FateKind kind = FateKind::kLive;
  Reason reason = Reason::kUnspecified;
  FilterWhy why = FilterWhy::kUnspecified;
  // The processor that decided; set by the pipeline.
  std::string_view stage;
  // For a human; at most kMaxDetailBytes, valid UTF-8. Lives as long as the batch.
  std::string_view detail;

  // Room for it in a record header must never decide whether a dead letter fits.
  static constexpr size_t kMaxDetailBytes = 256;
};

}  // namespace newsfeed
