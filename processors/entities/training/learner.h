// Learns the weights of the tagger: multinomial logistic regression over the tags that may follow,
// by stochastic gradient descent with AdaGrad (Duchi et al., 2011) and dropout of features; history
// and document memory are the learner's own tags in half of the sentences.
//
// One thread, a fixed seed: the same texts and options give the same weights to the last bit.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "processors/entities/tagger_model.h"
#include "processors/entities/training/corpus.h"

namespace newsfeed::entities {

struct LearnerOptions {
  uint32_t row_bits = 20;
  uint32_t max_rows = 800'000;  // the most frequent features
  uint32_t min_count = 2;       // rarer features are left out
  uint32_t epochs = 8;
  float rate = 0.05F;
  float dropout = 0.25F;
  // Share of tokens whose own word is hidden, but for its shape, classes and lists: new names look
  // so.
  float word_dropout = 0.15F;
  bool document_memory = true;  // false: without what the article has called a word before
  uint64_t seed = 1;
};

// xorshift64*; the standard's distributions differ between libraries.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15 | 1) {}
  uint64_t Next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1D;
  }
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>((Next() >> 32) * bound >> 32); }

 private:
  uint64_t state_;
};

class Learner {
 public:
  Learner(const LearnerOptions& options, const Lexicon& lexicon);

  // Chooses the features that get a row: the most frequent ones of `texts`.
  void ChooseFeatures(std::span<TrainingText* const> texts);

  // One pass over `texts`, in a random order; the rate falls to a tenth over the epochs. Returns
  // the mean loss of a token.
  double RunEpoch(std::span<TrainingText* const> texts, uint32_t epoch);

  // Adds marks and rows, rounded to units.
  void Pack(TaggerModelParts& parts) const;

  size_t features() const { return features_; }

 private:
  // Weights and sums of squared gradients.
  struct alignas(64) Slot {
    float weights[kColumns] = {};
    float squares[kColumns] = {};
  };
  struct Active {
    uint32_t slot;
    float scale;
  };

  static constexpr uint32_t kNoSlot = UINT32_MAX;

  void Gather(uint32_t token, Tag previous, Tag before_previous, bool hide_word);
  void HideWord();
  uint32_t SlotOf(uint32_t feature) const;
  template <typename Visit>
  void ForEachActive(TrainingText& text, Visit visit);
  void LearnPiece(TrainingText& text, const Sentence& sentence, Range piece, float rate);
  Tag LearnToken(Tag gold, Tag previous, bool last, float rate, float weight);
  void Update(std::span<const float> gradient, float rate);

  const LearnerOptions options_;
  DocumentWalk walk_;
  Random random_;
  FeatureList features_of_token_;
  TokenContext context_;
  Form hidden_;
  std::vector<uint8_t> marks_;
  std::vector<Slot> slots_;
  std::vector<Active> active_;
  size_t features_ = 0;
  double loss_ = 0;
  uint64_t tokens_ = 0;
};

}  // namespace newsfeed::entities
