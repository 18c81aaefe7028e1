// A snapshot as JSON, for people with `curl` and `jq`.
//
//   {"version":"0.1.0",…,"ready":false,"why_not_ready":"judge: catching up",
//    "workers":[{"stage":"prepare",…}],…}
//
// Times are RFC 3339 in UTC; what has never happened is null, and so is `judge` where there is
// none. Any bytes may stand in the texts: what is not UTF-8 becomes '?'.
#pragma once

#include <string>

#include "daemon/status.h"

namespace newsfeed::admin {

std::string StatusJson(const AppStatus& status);

}  // namespace newsfeed::admin
