// What no part of the daemon does to topics. Empty: done; else what the broker says.
#pragma once

#include <string>

namespace newsfeed::faults {

std::string DeleteTopic(const std::string& bootstrap, const std::string& topic);

// All other options of the topic become the broker's own again.
std::string SetTopicOption(const std::string& bootstrap, const std::string& topic, const std::string& option,
                           const std::string& value);

}  // namespace newsfeed::faults
