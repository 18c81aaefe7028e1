// A real Apache Kafka for a test program: one node in a folder of its own.
#pragma once

#include <memory>
#include <string>

#include "tests/testing/temporary_folder.h"

namespace newsfeed::testing {

// A broker to be killed and started again. Stopped by its destructor.
class KafkaBroker {
 public:
  // Of the version that deploy/kafka knows, or another one ("4.0.2").
  explicit KafkaBroker(std::string version = "");
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;
  ~KafkaBroker();

  const std::string& version() const { return version_; }
  // "127.0.0.1:PORT"; empty where none can be had (no Java, no Maven, no network), and missing() says why.
  const std::string& bootstrap() const { return bootstrap_; }
  const std::string& missing() const { return missing_; }

  void Stop();   // SIGTERM
  void Kill();   // SIGKILL
  // On the same port with the same data; returns when it serves.
  void Start();
  void Signal(int signal) const;
  // All that it has logged since the first start.
  std::string Log() const;
  // Waits until the log since the last start has `text` more than `times`.
  bool AwaitLog(const std::string& text, size_t times, int seconds) const;
  size_t CountInLog(const std::string& text) const;

 private:
  void Run(const std::string& verb);

  const TemporaryFolder folder_;
  const std::string version_;
  std::string port_;
  std::string bootstrap_;
  std::string missing_;
};

// One for all tests of a program: started by the first test that asks, stopped at the program's end. The test skips
// with missing() where there is none. `version`: of which the first has started it, or a failure; "": any.
KafkaBroker& TheBroker(const std::string& version = "");

inline const std::string& KafkaBootstrap() { return TheBroker().bootstrap(); }
inline const std::string& KafkaMissing() { return TheBroker().missing(); }

// To the broker's process: SIGSTOP, SIGCONT.
void SignalKafka(int signal);

}  // namespace newsfeed::testing
