// A worker of prepare, enrich, or the one hop without a judge: reads a batch, does the hop, publishes outcomes and
// offsets together, goes on.
//
//   open ─► fill ─► process ─► publish ─┬─ committed ─► fill
//            ▲                          ├─ aborted ───► rewind ─► fill
//            └── assign pending         └─ unknown ───► new producer ─► rewind ─► fill
//
// What each fault does stands in daemon/kafka/publisher.h and group_reader.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/kafka/group_reader.h"
#include "daemon/kafka/publisher.h"
#include "daemon/stages/batch_filler.h"
#include "daemon/stages/hop.h"
#include "daemon/stages/worker.h"

namespace newsfeed::stages {

struct HopWorkerOptions {
  const config::v1::Config* config = nullptr;
  Stage stage = Stage::kPrepare;
  std::string instance;
  size_t worker = 0;
  // Read: the input topics, or the one between the stages.
  std::vector<std::string> topics;
};

class HopWorker : public Worker {
 public:
  HopWorker(kafka::ClientFactory* factory, const HopWorkerOptions& options, std::unique_ptr<Hop> hop);

  Progress Step(absl::Time now, absl::Duration may_wait) override;
  void Drain() override { draining_ = true; }
  void FillStatus(WorkerStatus& status) const override;

 private:
  enum class State : uint8_t { kPublisher, kOpen, kFill, kProcess, kPublish, kCommitted, kRewind, kClosed,
                               kFatal };

  Progress PreparePublisher(absl::Time now);
  Progress OpenReader(absl::Time now);
  Progress Fill(absl::Time now, absl::Duration may_wait);
  Progress Assign(absl::Time now);
  Progress Process(absl::Time now);
  Progress Publish(absl::Time now);
  Progress FinishBatch(absl::Time now);
  Progress Rewind(absl::Time now);
  Progress Close();
  void CountCommitted(absl::Time now);
  Progress Forget();
  Progress RetryLater(absl::Time now);
  Progress Fatal(std::string why);

  const HopWorkerOptions options_;
  const std::unique_ptr<Hop> hop_;
  kafka::GroupReader reader_;
  kafka::Publisher publisher_;
  BatchFiller filler_;
  Batch batch_;
  HopOutput out_;
  State state_ = State::kPublisher;
  bool draining_ = false;
  bool in_flight_ = false;  // a batch was read and is not committed
  int failures_ = 0;
  absl::Time retry_at_ = absl::InfinitePast();
  absl::Time begun_ = absl::InfinitePast();
  absl::Time last_step_ = absl::InfinitePast();
  absl::Time last_commit_ = absl::InfinitePast();
  uint64_t consumers_made_ = 0;
  std::string detail_;
  WorkerCounters counters_;
};

}  // namespace newsfeed::stages
