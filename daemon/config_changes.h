// What of a configuration cannot change in a running process.
//
//   workers: {prepare: 2}  →  workers: {prepare: 4}        {"workers.prepare"}
//   dedup: {window_hours: 72}  →  dedup: {window_hours: 48}  {}
//
// THE list is the option (restart) of the fields in config.proto; beside it only dedup in the
// chain, which decides what hops there are. Values are compared, not bytes: a default that is
// written out is no change. Free functions.
#pragma once

#include <string>
#include <vector>

#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed {

// Keys that differ and need a restart, each once; of lists and maps the key alone, so that no
// secret is told.
std::vector<std::string> ChangesThatNeedRestart(const config::v1::Config& now,
                                                const config::v1::Config& next);

}  // namespace newsfeed
