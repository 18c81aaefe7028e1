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
//   - else names that are equal without case, "the" and dots.
// The type is that of most mentions; the name that of the table, else the fullest form.
//
// Places of one name (Georgia, Birmingham): the one in a country or state that the article names, or
// that is far larger than the others. If neither tells, there is no link: no link is better than a
// wrong one.
//
// Salience, 0 to 1: .35 in the title + .25 early in the text + .40 often mentioned.
// Linear in the mentions but for sorting.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

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

  // The surfaces of one name; see grouping.cc.
  uint64_t NameKey(const Candidate& candidate) const;
  uint32_t Find(uint64_t key);
  void ReadContext(std::span<const Candidate> candidates);
  void ReadContextOf(const Candidate& candidate, const Candidate* next);
  uint32_t ChooseEntry(const Candidate& candidate) const;
  double Weight(const GazetteerEntry& entry) const;
  void PlaceAcronyms(std::span<const Candidate> candidates, std::span<const Acronym> acronyms);
  void PlaceFullNames(std::span<const Candidate> candidates);
  void PlaceSurnames(std::span<const Candidate> candidates);
  void Count(std::span<const Candidate> candidates);
  void Rate();
  void Number(uint32_t max_entities);
  void Write(std::span<const Candidate> candidates, Article& article);
  std::string_view NameOf(const Gathered& group, std::span<const Candidate> candidates) const;
  void MakeId(const Gathered& group, EntityType type, std::string_view name);

  const Document* document_ = nullptr;
  const Gazetteer* gazetteer_ = nullptr;
  std::vector<Gathered> groups_;
  std::vector<uint32_t> group_of_;  // by candidate
  std::vector<uint32_t> order_;
  std::vector<uint32_t> starts_;
  absl::flat_hash_map<uint64_t, uint32_t> group_by_key_;
  absl::flat_hash_map<uint64_t, uint32_t> acronym_names_;  // hash of an acronym -> candidate
  absl::flat_hash_map<uint32_t, uint32_t> by_surname_;     // hash of a surname -> group
  absl::flat_hash_map<uint64_t, Whereabouts> whereabouts_;  // by NameKey
  // States and countries that stand behind a town of theirs, by name: the entry.
  absl::flat_hash_map<uint64_t, uint32_t> regions_meant_;
  absl::flat_hash_map<uint64_t, uint32_t> id_uses_;
  absl::flat_hash_map<uint32_t, uint32_t> countries_;      // code -> mentions
  std::string id_;
};

}  // namespace newsfeed::entities
