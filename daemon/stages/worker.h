// A worker: owns its clients and its work, shares nothing. One thread steps it.
//
//   while (worker.Step(now, wait) != kDone) {}
//
// A step does one thing, with at most a call or two to Kafka, and never sleeps but inside a poll
// for at most `may_wait`. Time is handed in, of a clock that nobody sets (steady_time.h). All calls
// come from the worker's thread.
#pragma once

#include <memory>

#include <absl/time/time.h>

#include "daemon/data_folder.h"
#include "daemon/stages/hop.h"
#include "daemon/status.h"
#include "processors/dedup/policy.h"

namespace newsfeed::stages {

enum class Progress : uint8_t {
  kProgress,  // step again at once
  kWaiting,   // for a time or an answer: step again soon
  kParked,    // finished, nothing in hand: Drain ends it
  kDone,      // drained and closed
  kFatal,     // cannot go on in this process; the status tells why
};

// What a worker goes on with when the configuration was loaded again: made and checked before, so
// that taking it over cannot fail.
struct Renewal {
  // Kept as long as it is in use.
  std::shared_ptr<const LoadedConfig> made_of;
  std::unique_ptr<Hop> hop;                     // of a worker that has one
  std::shared_ptr<const dedup::Policy> policy;  // of the judge
};

class Worker {
 public:
  virtual ~Worker() = default;

  virtual Progress Step(absl::Time now, absl::Duration may_wait) = 0;
  // How far the wall clock, which dates records, is ahead of the one that Step is told.
  void set_wall_ahead(absl::Duration ahead) { wall_ahead_ = ahead; }

  // Finish the batch in hand and begin no other. The group is not left yet: that is a rebalance,
  // and would abort the transactions of other workers that are about to commit.
  virtual void Finish() = 0;
  // The same, then leave the group and be done.
  virtual void Drain() = 0;

  // Between two batches, swaps what it works with and true; false: a batch is about to be
  // committed, ask again.
  virtual bool Renew(Renewal& renewal) = 0;

  // What it would tell now.
  virtual void FillStatus(WorkerStatus& status) const = 0;
  // Of the judge only.
  virtual bool FillJudge(JudgeStatus&) const { return false; }

 protected:
  absl::Time Wall(absl::Time now) const { return now + wall_ahead_; }

 private:
  absl::Duration wall_ahead_;
};

}  // namespace newsfeed::stages
