#include "processors/dedup/judge.h"

#include <algorithm>
#include <tuple>

namespace newsfeed::dedup {
namespace {

bool IsPublished(const StoredEntry& entry) {
  return !entry.rejected &&
         (entry.verdict == Verdict::kUnique || entry.verdict == Verdict::kUpdate);
}

int64_t DayOf(int64_t time_ms) { return time_ms / 86'400'000; }

bool HasText(const StoredEntry& entry, const Sketch& sketch) {
  return entry.text_hash == sketch.text_hash && entry.words == sketch.words;
}

// A copy beats an update; then the closest.
auto Rank(const Decision& decision, const Facts& facts) {
  const int kind = decision.verdict == Verdict::kDuplicate ? 2
                   : decision.verdict == Verdict::kUpdate  ? 1
                                                           : 0;
  return std::make_tuple(kind, facts.jaccard, facts.similarity());
}

bool SameRecord(const StoredEntry& entry, const Origin& stored, const Origin& origin,
                uint64_t payload_hash) {
  return entry.payload_hash == payload_hash && stored.offset == origin.offset &&
         stored.partition == origin.partition && stored.timestamp_ms == origin.timestamp_ms &&
         stored.topic == origin.topic;
}

}  // namespace

IndexEntry Judge::Consider(const Submission& submission) {
  readable_ = Decode(submission.sketch, sketch_).ok();
  if (!readable_) sketch_ = Sketch();
  Plan plan = index_.PlanFor(sketch_, *policy_, readable_);
  IndexEntry entry{.prepared_offset = submission.prepared_offset,
                   .sketch = readable_ ? submission.sketch : std::string_view(),
                   .dedup = {},
                   .origin = submission.origin,
                   .id = submission.id,
                   .policy = ChangeOfPolicy()};
  if (const StoredEntry* itself = FindItself(submission, plan); itself != nullptr) {
    ++probe_.repeated;
    entry.dedup = index_.store().result(*itself);
    entry.sketch = {};
    plan = index_.PlanFor(sketch_, *policy_, /*keeps=*/false);
  } else {
    FindVersions(plan);
    entry.dedup = JudgeArticle(submission, plan);
    ++probe_.verdicts[static_cast<size_t>(entry.dedup.verdict)];
  }
  entry.clock_ms = plan.clock_ms;
  entry.sequence = plan.sequence;
  entry.oldest_sequence = plan.oldest_sequence;
  return entry;
}

absl::Status Judge::Insert(const IndexEntry& entry) {
  Sketch sketch;
  if (!entry.sketch.empty()) {
    if (absl::Status status = Decode(entry.sketch, sketch); !status.ok()) return status;
  }
  return index_.Insert(entry, sketch);
}

std::optional<PolicyChange> Judge::ChangeOfPolicy() const {
  if (index_.policy() != nullptr && index_.policy()->name == policy_->name) return std::nullopt;
  return PolicyChange{policy_->window_ms, policy_->max_entries, policy_->name, policy_->config};
}

const StoredEntry* Judge::FindItself(const Submission& submission, const Plan& plan) {
  if (!readable_) return nullptr;
  found_.clear();
  index_.Find(List::kRecord, RecordHash(submission.origin, sketch_.payload_hash), plan.visible,
              found_);
  for (const uint64_t ordinal : found_) {
    const StoredEntry& entry = index_.store().at(ordinal);
    if (SameRecord(entry, index_.store().origin(entry), submission.origin,
                   sketch_.payload_hash)) {
      return &entry;
    }
  }
  return nullptr;
}

bool Judge::IsVersion(const StoredEntry& entry) const {
  const bool same_id = sketch_.id_hash != 0 && entry.id_hash == sketch_.id_hash &&
                       entry.source_hash == sketch_.source_hash;
  return same_id || (sketch_.url_hash != 0 && entry.url_hash == sketch_.url_hash);
}

void Judge::FindVersions(const Plan& plan) {
  found_.clear();
  versions_.clear();
  index_.Find(List::kId, IdInSource(sketch_.id_hash, sketch_.source_hash), plan.visible, found_);
  index_.Find(List::kUrl, sketch_.url_hash, plan.visible, found_);
  std::ranges::sort(found_, std::greater<>());
  found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  for (const uint64_t ordinal : found_) {
    const StoredEntry& entry = index_.store().at(ordinal);
    if (IsVersion(entry)) versions_.push_back(&entry);
  }
}

DedupResult Judge::JudgeArticle(const Submission& submission, const Plan& plan) {
  const StoredEntry* const newest = NewestVersion();
  const Verdict new_version = newest == nullptr ? Verdict::kUnique : Verdict::kUpdate;
  const auto give = [&](Verdict verdict, Rule rule) {
    Finding finding{{verdict, rule}, {}, verdict == Verdict::kUpdate ? newest : nullptr, 0};
    if (finding.canonical != nullptr && newest->original) finding.facts = FactsOf(*newest);
    return Result(submission, finding);
  };
  if (!readable_) {
    ++probe_.unreadable;
    return give(Verdict::kUnique, Rule::kUnreadableSketch);
  }
  if (sketch_.pub_status != PubStatus::kUsable) return give(new_version, Rule::kStatus);
  if (sketch_.low_information) return give(Verdict::kLowInformation, Rule::kLowInformation);
  if (!sketch_.has_text()) {
    return give(new_version, newest == nullptr ? Rule::kNoText : Rule::kRevision);
  }
  if (const StoredEntry* version = UnchangedVersion(); version != nullptr) {
    return Unchanged(*version);
  }
  if (newest != nullptr && IsPublished(*newest)) return give(Verdict::kUpdate, Rule::kRevision);
  const Finding best = CheckRepetition(BestOriginal(plan));
  // The earlier version went to the duplicates, or was chrome: this one may be a copy as well.
  if (newest != nullptr && best.decision.verdict != Verdict::kDuplicate &&
      best.decision.verdict != Verdict::kLowInformation) {
    return give(Verdict::kUpdate, Rule::kRevision);
  }
  return Result(submission, best);
}

// Of a usable article only what readers could use counts: the first release of a withheld story is
// new, and names the withheld one in revision_of.
const StoredEntry* Judge::NewestVersion() const {
  const bool usable_only = sketch_.pub_status == PubStatus::kUsable;
  for (const StoredEntry* version : versions_) {
    if (!usable_only || version->pub_status == PubStatus::kUsable) return version;
  }
  return nullptr;
}

Facts Judge::FactsOf(const StoredEntry& entry) {
  ++probe_.compared;
  return Compare(sketch_, index_.store(), entry, *policy_);
}

// Only what has been published, or has a published twin, can be repeated.
const StoredEntry* Judge::UnchangedVersion() const {
  for (const StoredEntry* version : versions_) {
    const bool has_twin = version->verdict == Verdict::kDuplicate && !version->rejected &&
                          version->pub_status == PubStatus::kUsable;
    if (!version->original && !has_twin) continue;
    if (!HasText(*version, sketch_)) continue;
    if (sketch_.correction_mark && !version->correction_mark) continue;
    if (!PublishedApart(sketch_, *version, policy_->window_ms)) return version;
  }
  return nullptr;
}

DedupResult Judge::Unchanged(const StoredEntry& version) const {
  DedupResult result = index_.store().result(version);
  if (version.original) NameCanonical(version, result);
  result.verdict = Verdict::kDuplicate;
  result.rule = RuleName(Rule::kSameText);
  result.policy = policy_->name;
  result.revision_of = index_.store().origin(*versions_.front());
  result.similarity = result.containment = result.containment_reverse = 1;
  result.lead = result.numbers = result.title = result.jaccard = 1;
  return result;
}

Judge::Finding Judge::BestOriginal(const Plan& plan) {
  index_.FindAlike(sketch_, plan.visible, candidates_);
  found_.clear();
  index_.Find(List::kText, sketch_.text_hash, plan.visible, found_);
  bearers_.assign(1, {sketch_.source_hash, DayOf(plan.clock_ms), sketch_.title.view()});
  for (const uint64_t ordinal : found_) {
    const StoredEntry& entry = index_.store().at(ordinal);
    if (HasText(entry, sketch_)) AddBearer(entry);
  }
  for (const Candidate& candidate : candidates_) found_.push_back(candidate.ordinal);
  // By age, so that of equals the earliest stays the best.
  std::ranges::sort(found_);
  found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  Finding best;
  for (const uint64_t ordinal : found_) {
    const StoredEntry& entry = index_.store().at(ordinal);
    if (!entry.original) continue;
    const Facts facts = FactsOf(entry);
    const Decision decision = Decide(facts, *policy_);
    if (!facts.same_text && IsSameBody(facts)) AddBearer(entry);
    if (best.canonical == nullptr || Rank(decision, facts) > Rank(best.decision, best.facts)) {
      best = {decision, facts, &entry, 0};
    }
  }
  return best;
}

void Judge::AddBearer(const StoredEntry& entry) {
  if (entry.rejected || entry.pub_status != PubStatus::kUsable) return;
  bearers_.push_back({entry.source_hash, DayOf(entry.time_ms), index_.store().title(entry)});
}

// A body that says nothing of its articles repeats none of them; a page that comes again does.
Judge::Finding Judge::CheckRepetition(Finding best) const {
  const Repetition repetition = CountRepetition(bearers_);
  best.repetitions = repetition.titles;
  const bool duplicate = best.decision.verdict == Verdict::kDuplicate;
  if (duplicate && IsSamePage(best.facts)) return best;
  if (IsRepeatedBody(repetition)) {
    best.decision = {Verdict::kLowInformation, Rule::kRepeatedBody};
  } else if (duplicate && repetition.own_titles > 0) {
    best.decision = {Verdict::kUnique, Rule::kOtherTitle};
  }
  return best;
}

void Judge::NameCanonical(const StoredEntry& canonical, DedupResult& result) const {
  result.canonical_id = index_.store().id(canonical);
  result.canonical_origin = index_.store().origin(canonical);
  result.story_id = index_.store().story_id(canonical);
}

DedupResult Judge::Result(const Submission& submission, const Finding& finding) const {
  const Facts& facts = finding.facts;
  DedupResult result{.verdict = finding.decision.verdict,
                     .canonical_id = {},
                     .canonical_origin = std::nullopt,
                     .story_id = submission.id,
                     .revision_of = std::nullopt,
                     .similarity = AsShare(facts.similarity()),
                     .rule = RuleName(finding.decision.rule),
                     .containment = AsShare(facts.containment),
                     .containment_reverse = AsShare(facts.containment_reverse),
                     .lead = AsShare(facts.lead),
                     .numbers = AsShare(facts.numbers),
                     .title = AsShare(facts.title),
                     .jaccard = AsShare(facts.jaccard),
                     .corrected_numbers = facts.corrected_numbers,
                     .repetitions = finding.repetitions,
                     .policy = policy_->name};
  const bool repeats =
      result.verdict == Verdict::kDuplicate || result.verdict == Verdict::kUpdate;
  if (repeats) NameCanonical(*finding.canonical, result);
  if (!versions_.empty()) result.revision_of = index_.store().origin(*versions_.front());
  return result;
}

}  // namespace newsfeed::dedup
