#include "daemon/tools/boilerplate.h"

#include <algorithm>
#include <utility>

#include "processors/decode/decode.h"
#include "processors/dedup/dedup.h"
#include "processors/text/hash.h"

namespace newsfeed::tools {

void BoilerplateJob::LineCollector::Read(const Article& article,
                                         std::span<const cleanup::Line> lines) {
  // Read once more: a page whose JSON-LD holds the article. Its elements are what repeats.
  if (!articles_.empty() && articles_.back().article == &article) return;
  articles_.push_back({&article, texts_.size(), texts_.size() + lines.size()});
  for (const cleanup::Line& line : lines) texts_.emplace_back(line.text);
}

std::span<const std::string> BoilerplateJob::LineCollector::Of(const Article& article) const {
  const auto found = std::ranges::find(articles_, &article, &ArticleLines::article);
  if (found == articles_.end()) return {};
  return std::span(texts_).subspan(found->begin, found->end - found->begin);
}

void BoilerplateJob::LineCollector::Clear() {
  articles_.clear();
  texts_.clear();
}

absl::StatusOr<std::unique_ptr<BoilerplateJob>> BoilerplateJob::Create(
    const config::v1::Config& config, const SharedData& shared,
    const cleanup::FurnitureLearner::Options& options) {
  std::unique_ptr<BoilerplateJob> job(new BoilerplateJob(options));
  auto decode = decode::Create(config.decode(), config.limits(), decode::Next::kCleanup);
  if (!decode.ok()) return decode.status();
  auto cleanup = decode::CheckRequiredBehind(
      cleanup::Create(config.cleanup(), config.limits(), shared.line_rules, nullptr, &job->lines_),
      config.decode());
  if (!cleanup.ok()) return cleanup.status();
  auto sketcher = dedup::CreateSketcher(config.dedup());
  if (!sketcher.ok()) return sketcher.status();
  auto judge = dedup::CreateJudge(config.dedup());
  if (!judge.ok()) return judge.status();
  job->steps_.push_back(*std::move(decode));
  job->steps_.push_back(*std::move(cleanup));
  job->steps_.push_back(*std::move(sketcher));
  job->steps_.push_back(*std::move(judge));
  return job;
}

absl::Status BoilerplateJob::Learn(Batch& batch) {
  records_ += batch.size();
  lines_.Clear();
  for (const auto& step : steps_) {
    if (absl::Status status = step->Process(batch); !status.ok()) return status;
  }
  for (const Article& article : batch.articles()) {
    if (!IsNewStory(article)) continue;
    if (cleanup::SourceOf(article).empty()) {
      ++without_source_;
      continue;
    }
    learner_.BeginStory(cleanup::SourceOf(article));
    for (const std::string& line : lines_.Of(article)) learner_.AddLine(line);
  }
  return absl::OkStatus();
}

bool BoilerplateJob::IsNewStory(const Article& article) {
  if (!article.live() || article.dedup.verdict == Verdict::kLowInformation) return false;
  const std::string_view story =
      article.dedup.story_id.empty() ? article.id : article.dedup.story_id;
  return known_stories_.insert(text::Hash(story, text::Hash(cleanup::SourceOf(article)))).second;
}

}  // namespace newsfeed::tools
