// Deletes what is done with from the internal topics, as Kafka Streams does with its repartition
// topics: records behind the committed offsets less internal.keep_records, and the changelog before
// the window.
#pragma once

#include <atomic>
#include <cstdint>

#include <absl/status/status.h>

#include "daemon/kafka/kafka_client.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::kafka {

// To be called by the judge's owner only. `index_offset`: entries before it are outside of the
// window; 0: none. `stop` ends it before the next call to the broker.
absl::Status TrimInternalTopics(ClientFactory& factory, const config::v1::Config& config,
                                int64_t index_offset, const std::atomic<bool>& stop);

}  // namespace newsfeed::kafka
