#include "daemon/outcome_samples.h"

#include <algorithm>
#include <utility>

#include "processors/text/utf8.h"

namespace newsfeed {
namespace {

int64_t SliceIndex(absl::Time now) {
  return absl::ToUnixSeconds(now) / absl::ToInt64Seconds(OutcomeSamples::kSlice);
}

template <typename Sample>
std::vector<std::shared_ptr<const Sample>> After(
    uint64_t number, const std::deque<std::shared_ptr<const Sample>>& ring) {
  const auto first =
      std::ranges::find_if(ring, [&](const auto& sample) { return sample->number > number; });
  return {first, ring.end()};
}

}  // namespace

uint32_t OutcomeSamples::Bucket::Ask(absl::Time now, double per_second) {
  if (filled != absl::InfinitePast() && now > filled) {
    tokens = std::min(size, tokens + per_second * absl::ToDoubleSeconds(now - filled));
  }
  filled = std::max(filled, now);
  return tokens < 1 ? 0 : static_cast<uint32_t>(tokens);
}

SampleQuota OutcomeSamples::Ask(absl::Time now) {
  const std::lock_guard lock(mutex_);
  const double rate = watchers_ > 0 ? kWatchedPerSecond : kUnwatchedPerSecond;
  return {.articles = article_bucket_.Ask(now, rate),
          .duplicates = duplicate_bucket_.Ask(now, rate),
          .dead_letters = dead_letter_bucket_.Ask(now, rate),
          .noted = noted_bucket_.Ask(now, kNotedPerSecond)};
}

void OutcomeSamples::Add(SampledBatch&& batch, absl::Time now) {
  const std::lock_guard lock(mutex_);
  article_bucket_.Take(batch.articles.size());
  duplicate_bucket_.Take(batch.duplicates.size());
  dead_letter_bucket_.Take(batch.dead_letters.size());
  noted_bucket_.Take(batch.noted);
  // Before the duplicates: an article and its copy may be in one batch.
  for (OriginalSample& original : batch.originals) KeepOriginal(std::move(original));
  for (ArticleSample& duplicate : batch.duplicates) {
    const auto original = originals_.find(duplicate.canonical_id);
    if (original != originals_.end()) duplicate.original = original->second;
  }
  Append(batch.articles, kArticles, now, articles_);
  Append(batch.duplicates, kDuplicates, now, duplicates_);
  Append(batch.dead_letters, kDeadLetters, now, dead_letters_);
  Note(batch, now);
}

template <typename Sample>
void OutcomeSamples::Append(std::vector<Sample>& samples, size_t most, absl::Time now,
                            Ring<Sample>& ring) {
  for (Sample& sample : samples) {
    sample.number = ++last_;
    sample.at = now;
    ring.push_back(std::make_shared<const Sample>(std::move(sample)));
  }
  while (ring.size() > most) ring.pop_front();
}

void OutcomeSamples::KeepOriginal(OriginalSample&& original) {
  if (original.id.size() > kMaxIdBytes) return;
  original.title.resize(text::Prefix(original.title, kMaxTitleBytes).size());
  original.lead.resize(text::Prefix(original.lead, kMaxLeadBytes).size());
  const auto [at, is_new] = originals_.try_emplace(original.id);
  if (is_new) original_order_.push_back(original.id);
  at->second = std::move(original);
  while (originals_.size() > kOriginals) {
    originals_.erase(original_order_.front());
    original_order_.pop_front();
  }
}

void OutcomeSamples::Note(SampledBatch& batch, absl::Time now) {
  const int64_t index = SliceIndex(now);
  Slice& slice = slices_[static_cast<size_t>(index % kSlices)];
  if (slice.index != index) slice = {.index = index, .articles = 0, .entities = {}};
  slice.articles += batch.noted;
  for (EntitySample& entity : batch.entities) {
    if (entity.id.size() > kMaxIdBytes || entity.name.size() > kMaxIdBytes) continue;
    const auto known = slice.entities.find(entity.id);
    if (known != slice.entities.end()) {
      ++known->second.articles;
    } else if (slice.entities.size() < kEntitiesOfSlice) {
      std::string id = entity.id;
      slice.entities.emplace(std::move(id), EntityCount{std::move(entity), 1});
    }
  }
}

void OutcomeSamples::Count(int more) {
  const std::lock_guard lock(mutex_);
  watchers_ += more;
}

OutcomeSamples::Recent OutcomeSamples::Since(uint64_t number) const {
  const std::lock_guard lock(mutex_);
  return {.last = last_,
          .articles = After(number, articles_),
          .duplicates = After(number, duplicates_),
          .dead_letters = After(number, dead_letters_)};
}

OutcomeSamples::Top OutcomeSamples::TopEntities(absl::Time now, size_t most) const {
  Top top;
  std::unordered_map<std::string, EntityCount> sum;
  const int64_t index = SliceIndex(now);
  for (const Slice& slice : slices_) {
    const std::lock_guard lock(mutex_);
    if (slice.index <= index - kSlices || slice.index > index) continue;
    top.articles += slice.articles;
    for (const auto& [id, count] : slice.entities) {
      sum.try_emplace(id, EntityCount{count.entity, 0}).first->second.articles += count.articles;
    }
  }
  for (auto& [id, count] : sum) top.entities.push_back(std::move(count));
  std::ranges::sort(top.entities, [](const EntityCount& a, const EntityCount& b) {
    return a.articles != b.articles ? a.articles > b.articles : a.entity.name < b.entity.name;
  });
  if (top.entities.size() > most) top.entities.resize(most);
  return top;
}

}  // namespace newsfeed
