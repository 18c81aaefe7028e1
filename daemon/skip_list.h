// Records that the operator leaves out: `skip` of the configuration, and --skip.
//
//   auto skips = SkipList::Create({"articles.raw:3:17"});
//   skips->Has("articles.raw", 3, 17)        true
//
// Immutable.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include <absl/status/statusor.h>
#include <google/protobuf/repeated_ptr_field.h>

namespace newsfeed {

class SkipList {
 public:
  SkipList() = default;
  // INVALID_ARGUMENT names what is not "TOPIC:PARTITION:OFFSET".
  static absl::StatusOr<SkipList> Create(
      const google::protobuf::RepeatedPtrField<std::string>& places);

  // Of places that Create has accepted: those of a configuration that was checked
  // (kafka::CheckKafkaConfig).
  static SkipList Checked(const google::protobuf::RepeatedPtrField<std::string>& places);

  bool empty() const { return places_.empty(); }
  bool Has(std::string_view topic, int32_t partition, int64_t offset) const {
    return !places_.empty() && places_.contains(std::tuple(topic, partition, offset));
  }
  // Topics that are named.
  std::set<std::string> topics() const;

 private:
  std::set<std::tuple<std::string, int32_t, int64_t>, std::less<>> places_;
};

}  // namespace newsfeed
