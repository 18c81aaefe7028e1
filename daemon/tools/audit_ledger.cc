#include "daemon/tools/audit_ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/record_headers.h"
#include "daemon/tools/published.h"

namespace newsfeed::tools {
namespace {

using kafka::PolledRecord;
using kafka::TopicPartition;

// What is known of one input offset.
constexpr uint8_t kOutcomeMask = 0x03;  // the last outcome seen
constexpr uint8_t kOnce = 0x04;
constexpr uint8_t kTwice = 0x08;      // or more often
constexpr uint8_t kExists = 0x10;     // the input has a record there
constexpr uint8_t kWaitsForJudge = 0x20;
constexpr uint8_t kWaitsForEnrich = 0x40;
constexpr uint8_t kPublished = 0x80;  // in enriched

constexpr size_t kMaxExamples = 10;

bool IsPromotion(const PolledRecord& record) {
  return headers::Last(record.headers, headers::kPromoted).has_value();
}

bool IsLate(const PolledRecord& record) {
  return headers::Last(record.headers, headers::kErrorReplay) == headers::kReplayJudged;
}

}  // namespace

std::vector<std::string> AuditTopics::InputNames() const {
  std::vector<std::string> names;
  for (const Input& input : inputs) names.push_back(input.topic);
  return names;
}

std::vector<std::string> AuditTopics::OutputNames() const {
  return {enriched, duplicates, dead_letter, filtered};
}

std::vector<std::string> AuditTopics::InternalNames() const {
  if (internal.prepared.empty()) return {};
  return {internal.prepared, internal.judged};
}

AuditTopics AuditTopicsOf(const config::v1::Config& config) {
  AuditTopics topics;
  for (const auto& input : config.inputs()) {
    topics.inputs.push_back({input.topic(), input.start() == config::v1::Input::LATEST});
  }
  topics.enriched = config.outputs().enriched();
  topics.duplicates = config.outputs().duplicates();
  topics.dead_letter = config.outputs().dead_letter();
  topics.filtered = config.outputs().filtered();
  if (kafka::HasJudge(config)) topics.internal = kafka::InternalTopicsOf(config);
  topics.exactly_once = config.delivery().guarantee() != config::v1::Delivery::AT_LEAST_ONCE;
  return topics;
}

void RangeList::Add(const TopicPartition& where, int64_t offset) {
  ++offsets;
  if (!ranges.empty() && ranges.back().topic == where.topic &&
      ranges.back().partition == where.partition && ranges.back().last + 1 == offset) {
    ranges.back().last = offset;
    return;
  }
  if (ranges.size() < kMaxRanges) ranges.push_back({where.topic, where.partition, offset, offset});
}

std::string_view TwinStateName(TwinState state) {
  constexpr std::array<std::string_view, 5> kNames = {"published", "promoted", "in flight",
                                                      "unknown", "none"};
  return kNames[static_cast<size_t>(state)];
}

AuditLedger::AuditLedger(AuditTopics topics) : topics_(std::move(topics)) {}

void AuditLedger::AddPartition(const AuditPartition& partition) {
  const auto input = std::ranges::find(topics_.inputs, partition.where.topic,
                                       &AuditTopics::Input::topic);
  if (input == topics_.inputs.end()) {
    committed_[partition.where] = partition.committed;
    return;
  }
  numbers_[partition.where] = static_cast<uint32_t>(inputs_.size());
  Input& added = inputs_.emplace_back(Input{partition, input->from_latest, partition.low, {}});
  added.marks.resize(static_cast<size_t>(std::max<int64_t>(partition.end - partition.low, 0)));
}

void AuditLedger::Take(const PolledRecord& record) {
  if (record.topic == topics_.enriched) return TakeEnriched(record);
  if (record.topic == topics_.duplicates) return TakeDuplicate(record);
  if (record.topic == topics_.dead_letter) return TakeDeadLetter(record);
  if (record.topic == topics_.internal.prepared) return TakeWaiting(record, kWaitsForJudge);
  if (record.topic == topics_.internal.judged) return TakeWaiting(record, kWaitsForEnrich);
  if (record.topic == topics_.filtered) {
    const auto source = SourceOf(record.headers);
    if (!source) return CountUnreadable(record, "no source coordinates");
    return CountOutcome(KeyOf(*source), Outcome::kFiltered);
  }
  TakeInput(record);
}

void AuditLedger::TakeInput(const PolledRecord& record) {
  const Key key = KeyOf({std::string(record.topic), record.partition, record.offset});
  if (uint8_t* mark = MarkOf(key)) *mark |= kExists;
}

void AuditLedger::TakeEnriched(const PolledRecord& record) {
  const auto source = SourceOf(record.headers);
  if (!source) return CountUnreadable(record, "no source coordinates");
  if (!IsPromotion(record)) return CountOutcome(KeyOf(*source), Outcome::kEnriched);
  ++counts_.promoted;
  promoted_.insert(KeyOf(*source));
  promoted_working_.insert(KeyOf(*source));
}

void AuditLedger::TakeDuplicate(const PolledRecord& record) {
  const auto source = SourceOf(record.headers);
  if (!source) return CountUnreadable(record, "no source coordinates");
  CountOutcome(KeyOf(*source), Outcome::kDuplicate);
  const auto dedup = DedupOf(record.value);
  if (!dedup || !dedup->has_canonical_origin()) {
    return CountUnreadable(record, "a duplicate that names no original");
  }
  const v1::Origin& origin = dedup->canonical_origin();
  duplicates_.push_back({KeyOf(*source),
                         KeyOf({origin.topic(), origin.partition(), origin.offset()}),
                         {record.partition, record.offset}});
}

void AuditLedger::TakeDeadLetter(const PolledRecord& record) {
  if (const auto receipt = ReceiptOf(record.headers)) {
    ++counts_.receipts;
    const auto end = committed_.find({std::string(record.topic), record.partition});
    receipts_[{receipt->partition, receipt->offset}] =
        end != committed_.end() && record.offset >= end->second;
    return;
  }
  const auto source = ErrorSourceOf(record.headers);
  if (!source) return CountUnreadable(record, "no coordinates of the input record");
  if (!IsLate(record)) return CountOutcome(KeyOf(*source), Outcome::kDeadLetter);
  // Of a promotion: the duplicate it was made of has its outcome.
  const bool promotion = IsPromotion(record);
  if (promotion) promoted_.insert(KeyOf(*source));
  late_.push_back({{record.partition, record.offset}, KeyOf(*source), promotion});
}

void AuditLedger::TakeWaiting(const PolledRecord& record, uint8_t mark) {
  const auto source = SourceOf(record.headers);
  if (!source) return CountUnreadable(record, "no source coordinates");
  const auto committed = committed_.find({std::string(record.topic), record.partition});
  const bool waits = committed == committed_.end() || record.offset >= committed->second;
  if (IsPromotion(record)) {
    promoted_.insert(KeyOf(*source));
    if (waits) promoted_working_.insert(KeyOf(*source));
    return;
  }
  if (!waits) return;
  const Key key = KeyOf(*source);
  NoteTrace(key);
  if (uint8_t* of_source = MarkOf(key)) *of_source |= mark;
}

void AuditLedger::CountOutcome(Key key, Outcome outcome) {
  const bool foreign = (key.partition & kForeign) != 0;
  if (foreign || key.offset < inputs_[key.partition].partition.low) {
    ++(foreign ? counts_.foreign : counts_.trimmed);
    if (outcome == Outcome::kEnriched) published_beyond_.insert(key);
    return NoteTrace(key);
  }
  uint8_t* mark = MarkOf(key);
  if (mark == nullptr) {
    ++counts_.newer;
    return;
  }
  *mark |= (*mark & kOnce) ? kTwice : kOnce;
  *mark = static_cast<uint8_t>((*mark & ~kOutcomeMask) | static_cast<uint8_t>(outcome));
  if (outcome == Outcome::kEnriched) *mark |= kPublished;
}

// Prepare had it in hand when retention took it from the input.
void AuditLedger::NoteTrace(Key key) {
  if (key.partition & kForeign) return;
  const AuditPartition& partition = inputs_[key.partition].partition;
  if (key.offset < partition.gone_until && key.offset >= partition.committed) traced_gone_.insert(key);
}

void AuditLedger::CountUnreadable(const PolledRecord& record, std::string_view what) {
  ++counts_.unreadable;
  if (counts_.unreadable_examples.size() >= kMaxExamples) return;
  counts_.unreadable_examples.push_back(
      fmt::format("{}:{}:{}: {}", record.topic, record.partition, record.offset, what));
}

AuditLedger::Key AuditLedger::KeyOf(const Coordinates& at) {
  const auto number = static_cast<uint32_t>(foreign_.size()) | kForeign;
  const auto [found, is_new] = numbers_.try_emplace({at.topic, at.partition}, number);
  if (is_new) foreign_.push_back(found->first);
  return {found->second, at.offset};
}

AuditLedger::Key AuditLedger::FindKey(const Coordinates& at) const {
  const auto found = numbers_.find({at.topic, at.partition});
  return {found == numbers_.end() ? kNowhere : found->second, at.offset};
}

Coordinates AuditLedger::CoordinatesOf(Key key) const {
  const TopicPartition& where = (key.partition & kForeign)
                                    ? foreign_[key.partition & ~kForeign]
                                    : inputs_[key.partition].partition.where;
  return {where.topic, where.partition, key.offset};
}

// Null beyond what is audited.
uint8_t* AuditLedger::MarkOf(Key key) {
  if (key.partition & kForeign) return nullptr;
  Input& input = inputs_[key.partition];
  const int64_t index = key.offset - input.partition.low;
  if (index < 0 || index >= static_cast<int64_t>(input.marks.size())) return nullptr;
  return &input.marks[static_cast<size_t>(index)];
}

void AuditLedger::SetLow(const TopicPartition& where, int64_t low) {
  const auto found = numbers_.find(where);
  if (found == numbers_.end() || (found->second & kForeign)) return;
  int64_t& from = inputs_[found->second].report_from;
  from = std::max(from, low);
}

AuditReport AuditLedger::Report() {
  // Receipts may come after what they are for: the dead letters of late stages are counted now.
  SettleLateDeadLetters();
  SettlePromotions();
  AuditReport report = counts_;
  report.exactly_once = topics_.exactly_once;
  for (uint32_t number = 0; number < inputs_.size(); ++number) ReportInput(number, report);
  for (const Duplicate& duplicate : duplicates_) {
    if (StateOf(duplicate.canonical) != TwinState::kNone) continue;
    report.twinless.push_back({CoordinatesOf(duplicate.source), duplicate.place,
                               CoordinatesOf(duplicate.canonical)});
  }
  return report;
}

void AuditLedger::SettleLateDeadLetters() {
  for (const LateDeadLetter& letter : late_) {
    const auto receipt = receipts_.find({letter.place.partition, letter.place.offset});
    if (letter.promotion) {
      if (receipt == receipts_.end()) promoted_dead_.insert(letter.source);
    } else if (receipt == receipts_.end()) {
      CountOutcome(letter.source, Outcome::kDeadLetter);
    } else {
      ++counts_.replayed_late;
      uint8_t* mark = receipt->second ? MarkOf(letter.source) : nullptr;
      if (mark != nullptr) *mark |= kWaitsForEnrich;
    }
  }
  late_.clear();
}

// A promotion counts until it is known to have failed: what became of it may be gone by retention.
void AuditLedger::SettlePromotions() {
  for (const Duplicate& duplicate : duplicates_) {
    if (!promoted_.contains(duplicate.source)) continue;
    originals_[duplicate.source] = duplicate.canonical;
    if (promoted_working_.contains(duplicate.source) || !promoted_dead_.contains(duplicate.source)) {
      covered_.insert(duplicate.canonical);
    }
  }
}

// Offsets that retention took from the input before prepare had read them.
uint64_t AuditLedger::CountGone(uint32_t number, AuditReport& report) const {
  const AuditPartition& partition = inputs_[number].partition;
  if (partition.committed < 0 || partition.gone_until <= partition.committed) return 0;
  const auto traced = std::ranges::count(traced_gone_, number, &Key::partition);
  const auto gone = static_cast<uint64_t>(partition.gone_until - partition.committed - traced);
  if (gone == 0) return 0;
  report.gone_unread.offsets += gone;
  if (report.gone_unread.ranges.size() < RangeList::kMaxRanges) {
    report.gone_unread.ranges.push_back({partition.where.topic, partition.where.partition,
                                         partition.committed, partition.gone_until - 1});
  }
  return gone;
}

void AuditLedger::ReportInput(uint32_t number, AuditReport& report) const {
  const Input& input = inputs_[number];
  const AuditPartition& partition = input.partition;
  AuditTotals totals;
  totals.gone_unread = CountGone(number, report);
  bool begun = !input.from_latest;  // the application's first record has been seen
  for (size_t i = 0; i < input.marks.size(); ++i) {
    const uint8_t mark = input.marks[i];
    const int64_t offset = partition.low + static_cast<int64_t>(i);
    if (offset < input.report_from) continue;
    begun |= (mark & (kOnce | kWaitsForJudge | kWaitsForEnrich)) != 0;
    if (!(mark & kExists)) {
      if (mark & kOnce) report.phantoms.Add(partition.where, offset);
      continue;
    }
    ++totals.records;
    if (mark & kTwice) {
      ++totals.doubled;
      report.doubled.Add(partition.where, offset);
    }
    if (mark & kOnce) {
      ++totals.outcomes[mark & kOutcomeMask];
    } else if (mark & kWaitsForEnrich) {
      ++totals.in_judged;
    } else if (mark & kWaitsForJudge) {
      ++totals.in_prepared;
    } else if (offset >= partition.committed) {
      ++totals.unread;
    } else if (!begun) {
      ++totals.before_start;
    } else {
      ++totals.missing;
      report.missing.Add(partition.where, offset);
    }
  }
  AuditTotals& sum = report.totals;
  for (size_t i = 0; i < kOutcomes; ++i) sum.outcomes[i] += totals.outcomes[i];
  sum.records += totals.records;
  sum.unread += totals.unread;
  sum.in_prepared += totals.in_prepared;
  sum.in_judged += totals.in_judged;
  sum.before_start += totals.before_start;
  sum.missing += totals.missing;
  sum.doubled += totals.doubled;
  sum.gone_unread += totals.gone_unread;
  report.partitions.push_back({partition.where, partition.low, partition.end, partition.committed,
                               totals});
}

// That an original was not published is only known where its dead letter or filtered record was seen: without any
// trace it may have been published, and retention has taken the article.
TwinState AuditLedger::StateOf(Key canonical) const {
  const uint8_t mark = MarksOf(canonical);
  if ((mark & kPublished) || published_beyond_.contains(canonical)) return TwinState::kPublished;
  if (covered_.contains(canonical)) return TwinState::kPromoted;
  if (canonical.partition & kForeign) return TwinState::kUnknown;
  const AuditPartition& partition = inputs_[canonical.partition].partition;
  if (canonical.offset < partition.low) return TwinState::kUnknown;
  if (mark & kOnce) {
    const auto outcome = static_cast<Outcome>(mark & kOutcomeMask);
    const bool ended = outcome == Outcome::kDeadLetter || outcome == Outcome::kFiltered;
    return ended ? TwinState::kNone : TwinState::kUnknown;
  }
  const bool waits = (mark & (kWaitsForJudge | kWaitsForEnrich)) != 0 ||
                     canonical.offset >= partition.committed;
  return waits ? TwinState::kInFlight : TwinState::kUnknown;
}

// None beyond what is audited.
uint8_t AuditLedger::MarksOf(Key key) const {
  if (key.partition & kForeign) return 0;
  const Input& input = inputs_[key.partition];
  const int64_t index = key.offset - input.partition.low;
  if (index < 0 || index >= static_cast<int64_t>(input.marks.size())) return 0;
  return input.marks[static_cast<size_t>(index)];
}

TwinState AuditLedger::TwinOf(const Coordinates& canonical) const {
  return StateOf(FindKey(canonical));
}

bool AuditLedger::IsPromoted(const Coordinates& source) const {
  return promoted_.contains(FindKey(source));
}

std::optional<Coordinates> AuditLedger::OriginalOf(const Coordinates& promoted) const {
  const auto found = originals_.find(FindKey(promoted));
  if (found == originals_.end()) return std::nullopt;
  return CoordinatesOf(found->second);
}

}  // namespace newsfeed::tools
