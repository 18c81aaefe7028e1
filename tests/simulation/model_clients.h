// Kafka's clients over the model of a broker, with the faults of librdkafka and of networks.
//
// A call may be cut off by the end of the process before or after it took effect (CrashNow is thrown out of it),
// lose its answer (before, after, or long before it takes effect), or fail as librdkafka makes it fail. Which, the
// schedule decides: Faults::Draw.
//
// One factory is one process. Members are heard of while it runs (Beat).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/kafka/kafka_client.h"
#include "tests/simulation/broker_model.h"
#include "tests/simulation/random.h"

namespace newsfeed::simulation {

// The process ends here.
struct CrashNow {};

// What is done to a call.
enum class Fault : uint8_t {
  kNone,
  kCrashBefore,     // the process ends before the broker hears of it
  kCrashAfter,      // … after it took effect
  kLost,            // never arrives; timed out
  kAnswerLost,      // took effect; timed out
  kLate,            // timed out, and takes effect later
  kAbortable,       // librdkafka: abort and go on
  kFatal,           // librdkafka: the client is dead
  kRetriable,       // librdkafka: again
  kCount
};
inline constexpr size_t kFaults = static_cast<size_t>(Fault::kCount);
const char* FaultName(Fault fault);

enum class Call : uint8_t {
  kPoll, kAssign, kUnassign, kCommitted, kWatermarks, kConsumerCommit, kClose,
  kInit, kBegin, kProduce, kFlush, kSendOffsets, kCommit, kAbort, kMetadata, kDeleteRecords,
  kCount
};
inline constexpr size_t kCalls = static_cast<size_t>(Call::kCount);
const char* CallName(Call call);
// Whether the schedule may do this to that: what cannot happen is none of the coverage.
bool Possible(Call call, Fault fault);

class Faults {
 public:
  virtual ~Faults() = default;
  virtual Fault Draw(Call call) = 0;
  virtual void Note(const std::string& event) = 0;
  // Something worth counting has happened to a client.
  virtual void Count(const char* what) = 0;
};

class ModelFactory : public kafka::ClientFactory {
 public:
  ModelFactory(BrokerModel* broker, Faults* faults, Random* random)
      : broker_(broker), faults_(faults), random_(random) {}

  std::unique_ptr<kafka::Consumer> NewConsumer(const kafka::Properties& properties,
                                               kafka::RebalanceListener* listener, kafka::Error& error) override;
  std::unique_ptr<kafka::Producer> NewProducer(const kafka::Properties& properties, kafka::Error& error) override;
  std::unique_ptr<kafka::Admin> NewAdmin(const kafka::Properties& properties, kafka::Error& error) override;

  // The group coordinator hears of the members of this process.
  void Beat();
  // From here on no client of it does anything: the process is dead, its destructors run all the same.
  void Kill() { dead_ = true; }
  bool dead() const { return dead_; }

  BrokerModel& broker() { return *broker_; }
  Random& random() { return *random_; }
  // A call begins: what is done to it. May be the end of the process.
  Fault Enter(Call call) {
    const Fault fault = dead_ ? Fault::kNone : faults_->Draw(call);
    if (fault == Fault::kCrashBefore) throw CrashNow();
    return fault;
  }
  // It took effect.
  static void Leave(Fault fault) {
    if (fault == Fault::kCrashAfter) throw CrashNow();
  }
  void Count(const char* what) { faults_->Count(what); }
  // Group and member id of the living consumers.
  std::set<std::pair<std::string, std::string>> members;

 private:
  BrokerModel* const broker_;
  Faults* const faults_;
  Random* const random_;
  bool dead_ = false;
};

}  // namespace newsfeed::simulation
