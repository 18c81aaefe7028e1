#include "processors/entities/type_agreement.h"

#include <algorithm>

#include "processors/entities/organization_name.h"
#include "processors/text/hash.h"

namespace newsfeed::entities {
namespace {

// A type that has so many times the mentions of another takes them.
constexpr uint32_t kClearMajority = 2;
// Less sure people without a given name are often firms, and countries in their names countries:
// "Bio Taiwan".
constexpr float kSureOfPerson = 0.7F;

uint64_t KeyOf(const Document& document, Range name) {
  uint64_t key = 1;
  for (uint32_t i = name.begin; i < name.end; ++i) key = text::Mix(key + document.tokens[i].hash);
  return key;
}

bool IsWatched(const Candidate& candidate) { return candidate.evidence == Evidence::kWatchList; }

// The only reading of a name in the table, or null.
const GazetteerEntry* OnlyReading(const Document& document, const Gazetteer& gazetteer,
                                  Range name) {
  const Match& match = document.matches[name.begin];
  return match.tokens == name.size() && match.sense_count == 1
             ? &gazetteer.entry(match.senses().front().entry)
             : nullptr;
}

bool IsCountry(const GazetteerEntry& entry) {
  return entry.type == EntityType::kLocation && !entry.city && !entry.common &&
         entry.country[0] != 0 && entry.region[0] == 0;
}

// Of a country, and of what belongs to one.
uint64_t CodeOf(const GazetteerEntry& entry) {
  return static_cast<uint64_t>(static_cast<unsigned char>(entry.country[0])) << 8 |
         static_cast<unsigned char>(entry.country[1]);
}

}  // namespace

void TypeAgreement::Reach(const Document& document, const Gazetteer& gazetteer,
                          std::span<Candidate> candidates) {
  Count(document, gazetteer, candidates);
  for (Candidate& candidate : candidates) {
    if (IsWatched(candidate)) continue;
    const EntityType type = TypeOf(document, gazetteer, candidate);
    if (type == candidate.type) continue;
    candidate.type = type;
    candidate.senses = {};  // the grouper looks them up again
  }
}

void TypeAgreement::Count(const Document& document, const Gazetteer& gazetteer,
                          std::span<const Candidate> candidates) {
  votes_.clear();
  firms_.clear();
  surnames_.clear();
  namesakes_.clear();
  first_names_.clear();
  countries_.clear();
  for (const Candidate& c : candidates) {
    const Range name = WithoutThe(document, c.field, c.tokens);
    ++votes_[KeyOf(document, name)].count[static_cast<size_t>(c.type)];
    CountCountry(document, gazetteer, c, name);
    if (c.type == EntityType::kPerson && name.size() > 1) {
      surnames_.insert(document.tokens[name.end - 1].hash);
    }
    const bool has_given_name = (document.matches[name.begin].cues & kGivenName) != 0;
    if (IsFullName(document, c) && (has_given_name || Confidence(c) >= kSureOfPerson)) {
      ++namesakes_[document.tokens[name.end - 1].hash];
      first_names_.insert(document.tokens[name.begin].hash);
    }
    if (c.type != EntityType::kOrganization) continue;
    const Range core = CoreOf(document, c.field, c.tokens);
    if (core.end != c.tokens.end) firms_.insert(KeyOf(document, core));
  }
}

void TypeAgreement::CountCountry(const Document& document, const Gazetteer& gazetteer,
                                 const Candidate& candidate, Range name) {
  const GazetteerEntry* entry = OnlyReading(document, gazetteer, name);
  if (entry == nullptr || CodeOf(*entry) == 0) return;
  const uint64_t key = KeyOf(document, name);
  CountryNames& names = countries_.try_emplace(CodeOf(*entry), CountryNames{key}).first->second;
  names.several |= names.one != key;
  if (IsCountry(*entry) && IsBehindPlacePreposition(document, candidate)) ++names.behind_place;
}

bool TypeAgreement::IsNamesake(const Document& document, const Candidate& candidate, Range name,
                               const GazetteerEntry& country) const {
  if (name.size() != 1 || IsBehindPlacePreposition(document, candidate)) return false;
  const CountryNames& names = countries_.find(CodeOf(country))->second;
  if (names.several) return false;
  const uint32_t word = document.tokens[name.begin].hash;
  // News calls people by their surnames; first names count only where nothing speaks for the
  // country.
  const auto surname = namesakes_.find(word);
  if (surname != namesakes_.end()) return names.behind_place <= surname->second;
  return first_names_.contains(word) && names.behind_place == 0;
}

EntityType TypeAgreement::TypeOf(const Document& document, const Gazetteer& gazetteer,
                                 const Candidate& candidate) const {
  const Range name = WithoutThe(document, candidate.field, candidate.tokens);
  const GazetteerEntry* entry = OnlyReading(document, gazetteer, name);
  if (entry != nullptr && IsCountry(*entry)) {
    return IsNamesake(document, candidate, name, *entry) ? EntityType::kPerson
                                                         : EntityType::kLocation;
  }
  const uint64_t key = KeyOf(document, name);
  if (candidate.senses.empty()) {
    if (firms_.contains(key)) return EntityType::kOrganization;
    if (name.size() == 1 && surnames_.contains(document.tokens[name.begin].hash)) {
      return EntityType::kPerson;
    }
  }
  // Towns and people share names: a surname is decided above, by the full name.
  const Votes& votes = votes_.find(key)->second;
  const auto* most = std::ranges::max_element(votes.count);
  const bool clear = *most >= kClearMajority * votes.count[static_cast<size_t>(candidate.type)];
  return clear ? static_cast<EntityType>(most - votes.count) : candidate.type;
}

}  // namespace newsfeed::entities
