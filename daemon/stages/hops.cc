// The hops that any worker may do.
#include <algorithm>
#include <utility>

#include "daemon/kafka/application.h"
#include "daemon/record_headers.h"
#include "daemon/skip_list.h"
#include "daemon/stages/hop.h"
#include "daemon/stages/outcome_records.h"
#include "daemon/step_times.h"
#include "daemon/version.h"
#include "newsfeed/v1/internal.pb.h"
#include "processors/article/to_proto.h"

namespace newsfeed::stages {
namespace {

absl::StatusOr<std::unique_ptr<Pipeline>> CreatePipeline(const HopContext& context, Stage stage) {
  return Pipeline::Create(*context.config, context.data->shared, stage, &SteadyNanoseconds);
}

constexpr char kPublishStage[] = "publish";

void RejectTooLarge(Article& article) {
  article.Reject(Reason::kOutputTooLarge, "the record is larger than outputs.max_record_bytes");
  article.fate.stage = kPublishStage;
}

// The broker did not take what was made of it.
void RejectRefused(Article& article) {
  article.Reject(Reason::kOutputRefused, article.refused_why);
  article.fate.stage = kPublishStage;
}

// Of an input by their coordinates, between the stages by their own or their source's. Before
// anything else: what is skipped may end the process that looks into it.
void RejectSkipped(const SkipList& skips, Batch& batch, std::string_view stage) {
  if (skips.empty()) return;
  for (Article& article : batch.articles()) {
    const RecordId& own = article.origin;
    const auto source =
        stage == StageName(Stage::kPrepare) ? std::nullopt : headers::ReadSource(article.headers);
    if (!skips.Has(own.topic.name, own.partition.value, own.offset.value) &&
        !(source && skips.Has(source->topic, source->partition, source->offset))) {
      continue;
    }
    article.Reject(Reason::kOperatorSkipped, "left out by the operator");
    article.fate.stage = stage;
  }
}

// --- prepare ----------------------------------------------------------------------------------

class PrepareHop : public Hop {
 public:
  PrepareHop(const HopContext& context, std::unique_ptr<Pipeline> pipeline)
      : skips_(SkipList::Checked(context.config->skip())),
        stamp_{kVersion, context.data->config_digest},
        max_removed_text_bytes_(context.config->cleanup().max_removed_text_bytes()),
        prepared_topic_(kafka::InternalTopicsOf(*context.config).prepared),
        outputs_(context.config->outputs()),
        pipeline_(std::move(pipeline)),
        records_(*context.config, OutcomeRecords::Headers::kTheirs) {}

  absl::Status Process(Batch& batch, HopOutput& out) override {
    RejectSkipped(skips_, batch, StageName(Stage::kPrepare));
    if (absl::Status status = pipeline_->Process(batch); !status.ok()) return status;
    records_.Begin(batch, out);
    for (Article& article : batch.articles()) {
      if (article.live() && article.refusals > 0) RejectRefused(article);
      if (article.live()) PassOn(article);
      if (article.fate.kind == FateKind::kFiltered) {
        records_.AddFiltered(article, SourceOf(article));
      }
      if (article.fate.kind == FateKind::kRejected) {
        records_.AddDeadLetter(article, SourceOf(article), {.stub = article.refusals > 1});
      }
    }
    return absl::OkStatus();
  }

  std::vector<std::string> topics() const override {
    return {prepared_topic_, outputs_.dead_letter(), outputs_.filtered()};
  }
  void FillSteps(WorkerCounters& counters) const override {
    AddSteps(*pipeline_, counters.steps);
    counters.encode_nanoseconds += encode_nanoseconds_;
  }

 private:
  void PassOn(Article& article) {
    const int64_t start = SteadyNanoseconds();
    ToProto(article, stamp_, max_removed_text_bytes_, *prepared_.mutable_article());
    prepared_.mutable_article()->clear_dedup();
    prepared_.set_standfirst_begin(article.standfirst_in_body.begin);
    prepared_.set_standfirst_end(article.standfirst_in_body.end);
    const std::string_view value = records_.Serialize(prepared_);
    encode_nanoseconds_ += SteadyNanoseconds() - start;
    if (value.size() + article.id.size() + kHeaderRoom > records_.max_internal_bytes()) {
      return RejectTooLarge(article);
    }
    const Header sketch[] = {{headers::kSketch, article.sketch}};
    records_.AddInternal(prepared_topic_, article, SourceOf(article), value, sketch);
  }

  // Source, sketch and verdict take less; what is passed through is bounded below.
  static constexpr size_t kHeaderRoom = 64 << 10;

  const SkipList skips_;
  const ProcessingStamp stamp_;
  const uint32_t max_removed_text_bytes_;
  const std::string prepared_topic_;
  const config::v1::Outputs outputs_;
  const std::unique_ptr<Pipeline> pipeline_;
  OutcomeRecords records_;
  v1::Prepared prepared_;
  int64_t encode_nanoseconds_ = 0;
};

// --- enrich -----------------------------------------------------------------------------------

class EnrichHop : public Hop {
 public:
  EnrichHop(const HopContext& context, std::unique_ptr<Pipeline> pipeline)
      : skips_(SkipList::Checked(context.config->skip())),
        outputs_(context.config->outputs()),
        pipeline_(std::move(pipeline)),
        records_(*context.config, OutcomeRecords::Headers::kOurs, context.schema_ids) {}

  absl::Status Process(Batch& batch, HopOutput& out) override {
    if (absl::Status status = records_.Ready(); !status.ok()) return status;
    RejectSkipped(skips_, batch, StageName(Stage::kEnrich));
    records_.Begin(batch, out);
    Read(batch);
    if (absl::Status status = pipeline_->Process(batch); !status.ok()) return status;
    for (size_t i = 0; i < batch.size(); ++i) Publish(batch.articles()[i], items_[i]);
    return absl::OkStatus();
  }

  std::vector<std::string> topics() const override {
    std::vector<std::string> topics = records_.ArticleTopics();
    topics.push_back(outputs_.dead_letter());
    return topics;
  }
  void FillSteps(WorkerCounters& counters) const override {
    AddSteps(*pipeline_, counters.steps);
    counters.encode_nanoseconds += encode_nanoseconds_;
  }

 private:
  struct Item {
    v1::Prepared prepared;
    v1::Dedup verdict;
    Source source;
  };

  void Read(Batch& batch) {
    while (items_.size() < batch.size()) items_.push_back(std::make_unique<Item>());
    for (size_t i = 0; i < batch.size(); ++i) {
      Article& article = batch.articles()[i];
      if (!article.live()) {
        items_[i]->source = headers::ReadSource(article.headers).value_or(SourceOf(article));
      } else if (!Parse(article, *items_[i])) {
        article.Reject(Reason::kWrongType, "no prepared article with source and verdict");
        article.fate.stage = "enrich";
      }
    }
  }

  static bool Parse(Article& article, Item& item) {
    const auto source = headers::ReadSource(article.headers);
    item.source = source ? *source : SourceOf(article);
    const auto verdict = headers::Last(article.headers, headers::kVerdictDetail);
    if (!source || !verdict) return false;
    if (!item.verdict.ParseFromArray(verdict->data(), static_cast<int>(verdict->size())) ||
        !item.prepared.ParseFromArray(article.value.data(),
                                      static_cast<int>(article.value.size()))) {
      return false;
    }
    const v1::EnrichedArticle& message = item.prepared.article();
    if (item.prepared.standfirst_end() > message.body().size() ||
        item.prepared.standfirst_begin() > item.prepared.standfirst_end()) {
      return false;
    }
    article.id = message.id();
    article.title = message.title();
    article.standfirst = message.standfirst();
    article.body = message.body();
    article.language = message.language();
    article.standfirst_in_body = {item.prepared.standfirst_begin(), item.prepared.standfirst_end()};
    article.dedup = FromProto(item.verdict);
    return true;
  }

  void Publish(Article& article, const std::unique_ptr<Item>& item) {
    const int64_t start = SteadyNanoseconds();
    // Refused once it is tried without its entities.
    if (article.live() && article.refusals > 1) RejectRefused(article);
    if (article.live()) {
      v1::EnrichedArticle& message = *item->prepared.mutable_article();
      if (article.refusals == 0) AddEntities(article, message);
      message.mutable_dedup()->Swap(&item->verdict);
      message.mutable_processing()->set_model(article.entity_model.data(),
                                              article.entity_model.size());
      if (!records_.AddArticle(article, item->source, message)) RejectTooLarge(article);
    }
    if (!article.live()) {
      records_.AddDeadLetter(article, item->source, {.late = true, .stub = article.refusals > 2});
    }
    encode_nanoseconds_ += SteadyNanoseconds() - start;
  }

  const SkipList skips_;
  const config::v1::Outputs outputs_;
  const std::unique_ptr<Pipeline> pipeline_;
  OutcomeRecords records_;
  std::vector<std::unique_ptr<Item>> items_;  // reused
  int64_t encode_nanoseconds_ = 0;
};

// --- both in one, without a judge -------------------------------------------------------------

class DirectHop : public Hop {
 public:
  DirectHop(const HopContext& context, std::unique_ptr<Pipeline> prepare,
            std::unique_ptr<Pipeline> enrich)
      : skips_(SkipList::Checked(context.config->skip())),
        stamp_{kVersion, context.data->config_digest},
        max_removed_text_bytes_(context.config->cleanup().max_removed_text_bytes()),
        outputs_(context.config->outputs()),
        prepare_(std::move(prepare)),
        enrich_(std::move(enrich)),
        records_(*context.config, OutcomeRecords::Headers::kTheirs, context.schema_ids) {}

  absl::Status Process(Batch& batch, HopOutput& out) override {
    if (absl::Status status = records_.Ready(); !status.ok()) return status;
    RejectSkipped(skips_, batch, StageName(Stage::kPrepare));
    if (absl::Status status = prepare_->Process(batch); !status.ok()) return status;
    if (absl::Status status = enrich_->Process(batch); !status.ok()) return status;
    records_.Begin(batch, out);
    for (Article& article : batch.articles()) Publish(article);
    return absl::OkStatus();
  }

  std::vector<std::string> topics() const override {
    std::vector<std::string> topics = records_.ArticleTopics();
    topics.insert(topics.end(), {outputs_.dead_letter(), outputs_.filtered()});
    return topics;
  }
  void FillSteps(WorkerCounters& counters) const override {
    AddSteps(*prepare_, counters.steps);
    AddSteps(*enrich_, counters.steps);
    counters.encode_nanoseconds += encode_nanoseconds_;
  }

 private:
  void Publish(Article& article) {
    const int64_t start = SteadyNanoseconds();
    const Source source = SourceOf(article);
    if (article.live() && article.refusals > 1) RejectRefused(article);
    if (article.live()) {
      ToProto(article, stamp_, max_removed_text_bytes_, message_);
      if (article.refusals > 0) message_.clear_entities();
      if (!records_.AddArticle(article, source, message_)) RejectTooLarge(article);
    }
    if (article.fate.kind == FateKind::kFiltered) records_.AddFiltered(article, source);
    if (article.fate.kind == FateKind::kRejected) {
      records_.AddDeadLetter(article, source, {.stub = article.refusals > 2});
    }
    encode_nanoseconds_ += SteadyNanoseconds() - start;
  }

  const SkipList skips_;
  const ProcessingStamp stamp_;
  const uint32_t max_removed_text_bytes_;
  const config::v1::Outputs outputs_;
  const std::unique_ptr<Pipeline> prepare_;
  const std::unique_ptr<Pipeline> enrich_;
  OutcomeRecords records_;
  v1::EnrichedArticle message_;
  int64_t encode_nanoseconds_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Hop>> CreatePrepareHop(const HopContext& context) {
  auto pipeline = CreatePipeline(context, Stage::kPrepare);
  if (!pipeline.ok()) return pipeline.status();
  return std::make_unique<PrepareHop>(context, *std::move(pipeline));
}

absl::StatusOr<std::unique_ptr<Hop>> CreateEnrichHop(const HopContext& context) {
  auto pipeline = CreatePipeline(context, Stage::kEnrich);
  if (!pipeline.ok()) return pipeline.status();
  return std::make_unique<EnrichHop>(context, *std::move(pipeline));
}

absl::StatusOr<std::unique_ptr<Hop>> CreateDirectHop(const HopContext& context) {
  auto prepare = CreatePipeline(context, Stage::kPrepare);
  if (!prepare.ok()) return prepare.status();
  auto enrich = CreatePipeline(context, Stage::kEnrich);
  if (!enrich.ok()) return enrich.status();
  return std::make_unique<DirectHop>(context, *std::move(prepare), *std::move(enrich));
}

}  // namespace newsfeed::stages
