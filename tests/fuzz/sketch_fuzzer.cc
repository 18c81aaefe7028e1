// Hostile sketches: decoded, encoded again, judged, and read back from the changelog.
//
// The input is a row of sketches, each behind its length in two bytes (little-endian).
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "processors/dedup/judge.h"

namespace {

using namespace newsfeed;
using namespace newsfeed::dedup;

void Expect(bool holds) {
  if (!holds) std::abort();
}

void CheckRoundTrip(std::string_view bytes) {
  Sketch sketch;
  if (!Decode(bytes, sketch).ok()) return;
  text::Arena arena;
  Sketch again;
  Expect(Decode(Encode(sketch, arena), again).ok());
  Expect(sketch == again);
}

std::string_view TakeSketch(std::string_view& input) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(input[i]); };
  const size_t size = std::min(static_cast<size_t>(byte(0) | byte(1) << 8), input.size() - 2);
  const std::string_view sketch = input.substr(2, size);
  input.remove_prefix(2 + size);
  return sketch;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto policy = *MakePolicy({});
  Judge judge(policy);
  Judge restored(policy);
  std::string_view input(reinterpret_cast<const char*>(data), std::min<size_t>(size, 1 << 16));
  for (int64_t offset = 0; input.size() > 2; ++offset) {
    const std::string sketch(TakeSketch(input));  // its own memory: over-reads are seen
    CheckRoundTrip(sketch);
    const IndexEntry entry = judge.Consider({.prepared_offset = offset,
                                             .sketch = sketch,
                                             .origin = {"t", {0}, {offset % 5}, 1},
                                             .id = "id"});
    Expect(entry.dedup.verdict != Verdict::kDuplicate || entry.dedup.canonical_origin.has_value());
    Expect(restored.Apply(entry).ok());
    Expect(judge.Insert(entry).ok());
    if (offset % 3 == 0) judge.Commit();
  }
  Expect(judge.index().Digest() == restored.index().Digest());
  judge.Rollback();
  return 0;
}
