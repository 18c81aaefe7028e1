// YAML files to configuration messages: config/newsfeed.yaml, rule files of cleanup.
//
//   dedup:                      ->  config.mutable_dedup()->set_window_hours(48);
//     window_hours: 48
//
// Keys are the names of the message's fields, enums go by value name in any case, lists by lists.
// A key that is unknown or given twice, a value of the wrong type or outside its (range) is an
// InvalidArgument error "FILE:LINE: dedup.window_hours: …". Strings may hold `${env:NAME}` and
// `${file:PATH}`; what they stand for appears in no message.
//
// The only place that includes yaml-cpp. Free functions, any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include "newsfeed/config/v1/cleanup_rules.pb.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed {

// Gives what `${kind:name}` stands for, e.g. ("env", "KAFKA_PASSWORD").
using SecretSource =
    std::function<absl::StatusOr<std::string>(std::string_view kind, const std::string& name)>;

// Strings are taken as they stand.
inline const SecretSource kNoSecrets;

// Environment and files of this process. A relative PATH lies in $CREDENTIALS_DIRECTORY where that
// is set.
absl::StatusOr<std::string> ProcessSecret(std::string_view kind, const std::string& name);

// Merges YAML text into `out`. `file_name` is for messages only. An empty text changes nothing.
absl::Status ParseYaml(const std::string& yaml, std::string_view file_name,
                       const SecretSource& secrets, google::protobuf::Message& out);

// Reads a whole file; NotFound or Unknown with its path.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Reads and checks a configuration file: keys, ranges and the chain of processors.
absl::StatusOr<config::v1::Config> LoadConfig(const std::string& path);

// Reads a rule file of cleanup.
absl::StatusOr<config::v1::LineRules> LoadLineRules(const std::string& path);

}  // namespace newsfeed
