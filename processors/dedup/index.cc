#include "processors/dedup/index.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "processors/text/hash.h"

namespace newsfeed::dedup {
namespace {

// 0 is the hash of what is not there: all entries without a URL would hang in one chain.
uint32_t KeyOf(uint64_t hash) {
  return hash == 0 ? kNoKey : static_cast<uint32_t>(hash >> 7) & Postings::kKeyMask;
}

void FillBandKeys(const Sketch& sketch, Keys& keys) {
  static_assert(kBands * 2 == Sketch::kSignatureBins);
  for (size_t band = 0; band < kBands; ++band) {
    const uint32_t pair =
        uint32_t{sketch.signature[2 * band]} << 16 | sketch.signature[2 * band + 1];
    keys[kLookups + band] = KeyOf(text::Mix(pair));
  }
}

Keys KeysOf(const IndexEntry& entry, const Sketch& sketch) {
  Keys keys{};
  keys[0] = KeyOf(IdInSource(sketch.id_hash, sketch.source_hash));
  keys[1] = KeyOf(sketch.url_hash);
  keys[2] = KeyOf(RecordHash(entry.origin, sketch.payload_hash));
  keys[3] = KeyOf(sketch.text_hash);
  FillBandKeys(sketch, keys);
  return keys;
}

bool IsPublished(Verdict verdict) {
  return verdict == Verdict::kUnique || verdict == Verdict::kUpdate;
}

// A hash that everything of an index is fed into.
class Digester {
 public:
  void Add(uint64_t value) { state_ = text::Mix(state_ * 31 + value + 1); }
  void Add(std::string_view text) { Add(text::Hash(text)); }
  void Add(const std::optional<Origin>& origin) {
    Add(uint64_t{origin.has_value()});
    if (origin) Add(RecordHash(*origin, 0));
  }
  template <typename T>
  void Add(const text::SampleView<T>& sample) {
    Add(sample.level);
    for (const T value : sample.values) Add(uint64_t{value});
  }
  uint64_t state() const { return state_; }

 private:
  uint64_t state_ = 0;
};

void AddResult(const DedupResult& result, Digester& digester) {
  digester.Add(static_cast<uint64_t>(result.verdict));
  digester.Add(result.canonical_id);
  digester.Add(result.story_id);
  digester.Add(result.rule);
  digester.Add(result.policy);
  digester.Add(result.canonical_origin);
  digester.Add(result.revision_of);
  for (const float share : {result.containment, result.containment_reverse, result.lead,
                            result.numbers, result.title, result.jaccard}) {
    digester.Add(uint64_t{AsBasisPoints(share)});
  }
  digester.Add(uint64_t{result.corrected_numbers});
  digester.Add(uint64_t{result.repetitions});
}

void AddEntry(const EntryStore& store, const StoredEntry& entry, Digester& digester) {
  for (const uint64_t value :
       {entry.sequence, static_cast<uint64_t>(entry.time_ms),
        static_cast<uint64_t>(entry.published_ms), entry.id_hash, entry.url_hash, entry.text_hash,
        entry.payload_hash, uint64_t{entry.source_hash}, uint64_t{entry.language_hash},
        uint64_t{entry.words}, uint64_t{entry.shingles},
        static_cast<uint64_t>(entry.pub_status), uint64_t{entry.original},
        uint64_t{entry.rejected}, uint64_t{entry.correction_mark}}) {
    digester.Add(value);
  }
  digester.Add(store.id(entry));
  digester.Add(std::optional<Origin>(store.origin(entry)));
  AddResult(store.result(entry), digester);
  digester.Add(store.sample(entry));
  digester.Add(store.lead(entry));
  digester.Add(store.numbers(entry));
  digester.Add(store.title(entry));
}

}  // namespace

uint64_t RecordHash(const Origin& origin, uint64_t payload_hash) {
  uint64_t hash = text::Hash(origin.topic, payload_hash);
  hash = text::Mix(hash * 31 + static_cast<uint32_t>(origin.partition.value));
  hash = text::Mix(hash * 31 + static_cast<uint64_t>(origin.offset.value));
  return text::Mix(hash * 31 + static_cast<uint64_t>(origin.timestamp_ms));
}

int64_t Index::NextClock(const Sketch& sketch, const Policy& policy) const {
  int64_t time_ms = sketch.event_time_ms;
  const int64_t step = policy.window_ms / kFeedTimeStep;
  // Both times are at least 0, so the difference does not overflow, whatever the feed says.
  if (sketch.time_from_feed && state_.clock_ms > 0 && time_ms - state_.clock_ms > step) {
    time_ms = state_.clock_ms + step;
  }
  return std::max(time_ms, state_.clock_ms);
}

Plan Index::PlanFor(const Sketch& sketch, const Policy& policy, bool keeps) const {
  Plan plan{.clock_ms = NextClock(sketch, policy),
            .sequence = state_.sequence + 1,
            .oldest_sequence = 0,
            .visible = visible()};
  uint64_t& first = plan.visible.first;
  const int64_t horizon = plan.clock_ms - policy.window_ms;
  while (first < store_.end() && store_.at(first).time_ms < horizon) ++first;
  // A smaller cap holds at once; the article itself will push out one more.
  if (plan.visible.size() > policy.max_entries) first = store_.end() - policy.max_entries;
  const uint64_t leaves = keeps && plan.visible.size() == policy.max_entries ? 1 : 0;
  const uint64_t oldest = first + leaves;
  plan.oldest_sequence =
      oldest < store_.end() ? store_.at(oldest).sequence : plan.sequence;
  return plan;
}

void Index::Find(List list, uint64_t hash, const Visible& visible,
                 std::vector<uint64_t>& out) const {
  if (hash == 0) return;
  size_t left = kMaxFoundPerList;
  postings_.ForEach(static_cast<size_t>(list), KeyOf(hash), visible, [&](uint64_t ordinal) {
    out.push_back(ordinal);
    return --left > 0;
  });
}

void Index::FindAlike(const Sketch& sketch, const Visible& visible, std::vector<Candidate>& out) {
  out.clear();
  found_.clear();
  if (!sketch.has_text()) return;
  Keys keys{};
  FillBandKeys(sketch, keys);
  postings_.Prefetch(keys, visible);
  for (size_t list = kLookups; list < kLists; ++list) {
    size_t left = kMaxFoundPerList;
    postings_.ForEach(list, keys[list], visible, [&](uint64_t ordinal) {
      found_.push_back(ordinal);
      return --left > 0;
    });
  }
  std::ranges::sort(found_);
  for (const uint64_t ordinal : found_) {
    if (out.empty() || out.back().ordinal != ordinal) out.push_back({ordinal, 0});
    ++out.back().bands;
  }
  if (out.size() <= kMaxCandidates) return;
  std::ranges::sort(out, [](const Candidate& a, const Candidate& b) {
    return a.bands != b.bands ? a.bands > b.bands : a.ordinal < b.ordinal;
  });
  out.resize(kMaxCandidates);
  std::ranges::sort(out, {}, &Candidate::ordinal);
}

absl::Status Index::TakePolicy(const PolicyChange& change) {
  auto policy = ParsePolicy(change.config);
  if (!policy.ok()) return policy.status();
  // The name as it was written: rules of another version have another.
  auto named = std::make_shared<Policy>(**policy);
  named->name = std::string(change.name);
  named->window_ms = change.window_ms;
  named->max_entries = change.max_entries;
  state_.policy = std::move(named);
  return absl::OkStatus();
}

void Index::Append(const IndexEntry& entry, const Sketch& sketch) {
  const bool original =
      !entry.rejected && sketch.comparable() && IsPublished(entry.dedup.verdict);
  const auto links = static_cast<uint8_t>(original ? kLists : kLookups);
  const uint64_t ordinal = store_.Append(entry, sketch, original, links);
  pending_keys_.push_back(KeysOf(entry, sketch));
  postings_.Insert(ordinal, pending_keys_.back());
  ++state_.probe.inserted;
}

void Index::EvictTo(uint64_t oldest_sequence) {
  while (state_.first < store_.end() && store_.at(state_.first).sequence < oldest_sequence) {
    const bool in_time = state_.policy != nullptr && store_.at(state_.first).time_ms >=
                                                         state_.clock_ms - state_.policy->window_ms;
    ++(in_time ? state_.probe.evicted_by_cap : state_.probe.evicted_by_window);
    ++state_.first;
  }
}

absl::Status Index::Insert(const IndexEntry& entry, const Sketch& sketch) {
  if (entry.sequence <= state_.sequence) {
    return absl::DataLossError(fmt::format("index: entry {} after entry {}", entry.sequence,
                                           state_.sequence));
  }
  if (entry.policy) {
    if (absl::Status status = TakePolicy(*entry.policy); !status.ok()) return status;
  }
  if (!entry.sketch.empty()) Append(entry, sketch);
  state_.sequence = entry.sequence;
  state_.prepared_offset = entry.prepared_offset;
  state_.clock_ms = entry.clock_ms;
  EvictTo(entry.oldest_sequence);
  return absl::OkStatus();
}

void Index::Reserve(size_t entries) {
  if (state_.sequence == 0) postings_.Reserve(entries);
}

absl::Status Index::Apply(const IndexEntry& entry) {
  if (entry.prepared_offset <= state_.prepared_offset) return absl::OkStatus();
  // Whoever reads on from the wrong place would miss copies for a whole window, and nobody would
  // see it.
  if (state_.sequence > 0 && entry.sequence != state_.sequence + 1) {
    return absl::DataLossError(fmt::format("index: entry {} comes after entry {}", entry.sequence,
                                           state_.sequence));
  }
  Sketch sketch;
  if (!entry.sketch.empty()) {
    if (absl::Status status = Decode(entry.sketch, sketch); !status.ok()) return status;
  }
  return Insert(entry, sketch);
}

void Index::EvictBefore(int64_t time_ms) {
  while (state_.first < store_.end() && store_.at(state_.first).time_ms < time_ms) {
    ++state_.probe.evicted_by_window;
    ++state_.first;
  }
}

void Index::Commit() {
  const size_t inserted = pending_keys_.size();
  pending_keys_.clear();
  committed_ = state_;
  for (size_t left = kFreedPerCommit + inserted * kFreedPerInsert;
       left > 0 && store_.first() < state_.first; --left) {
    store_.PopFront();
  }
  postings_.Grow(visible(), inserted * kSplitsPerInsert);
}

void Index::Rollback() {
  while (!pending_keys_.empty()) {
    postings_.Remove(store_.end() - 1, pending_keys_.back());
    store_.PopBack();
    pending_keys_.pop_back();
  }
  state_ = committed_;
}

uint64_t Index::Digest() const {
  Digester digester;
  digester.Add(static_cast<uint64_t>(state_.clock_ms));
  digester.Add(state_.sequence);
  digester.Add(static_cast<uint64_t>(state_.prepared_offset));
  digester.Add(state_.policy == nullptr ? std::string_view() : state_.policy->name);
  for (uint64_t ordinal = state_.first; ordinal < store_.end(); ++ordinal) {
    AddEntry(store_, store_.at(ordinal), digester);
  }
  return digester.state();
}

}  // namespace newsfeed::dedup
