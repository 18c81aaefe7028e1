// Publishes the records of one batch and the offsets they came from: all or nothing, one call to
// Kafka a step.
//
//   publisher.Begin(records, offsets, consumer)
//   while (publisher.Step() == kWorking) {}
//     kCommitted   all of it is there
//     kAborted     none of it; Step until ready() (mostly it is) and go on
//     kRefused     none of it, and the broker will never take it as it is: one record is to blame,
//                  nobody knows which
//     kUnknown     not known: the client was replaced; Step until ready() (which ends what was left
//                  open), then ask the group
//   at-least-once: kAborted may leave records behind, never lose any
//
// What each class of error does:
//   retriable            the same call again, at most kMaxRetries times
//   abortable, other     abort; the caller rewinds
//   refused              the same, and the client is replaced where it was the broker that refused:
//                        its sequence numbers have a gap
//   fatal, fenced,       the client is destroyed and a new one made in this process: librdkafka
//     timed out          2.0.2 is desynchronised from its coordinator then
// Fenced twice within kFencedAgain without a fault of our own: somebody else runs with our
// transactional.id; Step gives kTakenOver.
//
// One thread. Records are views into the batch of the caller and must hold until the end.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "daemon/kafka/backoff.h"
#include "daemon/kafka/kafka_client.h"

namespace newsfeed::kafka {

// Two live processes with one name would fence each other for ever: twice in this time is the end
// of one.
inline constexpr absl::Duration kFencedAgain = absl::Minutes(5);

class Publisher {
 public:
  struct Options {
    Properties properties;  // with transactional.id: exactly once
    // Topics that will be written: asked for once after init, else the first transaction takes a
    // second more.
    std::vector<std::string> topics;
    absl::Duration call_timeout = absl::Seconds(10);
    absl::Duration transaction_timeout = absl::Seconds(30);
  };

  enum class Result : uint8_t {
    kWorking, kReady, kCommitted, kAborted, kRefused, kUnknown, kTakenOver
  };

  Publisher(ClientFactory* factory, Options options);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // The next call. kReady: nothing to do, Begin may be called. A failed attempt to make or
  // initialise the client is kWorking with last_error() set, and waiting() for a while.
  Result Step(absl::Time now);
  bool ready() const { return state_ == State::kReady; }

  // `consumer` tells the group's generation, or commits the offsets where there is no transaction;
  // it must not be polled before the end. Call only when ready().
  void Begin(std::span<const ProducedRecord> records, std::vector<PartitionOffset> offsets,
             Consumer* consumer);

  // Destroys the client: fenced judges and closing workers. Step makes a new one.
  void Drop();

  bool waiting(absl::Time now) const { return backoff_.Waiting(now); }
  // Attempts to make or initialise the client that failed in a row.
  int failures() const { return backoff_.failures(); }
  const Error& last_error() const { return last_error_; }
  // Replacements of the first.
  uint64_t replaced() const { return clients_made_ > 0 ? clients_made_ - 1 : 0; }
  // Times that somebody else, or the broker for a transaction open too long, took our
  // transactional.id.
  uint64_t fenced() const { return fenced_; }
  const char* state() const;

 private:
  enum class State : uint8_t {
    kNew, kInit, kMetadata, kReady, kBegin, kProduce, kFlush, kSendOffsets, kCommit, kAbort
  };
  static constexpr int kMaxRetries = 20;

  Result MakeClient(absl::Time now);
  Result Init(absl::Time now);
  Result AskMetadata(absl::Time now);
  Result ProduceSome(absl::Time now);
  Result SendOffsets(absl::Time now);
  Result CommitOffsets(absl::Time now);
  // Goes to `next` where the call was done; else what the class of the error says.
  Result After(const Error& error, State next, absl::Time now);
  Result Failed(const Error& error, absl::Time now);
  Result Abort(absl::Time now);
  Result Aborted();
  Result Replace(const Error& error, absl::Time now);
  bool TakenOver(const Error& error, absl::Time now);
  bool transactional() const { return options_.properties.contains("transactional.id"); }

  ClientFactory* const factory_;
  const Options options_;
  std::unique_ptr<Producer> producer_;
  State state_ = State::kNew;
  size_t next_topic_ = 0;
  int retries_ = 0;
  bool refused_ = false;  // something of this batch, by broker or client
  bool spent_ = false;    // the broker refused something of this batch: the client must not go on
  Backoff backoff_;  // of making and initialising
  absl::Time begun_ = absl::InfinitePast();
  absl::Time last_fenced_ = absl::InfinitePast();
  bool timed_out_since_fenced_ = false;
  uint64_t clients_made_ = 0;
  uint64_t fenced_ = 0;
  Error last_error_;

  std::span<const ProducedRecord> records_;
  size_t next_record_ = 0;
  std::vector<PartitionOffset> offsets_;
  Consumer* consumer_ = nullptr;
};

}  // namespace newsfeed::kafka
