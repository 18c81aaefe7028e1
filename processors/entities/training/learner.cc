#include "processors/entities/training/learner.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace newsfeed::entities {
namespace {

constexpr uint32_t kCounterBits = 26;
constexpr uint8_t kMaxCount = 255;
constexpr uint32_t kMaxForms = 1 << 18;
constexpr float kSmallestGradient = 0.002F;

struct Counted {
  uint32_t feature;
  uint8_t count;
};

bool IsKnown(Tag gold) { return gold < kTags; }

// The tag of history at a token: gold where it is known.
Tag History(Tag gold) { return IsKnown(gold) ? gold : kOutside; }

// True if `tag` would be right.
bool IsRight(Tag tag, Tag gold) {
  if (gold == kOutsideOrMisc) return tag == kOutside || TypeOf(tag) == EntityType::kMisc;
  return tag == gold;
}

}  // namespace

Learner::Learner(const LearnerOptions& options, const Lexicon& lexicon)
    : options_(options), walk_(lexicon), random_(options.seed) {}

// Makes the context's own word one that nobody has met.
void Learner::HideWord() {
  const Form* word = context_.forms[2];
  hidden_ = *word;
  hidden_.exact = hidden_.lower = 17;
  std::ranges::fill(hidden_.prefixes, 0U);
  std::ranges::fill(hidden_.suffixes, 0U);
  context_.forms[2] = &hidden_;
  if (context_.run_length == 0) return;
  if (context_.run_first == word) context_.run_first = &hidden_;
  if (context_.run_last == word) context_.run_last = &hidden_;
}

void Learner::Gather(uint32_t token, Tag previous, Tag before_previous, bool hide_word) {
  walk_.Context(token, previous, before_previous, context_);
  if (hide_word) HideWord();
  if (!options_.document_memory) {  // no feature of it is learned, so the tagger finds none
    std::ranges::fill(context_.memory, uint8_t{0});
    context_.memory_tag = kOutside;
  }
  features_of_token_.Clear();
  AddContextFeatures(context_, features_of_token_);
  for (int offset = -2; offset <= 2; ++offset) {
    AddFormFeatures(*context_.forms[static_cast<size_t>(offset + 2)], offset, features_of_token_);
  }
  for (int offset = -1; offset <= 1; ++offset) {
    const Form& form = *context_.forms[static_cast<size_t>(offset + 2)];
    AddHistoryFeatures(form, offset, previous, features_of_token_);
  }
}

template <typename Visit>
void Learner::ForEachActive(TrainingText& text, Visit visit) {
  walk_.BeginDocument(text.document.tokens.size());
  if (walk_.forms().size() > kMaxForms) walk_.ForgetForms();
  for (const Sentence& sentence : text.document.sentences) {
    for (uint32_t i = sentence.tokens.begin; i < sentence.tokens.end; i += kMaxPieceTokens) {
      const Range piece{i, std::min(i + kMaxPieceTokens, sentence.tokens.end)};
      walk_.Enter(text.document, sentence, piece);
      visit(sentence, piece);
    }
  }
}

void Learner::ChooseFeatures(std::span<TrainingText* const> texts) {
  std::vector<uint8_t> counts(size_t{1} << kCounterBits);
  std::vector<Counted> chosen;
  for (int pass = 0; pass < 2; ++pass) {
    for (TrainingText* text : texts) {
      ForEachActive(*text, [&](const Sentence&, Range piece) {
        Tag previous = kOutside, before_previous = kOutside;
        for (uint32_t i = piece.begin; i < piece.end; ++i) {
          const Tag gold = History(text->gold[i]);
          if (walk_.MayBeName(i, previous)) {
            Gather(i, previous, before_previous, false);
            walk_.Remember(i, gold);
            for (uint32_t feature : features_of_token_.hashes()) {
              uint8_t& count = counts[feature >> (32 - kCounterBits)];
              if (pass == 0) {
                if (count < kMaxCount - 1) ++count;
              } else if (count >= options_.min_count && count != kMaxCount) {
                chosen.push_back({feature, count});
                count = kMaxCount;  // seen; another feature with this counter is left out
              }
            }
          }
          before_previous = std::exchange(previous, gold);
        }
      });
    }
  }
  counts = {};
  std::ranges::sort(chosen, [](const Counted& a, const Counted& b) {
    return std::pair(-int{a.count}, a.feature) < std::pair(-int{b.count}, b.feature);
  });
  marks_.assign(size_t{1} << options_.row_bits, 0);
  features_ = 0;
  for (const Counted& c : chosen) {
    if (features_ >= options_.max_rows) break;
    const uint32_t bucket = BucketOf(c.feature, options_.row_bits);
    const uint8_t mark = MarkOf(c.feature);
    if (marks_[bucket] == mark || marks_[bucket + 1] == mark) continue;
    if (marks_[bucket] != 0 && marks_[bucket + 1] != 0) continue;
    marks_[marks_[bucket] == 0 ? bucket : bucket + 1] = mark;
    ++features_;
  }
  slots_.assign(marks_.size(), Slot());
}

uint32_t Learner::SlotOf(uint32_t feature) const {
  const uint32_t bucket = BucketOf(feature, options_.row_bits);
  const uint8_t mark = MarkOf(feature);
  if (marks_[bucket] == mark) return bucket;
  return marks_[bucket + 1] == mark ? bucket + 1 : kNoSlot;
}

double Learner::RunEpoch(std::span<TrainingText* const> texts, uint32_t epoch) {
  std::vector<TrainingText*> order(texts.begin(), texts.end());
  for (size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random_.Below(static_cast<uint32_t>(i))]);
  }
  loss_ = 0;
  tokens_ = 0;
  const float first = static_cast<float>(epoch) / static_cast<float>(options_.epochs);
  const float step = 1.0F / static_cast<float>(options_.epochs) / static_cast<float>(order.size());
  for (size_t n = 0; n < order.size(); ++n) {
    const float done = first + step * static_cast<float>(n);
    const float rate = options_.rate * (1 - 0.9F * done);
    ForEachActive(*order[n], [&](const Sentence& sentence, Range piece) {
      LearnPiece(*order[n], sentence, piece, rate);
    });
  }
  return loss_ / static_cast<double>(std::max<uint64_t>(tokens_, 1));
}

void Learner::LearnPiece(TrainingText& text, const Sentence&, Range piece, float rate) {
  const bool own_history = (random_.Next() >> 63) != 0;
  Tag previous = kOutside, before_previous = kOutside;
  for (uint32_t i = piece.begin; i < piece.end; ++i) {
    Tag tag = kOutside;
    const Tag gold = text.gold[i];
    if (walk_.MayBeName(i, previous)) {
      const bool hide_word =
          (random_.Next() >> 40 & 255) < static_cast<uint64_t>(options_.word_dropout * 256);
      Gather(i, previous, before_previous, hide_word);
      active_.clear();
      uint64_t random = 0;
      const auto dropped = static_cast<uint64_t>(options_.dropout * 256);
      const float scale = 1 / (1 - options_.dropout);
      for (size_t f = 0; f < features_of_token_.hashes().size(); ++f) {
        if (f % 8 == 0) random = random_.Next();
        const bool drop = (random >> f % 8 * 8 & 255) < dropped;
        if (drop) continue;
        const uint32_t slot = SlotOf(features_of_token_.hashes()[f]);
        if (slot != kNoSlot) active_.push_back({slot, scale});
      }
      tag = LearnToken(gold, previous, i + 1 == piece.end, rate, text.weight);
      walk_.Remember(i, tag);
    }
    before_previous = previous;
    previous = own_history || !IsKnown(gold) ? tag : gold;
  }
}

Tag Learner::LearnToken(Tag gold, Tag previous, bool last, float rate, float weight) {
  alignas(64) float score[kColumns] = {};
  for (const Active& a : active_) {
    const float* weights = slots_[a.slot].weights;
    for (uint32_t k = 0; k < kColumns; ++k) score[k] += a.scale * weights[k];
  }
  std::array<Tag, kTags> tags;
  const std::span<const Tag> offered(tags.data(), OfferedTags(previous, last, tags));
  const auto score_of = [&](Tag tag) { return tag == kOutside ? 0.0F : score[tag]; };
  Tag best = offered[0];
  for (Tag tag : offered) {
    if (score_of(tag) > score_of(best)) best = tag;
  }
  float probabilities[kTags] = {};
  float sum = 0, right = 0;
  for (Tag tag : offered) {
    sum += probabilities[tag] = std::exp(score_of(tag) - score_of(best));
    if (IsRight(tag, gold)) right += probabilities[tag];
  }
  // Unknown, or it cannot follow the learner's own history.
  if (right == 0) return best;
  ++tokens_;
  loss_ -= std::log(static_cast<double>(right / sum) + 1e-9);
  alignas(64) float gradient[kColumns] = {};
  float largest = 0;
  for (Tag tag : offered) {
    if (tag == kOutside) continue;
    const float wanted = IsRight(tag, gold) ? probabilities[tag] / right : 0;
    gradient[tag] = weight * (probabilities[tag] / sum - wanted);
    largest = std::max(largest, std::abs(gradient[tag]));
  }
  if (largest > kSmallestGradient) Update(gradient, rate);
  return best;
}

void Learner::Update(std::span<const float> gradient, float rate) {
  for (const Active& a : active_) {
    Slot& slot = slots_[a.slot];
    for (uint32_t k = 0; k < kColumns; ++k) {
      const float g = gradient[k] * a.scale;
      slot.squares[k] += g * g;
      slot.weights[k] -= rate * g / (std::sqrt(slot.squares[k]) + 1e-4F);
    }
  }
}

void Learner::Pack(TaggerModelParts& parts) const {
  parts.row_bits = static_cast<uint8_t>(options_.row_bits);
  parts.marks = marks_;
  parts.rows.assign(slots_.size(), WeightRow());
  for (size_t i = 0; i < slots_.size(); ++i) {
    bool empty = true;
    for (uint32_t k = 0; k < kColumns; ++k) {
      const float units = std::round(slots_[i].weights[k] * kUnitsPerLogit);
      const float bound = kMaxWeight;
      parts.rows[i].weights[k] = static_cast<int16_t>(std::clamp(units, -bound, bound));
      if (std::abs(parts.rows[i].weights[k]) < 2) parts.rows[i].weights[k] = 0;
      empty = empty && parts.rows[i].weights[k] == 0;
    }
    if (empty) parts.marks[i] = 0;
  }
}

}  // namespace newsfeed::entities
