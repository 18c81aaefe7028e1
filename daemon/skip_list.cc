#include "daemon/skip_list.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/record_headers.h"

namespace newsfeed {

absl::StatusOr<SkipList> SkipList::Create(
    const google::protobuf::RepeatedPtrField<std::string>& places) {
  SkipList list;
  for (int i = 0; i < places.size(); ++i) {
    const std::string_view place = places[i];
    // Names of topics have no colon.
    const size_t first = place.find(':');
    const size_t second = first == place.npos ? place.npos : place.find(':', first + 1);
    const auto bad = [&] {
      return absl::InvalidArgumentError(
          fmt::format("skip[{}]: \"{}\" is not TOPIC:PARTITION:OFFSET", i, place));
    };
    if (second == place.npos || first == 0) return bad();
    const auto partition = headers::ParsePartition(place.substr(first + 1, second - first - 1));
    const auto offset = headers::ParseNumber(place.substr(second + 1));
    if (!partition || !offset) return bad();
    list.places_.emplace(place.substr(0, first), *partition, *offset);
  }
  return list;
}

SkipList SkipList::Checked(const google::protobuf::RepeatedPtrField<std::string>& places) {
  auto skips = Create(places);
  return skips.ok() ? *std::move(skips) : SkipList();
}

std::set<std::string> SkipList::topics() const {
  std::set<std::string> topics;
  for (const auto& [topic, partition, offset] : places_) topics.insert(topic);
  return topics;
}

}  // namespace newsfeed
