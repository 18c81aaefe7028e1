// An application of newsfeed on a broker, as a test sees it from outside: its configuration, its daemons, and what the
// topics alone say.
//
//   KafkaApplication application(NEWSFEEDD, "MyTest", KafkaBootstrap());
//   application.Configure("");
//   application.CreateTopics(6);
//   auto daemon = application.NewDaemon("a");
//
// What fails is a failure of the test.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/kafka/kafka_client.h"
#include "newsfeed/config/v1/config.pb.h"
#include "tests/testing/daemon_process.h"
#include "tests/testing/program.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed::testing {

// "raw/3/17" of the record an outcome came from.
std::string SourceOf(const kafka::PolledRecord& record, bool dead_letter);
std::string HeaderOf(const kafka::PolledRecord& record, std::string_view name);

// Partitions of the group that the process with this log has.
int64_t PartitionsOf(const std::string& log, const std::string& group);

// Times at which one of these processes took office as the judge, and which: the last is in office.
std::map<std::string, size_t> OfficesOf(const std::vector<std::unique_ptr<DaemonProcess>>& daemons);

class KafkaApplication {
 public:
  // `program`: newsfeedd.
  KafkaApplication(std::string program, std::string id, std::string bootstrap);

  // `more` is added to the configuration, `internal`, `kafka` and `outputs` (lines) to the keys of that name.
  void Configure(const std::string& more, const std::string& internal = "keep_records: 1000000",
                 const std::string& kafka = "", const std::string& outputs = "");

  // Runs the program to its end.
  ProgramResult Newsfeedd(std::vector<std::string> arguments) const;
  void CreateTopics(int input_partitions) const;
  // Not started. `wrapper` is put before the command line: {"/usr/bin/env", "NAME=value"}.
  std::unique_ptr<DaemonProcess> NewDaemon(const std::string& instance, std::vector<std::string> wrapper = {},
                                           const std::string& program = "") const;

  // Waits until each of `records` has an outcome and nothing is in flight; what audit says then. `daemons` do the
  // work: where one ends meanwhile, so does the test (DaemonProcess::CheckRuns).
  std::string AwaitDone(uint64_t records, const std::vector<const DaemonProcess*>& daemons) const;
  // The same where all outcomes have been seen.
  std::string AwaitClean(uint64_t records, const std::vector<const DaemonProcess*>& daemons = {}) const;

  // Committed records of whole topics.
  void Read(const std::vector<std::string>& topics, const std::function<void(const kafka::PolledRecord&)>& take) const;
  // How often each input record has an outcome.
  std::map<std::string, int> Outcomes() const;
  // Verdicts as they were published, by offset in the topic of prepared articles; and as one judge gives them that
  // reads that topic from its beginning. How many differ.
  size_t CompareVerdicts() const;
  // Records in all topics that were never committed: written, and their transaction aborted.
  uint64_t AbortedRecords() const;

  // Asks the broker, which takes its time, for a minute at most.
  static bool Eventually(const std::function<bool()>& holds);

  const std::string& id() const { return id_; }
  const std::string& bootstrap() const { return bootstrap_; }
  const std::string& config_path() const { return config_path_; }
  const config::v1::Config& config() const { return config_; }
  kafka::ClientFactory& factory() const { return *factory_; }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  uint64_t CountRecords(const std::string& isolation) const;

  const std::string program_;
  const std::string id_;
  const std::string bootstrap_;
  const TemporaryFolder folder_;
  const std::unique_ptr<kafka::ClientFactory> factory_;
  std::string config_path_;
  config::v1::Config config_;
};

}  // namespace newsfeed::testing
