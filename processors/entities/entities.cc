#include "processors/entities/entities.h"

#include <optional>
#include <string>
#include <utility>

#include <absl/status/status.h>
#include <fmt/format.h>

#include "processors/entities/grouping.h"
#include "processors/entities/mention.h"
#include "processors/entities/name_grammar.h"
#include "processors/entities/name_recall.h"
#include "processors/entities/tagger.h"
#include "processors/entities/type_agreement.h"

namespace newsfeed::entities {
namespace {

constexpr uint32_t kMaxEntitiesLimit = 10000;
// One huge article must not hold its memory for ever: some 10 MB at 48 bytes a token.
constexpr size_t kMaxKeptTokens = 200'000;

class Tagger : public Processor {
 public:
  Tagger(uint32_t max_entities, std::shared_ptr<const Gazetteer> gazetteer,
         std::shared_ptr<const TaggerModel> model)
      : max_entities_(max_entities), gazetteer_(std::move(gazetteer)), model_(std::move(model)) {
    if (model_ == nullptr) return;
    tagger_.emplace(model_);
    table_and_model_ = fmt::format("{}+{}", gazetteer_->model(), model_->id());
  }

  std::string_view name() const override { return "entities"; }

  absl::Status Process(Batch& batch) override {
    for (Article& article : batch.articles()) {
      if (article.live() && article.dedup.verdict != Verdict::kDuplicate) Tag(article);
    }
    return absl::OkStatus();
  }

 private:
  void Tag(Article& article) {
    article.entities.clear();
    article.entity_mentions.clear();
    article.entity_links.clear();
    const bool by_model = Knows(article.language);
    article.entity_model = article.arena().Keep(by_model ? table_and_model_ : gazetteer_->model());
    candidates_.clear();
    acronyms_.clear();
    Read(article, *gazetteer_, document_);
    FindNames(document_, *gazetteer_, candidates_, acronyms_);
    if (by_model) AddTaggerNames();
    ResolveOverlaps(*gazetteer_, document_, candidates_);
    recall_.Recall(document_, *gazetteer_, candidates_, acronyms_);
    memory_.Recall(document_, *gazetteer_, acronyms_, candidates_);
    agreement_.Reach(document_, *gazetteer_, candidates_);
    grouper_.Group(document_, *gazetteer_, candidates_, acronyms_, max_entities_, article);
    if (document_.tokens.capacity() > kMaxKeptTokens) ForgetScratch();
  }

  // Without a label a text is taken for English, as the grammar does.
  bool Knows(std::string_view language) const {
    return model_ != nullptr && model_->Knows(language.empty() ? "en" : language);
  }

  void AddTaggerNames() {
    tagged_.clear();
    for (const TaggedName& name : tagger_->FindNames(document_)) {
      tagged_.push_back({name.tokens, name.field, name.type, Evidence::kTagger, {},
                         model_->Confidence(name.type, name.probability)});
    }
    AddTagged(tagged_, candidates_);
  }

  void ForgetScratch() {
    document_ = {};
    candidates_ = {};
    tagged_ = {};
    if (tagger_.has_value()) tagger_.emplace(model_);
    acronyms_ = {};
    recall_ = {};
    memory_ = {};
    agreement_ = {};
    grouper_ = {};
  }

  const uint32_t max_entities_;
  const std::shared_ptr<const Gazetteer> gazetteer_;
  const std::shared_ptr<const TaggerModel> model_;
  std::string table_and_model_;  // for `entity_model`
  // Scratch, reused from article to article.
  Document document_;
  std::optional<StatisticalTagger> tagger_;
  std::vector<Candidate> tagged_;
  std::vector<Candidate> candidates_;
  std::vector<Acronym> acronyms_;
  NameRecall recall_;
  NameMemory memory_;
  TypeAgreement agreement_;
  Grouper grouper_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Entities& config,
                                                  std::shared_ptr<const Gazetteer> gazetteer,
                                                  std::shared_ptr<const TaggerModel> model) {
  if (config.max_entities() < 1 || config.max_entities() > kMaxEntitiesLimit) {
    return absl::InvalidArgumentError("entities.max_entities: must be 1 to 10000");
  }
  if (gazetteer == nullptr) {
    auto empty = Gazetteer::Create({});
    if (!empty.ok()) return empty.status();
    gazetteer = *std::move(empty);
  }
  return std::make_unique<Tagger>(config.max_entities(), std::move(gazetteer), std::move(model));
}

}  // namespace newsfeed::entities
