#include "daemon/tools/audit_ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/record_headers.h"
#include "daemon/tools/published.h"
#include "processors/text/hash.h"

namespace newsfeed::tools {
namespace {

using kafka::PolledRecord;
using kafka::TopicPartition;

// What is known of one input offset.
constexpr uint16_t kOutcomeMask = 0x0003;  // the last outcome seen
constexpr uint16_t kOnce = 0x0004;
constexpr uint16_t kTwice = 0x0008;      // or more often
constexpr uint16_t kExists = 0x0010;     // the input has a record there
constexpr uint16_t kWaitsForJudge = 0x0020;
constexpr uint16_t kWaitsForEnrich = 0x0040;
constexpr uint16_t kPublished = 0x0080;     // in enriched
constexpr uint16_t kWasPrepared = 0x0100;   // in ID-prepared, and the judge has committed it
constexpr uint16_t kWasJudged = 0x0200;     // in ID-judged
constexpr uint16_t kEntry = 0x0400;         // in ID-index, before ID-judged was read
constexpr uint16_t kYoungerEntry = 0x0800;  // after that
constexpr uint16_t kVerdictMask = 0x7000;   // of the entry; 0: none
constexpr int kVerdictShift = 12;
constexpr uint16_t kHeld = 0x8000;          // in an open transaction

// Left by a stage.
constexpr uint16_t kTraces =
    kOnce | kWaitsForJudge | kWaitsForEnrich | kWasPrepared | kWasJudged | kEntry | kYoungerEntry;

constexpr size_t kMaxExamples = 10;

bool IsPromotion(const PolledRecord& record) {
  return headers::Last(record.headers, headers::kPromoted).has_value();
}

bool IsLate(const PolledRecord& record) {
  return headers::Last(record.headers, headers::kErrorReplay) == headers::kReplayJudged;
}

uint32_t HashOf(const PolledRecord& record, std::string_view header) {
  return static_cast<uint32_t>(
      headers::ParseHash(headers::Last(record.headers, header).value_or("")));
}

// Of a published article, or of a judged one.
int VerdictOf(const PolledRecord& record) {
  v1::Dedup dedup;
  if (const auto detail = headers::Last(record.headers, headers::kVerdictDetail)) {
    return dedup.ParseFromArray(detail->data(), static_cast<int>(detail->size())) ? dedup.verdict()
                                                                                  : 0;
  }
  v1::Dedup::Verdict verdict = v1::Dedup::UNSPECIFIED;
  v1::Dedup::Verdict_Parse(
      std::string(headers::Last(record.headers, headers::kVerdict).value_or("")), &verdict);
  return verdict;
}

// By prepare, in the order of its input.
bool IsEarlyDeadLetter(const PolledRecord& record) {
  const auto stage = headers::Last(record.headers, headers::kErrorStage);
  return !IsLate(record) && stage != "judge" && stage != "enrich" && stage != "publish";
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
    if (partition.where.topic != topics_.internal.judged) return;
    judged_whole_ &= partition.low == 0;
    ++partitions_[partition.where.topic];
    return;
  }
  numbers_[partition.where] = static_cast<uint32_t>(inputs_.size());
  Input& added = inputs_.emplace_back();
  added.partition = partition;
  added.from_latest = input->from_latest;
  added.report_from = partition.low;
  const auto offsets = static_cast<size_t>(std::max<int64_t>(partition.end - partition.low, 0));
  added.marks.resize(offsets);
  added.hashes.resize(offsets);
}

void AuditLedger::SetPartitions(const std::string& topic, int32_t partitions) {
  partitions_[topic] = partitions;
}

void AuditLedger::Take(const PolledRecord& record) {
  if (record.topic == topics_.enriched) return TakeEnriched(record);
  if (record.topic == topics_.duplicates) return TakeDuplicate(record);
  if (record.topic == topics_.dead_letter) return TakeDeadLetter(record);
  if (record.topic == topics_.internal.prepared) return TakePrepared(record);
  if (record.topic == topics_.internal.judged) return TakeJudged(record);
  if (record.topic != topics_.filtered) return TakeInput(record);
  const auto source = SourceOf(record.headers);
  if (!source) return CountUnreadable(record, "no source coordinates");
  const Key key = KeyOf(*source);
  const uint32_t hash = HashOf(record, headers::kSourceHash);
  CheckOrder(record, key, hash);
  CountOutcome(key, hash, Outcome::kFiltered);
}

void AuditLedger::TakeInput(const PolledRecord& record) {
  Note(KeyOf({std::string(record.topic), record.partition, record.offset}),
       static_cast<uint32_t>(text::Hash(record.value)), kExists);
}

void AuditLedger::TakeEnriched(const PolledRecord& record) {
  const auto source = SourceOf(record.headers);
  if (!source) return CountUnreadable(record, "no source coordinates");
  const Key key = KeyOf(*source);
  if (IsPromotion(record)) {
    ++counts_.promoted;
    promoted_.insert(key);
    promoted_working_.insert(key);
    return;
  }
  const uint32_t hash = HashOf(record, headers::kSourceHash);
  CheckVerdict(key, hash, VerdictOf(record));
  CheckOrder(record, key, hash, IsSpreadAnew(record.topic));
  CountOutcome(key, hash, Outcome::kEnriched);
}

void AuditLedger::TakeDuplicate(const PolledRecord& record) {
  const auto source = SourceOf(record.headers);
  if (!source) return CountUnreadable(record, "no source coordinates");
  const Key key = KeyOf(*source);
  const uint32_t hash = HashOf(record, headers::kSourceHash);
  CheckVerdict(key, hash, VerdictOf(record));
  CheckOrder(record, key, hash, IsSpreadAnew(record.topic));
  CountOutcome(key, hash, Outcome::kDuplicate);
  const auto dedup = DedupOf(record.value);
  if (!dedup || !dedup->has_canonical_origin()) {
    return CountUnreadable(record, "a duplicate that names no original");
  }
  const v1::Origin& origin = dedup->canonical_origin();
  duplicates_.emplace_back(key, hash, KeyOf({origin.topic(), origin.partition(), origin.offset()}),
                           Place{record.partition, record.offset});
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
  const Key key = KeyOf(*source);
  const uint32_t hash = HashOf(record, headers::kErrorHash);
  if (IsEarlyDeadLetter(record)) CheckOrder(record, key, hash);
  if (!IsLate(record)) return CountOutcome(key, hash, Outcome::kDeadLetter);
  // Of a promotion: the duplicate it was made of has its outcome.
  const bool promotion = IsPromotion(record);
  if (promotion) promoted_.insert(key);
  late_.push_back({{record.partition, record.offset}, key, hash, promotion});
}

void AuditLedger::TakePrepared(const PolledRecord& record) {
  const auto source = SourceOf(record.headers);
  if (!source) return CountUnreadable(record, "no source coordinates");
  const Key key = KeyOf(*source);
  const uint32_t hash = HashOf(record, headers::kSourceHash);
  CheckOrder(record, key, hash);
  if (IsCommitted(record)) return Note(key, hash, kWasPrepared);
  NoteTrace(key);
  Note(key, hash, kWaitsForJudge);
}

void AuditLedger::TakeJudged(const PolledRecord& record) {
  const auto source = SourceOf(record.headers);
  if (!source) return CountUnreadable(record, "no source coordinates");
  const Key key = KeyOf(*source);
  const bool waits = !IsCommitted(record);
  if (IsPromotion(record)) {
    promoted_.insert(key);
    if (waits) promoted_working_.insert(key);
    return;
  }
  const uint32_t hash = HashOf(record, headers::kSourceHash);
  CheckVerdict(key, hash, VerdictOf(record));
  CheckOrder(record, key, hash);
  if (waits) NoteTrace(key);
  Note(key, hash, static_cast<uint16_t>(kWasJudged | (waits ? kWaitsForEnrich : 0)));
}

void AuditLedger::TakeEntry(const dedup::IndexEntry& entry, uint64_t payload_hash, bool younger) {
  // Of a record that does not say where it came from: a dead letter of the judge.
  if (entry.origin.topic.empty()) return;
  const Key key = KeyOf(
      {std::string(entry.origin.topic), entry.origin.partition.value, entry.origin.offset.value});
  if (key.partition & kForeign) return;
  first_entry_.try_emplace(key.partition, key.offset);
  const int verdict = entry.rejected ? 0 : static_cast<int>(entry.dedup.verdict);
  Note(key, static_cast<uint32_t>(payload_hash),
       static_cast<uint16_t>((younger ? kYoungerEntry : kEntry) | verdict << kVerdictShift));
}

void AuditLedger::TakeHeld(const PolledRecord& record) {
  const bool dead = record.topic == topics_.dead_letter;
  const auto source = dead ? ErrorSourceOf(record.headers) : SourceOf(record.headers);
  if (!source || IsPromotion(record)) return;
  Note(KeyOf(*source), HashOf(record, dead ? headers::kErrorHash : headers::kSourceHash), kHeld);
}

void AuditLedger::SetCommitted(const TopicPartition& where, int64_t offset) {
  const auto found = numbers_.find(where);
  if (found == numbers_.end() || (found->second & kForeign)) return;
  inputs_[found->second].committed_after = std::max<int64_t>(offset, 0);
}

void AuditLedger::TakeUncommitted(const PolledRecord& record) {
  const auto source = SourceOf(record.headers);
  // Where records may come twice, another one of the same source may have been published.
  if (!source || IsPromotion(record) || !topics_.exactly_once) return;
  const Key key = KeyOf(*source);
  if (!(MarksOf(key) & kOnce) || IsEarlier(key, HashOf(record, headers::kSourceHash))) return;
  counts_.behind.Add({std::string(record.topic), record.partition}, record.offset);
}

bool AuditLedger::IsCommitted(const PolledRecord& record) const {
  const auto committed = committed_.find({std::string(record.topic), record.partition});
  return committed != committed_.end() && record.offset < committed->second;
}

// Known where the entry was taken before. What came twice at least once may have been judged twice,
// the second time when the first had left the window.
void AuditLedger::CheckVerdict(Key key, uint32_t hash, int verdict) {
  if (!topics_.exactly_once) return;
  const int told = (MarksOf(key) & kVerdictMask) >> kVerdictShift;
  if (told != 0 && told != verdict && !IsEarlier(key, hash)) other_verdict_.insert(key);
}

void AuditLedger::CheckOrder(const PolledRecord& record, Key key, uint32_t hash, bool by_id) {
  if (!topics_.exactly_once || SlotOf(key).mark == nullptr) return;
  order_.Take(record.topic, record.partition, record.offset, {key.partition, key.offset, hash},
              by_id ? record.key : std::string_view());
}

// What lies in one partition of the topic may come from several of ID-judged.
bool AuditLedger::IsSpreadAnew(std::string_view topic) const {
  if (topics_.internal.judged.empty()) return false;
  const auto judged = partitions_.find(topics_.internal.judged);
  const auto here = partitions_.find(topic);
  return judged == partitions_.end() || here == partitions_.end() ||
         here->second % judged->second != 0;
}

void AuditLedger::Note(Key key, uint32_t hash, uint16_t mark, bool outcome) {
  const Slot slot = SlotOf(key);
  if (slot.mark == nullptr) return;
  if (hash != 0 && *slot.hash != 0 && hash != *slot.hash) {
    strangers_.push_back({key, hash, mark, outcome});
    return;
  }
  if (hash != 0) *slot.hash = hash;
  if (outcome) {
    *slot.mark = static_cast<uint16_t>((*slot.mark & ~kOutcomeMask) |
                                       ((*slot.mark & kOnce) ? kTwice : kOnce));
  }
  *slot.mark |= mark;
}

void AuditLedger::CountOutcome(Key key, uint32_t hash, Outcome outcome) {
  const bool foreign = (key.partition & kForeign) != 0;
  if (foreign || key.offset < inputs_[key.partition].partition.low) {
    ++(foreign ? counts_.foreign : counts_.trimmed);
    if (outcome == Outcome::kEnriched) published_beyond_.insert(key);
    return NoteTrace(key);
  }
  if (SlotOf(key).mark == nullptr) {
    ++counts_.newer;
    return;
  }
  const uint16_t published = outcome == Outcome::kEnriched ? kPublished : 0;
  Note(key, hash, static_cast<uint16_t>(static_cast<uint16_t>(outcome) | published),
       /*outcome=*/true);
}

// Prepare had it in hand when retention took it from the input.
void AuditLedger::NoteTrace(Key key) {
  if (key.partition & kForeign) return;
  const AuditPartition& partition = inputs_[key.partition].partition;
  if (key.offset < partition.gone_until && key.offset >= partition.committed) {
    traced_gone_.insert(key);
  }
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

AuditLedger::Slot AuditLedger::SlotOf(Key key) {
  if (key.partition & kForeign) return {};
  Input& input = inputs_[key.partition];
  const int64_t index = key.offset - input.partition.low;
  if (index < 0 || index >= static_cast<int64_t>(input.marks.size())) return {};
  return {&input.marks[static_cast<size_t>(index)], &input.hashes[static_cast<size_t>(index)]};
}

bool AuditLedger::IsEarlier(Key key, uint32_t hash) const {
  if (hash == 0 || (key.partition & kForeign)) return false;
  const Input& input = inputs_[key.partition];
  const int64_t index = key.offset - input.partition.low;
  if (index < 0 || index >= static_cast<int64_t>(input.hashes.size())) return false;
  const uint32_t known = input.hashes[static_cast<size_t>(index)];
  return known != 0 && known != hash;
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
  SettleStrangers();
  SettlePromotions();
  AuditReport report = counts_;
  report.exactly_once = topics_.exactly_once;
  for (uint32_t number = 0; number < inputs_.size(); ++number) ReportInput(number, report);
  ReportOrder(report);
  std::vector<Key> other_verdict(other_verdict_.begin(), other_verdict_.end());
  std::ranges::sort(other_verdict);
  for (const Key& key : other_verdict) {
    report.verdicts.Add(inputs_[key.partition].partition.where, key.offset);
  }
  for (const Duplicate& duplicate : duplicates_) {
    if (StateOf(duplicate.canonical()) != TwinState::kNone) continue;
    if (IsEarlier(duplicate.source(), duplicate.hash())) continue;
    report.twinless.push_back({CoordinatesOf(duplicate.source()), duplicate.place(),
                               CoordinatesOf(duplicate.canonical())});
  }
  return report;
}

void AuditLedger::SettleLateDeadLetters() {
  for (const LateDeadLetter& letter : late_) {
    const auto receipt = receipts_.find({letter.place.partition, letter.place.offset});
    if (letter.promotion) {
      if (receipt == receipts_.end()) promoted_dead_.insert(letter.source);
    } else if (receipt == receipts_.end()) {
      CountOutcome(letter.source, letter.hash, Outcome::kDeadLetter);
    } else {
      ++counts_.replayed_late;
      replayed_.insert(letter.source);
      if (receipt->second) Note(letter.source, letter.hash, kWaitsForEnrich);
    }
  }
  late_.clear();
}

void AuditLedger::CountEarlier(Key key, uint16_t mark) {
  counts_.earlier += ((mark & kOnce) ? 1 : 0) + ((mark & kTwice) ? 1 : 0);
  if (mark & kPublished) published_beyond_.insert(key);
}

void AuditLedger::SettleStrangers() {
  std::ranges::stable_sort(strangers_, {}, &Stranger::key);
  for (auto first = strangers_.begin(); first != strangers_.end();) {
    const auto last = std::find_if(first, strangers_.end(),
                                   [&](const Stranger& one) { return one.key != first->key; });
    SettleStrangersOf({first, last});
    first = last;
  }
  strangers_.clear();
}

// Of one offset. What the input has there now decides; where it has nothing there, nothing can be
// told apart.
void AuditLedger::SettleStrangersOf(std::span<const Stranger> strangers) {
  const Slot slot = SlotOf(strangers.front().key);
  const auto input =
      std::ranges::find_if(strangers, [](const Stranger& one) { return one.mark == kExists; });
  if (input != strangers.end()) {
    CountEarlier(input->key, *slot.mark);
    *slot.mark = 0;
    *slot.hash = input->hash;
  }
  const bool known = (*slot.mark & kExists) || input != strangers.end();
  for (const Stranger& one : strangers) {
    if (known && one.hash != *slot.hash) {
      CountEarlier(one.key, static_cast<uint16_t>(one.mark | (one.outcome ? kOnce : 0)));
    } else {
      Note(one.key, known ? one.hash : 0, one.mark, one.outcome);
    }
  }
}

// A promotion counts until it is known to have failed: what became of it may be gone by retention.
void AuditLedger::SettlePromotions() {
  for (const Duplicate& duplicate : duplicates_) {
    const Key source = duplicate.source();
    if (!promoted_.contains(source)) continue;
    originals_[source] = duplicate.canonical();
    if (promoted_working_.contains(source) || !promoted_dead_.contains(source)) {
      covered_.insert(duplicate.canonical());
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
    const uint16_t mark = input.marks[i];
    const int64_t offset = partition.low + static_cast<int64_t>(i);
    if (offset < input.report_from) continue;
    begun |= (mark & kTraces) != 0;
    if (!(mark & kExists)) {
      if (mark & kOnce) report.phantoms.Add(partition.where, offset);
      continue;
    }
    ++totals.records;
    if (mark & kTwice) {
      ++totals.doubled;
      report.doubled.Add(partition.where, offset);
    }
    ReportOffset(input, number, offset, report);
    if (mark & kOnce) {
      ++totals.outcomes[mark & kOutcomeMask];
    } else if (mark & kWaitsForEnrich) {
      ++totals.in_judged;
    } else if (mark & kWaitsForJudge) {
      ++totals.in_prepared;
    } else if (offset >= partition.committed) {
      ++totals.unread;
    } else if (mark & kHeld) {
      ++totals.held;
    } else if (!begun) {
      ++totals.before_start;
    } else {
      ++totals.missing;
      report.missing.Add(partition.where, offset);
    }
  }
  report.totals.Add(totals);
  report.partitions.push_back(
      {partition.where, partition.low, partition.end, partition.committed, totals});
}

// What is known of a record beside its outcome.
void AuditLedger::ReportOffset(const Input& input, uint32_t number, int64_t offset,
                               AuditReport& report) const {
  const uint16_t mark = input.marks[static_cast<size_t>(offset - input.partition.low)];
  if (IsTorn(mark, number, offset)) report.torn.Add(input.partition.where, offset);
  if (topics_.exactly_once && offset >= input.committed_after && (mark & kTraces)) {
    report.behind.Add(input.partition.where, offset);
  }
}

bool AuditLedger::IsTorn(uint16_t mark, uint32_t number, int64_t offset) const {
  if (mark & kHeld) return false;
  const auto outcome = static_cast<Outcome>(mark & kOutcomeMask);
  const bool ended = (mark & kOnce) != 0;
  const bool dead = ended && outcome == Outcome::kDeadLetter;
  if ((mark & kEntry) && !(mark & kWasJudged)) {
    // From ID-judged only that is trimmed which enrich has published.
    return !ended || (judged_whole_ && !dead);
  }
  if ((mark & (kEntry | kYoungerEntry)) || !(mark & (kWasPrepared | kWasJudged))) return false;
  // The judge's dead letters may have entries without coordinates.
  const auto first = first_entry_.find(number);
  return !dead && first != first_entry_.end() && offset >= first->second;
}

void AuditLedger::ReportOrder(AuditReport& report) const {
  report.disordered = order_.further();
  for (const OrderCheck::Descent& descent : order_.descents()) {
    const Key key{descent.source.partition, descent.source.offset};
    const Key before{key.partition, descent.before.offset};
    // The one before is of an earlier incarnation, or its record is not there to tell.
    const Input& input = inputs_[key.partition];
    const uint32_t now = input.hashes[static_cast<size_t>(before.offset - input.partition.low)] &
                         OrderCheck::kHashMask;
    const bool remade = descent.before.hash != 0 && descent.before.hash != now;
    if (remade || !(MarksOf(before) & kExists) || replayed_.contains(key)) continue;
    ++report.disordered;
    if (report.disorder.size() < RangeList::kMaxRanges) {
      report.disorder.push_back({descent.place, CoordinatesOf(key), before.offset});
    }
  }
}

// That an original was not published is only known where its dead letter or filtered record was
// seen: without any trace it may have been published, and retention has taken the article.
TwinState AuditLedger::StateOf(Key canonical) const {
  const uint16_t mark = MarksOf(canonical);
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
uint16_t AuditLedger::MarksOf(Key key) const {
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
