// A model of the statistical tagger for tests, trained in a moment on invented sentences.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "processors/entities/tagger_model.h"
#include "processors/entities/training/learner.h"

namespace newsfeed::testing {

// "[PER Ada Novak] lives in [LOC Oslo]." as a text with names.
inline std::unique_ptr<entities::TrainingText> Marked(std::string_view marked) {
  auto out = std::make_unique<entities::TrainingText>();
  while (!marked.empty()) {
    const size_t open = marked.find('[');
    out->text += marked.substr(0, open);
    if (open == std::string_view::npos) break;
    marked.remove_prefix(open + 1);
    const std::string_view type = marked.substr(0, marked.find(' '));
    marked.remove_prefix(type.size() + 1);
    const std::string_view name = marked.substr(0, marked.find(']'));
    marked.remove_prefix(name.size() + 1);
    const auto begin = static_cast<uint32_t>(out->text.size());
    out->text += name;
    out->names.push_back({begin, static_cast<uint32_t>(out->text.size()),
                          type == "PER"   ? EntityType::kPerson
                          : type == "ORG" ? EntityType::kOrganization
                          : type == "LOC" ? EntityType::kLocation
                                          : EntityType::kMisc,
                          type == "?"});
  }
  entities::Prepare({}, *out);
  return out;
}

// The parts of a model that has learned to tell a few invented names by their neighbours.
inline entities::TaggerModelParts TinyTaggerParts() {
  std::vector<std::unique_ptr<entities::TrainingText>> owned;
  for (std::string_view marked :
       {"[PER Ada Novak] lives in [LOC Oslo] and works for [ORG Blue Heron Widgets].",
        "Shares of [ORG Tollund Corp] rose, said [PER Ben Okri] in [LOC Bergen].",
        "The [MISC Norwegian] company [ORG Fjord Lines] fired [PER Kari Moe].",
        "[PER Novak] said that [ORG Tollund] would leave [LOC Norway].",
        "The house in [LOC Vardal] was sold, said [PER Per Lunde].",
        "Shares of [ORG Heron Bank] fell on Monday.", "Shares of [ORG Nidaros] rose on Friday.",
        "Shares of [ORG Widerberg] fell.", "The weather was fine.",
        "It rained in [LOC Stavanger] on Tuesday.", "He met [PER Ida Holm] of [ORG Holm Works]."}) {
    owned.push_back(Marked(marked));
  }
  std::vector<entities::TrainingText*> texts;
  for (const auto& text : owned) texts.push_back(text.get());
  entities::LearnerOptions options;
  options.row_bits = 14;
  options.min_count = 1;
  options.epochs = 20;
  options.rate = 0.1F;
  const entities::Lexicon lexicon;
  entities::Learner learner(options, lexicon);
  learner.ChooseFeatures(texts);
  for (uint32_t epoch = 0; epoch < options.epochs; ++epoch) learner.RunEpoch(texts, epoch);
  entities::TaggerModelParts parts;
  parts.name = "tiny";
  parts.languages = "en";
  for (auto& knots : parts.calibration) {
    for (size_t i = 0; i < knots.size(); ++i) knots[i] = static_cast<uint8_t>(30 * i);
  }
  learner.Pack(parts);
  return parts;
}

inline std::shared_ptr<const entities::TaggerModel> TinyTaggerModel() {
  static const auto model =
      *entities::TaggerModel::Create(entities::WriteTaggerModel(TinyTaggerParts()), "tiny");
  return model;
}

}  // namespace newsfeed::testing
