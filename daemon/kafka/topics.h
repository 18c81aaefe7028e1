// THE table of topics that an application needs: how many partitions, with which options, what for.
//
// `topics create` makes them from it, `topics check` and `run` hold the cluster against it. Nothing
// is made or changed unasked: a topic that is there keeps its options, and what is wrong with it is
// told.
//
//   auto problems = CheckTopics(*admin, config);
//   newsfeed-prepared: has 3 partitions, must have 1; delete it while it is empty and run …
//
// Free functions, any thread; they block as long as the broker takes, 10 s a topic at most.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "daemon/kafka/kafka_client.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::kafka {

enum class TopicRole : uint8_t {
  kInput,       // the customer's: never made unasked
  kPrepared,
  kJudged,
  kIndex,
  kEnriched,
  kDuplicates,
  kDeadLetter,
  kFiltered,
  kRoute,
};

// A topic as it should be.
struct WantedTopic {
  TopicRole role = TopicRole::kInput;
  std::string name;
  std::string_view purpose;
  // How many partitions `topics create` gives it; 0: it does not make it.
  int32_t partitions = 0;
  // What `topics create` sets.
  std::map<std::string, std::string> options{};
};

// In the order of an article's life. `input_partitions` is for inputs that are to be made: 0: none.
std::vector<WantedTopic> WantedTopics(const config::v1::Config& config,
                                      int32_t input_partitions = 0);

// Something that is not as it should be.
struct TopicProblem {
  std::string topic;
  std::string what;    // "partitions", an option of the topic, "missing"
  std::string wanted;
  std::string found;
  std::string advice;  // what to do about it
  // `run` refuses to start. The rest are warnings.
  bool fatal = false;
};

// "newsfeed-prepared: partitions is 3, must be 1; …"
std::string Describe(const TopicProblem& problem);

// What is wrong with `topic`, as the cluster has it.
std::vector<TopicProblem> ProblemsOf(const WantedTopic& wanted, const TopicDescription& found,
                                     const config::v1::Config& config);

// Of all topics. UNAVAILABLE: no broker answers; PERMISSION_DENIED and others by the broker's word.
absl::StatusOr<std::vector<TopicProblem>> CheckTopics(Admin& admin,
                                                      const config::v1::Config& config);

// The topic as `topics create` makes it: with replicas as configured, and two of them in sync
// where there are three.
absl::StatusOr<NewTopic> TopicToCreate(Admin& admin, const WantedTopic& wanted,
                                       const config::v1::Config& config);

}  // namespace newsfeed::kafka
