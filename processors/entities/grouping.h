// Mentions of one article to entities.
//
//   TITLE [Sanders] Leads in [Iowa]     BODY Sen. [Bernie Sanders] ... [Sanders] ... [Iowa] City
//   -> Bernie Sanders (PERSON: 3 mentions), Iowa (LOCATION: wikidata or geonames id)
//
// One entity are:
//   - rows of the table with the same entry, however they are written ("U.S.", "United States");
//   - people with the same first and last word; a surname alone goes to the last full name with
//     it before, else to the first after;
//   - an acronym and the long form it was explained by, in either order;
//   - an organisation, and the beginning of its name ("Tollund" beside "Tollund Widget Corp."),
//     where no other begins so;
//   - else names that are equal without case, "the", dots and legal forms ("Inc.").
// The type is that of most mentions; the name that of the table, else the fullest form.
//
// Places of one name (Georgia, Birmingham): the one in a country or state that the article names,
// or that is far larger than the others. If neither tells, there is no link: no link is better than
// a wrong one. Links are given only where the table's type is that of the name, and never to a
// team.
//
// Salience, 0 to 1: .35 in the title + .25 early in the text + .40 often mentioned.
// Linear in the mentions but for sorting.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "processors/article/article.h"
#include "processors/entities/gazetteer.h"
#include "processors/entities/mention.h"

namespace newsfeed::entities {

class Grouper {
 public:
  // Fills entities, entity_mentions and entity_links of `article` from candidates that are in order
  // and do not overlap. All texts are copied to the article's arena. Keeps the `max_entities` of
  // highest salience.
  void Group(const Document& document, const Gazetteer& gazetteer,
             std::span<const Candidate> candidates, std::span<const Acronym> acronyms,
             uint32_t max_entities, Article& article);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Gathered {
    uint32_t entry = kNone;     // of the table
    bool linked = false;        // the entry's links may be given
    bool whole = false;         // named with its legal form
    uint32_t teams = 0;         // mentions that are its team
    uint32_t best = 0;          // candidate with the fullest form
    uint32_t best_words = 0;
    uint32_t count = 0;
    uint32_t votes[5] = {};     // by EntityType
    bool in_title = false;
    uint32_t first_in_body = kNone;
    float confidence = 0;
    float salience = 0;
    uint32_t number = kNone;    // in the result; kNone: left out
  };
  // Where the article says a place lies ("Paris, Texas").
  struct Whereabouts {
    const GazetteerEntry* within = nullptr;
  };

  // The tokens that count of a name, and their key; see grouping.cc.
  Range NameOf(const Candidate& candidate) const;
  uint64_t NameKey(const Candidate& candidate) const;
  uint64_t StepKey(uint64_t key, const DocumentField& field, uint32_t i) const;
  uint32_t Find(uint64_t key);
  std::span<const Sense> SensesOf(const Candidate& candidate) const;
  void ReadContext(std::span<const Candidate> candidates);
  void ReadWhereabouts(std::span<const Candidate> candidates, size_t i);
  uint32_t ChooseEntry(std::span<const Candidate> candidates, size_t i) const;
  double Weight(const GazetteerEntry& entry, bool beside_country) const;
  void PlaceAcronyms(std::span<const Candidate> candidates, std::span<const Acronym> acronyms);
  bool IsSurname(const Candidate& c) const;
  void PlaceFullNames(std::span<const Candidate> candidates);
  void PlaceShortForms(std::span<const Candidate> candidates);
  void PlaceSurnames(std::span<const Candidate> candidates);
  void Count(std::span<const Candidate> candidates);
  void UnlinkTeams(std::span<const Candidate> candidates);
  void Rate();
  void Number(uint32_t max_entities);
  void Write(std::span<const Candidate> candidates, Article& article);
  std::string_view FullestName(const Gathered& group, std::span<const Candidate> candidates) const;
  void MakeId(const Gathered& group, EntityType type, std::string_view name);

  const Document* document_ = nullptr;
  const Gazetteer* gazetteer_ = nullptr;
  std::vector<Gathered> groups_;
  std::vector<uint32_t> group_of_;                // by candidate
  std::vector<std::span<const Sense>> senses_;    // by candidate
  std::vector<uint8_t> teams_;                    // by candidate
  std::vector<uint32_t> order_;
  std::vector<uint32_t> starts_;
  absl::flat_hash_map<uint64_t, uint32_t> group_by_key_;
  absl::flat_hash_map<uint64_t, uint32_t> acronym_names_;  // hash of an acronym -> candidate
  absl::flat_hash_map<uint32_t, uint32_t> by_surname_;     // hash of a surname -> group
  absl::flat_hash_map<uint64_t, Whereabouts> whereabouts_;  // by NameKey
  // States that stand behind a town of theirs, by candidate: the entry.
  absl::flat_hash_map<size_t, uint32_t> regions_meant_;
  absl::flat_hash_set<uint64_t> meant_once_;               // their names
  // Of names of organisations -> group, kNone: of several.
  absl::flat_hash_map<uint64_t, uint32_t> beginnings_;
  absl::flat_hash_map<uint64_t, uint32_t> id_uses_;
  // Countries and states named: key -> mentions.
  absl::flat_hash_map<uint64_t, uint32_t> countries_;
  absl::flat_hash_map<uint64_t, uint32_t> towns_;          // those of which a town is named
  std::string id_;
};

}  // namespace newsfeed::entities
