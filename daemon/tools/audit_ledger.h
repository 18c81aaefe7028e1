// Double-entry bookkeeping of the pipeline: does each input record have exactly one outcome?
//
//   AuditLedger ledger(AuditTopicsOf(config));
//   ledger.AddPartition({.where = {"articles.raw", 0}, .low = 0, .end = 10, .committed = 10});
//   for (record : of all topics, in any order) ledger.Take(record);
//   AuditReport report = ledger.Report();          // report.missing.offsets == 0 …
//
// An input record is accounted for by one record in enriched, duplicates, dead letters or filtered;
// or it is in flight: not yet read (at or beyond what prepare has committed), or in ID-prepared or
// ID-judged at or beyond what the judge or enrich has committed there. Committed offsets must be
// asked for before the topics are read, and the topics be read in the order of the pipeline, each
// to an end that is asked for after the one before has been read: then whatever was trimmed or lies
// before a committed offset has left its trace further on, and a pipeline may go on while it is
// audited.
//
// Not outcomes: promoted articles (newsfeed-promoted), receipts of replays, dead letters of a late
// stage that were replayed to ID-judged.
//
// Beside that, of records that the input still has:
// - Order. Of one input partition prepare works in order, the judge in one order, enrich in the
//   order of each partition of ID-judged. So in ID-prepared, in each partition of ID-judged, of the
//   filtered records and of prepare's dead letters the sources of each input partition ascend.
//   Articles are spread by id anew: they ascend where the output's partitions are a multiple of
//   ID-judged's, else by id. Promoted articles and late dead letters that were replayed come when
//   they come; at-least-once promises no order.
// - One verdict is one transaction: its entry in ID-index, and its record in ID-judged or its dead
//   letter. Of what lies before a committed offset both are there, but where one was trimmed:
//   entries before the oldest left are not asked for, and what enrich has published may be gone
//   from ID-judged.
// - Nothing is done beyond what is committed (`SetCommitted`, `TakeUncommitted`).
//
// A topic that was deleted and made again has other records at the same offsets. What carries the
// hash of another value (newsfeed-source-hash) is of an earlier incarnation: counted, and no
// outcome of the record that is there now.
//
// Pure: no I/O, no clock. 6 bytes for each input offset (2 of what is known, 4 of the hash), 40 for
// each duplicate (and as much again while their vector grows), 16 for each published article whose
// input is gone already; for the order by id what audit_order.h tells. Views of a record are not
// kept.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "daemon/kafka/application.h"
#include "daemon/kafka/kafka_client.h"
#include "daemon/outcome.h"
#include "daemon/tools/audit_order.h"
#include "daemon/tools/audit_report.h"
#include "daemon/tools/coordinates.h"
#include "processors/dedup/entry.h"

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
  // By the stage that reads it; -1: nothing yet. Of the dead letters: where the topic ended before
  // ID-judged was read. What a receipt from there on has sent to ID-judged may not have been seen
  // there, and is in flight.
  int64_t committed = 0;
  // First offset when `committed` was asked for: what lies between them nobody can read any more.
  int64_t gone_until = 0;
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

class AuditLedger {
 public:
  explicit AuditLedger(AuditTopics topics);

  // Each partition of the inputs, of ID-prepared and ID-judged and of the dead letters, before
  // their records.
  void AddPartition(const AuditPartition& partition);
  // Of enriched and duplicates, before their records: decides which order is promised.
  void SetPartitions(const std::string& topic, int32_t partitions);

  // All topics but ID-index.
  void Take(const kafka::PolledRecord& record);

  // An entry of ID-index, `payload_hash` from its sketch (0: none). Read before ID-judged, and
  // then, as `younger`, what came to ID-index until ID-judged had been read.
  void TakeEntry(const dedup::IndexEntry& entry, uint64_t payload_hash, bool younger);

  // A record that an open transaction hides: what is seen nowhere else is not lost.
  void TakeHeld(const kafka::PolledRecord& record);

  // Committed offset of an input partition, asked for again when the outcomes had been read.
  void SetCommitted(const kafka::TopicPartition& where, int64_t offset);
  // A record of ID-judged at or beyond what enrich had committed then.
  void TakeUncommitted(const kafka::PolledRecord& record);

  // The input begins later by now: what was trimmed while its outcomes were read is not asked for.
  void SetLow(const kafka::TopicPartition& where, int64_t low);

  // When all have been taken.
  AuditReport Report();

  // Of the original at `canonical`; after Report.
  TwinState TwinOf(const Coordinates& canonical) const;
  // A copy of this input record was promoted, or is about to be: it was seen in enriched or
  // ID-judged, or it is a dead letter that `dead-letters replay` sends there.
  bool IsPromoted(const Coordinates& source) const;
  // What a copy that was promoted repeats; after Report.
  std::optional<Coordinates> OriginalOf(const Coordinates& promoted) const;

 private:
  // An input record by the number of its partition here: of inputs_, or of foreign_ with kForeign
  // set.
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
    int64_t committed_after = INT64_MAX;  // not asked for
    std::vector<uint16_t> marks;          // by offset - low
    std::vector<uint32_t> hashes;         // of the values; 0: not known
  };
  // What is known of one input offset.
  struct Slot {
    uint16_t* mark = nullptr;  // null beyond what is audited
    uint32_t* hash = nullptr;
  };
  // 40 bytes; there may be many.
  class Duplicate {
   public:
    Duplicate(Key source, uint32_t hash, Key canonical, Place place)
        : source_partition_(source.partition), canonical_partition_(canonical.partition),
          place_partition_(place.partition), hash_(hash), source_offset_(source.offset),
          canonical_offset_(canonical.offset), place_offset_(place.offset) {}
    Key source() const { return {source_partition_, source_offset_}; }
    Key canonical() const { return {canonical_partition_, canonical_offset_}; }
    Place place() const { return {place_partition_, place_offset_}; }
    uint32_t hash() const { return hash_; }

   private:
    uint32_t source_partition_, canonical_partition_;
    int32_t place_partition_;
    uint32_t hash_;
    int64_t source_offset_, canonical_offset_, place_offset_;
  };
  struct LateDeadLetter {
    Place place;
    Key source;
    uint32_t hash = 0;
    bool promotion = false;
  };
  // What carries another hash than the first that was seen of its offset.
  struct Stranger {
    Key key;
    uint32_t hash = 0;
    uint16_t mark = 0;
    bool outcome = false;
  };

  static constexpr uint32_t kForeign = uint32_t{1} << 31;
  static constexpr uint32_t kNowhere = UINT32_MAX;

  // Gives a partition that is no input a number of its own.
  Key KeyOf(const Coordinates& at);
  Key FindKey(const Coordinates& at) const;
  Coordinates CoordinatesOf(Key key) const;
  Slot SlotOf(Key key);
  uint16_t MarksOf(Key key) const;
  // The input has another record there by now, as far as is known.
  bool IsEarlier(Key key, uint32_t hash) const;

  void TakeInput(const kafka::PolledRecord& record);
  void TakeEnriched(const kafka::PolledRecord& record);
  void TakeDuplicate(const kafka::PolledRecord& record);
  void TakeDeadLetter(const kafka::PolledRecord& record);
  void TakePrepared(const kafka::PolledRecord& record);
  void TakeJudged(const kafka::PolledRecord& record);
  bool IsCommitted(const kafka::PolledRecord& record) const;
  void CheckVerdict(Key key, uint32_t hash, int verdict);
  void CheckOrder(const kafka::PolledRecord& record, Key key, uint32_t hash, bool by_id = false);
  bool IsSpreadAnew(std::string_view topic) const;
  // Adds what a record tells of its input record, which has this hash.
  void Note(Key key, uint32_t hash, uint16_t mark, bool outcome = false);
  void CountOutcome(Key key, uint32_t hash, Outcome outcome);
  void NoteTrace(Key key);
  void CountUnreadable(const kafka::PolledRecord& record, std::string_view what);

  void ReportInput(uint32_t number, AuditReport& report) const;
  void ReportOffset(const Input& input, uint32_t number, int64_t offset, AuditReport& report) const;
  void ReportOrder(AuditReport& report) const;
  bool IsTorn(uint16_t mark, uint32_t number, int64_t offset) const;
  void CountEarlier(Key key, uint16_t mark);
  void SettleStrangers();
  void SettleStrangersOf(std::span<const Stranger> strangers);
  uint64_t CountGone(uint32_t number, AuditReport& report) const;
  TwinState StateOf(Key canonical) const;
  void SettleLateDeadLetters();
  void SettlePromotions();

  AuditTopics topics_;
  std::vector<Input> inputs_;
  std::vector<kafka::TopicPartition> foreign_;
  std::map<kafka::TopicPartition, uint32_t> numbers_;   // in inputs_, or in foreign_
  std::map<kafka::TopicPartition, int64_t> committed_;  // of partitions that are no inputs
  std::map<std::string, int32_t, std::less<>> partitions_;  // how many a topic has
  bool judged_whole_ = true;                            // nothing was trimmed from ID-judged
  OrderCheck order_;
  std::map<uint32_t, int64_t> first_entry_;             // by input partition: its first in ID-index
  absl::flat_hash_set<Key> other_verdict_;
  absl::flat_hash_set<Key> replayed_;                   // late dead letters with a receipt
  std::vector<Stranger> strangers_;
  std::vector<Duplicate> duplicates_;
  std::vector<LateDeadLetter> late_;
  // Where the input has no marks, or of an earlier incarnation.
  absl::flat_hash_set<Key> published_beyond_;
  absl::flat_hash_set<Key> traced_gone_;  // were read in time, though the input has them no more
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
