// Writes invented articles to the input while daemons come and go, as fast as it is told.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "daemon/kafka/kafka_client.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::testing {

class Feeder {
 public:
  // `rate` records a second to the partitions in turn, `words` long; article `first` first. Survives brokers that are
  // away for minutes.
  Feeder(kafka::ClientFactory& factory, const config::v1::Config& config, int partitions, int rate,
         uint64_t first = 0, int words = 120);
  Feeder(const Feeder&) = delete;
  Feeder& operator=(const Feeder&) = delete;
  ~Feeder() { Stop(); }

  // All that was written is acknowledged then. How many that is.
  uint64_t Stop();
  // Waits until `records` are written.
  uint64_t StopAt(uint64_t records);

 private:
  void Run(kafka::Producer& producer, const std::string& topic, int partitions, int rate, int words);

  std::atomic<bool> stop_ = false;
  std::atomic<uint64_t> most_ = UINT64_MAX;
  const uint64_t first_;
  uint64_t next_;
  std::thread thread_;
};

}  // namespace newsfeed::testing
