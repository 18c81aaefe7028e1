// Double-entry bookkeeping of the pipeline: does each input record have exactly one outcome?
//
//   AuditLedger ledger(AuditTopicsOf(config));
//   ledger.AddPartition({.where = {"articles.raw", 0}, .low = 0, .end = 10, .committed = 10});
//   for (record : of all topics, in any order) ledger.Take(record);
//   AuditReport report = ledger.Report();          // report.missing.offsets == 0 …
//
// An input record is accounted for by one record in enriched, duplicates, dead letters or filtered; or it is in
// flight: not yet read (at or beyond what prepare has committed), or in ID-prepared or ID-judged at or beyond what
// the judge or enrich has committed there. Committed offsets must be asked for before the topics are read, and the
// topics be read in the order of the pipeline, each to an end that is asked for after the one before has been read:
// then whatever was trimmed or lies before a committed offset has left its trace further on, and a pipeline may go
// on while it is audited.
//
// Not outcomes: promoted articles (newsfeed-promoted), receipts of replays, dead letters of a late stage that
// were replayed to ID-judged.
//
// Pure: no I/O, no clock. One byte for each input offset, 48 for each duplicate (and as much again while their
// vector grows), 16 for each published article whose input is gone already. Views of a record are not kept.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "daemon/kafka/application.h"
#include "daemon/kafka/kafka_client.h"
#include "daemon/outcome.h"
#include "daemon/tools/coordinates.h"

namespace newsfeed::tools {

// Which topic is what.
struct AuditTopics {
  struct Input {
    std::string topic;
    bool from_latest = false;  // what was there before the application began is left out
  };
  std::vector<Input> inputs;
  std::string enriched, duplicates, dead_letter, filtered;
  kafka::InternalTopics internal;  // empty names without a judge
  // At least once: a second outcome is no violation.
  bool exactly_once = true;

  std::vector<std::string> InputNames() const;
  std::vector<std::string> OutputNames() const;
  std::vector<std::string> InternalNames() const;  // prepared and judged
};
AuditTopics AuditTopicsOf(const config::v1::Config& config);

// A partition of an input, of ID-prepared, of ID-judged or of the dead letters.
struct AuditPartition {
  kafka::TopicPartition where;
  int64_t low = 0;        // first offset
  int64_t end = 0;        // what lies from here on came after the audit began
  // By the stage that reads it; -1: nothing yet. Of the dead letters: where the topic ended before ID-judged was
  // read. What a receipt from there on has sent to ID-judged may not have been seen there, and is in flight.
  int64_t committed = 0;
  // First offset when `committed` was asked for: what lies between them nobody can read any more.
  int64_t gone_until = 0;
};

// Offsets that follow each other.
struct OffsetRange {
  std::string topic;
  int32_t partition = 0;
  int64_t first = 0;
  int64_t last = 0;
  bool operator==(const OffsetRange&) const = default;
};

struct RangeList {
  static constexpr size_t kMaxRanges = 100;
  uint64_t offsets = 0;             // in all
  std::vector<OffsetRange> ranges;  // the first of them
  void Add(const kafka::TopicPartition& where, int64_t offset);
};

// A duplicate whose original was published nowhere.
struct Twinless {
  Coordinates source;     // the duplicate's input record
  Place place;            // in the topic of duplicates
  Coordinates canonical;  // the original's input record
};

// What has become of the original of a duplicate.
enum class TwinState : uint8_t {
  kPublished,
  kPromoted,  // a copy of it was published instead
  kInFlight,
  kUnknown,   // no trace of it: lost, or its outcome or its input is gone by retention
  kNone,      // a dead letter, or filtered
};
std::string_view TwinStateName(TwinState state);

struct AuditTotals {
  uint64_t records = 0;  // in the input
  std::array<uint64_t, kOutcomes> outcomes{};
  uint64_t unread = 0;        // not yet read by prepare
  uint64_t in_prepared = 0;   // waiting for the judge
  uint64_t in_judged = 0;     // waiting for enrich
  uint64_t before_start = 0;  // older than the application's first record (start: LATEST)
  uint64_t missing = 0;
  uint64_t doubled = 0;
  uint64_t gone_unread = 0;  // offsets; no part of `records`
};

struct AuditReport {
  AuditTotals totals;
  struct Partition {
    kafka::TopicPartition where;
    int64_t low = 0, end = 0, committed = 0;
    AuditTotals totals;
  };
  std::vector<Partition> partitions;

  RangeList missing;    // neither an outcome nor in flight
  RangeList doubled;    // more than one outcome
  RangeList phantoms;   // an outcome names an offset where the input has no record
  RangeList gone_unread;  // retention took them before prepare had read them
  std::vector<Twinless> twinless;

  uint64_t trimmed = 0;   // outcomes of records that the input has no more
  uint64_t newer = 0;     // outcomes of records that came after the audit began
  uint64_t foreign = 0;   // outcomes of topics that are no input
  uint64_t promoted = 0;  // articles published beside their duplicates
  uint64_t receipts = 0;
  uint64_t replayed_late = 0;  // dead letters that went back to ID-judged
  uint64_t unreadable = 0;     // records without valid coordinates
  std::vector<std::string> unreadable_examples;  // the first ten
  bool exactly_once = true;

  // What the reader saw: parts of outputs and internal topics that could not be read, so that nothing is proved;
  // the same of inputs, where prepare reads no further either; topics that were trimmed.
  std::vector<std::string> open_transactions;
  std::vector<std::string> open_inputs;
  std::vector<std::string> notes;

  bool clean() const {
    return missing.offsets == 0 && phantoms.offsets == 0 && gone_unread.offsets == 0 &&
           twinless.empty() && unreadable == 0 && open_transactions.empty() &&
           (!exactly_once || doubled.offsets == 0);
  }
};

class AuditLedger {
 public:
  explicit AuditLedger(AuditTopics topics);

  // Each partition of the inputs, of ID-prepared and ID-judged and of the dead letters, before their records.
  void AddPartition(const AuditPartition& partition);

  void Take(const kafka::PolledRecord& record);

  // The input begins later by now: what was trimmed while its outcomes were read is not asked for.
  void SetLow(const kafka::TopicPartition& where, int64_t low);

  // When all have been taken.
  AuditReport Report();

  // Of the original at `canonical`; after Report.
  TwinState TwinOf(const Coordinates& canonical) const;
  // A copy of this input record was promoted, or is about to be: it was seen in enriched or ID-judged, or it
  // is a dead letter that `dead-letters replay` sends there.
  bool IsPromoted(const Coordinates& source) const;
  // What a copy that was promoted repeats; after Report.
  std::optional<Coordinates> OriginalOf(const Coordinates& promoted) const;

 private:
  // An input record by the number of its partition here: of inputs_, or of foreign_ with kForeign set.
  struct Key {
    uint32_t partition = 0;
    int64_t offset = 0;
    auto operator<=>(const Key&) const = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.partition, key.offset);
    }
  };
  struct Input {
    AuditPartition partition;
    bool from_latest = false;
    int64_t report_from = 0;
    std::vector<uint8_t> marks;  // by offset - low
  };
  struct Duplicate {
    Key source;
    Key canonical;
    Place place;
  };
  struct LateDeadLetter {
    Place place;
    Key source;
    bool promotion = false;
  };

  static constexpr uint32_t kForeign = uint32_t{1} << 31;
  static constexpr uint32_t kNowhere = UINT32_MAX;

  // Gives a partition that is no input a number of its own.
  Key KeyOf(const Coordinates& at);
  Key FindKey(const Coordinates& at) const;
  Coordinates CoordinatesOf(Key key) const;
  uint8_t* MarkOf(Key key);
  uint8_t MarksOf(Key key) const;

  void TakeInput(const kafka::PolledRecord& record);
  void TakeEnriched(const kafka::PolledRecord& record);
  void TakeDuplicate(const kafka::PolledRecord& record);
  void TakeDeadLetter(const kafka::PolledRecord& record);
  void TakeWaiting(const kafka::PolledRecord& record, uint8_t mark);
  void CountOutcome(Key key, Outcome outcome);
  void NoteTrace(Key key);
  void CountUnreadable(const kafka::PolledRecord& record, std::string_view what);

  void ReportInput(uint32_t number, AuditReport& report) const;
  uint64_t CountGone(uint32_t number, AuditReport& report) const;
  TwinState StateOf(Key canonical) const;
  void SettleLateDeadLetters();
  void SettlePromotions();

  AuditTopics topics_;
  std::vector<Input> inputs_;
  std::vector<kafka::TopicPartition> foreign_;
  std::map<kafka::TopicPartition, uint32_t> numbers_;   // in inputs_, or in foreign_
  std::map<kafka::TopicPartition, int64_t> committed_;  // of partitions that are no inputs
  std::vector<Duplicate> duplicates_;
  std::vector<LateDeadLetter> late_;
  absl::flat_hash_set<Key> published_beyond_;  // where the input has no marks
  absl::flat_hash_set<Key> traced_gone_;       // were read in time, though the input has them no more
  absl::flat_hash_set<Key> promoted_;          // seen in enriched or ID-judged, or a dead letter
  absl::flat_hash_set<Key> promoted_working_;  // published, or still in flight
  absl::flat_hash_set<Key> promoted_dead_;     // a dead letter that was not replayed
  // Places of dead letters; true: the receipt is younger than what was read of ID-judged.
  absl::flat_hash_map<std::pair<int32_t, int64_t>, bool> receipts_;
  absl::flat_hash_set<Key> covered_;           // originals with a promoted copy
  absl::flat_hash_map<Key, Key> originals_;    // of promoted copies
  AuditReport counts_;                         // its plain counters
};

}  // namespace newsfeed::tools
