// What an audit found, and how it is told.
//
// Each list is bounded: counts are of all, examples are the first ones.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/kafka/kafka_client.h"
#include "daemon/outcome.h"
#include "daemon/tools/coordinates.h"

namespace newsfeed::tools {

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

// A record that lies behind one that was made of a later record of the same input partition.
struct Disorder {
  Coordinates place;   // of the record
  Coordinates source;  // its input record
  int64_t after = 0;   // offset of the input record of the one before it
};

struct AuditTotals {
  uint64_t records = 0;  // in the input
  std::array<uint64_t, kOutcomes> outcomes{};
  uint64_t unread = 0;        // not yet read by prepare
  uint64_t in_prepared = 0;   // waiting for the judge
  uint64_t in_judged = 0;     // waiting for enrich
  uint64_t held = 0;          // only seen in a transaction that is open
  uint64_t before_start = 0;  // older than the application's first record (start: LATEST)
  uint64_t missing = 0;
  uint64_t doubled = 0;
  uint64_t gone_unread = 0;  // offsets; no part of `records`

  void Add(const AuditTotals& other);
};

// What was read of a topic, or of one of its partitions.
struct Coverage {
  std::string topic;
  int32_t partition = -1;  // -1: all
  int64_t first = 0;       // offsets; of several partitions the smallest and the largest
  int64_t end = 0;
  uint64_t records = 0;
  int64_t first_ms = 0;  // timestamps of records, the smallest and the largest; 0: no record
  int64_t last_ms = 0;
  uint64_t hidden = 0;  // records of aborted transactions, if they were looked for
};

// The verdicts given again from the changelog.
struct VerdictCheck {
  uint64_t same = 0;
  uint64_t different = 0;
  uint64_t unknown = 0;  // what they were given by is not all there
};

struct AuditReport {
  AuditTotals totals;
  struct Partition {
    kafka::TopicPartition where;
    int64_t low = 0, end = 0, committed = 0;
    AuditTotals totals;
  };
  std::vector<Partition> partitions;

  // --- Faults of records, by their place in the input. ---
  RangeList missing;      // neither an outcome nor in flight
  RangeList doubled;      // more than one outcome
  RangeList phantoms;     // an outcome names an offset where the input has no record
  RangeList gone_unread;  // retention took them before prepare had read them
  // Judged by half: entry without a judged record or outcome, or the other way round.
  RangeList torn;
  RangeList verdicts;     // published with another verdict than the changelog tells
  std::vector<Twinless> twinless;
  uint64_t disordered = 0;
  std::vector<Disorder> disorder;  // the first of them

  // --- Faults of stages. ---
  // Done, and beyond what the stage has committed: would be done again. Places in inputs and in
  // ID-judged.
  RangeList behind;
  std::vector<std::string> offsets;  // other committed offsets that do not fit what was done
  uint64_t index_faults = 0;  // entries of the changelog that do not follow from those before
  std::vector<std::string> index_examples;
  VerdictCheck verdict_check;

  // --- Counted, no faults. ---
  uint64_t trimmed = 0;   // outcomes of records that the input has no more
  uint64_t newer = 0;     // outcomes of records that came after the audit began
  uint64_t foreign = 0;   // outcomes of topics that are no input
  uint64_t earlier = 0;   // outcomes of records that were there before the input was made anew
  uint64_t promoted = 0;  // articles published beside their duplicates
  uint64_t receipts = 0;
  uint64_t replayed_late = 0;  // dead letters that went back to ID-judged
  uint64_t unreadable = 0;     // records without valid coordinates: a fault
  std::vector<std::string> unreadable_examples;  // the first ten
  bool exactly_once = true;

  // What the reader saw: parts of outputs and internal topics that could not be read, so that
  // nothing is proved; the same of inputs, where prepare reads no further either; topics that were
  // trimmed.
  std::vector<std::string> open_transactions;
  std::vector<std::string> open_inputs;
  std::vector<std::string> notes;
  std::vector<Coverage> coverage;  // by partition
  bool looked_for_hidden = false;
  bool gave_verdicts_again = false;

  bool clean() const {
    return missing.offsets == 0 && phantoms.offsets == 0 && gone_unread.offsets == 0 &&
           torn.offsets == 0 && verdicts.offsets == 0 && twinless.empty() && disordered == 0 &&
           behind.offsets == 0 && offsets.empty() && index_faults == 0 &&
           verdict_check.different == 0 && unreadable == 0 && open_transactions.empty() &&
           totals.held == 0 && (!exactly_once || doubled.offsets == 0);
  }
};

// The coverage of whole topics, in the order they were read.
std::vector<Coverage> ByTopic(const std::vector<Coverage>& partitions);

// For the screen, and as one line of JSON.
std::string TextOf(const AuditReport& report, bool by_partition);
std::string JsonOf(const AuditReport& report, bool by_partition);

}  // namespace newsfeed::tools
