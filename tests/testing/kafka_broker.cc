#include "tests/testing/kafka_broker.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "tests/testing/program.h"

namespace newsfeed::testing {
namespace {

constexpr char kScript[] = NEWSFEED_SOURCE_DIR "/deploy/kafka/broker";

// Owned by GoogleTest, which stops it when all tests have run.
class BrokerEnvironment : public ::testing::Environment {
 public:
  explicit BrokerEnvironment(const std::string& version) : broker_(std::make_unique<KafkaBroker>(version)) {}
  void TearDown() override { broker_.reset(); }
  KafkaBroker& broker() { return *broker_; }

 private:
  std::unique_ptr<KafkaBroker> broker_;
};

size_t Count(const std::string& log, const std::string& text) {
  size_t count = 0;
  for (size_t at = 0; (at = log.find(text, at)) != std::string::npos; ++at) ++count;
  return count;
}

}  // namespace

KafkaBroker::KafkaBroker(std::string version) : version_(std::move(version)) {
  const ProgramResult started =
      RunProgram({"/bin/bash", kScript, "start", folder_.path() / "kafka", "0", version_}, "", 300);
  if (started.exit_code != 0) {
    missing_ = "no Kafka: " + started.err;
    return;
  }
  port_ = ReadWholeFile(folder_.path() / "kafka" / "port");
  while (port_.ends_with('\n')) port_.pop_back();
  bootstrap_ = "127.0.0.1:" + port_;
}

KafkaBroker::~KafkaBroker() {
  if (!bootstrap_.empty()) Stop();
}

void KafkaBroker::Stop() { Run("stop"); }
void KafkaBroker::Kill() { Run("kill"); }

void KafkaBroker::Run(const std::string& verb) {
  const ProgramResult result = RunProgram({"/bin/bash", kScript, verb, folder_.path() / "kafka"}, "", 60);
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

void KafkaBroker::Start() {
  const ProgramResult started =
      RunProgram({"/bin/bash", kScript, "start", folder_.path() / "kafka", port_, version_}, "", 120);
  ASSERT_EQ(started.exit_code, 0) << started.err;
}

void KafkaBroker::Signal(int signal) const {
  kill(std::stoi(ReadWholeFile(folder_.path() / "kafka" / "pid")), signal);
}

std::string KafkaBroker::Log() const {
  std::string log;
  for (const char* name : {"server.old.log", "server.log"}) {
    const auto path = folder_.path() / "kafka" / name;
    if (std::filesystem::exists(path)) log += ReadWholeFile(path);
  }
  return log;
}

bool KafkaBroker::AwaitLog(const std::string& text, size_t times, int seconds) const {
  return AwaitFile(folder_.path() / "kafka" / "server.log",
                   [&](const std::string& log) { return Count(log, text) > times; }, seconds);
}

size_t KafkaBroker::CountInLog(const std::string& text) const {
  return Count(ReadWholeFile(folder_.path() / "kafka" / "server.log"), text);
}

KafkaBroker& TheBroker(const std::string& version) {
  static auto& environment =
      *static_cast<BrokerEnvironment*>(::testing::AddGlobalTestEnvironment(new BrokerEnvironment(version)));
  EXPECT_TRUE(version.empty() || version == environment.broker().version())
      << version << " is wanted, and '" << environment.broker().version() << "' runs";
  return environment.broker();
}

void SignalKafka(int signal) { TheBroker().Signal(signal); }

}  // namespace newsfeed::testing
