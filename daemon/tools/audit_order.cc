#include "daemon/tools/audit_order.h"

#include "processors/text/hash.h"

namespace newsfeed::tools {
namespace {

// 64 bits: of a million streams two are the same in one of 30 million audits.
uint64_t StreamOf(std::string_view topic, int32_t partition, uint32_t source, std::string_view id) {
  const uint64_t places = uint64_t{static_cast<uint32_t>(partition)} << 32 | source;
  return text::Hash(id, text::Mix(text::Hash(topic, places)));
}

}  // namespace

void OrderCheck::Take(std::string_view topic, int32_t partition, int64_t offset,
                      const Source& source, std::string_view id) {
  const uint64_t packed =
      static_cast<uint64_t>(source.offset) << kHashBits | (source.hash & kHashMask);
  const auto [found, is_first] =
      last_.try_emplace(StreamOf(topic, partition, source.partition, id), packed);
  if (is_first) return;
  const auto before = static_cast<int64_t>(found->second >> kHashBits);
  const auto before_hash = static_cast<uint32_t>(found->second) & kHashMask;
  found->second = packed;
  // The same again is no matter of order.
  if (source.offset >= before) return;
  if (descents_.size() == kMaxDescents) {
    ++further_;
    return;
  }
  descents_.push_back(
      {{std::string(topic), partition, offset}, source, {source.partition, before, before_hash}});
}

}  // namespace newsfeed::tools
