// One name, one type: where candidates of one article disagree, all but the watch list give way to
//
//   full names of people         "Jordan said", "Chad smiled" beside "Michael Jordan", "Chad
//                                Novak": where the article does not name the country otherwise
//                                ("Jordanian"; "in Jordan", more often than the full name), nor
//                                this mention stands behind "in" and the like
//   the table, for countries     "[U.S.] Senator" is a place, whatever a tagger takes it for
//   full names of people         "Novak" (ORG) beside "Maria Novak" is a person
//   names with their legal form  "Tollund Widget" (PER) beside "Tollund Widget Corp." is a firm
//   most mentions                "Tollby": three times a place, once a firm
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

  // Names by which an article tells of a country ("Jordan", "Jordanian").
  struct CountryNames {
    uint64_t one = 0;           // key of the first
    bool several = false;       // there are others
    uint32_t behind_place = 0;  // mentions as "in Jordan"
  };

  void Count(const Document& document, const Gazetteer& gazetteer,
             std::span<const Candidate> candidates);
  void CountCountry(const Document& document, const Gazetteer& gazetteer,
                    const Candidate& candidate, Range name);
  // What the type of `candidate` should be.
  EntityType TypeOf(const Document& document, const Gazetteer& gazetteer,
                    const Candidate& candidate) const;
  // True for the name of a country that is a person's here.
  bool IsNamesake(const Document& document, const Candidate& candidate, Range name,
                  const GazetteerEntry& country) const;

  absl::flat_hash_map<uint64_t, Votes> votes_;           // by the tokens of the name
  absl::flat_hash_set<uint64_t> firms_;                  // cores of names with a legal form
  absl::flat_hash_set<uint32_t> surnames_;               // last tokens of full names of people
  // Of surnames_ those of full names that are sure, which may bear a country's name: how many of
  // these there are.
  absl::flat_hash_map<uint32_t, uint32_t> namesakes_;
  absl::flat_hash_set<uint32_t> first_names_;            // first tokens of those
  absl::flat_hash_map<uint64_t, CountryNames> countries_;  // by code
};

}  // namespace newsfeed::entities
