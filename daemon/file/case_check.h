// Holds what became of a record against what a user expects: the judging half of `newsfeedd test`.
//
//   {title: "Bridge opens"} against {"title":"Bridge open",…}
//     => title: expected "Bridge opens", is "Bridge open" (differs at byte 11)
//
// Pure. What is compared is the JSON as published, so paths are those a reader of the topics knows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/struct.pb.h>

#include "daemon/outcome.h"
#include "newsfeed/config/v1/cases.pb.h"

namespace newsfeed::file {

// What became of one record.
struct CaseOutcome {
  std::string file;
  uint64_t ordinal = 0;
  Outcome outcome = Outcome::kEnriched;
  google::protobuf::Struct json;  // the line in its output
};

// "duplicate": one record's outcome, as cases name it.
std::string_view CaseOutcomeName(Outcome outcome);

// One line a difference; none: as expected. Where the outcome is another one, only that is told.
std::vector<std::string> Differences(const config::v1::Expectation& expected,
                                     const CaseOutcome& actual);

// "dead_letter INVALID_JSON: …"
std::string Describe(const CaseOutcome& actual);

}  // namespace newsfeed::file
