// From a key to the entries that have it, newest first: 68 hash tables that grow in step.
//
// The lists: four for exact look-up of every entry (id, URL, record, text), then for
// originals 64 bands of two MinHash values each (locality-sensitive hashing: texts with Jaccard j
// share a band with 1 - (1 - j^2)^64, that is 99.8 % at j = .3 and 15 % at j = .05). Keys are 28
// bits; what is found must be checked.
//
// Entries are chained through their links, the newest first, so eviction costs nothing: a chain
// ends at the first entry that is out. Tables grow by linear hashing (Litwin 1980), a bucket at a
// time, so no insert ever waits for a rehash. Which entries are found, and their order, does not
// depend on the size of the tables. 6 bytes a link and about 3 bytes of table. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "processors/dedup/entry_store.h"

namespace newsfeed::dedup {

enum class List : uint8_t { kId = 0, kUrl = 1, kRecord = 2, kText = 3, kFirstBand = 4 };

// Lists for exact look-up: entries that are no originals are in them too.
inline constexpr size_t kLookups = 4;
inline constexpr size_t kBands = 64;
inline constexpr size_t kLists = kLookups + kBands;

// One key for each list; see KeysOf. kNoKey: the entry is in no chain of the list.
using Keys = std::array<uint32_t, kLists>;
inline constexpr uint32_t kNoKey = UINT32_MAX;

// Entries that may be seen: [first, end) of the store's ordinals.
struct Visible {
  uint64_t first = 1;
  uint64_t end = 1;
  uint64_t size() const { return end - first; }
};

class Postings {
 public:
  static constexpr uint32_t kFirstBits = 12;  // of the smallest table
  static constexpr uint32_t kKeyBits = kFirstBits + 16;
  static constexpr uint32_t kKeyMask = (1U << kKeyBits) - 1;

  explicit Postings(EntryStore* store) : store_(store) { AddChunks(); }

  // Puts the newest entry at the head of its lists: the first StoredEntry::links of them.
  void Insert(uint64_t ordinal, const Keys& keys);
  // Undoes the newest Insert; no Grow may lie between.
  void Remove(uint64_t ordinal, const Keys& keys);

  // Calls `found(ordinal) -> bool` for each visible entry with this key, newest first, until it
  // returns false.
  template <typename Found>
  void ForEach(size_t list, uint32_t key, const Visible& visible, Found&& found) const {
    const auto tag = static_cast<uint16_t>(key >> kFirstBits);
    uint64_t ordinal = 0;
    for (uint32_t next = Head(list, BucketOf(key)); Follow(next, visible, ordinal);) {
      const Link& link = store_->links(ordinal)[list];
      if (link.tag == tag && !found(ordinal)) return;
      next = link.next();
    }
  }

  // Makes tables for `originals` at once: growing to them later costs more than all else of an
  // insert. Only while they are empty.
  void Reserve(size_t originals);

  // Brings what ForEach will read for all bands into the cache.
  void Prefetch(const Keys& keys, const Visible& visible) const;

  // Splits at most `steps` buckets, if there are fewer than the originals want, and clears heads
  // of as many buckets that point to entries out of `visible`.
  void Grow(const Visible& visible, size_t steps);

  size_t reserved_bytes() const { return chunks_.size() * sizeof(Chunk); }

 private:
  static constexpr size_t kChunkBuckets = 1024;
  using Row = std::array<uint32_t, kLists>;  // the heads of one bucket; 0: none
  using Chunk = std::array<Row, kChunkBuckets>;

  uint32_t& Head(size_t list, size_t bucket) {
    return (*chunks_[bucket / kChunkBuckets])[bucket % kChunkBuckets][list];
  }
  uint32_t Head(size_t list, size_t bucket) const {
    return (*chunks_[bucket / kChunkBuckets])[bucket % kChunkBuckets][list];
  }

  size_t buckets() const { return (size_t{1} << bits_) + split_; }
  size_t BucketOf(uint32_t key) const {
    const size_t bucket = key & ((size_t{1} << bits_) - 1);
    return bucket < split_ ? key & ((size_t{2} << bits_) - 1) : bucket;
  }

  // The ordinal that the low 32 bits `next` stand for, if it is visible. The one entry in 2^32
  // whose low bits are 0 is not found by others.
  static bool Follow(uint32_t next, const Visible& visible, uint64_t& ordinal) {
    const uint32_t distance = next - static_cast<uint32_t>(visible.first);
    ordinal = visible.first + distance;
    return next != 0 && distance < visible.size();
  }

  void AddChunks();
  static size_t WantedBuckets(size_t originals) { return originals * 2 / 3; }
  void SplitOne(const Visible& visible);
  void PrefetchBucket(size_t bucket, const Visible& visible) const;
  void SplitList(size_t list, size_t from, size_t to, const Visible& visible);
  void SweepOne(const Visible& visible);

  EntryStore* store_;
  std::vector<std::unique_ptr<Chunk>> chunks_;
  uint32_t bits_ = kFirstBits;  // 2^bits_ buckets, and split_ of them are split
  size_t split_ = 0;
  size_t sweep_ = 0;  // the next bucket to be swept
};

}  // namespace newsfeed::dedup
