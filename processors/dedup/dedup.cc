#include "processors/dedup/dedup.h"

#include <utility>

#include "processors/dedup/judge.h"
#include "processors/dedup/sketch.h"

namespace newsfeed::dedup {
namespace {

class SketchStep : public Processor {
 public:
  std::string_view name() const override { return "sketch"; }

  absl::Status Process(Batch& batch) override {
    for (Article& article : batch.articles()) {
      if (!article.live()) continue;
      article.sketch = Encode(sketcher_.Make(article, batch.now_ms()), article.arena());
    }
    return absl::OkStatus();
  }

 private:
  Sketcher sketcher_;
};

void KeepOrigin(std::optional<Origin>& origin, text::Arena& arena) {
  if (origin) origin->topic = arena.Keep(origin->topic);
}

// The judge's views die with its next insert.
void KeepTexts(DedupResult& result, text::Arena& arena) {
  for (std::string_view* text :
       {&result.canonical_id, &result.story_id, &result.rule, &result.policy}) {
    *text = arena.Keep(*text);
  }
  KeepOrigin(result.canonical_origin, arena);
  KeepOrigin(result.revision_of, arena);
}

class JudgeStep : public Processor {
 public:
  explicit JudgeStep(std::shared_ptr<const Policy> policy) : judge_(std::move(policy)) {}

  std::string_view name() const override { return "judge"; }

  absl::Status Process(Batch& batch) override {
    for (Article& article : batch.articles()) {
      if (!article.live()) continue;
      if (absl::Status status = Take(article); !status.ok()) {
        judge_.Rollback();
        return status;
      }
    }
    judge_.Commit();
    return absl::OkStatus();
  }

 private:
  absl::Status Take(Article& article) {
    const RecordId& record = article.origin;
    const IndexEntry entry = judge_.Consider(
        {.prepared_offset = judge_.index().last_prepared_offset() + 1,
         .sketch = article.sketch,
         .origin = {record.topic.name, record.partition, record.offset, article.timestamp_ms},
         .id = article.id});
    article.dedup = entry.dedup;
    KeepTexts(article.dedup, article.arena());
    return judge_.Insert(entry);
  }

  Judge judge_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Processor>> CreateSketcher(const config::v1::Dedup& config) {
  // The sketch depends on no threshold, but a bad config shall stop every role at start.
  if (auto policy = MakePolicy(config); !policy.ok()) return policy.status();
  return std::make_unique<SketchStep>();
}

absl::StatusOr<std::unique_ptr<Processor>> CreateJudge(const config::v1::Dedup& config) {
  auto policy = MakePolicy(config);
  if (!policy.ok()) return policy.status();
  return std::make_unique<JudgeStep>(*std::move(policy));
}

}  // namespace newsfeed::dedup
