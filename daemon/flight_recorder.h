// Which records each worker has in hand, in a file that survives the process: a record that ends it
// (a crash, the watchdog) is found and named at the next start.
//
//   start 1   the batch articles.raw:3:0…255 is worked on; the process dies
//   start 2   suspects(): 0…255, 1 death; they are read one a batch; the process dies at 17
//   start 3   suspects(): 17…17, 2 deaths: it is that record; `--skip articles.raw:3:17` turns it
//             into a dead letter
//
// The file is mapped into memory, so that a mark costs no call and stands after kill -9. A suspect
// is cleared once it, or what comes behind it in its partition, was worked on and committed, by
// this process or another, or is left out. A killed process leaves a suspect behind, too: it costs
// the next one a batch of single records.
//
// Any thread; a Desk belongs to one worker and its thread. No error: what cannot be kept is not
// kept.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "daemon/skip_list.h"
#include "processors/article/batch.h"

namespace newsfeed {

// Records that were in hand when a process died.
struct Suspect {
  std::string topic;
  int32_t partition = 0;
  int64_t first = 0;
  int64_t last = 0;     // included
  uint32_t deaths = 0;  // in a row
  // It is this one.
  bool found() const { return first == last && deaths > 1; }
  bool operator==(const Suspect&) const = default;
};

// "articles.raw:3:17", "articles.raw:3:0 to 255".
std::string ToString(const Suspect& suspect);

class FlightRecorder {
 public:
  // Takes the file over from the process before, whose marks become suspects. UNAVAILABLE: a living
  // process has it, or it cannot be made. What is no such file is begun anew: `*fresh`, where
  // given, tells.
  static absl::StatusOr<std::unique_ptr<FlightRecorder>> Open(const std::string& path,
                                                              bool* fresh = nullptr);
  FlightRecorder(const FlightRecorder&) = delete;
  FlightRecorder& operator=(const FlightRecorder&) = delete;
  ~FlightRecorder();

  std::vector<Suspect> suspects() const;
  // Single ones that the operator leaves out by now.
  void ForgetSkipped(const SkipList& skips);

  // Where a worker notes what it has in hand. Without a recorder it does nothing.
  class Desk {
   public:
    Desk() = default;

    // Records that the next batch may have.
    size_t most_records() const { return careful_ > 0 ? 1 : std::numeric_limits<size_t>::max(); }
    // The batch holds suspects among others: read it again, as most_records() then says.
    bool MustSplit(const Batch& batch);
    void Begin(const Batch& batch);
    void End();
    // It was committed.
    void Passed(const Batch& batch);
    // The group has committed up to `offset`, whoever of it did.
    void Committed(std::string_view topic, int32_t partition, int64_t offset);
    // Of all workers.
    std::vector<Suspect> suspects() const;

   private:
    friend class FlightRecorder;
    FlightRecorder* recorder_ = nullptr;
    size_t slot_ = 0;
    size_t careful_ = 0;  // batches to come of one record each
  };
  // The next free one.
  Desk NewDesk();

  static constexpr size_t kMaxDesks = 160;
  // Partitions of one batch that are noted; what is beyond needs another death.
  static constexpr size_t kMaxRanges = 16;
  static constexpr size_t kMaxSuspects = 64;

 private:
  struct File;
  FlightRecorder(int descriptor, File* file) : descriptor_(descriptor), file_(file) {}
  void TakeOverMarks();
  void StoreSuspects();
  void ForgetBelow(std::string_view topic, int32_t partition, int64_t offset);  // with mutex_ held

  const int descriptor_;  // holds the lock
  File* const file_;
  size_t desks_ = 0;
  std::atomic<bool> any_ = false;
  mutable std::mutex mutex_;
  std::vector<Suspect> suspects_;  // guarded by mutex_
};

}  // namespace newsfeed
