#include "tests/testing/kafka_broker.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "tests/testing/program.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed::testing {
namespace {

constexpr char kScript[] = NEWSFEED_SOURCE_DIR "/deploy/kafka/broker";

// Owned by GoogleTest, which stops it when all tests have run.
class Broker : public ::testing::Environment {
 public:
  Broker() {
    const ProgramResult started =
        RunProgram({"/bin/bash", kScript, "start", folder_.path() / "kafka", "0"}, "", 300);
    if (started.exit_code != 0) {
      missing_ = "no Kafka: " + started.err;
      return;
    }
    std::string port = ReadWholeFile(folder_.path() / "kafka" / "port");
    while (port.ends_with('\n')) port.pop_back();
    bootstrap_ = "127.0.0.1:" + port;
  }

  void TearDown() override {
    if (!bootstrap_.empty()) {
      RunProgram({"/bin/bash", kScript, "stop", folder_.path() / "kafka"}, "", 60);
    }
  }

  void Signal(int signal) const { kill(std::stoi(ReadWholeFile(folder_.path() / "kafka" / "pid")), signal); }

  const std::string& bootstrap() const { return bootstrap_; }
  const std::string& missing() const { return missing_; }

 private:
  TemporaryFolder folder_;
  std::string bootstrap_;
  std::string missing_;
};

const Broker& TheBroker() {
  static const Broker& broker =
      *static_cast<Broker*>(::testing::AddGlobalTestEnvironment(new Broker()));
  return broker;
}

}  // namespace

const std::string& KafkaBootstrap() { return TheBroker().bootstrap(); }
const std::string& KafkaMissing() { return TheBroker().missing(); }
void SignalKafka(int signal) { TheBroker().Signal(signal); }

}  // namespace newsfeed::testing
