// Reads the outcomes of an application as they are committed.
//
//   OutcomeReader reader(factory, config);
//   reader.Mark();                          // something happens
//   reader.AwaitBeyondMark();               // and work goes on
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/kafka/kafka_client.h"
#include "newsfeed/config/v1/config.pb.h"
#include "tests/testing/daemon_process.h"

namespace newsfeed::testing {

class OutcomeReader {
 public:
  // From the first outcome on.
  OutcomeReader(kafka::ClientFactory& factory, const config::v1::Config& config);

  // While it waits, these must live and run: DaemonProcess::CheckRuns.
  void Watch(std::vector<const DaemonProcess*> daemons) { watched_ = std::move(daemons); }

  // Waits until there are more than `count`; false: nothing came for four minutes.
  bool AwaitMoreThan(uint64_t count);
  // Waits for so many more than were seen.
  bool AwaitMore(uint64_t count) { return AwaitMoreThan(count_ + count - 1); }

  // Marks where the topics end now, and says how many offsets there are: records, and a few ends of transactions.
  uint64_t Mark();
  // Waits for a record beyond the mark.
  bool AwaitBeyondMark();

  // Waits until each of `partitions` of `input` has an outcome of a record that was written to it after `then`.
  bool AwaitAllSince(absl::Time then, const std::string& input, int partitions);

  // How many there were.
  uint64_t count() const { return count_; }

 private:
  // Reads on to a record that `is_last`, for four minutes at most.
  bool Poll(const std::function<bool(const kafka::PolledRecord&)>& is_last);

  std::unique_ptr<kafka::Consumer> consumer_;
  std::vector<const DaemonProcess*> watched_;
  std::map<kafka::TopicPartition, int64_t> marks_;
  uint64_t count_ = 0;
};

}  // namespace newsfeed::testing
