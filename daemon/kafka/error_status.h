// What a failed call of a client is as an absl::Status.
#pragma once

#include <string_view>

#include <absl/status/status.h>

#include "daemon/kafka/kafka_client.h"

namespace newsfeed::kafka {

// "WHAT: message (NAME)"; OK where the call was. PERMISSION_DENIED: the broker's ACLs; ABORTED:
// fenced; UNAVAILABLE: no broker answers; else UNKNOWN.
absl::Status ToStatus(const Error& error, std::string_view what);

}  // namespace newsfeed::kafka
