#include "processors/dedup/postings.h"

#include <algorithm>
#include <bit>

namespace newsfeed::dedup {

void Postings::AddChunks() {
  while (chunks_.size() * kChunkBuckets < buckets() + 1) {
    chunks_.push_back(std::make_unique<Chunk>());
  }
}

void Postings::Insert(uint64_t ordinal, const Keys& keys) {
  Link* const links = store_->links(ordinal);
  for (size_t list = 0; list < store_->at(ordinal).links; ++list) {
    if (keys[list] == kNoKey) {
      links[list] = {};
      continue;
    }
    uint32_t& head = Head(list, BucketOf(keys[list]));
    links[list].tag = static_cast<uint16_t>(keys[list] >> kFirstBits);
    links[list].set_next(head);
    head = static_cast<uint32_t>(ordinal);
  }
}

void Postings::Remove(uint64_t ordinal, const Keys& keys) {
  const Link* const links = store_->links(ordinal);
  for (size_t list = 0; list < store_->at(ordinal).links; ++list) {
    if (keys[list] != kNoKey) Head(list, BucketOf(keys[list])) = links[list].next();
  }
}

// Each pass waits for the memory of all lists at once instead of one after the other.
void Postings::Prefetch(const Keys& keys, const Visible& visible) const {
  for (size_t list = 0; list < kLists; ++list) {
    __builtin_prefetch(
        &(*chunks_[BucketOf(keys[list]) / kChunkBuckets])[BucketOf(keys[list]) % kChunkBuckets]
                                                         [list]);
  }
  std::array<uint64_t, kLists> found;
  size_t count = 0;
  for (size_t list = 0; list < kLists; ++list) {
    if (!Follow(Head(list, BucketOf(keys[list])), visible, found[count])) continue;
    __builtin_prefetch(&store_->at(found[count]).data);
    ++count;
  }
  for (size_t i = 0; i < count; ++i) {
    const char* const links = reinterpret_cast<const char*>(store_->links(found[i]));
    for (size_t at = 0; at < kLists * sizeof(Link); at += 64) __builtin_prefetch(links + at);
  }
}

void Postings::Reserve(size_t originals) {
  const size_t wanted = std::min(WantedBuckets(originals), size_t{1} << (kKeyBits - 1));
  if (wanted <= buckets()) return;
  bits_ = static_cast<uint32_t>(std::bit_width(wanted)) - 1;
  split_ = wanted - (size_t{1} << bits_);
  AddChunks();
}

void Postings::Grow(const Visible& visible, size_t steps) {
  for (; steps > 0; --steps) {
    // 1.5 originals a bucket: chains are short, and the tables a tenth of the index.
    if (buckets() < WantedBuckets(store_->originals()) && bits_ < kKeyBits - 1) SplitOne(visible);
    SweepOne(visible);
  }
}

void Postings::SplitOne(const Visible& visible) {
  const size_t to = split_ + (size_t{1} << bits_);
  AddChunks();
  PrefetchBucket(split_, visible);
  for (size_t list = 0; list < kLists; ++list) SplitList(list, split_, to, visible);
  if (++split_ < size_t{1} << bits_) return;
  split_ = 0;
  ++bits_;
}

// As Prefetch: the first entries of all chains.
void Postings::PrefetchBucket(size_t bucket, const Visible& visible) const {
  uint64_t ordinal = 0;
  for (size_t list = 0; list < kLists; ++list) {
    if (Follow(Head(list, bucket), visible, ordinal)) __builtin_prefetch(&store_->at(ordinal).data);
  }
  for (size_t list = 0; list < kLists; ++list) {
    if (Follow(Head(list, bucket), visible, ordinal)) {
      __builtin_prefetch(&store_->links(ordinal)[list]);
    }
  }
}

// Deals a chain out to two, in its order.
void Postings::SplitList(size_t list, size_t from, size_t to, const Visible& visible) {
  uint32_t next = Head(list, from);
  Link* tails[2] = {nullptr, nullptr};
  const auto set_tail = [&](size_t side, uint32_t value) {
    if (tails[side] != nullptr) {
      tails[side]->set_next(value);
    } else {
      Head(list, side == 0 ? from : to) = value;
    }
  };
  uint64_t ordinal = 0;
  while (Follow(next, visible, ordinal)) {
    Link& link = store_->links(ordinal)[list];
    const size_t side = link.tag >> (bits_ - kFirstBits) & 1;
    set_tail(side, next);
    tails[side] = &link;
    next = link.next();
  }
  set_tail(0, 0);
  set_tail(1, 0);
}

// A head that is not written for 2^32 entries would come to life again.
void Postings::SweepOne(const Visible& visible) {
  if (sweep_ >= buckets()) sweep_ = 0;
  for (size_t list = 0; list < kLists; ++list) {
    uint64_t ordinal = 0;
    uint32_t& head = Head(list, sweep_);
    if (!Follow(head, visible, ordinal)) head = 0;
  }
  ++sweep_;
}

}  // namespace newsfeed::dedup
