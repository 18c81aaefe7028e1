// A real Apache Kafka for a test program: one node, started by the first test that asks, stopped at
// the end of the program.
#pragma once

#include <string>

namespace newsfeed::testing {

// "127.0.0.1:PORT", or empty where no broker can be had (no Java, no Maven, no network): the test
// then skips with KafkaMissing().
const std::string& KafkaBootstrap();

// Why there is none.
const std::string& KafkaMissing();

// To the broker's process: SIGSTOP, SIGCONT.
void SignalKafka(int signal);

}  // namespace newsfeed::testing
