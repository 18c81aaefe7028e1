#include "processors/entities/tagger_model.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <absl/status/status.h>
#include <fmt/format.h>

#include "processors/text/hash.h"

namespace newsfeed::entities {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "nftagger";
constexpr uint32_t kFormat = 1;
constexpr size_t kHeaderBytes = kMagic.size() + sizeof(kFormat) + 2 * sizeof(uint64_t);

class Writer {
 public:
  template <typename T>
  void Put(T value) {
    static_assert(std::is_integral_v<T>);
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    out_.append(bytes, sizeof(T));
  }
  void PutText(std::string_view text) {
    Put(static_cast<uint8_t>(text.size()));
    out_.append(text.substr(0, 255));
  }
  std::string& out() { return out_; }

 private:
  std::string out_;
};

// Reads what Writer wrote; beyond the end everything is 0 and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T Get() {
    T value{};
    const std::string_view bytes = GetBytes(sizeof(T));
    if (ok_) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  std::string_view GetBytes(size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  std::string_view GetText() { return GetBytes(Get<uint8_t>()); }
  // A count of things of at least `bytes` each.
  uint32_t GetCount(size_t bytes) {
    const auto count = Get<uint32_t>();
    if (count * uint64_t{bytes} > rest_.size()) ok_ = false;
    return ok_ ? count : 0;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

// Weights of a row share a shift, so that large ones lose no more than 1/127 of the largest.
void PutRow(const WeightRow& row, Writer& out) {
  int32_t largest = 0;
  for (int16_t w : row.weights) largest = std::max(largest, std::abs(int32_t{w}));
  uint8_t shift = 0;
  while ((largest >> shift) > 127) ++shift;
  uint16_t mask = 0;
  for (uint32_t i = 0; i < kColumns; ++i) {
    if ((row.weights[i] / (1 << shift)) != 0) mask |= static_cast<uint16_t>(1U << i);
  }
  out.Put(mask);
  out.Put(shift);
  for (uint32_t i = 0; i < kColumns; ++i) {
    if ((mask >> i & 1) != 0) out.Put(static_cast<int8_t>(row.weights[i] / (1 << shift)));
  }
}

bool GetRow(Reader& in, WeightRow& row) {
  const auto mask = in.Get<uint16_t>();
  const auto shift = in.Get<uint8_t>();
  if (shift > 8) return false;
  for (uint32_t i = 0; i < kColumns; ++i) {
    if ((mask >> i & 1) == 0) continue;
    const int32_t weight = in.Get<int8_t>() * (1 << shift);
    if (std::abs(weight) > kMaxWeight) return false;
    row.weights[i] = static_cast<int16_t>(weight);
  }
  return in.ok();
}

bool GetRows(Reader& in, TaggerModelParts& parts) {
  parts.row_bits = in.Get<uint8_t>();
  if (parts.row_bits < kMinRowBits || parts.row_bits > kMaxRowBits) return false;
  const size_t count = size_t{1} << parts.row_bits;
  const std::string_view marks = in.GetBytes(count);
  if (!in.ok()) return false;
  parts.marks.assign(marks.begin(), marks.end());
  parts.rows.assign(count, WeightRow());
  for (size_t i = 0; i < count; ++i) {
    if (parts.marks[i] != 0 && !GetRow(in, parts.rows[i])) return false;
  }
  return true;
}

void GetWords(Reader& in, TaggerModelParts& parts) {
  parts.words.resize(in.GetCount(15));
  for (Lexicon::Word& word : parts.words) {
    word.hash = in.Get<uint32_t>();
    for (uint16_t& cluster : word.info.clusters) cluster = in.Get<uint16_t>();
    word.info.lists = in.Get<uint8_t>();
    word.info.case_habit = in.Get<uint8_t>();
    word.info.flags = in.Get<uint8_t>();
  }
  parts.phrases.resize(in.GetCount(6));
  for (Lexicon::Phrase& phrase : parts.phrases) {
    phrase.key = in.Get<uint32_t>();
    phrase.info.lists = in.Get<uint8_t>();
    phrase.info.goes_on = in.Get<uint8_t>() != 0;
  }
}

bool GetParts(Reader& in, TaggerModelParts& parts) {
  parts.name = in.GetText();
  parts.languages = in.GetText();
  GetWords(in, parts);
  parts.outside = in.Get<int16_t>();
  for (auto& knots : parts.calibration) {
    for (uint8_t& knot : knots) knot = in.Get<uint8_t>();
  }
  return GetRows(in, parts) && in.at_end();
}

}  // namespace

std::string WriteTaggerModel(const TaggerModelParts& parts) {
  Writer body;
  body.PutText(parts.name);
  body.PutText(parts.languages);
  body.Put(static_cast<uint32_t>(parts.words.size()));
  for (const Lexicon::Word& word : parts.words) {
    body.Put(word.hash);
    for (uint16_t cluster : word.info.clusters) body.Put(cluster);
    body.Put(word.info.lists);
    body.Put(word.info.case_habit);
    body.Put(word.info.flags);
  }
  body.Put(static_cast<uint32_t>(parts.phrases.size()));
  for (const Lexicon::Phrase& phrase : parts.phrases) {
    body.Put(phrase.key);
    body.Put(phrase.info.lists);
    body.Put(static_cast<uint8_t>(phrase.info.goes_on));
  }
  body.Put(parts.outside);
  for (const auto& knots : parts.calibration) {
    for (uint8_t knot : knots) body.Put(knot);
  }
  body.Put(parts.row_bits);
  for (uint8_t mark : parts.marks) body.Put(mark);
  for (size_t i = 0; i < parts.rows.size(); ++i) {
    if (parts.marks[i] != 0) PutRow(parts.rows[i], body);
  }
  Writer file;
  file.out() += kMagic;
  file.Put(kFormat);
  file.Put(static_cast<uint64_t>(body.out().size()));
  file.Put(text::Hash(body.out()));
  return file.out() + body.out();
}

absl::StatusOr<std::shared_ptr<const TaggerModel>> TaggerModel::Create(std::string_view bytes,
                                                                       std::string_view file) {
  const auto refused = [&](const std::string& why) {
    return absl::InvalidArgumentError(fmt::format("{}: {}", file, why));
  };
  if (!bytes.starts_with(kMagic) || bytes.size() < kHeaderBytes) {
    return refused("is no model of this program");
  }
  Reader header(bytes.substr(kMagic.size(), kHeaderBytes - kMagic.size()));
  if (const auto format = header.Get<uint32_t>(); format != kFormat) {
    return refused(fmt::format("has format {}, this program reads {}", format, kFormat));
  }
  const std::string_view body = bytes.substr(kHeaderBytes);
  if (const auto size = header.Get<uint64_t>(); size != body.size()) {
    return refused(fmt::format("is damaged: {} bytes instead of {}", body.size(), size));
  }
  const auto checksum = header.Get<uint64_t>();
  if (checksum != text::Hash(body)) return refused("is damaged: its checksum differs");
  TaggerModelParts parts;
  Reader in(body);
  if (!GetParts(in, parts)) return refused("is damaged: its contents contradict each other");
  std::string id = fmt::format("{}-{:08x}", parts.name, checksum >> 32);
  return std::shared_ptr<const TaggerModel>(new TaggerModel(std::move(parts), std::move(id)));
}

TaggerModel::TaggerModel(TaggerModelParts parts, std::string id)
    : parts_(std::move(parts)),
      lexicon_(parts_.words, parts_.phrases),
      id_(std::move(id)) {
  parts_.words = {};
  parts_.phrases = {};
}

float TaggerModel::Confidence(EntityType type, float probability) const {
  const auto& knots = parts_.calibration[static_cast<size_t>(type) - 1];
  const float place = std::clamp(probability, 0.0F, 1.0F) * (kCalibrationKnots - 1);
  const auto knot = std::min(static_cast<size_t>(place), size_t{kCalibrationKnots - 2});
  const float part = place - static_cast<float>(knot);
  const float value = static_cast<float>(knots[knot]) * (1 - part) +
                      static_cast<float>(knots[knot + 1]) * part;
  return std::clamp(value / 255, 0.01F, 0.99F);
}

bool TaggerModel::Knows(std::string_view language) const {
  const std::string_view primary = language.substr(0, language.find('-'));
  std::string_view rest = parts_.languages;
  while (!rest.empty()) {
    const std::string_view known = rest.substr(0, rest.find(' '));
    if (primary == known) return true;
    rest.remove_prefix(std::min(rest.size(), known.size() + 1));
  }
  return false;
}

size_t TaggerModel::bytes() const {
  return sizeof(*this) + parts_.rows.size() * (sizeof(WeightRow) + 1) + lexicon_.bytes();
}

}  // namespace newsfeed::entities
