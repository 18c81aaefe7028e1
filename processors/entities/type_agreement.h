// One name, one type: where candidates of one article disagree, all but the watch list give way to
//
//   the table, for countries      "[U.S.] Senator" is a place, whatever a tagger takes it for
//   full names of people          "Novak" (ORG) beside "Maria Novak" is a person
//   names with their legal form   "Tollund Widget" (PER) beside "Tollund Widget Corp." is a firm
//   most mentions                 "Tollby": three times a place, once a firm
#pragma once

#include <cstdint>
#include <span>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "processors/entities/gazetteer.h"
#include "processors/entities/mention.h"

namespace newsfeed::entities {

class TypeAgreement {
 public:
  // Changes types (and readings with them) of candidates that are resolved.
  void Reach(const Document& document, const Gazetteer& gazetteer, std::span<Candidate> candidates);

 private:
  struct Votes {
    uint32_t count[5] = {};  // by EntityType
  };

  void Count(const Document& document, std::span<const Candidate> candidates);
  // What the type of `candidate` should be.
  EntityType TypeOf(const Document& document, const Gazetteer& gazetteer, const Candidate& candidate) const;

  absl::flat_hash_map<uint64_t, Votes> votes_;           // by the tokens of the name
  absl::flat_hash_set<uint64_t> firms_;                  // cores of names with a legal form
  absl::flat_hash_set<uint32_t> surnames_;               // last tokens of full names of people
};

}  // namespace newsfeed::entities
