#include "processors/entities/name_grammar.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "processors/entities/tokenizer.h"
#include "processors/text/utf8.h"

namespace newsfeed::entities {
namespace {

// Longest names of people, in words without initials; in title case the verb follows at once.
constexpr uint32_t kMaxPersonWords = 4;
constexpr uint32_t kMaxPersonWordsInTitleCase = 2;
// Longest names by a pattern, in tokens on either side of the cue.
constexpr uint32_t kMaxPatternTokens = 7;
constexpr uint32_t kMaxLocationTokens = 3;
constexpr uint32_t kMaxSuffixes = 3;     // "Holdings Co. Ltd."
constexpr uint32_t kMaxHyphenTokens = 6;  // "Anne-Marie-Louise-Claire"
constexpr uint32_t kMaxAcronymBytes = 8;

// Lower-case words that join parts of an organisation's name.
constexpr auto kConnectors =
    std::to_array<std::string_view>({"of", "and", "for", "the", "&", "on"});
constexpr auto kNameSuffixes = std::to_array<std::string_view>(
    {"Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV", "V", "VI", "VIII", "XIV", "XVI"});
// What ends a long form that is no organisation's: "Gross Domestic Product (GDP)".
constexpr auto kAbstractHeads = std::to_array<std::string_view>(
    {"Act", "Agreement", "Award", "Disease", "Index", "Plan", "Product", "Programme", "Program",
     "Rate", "Syndrome", "System", "Tax", "Treaty", "Virus"});

template <size_t size>
bool OneOf(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

class SentenceReader {
 public:
  SentenceReader(const Document& document, const Gazetteer& gazetteer, const Sentence& sentence,
                 std::vector<Candidate>& candidates, std::vector<Acronym>& acronyms)
      : document_(document),
        gazetteer_(gazetteer),
        sentence_(sentence),
        field_(document.fields[sentence.field]),
        begin_(sentence.tokens.begin),
        end_(sentence.tokens.end),
        candidates_(candidates),
        acronyms_(acronyms) {}

  void Read() {
    const bool grammar = document_.english && !sentence_.all_caps;
    uint32_t covered = begin_;  // end of the last name of the table: its words are no cues
    for (uint32_t i = begin_; i < end_; ++i) {
      if (grammar && token(i).kind == TokenKind::kMark && TextOf(i) == "(") ReadAcronym(i);
      if (match(i).empty()) continue;  // most words
      if (match(i).tokens > 0) covered = std::max(covered, TableName(i));
      if (!grammar) continue;
      if (match(i).title_tokens > 0 && i >= covered && i >= titles_end_) TitleName(i);
      const uint16_t cues = match(i).cues;
      if ((cues & kSpeechVerb) && token(i).letter_case == LetterCase::kLower) Speaker(i);
      if (cues == 0 || !capitalized(i)) continue;
      if ((cues & kGivenName) && (i >= covered || IsNameWord(i))) GivenName(i);
      if (sentence_.title_case) continue;
      if (cues & (kOrganizationSuffix | kOrganizationHead)) OrganizationAt(i);
      if (cues & (kLocationSuffix | kLocationHead)) LocationAt(i, i >= covered);
    }
  }

 private:
  const Token& token(uint32_t i) const { return document_.tokens[i]; }
  const Match& match(uint32_t i) const { return document_.matches[i]; }
  bool capitalized(uint32_t i) const { return token(i).Is(Token::kCapitalized); }
  bool Has(uint32_t i, uint16_t cues) const { return (match(i).cues & cues) != 0; }
  std::string_view TextOf(uint32_t i) const { return document_.TextOf(field_, i); }

  void Add(Range tokens, EntityType type, Evidence evidence, std::span<const Sense> senses = {}) {
    candidates_.push_back({tokens, sentence_.field, type, evidence, senses});
  }

  // --- The table. ---

  // Adds the name at `i` if it stands; returns its end, or `i`.
  uint32_t TableName(uint32_t i) {
    const Match& found = match(i);
    const GazetteerEntry& entry = gazetteer_.entry(found.senses().front().entry);
    const uint32_t end = i + found.tokens;
    if (!entry.watch && !Stands(i, end, found)) return i;
    Add({i, end}, entry.type, entry.watch ? Evidence::kWatchList : Evidence::kTable,
        found.senses());
    return end;
  }

  bool Stands(uint32_t i, uint32_t end, const Match& found) const {
    const GazetteerEntry& entry = gazetteer_.entry(found.senses().front().entry);
    const bool only_common = std::ranges::all_of(
        found.senses(), [&](const Sense& s) { return gazetteer_.entry(s.entry).common; });
    if (only_common && !HasPlaceContext(i, end)) return false;
    return entry.type != EntityType::kLocation || !IsCity(found) || !IsPartOfName(i, end);
  }

  bool IsCity(const Match& found) const {
    return std::ranges::all_of(found.senses(),
                               [&](const Sense& s) { return gazetteer_.entry(s.entry).city; });
  }

  // "in Nice", "Nice, France".
  bool HasPlaceContext(uint32_t i, uint32_t end) const {
    if (sentence_.all_caps || sentence_.title_case) return false;
    if (i > begin_ && IsPlacePreposition(TextOf(i - 1))) return true;
    return end + 1 < end_ && TextOf(end) == "," && match(end + 1).tokens > 0 &&
           gazetteer_.entry(match(end + 1).senses().front().entry).type == EntityType::kLocation;
  }

  // "Chicago Bears", "Smith Barcelona": a town within a longer name that nobody knows.
  bool IsPartOfName(uint32_t i, uint32_t end) const {
    if (sentence_.all_caps || sentence_.title_case || !document_.english) return false;
    return (end < end_ && IsUnknownName(end)) ||
           (i > begin_ && !token(i - 1).Is(Token::kFirstWord) && IsUnknownName(i - 1) &&
            !Has(i - 1, kTitle | kGivenName));
  }

  bool IsUnknownName(uint32_t i) const {
    return token(i).kind == TokenKind::kWord && capitalized(i) && !Has(i, kNotName | kTitle) &&
           match(i).tokens == 0;
  }

  // --- People. ---

  // A word that may be part of a person's name.
  bool IsNameWord(uint32_t i) const {
    if (token(i).kind != TokenKind::kWord || !capitalized(i)) return false;
    if (token(i).letter_case == LetterCase::kUpper) return false;  // "BBC"
    if (Has(i, kNotName | kThing | kOrganizationSuffix | kLocationSuffix)) return false;
    return match(i).tokens == 0 || (match(i).tokens == 1 && AnyCity(match(i))) || OnlyWithClitic(i);
  }

  // "McDonald", which the table has as "McDonald's" alone.
  bool OnlyWithClitic(uint32_t i) const {
    return match(i).tokens == 2 && token(i + 1).kind == TokenKind::kClitic;
  }

  bool AnyCity(const Match& found) const {
    return std::ranges::any_of(found.senses(),
                               [&](const Sense& s) { return gazetteer_.entry(s.entry).city; });
  }

  bool IsInitial(uint32_t i) const {
    return token(i).kind == TokenKind::kAbbreviation && token(i).end - token(i).begin <= 4 &&
           token(i).letter_case != LetterCase::kLower && match(i).tokens == 0 &&
           !Has(i, kTitle | kNotName | kOrganizationSuffix) && TextOf(i).ends_with('.');
  }

  // "Jean-Claude", "Smith-Jones": the end of what hangs on the word before `i` by hyphens.
  uint32_t HyphenEnd(uint32_t i) const {
    const uint32_t limit = i + kMaxHyphenTokens;
    while (i + 1 < end_ && i < limit && TextOf(i) == "-" && token(i).Is(Token::kGlued) &&
           token(i + 1).Is(Token::kGlued) && token(i + 1).kind == TokenKind::kWord &&
           capitalized(i + 1)) {
      i += 2;
    }
    return i;
  }

  // "Jordan" of "Michael Jordan": a place, but behind a given name that is none.
  bool IsPlaceAsSurname(uint32_t i, uint32_t first) const {
    return i > first && !sentence_.title_case && Has(first, kGivenName) &&
           match(first).tokens == 0 && token(i).letter_case != LetterCase::kUpper &&
           capitalized(i) && match(i).tokens == 1 &&
           gazetteer_.entry(match(i).senses().front().entry).type == EntityType::kLocation;
  }

  // The end of a person's name that begins at `i`, or `i`; counts its words.
  uint32_t PersonEnd(uint32_t i, uint32_t& words) const {
    const uint32_t limit =
        sentence_.title_case ? kMaxPersonWordsInTitleCase : kMaxPersonWords;
    uint32_t last = i;
    words = 0;
    for (uint32_t j = i; j < end_ && words < limit && j < i + 3 * kMaxPersonWords;) {
      if (IsNameWord(j) || IsPlaceAsSurname(j, i)) {
        ++words;
        j = last = HyphenEnd(j + 1);
      } else if (words > 0 && Has(j, kParticle) && HyphenEnd(j + 1) > j + 1) {
        ++words;  // "al-Maliki"
        j = last = HyphenEnd(j + 1);
      } else if (IsInitial(j) || (words > 0 && Has(j, kParticle))) {
        ++j;
      } else {
        break;
      }
    }
    if (words > 0 && last < end_ && OneOf(kNameSuffixes, TextOf(last))) ++last;
    // "Anderson Park", "Stanley Works": named after a person.
    const bool names_a_thing = last < end_ && capitalized(last) && !sentence_.title_case &&
                               Has(last, kThing | kOrganizationSuffix | kLocationSuffix);
    if (names_a_thing) words = 0;
    return last;
  }

  // A name behind a title; titles may follow each other ("Deputy Prime Minister").
  void TitleName(uint32_t i) {
    uint32_t name = i;
    while (name < end_ && match(name).title_tokens > 0) name += match(name).title_tokens;
    titles_end_ = name;  // the rest of a chain of titles says nothing new
    if (name >= end_) return;
    uint32_t words = 0;
    const uint32_t end = PersonEnd(name, words);
    if (words == 0) return;
    // In title case "Judge Rules" is no Mr. Rules.
    if (sentence_.title_case && TextOf(name - 1).back() != '.') return;
    Add({name, end}, EntityType::kPerson, Evidence::kTitleName);
  }

  void GivenName(uint32_t i) {
    if (i > begin_ && token(i).Is(Token::kGlued) && TextOf(i - 1) == "-") return;
    uint32_t words = 0;
    const uint32_t end = PersonEnd(i, words);
    if (words >= 2) Add({i, end}, EntityType::kPerson, Evidence::kGivenName);
  }

  // "[Xolani Mbeki] said", "said [Xolani Mbeki],": no word of it need be known.
  void Speaker(uint32_t verb) {
    SpeakerAfter(verb);
    SpeakerBefore(verb);
  }

  void SpeakerAfter(uint32_t verb) {
    if (verb + 2 >= end_ || !IsNameWord(verb + 1) || IsTitle(verb + 1)) return;
    uint32_t words = 0;
    const uint32_t end = PersonEnd(verb + 1, words);
    const bool ends = end < end_ && (TextOf(end) == "," || TextOf(end) == ".");
    if (ends && IsSpeakerLength(words)) {
      Add({verb + 1, end}, EntityType::kPerson, Evidence::kSpeaker);
    }
  }

  void SpeakerBefore(uint32_t verb) {
    uint32_t begin = verb;
    while (begin > begin_ && begin + kMaxPersonWords > verb && IsNameWord(begin - 1)) --begin;
    if (begin == verb || IsTitle(begin) || Has(verb - 1, kTitle)) return;
    uint32_t words = 0;
    if (PersonEnd(begin, words) == verb && IsSpeakerLength(words)) {
      Add({begin, verb}, EntityType::kPerson, Evidence::kSpeaker);
    }
  }

  // "the Prime Minister said": a name behind it is found by TitleName.
  bool IsTitle(uint32_t i) const { return match(i).title_tokens > 0; }

  static bool IsSpeakerLength(uint32_t words) { return words == 2 || words == 3; }

  // --- Patterns. ---

  bool IsPatternWord(uint32_t i) const {
    return token(i).is_word() && capitalized(i) && !Has(i, kNotName) &&
           !(token(i).kind == TokenKind::kAbbreviation && Has(i, kTitle));
  }

  bool IsConnector(uint32_t i) const { return OneOf(kConnectors, TextOf(i)); }

  // The beginning of the capitalised words that end at `i`.
  uint32_t LeftEdge(uint32_t i, uint32_t limit, bool connectors) const {
    uint32_t left = i;
    const uint32_t floor = i - begin_ > limit ? i - limit : begin_;
    while (left > floor) {
      uint32_t next = left - 1;
      // Only "&": in "Oslo and Bergen University" the "and" joins two names.
      if (connectors && next > floor && TextOf(next) == "&") --next;
      if (TextOf(next) == "-" && next > floor && token(next).Is(Token::kGlued)) --next;
      if (!IsPatternWord(next)) break;
      left = next;
    }
    return left;
  }

  // The end of "of X and Y" at `i`, or `i`.
  uint32_t RightEdge(uint32_t i) const {
    uint32_t last = i;
    if (i >= end_ || (TextOf(i) != "of" && TextOf(i) != "for")) return i;
    for (uint32_t j = i; j < end_ && j < i + kMaxPatternTokens; ++j) {
      if (IsPatternWord(j)) {
        last = j + 1;
      } else if (!IsConnector(j) || (TextOf(j) == "and" && NamesAnother(j + 1))) {
        break;
      }
    }
    return last;
  }

  // "University of Oslo and [Bergen University]", "... and the [University of Bergen]"
  bool NamesAnother(uint32_t i) const {
    if (i < end_ && TextOf(i) == "the") ++i;
    const uint32_t limit = std::min(end_, i + kMaxPatternTokens);
    for (; i < limit && IsPatternWord(i); ++i) {
      if (Has(i, kOrganizationSuffix)) return true;
    }
    return false;
  }

  void OrganizationAt(uint32_t i) {
    uint32_t begin = i;
    if (Has(i, kOrganizationSuffix)) begin = LeftEdge(i, kMaxPatternTokens, true);
    uint32_t end = i + 1;
    while (end < end_ && end < i + kMaxSuffixes && Has(end, kOrganizationSuffix) &&
           capitalized(end)) {
      ++end;
    }
    if (Has(end - 1, kOrganizationHead)) end = RightEdge(end);
    if (begin == i && end == i + 1) return;
    if (begin == i && !Has(i, kOrganizationHead)) return;
    if (end - begin >= 2) Add({begin, end}, EntityType::kOrganization, Evidence::kPattern);
  }

  void LocationAt(uint32_t i, bool may_be_head) {
    if (Has(i, kLocationSuffix)) {
      const uint32_t begin = LeftEdge(i, kMaxLocationTokens, false);
      if (begin < i) return Add({begin, i + 1}, EntityType::kLocation, Evidence::kPattern);
    }
    if (!may_be_head || !Has(i, kLocationHead) || i + 1 >= end_) return;
    uint32_t end = i + 1;
    if (TextOf(end) == "of") ++end;
    if (end < end_ && TextOf(end) == "the") ++end;
    const uint32_t name = end;
    while (end < end_ && end < name + 2 && IsPatternWord(end)) ++end;
    if (end > name) Add({i, end}, EntityType::kLocation, Evidence::kPattern);
  }

  // --- Acronyms (after Schwartz and Hearst, "A simple algorithm for identifying abbreviation
  // definitions in biomedical text", 2003, with initials only). ---

  bool IsAcronym(uint32_t i) const {
    const uint32_t bytes = token(i).end - token(i).begin;
    return token(i).kind == TokenKind::kWord && token(i).letter_case == LetterCase::kUpper &&
           bytes >= 2 && bytes <= kMaxAcronymBytes;
  }

  // The first token of the words before `end` whose initials are `acronym`, or `end`.
  uint32_t LongFormBegin(uint32_t end, std::string_view acronym) const {
    size_t left = acronym.size();
    const uint32_t window = static_cast<uint32_t>(2 * acronym.size() + 2);
    const uint32_t floor = end - begin_ > window ? end - window : begin_;
    for (uint32_t i = end; i > floor;) {
      --i;
      const std::string_view word = TextOf(i);
      if (capitalized(i) && word.front() == acronym[left - 1]) {
        if (--left == 0) return i;
      } else if (!IsConnector(i) && word != "-") {
        break;
      }
    }
    return end;
  }

  void ReadAcronym(uint32_t open) {
    if (open + 2 < end_ && TextOf(open + 2) == ")" && IsAcronym(open + 1)) {
      const uint32_t begin = LongFormBegin(open, TextOf(open + 1));
      if (begin < open) Explain({begin, open}, open + 1);
      return;
    }
    if (open == begin_ || !IsAcronym(open - 1)) return;
    uint32_t close = open + 1;
    while (close < end_ && close < open + 2 * kMaxAcronymBytes && TextOf(close) != ")") ++close;
    if (close >= end_ || TextOf(close) != ")" || close == open + 1) return;
    if (LongFormBegin(close, TextOf(open - 1)) == open + 1) Explain({open + 1, close}, open - 1);
  }

  void Explain(Range name, uint32_t acronym) {
    const EntityType type = OneOf(kAbstractHeads, TextOf(name.end - 1)) ? EntityType::kMisc
                                                                        : EntityType::kOrganization;
    acronyms_.push_back({name, acronym, sentence_.field, type});
    Add(name, type, Evidence::kAcronym);
    if (match(acronym).tokens == 0) Add({acronym, acronym + 1}, type, Evidence::kAcronym);
  }

  const Document& document_;
  const Gazetteer& gazetteer_;
  const Sentence& sentence_;
  const DocumentField& field_;
  const uint32_t begin_;
  const uint32_t end_;
  uint32_t titles_end_ = 0;
  std::vector<Candidate>& candidates_;
  std::vector<Acronym>& acronyms_;
};

}  // namespace

void FindNames(const Document& document, const Gazetteer& gazetteer,
               std::vector<Candidate>& candidates, std::vector<Acronym>& acronyms) {
  for (const Sentence& sentence : document.sentences) {
    SentenceReader(document, gazetteer, sentence, candidates, acronyms).Read();
  }
}

// --- Memory of the document. ---

namespace {

bool IsParticle(const Document& document, uint32_t token) {
  return document.tokens[token].letter_case == LetterCase::kLower &&
         (document.matches[token].cues & kParticle) != 0;
}

}  // namespace

void NameMemory::Learn(const Document& document, std::span<const Acronym> acronyms,
                       std::span<const Candidate> candidates) {
  known_.clear();
  hashes_ = 0;
  for (const Candidate& c : candidates) {
    if (c.type != EntityType::kPerson) continue;
    uint32_t last = c.tokens.end - 1;
    const auto text = [&](uint32_t i) { return document.TextOf(document.fields[c.field], i); };
    if (last > c.tokens.begin && OneOf(kNameSuffixes, text(last))) --last;
    if (IsFullName(document, c) || (c.tokens.size() == 1 && c.evidence == Evidence::kTitleName)) {
      known_.push_back({document.tokens[last].hash, last, c.field});
      uint32_t& particles = known_.back().particles;
      while (last - particles > c.tokens.begin && IsParticle(document, last - particles - 1)) {
        ++particles;
      }
    }
  }
  for (const Acronym& a : acronyms) {
    known_.push_back(
        {document.tokens[a.token].hash, a.token, a.field, a.type, Evidence::kAcronym});
  }
  for (const Known& known : known_) hashes_ |= Bit(known.hash);
  std::ranges::stable_sort(known_, {}, &Known::hash);
  const auto same = [](const Known& a, const Known& b) { return a.hash == b.hash; };
  known_.erase(std::unique(known_.begin(), known_.end(), same), known_.end());
}

const NameMemory::Known* NameMemory::Find(uint32_t hash) const {
  if ((hashes_ & Bit(hash)) == 0) return nullptr;
  const auto found = std::ranges::lower_bound(known_, hash, {}, &Known::hash);
  return found != known_.end() && found->hash == hash ? &*found : nullptr;
}

bool NameMemory::Applies(const Document& document, uint32_t token, uint32_t field,
                         const Known& known) const {
  const Token& seen = document.tokens[token];
  if (seen.kind != TokenKind::kWord || !seen.Is(Token::kCapitalized)) return false;
  const std::string_view text = document.TextOf(document.fields[field], token);
  const std::string_view expected = document.TextOf(document.fields[known.field], known.token);
  if (known.evidence == Evidence::kAcronym) return text == expected;
  return (document.matches[token].cues & kNotName) == 0 && EqualFolded(text, expected);
}

// Where the surname at `token` begins: with the particles that the full name has, if all stand
// before it.
uint32_t NameMemory::BeginOf(const Document& document, uint32_t token, uint32_t field,
                             const Known& known) const {
  if (token - document.fields[field].tokens.begin < known.particles) return token;
  for (uint32_t i = 1; i <= known.particles; ++i) {
    if (document.taken[token - i] != 0 ||
        document.tokens[token - i].hash != document.tokens[known.token - i].hash) {
      return token;
    }
  }
  return token - known.particles;
}

void NameMemory::AddParticles(Document& document, std::span<Candidate> candidates) const {
  for (Candidate& c : candidates) {
    if (c.tokens.size() != 1 || c.type != EntityType::kPerson ||
        c.evidence == Evidence::kWatchList) {
      continue;
    }
    const Known* known = Find(document.tokens[c.tokens.begin].hash);
    if (known == nullptr || known->type != EntityType::kPerson) continue;
    c.tokens.begin = BeginOf(document, c.tokens.begin, c.field, *known);
    std::fill(document.taken.begin() + c.tokens.begin, document.taken.begin() + c.tokens.end,
              uint8_t{1});
  }
}

void NameMemory::Recall(Document& document, const Gazetteer& gazetteer,
                        std::span<const Acronym> acronyms, std::vector<Candidate>& candidates) {
  Learn(document, acronyms, candidates);
  if (known_.empty()) return;
  // A place whose name is that of a person of the article is the person, but for "in Jordan".
  for (Candidate& c : candidates) {
    if (c.tokens.size() != 1 || c.type != EntityType::kLocation || c.senses.empty()) continue;
    if (c.evidence == Evidence::kWatchList) continue;
    if (!gazetteer.entry(c.senses.front().entry).city && IsBehindPlacePreposition(document, c)) {
      continue;
    }
    const Known* known = Find(document.tokens[c.tokens.begin].hash);
    if (known == nullptr || known->type != EntityType::kPerson) continue;
    if (!Applies(document, c.tokens.begin, c.field, *known)) continue;
    c = {c.tokens, c.field, EntityType::kPerson, Evidence::kSurname, {}};
  }
  found_.clear();
  for (uint32_t f = 0; f < document.fields.size(); ++f) {
    const Range tokens = document.fields[f].tokens;
    for (uint32_t i = tokens.begin; i < tokens.end; ++i) {
      if ((hashes_ & Bit(document.tokens[i].hash)) == 0 || document.taken[i] != 0) continue;
      const Known* known = Find(document.tokens[i].hash);
      if (known == nullptr || !Applies(document, i, f, *known)) continue;
      found_.push_back({{i, i + 1}, f, known->type, known->evidence, {}});
      document.taken[i] = 1;
    }
  }
  candidates.insert(candidates.end(), found_.begin(), found_.end());
  AddParticles(document, candidates);
  std::ranges::sort(candidates, {}, [](const Candidate& c) { return c.tokens.begin; });
}

}  // namespace newsfeed::entities
