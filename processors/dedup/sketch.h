// What a verdict needs to know of an article, as a few hundred bytes. The judge never parses an
// article: it compares sketches, and sketches only.
//
//   Sketcher sketcher;                                   // one a worker: it holds scratch memory
//   Sketch sketch = sketcher.Make(article, batch.now_ms());
//   article.sketch = Encode(sketch, article.arena());    // travels as a record header
//   ... Decode(bytes, sketch) -> absl::Status            // hostile bytes are refused
//
// Sources: one-permutation MinHash with densification (Shrivastava 2017, "Optimal densification for
// fast and accurate minwise hashing"), sampled shingles (processors/text/shingles.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <absl/status/status.h>

#include "processors/article/article.h"
#include "processors/text/shingles.h"
#include "processors/text/tokens.h"

namespace newsfeed::dedup {

// A sorted array of at most kMax distinct values and the level they were sampled at.
template <typename T, size_t kMax>
struct BoundedSample {
  static constexpr size_t kCapacity = kMax;

  std::array<T, kMax> values;  // the first `size` are in use
  uint8_t size = 0;
  uint8_t level = 0;

  text::SampleView<T> view() const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return {{values.data(), size}, level};
  }
  void Assign(text::SampleView<T> from) {
    std::ranges::copy(from.values, values.begin());
    size = static_cast<uint8_t>(from.values.size());
    level = static_cast<uint8_t>(from.level);
  }
  bool operator==(const BoundedSample& other) const {
    return level == other.level && std::ranges::equal(view().values, other.view().values);
  }
};

// A number of the text: the low half is its hash, the high half that of the two words before it,
// other numbers left out (in a row of a table all stand behind the row's name).
// Same words before, another number: a corrected figure. Sampled by the words, so that both figures
// are in the sample or neither.
using NumberMark = uint32_t;

struct Sketch {
  // The version of encoding and hashes this code writes. Only equal versions can be compared.
  static constexpr uint8_t kVersion = 1;
  static constexpr size_t kSignatureBins = 128;
  // 64 to 128 of the shingles remain of a text with more: standard error of a share about 5 %.
  static constexpr size_t kMaxShingles = 128;
  static constexpr size_t kLeadWords = 120;
  static constexpr size_t kMaxLead = 64;
  static constexpr size_t kMaxNumbers = 64;
  static constexpr size_t kMaxTitleWords = 32;

  // --- Identity; 0: none. ---
  uint64_t id_hash = 0;
  uint64_t url_hash = 0;      // of the canonical form (text/url.h)
  uint64_t text_hash = 0;     // of all words in order
  uint64_t payload_hash = 0;  // of the record's value
  uint32_t source_hash = 0;
  uint32_t language_hash = 0;  // 0: unsure

  // --- Times, milliseconds since 1970. ---
  // The record's timestamp, or the time of publication where it has none; capped by the clock of
  // the worker. 0: none, the index takes its own clock.
  int64_t event_time_ms = 0;
  // The event time is only the feed's word: it moves the clock of the index with care.
  bool time_from_feed = false;
  std::optional<int64_t> published_ms;

  PubStatus pub_status = PubStatus::kUsable;
  bool low_information = false;  // says cleanup
  // Title or text begin with a word such as "Corrected"; the table is in sketch.cc.
  bool correction_mark = false;

  // --- The text. ---
  uint32_t words = 0;
  uint32_t shingles = 0;  // with repetitions; 0: no text, nothing matches
  std::array<uint16_t, kSignatureBins> signature{};
  BoundedSample<uint32_t, kMaxShingles> sample{};
  BoundedSample<uint16_t, kMaxLead> lead{};
  BoundedSample<NumberMark, kMaxNumbers> numbers{};
  BoundedSample<uint16_t, kMaxTitleWords> title{};

  bool has_text() const { return shingles > 0; }
  // May be an original of others: usable, and a text of its own.
  bool comparable() const {
    return has_text() && pub_status == PubStatus::kUsable && !low_information;
  }
  bool operator==(const Sketch&) const = default;
};

// Largest encoded sketch in bytes.
inline constexpr size_t kMaxEncodedSketchBytes = 1300;

// Little-endian, version first; see sketch.cc for the layout.
std::string_view Encode(const Sketch& sketch, text::Arena& arena ABSL_ATTRIBUTE_LIFETIME_BOUND);

// Overwrites `sketch`. UNIMPLEMENTED: another version. INVALID_ARGUMENT: no sketch this code wrote
// (cut short, trailing bytes, unsorted or out of bounds); `sketch` is then unspecified.
absl::Status Decode(std::string_view bytes, Sketch& sketch);

// Computes sketches. Pure; holds scratch memory, so one a thread. 20 us for 600 words.
class Sketcher {
 public:
  // `now_ms` caps the event time; 0: no cap.
  Sketch Make(const Article& article, int64_t now_ms);

 private:
  void SketchBody(std::string_view body, Sketch& sketch);
  void TakeWord(text::Word word, Sketch& sketch);
  void TakeShingle(uint64_t shingle, Sketch& sketch);
  void SketchTitle(std::string_view title, Sketch& sketch);

  text::ShingleRoller roller_;
  std::array<uint32_t, Sketch::kSignatureBins> minima_{};
  std::array<uint64_t, 2> previous_words_{};
  text::BottomSample<uint32_t, Sketch::kMaxShingles> sample_;
  text::BottomSample<uint16_t, Sketch::kMaxLead> lead_;
  text::BottomSample<NumberMark, Sketch::kMaxNumbers> numbers_;
  text::BottomSample<uint16_t, Sketch::kMaxTitleWords> title_;
};

}  // namespace newsfeed::dedup
