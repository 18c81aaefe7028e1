#include "processors/dedup/entry_store.h"

#include <algorithm>
#include <cstring>

namespace newsfeed::dedup {
namespace {

void CopyText(char* out, std::string_view text, size_t size) {
  if (size > 0) std::memcpy(out, text.data(), size);
}

template <typename T>
void CopyValues(char* out, std::span<const T> values) {
  if (!values.empty()) std::memcpy(out, values.data(), values.size_bytes());
}

uint8_t AsByte(uint32_t count) { return static_cast<uint8_t>(std::min(count, 255U)); }

uint16_t IdBytes(std::string_view id) {
  return static_cast<uint16_t>(std::min(id.size(), EntryStore::kMaxIdBytes));
}

}  // namespace

EntryStore::Layout EntryStore::LayoutOf(const StoredEntry& entry) {
  Layout layout{};
  size_t at = entry.links * sizeof(Link);
  at = (at + 3) & ~size_t{3};
  const auto take = [&at](size_t bytes) {
    const size_t begin = at;
    at += bytes;
    return begin;
  };
  layout.sample = take(entry.sample_size * sizeof(uint32_t));
  layout.numbers = take(entry.numbers_size * sizeof(NumberMark));
  layout.lead = take(entry.lead_size * sizeof(uint16_t));
  layout.title = take(entry.title_size * sizeof(uint16_t));
  layout.canonical = take(entry.has_canonical ? sizeof(Reference) : 0);
  layout.revision = take(entry.has_revision ? sizeof(Reference) : 0);
  layout.id = take(entry.id_bytes);
  layout.story = take(entry.story_bytes);
  layout.canonical_id = take(entry.canonical_bytes);
  layout.end = at;
  return layout;
}

StoredEntry& EntryStore::NewRecord() {
  if (first_chunk_ + chunks_.size() <= end_ / kChunk) {
    chunks_.push_back(std::make_unique<StoredEntry[]>(kChunk));
  }
  StoredEntry& record = chunks_[end_ / kChunk - first_chunk_][end_ % kChunk];
  record = {};
  return record;
}

void EntryStore::FillFixed(const IndexEntry& entry, const Sketch& sketch, StoredEntry& stored) {
  stored.sequence = entry.sequence;
  stored.time_ms = entry.clock_ms;
  stored.published_ms = sketch.published_ms.value_or(StoredEntry::kNotPublished);
  stored.id_hash = sketch.id_hash;
  stored.url_hash = sketch.url_hash;
  stored.text_hash = sketch.text_hash;
  stored.payload_hash = sketch.payload_hash;
  stored.offset = entry.origin.offset.value;
  stored.timestamp_ms = entry.origin.timestamp_ms;
  stored.topic = names_.Acquire(entry.origin.topic);
  stored.partition = entry.origin.partition.value;
  stored.source_hash = sketch.source_hash;
  stored.language_hash = sketch.language_hash;
  stored.words = sketch.words;
  stored.shingles = sketch.shingles;
  stored.id_bytes = IdBytes(entry.id);
  stored.pub_status = sketch.pub_status;
  stored.rejected = entry.rejected;
  stored.correction_mark = sketch.correction_mark;
}

void EntryStore::FillVerdict(const DedupResult& result, std::string_view id, StoredEntry& stored) {
  stored.verdict = result.verdict;
  stored.rule = names_.Acquire(result.rule);
  stored.policy = names_.Acquire(result.policy);
  stored.containment = AsBasisPoints(result.containment);
  stored.containment_reverse = AsBasisPoints(result.containment_reverse);
  stored.lead = AsBasisPoints(result.lead);
  stored.numbers = AsBasisPoints(result.numbers);
  stored.title = AsBasisPoints(result.title);
  stored.jaccard = AsBasisPoints(result.jaccard);
  stored.corrected_numbers = AsByte(result.corrected_numbers);
  stored.repetitions = AsByte(result.repetitions);
  stored.story_bytes = result.story_id == id ? 0 : IdBytes(result.story_id);
  stored.canonical_bytes = IdBytes(result.canonical_id);
  stored.has_canonical = result.canonical_origin.has_value();
  stored.has_revision = result.revision_of.has_value();
}

void EntryStore::FillBytes(const IndexEntry& entry, const Sketch& sketch,
                           const StoredEntry& stored) {
  const Layout layout = LayoutOf(stored);
  char* const out = bytes_.At(stored.data);
  std::memset(out, 0, stored.links * sizeof(Link));
  if (stored.original) {
    CopyValues(out + layout.sample, sketch.sample.view().values);
    CopyValues(out + layout.numbers, sketch.numbers.view().values);
    CopyValues(out + layout.lead, sketch.lead.view().values);
  }
  CopyValues(out + layout.title, sketch.title.view().values);
  const auto put_reference = [&](size_t at, const std::optional<Origin>& origin) {
    if (!origin) return;
    const Reference reference{origin->offset.value, origin->timestamp_ms,
                              names_.Acquire(origin->topic), origin->partition.value};
    std::memcpy(out + at, &reference, sizeof(reference));
  };
  put_reference(layout.canonical, entry.dedup.canonical_origin);
  put_reference(layout.revision, entry.dedup.revision_of);
  CopyText(out + layout.id, entry.id, stored.id_bytes);
  CopyText(out + layout.story, entry.dedup.story_id, stored.story_bytes);
  CopyText(out + layout.canonical_id, entry.dedup.canonical_id, stored.canonical_bytes);
}

uint64_t EntryStore::Append(const IndexEntry& entry, const Sketch& sketch, bool original,
                            uint8_t links) {
  StoredEntry& stored = NewRecord();
  FillFixed(entry, sketch, stored);
  FillVerdict(entry.dedup, entry.id, stored);
  stored.original = original;
  stored.links = links;
  stored.title_size = sketch.title.size;
  stored.title_level = sketch.title.level;
  if (original) {
    stored.sample_size = sketch.sample.size;
    stored.lead_size = sketch.lead.size;
    stored.numbers_size = sketch.numbers.size;
    stored.sample_level = sketch.sample.level;
    stored.lead_level = sketch.lead.level;
    stored.numbers_level = sketch.numbers.level;
    ++originals_;
  }
  stored.data = bytes_.Append(LayoutOf(stored).end);
  FillBytes(entry, sketch, stored);
  return end_++;
}

void EntryStore::ReleaseNames(const StoredEntry& stored) {
  const Layout layout = LayoutOf(stored);
  names_.Release(stored.topic);
  names_.Release(stored.rule);
  names_.Release(stored.policy);
  if (stored.has_canonical) names_.Release(ReadReference(stored, layout.canonical).topic);
  if (stored.has_revision) names_.Release(ReadReference(stored, layout.revision).topic);
  originals_ -= stored.original ? 1 : 0;
}

void EntryStore::PopBack() {
  const StoredEntry& stored = at(end_ - 1);
  ReleaseNames(stored);
  bytes_.TruncateTo(stored.data);
  --end_;
  while (!chunks_.empty() && first_chunk_ + chunks_.size() - 1 > end_ / kChunk) {
    chunks_.pop_back();
  }
}

void EntryStore::PopFront() {
  const StoredEntry& stored = at(first_);
  ReleaseNames(stored);
  bytes_.ReleaseBefore(stored.data);
  ++first_;
  while (!chunks_.empty() && first_chunk_ < first_ / kChunk) {
    chunks_.pop_front();
    ++first_chunk_;
  }
}

text::SampleView<uint32_t> EntryStore::sample(const StoredEntry& entry) const {
  return {Values<uint32_t>(entry, LayoutOf(entry).sample, entry.sample_size), entry.sample_level};
}
text::SampleView<uint16_t> EntryStore::lead(const StoredEntry& entry) const {
  return {Values<uint16_t>(entry, LayoutOf(entry).lead, entry.lead_size), entry.lead_level};
}
text::SampleView<NumberMark> EntryStore::numbers(const StoredEntry& entry) const {
  return {Values<NumberMark>(entry, LayoutOf(entry).numbers, entry.numbers_size),
          entry.numbers_level};
}
text::SampleView<uint16_t> EntryStore::title(const StoredEntry& entry) const {
  return {Values<uint16_t>(entry, LayoutOf(entry).title, entry.title_size), entry.title_level};
}

std::string_view EntryStore::id(const StoredEntry& entry) const {
  return {bytes_.At(entry.data) + LayoutOf(entry).id, entry.id_bytes};
}

std::string_view EntryStore::story_id(const StoredEntry& entry) const {
  if (entry.story_bytes == 0) return id(entry);
  return {bytes_.At(entry.data) + LayoutOf(entry).story, entry.story_bytes};
}

EntryStore::Reference EntryStore::ReadReference(const StoredEntry& entry, size_t at) const {
  Reference reference;
  std::memcpy(&reference, bytes_.At(entry.data) + at, sizeof(reference));
  return reference;
}

Origin EntryStore::AsOrigin(const Reference& reference) const {
  return {names_.Name(reference.topic), {reference.partition}, {reference.offset},
          reference.timestamp_ms};
}

Origin EntryStore::origin(const StoredEntry& entry) const {
  return AsOrigin({entry.offset, entry.timestamp_ms, entry.topic, entry.partition});
}

DedupResult EntryStore::result(const StoredEntry& entry) const {
  const Layout layout = LayoutOf(entry);
  DedupResult result{
      .verdict = entry.verdict,
      .canonical_id = {bytes_.At(entry.data) + layout.canonical_id, entry.canonical_bytes},
      .canonical_origin = std::nullopt,
      .story_id = story_id(entry),
      .revision_of = std::nullopt,
      .similarity = AsShare(std::max(entry.containment, entry.containment_reverse)),
      .rule = names_.Name(entry.rule),
      .containment = AsShare(entry.containment),
      .containment_reverse = AsShare(entry.containment_reverse),
      .lead = AsShare(entry.lead),
      .numbers = AsShare(entry.numbers),
      .title = AsShare(entry.title),
      .jaccard = AsShare(entry.jaccard),
      .corrected_numbers = entry.corrected_numbers,
      .repetitions = entry.repetitions,
      .policy = names_.Name(entry.policy)};
  if (entry.has_canonical) {
    result.canonical_origin = AsOrigin(ReadReference(entry, layout.canonical));
  }
  if (entry.has_revision) result.revision_of = AsOrigin(ReadReference(entry, layout.revision));
  return result;
}

}  // namespace newsfeed::dedup
