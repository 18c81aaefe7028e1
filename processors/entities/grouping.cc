#include "processors/entities/grouping.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <tuple>

#include <fmt/format.h>
#include <unicode/uchar.h>

#include "processors/entities/organization_name.h"
#include "processors/entities/team_names.h"
#include "processors/text/hash.h"
#include "processors/text/utf8.h"

namespace newsfeed::entities {
namespace {

// Among places of one name, one must weigh this many times the next to be meant without a word
// more. London (9 M, capital) against London, Ontario (0.4 M): yes. Georgia against Georgia: no.
constexpr double kClearLead = 6;
// What the article says of a country or state counts as much as so many times the people.
constexpr double kCountryNamed = 20;
constexpr double kRegionNamed = 20;
constexpr double kIsCapital = 10;
// Georgia, the state or the country: a town of one of them is named.
constexpr double kTownNamed = 20;
// A place that is its team in one of so many mentions is the team.
constexpr uint32_t kMentionsATeam = 4;

// Shares of salience; they add up to 1.
constexpr float kTitleShare = 0.35F;
constexpr float kEarlyShare = 0.25F;
constexpr float kFrequencyShare = 0.40F;

constexpr std::array<std::string_view, 5> kTypeNames = {"", "person", "organization", "location",
                                                        "misc"};

// Country and state as a number; 0 for none.
uint64_t Code(const char* code) {
  uint64_t value = 0;
  for (; *code != 0; ++code) value = value << 8 | static_cast<unsigned char>(*code);
  return value;
}

// Keys of countries and of states in one map.
uint64_t CountryKey(const GazetteerEntry& entry) { return Code(entry.country); }
uint64_t RegionKey(const GazetteerEntry& entry) {
  return entry.region[0] == 0 ? 0 : Code(entry.region) << 32 | CountryKey(entry);
}
bool IsCountry(const GazetteerEntry& entry) {
  return entry.type == EntityType::kLocation && !entry.city && entry.country[0] != 0 &&
         entry.region[0] == 0;
}

// "Jr." and the like, which two writings of a name need not share.
bool IsNameSuffix(std::string_view word) {
  return word == "Jr." || word == "Jr" || word == "Sr." || word == "Sr" || word == "II" ||
         word == "III";
}

}  // namespace

void Grouper::Group(const Document& document, const Gazetteer& gazetteer,
                    std::span<const Candidate> candidates, std::span<const Acronym> acronyms,
                    uint32_t max_entities, Article& article) {
  document_ = &document;
  gazetteer_ = &gazetteer;
  groups_.clear();
  group_by_key_.clear();
  group_of_.assign(candidates.size(), kNone);
  senses_.clear();
  for (const Candidate& c : candidates) senses_.push_back(SensesOf(c));
  ReadContext(candidates);
  PlaceAcronyms(candidates, acronyms);
  PlaceFullNames(candidates);
  PlaceShortForms(candidates);
  PlaceSurnames(candidates);
  Count(candidates);
  UnlinkTeams(candidates);
  Rate();
  Number(max_entities);
  Write(candidates, article);
}

// What the table says of the name: also of names that the table did not find, as "Tollund AG" where
// it has "Tollund". Nothing where the type is another.
std::span<const Sense> Grouper::SensesOf(const Candidate& candidate) const {
  std::span<const Sense> senses = candidate.senses;
  if (senses.empty()) {
    const Range name = NameOf(candidate);
    const Match& match = document_->matches[name.begin];
    if (match.tokens == name.size()) senses = match.senses();
    // What wants context and had none: "Jackson" may be any of a dozen towns.
    if (std::ranges::all_of(senses,
                            [&](const Sense& s) { return gazetteer_->entry(s.entry).common; })) {
      return {};
    }
  }
  if (senses.empty() || gazetteer_->entry(senses.front().entry).type != candidate.type) return {};
  return senses;
}

// --- Context: countries and states that the article names. ---

void Grouper::ReadContext(std::span<const Candidate> candidates) {
  countries_.clear();
  towns_.clear();
  whereabouts_.clear();
  regions_meant_.clear();
  meant_once_.clear();
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (senses_[i].empty()) continue;
    // Towns say nothing: they are what is asked about. A name with several readings neither.
    const GazetteerEntry& entry = gazetteer_->entry(senses_[i].front().entry);
    if (senses_[i].size() == 1 && !entry.city) {
      if (CountryKey(entry) != 0) ++countries_[CountryKey(entry)];
      if (RegionKey(entry) != 0) ++countries_[RegionKey(entry)];
    }
    if (i + 1 < candidates.size()) ReadWhereabouts(candidates, i);
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    const uint32_t chosen = senses_[i].empty() ? kNone : ChooseEntry(candidates, i);
    if (chosen == kNone || !gazetteer_->entry(chosen).city) continue;
    ++towns_[CountryKey(gazetteer_->entry(chosen))];
    ++towns_[RegionKey(gazetteer_->entry(chosen))];
  }
}

// "Paris, Texas"
void Grouper::ReadWhereabouts(std::span<const Candidate> candidates, size_t i) {
  const Candidate& candidate = candidates[i];
  const Candidate& next = candidates[i + 1];
  if (candidate.type != EntityType::kLocation || senses_[i + 1].empty()) return;
  const uint32_t comma = candidate.tokens.end;
  if (next.tokens.begin != comma + 1 || next.field != candidate.field) return;
  if (document_->TextOf(document_->fields[candidate.field], comma) != ",") return;
  for (const Sense& sense : senses_[i + 1]) {
    const GazetteerEntry& within = gazetteer_->entry(sense.entry);
    if (within.type != EntityType::kLocation || within.city) continue;
    whereabouts_.try_emplace(NameKey(candidate), Whereabouts{&within});
    // "Seattle, Washington": a town of that state stands before it, so the state is meant, here.
    const bool has_such_town = std::ranges::any_of(senses_[i], [&](const Sense& town) {
      const GazetteerEntry& place = gazetteer_->entry(town.entry);
      return place.city && RegionKey(within) != 0 && RegionKey(place) == RegionKey(within);
    });
    if (!has_such_town) continue;
    regions_meant_.try_emplace(i + 1, sense.entry);
    meant_once_.insert(NameKey(next));
  }
}

// `beside_country`: a country has the same name.
double Grouper::Weight(const GazetteerEntry& entry, bool beside_country) const {
  double weight = std::max<double>(entry.population, 1000);
  if (entry.capital) weight *= kIsCapital;
  if (beside_country && !entry.city) {
    const uint64_t key = IsCountry(entry) ? CountryKey(entry) : RegionKey(entry);
    return towns_.contains(key) ? weight * kTownNamed : weight;
  }
  // A country is no evidence for itself.
  if (entry.city && countries_.contains(CountryKey(entry))) weight *= kCountryNamed;
  if (entry.city && RegionKey(entry) != 0 && countries_.contains(RegionKey(entry))) {
    weight *= kRegionNamed;
  }
  return weight;
}

// The entry that is meant, or kNone if that is not sure.
uint32_t Grouper::ChooseEntry(std::span<const Candidate> candidates, size_t i) const {
  const auto senses = senses_[i];
  if (senses.empty()) return kNone;
  if (gazetteer_->entry(senses.front().entry).watch) return senses.front().entry;
  if (const auto meant = regions_meant_.find(i); meant != regions_meant_.end()) {
    return meant->second;
  }
  // Once "Buffalo, New York" was the state, "New York" may be either.
  if (senses.size() > 1 && meant_once_.contains(NameKey(candidates[i]))) return kNone;
  const GazetteerEntry* within = nullptr;
  if (const auto found = whereabouts_.find(NameKey(candidates[i])); found != whereabouts_.end()) {
    within = found->second.within;
  }
  const bool beside_country = senses.size() > 1 && std::ranges::any_of(senses, [&](const Sense& s) {
    return IsCountry(gazetteer_->entry(s.entry));
  });
  double best = 0, second = 0;
  uint32_t chosen = kNone;
  for (const Sense& sense : senses) {
    const GazetteerEntry& entry = gazetteer_->entry(sense.entry);
    const bool elsewhere = within != nullptr && entry.city &&
                           (CountryKey(entry) != CountryKey(*within) ||
                            (RegionKey(*within) != 0 && RegionKey(*within) != RegionKey(entry)));
    if (elsewhere) continue;
    const double weight = Weight(entry, beside_country);
    if (weight > best) {
      second = best;
      best = weight;
      chosen = sense.entry;
    } else {
      second = std::max(second, weight);
    }
  }
  return best >= second * kClearLead ? chosen : kNone;
}

// --- Who is who. ---

// "Corp." and "Corp", "J." and "J" are the same.
uint64_t Grouper::StepKey(uint64_t key, const DocumentField& field, uint32_t i) const {
  const Token& token = document_->tokens[i];
  const std::string_view text = document_->TextOf(field, i);
  const bool dotted = token.kind == TokenKind::kAbbreviation && text.ends_with('.') &&
                      text.find('.') == text.size() - 1;
  return text::Mix(key + (dotted ? TokenHash(text.substr(0, text.size() - 1)) : token.hash));
}

// Of a name as written, without case, dots, "the" in front, and legal forms ("Inc.").
uint64_t Grouper::NameKey(const Candidate& candidate) const {
  const DocumentField& field = document_->fields[candidate.field];
  const Range tokens = NameOf(candidate);
  uint64_t key = 1;
  for (uint32_t i = tokens.begin; i < tokens.end; ++i) key = StepKey(key, field, i);
  return key;
}

Range Grouper::NameOf(const Candidate& candidate) const {
  return candidate.type == EntityType::kOrganization
             ? CoreOf(*document_, candidate.field, candidate.tokens)
             : WithoutThe(*document_, candidate.field, candidate.tokens);
}

uint32_t Grouper::Find(uint64_t key) {
  const auto [found, added] =
      group_by_key_.try_emplace(key, static_cast<uint32_t>(groups_.size()));
  if (added) groups_.emplace_back();
  return found->second;
}

// An acronym goes where its long form goes.
void Grouper::PlaceAcronyms(std::span<const Candidate> candidates,
                            std::span<const Acronym> acronyms) {
  acronym_names_.clear();
  for (const Acronym& acronym : acronyms) {
    const auto found = std::ranges::lower_bound(
        candidates, acronym.name.begin, {}, [](const Candidate& c) { return c.tokens.begin; });
    if (found == candidates.end() || found->tokens != acronym.name) continue;
    acronym_names_.try_emplace(document_->tokens[acronym.token].hash,
                               static_cast<uint32_t>(found - candidates.begin()));
  }
}

// Of a person: "Meer", "van der Meer", "Van der Meer" where a sentence begins.
bool Grouper::IsSurname(const Candidate& c) const {
  const Token& first = document_->tokens[c.tokens.begin];
  return c.tokens.size() == 1 ||
         ((document_->matches[c.tokens.begin].cues & kParticle) != 0 &&
          (first.letter_case == LetterCase::kLower || first.Is(Token::kFirstWord)));
}

void Grouper::PlaceFullNames(std::span<const Candidate> candidates) {
  const auto place = [&](size_t i) {
    const Candidate& c = candidates[i];
    const uint32_t entry = ChooseEntry(candidates, i);
    if (entry != kNone) {
      group_of_[i] = Find(text::Mix(uint64_t{entry} + 1) ^ 0x5E);
      groups_[group_of_[i]].entry = entry;
      groups_[group_of_[i]].linked = true;
      return;
    }
    if (c.type == EntityType::kPerson && senses_[i].empty()) {
      if (IsSurname(c)) return;  // later
      const DocumentField& field = document_->fields[c.field];
      uint32_t last = c.tokens.end - 1;
      if (last > c.tokens.begin + 1 && IsNameSuffix(document_->TextOf(field, last))) --last;
      const uint64_t first = document_->tokens[c.tokens.begin].hash;
      group_of_[i] = Find(text::Mix(first << 32 | document_->tokens[last].hash) ^ 0x9A);
      return;
    }
    group_of_[i] = Find(NameKey(c));
  };
  for (size_t i = 0; i < candidates.size(); ++i) place(i);
  if (acronym_names_.empty()) return;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& c = candidates[i];
    if (c.tokens.size() != 1 || c.evidence == Evidence::kWatchList) continue;
    const auto found = acronym_names_.find(document_->tokens[c.tokens.begin].hash);
    if (found != acronym_names_.end() && group_of_[i] != kNone) {
      group_of_[i] = group_of_[found->second];
    }
  }
}

// "Tollund" beside "Tollund Widget Corp.": the one organisation of the article whose name begins
// so.
void Grouper::PlaceShortForms(std::span<const Candidate> candidates) {
  beginnings_.clear();
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& c = candidates[i];
    if (c.type != EntityType::kOrganization) continue;
    const Range name = NameOf(c);
    // "Acme Corp." is whole: no short form of "Acme Museum".
    if (name.end != c.tokens.end) groups_[group_of_[i]].whole = true;
    // Of a known one the whole name too: "Apple" beside "Apple Inc.".
    const uint32_t end = groups_[group_of_[i]].entry == kNone ? name.end - 1 : name.end;
    uint64_t key = 1;
    for (uint32_t t = name.begin; t < end; ++t) {
      key = StepKey(key, document_->fields[c.field], t);
      const auto [found, added] = beginnings_.try_emplace(key, group_of_[i]);
      if (!added && found->second != group_of_[i]) found->second = kNone;
    }
  }
  if (beginnings_.empty()) return;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& c = candidates[i];
    if (c.type != EntityType::kOrganization) continue;  // a surname alone has no group yet
    const Gathered& group = groups_[group_of_[i]];
    if (group.entry != kNone || group.whole) continue;
    // "University" begins every university.
    if (document_->matches[NameOf(c).begin].cues != 0 && NameOf(c).size() == 1) continue;
    const auto found = beginnings_.find(NameKey(c));
    if (found != beginnings_.end() && found->second != kNone) group_of_[i] = found->second;
  }
}

// A surname alone: the last full name before it, else the first after it, else its own.
void Grouper::PlaceSurnames(std::span<const Candidate> candidates) {
  const auto last_word = [&](const Candidate& c) {
    uint32_t last = c.tokens.end - 1;
    const DocumentField& field = document_->fields[c.field];
    if (last > c.tokens.begin && IsNameSuffix(document_->TextOf(field, last))) --last;
    return document_->tokens[last].hash;
  };
  const auto is_person = [&](size_t i) { return candidates[i].type == EntityType::kPerson; };
  // One of the table may be a word alone, as "Pelé", which is no surname.
  const auto is_full_name = [&](size_t i) {
    return is_person(i) && group_of_[i] != kNone &&
           (!IsSurname(candidates[i]) || senses_[i].empty());
  };
  by_surname_.clear();
  for (size_t i = 0; i < candidates.size(); ++i) {  // the first of each surname
    if (is_full_name(i)) {
      by_surname_.try_emplace(last_word(candidates[i]), group_of_[i]);
    }
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (!is_person(i)) continue;
    const uint32_t surname = last_word(candidates[i]);
    if (group_of_[i] != kNone) {
      if (is_full_name(i)) by_surname_[surname] = group_of_[i];
    } else if (const auto found = by_surname_.find(surname); found != by_surname_.end()) {
      group_of_[i] = found->second;
    } else {
      group_of_[i] = Find(text::Mix(surname) ^ 0x51);
    }
  }
}

// --- What is known of each. ---

void Grouper::Count(std::span<const Candidate> candidates) {
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& c = candidates[i];
    Gathered& group = groups_[group_of_[i]];
    const DocumentField& field = document_->fields[c.field];
    const Token& first = document_->tokens[c.tokens.begin];
    ++group.count;
    ++group.votes[static_cast<size_t>(c.type)];
    group.confidence = std::max(group.confidence, Confidence(c));
    if (field.field == TextField::kTitle) group.in_title = true;
    if (field.field == TextField::kBody) {
      group.first_in_body = std::min(group.first_in_body, first.begin);
    }
    // The fullest form; one in capitals only if there is no other.
    const bool shouted = first.letter_case == LetterCase::kUpper && c.tokens.size() > 1;
    const uint32_t words = shouted ? 1 : c.tokens.size() * 2;
    if (words > group.best_words) {
      group.best_words = words;
      group.best = static_cast<uint32_t>(i);
    }
  }
}

// The name of a team is that of its country; its links are not.
void Grouper::UnlinkTeams(std::span<const Candidate> candidates) {
  FindTeams(*document_, candidates, teams_);
  for (size_t i = 0; i < candidates.size(); ++i) groups_[group_of_[i]].teams += teams_[i];
  for (Gathered& group : groups_) {
    if (group.entry != kNone && gazetteer_->entry(group.entry).watch) continue;
    if (group.teams > 0 && group.teams * kMentionsATeam >= group.count) group.linked = false;
  }
}

void Grouper::Rate() {
  uint32_t most = 1;
  for (const Gathered& group : groups_) most = std::max(most, group.count);
  uint32_t body_bytes = 1;
  for (const DocumentField& field : document_->fields) {
    if (field.field == TextField::kBody) body_bytes = static_cast<uint32_t>(field.text.size());
  }
  const float log_most = std::log2(1 + static_cast<float>(most));
  for (Gathered& group : groups_) {
    float early = group.in_title ? 1 : 0;
    if (group.first_in_body != kNone) {
      early = std::max(early, 1 - static_cast<float>(group.first_in_body) /
                                      static_cast<float>(body_bytes));
    }
    group.salience = (group.in_title ? kTitleShare : 0) + kEarlyShare * early +
                     kFrequencyShare * std::log2(1 + static_cast<float>(group.count)) / log_most;
    group.salience = std::min(group.salience, 1.0F);
  }
}

// Numbers the groups that are kept in the order of their first mention.
void Grouper::Number(uint32_t max_entities) {
  order_.clear();
  for (const uint32_t g : group_of_) {
    if (groups_[g].number != kNone) continue;
    groups_[g].number = static_cast<uint32_t>(order_.size());
    order_.push_back(g);
  }
  if (order_.size() <= max_entities) return;
  const auto rank = [&](uint32_t g) { return std::pair(-groups_[g].salience, groups_[g].number); };
  std::ranges::nth_element(order_, order_.begin() + max_entities, {}, rank);
  for (size_t i = max_entities; i < order_.size(); ++i) groups_[order_[i]].number = kNone;
  order_.resize(max_entities);
  std::ranges::sort(order_, {}, [&](uint32_t g) { return groups_[g].number; });
  for (uint32_t i = 0; i < max_entities; ++i) groups_[order_[i]].number = i;
}

std::string_view Grouper::FullestName(const Gathered& group,
                                 std::span<const Candidate> candidates) const {
  if (group.entry != kNone) return gazetteer_->entry(group.entry).name;
  const Candidate& best = candidates[group.best];
  const DocumentField& field = document_->fields[best.field];
  const uint32_t begin = document_->tokens[best.tokens.begin].begin;
  return field.text.substr(begin, document_->tokens[best.tokens.end - 1].end - begin);
}

// "wikidata:Q142", "person:bernie-sanders"; into id_.
void Grouper::MakeId(const Gathered& group, EntityType type, std::string_view name) {
  id_.clear();
  if (group.linked) {
    const auto links = gazetteer_->links(gazetteer_->entry(group.entry));
    if (!links.empty()) {
      fmt::format_to(std::back_inserter(id_), "{}:{}", links[0].scheme, links[0].id);
    }
  }
  if (id_.empty()) {
    id_.append(kTypeNames[static_cast<size_t>(type)]).push_back(':');
    bool gap = false;
    while (!name.empty()) {
      if (const char lower = name[0] | 0x20; lower >= 'a' && lower <= 'z') {
        if (gap && id_.back() != ':') id_.push_back('-');
        gap = false;
        id_.push_back(lower);
        name.remove_prefix(1);
        continue;
      }
      const text::CodePoint point = text::Decode(name);
      name.remove_prefix(point.bytes);
      const auto c = static_cast<UChar32>(point.value);
      if (!(U_MASK(u_charType(c)) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK))) {
        gap = true;
        continue;
      }
      if (gap && id_.back() != ':') id_.push_back('-');
      gap = false;
      char bytes[4];
      const auto folded = static_cast<char32_t>(u_foldCase(c, U_FOLD_CASE_DEFAULT));
      id_.append(bytes, text::Encode(folded, bytes));
    }
  }
  // Within an article ids are unique.
  const uint32_t uses = ++id_uses_[text::Hash(id_)];
  if (uses > 1) fmt::format_to(std::back_inserter(id_), "-{}", uses);
}

void Grouper::Write(std::span<const Candidate> candidates, Article& article) {
  article.entities.resize(order_.size());
  id_uses_.clear();
  starts_.assign(order_.size() + 1, 0);
  for (const uint32_t g : group_of_) {
    if (groups_[g].number != kNone) ++starts_[groups_[g].number + 1];
  }
  for (size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
  for (uint32_t i = 0; i < order_.size(); ++i) {
    const Gathered& group = groups_[order_[i]];
    Entity& entity = article.entities[i];
    const auto* most = std::ranges::max_element(group.votes);
    entity.type = group.entry != kNone ? gazetteer_->entry(group.entry).type
                                       : static_cast<EntityType>(most - group.votes);
    const std::string_view name = FullestName(group, candidates);
    MakeId(group, entity.type, name);
    entity.name = article.arena().Keep(name);
    entity.id = article.arena().Keep(id_);
    entity.confidence = group.confidence;
    entity.salience = group.salience;
    entity.mentions = {starts_[i], starts_[i + 1]};
    entity.links.begin = static_cast<uint32_t>(article.entity_links.size());
    if (group.linked) {
      for (const EntityLink& link : gazetteer_->links(gazetteer_->entry(group.entry))) {
        article.entity_links.push_back(
            {article.arena().Keep(link.scheme), article.arena().Keep(link.id)});
      }
    }
    entity.links.end = static_cast<uint32_t>(article.entity_links.size());
  }
  article.entity_mentions.resize(starts_.back());
  // Candidates are in the order of field and place, so each entity's mentions are too.
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Gathered& group = groups_[group_of_[i]];
    if (group.number == kNone) continue;
    const Candidate& c = candidates[i];
    article.entity_mentions[starts_[group.number]++] = {
        document_->fields[c.field].field, document_->tokens[c.tokens.begin].begin,
        document_->tokens[c.tokens.end - 1].end};
  }
}

}  // namespace newsfeed::entities
