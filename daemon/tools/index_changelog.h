// The changelog of the judge's index: what it restores, and whether its verdicts follow from each
// other.
//
//   IndexChangelog log(policy, IndexChangelog::Mode::kVerify);
//   log.Take(record);                     // each record of ID-index, in order
//   fmt::print("{}", TextOf(log.Report()));
//
// To show restores as a judge that takes over does; to verify gives each verdict again from the
// entries before it and the policy that they name (processors/dedup/replay.h). Memory: of the
// judge's index. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "daemon/kafka/kafka_client.h"
#include "daemon/tools/topic_reader.h"
#include "newsfeed/config/v1/config.pb.h"
#include "processors/dedup/replay.h"

namespace newsfeed::tools {

// Where another policy begins to hold.
struct PolicySeen {
  int64_t offset = 0;  // of the entry in ID-index
  uint64_t sequence = 0;
  std::string name;
  std::string thresholds;  // "window_hours: 72 ..."; empty: cannot be read
};

struct IndexReport {
  bool verified = false;
  uint64_t entries = 0;  // of the changelog
  uint64_t first_sequence = 0, last_sequence = 0;
  int64_t last_prepared_offset = -1;
  std::array<uint64_t, 5> verdicts{};  // by Verdict, of all entries
  uint64_t without_sketch = 0;         // redeliveries, and sketches that could not be read
  uint64_t rejected = 0;
  std::vector<PolicySeen> policies;  // the last 100

  // The index they restore.
  uint64_t in_window = 0, originals = 0, bytes = 0, digest = 0;
  uint64_t evicted_by_window = 0, evicted_by_cap = 0;
  int64_t clock_ms = 0, oldest_ms = 0;

  // Verdicts given again; the last where there is nothing to give them by.
  uint64_t same = 0, different = 0, unknown = 0;
  uint64_t broken = 0;  // entries that do not go on where the one before ended, or are none
  std::vector<std::string> examples;  // of different and broken, the first 10

  std::vector<std::string> open_transactions;
  bool clean() const { return different == 0 && broken == 0; }
};

class IndexChangelog {
 public:
  enum class Mode : uint8_t { kShow, kVerify };

  // `policy`: for a changelog that does not tell its policy any more; may be null.
  IndexChangelog(std::shared_ptr<const dedup::Policy> policy, Mode mode);

  void Take(const kafka::PolledRecord& record);
  // O(entries in the window).
  IndexReport Report() const;

 private:
  void Count(const kafka::PolledRecord& record, const dedup::IndexEntry& entry);
  void Restore(const kafka::PolledRecord& record, const dedup::IndexEntry& entry);
  void Verify(const kafka::PolledRecord& record, const dedup::IndexEntry& entry);
  void AddExample(const kafka::PolledRecord& record, std::string_view why);
  const dedup::Index& index() const { return replay_ ? replay_->index() : *index_; }

  std::optional<dedup::VerdictReplay> replay_;
  // Unless verdicts are given again.
  std::unique_ptr<dedup::Index> index_ = std::make_unique<dedup::Index>();
  IndexReport report_;
  v1::IndexEntry message_;
};

// Reads ID-index of the application.
absl::StatusOr<IndexReport> ReadIndexLog(TopicReader& reader, const config::v1::Config& config,
                                         IndexChangelog::Mode mode);

std::string TextOf(const IndexReport& report);
std::string JsonOf(const IndexReport& report);

}  // namespace newsfeed::tools
