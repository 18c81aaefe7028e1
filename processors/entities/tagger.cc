#include "processors/entities/tagger.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace newsfeed::entities {
namespace {

// Some 5 MB of forms and sums.
constexpr uint32_t kMaxForms = 16'384;

// exp(-x / kUnitsPerLogit) for x units; 0 beyond the table.
constexpr int32_t kExpUnits = 16 * kUnitsPerLogit;
const std::array<float, kExpUnits>& ExpTable() {
  static const std::array<float, kExpUnits> table = [] {
    std::array<float, kExpUnits> values{};
    for (int32_t i = 0; i < kExpUnits; ++i) {
      values[static_cast<size_t>(i)] = std::exp(-static_cast<float>(i) / kUnitsPerLogit);
    }
    return values;
  }();
  return table;
}

}  // namespace

StatisticalTagger::StatisticalTagger(std::shared_ptr<const TaggerModel> model)
    : model_(std::move(model)), outside_(model_->outside()), walk_(model_->lexicon()) {}

std::span<const TaggedName> StatisticalTagger::FindNames(const Document& document) {
  names_.clear();
  walk_.BeginDocument(document.tokens.size());
  for (const Sentence& sentence : document.sentences) {
    for (uint32_t i = sentence.tokens.begin; i < sentence.tokens.end; i += kMaxPieceTokens) {
      TagPiece(document, sentence, {i, std::min(i + kMaxPieceTokens, sentence.tokens.end)});
    }
  }
  return names_;
}

void StatisticalTagger::TagPiece(const Document& document, const Sentence& sentence, Range piece) {
  if (walk_.forms().size() > kMaxForms) {
    walk_.ForgetForms();
    sums_.clear();
  }
  walk_.Enter(document, sentence, piece);
  Tag previous = kOutside, before_previous = kOutside;
  TaggedName name;
  for (uint32_t i = piece.begin; i < piece.end; ++i) {
    Tag tag = kOutside;
    if (walk_.MayBeName(i, previous)) {
      float probability = 1;
      tag = Decide(i, previous, before_previous, i + 1 == piece.end, probability);
      walk_.Remember(i, tag);
      if (!IsOpen(previous) && tag != kOutside) {
        name = {{i, i}, sentence.field, TypeOf(tag), 1};
      }
      name.probability = std::min(name.probability, probability);
      if (tag != kOutside && !IsOpen(tag)) {
        name.tokens.end = i + 1;
        names_.push_back(name);
      }
    }
    before_previous = previous;
    previous = tag;
  }
}

Tag StatisticalTagger::Decide(uint32_t token, Tag previous, Tag before_previous,
                              bool last, float& probability) {
  walk_.Context(token, previous, before_previous, context_);
  features_.Clear();
  AddContextFeatures(context_, features_);
  WeightRow score = Sum(features_);
  const std::array<uint32_t, 5> ids = walk_.FormIds(token);
  if (sums_.size() < walk_.forms().size()) sums_.resize(walk_.forms().size());
  for (size_t i : {size_t{0}, size_t{4}}) {
    FormSums& sums = sums_[ids[i]];
    if (!sums.outer_done) SumOuter(ids[i], sums);
    score += sums.outer[i / 4];
  }
  for (size_t i = 0; i < 3; ++i) {
    FormSums& sums = sums_[ids[i + 1]];
    if (!sums.inner_done) SumInner(ids[i + 1], sums);
    score += previous == kOutside ? sums.after_outside[i] : sums.inner[i];
  }
  if (previous != kOutside) {
    features_.Clear();
    for (size_t i = 0; i < 3; ++i) {
      AddHistoryFeatures(*context_.forms[i + 1], static_cast<int>(i) - 1, previous, features_);
    }
    score += Sum(features_);
  }
  return Choose(score, previous, last, probability);
}

// The best of the tags that may follow.
Tag StatisticalTagger::Choose(const WeightRow& score, Tag previous, bool last,
                              float& probability) const {
  std::array<Tag, kTags> offered;
  const uint32_t count = OfferedTags(previous, last, offered);
  const auto units = [&](Tag tag) {
    return tag == kOutside ? outside_ : int32_t{score.weights[tag]};
  };
  Tag best = offered[0];
  for (uint32_t i = 1; i < count; ++i) {
    if (units(offered[i]) > units(best)) best = offered[i];
  }
  if (best == kOutside) return best;
  float sum = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const int32_t below = units(best) - units(offered[i]);
    if (below < kExpUnits) sum += ExpTable()[static_cast<size_t>(below)];
  }
  probability = 1 / sum;
  return best;
}

WeightRow StatisticalTagger::Sum(const FeatureList& features) const {
  WeightRow sum;
  for (uint32_t hash : features.hashes()) {
    if (const WeightRow* row = model_->row(hash)) sum += *row;
  }
  return sum;
}

void StatisticalTagger::SumOuter(uint32_t form, FormSums& sums) {
  for (int offset : {-2, 2}) {
    features_.Clear();
    AddFormFeatures(walk_.forms()[form], offset, features_);
    sums.outer[offset > 0] = Sum(features_);
  }
  sums.outer_done = true;
}

void StatisticalTagger::SumInner(uint32_t form, FormSums& sums) {
  for (int offset : {-1, 0, 1}) {
    const auto i = static_cast<size_t>(offset + 1);
    features_.Clear();
    AddFormFeatures(walk_.forms()[form], offset, features_);
    sums.inner[i] = Sum(features_);
    features_.Clear();
    AddHistoryFeatures(walk_.forms()[form], offset, kOutside, features_);
    sums.after_outside[i] = sums.inner[i];
    sums.after_outside[i] += Sum(features_);
  }
  sums.inner_done = true;
}

}  // namespace newsfeed::entities
