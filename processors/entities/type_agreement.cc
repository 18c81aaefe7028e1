#include "processors/entities/type_agreement.h"

#include <algorithm>

#include "processors/entities/organization_name.h"
#include "processors/text/hash.h"

namespace newsfeed::entities {
namespace {

// A type that has so many times the mentions of another takes them.
constexpr uint32_t kClearMajority = 2;

uint64_t KeyOf(const Document& document, Range name) {
  uint64_t key = 1;
  for (uint32_t i = name.begin; i < name.end; ++i) key = text::Mix(key + document.tokens[i].hash);
  return key;
}

bool IsWatched(const Candidate& candidate) { return candidate.evidence == Evidence::kWatchList; }

// The only reading of a name that is a country's.
bool NamesACountry(const Gazetteer& gazetteer, const Match& match) {
  if (match.sense_count != 1) return false;
  const GazetteerEntry& entry = gazetteer.entry(match.senses().front().entry);
  return entry.type == EntityType::kLocation && !entry.city && !entry.common && entry.country[0] != 0 &&
         entry.region[0] == 0;
}

}  // namespace

void TypeAgreement::Reach(const Document& document, const Gazetteer& gazetteer, std::span<Candidate> candidates) {
  Count(document, candidates);
  for (Candidate& candidate : candidates) {
    if (IsWatched(candidate)) continue;
    const EntityType type = TypeOf(document, gazetteer, candidate);
    if (type == candidate.type) continue;
    candidate.type = type;
    candidate.senses = {};  // the grouper looks them up again
  }
}

void TypeAgreement::Count(const Document& document, std::span<const Candidate> candidates) {
  votes_.clear();
  firms_.clear();
  surnames_.clear();
  for (const Candidate& c : candidates) {
    const Range name = WithoutThe(document, c.field, c.tokens);
    ++votes_[KeyOf(document, name)].count[static_cast<size_t>(c.type)];
    if (c.type == EntityType::kPerson && name.size() > 1) surnames_.insert(document.tokens[name.end - 1].hash);
    if (c.type != EntityType::kOrganization) continue;
    const Range core = CoreOf(document, c.field, c.tokens);
    if (core.end != c.tokens.end) firms_.insert(KeyOf(document, core));
  }
}

EntityType TypeAgreement::TypeOf(const Document& document, const Gazetteer& gazetteer,
                                 const Candidate& candidate) const {
  const Range name = WithoutThe(document, candidate.field, candidate.tokens);
  const Match& match = document.matches[name.begin];
  if (match.tokens == name.size() && NamesACountry(gazetteer, match)) return EntityType::kLocation;
  const uint64_t key = KeyOf(document, name);
  if (candidate.senses.empty()) {
    if (firms_.contains(key)) return EntityType::kOrganization;
    if (name.size() == 1 && surnames_.contains(document.tokens[name.begin].hash)) return EntityType::kPerson;
  }
  // Towns and people share names: a surname is decided above, by the full name.
  const Votes& votes = votes_.find(key)->second;
  const auto* most = std::ranges::max_element(votes.count);
  const bool clear = *most >= kClearMajority * votes.count[static_cast<size_t>(candidate.type)];
  return clear ? static_cast<EntityType>(most - votes.count) : candidate.type;
}

}  // namespace newsfeed::entities
