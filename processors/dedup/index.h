// The judge's memory: the articles of the window, found by key or by likeness.
//
//   Plan plan = index.PlanFor(sketch, policy);    what the next entry will say of clock and window
//   index.Insert(entry);                          ... of a verdict given here
//   index.Commit();      or      index.Rollback();
//   index.Apply(entry);                           an entry of the log: restores, and never twice
//
// Applying the entries of a log gives the index that wrote them: each entry stores what results
// from it, nothing here reads a configuration or a clock, and nothing kept depends on the order of
// a hash map or on where batches end. Time is the clock of the index: the largest event time seen.
// Entries lie in that order, so what leaves (window, cap) leaves at the front, in O(1).
//
// Views that accessors give hold until the next call that is not const. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <absl/status/status.h>

#include "processors/dedup/entry.h"
#include "processors/dedup/entry_store.h"
#include "processors/dedup/policy.h"
#include "processors/dedup/postings.h"
#include "processors/dedup/sketch.h"

namespace newsfeed::dedup {

// An entry found by likeness.
struct Candidate {
  uint64_t ordinal = 0;
  uint32_t bands = 0;  // bands in common
};

// What the next entry will state, and what its verdict may look at.
struct Plan {
  int64_t clock_ms = 0;
  uint64_t sequence = 0;
  uint64_t oldest_sequence = 0;
  Visible visible;
};

// Counters since the start, for metrics.
struct IndexProbe {
  uint64_t inserted = 0;
  uint64_t evicted_by_window = 0;
  // The cap took it before its time: the window is shorter than configured.
  uint64_t evicted_by_cap = 0;
};

class Index {
 public:
  // Walks of one list end after this many entries with the key; the newest are seen. Enough for
  // all versions of a live ticker's day, and few enough for the chrome that a source repeats.
  static constexpr size_t kMaxFoundPerList = 16;
  // Candidates that are compared in full. The best by bands in common are kept, then the earliest.
  static constexpr size_t kMaxCandidates = 48;
  // A feed's own times move the clock by this part of the window at most, so that one date of 2099
  // does not empty it.
  static constexpr int64_t kFeedTimeStep = 8;

  Index() : postings_(&store_) {}
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // Clock, sequence and window after an article with this sketch under `policy`. `keeps`: the
  // entry will have a sketch.
  Plan PlanFor(const Sketch& sketch, const Policy& policy, bool keeps) const;

  // Looks up by one of the exact lists; appends to `out`, newest first, at most kMaxFoundPerList.
  // Only the low bits of `hash` are compared: check what comes.
  void Find(List list, uint64_t hash, const Visible& visible, std::vector<uint64_t>& out) const;
  // Looks up by likeness; at most kMaxCandidates, by ordinal.
  void FindAlike(const Sketch& sketch, const Visible& visible, std::vector<Candidate>& out);

  // Adds `entry`, whose sketch decodes to `sketch`, and lets go of what it says is out.
  // INVALID_ARGUMENT: its policy cannot be read. DATA_LOSS: its sequence is not beyond the last.
  absl::Status Insert(const IndexEntry& entry, const Sketch& sketch);
  // Decodes the sketch, then as above; errors of Decode too. An entry at or below the last prepared
  // offset is ignored. DATA_LOSS: it is not the next one after the last, unless it is the first.
  absl::Status Apply(const IndexEntry& entry);
  // Makes room for so many at once, to restore them in a third of the time. Changes nothing else;
  // ignored where there are entries.
  void Reserve(size_t entries);
  // Lets go of entries that came in before `time_ms` on the clock of the index.
  void EvictBefore(int64_t time_ms);

  // What was done since the last Commit stays. Frees memory, a bounded part at a time.
  void Commit();
  // What was done since the last Commit has not been.
  void Rollback();

  int64_t clock_ms() const { return state_.clock_ms; }
  uint64_t sequence() const { return state_.sequence; }
  // -1: none yet.
  int64_t last_prepared_offset() const { return state_.prepared_offset; }
  // Null before the first entry.
  const std::shared_ptr<const Policy>& policy() const { return state_.policy; }
  const EntryStore& store() const { return store_; }
  // Entries in window and cap.
  uint64_t size() const { return store_.end() - state_.first; }
  // The oldest of them; there must be one.
  const StoredEntry& oldest() const { return store_.at(state_.first); }
  const IndexProbe& probe() const { return state_.probe; }
  size_t reserved_bytes() const { return store_.reserved_bytes() + postings_.reserved_bytes(); }

  // Hash of all that can ever decide a verdict. Equal indexes give equal verdicts. O(size).
  uint64_t Digest() const;

 private:
  // All that Rollback restores, but the entries themselves.
  struct State {
    int64_t clock_ms = 0;
    uint64_t sequence = 0;
    int64_t prepared_offset = -1;
    uint64_t first = 1;  // the oldest visible ordinal
    std::shared_ptr<const Policy> policy;
    IndexProbe probe;
  };

  // Entries freed, and buckets split, by a commit for each that it keeps: above 1, so that memory
  // follows the window; small, so that no commit is long.
  static constexpr size_t kFreedPerInsert = 4;
  static constexpr size_t kFreedPerCommit = 256;
  static constexpr size_t kSplitsPerInsert = 2;

  Visible visible() const { return {state_.first, store_.end()}; }
  int64_t NextClock(const Sketch& sketch, const Policy& policy) const;
  absl::Status TakePolicy(const PolicyChange& change);
  void Append(const IndexEntry& entry, const Sketch& sketch);
  void EvictTo(uint64_t oldest_sequence);

  State state_;
  State committed_;
  EntryStore store_;
  Postings postings_;
  // Of the entries since the last Commit, to take them back.
  std::vector<Keys> pending_keys_;
  std::vector<uint64_t> found_;  // scratch of FindAlike
};

// The key of a record's coordinates.
uint64_t RecordHash(const Origin& origin, uint64_t payload_hash);

// An id names an article within its source.
inline uint64_t IdInSource(uint64_t id_hash, uint32_t source_hash) {
  return id_hash == 0 ? 0 : text::Mix(id_hash ^ text::Mix(source_hash));
}

}  // namespace newsfeed::dedup
