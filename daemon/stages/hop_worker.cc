#include "daemon/stages/hop_worker.h"

#include <algorithm>
#include <utility>

#include "daemon/kafka/application.h"
#include "daemon/log.h"

namespace newsfeed::stages {
namespace {

using kafka::Publisher;

constexpr absl::Duration kCloseTimeout = absl::Seconds(10);
// Failures in a row after which the group is left.
constexpr int kPatience = 3;

}  // namespace

HopWorker::HopWorker(kafka::ClientFactory* factory, const config::v1::Config& config,
                     WorkerName name, std::vector<std::string> topics, std::unique_ptr<Hop> hop,
                     FlightRecorder::Desk desk)
    : name_(std::move(name)),
      topics_(std::move(topics)),
      hop_(std::move(hop)),
      desk_(desk),
      reader_(factory, ReaderOptions(config, name_, topics_)),
      publisher_(factory, PublisherOptions(config, name_, hop_->topics())),
      filler_(config) {}

Progress HopWorker::Step(absl::Time now, absl::Duration may_wait) {
  last_step_ = now;
  if (state_ == State::kClosed) return Progress::kDone;
  if (state_ == State::kFatal) return Progress::kFatal;
  if (draining_ && AtBoundary()) return Close();
  if (finishing_ && AtBoundary()) return Progress::kParked;
  if (backoff_.Waiting(now)) return Progress::kWaiting;
  switch (state_) {
    case State::kPublisher: return PreparePublisher(now);
    case State::kOpen: return OpenReader(now);
    case State::kFill: return Fill(now, may_wait);
    case State::kProcess: return Process(now);
    case State::kPublish: return Publish(now);
    case State::kCommitted: return FinishBatch(now);
    case State::kRewind: return Rewind(now);
    case State::kClosed:
    case State::kFatal: break;
  }
  return Progress::kDone;
}

// What is published are views into the hop. A batch that was only read is worked on by the new one:
// it may be what heals the old one's errors.
bool HopWorker::Renew(Renewal& renewal) {
  if (state_ == State::kPublish || state_ == State::kCommitted) return false;
  hop_->FillSteps(counters_);
  std::swap(hop_, renewal.hop);
  std::swap(made_of_, renewal.made_of);
  filler_ = BatchFiller(made_of_->config);
  return true;
}

// Before a partition is taken: what a predecessor left open is ended first, and offsets can be
// committed.
Progress HopWorker::PreparePublisher(absl::Time now) {
  const Publisher::Result result = publisher_.Step(now);
  if (result != Publisher::Result::kReady) {
    detail_ = publisher_.last_error().ok() ? "" : publisher_.last_error().message;
    held_back_ |= publisher_.waiting(now);
    // What it holds is neither read nor worked on meanwhile: others may do it.
    if (reader_.is_open() && publisher_.failures() > kPatience) {
      log::Warn("no producer can be had, the group is left",
                {{"stage", StageName(name_.stage)}, {"why", detail_}});
      batch_.Clear();
      reader_.Close(kCloseTimeout);
    }
    return publisher_.waiting(now) ? Progress::kWaiting : Progress::kProgress;
  }
  detail_.clear();
  state_ = reader_.is_open() ? State::kRewind : State::kOpen;
  return Progress::kProgress;
}

Progress HopWorker::OpenReader(absl::Time now) {
  if (const kafka::Error error = reader_.Open(); !error.ok()) {
    detail_ = error.message;
    return RetryLater(now);
  }
  state_ = State::kFill;
  return Progress::kProgress;
}

Progress HopWorker::Fill(absl::Time now, absl::Duration may_wait) {
  if (!reader_.pending().empty()) return Assign(now);
  const size_t limit = std::min(refusals_.limit(), desk_.most_records());
  switch (filler_.Fill(reader_, batch_, limit, now, may_wait)) {
    case BatchFiller::Result::kMore:
    case BatchFiller::Result::kPending: return Progress::kProgress;
    case BatchFiller::Result::kNothing:
      if (batch_.empty()) held_back_ = false;  // there is nothing to be held back
      return Progress::kWaiting;
    case BatchFiller::Result::kGone:
      return Fatal(
          "an internal topic does not hold the committed offset: it was deleted or trimmed by "
          "hand");
    case BatchFiller::Result::kRevoked: return Forget();
    case BatchFiller::Result::kDead:
      log::Warn("consumer is dead, a new one is made",
                {{"stage", StageName(name_.stage)}, {"error", reader_.last_error().name}});
      if (InstanceTakenOver(now)) {
        return Fatal("another process is the same static member of the group");
      }
      batch_.Clear();
      reader_.Close(absl::ZeroDuration());
      state_ = State::kOpen;
      return RetryLater(now);
    case BatchFiller::Result::kClosed: break;
  }
  if (desk_.MustSplit(batch_)) return Forget();
  in_flight_ = true;
  state_ = State::kProcess;
  return Progress::kProgress;
}

Progress HopWorker::Assign(absl::Time now) {
  ClearSuspects();
  const absl::Status status = reader_.Assign();
  if (absl::IsFailedPrecondition(status)) return Fatal(std::string(status.message()));
  if (!status.ok()) {
    detail_ = std::string(status.message());
    return RetryLater(now);
  }
  backoff_.Succeed();
  detail_.clear();
  return Progress::kProgress;
}

// Also those of partitions that other members have by now.
void HopWorker::ClearSuspects() {
  std::vector<kafka::PartitionOffset> places;
  for (const Suspect& suspect : desk_.suspects()) {
    if (std::ranges::find(topics_, suspect.topic) != topics_.end()) {
      places.push_back({{suspect.topic, suspect.partition}});
    }
  }
  if (places.empty() || !reader_.CommittedOf(places).ok()) return;
  for (const kafka::PartitionOffset& place : places) {
    desk_.Committed(place.where.topic, place.where.partition, place.offset);
  }
}

bool HopWorker::InstanceTakenOver(absl::Time now) {
  if (reader_.last_error().name != "FENCED_INSTANCE_ID") return false;
  const bool again = now - instance_fenced_ < kafka::kFencedAgain;
  instance_fenced_ = now;
  return again;
}

// What was read is not worked on; what is still ours is read again.
Progress HopWorker::Forget() {
  batch_.Clear();
  in_flight_ = held_back_ = false;
  state_ = State::kRewind;
  return Progress::kProgress;
}

Progress HopWorker::Process(absl::Time now) {
  batch_.set_now_ms(absl::ToUnixMillis(Wall(now)));
  refusals_.Mark(batch_);
  desk_.Begin(batch_);
  const absl::Status status = hop_->Process(batch_, out_);
  desk_.End();
  if (!status.ok()) {
    ++counters_.errors;
    detail_ = std::string(status.message());
    log::Error("batch cannot be processed",
               {{"stage", StageName(name_.stage)}, {"error", detail_}});
    batch_.ResetArticles();
    in_flight_ = !finishing_;
    return RetryLater(now);
  }
  begun_ = now;
  publisher_.Begin(out_.records, reader_.offsets(), reader_.consumer());
  state_ = State::kPublish;
  return Progress::kProgress;
}

Progress HopWorker::Publish(absl::Time now) {
  switch (publisher_.Step(now)) {
    case Publisher::Result::kWorking:
    case Publisher::Result::kReady:
      return publisher_.waiting(now) ? Progress::kWaiting : Progress::kProgress;
    case Publisher::Result::kCommitted:
      reader_.Committed();
      in_flight_ = false;
      state_ = State::kCommitted;
      return Progress::kProgress;
    case Publisher::Result::kAborted:
      ++counters_.batches_aborted;
      detail_ = publisher_.last_error().message;
      in_flight_ = false;
      state_ = State::kPublisher;
      // A rebalance costs one batch and is no trouble.
      held_back_ = backoff_.failures() > 0;
      return RetryLater(now);
    case Publisher::Result::kRefused:
      ++counters_.batches_aborted;
      detail_ = publisher_.last_error().message;
      refusals_.Add(batch_, publisher_.last_error());
      in_flight_ = false;
      state_ = State::kPublisher;
      held_back_ = refusals_.stuck();
      return held_back_ ? RetryLater(now) : Progress::kProgress;
    case Publisher::Result::kUnknown:
      ++counters_.batches_aborted;
      detail_ = publisher_.last_error().message;
      in_flight_ = false;  // nothing of it can be finished; the next init ends what is open
      reader_.Doubt();
      state_ = State::kPublisher;
      return Progress::kProgress;
    case Publisher::Result::kTakenOver:
      return Fatal("another process runs with this transactional.id: is the instance name unique?");
  }
  return Progress::kProgress;
}

// A step of its own, so that `now` is after the commit.
Progress HopWorker::FinishBatch(absl::Time now) {
  CountBatch(batch_, out_, now - begun_, Wall(now), counters_);
  desk_.Passed(batch_);
  last_commit_ = now;
  refusals_.Settle(batch_);
  batch_.Clear();
  backoff_.Succeed();
  held_back_ = false;
  detail_.clear();
  state_ = State::kFill;
  return Progress::kProgress;
}

Progress HopWorker::Rewind(absl::Time now) {
  batch_.Clear();
  in_flight_ = false;
  if (absl::Status status = reader_.Rewind(); !status.ok()) {
    detail_ = std::string(status.message());
    // A position that is not known would lose records: a new member asks the group.
    if (backoff_.failures() > kPatience) {
      reader_.Close(kCloseTimeout);
      state_ = State::kOpen;
    }
    return RetryLater(now);
  }
  state_ = State::kFill;
  return Progress::kProgress;
}

Progress HopWorker::Close() {
  batch_.Clear();
  reader_.Close(kCloseTimeout);
  publisher_.Drop();
  state_ = State::kClosed;
  return Progress::kDone;
}

Progress HopWorker::Fatal(std::string why) {
  log::Error("worker cannot go on", {{"stage", StageName(name_.stage)}, {"why", why}});
  detail_ = std::move(why);
  state_ = State::kFatal;
  return Progress::kFatal;
}

void HopWorker::FillStatus(WorkerStatus& status) const {
  status.stage = StageName(name_.stage);
  status.worker = name_.worker;
  switch (state_) {
    case State::kPublisher: status.state = publisher_.state(); break;
    case State::kOpen: status.state = "joining the group"; break;
    case State::kFill: status.state = "reading"; break;
    case State::kProcess: status.state = "processing"; break;
    case State::kPublish: status.state = publisher_.state(); break;
    case State::kCommitted: status.state = "committed"; break;
    case State::kRewind: status.state = "rewinding"; break;
    case State::kClosed: status.state = "closed"; break;
    case State::kFatal: status.state = "failed"; break;
  }
  status.detail = detail_;
  status.ready = reader_.joined() && state_ != State::kFatal && !held_back_;
  status.last_step = last_step_;
  status.last_commit = last_commit_;
  status.counters = counters_;
  FillStatusOf(reader_, publisher_, status);
  hop_->FillSteps(status.counters);
}

}  // namespace newsfeed::stages
