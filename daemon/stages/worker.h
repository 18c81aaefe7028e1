// A worker: owns its clients and its work, shares nothing. One thread steps it.
//
//   while (worker.Step(now, wait) != kDone) {}
//
// A step does one thing, with at most a call or two to Kafka, and never sleeps but inside a poll for at most `may_wait`.
// Time is handed in.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include <absl/time/time.h>

#include "daemon/status.h"

namespace newsfeed::stages {

enum class Progress : uint8_t {
  kProgress,  // step again at once
  kWaiting,   // for a time or an answer: step again soon
  kDone,      // drained and closed
  kFatal,     // cannot go on in this process; the status tells why
};

class Worker {
 public:
  virtual ~Worker() = default;

  virtual Progress Step(absl::Time now, absl::Duration may_wait) = 0;

  // Finish the batch in hand, leave the group, be done. From the worker's thread.
  virtual void Drain() = 0;

  // What it would tell now; from the worker's thread.
  virtual void FillStatus(WorkerStatus& status) const = 0;
  // Of the judge only.
  virtual bool FillJudge(JudgeStatus&) const { return false; }
};

}  // namespace newsfeed::stages
