// The statistical tagger: names from what a model has learned (tagger_model.h).
//
//   "Shares of Acme Widget fell, said Maria Kowalczyk." -> [ORG Acme Widget] [PER Maria Kowalczyk]
//
// Greedy, left to right, tags BIOES; tags that cannot follow are not offered. What a word adds to
// the scores as one of the five words around a token is the same wherever it stands, so it is
// summed once and kept by word; so is its history behind O, the common one. Only pairs, the place
// in a run of capitals and the memory of the article are summed for each token, and only for those
// with a capital.
//
// Belongs to one thread: it keeps the sums from article to article. They are a function of the
// model alone, so what comes out is not changed by what came before. Linear in the text.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "processors/entities/mention.h"
#include "processors/entities/tagger_features.h"
#include "processors/entities/tagger_model.h"

namespace newsfeed::entities {

// A name found: its tokens, type, and how sure each of its tags is at least.
struct TaggedName {
  Range tokens;
  uint32_t field = 0;
  EntityType type = EntityType::kMisc;
  float probability = 0;
};

class StatisticalTagger {
 public:
  explicit StatisticalTagger(std::shared_ptr<const TaggerModel> model);

  // The names of the document, in order, not overlapping. The view lives until the next call.
  std::span<const TaggedName> FindNames(const Document& document);

  // Another score for O than the model's; for the trainer, which looks for the best.
  void set_outside(int32_t outside) { outside_ = outside; }

  const TaggerModel& model() const { return *model_; }

 private:
  // Sums of the rows of a form.
  struct FormSums {
    bool outer_done = false;
    bool inner_done = false;
    WeightRow outer[2];         // at -2, 2
    WeightRow inner[3];         // at -1, 0, 1
    WeightRow after_outside[3]; // the same with the history behind O
  };

  void TagPiece(const Document& document, const Sentence& sentence, Range piece);
  Tag Decide(uint32_t token, Tag previous, Tag before_previous, bool last, float& probability);
  Tag Choose(const WeightRow& score, Tag previous, bool last, float& probability) const;
  FormSums& SumsOf(uint32_t form);
  WeightRow Sum(const FeatureList& features) const;
  void SumOuter(uint32_t form, FormSums& sums);
  void SumInner(uint32_t form, FormSums& sums);

  const std::shared_ptr<const TaggerModel> model_;
  int32_t outside_;
  DocumentWalk walk_;
  std::vector<FormSums> sums_;  // by form
  FeatureList features_;
  TokenContext context_;
  std::vector<TaggedName> names_;
};

}  // namespace newsfeed::entities
