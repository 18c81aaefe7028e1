#include "processors/dedup/sketch.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "processors/text/hash.h"
#include "processors/text/url.h"

namespace newsfeed::dedup {
namespace {

static_assert(std::endian::native == std::endian::little, "sketches are little-endian");

constexpr uint32_t kEmptyBin = UINT32_MAX;

// Words that agencies and papers put before a corrected item. Elsewhere they are words like others
// ("a market correction"), so only the first of a title and the first three of a text count:
// "CORRECTED - OFFICIAL ...", "(Corrects figure in third paragraph) ...".
constexpr std::string_view kCorrectionMarks[] = {
    "correction", "corrections", "corrected", "corrects", "corrective", "clarification",
    "clarifies",  "berichtigung", "korrektur", "korrigiert", "rectificatif", "rectification",
    "rectificación", "corrección", "corrige", "errata", "rettifica", "correção"};
constexpr uint32_t kMarkedWords = 3;

bool IsCorrectionMark(uint64_t word) {
  static const auto kHashes = [] {
    std::array<uint64_t, std::size(kCorrectionMarks)> hashes;
    for (size_t i = 0; i < hashes.size(); ++i) {
      text::ForEachWord(kCorrectionMarks[i], [&](text::Word mark) { hashes[i] = mark.hash; });
    }
    return hashes;
  }();
  return std::ranges::find(kHashes, word) != kHashes.end();
}

// 0 stands for "none" in a sketch, so no hash may be 0.
uint64_t HashOrNone(std::string_view text) {
  if (text.empty()) return 0;
  const uint64_t hash = text::Hash(text);
  return hash == 0 ? 1 : hash;
}

uint32_t Fold32(uint64_t hash) {
  const auto folded = static_cast<uint32_t>(hash ^ hash >> 32);
  return hash != 0 && folded == 0 ? 1 : folded;
}

uint32_t LanguageHash(std::string_view language) {
  return language == "und" ? 0 : Fold32(HashOrNone(language.substr(0, language.find('-'))));
}

void FillIdentity(const Article& article, Sketch& sketch) {
  sketch.id_hash = HashOrNone(article.id);
  sketch.url_hash = text::PageUrlHash(article.url);
  sketch.payload_hash = HashOrNone(article.value);
  sketch.source_hash = Fold32(HashOrNone(
      article.source_domain.empty() ? article.source_name : article.source_domain));
  sketch.language_hash = LanguageHash(article.language);
  sketch.pub_status = article.pub_status;
  sketch.low_information = article.low_information;
}

void FillTimes(const Article& article, int64_t now_ms, Sketch& sketch) {
  if (article.published) sketch.published_ms = article.published->unix_ms;
  sketch.time_from_feed = article.timestamp_ms <= 0;
  int64_t time_ms = sketch.time_from_feed ? sketch.published_ms.value_or(0) : article.timestamp_ms;
  if (now_ms > 0) time_ms = std::min(time_ms, now_ms);
  sketch.event_time_ms = std::max<int64_t>(time_ms, 0);
}

// An empty bin takes the value of another, found by a walk that depends on the bin only, so that
// two texts with the same bins filled agree here too.
void Densify(const std::array<uint32_t, Sketch::kSignatureBins>& minima,
             std::array<uint16_t, Sketch::kSignatureBins>& signature) {
  for (size_t bin = 0; bin < minima.size(); ++bin) {
    size_t at = bin;
    const uint64_t walk = text::Mix(bin + 1);
    const size_t step = (walk | 1) % Sketch::kSignatureBins;  // odd: it visits each bin once
    if (minima[at] == kEmptyBin) at = (walk >> 32) % Sketch::kSignatureBins;
    while (minima[at] == kEmptyBin) at = (at + step) % Sketch::kSignatureBins;
    signature[bin] = static_cast<uint16_t>(minima[at] >> 1);
  }
}

// The encoding: this header, packed, then the signature if there are shingles, then the four
// samples. All little-endian.
#pragma pack(push, 1)
struct Header {
  uint8_t version;
  uint8_t flags;  // see kFlag...; bits 4 and 5 are the PubStatus
  uint8_t sample_size, lead_size, numbers_size, title_size;
  uint8_t sample_level, lead_level, numbers_level, title_level;
  uint32_t source_hash, language_hash;
  uint32_t words, shingles;
  uint64_t id_hash, url_hash, text_hash, payload_hash;
  int64_t event_time_ms, published_ms;
};
#pragma pack(pop)
static_assert(sizeof(Header) == 74);
static_assert(sizeof(Header) + sizeof(Sketch::signature) + 4 * Sketch::kMaxShingles +
                  2 * Sketch::kMaxLead + 4 * Sketch::kMaxNumbers + 2 * Sketch::kMaxTitleWords <=
              kMaxEncodedSketchBytes);

constexpr uint8_t kFlagLowInformation = 1;
constexpr uint8_t kFlagTimeFromFeed = 2;
constexpr uint8_t kFlagPublished = 4;
constexpr uint8_t kFlagCorrectionMark = 8;
constexpr uint8_t kStatusShift = 4;

Header HeaderOf(const Sketch& sketch) {
  const int flags = (sketch.low_information ? kFlagLowInformation : 0) |
                    (sketch.time_from_feed ? kFlagTimeFromFeed : 0) |
                    (sketch.published_ms ? kFlagPublished : 0) |
                    (sketch.correction_mark ? kFlagCorrectionMark : 0) |
                    static_cast<int>(sketch.pub_status) << kStatusShift;
  return {.version = Sketch::kVersion,
          .flags = static_cast<uint8_t>(flags),
          .sample_size = sketch.sample.size,
          .lead_size = sketch.lead.size,
          .numbers_size = sketch.numbers.size,
          .title_size = sketch.title.size,
          .sample_level = sketch.sample.level,
          .lead_level = sketch.lead.level,
          .numbers_level = sketch.numbers.level,
          .title_level = sketch.title.level,
          .source_hash = sketch.source_hash,
          .language_hash = sketch.language_hash,
          .words = sketch.words,
          .shingles = sketch.shingles,
          .id_hash = sketch.id_hash,
          .url_hash = sketch.url_hash,
          .text_hash = sketch.text_hash,
          .payload_hash = sketch.payload_hash,
          .event_time_ms = sketch.event_time_ms,
          .published_ms = sketch.published_ms.value_or(0)};
}

class Writer {
 public:
  explicit Writer(char* out) : start_(out), out_(out) {}

  template <typename T>
  void Put(const T* values, size_t count) {
    std::memcpy(out_, values, count * sizeof(T));
    out_ += count * sizeof(T);
  }
  size_t size() const { return static_cast<size_t>(out_ - start_); }

 private:
  char* start_;
  char* out_;
};

// Takes values off the head of the bytes; once they do not suffice, stays failed.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  bool Take(T* values, size_t count) {
    const size_t need = count * sizeof(T);
    if (need > bytes_.size()) return false;
    if (need > 0) std::memcpy(values, bytes_.data(), need);
    bytes_.remove_prefix(need);
    return true;
  }
  bool done() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

template <typename T, size_t kMax>
bool TakeSample(Reader& reader, uint8_t size, uint8_t level, BoundedSample<T, kMax>& sample) {
  if (size > kMax || level >= sizeof(T) * 8 || !reader.Take(sample.values.data(), size)) {
    return false;
  }
  sample.size = size;
  sample.level = level;
  const std::span<const T> values = sample.view().values;
  const bool ascending = std::ranges::adjacent_find(values, std::greater_equal<>()) == values.end();
  return ascending && (values.empty() || text::InSample(values.back(), level));
}

bool FillFromHeader(const Header& header, Sketch& sketch) {
  const uint8_t status = header.flags >> kStatusShift;
  if (status < 1 || status > 3 || header.event_time_ms < 0) return false;
  // A text has a sample; no text has none, and words and shingles go together.
  if ((header.shingles == 0) != (header.sample_size == 0)) return false;
  if (header.shingles > header.words) return false;
  sketch.pub_status = static_cast<PubStatus>(status);
  sketch.low_information = (header.flags & kFlagLowInformation) != 0;
  sketch.time_from_feed = (header.flags & kFlagTimeFromFeed) != 0;
  sketch.correction_mark = (header.flags & kFlagCorrectionMark) != 0;
  sketch.published_ms.reset();
  // A copy: the header is packed, and no reference may bind into it.
  const int64_t published_ms = header.published_ms;
  if ((header.flags & kFlagPublished) != 0) sketch.published_ms = published_ms;
  sketch.source_hash = header.source_hash;
  sketch.language_hash = header.language_hash;
  sketch.words = header.words;
  sketch.shingles = header.shingles;
  sketch.id_hash = header.id_hash;
  sketch.url_hash = header.url_hash;
  sketch.text_hash = header.text_hash;
  sketch.payload_hash = header.payload_hash;
  sketch.event_time_ms = header.event_time_ms;
  return true;
}

}  // namespace

std::string_view Encode(const Sketch& sketch, text::Arena& arena) {
  char* const out = arena.Allocate(kMaxEncodedSketchBytes);
  Writer writer(out);
  const Header header = HeaderOf(sketch);
  writer.Put(&header, 1);
  if (sketch.has_text()) writer.Put(sketch.signature.data(), sketch.signature.size());
  writer.Put(sketch.sample.values.data(), sketch.sample.size);
  writer.Put(sketch.lead.values.data(), sketch.lead.size);
  writer.Put(sketch.numbers.values.data(), sketch.numbers.size);
  writer.Put(sketch.title.values.data(), sketch.title.size);
  arena.Trim(out, kMaxEncodedSketchBytes, writer.size());
  return {out, writer.size()};
}

absl::Status Decode(std::string_view bytes, Sketch& sketch) {
  const auto bad = [] { return absl::InvalidArgumentError("not a sketch"); };
  if (bytes.empty()) return bad();
  if (static_cast<uint8_t>(bytes[0]) != Sketch::kVersion) {
    return absl::UnimplementedError(
        fmt::format("sketch of version {}", static_cast<uint8_t>(bytes[0])));
  }
  Reader reader(bytes);
  Header header;
  if (!reader.Take(&header, 1) || !FillFromHeader(header, sketch)) return bad();
  if (!sketch.has_text()) {
    sketch.signature.fill(0);
  } else if (!reader.Take(sketch.signature.data(), sketch.signature.size())) {
    return bad();
  }
  const bool whole =
      TakeSample(reader, header.sample_size, header.sample_level, sketch.sample) &&
      TakeSample(reader, header.lead_size, header.lead_level, sketch.lead) &&
      TakeSample(reader, header.numbers_size, header.numbers_level, sketch.numbers) &&
      TakeSample(reader, header.title_size, header.title_level, sketch.title) && reader.done();
  return whole ? absl::OkStatus() : bad();
}

Sketch Sketcher::Make(const Article& article, int64_t now_ms) {
  Sketch sketch;
  FillIdentity(article, sketch);
  FillTimes(article, now_ms, sketch);
  SketchBody(article.body, sketch);
  SketchTitle(article.title, sketch);
  return sketch;
}

void Sketcher::SketchBody(std::string_view body, Sketch& sketch) {
  roller_ = {};
  previous_words_ = {};
  minima_.fill(kEmptyBin);
  sample_.Clear();
  lead_.Clear();
  numbers_.Clear();
  text::ForEachWord(body, [&](text::Word word) { TakeWord(word, sketch); });
  if (const auto whole = roller_.ShortText()) TakeShingle(*whole, sketch);
  if (sketch.words == 0) return;
  Densify(minima_, sketch.signature);
  sketch.sample.Assign(sample_.Finish());
  sketch.lead.Assign(lead_.Finish());
  sketch.numbers.Assign(numbers_.Finish());
}

void Sketcher::TakeWord(text::Word word, Sketch& sketch) {
  if (++sketch.words <= kMarkedWords) sketch.correction_mark |= IsCorrectionMark(word.hash);
  sketch.text_hash = text::Mix(sketch.text_hash * 31 + word.hash) | 1;  // never "none"
  if (word.number) {
    const uint64_t context = text::Mix(previous_words_[0] * 3 + previous_words_[1]);
    numbers_.Add(static_cast<NumberMark>(context >> 48 << 16 | word.hash >> 48));
  } else {
    previous_words_ = {previous_words_[1], word.hash};
  }
  if (const auto shingle = roller_.Push(word.hash)) TakeShingle(*shingle, sketch);
}

// Different bits for different uses: the low 7 choose the bin, the next 32 compete in it, the high
// ones decide on the sample.
void Sketcher::TakeShingle(uint64_t shingle, Sketch& sketch) {
  ++sketch.shingles;
  uint32_t& minimum = minima_[shingle % Sketch::kSignatureBins];
  minimum = std::min(minimum, static_cast<uint32_t>(shingle >> 7) & (kEmptyBin - 1));
  sample_.Add(static_cast<uint32_t>(shingle >> 32));
  if (sketch.words <= Sketch::kLeadWords) lead_.Add(static_cast<uint16_t>(shingle >> 48));
}

void Sketcher::SketchTitle(std::string_view title, Sketch& sketch) {
  title_.Clear();
  bool first = true;
  text::ForEachWord(title, [&](text::Word word) {
    if (std::exchange(first, false)) sketch.correction_mark |= IsCorrectionMark(word.hash);
    title_.Add(static_cast<uint16_t>(word.hash >> 48));
  });
  sketch.title.Assign(title_.Finish());
}

}  // namespace newsfeed::dedup
