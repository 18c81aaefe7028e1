#include "daemon/tools/duplicates.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "daemon/article_value.h"
#include "daemon/kafka/application.h"
#include "daemon/record_headers.h"
#include "daemon/tools/audit.h"
#include "daemon/tools/json_line.h"
#include "daemon/tools/published.h"
#include "daemon/tools/transaction.h"

namespace newsfeed::tools {
namespace {

using kafka::PolledRecord;

Coordinates ToCoordinates(const v1::Origin& origin) {
  return {origin.topic(), origin.partition(), origin.offset()};
}

std::optional<DuplicateLine> ToLine(const PolledRecord& record, const AuditLedger& ledger) {
  const auto source = SourceOf(record.headers);
  const auto dedup = DedupOf(record.value);
  if (!source || !dedup || !dedup->has_canonical_origin()) return std::nullopt;
  const Coordinates canonical = ToCoordinates(dedup->canonical_origin());
  return DuplicateLine{.place = {record.partition, record.offset},
                       .id = std::string(record.key),
                       .source = *source,
                       .canonical_id = dedup->canonical_id(),
                       .canonical = canonical,
                       .similarity = dedup->similarity(),
                       .rule = dedup->evidence().rule(),
                       .twin = ledger.TwinOf(canonical),
                       .promoted = ledger.IsPromoted(*source)};
}

// The record that enrich will publish as UNIQUE.
absl::StatusOr<OutgoingRecord> Promotion(const PolledRecord& record,
                                         const config::v1::Config& config) {
  v1::EnrichedArticle article;
  if (!ParseArticleValue(record.value, article)) {
    return absl::DataLossError("it is no EnrichedArticle");
  }
  v1::Dedup verdict;
  verdict.set_verdict(v1::Dedup::UNIQUE);
  verdict.set_story_id(article.id());
  verdict.set_policy(article.dedup().policy());
  const v1::Origin origin = article.origin();

  OutgoingRecord out;
  out.topic = kafka::InternalTopicsOf(config).judged;
  out.key = article.id();
  out.headers = {
      {std::string(headers::kSourceTopic), origin.topic()},
      {std::string(headers::kSourcePartition), std::to_string(origin.partition())},
      {std::string(headers::kSourceOffset), std::to_string(origin.offset())},
      {std::string(headers::kSourceTimestamp), std::to_string(origin.timestamp())},
      {std::string(headers::kVerdictDetail), verdict.SerializeAsString()},
      {std::string(headers::kPromoted), "1"},
  };
  for (std::string_view passed :
       {headers::kSourceHash, headers::kTraceParent, headers::kTraceState}) {
    if (const auto value = headers::Last(record.headers, passed)) {
      out.headers.emplace_back(std::string(passed), std::string(*value));
    }
  }
  out.value = PreparedFrom(std::move(article)).SerializeAsString();
  return out;
}

// Why a copy is not published; empty: it may be.
std::string_view WhyLeft(const DuplicateLine& line) {
  switch (line.twin) {
    case TwinState::kPublished: return "its original is published";
    case TwinState::kPromoted:
      return line.promoted ? "was promoted already" : "another copy of its original was promoted";
    case TwinState::kInFlight: return "its original is in flight: try again later";
    case TwinState::kUnknown:
      return "whether its original was published is not known: no trace of it is left in the "
             "topics";
    case TwinState::kNone:
      return line.promoted
                 ? "was promoted already, and is a dead letter: newsfeedd dead-letters replay"
                 : "";
  }
  return "";
}

// What is to be promoted; the rest goes to `report`.
std::vector<DuplicateLine> Choose(const std::vector<DuplicateLine>& lines, PromoteReport& report) {
  std::vector<DuplicateLine> chosen;
  std::set<Coordinates> originals;
  for (const DuplicateLine& line : lines) {
    if (const std::string_view why = WhyLeft(line); !why.empty()) {
      report.left.push_back(fmt::format("{}:{}: {}", line.place.partition, line.place.offset, why));
    } else if (originals.insert(line.canonical).second) {
      chosen.push_back(line);
    }
  }
  return chosen;
}

}  // namespace

v1::Prepared PreparedFrom(v1::EnrichedArticle article) {
  v1::Prepared prepared;
  article.clear_entities();
  article.clear_dedup();
  article.mutable_processing()->clear_model();
  if (!article.standfirst().empty()) {
    if (const size_t begin = article.body().find(article.standfirst());
        begin != std::string::npos) {
      prepared.set_standfirst_begin(static_cast<uint32_t>(begin));
      prepared.set_standfirst_end(static_cast<uint32_t>(begin + article.standfirst().size()));
    }
  }
  *prepared.mutable_article() = std::move(article);
  return prepared;
}

absl::StatusOr<DuplicateList> ListDuplicates(TopicReader& reader, const config::v1::Config& config,
                                             const DuplicateFilter& filter) {
  AuditLedger ledger(AuditTopicsOf(config));
  auto report = RunAudit(reader, config, ledger);
  if (!report.ok()) return report.status();
  DuplicateList list{{}, std::move(report->open_transactions), std::move(report->notes)};
  auto ranges = reader.RangesOf({config.outputs().duplicates()});
  if (!ranges.ok()) return ranges.status();
  absl::Status status = reader.Read(*ranges, absl::ZeroDuration(), [&](const PolledRecord& record) {
    if (filter.place && *filter.place != Place{record.partition, record.offset}) return true;
    auto line = ToLine(record, ledger);
    if (line && !(filter.twinless_only && line->twin != TwinState::kNone)) {
      list.lines.push_back(*std::move(line));
    }
    return true;
  });
  if (!status.ok()) return status;
  std::ranges::sort(list.lines, {}, &DuplicateLine::place);
  return list;
}

absl::StatusOr<PromoteReport> PromoteDuplicates(kafka::ClientFactory& factory, TopicReader& reader,
                                                const config::v1::Config& config,
                                                std::optional<Place> place, bool dry_run) {
  if (!kafka::HasJudge(config)) {
    return absl::InvalidArgumentError("this chain has no dedup: there is nothing to promote");
  }
  std::unique_ptr<TransactionalWriter> writer;
  if (!dry_run) {
    auto opened = TransactionalWriter::Open(factory, config);
    if (!opened.ok()) return opened.status();
    writer = *std::move(opened);
  }
  // After Open: now no other process can promote or replay, and what a predecessor did is
  // committed.
  auto list = ListDuplicates(reader, config, {.twinless_only = !place.has_value(), .place = place});
  if (!list.ok()) return list.status();
  if (!list->open_transactions.empty()) {
    // An article that was promoted may be hidden there.
    return absl::UnavailableError(list->open_transactions.front() +
                                  "; nothing was promoted, try again when it has ended");
  }
  PromoteReport report;
  report.notes = std::move(list->notes);
  const std::vector<DuplicateLine> chosen = Choose(list->lines, report);
  if (place && chosen.empty() && report.left.empty()) {
    return absl::NotFoundError(fmt::format("{}: there is no duplicate {}:{}",
                                           config.outputs().duplicates(), place->partition,
                                           place->offset));
  }
  for (const DuplicateLine& line : chosen) {
    const std::string name = fmt::format("{}:{}", line.place.partition, line.place.offset);
    absl::StatusOr<OutgoingRecord> out;
    absl::Status status = reader.ReadOne(
        {{config.outputs().duplicates(), line.place.partition}, line.place.offset},
        [&](const PolledRecord& record) { return out = Promotion(record, config), true; });
    if (status.ok()) status = out.status();
    if (status.ok() && !dry_run) {
      const auto refused = writer->Commit({{*std::move(out)}});
      if (!refused.ok()) return refused.status();
      if (!refused->empty()) status = absl::ResourceExhaustedError(refused->front().why);
    }
    if (status.ok()) {
      report.promoted.push_back(fmt::format("{}  {} (copy of {})", name, CleanText(line.id),
                                            CleanText(line.canonical_id)));
    } else {
      report.left.push_back(fmt::format("{}: {}", name, std::string(status.message())));
    }
  }
  return report;
}

}  // namespace newsfeed::tools
