// Duplicates, their originals, and publishing a copy where the original was not.
//
// A DUPLICATE names an original that was judged publishable. Should that one end as a dead letter after all, its
// copies have no published twin: `promote` sends one of them to ID-judged as UNIQUE, from where enrich publishes it.
// The copy keeps its own outcome; the published one carries the header newsfeed-promoted. Each is promoted once,
// however often the command is run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "daemon/kafka/kafka_client.h"
#include "daemon/tools/audit_ledger.h"
#include "daemon/tools/coordinates.h"
#include "daemon/tools/topic_reader.h"
#include "newsfeed/config/v1/config.pb.h"
#include "newsfeed/v1/internal.pb.h"

namespace newsfeed::tools {

struct DuplicateLine {
  Place place;
  std::string id;
  Coordinates source;
  std::string canonical_id;
  Coordinates canonical;
  float similarity = 0;
  std::string rule;
  TwinState twin = TwinState::kUnknown;
  bool promoted = false;  // this one
};

struct DuplicateList {
  std::vector<DuplicateLine> lines;            // by partition and offset
  std::vector<std::string> open_transactions;  // parts of topics that cannot be read now
};

// Reads all topics, since the twin may be anywhere.
absl::StatusOr<DuplicateList> ListDuplicates(TopicReader& reader, const config::v1::Config& config,
                                             bool twinless_only);

struct PromoteReport {
  std::vector<std::string> promoted;  // "0:17 id of copy"
  std::vector<std::string> left;      // "0:18: was promoted already"
};

// The one at `place`, or (nothing) one copy of each original that was not published.
absl::StatusOr<PromoteReport> PromoteDuplicates(kafka::ClientFactory& factory, TopicReader& reader,
                                                const config::v1::Config& config,
                                                std::optional<Place> place, bool dry_run);

// The article as prepare had made it: without verdict and entities; where its standfirst repeats the body is found
// again.
v1::Prepared PreparedFrom(v1::EnrichedArticle article);

}  // namespace newsfeed::tools
