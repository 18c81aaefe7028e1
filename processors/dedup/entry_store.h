// The entries of the index in memory: a queue of records of fixed size, and beside it their texts,
// samples and links in one ring of bytes. Appended at the end, taken back from the end (rollback),
// released at the beginning (window). No entry is ever moved.
//
// Entries are named by their ordinal, which counts on from 1 for ever within one process.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "processors/dedup/byte_ring.h"
#include "processors/dedup/entry.h"
#include "processors/dedup/name_table.h"
#include "processors/dedup/sketch.h"

namespace newsfeed::dedup {

// Shares are kept in 1/10,000: all that is compared or kept is an integer.
inline constexpr uint32_t kWhole = 10'000;

inline float AsShare(uint32_t basis_points) {
  return static_cast<float>(basis_points) / static_cast<float>(kWhole);
}
inline uint16_t AsBasisPoints(float share) {
  if (!(share > 0)) return 0;
  return static_cast<uint16_t>(share >= 1 ? kWhole : share * kWhole + 0.5F);
}

// One list an entry is in: the ordinal (its low 32 bits) of the one before, and 16 bits of the key.
struct Link {
  uint16_t next_low = 0;
  uint16_t next_high = 0;
  uint16_t tag = 0;

  uint32_t next() const { return uint32_t{next_high} << 16 | next_low; }
  void set_next(uint32_t next) {
    next_low = static_cast<uint16_t>(next);
    next_high = static_cast<uint16_t>(next >> 16);
  }
};
static_assert(sizeof(Link) == 6);

struct StoredEntry {
  static constexpr int64_t kNotPublished = std::numeric_limits<int64_t>::min();

  uint64_t sequence = 0;
  int64_t time_ms = 0;  // clock of the index when it came in
  int64_t published_ms = kNotPublished;
  uint64_t id_hash = 0;
  uint64_t url_hash = 0;
  uint64_t text_hash = 0;
  uint64_t payload_hash = 0;
  uint64_t data = 0;  // position in the ring
  // Coordinates of the input record.
  int64_t offset = 0;
  int64_t timestamp_ms = 0;
  uint32_t topic = 0;  // in the table of names
  int32_t partition = 0;

  uint32_t source_hash = 0;
  uint32_t language_hash = 0;
  uint32_t words = 0;
  uint32_t shingles = 0;
  uint32_t rule = 0;    // in the table of names
  uint32_t policy = 0;  // in the table of names

  // In 1/10,000.
  uint16_t containment = 0, containment_reverse = 0, lead = 0, numbers = 0, title = 0, jaccard = 0;
  // Of the texts, in bytes; a story of 0 bytes has the id of the entry.
  uint16_t id_bytes = 0, story_bytes = 0, canonical_bytes = 0;

  uint8_t sample_size = 0, lead_size = 0, numbers_size = 0, title_size = 0;
  uint8_t sample_level = 0, lead_level = 0, numbers_level = 0, title_level = 0;
  uint8_t corrected_numbers = 0, repetitions = 0;
  uint8_t links = 0;  // lists it is in
  Verdict verdict = Verdict::kNotJudged;
  PubStatus pub_status = PubStatus::kUsable;
  bool original = false;  // others may be its copies: published, with a text of its own
  bool has_canonical = false;
  bool has_revision = false;
  bool rejected = false;
  bool correction_mark = false;
};

class EntryStore {
 public:
  // Longer ids are cut (decode lets none pass).
  static constexpr size_t kMaxIdBytes = 4096;

  EntryStore() = default;
  EntryStore(const EntryStore&) = delete;
  EntryStore& operator=(const EntryStore&) = delete;

  // Ordinals in memory: [first, end).
  uint64_t first() const { return first_; }
  uint64_t end() const { return end_; }
  // Originals among them.
  uint64_t originals() const { return originals_; }

  // Keeps what the judge needs of `entry`: the title, and of an original the other samples. Room
  // for `links` links. Returns its ordinal.
  uint64_t Append(const IndexEntry& entry, const Sketch& sketch, bool original, uint8_t links);
  // Forgets the newest, the oldest.
  void PopBack();
  void PopFront();

  const StoredEntry& at(uint64_t ordinal) const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    const uint64_t chunk = ordinal / kChunk - first_chunk_;
    return chunks_[chunk][ordinal % kChunk];
  }

  Link* links(uint64_t ordinal) ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return reinterpret_cast<Link*>(bytes_.At(at(ordinal).data));
  }
  const Link* links(uint64_t ordinal) const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return reinterpret_cast<const Link*>(bytes_.At(at(ordinal).data));
  }

  // Views hold until the entry is forgotten.
  text::SampleView<uint32_t> sample(const StoredEntry& entry) const;
  text::SampleView<uint16_t> lead(const StoredEntry& entry) const;
  text::SampleView<NumberMark> numbers(const StoredEntry& entry) const;
  text::SampleView<uint16_t> title(const StoredEntry& entry) const;
  std::string_view id(const StoredEntry& entry) const;
  std::string_view story_id(const StoredEntry& entry) const;
  Origin origin(const StoredEntry& entry) const;
  // The verdict that was given, whole.
  DedupResult result(const StoredEntry& entry) const;

  // Bytes held from the system, about.
  size_t reserved_bytes() const {
    return bytes_.reserved_bytes() + chunks_.size() * kChunk * sizeof(StoredEntry);
  }

 private:
  static constexpr size_t kChunk = 1024;

  // Coordinates of another record, as they lie in the ring.
  struct Reference {
    int64_t offset;
    int64_t timestamp_ms;
    uint32_t topic;
    int32_t partition;
  };

  // Where the parts of an entry lie behind `data`: links, sample, numbers, lead, title, the
  // references, the texts.
  struct Layout {
    size_t sample, numbers, lead, title, canonical, revision, id, story, canonical_id, end;
  };
  static Layout LayoutOf(const StoredEntry& entry);

  void FillFixed(const IndexEntry& entry, const Sketch& sketch, StoredEntry& stored);
  void FillVerdict(const DedupResult& result, std::string_view id, StoredEntry& stored);
  void FillBytes(const IndexEntry& entry, const Sketch& sketch, const StoredEntry& stored);
  void ReleaseNames(const StoredEntry& stored);
  Reference ReadReference(const StoredEntry& entry, size_t at) const;
  Origin AsOrigin(const Reference& reference) const;
  StoredEntry& NewRecord();

  template <typename T>
  std::span<const T> Values(const StoredEntry& entry, size_t at, size_t count) const {
    return {reinterpret_cast<const T*>(bytes_.At(entry.data) + at), count};
  }

  std::deque<std::unique_ptr<StoredEntry[]>> chunks_;
  uint64_t first_chunk_ = 0;  // number of chunks_.front()
  uint64_t first_ = 1;
  uint64_t end_ = 1;
  uint64_t originals_ = 0;
  ByteRing bytes_;
  NameTable names_;
};

}  // namespace newsfeed::dedup
