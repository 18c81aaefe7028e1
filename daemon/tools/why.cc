#include "daemon/tools/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/article_value.h"
#include "daemon/record_headers.h"
#include "daemon/tools/json_line.h"
#include "daemon/tools/side_by_side.h"
#include "processors/dedup/policy.h"
#include "processors/dedup/rules.h"

namespace newsfeed::tools {
namespace {

using kafka::PolledRecord;

// Copies of one id; a feed that sends the same id a million times must not fill the memory.
constexpr size_t kMaxVersions = 1000;
constexpr size_t kMaxBytes = size_t{64} << 20;

std::string OriginText(const v1::Origin& origin) {
  return CleanText(ToString({origin.topic(), origin.partition(), origin.offset()}));
}

// What is told of each version.
v1::EnrichedArticle WithoutText(const v1::EnrichedArticle& article) {
  v1::EnrichedArticle rest;
  rest.set_title(article.title());
  rest.set_url(article.url());
  rest.set_published_at(article.published_at());
  *rest.mutable_source() = article.source();
  *rest.mutable_origin() = article.origin();
  *rest.mutable_dedup() = article.dedup();
  return rest;
}

absl::Status ReadVersions(TopicReader& reader, const config::v1::Config& config,
                          FoundArticle& found) {
  auto ranges = reader.RangesOf({config.outputs().enriched(), config.outputs().duplicates()});
  if (!ranges.ok()) return ranges.status();
  NewestVersions newest(kMaxVersions, kMaxBytes);
  absl::Status status = reader.Read(*ranges, absl::ZeroDuration(), [&](const PolledRecord& record) {
    FoundVersion version;
    if (record.key != found.id || !ParseArticleValue(record.value, version.article)) return true;
    version.topic = record.topic;
    version.place = {record.partition, record.offset};
    version.promoted = headers::Last(record.headers, headers::kPromoted).has_value();
    newest.Add(std::move(version));
    return true;
  });
  found.open_transactions = OpenTransactions(*ranges);
  found.left_out = newest.left_out();
  found.versions = std::move(newest).Take();
  return status;
}

absl::Status ReadDeadLetters(TopicReader& reader, const config::v1::Config& config,
                             FoundArticle& found) {
  const DeadLetterFilter filter{.key = found.id, .last = kMaxVersions};
  auto list = ListDeadLetters(reader, config, filter, absl::ZeroDuration());
  if (!list.ok()) return list.status();
  found.dead_letters = std::move(list->letters);
  std::ranges::move(list->open_transactions, std::back_inserter(found.open_transactions));
  return absl::OkStatus();
}

// The originals that the versions name.
absl::Status ReadOriginals(TopicReader& reader, const config::v1::Config& config,
                           FoundArticle& found) {
  std::vector<std::string> ids;
  for (const FoundVersion& version : found.versions) {
    if (!version.article.dedup().canonical_id().empty()) {
      ids.push_back(version.article.dedup().canonical_id());
    }
  }
  if (ids.empty()) return absl::OkStatus();
  std::ranges::sort(ids);
  auto ranges = reader.RangesOf({config.outputs().enriched()});
  if (!ranges.ok()) return ranges.status();
  v1::EnrichedArticle article;
  return reader.Read(*ranges, absl::ZeroDuration(), [&](const PolledRecord& record) {
    if (!std::ranges::binary_search(ids, record.key) ||
        !ParseArticleValue(record.value, article)) {
      return true;
    }
    const Coordinates origin{article.origin().topic(), article.origin().partition(),
                             article.origin().offset()};
    std::shared_ptr<const v1::EnrichedArticle> brief;
    for (FoundVersion& version : found.versions) {
      const v1::Origin& canonical = version.article.dedup().canonical_origin();
      if (origin != Coordinates{canonical.topic(), canonical.partition(), canonical.offset()}) {
        continue;
      }
      if (&version == &found.versions.back()) {
        version.canonical = std::make_shared<v1::EnrichedArticle>(article);
        continue;
      }
      if (brief == nullptr) brief = std::make_shared<v1::EnrichedArticle>(WithoutText(article));
      version.canonical = brief;
    }
    return true;
  });
}

// --- Printing -----------------------------------------------------------------------------------

void AppendLine(std::string& out, std::string_view name, std::string_view text) {
  fmt::format_to(std::back_inserter(out), "  {:<22}{}\n", name, CleanText(text, 1024));
}

std::string Percent(float share) { return fmt::format("{:.0f} %", 100 * share); }

// What each verdict means for the reader.
std::string_view Meaning(v1::Dedup::Verdict verdict) {
  switch (verdict) {
    case v1::Dedup::UNIQUE: return "nothing like it in the window";
    case v1::Dedup::DUPLICATE: return "repeats the original";
    case v1::Dedup::UPDATE: return "a newer version of the original, published";
    case v1::Dedup::LOW_INFORMATION: return "hardly any text of its own";
    default: return "not judged";
  }
}

std::string WhenOf(std::string_view rule) {
  for (const dedup::RuleRow& row : dedup::Rules()) {
    if (row.name == rule) return fmt::format("{} ({})", row.when, row.reason);
  }
  return "of another version";
}

// "93 %", and what is wanted where that is known.
std::string Wanted(float share, std::optional<uint32_t> percent) {
  return percent ? fmt::format("{} (wanted: {} %)", Percent(share), *percent) : Percent(share);
}

// `policy` that judged; null: not known.
void AppendEvidence(std::string& out, const v1::Evidence& evidence, const dedup::Policy* policy) {
  const auto wanted = [policy](uint32_t dedup::Policy::*percent) {
    return policy != nullptr ? std::optional(policy->*percent) : std::nullopt;
  };
  AppendLine(out, "rule", evidence.rule());
  AppendLine(out, "  which is", WhenOf(evidence.rule()));
  AppendLine(out, "its text there", Percent(evidence.containment()) + " (containment)");
  AppendLine(out, "the other's text here",
             Percent(evidence.containment_reverse()) + " (containment_reverse)");
  AppendLine(out, "larger of both",
             Wanted(std::max(evidence.containment(), evidence.containment_reverse()),
                    wanted(&dedup::Policy::min_containment_percent)));
  AppendLine(out, "new text",
             policy != nullptr
                 ? fmt::format("{} (an update has {} %)", Percent(1 - evidence.containment()),
                               policy->min_new_text_percent)
                 : Percent(1 - evidence.containment()));
  AppendLine(out, "of both texts", Percent(evidence.jaccard()) + " in common (jaccard)");
  AppendLine(out, "first 120 words",
             Wanted(evidence.lead(), wanted(&dedup::Policy::min_lead_percent)));
  AppendLine(out, "numbers",
             Wanted(evidence.numbers(), wanted(&dedup::Policy::min_numbers_percent)));
  AppendLine(out, "corrected numbers", std::to_string(evidence.corrected_numbers()));
  AppendLine(out, "title words", Percent(evidence.title()) + " in common");
  AppendLine(out, "body repeated",
             fmt::format("{} times under unrelated titles of one source", evidence.repetitions()));
}

void AppendTexts(std::string& out, const FoundVersion& version, size_t width) {
  if (!version.canonical || width == 0) return;
  const SharedWords shared = SideBySide(version.article.body(), version.canonical->body(), width);
  AppendLine(out, "words in common",
             fmt::format("{} of {} here, {} of {} there", shared.shared_left, shared.words_left,
                         shared.shared_right, shared.words_right));
  out += '\n' + shared.columns;
}

void AppendVersion(std::string& out, const FoundVersion& version, const dedup::Policy* policy) {
  const v1::Dedup& verdict = version.article.dedup();
  fmt::format_to(std::back_inserter(out), "{} at {}:{}:{}{}\n",
                 v1::Dedup::Verdict_Name(verdict.verdict()), version.topic, version.place.partition,
                 version.place.offset, version.promoted ? " (promoted)" : "");
  AppendLine(out, "title", version.article.title());
  AppendLine(out, "source", version.article.source().name() + "  " + version.article.url());
  AppendLine(out, "published", version.article.published_at());
  AppendLine(out, "input record", OriginText(version.article.origin()));
  AppendLine(out, "verdict", Meaning(verdict.verdict()));
  if (!verdict.canonical_id().empty()) {
    AppendLine(out, "original",
               verdict.canonical_id() + "  " + OriginText(verdict.canonical_origin()));
    AppendLine(out, "original's title",
               version.canonical ? version.canonical->title() : "(not among the published)");
    AppendLine(out, "similarity", Percent(verdict.similarity()));
  }
  if (!verdict.story_id().empty()) AppendLine(out, "story", verdict.story_id());
  if (verdict.has_revision_of()) AppendLine(out, "revision of", OriginText(verdict.revision_of()));
  AppendEvidence(out, verdict.evidence(),
                 policy != nullptr && policy->name == verdict.policy() ? policy : nullptr);
  AppendLine(out, "policy", verdict.policy());
}

std::string VersionJson(const FoundVersion& version) {
  const v1::EnrichedArticle& article = version.article;
  JsonLine line;
  line.Add("topic", version.topic)
      .Add("partition", version.place.partition)
      .Add("offset", version.place.offset);
  line.Add("promoted", version.promoted).Add("title", article.title()).Add("url", article.url());
  std::string json;
  file::AppendJson(article.origin(), json);
  line.AddRaw("origin", json);
  json.clear();
  file::AppendJson(article.dedup(), json);
  line.AddRaw("dedup", json);
  if (version.canonical) line.Add("canonicalTitle", version.canonical->title());
  return std::move(line).Take();
}

}  // namespace

void NewestVersions::Add(FoundVersion version) {
  const int64_t time = version.article.origin().timestamp();
  const auto added = versions_.emplace(time, std::move(version));  // behind those of its time
  bytes_ += added->second.article.ByteSizeLong();
  const auto brief = [this](FoundVersion& old) {
    bytes_ -= old.article.ByteSizeLong();
    old.article = WithoutText(old.article);
    bytes_ += old.article.ByteSizeLong();
  };
  if (std::next(added) != versions_.end()) {
    brief(added->second);
  } else if (added != versions_.begin()) {
    brief(std::prev(added)->second);
  }
  while (versions_.size() > most_ || (bytes_ > most_bytes_ && versions_.size() > 1)) {
    bytes_ -= versions_.begin()->second.article.ByteSizeLong();
    versions_.erase(versions_.begin());
    ++left_out_;
  }
}

std::vector<FoundVersion> NewestVersions::Take() && {
  std::vector<FoundVersion> taken;
  for (auto& [time, version] : versions_) taken.push_back(std::move(version));
  return taken;
}

absl::StatusOr<FoundArticle> FindArticle(TopicReader& reader, const config::v1::Config& config,
                                         const std::string& id) {
  FoundArticle found{
      .id = id, .versions = {}, .left_out = 0, .dead_letters = {}, .open_transactions = {}};
  if (absl::Status status = ReadVersions(reader, config, found); !status.ok()) return status;
  if (absl::Status status = ReadDeadLetters(reader, config, found); !status.ok()) return status;
  if (absl::Status status = ReadOriginals(reader, config, found); !status.ok()) return status;
  if (found.versions.empty() && found.dead_letters.empty()) {
    return absl::NotFoundError(fmt::format("{}: no article of that id in {}, {} or by key in {}",
                                           CleanText(id), config.outputs().enriched(),
                                           config.outputs().duplicates(),
                                           config.outputs().dead_letter()));
  }
  return found;
}

std::string TextOf(const FoundArticle& found, const config::v1::Config& config, size_t width) {
  const auto policy = dedup::MakePolicy(config.dedup());
  std::string out;
  if (found.left_out > 0) out += fmt::format("{} older versions are not shown\n", found.left_out);
  for (const FoundVersion& version : found.versions) {
    AppendVersion(out, version, policy.ok() ? policy->get() : nullptr);
  }
  if (!found.versions.empty()) AppendTexts(out, found.versions.back(), width);
  for (const DeadLetter& letter : found.dead_letters) {
    fmt::format_to(std::back_inserter(out), "dead letter {}:{}{}\n", letter.place.partition,
                   letter.place.offset, letter.replayed ? " (replayed)" : "");
    AppendLine(out, "reason",
               fmt::format("{} in {}: {}", letter.reason, letter.stage, letter.detail));
    if (letter.source) AppendLine(out, "input record", ToString(*letter.source));
  }
  return out;
}

std::string JsonOf(const FoundArticle& found) {
  JsonLine line;
  line.Add("id", CleanText(found.id)).AddRaw("versions", JsonList(found.versions, VersionJson));
  line.Add("olderVersions", found.left_out);
  line.AddRaw("deadLetters", JsonList(found.dead_letters, [](const DeadLetter& letter) {
                return JsonOf(letter);
              }));
  return std::move(line).Take();
}

}  // namespace newsfeed::tools
