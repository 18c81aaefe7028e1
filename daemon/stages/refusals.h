// Which record a broker refuses.
//
// A refusal aborts the whole transaction and names no record: all that went to the broker in one
// request are refused together. So the batch is halved, and halved again, until one record is
// alone; then less is made of it each time (Article::refusals; what, is the hop's): a dead letter,
// at last a stub. After each batch that passes the next may be twice as large.
//
//   refusals.Add(batch, error)      none of the batch is published
//   refusals.limit()                records that the next may have
//   refusals.Mark(batch)            before the hop
//   refusals.Settle(batch)          it is published
//
// A broker that refuses even a stub refuses on account of the topic: stuck(). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "daemon/kafka/kafka_client.h"
#include "processors/article/batch.h"

namespace newsfeed::stages {

class Refusals {
 public:
  // As much less as can be made of a record.
  static constexpr uint8_t kMost = 3;

  void Add(const Batch& batch, const kafka::Error& error);
  void Settle(const Batch& batch);
  void Mark(Batch& batch) const;

  size_t limit() const { return limit_; }
  bool stuck() const { return stuck_; }

 private:
  struct Culprit {
    uint8_t refusals = 0;
    std::string why;
  };
  // Their topics are names that the reader keeps.
  std::map<RecordId, Culprit> culprits_;
  size_t limit_ = SIZE_MAX;
  bool stuck_ = false;
};

}  // namespace newsfeed::stages
