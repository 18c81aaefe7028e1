// What the changelog of the judge's index says of itself, and of what the judge has committed.
//
//   IndexAudit index(policy);             // null: verdicts are not given again
//   index.TakePrepared(record);           // each record of ID-prepared, before
//   if (auto entry = index.Take(record))  // each record of ID-index, in order
//   index.CheckCommitted(before, after, report);
//
// Pure. 16 bytes of memory for each record of ID-prepared and the index of the window
// (processors/dedup/replay.h) where verdicts are given again, else none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <absl/container/flat_hash_map.h>

#include "daemon/kafka/kafka_client.h"
#include "daemon/tools/audit_report.h"
#include "processors/dedup/replay.h"

namespace newsfeed::tools {

class IndexAudit {
 public:
  // `policy` of the configuration; null: verdicts are not given again.
  explicit IndexAudit(const std::shared_ptr<const dedup::Policy>& policy);

  void TakePrepared(const kafka::PolledRecord& record);

  struct Taken {
    dedup::IndexEntry entry;  // views that hold until the next call
    uint64_t payload_hash = 0;
  };
  // Nothing where the record is no entry.
  std::optional<Taken> Take(const kafka::PolledRecord& record);

  // The judge had committed `before` when ID-index was going to be read, and `after` when it had
  // been: the last entry must lie between them.
  void CheckCommitted(int64_t before, int64_t after, AuditReport& report) const;
  void FillReport(AuditReport& report) const;

 private:
  void GiveAgain(const kafka::PolledRecord& record, const dedup::IndexEntry& entry, bool follows);
  // Counts a fault where it does not follow from the one before.
  bool CheckSequence(const kafka::PolledRecord& record, const dedup::IndexEntry& entry);
  void CountFault(const kafka::PolledRecord& record, std::string_view why);

  std::optional<dedup::VerdictReplay> replay_;
  absl::flat_hash_map<int64_t, uint64_t> sketches_;  // hashes, by offset in ID-prepared
  v1::IndexEntry message_;
  dedup::Sketch sketch_;
  int64_t last_prepared_ = -1;
  uint64_t last_sequence_ = 0;
  AuditReport counts_;  // what is this one's of it
};

}  // namespace newsfeed::tools
