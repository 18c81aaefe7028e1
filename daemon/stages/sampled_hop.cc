#include "daemon/stages/sampled_hop.h"

#include <algorithm>
#include <utility>

#include "daemon/record_headers.h"
#include "newsfeed/v1/article.pb.h"

namespace newsfeed::stages {
namespace {

bool Writes(const Hop& hop, std::string_view topic) {
  return std::ranges::any_of(hop.topics(), [&](const std::string& one) { return one == topic; });
}

class SampledHop : public Hop {
 public:
  SampledHop(std::unique_ptr<Hop> hop, const config::v1::Outputs& outputs,
             std::shared_ptr<OutcomeSamples> samples)
      : hop_(std::move(hop)),
        outputs_(outputs),
        publishes_(Writes(*hop_, outputs.enriched())),
        samples_(std::move(samples)) {}

  absl::Status Process(Batch& batch, HopOutput& out) override {
    absl::Status status = hop_->Process(batch, out);
    if (status.ok()) Sample(batch, out);
    return status;
  }
  std::vector<std::string> topics() const override { return hop_->topics(); }
  void FillSteps(WorkerCounters& counters) const override { hop_->FillSteps(counters); }

 private:
  void Sample(const Batch& batch, const HopOutput& out) {
    const absl::Time now = absl::FromUnixMillis(batch.now_ms());
    SampleQuota quota = samples_->Ask(now);
    if (quota.empty()) return;
    SampledBatch taken;
    for (const kafka::ProducedRecord& record : out.records) Take(record, batch, quota, taken);
    for (const Article& article : batch.articles()) {
      if (!publishes_ || quota.noted == 0) break;
      Note(article, quota, taken);
    }
    samples_->Add(std::move(taken), now);
  }

  void Take(const kafka::ProducedRecord& record, const Batch& batch, SampleQuota& quota,
            SampledBatch& taken) const {
    if (record.topic == outputs_.dead_letter()) {
      if (quota.dead_letters == 0) return;
      --quota.dead_letters;
      return taken.dead_letters.push_back(DeadLetterOf(record.headers));
    }
    const bool is_duplicate = record.topic == outputs_.duplicates();
    uint32_t& left = is_duplicate ? quota.duplicates : quota.articles;
    if (left == 0 || record.value.size() > OutcomeSamples::kMaxValueBytes) return;
    if (!is_duplicate && record.topic != outputs_.enriched()) return;
    --left;
    ArticleSample& sample = (is_duplicate ? taken.duplicates : taken.articles).emplace_back();
    sample.value = record.value;
    if (is_duplicate) sample.canonical_id = CanonicalIdOf(record.key, batch);
  }

  static std::string CanonicalIdOf(std::string_view id, const Batch& batch) {
    const auto article = std::ranges::find_if(batch.articles(), [&](const Article& one) {
      return one.live() && one.id == id && one.dedup.verdict == Verdict::kDuplicate;
    });
    return article == batch.articles().end() ? "" : std::string(article->dedup.canonical_id);
  }

  static DeadLetterSample DeadLetterOf(std::span<const Header> headers) {
    const auto text = [&](std::string_view name) {
      return std::string(headers::Last(headers, name).value_or(std::string_view()));
    };
    return {.reason = text(headers::kErrorReason),
            .stage = text(headers::kErrorStage),
            .detail = text(headers::kErrorDetail),
            .topic = text(headers::kErrorTopic),
            .partition = headers::ParsePartition(text(headers::kErrorPartition)).value_or(0),
            .offset = headers::ParseNumber(text(headers::kErrorOffset)).value_or(0)};
  }

  static void Note(const Article& article, SampleQuota& quota, SampledBatch& taken) {
    if (!article.live() || article.dedup.verdict == Verdict::kDuplicate) return;
    --quota.noted;
    ++taken.noted;
    taken.originals.push_back(
        {.id = std::string(article.id),
         .title = std::string(article.title.substr(0, OutcomeSamples::kMaxTitleBytes + 4)),
         .lead = std::string(article.body.substr(0, OutcomeSamples::kMaxLeadBytes + 4))});
    for (const Entity& entity : article.entities) {
      taken.entities.push_back(
          {.id = std::string(entity.id),
           .name = std::string(entity.name),
           .type = v1::Entity::Type_Name(static_cast<v1::Entity::Type>(entity.type))});
    }
  }

  const std::unique_ptr<Hop> hop_;
  const config::v1::Outputs outputs_;
  const bool publishes_;
  const std::shared_ptr<OutcomeSamples> samples_;
};

}  // namespace

std::unique_ptr<Hop> Sampled(std::unique_ptr<Hop> hop, const config::v1::Outputs& outputs,
                             std::shared_ptr<OutcomeSamples> samples) {
  if (samples == nullptr) return hop;
  return std::make_unique<SampledHop>(std::move(hop), outputs, std::move(samples));
}

}  // namespace newsfeed::stages
