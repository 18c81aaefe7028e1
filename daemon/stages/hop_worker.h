// A worker of prepare, enrich, or the one hop without a judge: reads a batch, does the hop,
// publishes outcomes and offsets together, goes on.
//
//   open ─► fill ─► process ─► publish ─┬─ committed ─► fill
//            ▲                          ├─ aborted ───► rewind ─► fill
//            │                          ├─ refused ───► rewind ─► fill half as much (refusals.h)
//            └── assign pending         └─ unknown ───► new producer ─► rewind ─► fill
//
// A batch with records that were in hand when the process died before (daemon/flight_recorder.h) is
// read again, record by record.
//
// What each fault does stands in daemon/kafka/publisher.h and group_reader.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/flight_recorder.h"
#include "daemon/kafka/backoff.h"
#include "daemon/kafka/group_reader.h"
#include "daemon/kafka/publisher.h"
#include "daemon/stages/batch_filler.h"
#include "daemon/stages/clients.h"
#include "daemon/stages/hop.h"
#include "daemon/stages/refusals.h"
#include "daemon/stages/worker.h"

namespace newsfeed::stages {

class HopWorker : public Worker {
 public:
  // Reads `topics`: the inputs, or the one between the stages.
  HopWorker(kafka::ClientFactory* factory, const config::v1::Config& config, WorkerName name,
            std::vector<std::string> topics, std::unique_ptr<Hop> hop,
            FlightRecorder::Desk desk = {});

  Progress Step(absl::Time now, absl::Duration may_wait) override;
  void Finish() override { finishing_ = true; }
  void Drain() override { finishing_ = draining_ = true; }
  bool Renew(Renewal& renewal) override;
  void FillStatus(WorkerStatus& status) const override;

 private:
  enum class State : uint8_t {
    kPublisher, kOpen, kFill, kProcess, kPublish, kCommitted, kRewind, kClosed, kFatal
  };

  Progress PreparePublisher(absl::Time now);
  Progress OpenReader(absl::Time now);
  Progress Fill(absl::Time now, absl::Duration may_wait);
  Progress Assign(absl::Time now);
  void ClearSuspects();
  Progress Process(absl::Time now);
  Progress Publish(absl::Time now);
  Progress FinishBatch(absl::Time now);
  Progress Rewind(absl::Time now);
  Progress Close();
  Progress Forget();
  bool AtBoundary() const { return !in_flight_ && state_ != State::kCommitted; }
  bool InstanceTakenOver(absl::Time now);
  Progress RetryLater(absl::Time now) {
    backoff_.Fail(now);
    return Progress::kWaiting;
  }
  Progress Fatal(std::string why);

  const WorkerName name_;
  const std::vector<std::string> topics_;
  std::shared_ptr<const LoadedConfig> made_of_;  // the hop, since it was renewed
  std::unique_ptr<Hop> hop_;
  FlightRecorder::Desk desk_;
  kafka::GroupReader reader_;
  kafka::Publisher publisher_;
  BatchFiller filler_;
  Refusals refusals_;
  Batch batch_;
  HopOutput out_;
  State state_ = State::kPublisher;
  bool finishing_ = false;
  bool draining_ = false;
  bool in_flight_ = false;  // a batch was read and is not committed
  bool held_back_ = false;  // the broker does not take what we publish
  kafka::Backoff backoff_;
  absl::Time begun_ = absl::InfinitePast();
  absl::Time instance_fenced_ = absl::InfinitePast();
  absl::Time last_step_ = absl::InfinitePast();
  absl::Time last_commit_ = absl::InfinitePast();
  std::string detail_;
  WorkerCounters counters_;
};

}  // namespace newsfeed::stages
