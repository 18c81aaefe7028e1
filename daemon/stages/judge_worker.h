// The judge as a worker: follows the changelog as a standby, takes office when the group gives it
// the one partition of prepared articles, and gives verdicts until it loses it.
//
//   catch up ─► stand by ─► take over ─► judge ─► … ─► leave ─► catch up
//
// - catch up: the changelog is applied to the end that it had at the start. Only then does the
//   replica join the group, so that an old or cold one never wins the office.
// - take over: init_transactions fences whoever held the office; the end of the changelog is asked
//   for after that, and read to; the last entry's offset + 1 must be what the group has committed.
// - judge: verdicts, entries and offset are one transaction. After an abort the index is rolled
//   back.
// - leave: after fencing, a fatal error or an answer that never came: roll back, close both
//   clients, begin anew. No producer is rebuilt in office: it would fence its successor.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "daemon/flight_recorder.h"
#include "daemon/kafka/backoff.h"
#include "daemon/kafka/group_reader.h"
#include "daemon/kafka/publisher.h"
#include "daemon/skip_list.h"
#include "daemon/stages/batch_filler.h"
#include "daemon/stages/clients.h"
#include "daemon/stages/index_log.h"
#include "daemon/stages/outcome_records.h"
#include "daemon/stages/refusals.h"
#include "daemon/stages/worker.h"
#include "processors/dedup/judge.h"

namespace newsfeed::stages {

class JudgeWorker : public Worker {
 public:
  // `policy` is made of config.dedup.
  JudgeWorker(kafka::ClientFactory* factory, const config::v1::Config* config, std::string instance,
              std::shared_ptr<const dedup::Policy> policy, FlightRecorder::Desk desk = {});

  Progress Step(absl::Time now, absl::Duration may_wait) override;
  void Finish() override { finishing_ = true; }
  void Drain() override { finishing_ = draining_ = true; }
  bool Renew(Renewal& renewal) override;
  void FillStatus(WorkerStatus& status) const override;
  bool FillJudge(JudgeStatus& status) const override;

  // Offset of the changelog before which no entry is in the window; for trimming. 0: none known.
  int64_t trimmable_index_offset() const;

 private:
  enum class State : uint8_t {
    kOpenLog, kCatchUp, kJoin, kStandby,
    kInit, kAskEnd, kReadToEnd, kCheck,
    kFill, kPublish, kCommitted, kRewind,
    kClosed, kFatal
  };

  Progress OpenLog(absl::Time now);
  Progress CatchUp(absl::Time now, absl::Duration may_wait);
  Progress Join(absl::Time now);
  Progress StandBy(absl::Time now, absl::Duration may_wait);
  Progress Init(absl::Time now);
  Progress AskEnd(absl::Time now);
  Progress ReadToEnd(absl::Time now, absl::Duration may_wait);
  Progress Check(absl::Time now);
  Progress Fill(absl::Time now, absl::Duration may_wait);
  Progress JudgeBatch(absl::Time now);
  Progress Publish(absl::Time now);
  Progress FinishBatch(absl::Time now);
  Progress Rewind(absl::Time now);
  Progress Close();

  absl::Status JudgeRecord(Article& article);
  // An entry without a sketch, and a dead letter: what prepare did not write, and what the operator
  // skips. `prepared`: it is an article with its source, and can be replayed.
  absl::Status RejectRecord(Article& article, Reason reason, std::string_view detail,
                            bool prepared);
  absl::Status AddEntry(const dedup::IndexEntry& entry);
  // Reads the changelog for one step; false: something else is to be done, and `progress` says
  // what.
  bool ReadLog(absl::Time now, absl::Duration may_wait, Progress& progress);
  // Where the changelog ends, to be believed once the next batch is committed.
  void NoteOwnEntries(absl::Time now);
  void MarkSequence(int64_t index_offset, uint64_t sequence);
  void ServeGroup(absl::Time now);
  uint64_t OutsideWindow() const;
  // While taking over: serves the group, and says whether the partition is still given to us. Else
  // `progress`.
  bool StillGiven(absl::Time now, Progress& progress);
  // The partition was taken away.
  Progress StepDown();
  Progress Leave(std::string why, absl::Time now);
  Progress RetryLater(absl::Time now) {
    backoff_.Fail(now);
    return Progress::kWaiting;
  }
  Progress Fatal(std::string why);
  Progress NotReady(std::string why, absl::Time now);
  bool AtBoundary() const { return !in_flight_ && state_ != State::kCommitted; }
  bool owner() const { return state_ >= State::kFill && state_ <= State::kRewind; }

  std::shared_ptr<const dedup::Policy> policy_;
  SkipList skips_;
  FlightRecorder::Desk desk_;
  const std::string judged_topic_;
  const std::string index_topic_;
  std::unique_ptr<dedup::Judge> judge_;
  IndexLog log_;
  kafka::GroupReader reader_;
  kafka::Publisher publisher_;
  BatchFiller filler_;
  Refusals refusals_;
  OutcomeRecords records_;
  Batch batch_;
  HopOutput out_;
  v1::Dedup verdict_;
  v1::IndexEntry entry_;

  State state_ = State::kOpenLog;
  bool finishing_ = false;
  bool draining_ = false;
  bool in_flight_ = false;
  kafka::Backoff backoff_;
  absl::Time begun_ = absl::InfinitePast();
  absl::Time catch_up_begun_ = absl::InfinitePast();
  absl::Time last_step_ = absl::InfinitePast();
  absl::Time last_commit_ = absl::InfinitePast();
  absl::Time noted_ = absl::InfinitePast();
  double restore_seconds_ = 0;
  uint64_t takeovers_ = 0;
  std::string why_not_ready_ = "has not read the changelog yet";
  WorkerCounters counters_;

  // Places in the changelog: entries up to `sequence` lie before `offset`.
  struct Mark {
    int64_t offset;
    uint64_t sequence;
  };
  std::deque<Mark> marks_;
  int64_t noted_end_ = 0;  // 0: nothing noted
  uint64_t noted_sequence_ = 0;
};

}  // namespace newsfeed::stages
