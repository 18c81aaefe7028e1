// Duplicates, their originals, and publishing a copy where the original was not.
//
// A DUPLICATE names an original that was judged publishable. Should that one end as a dead letter
// after all, its copies have no published twin: `promote` sends one of them to ID-judged as UNIQUE,
// from where enrich publishes it. The copy keeps its own outcome; the published one carries the
// header newsfeed-promoted. Each is promoted once, however often the command is run. Only where it
// is sure that the original was not published: its dead letter was seen, it is not on its way
// again, and no other copy was promoted.
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

// Which; what is not set lets all through.
struct DuplicateFilter {
  bool twinless_only = false;
  std::optional<Place> place{};
};

struct DuplicateList {
  std::vector<DuplicateLine> lines;            // by partition and offset
  std::vector<std::string> open_transactions;  // parts of topics that cannot be read now
  std::vector<std::string> notes;              // of the audit: what retention has taken
};

// Reads all topics, since the twin may be anywhere. Only what passes is held in memory.
absl::StatusOr<DuplicateList> ListDuplicates(TopicReader& reader, const config::v1::Config& config,
                                             const DuplicateFilter& filter);

struct PromoteReport {
  std::vector<std::string> promoted;  // "0:17 id of copy"
  std::vector<std::string> left;      // "0:18: was promoted already"
  std::vector<std::string> notes;     // as of the list
};

// The one at `place`, or (nothing) one copy of each original that is known not to be published.
absl::StatusOr<PromoteReport> PromoteDuplicates(kafka::ClientFactory& factory, TopicReader& reader,
                                                const config::v1::Config& config,
                                                std::optional<Place> place, bool dry_run);

// The article as prepare had made it: without verdict and entities; where its standfirst repeats
// the body is found again.
v1::Prepared PreparedFrom(v1::EnrichedArticle article);

}  // namespace newsfeed::tools
