// What no part of the daemon does.
#pragma once

#include <string>

namespace newsfeed::faults {

// Returns once the broker says that it is done; empty: it did.
std::string DeleteTopic(const std::string& bootstrap, const std::string& topic);

}  // namespace newsfeed::faults
