#include "daemon/kafka/publisher.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/failpoint.h"
#include "daemon/log.h"

namespace newsfeed::kafka {

Publisher::Publisher(ClientFactory* factory, Options options)
    : factory_(factory), options_(std::move(options)) {}

const char* Publisher::state() const {
  switch (state_) {
    case State::kNew: return "making a producer";
    case State::kInit: return "initialising transactions";
    case State::kMetadata: return "asking for topics";
    case State::kReady: return "ready";
    case State::kBegin: return "beginning a transaction";
    case State::kProduce: return "producing";
    case State::kFlush: return "flushing";
    case State::kSendOffsets: return "sending offsets";
    case State::kCommit: return "committing";
    case State::kAbort: return "aborting";
  }
  return "";
}

void Publisher::Begin(std::span<const ProducedRecord> records, std::vector<PartitionOffset> offsets,
                      Consumer* consumer) {
  records_ = records;
  offsets_ = std::move(offsets);
  consumer_ = consumer;
  next_record_ = 0;
  retries_ = 0;
  refused_ = spent_ = false;
  state_ = transactional() ? State::kBegin : State::kProduce;
}

void Publisher::Drop() {
  producer_.reset();
  state_ = State::kNew;
  backoff_ = {};
}

Publisher::Result Publisher::Step(absl::Time now) {
  if (backoff_.Waiting(now)) return Result::kWorking;
  const absl::Duration timeout = options_.call_timeout;
  switch (state_) {
    case State::kNew: return MakeClient(now);
    case State::kInit: return Init(now);
    case State::kMetadata: return AskMetadata(now);
    case State::kReady: return Result::kReady;
    case State::kBegin:
      Failpoint("publisher.before_begin");
      begun_ = now;
      return After(producer_->BeginTransaction(), State::kProduce, now);
    case State::kProduce: return ProduceSome(now);
    case State::kFlush: return After(producer_->Flush(timeout), State::kCommit, now);
    case State::kSendOffsets: return SendOffsets(now);
    case State::kCommit: return CommitOffsets(now);
    case State::kAbort: return Abort(now);
  }
  return Result::kWorking;
}

Publisher::Result Publisher::MakeClient(absl::Time now) {
  Error error;
  producer_ = factory_->NewProducer(options_.properties, error);
  if (!error.ok()) {
    last_error_ = error;
    backoff_.Fail(now);
    return Result::kWorking;
  }
  ++clients_made_;
  next_topic_ = 0;
  state_ = transactional() ? State::kInit : State::kMetadata;
  return Result::kWorking;
}

Publisher::Result Publisher::Init(absl::Time now) {
  const Error error = producer_->InitTransactions(options_.call_timeout);
  if (error.ok()) {
    Failpoint("publisher.after_init");
    backoff_.Succeed();
    state_ = State::kMetadata;
    return Result::kWorking;
  }
  last_error_ = error;
  backoff_.Fail(now);
  // A call that timed out goes on where it was.
  if (error.kind == ErrorClass::kTimedOut || error.kind == ErrorClass::kRetriable) {
    return Result::kWorking;
  }
  log::Warn("transactions cannot be initialised",
            {{"error", error.name}, {"message", error.message}});
  producer_.reset();
  state_ = State::kNew;
  return Result::kWorking;
}

Publisher::Result Publisher::AskMetadata(absl::Time now) {
  if (next_topic_ == options_.topics.size()) {
    state_ = State::kReady;
    return Result::kReady;
  }
  int32_t partitions = 0;
  const Error error =
      producer_->Metadata(options_.topics[next_topic_], partitions, options_.call_timeout);
  if (!error.ok()) {
    last_error_ = error;
    last_error_.message = fmt::format("topic {}: {}", options_.topics[next_topic_], error.message);
    backoff_.Fail(now);
    return Result::kWorking;
  }
  backoff_.Succeed();
  ++next_topic_;
  return Result::kWorking;
}

Publisher::Result Publisher::ProduceSome(absl::Time now) {
  while (next_record_ < records_.size()) {
    const Error error = producer_->Produce(records_[next_record_]);
    if (error.kind == ErrorClass::kRetriable) {  // the client's queue is full
      producer_->Serve(absl::Milliseconds(50));
      return Result::kWorking;
    }
    if (!error.ok()) return Failed(error, now);
    ++next_record_;
  }
  Failpoint("publisher.after_produce");
  state_ = transactional() ? State::kSendOffsets : State::kFlush;
  return Result::kWorking;
}

// The generation of this moment: a rebalance that left us these partitions may have passed since
// the records were read. One that takes them waits until the caller has polled, and it does not
// before the end of the batch.
Publisher::Result Publisher::SendOffsets(absl::Time now) {
  const auto group = consumer_->TakeGroupMetadata();
  if (group == nullptr) {
    return Failed({.kind = ErrorClass::kAbortable,
                   .name = "_ASSIGNMENT_LOST",
                   .message = "all partitions are lost"},
                  now);
  }
  const Error error = producer_->SendOffsets(offsets_, *group, options_.call_timeout);
  if (error.ok()) Failpoint("publisher.after_send_offsets");
  return After(error, State::kCommit, now);
}

Publisher::Result Publisher::CommitOffsets(absl::Time now) {
  Failpoint("publisher.before_commit");
  if (transactional()) {
    const Result result =
        After(producer_->CommitTransaction(options_.call_timeout), State::kReady, now);
    if (result != Result::kWorking || state_ != State::kReady) return result;
    Failpoint("publisher.after_commit");
    return Result::kCommitted;
  }
  if (const auto refusal = producer_->TakeRefusal()) {
    spent_ = true;
    return Failed(refusal->error, now);
  }
  if (const Error error = consumer_->Commit(offsets_); !error.ok()) return Failed(error, now);
  state_ = State::kReady;
  return Result::kCommitted;
}

Publisher::Result Publisher::After(const Error& error, State next, absl::Time now) {
  if (error.ok()) {
    state_ = next;
    retries_ = 0;
    return Result::kWorking;
  }
  if (error.kind == ErrorClass::kRetriable && ++retries_ <= kMaxRetries) return Result::kWorking;
  return Failed(error, now);
}

Publisher::Result Publisher::Failed(const Error& error, absl::Time now) {
  last_error_ = error;
  refused_ = error.kind == ErrorClass::kRefused;
  log::Warn("batch not published",
            {{"while", state()}, {"error", error.name}, {"message", error.message}});
  switch (error.kind) {
    case ErrorClass::kFatal:
    case ErrorClass::kFenced:
    case ErrorClass::kTimedOut: return Replace(error, now);
    default: break;
  }
  if (!transactional()) {
    // What of it is still under way must not be held against the next batch.
    if (const Error left = producer_->Flush(options_.call_timeout); !left.ok()) {
      return Replace(left, now);
    }
    return Aborted();
  }
  if (state_ == State::kBegin) return Replace(error, now);  // no transaction to be aborted
  retries_ = 0;
  state_ = State::kAbort;
  return Result::kWorking;
}

Publisher::Result Publisher::Abort(absl::Time now) {
  const Error error = producer_->AbortTransaction(options_.call_timeout);
  if (error.kind == ErrorClass::kRetriable && ++retries_ <= kMaxRetries) return Result::kWorking;
  if (!error.ok()) return Replace(error, now);
  Failpoint("publisher.after_abort");
  return Aborted();
}

// What the broker said of a record tells more than the call that failed in its wake. The sequence
// number of what it refused is missing from there on: 2.0.2 fails the next batch with
// OUT_OF_ORDER_SEQUENCE_NUMBER after some 20 s (measured), so a new client goes on.
Publisher::Result Publisher::Aborted() {
  state_ = State::kReady;
  if (auto refusal = producer_->TakeRefusal()) {
    last_error_ = std::move(refusal->error);
    refused_ |= last_error_.kind == ErrorClass::kRefused;
    spent_ = true;
  }
  if (spent_) {
    producer_.reset();
    state_ = State::kNew;
  }
  return refused_ ? Result::kRefused : Result::kAborted;
}

Publisher::Result Publisher::Replace(const Error& error, absl::Time now) {
  last_error_ = error;
  const bool taken_over = TakenOver(error, now);
  // What the broker refused cannot have been committed, whatever failed in its wake.
  if (auto refusal = producer_->TakeRefusal();
      refusal && refusal->error.kind == ErrorClass::kRefused) {
    last_error_ = std::move(refusal->error);
    refused_ = true;
  }
  producer_.reset();
  state_ = State::kNew;
  if (taken_over) return Result::kTakenOver;
  return refused_ ? Result::kRefused : Result::kUnknown;
}

bool Publisher::TakenOver(const Error& error, absl::Time now) {
  if (error.kind == ErrorClass::kTimedOut) timed_out_since_fenced_ = true;
  if (error.kind != ErrorClass::kFenced) return false;
  ++fenced_;
  // A transaction that was open for too long is ended by the broker, which also fences.
  const bool own_fault = timed_out_since_fenced_ || now - begun_ >= options_.transaction_timeout;
  const bool again = now - last_fenced_ < kFencedAgain;
  last_fenced_ = now;
  timed_out_since_fenced_ = false;
  return again && !own_fault;
}

}  // namespace newsfeed::kafka
