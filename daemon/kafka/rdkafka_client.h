// KafkaClient over librdkafka. The only code that includes rdkafka.h.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "daemon/kafka/kafka_client.h"

namespace newsfeed::kafka {

// A line of librdkafka's log: syslog level (0 to 7), facility, text. Called from any thread.
using LogFunction =
    std::function<void(int level, std::string_view facility, std::string_view text)>;

// Clients of this process. `log` may be empty.
std::unique_ptr<ClientFactory> NewRdKafkaFactory(LogFunction log);

// "2.0.2"
std::string_view RdKafkaVersion();

}  // namespace newsfeed::kafka
