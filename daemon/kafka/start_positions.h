// Before the first worker joins: where a topic is begun that was never read, and whether what the
// groups have committed fits what lies in the internal topics.
//
// OK: workers may start. FAILED_PRECONDITION: an operator must look, the message says at what. Any
// other error: no answer of the broker; again later.
#pragma once

#include <absl/status/status.h>

#include "daemon/kafka/kafka_client.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::kafka {

// Commits the start of each input topic of which the group has no offset at all, by
// `inputs[].start`. Where another instance was quicker, its positions stand.
absl::Status CommitStartPositions(ClientFactory& factory, const config::v1::Config& config);

}  // namespace newsfeed::kafka
