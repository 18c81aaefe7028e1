#include "processors/entities/mention.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <utility>

#include "processors/entities/organization_name.h"
#include "processors/text/utf8.h"

namespace newsfeed::entities {
namespace {

// Share of mentions that were right in span and type where this was the best evidence: the share on
// the worst of the open development sets (README.md), or less; text of other kinds may do better.
// In the order of Evidence; the comments give worst and best set.
constexpr std::array<float, static_cast<size_t>(Evidence::kCount)> kConfidence = {
    1.00F,  // kWatchList: the user says so
    0.70F,  // kTable: .71 (gmb, MISC) to .87
    0.80F,  // kAcronym: .83 to .95
    0.70F,  // kTitleName: .71 to .93
    0.70F,  // kGivenName: .74 (worldwide, all of PER) to .96
    0.60F,  // kSpeaker: .60, few
    0.50F,  // kSurname: the full name it stands for is stronger and decides
    0.50F,  // kPattern: .51 to .67 (gmb: .52)
    0.70F,  // kTagger: the model knows better
};

// In title case are lines with at least so many long words of which at least four in five are
// capitalised: "Novak Wins" as a title, "Novak Rejects Offer From Large Group" within the text.
constexpr uint32_t kMinLongWordsInTitle = 2;
constexpr uint32_t kMinLongWords = 4;
constexpr uint32_t kMaxHeadlineTokens = 30;
constexpr uint32_t kLongWordBytes = 4;

// Words before a place: "in Nice", "near Split".
constexpr auto kPlacePrepositions = std::to_array<std::string_view>(
    {"in", "at", "from", "near", "to", "outside", "around", "across", "via", "In", "At", "From"});

bool IsTerminator(std::string_view mark) { return mark == "." || mark == "?" || mark == "!"; }

void ReadField(TextField field, std::string_view text, Document& document) {
  text = text::Prefix(text, kMaxTaggedBytes);
  if (text.empty()) return;
  const auto begin = static_cast<uint32_t>(document.tokens.size());
  Tokenize(text, document.tokens);
  const auto end = static_cast<uint32_t>(document.tokens.size());
  const auto index = static_cast<uint32_t>(document.fields.size());
  document.fields.push_back({field, text, {begin, end}});
  for (uint32_t i = begin; i < end;) {
    uint32_t next = i + 1;
    while (next < end && !document.tokens[next].Is(Token::kSentenceStart)) ++next;
    Sentence& sentence = document.sentences.emplace_back();
    sentence.tokens = {i, next};
    sentence.field = index;
    Describe(document, sentence);
    i = next;
  }
}

// The grammar of names knows English; without a label the text is taken for it.
bool IsEnglish(std::string_view language) {
  return language.empty() || language == "en" || language.starts_with("en-");
}

// "Mr. McDonald's car": of people a clitic says whose it is, so the firm "McDonald's" is not meant
// there.
void DropPossessives(const Document& document, std::vector<Candidate>& candidates) {
  const auto ends_in_clitic = [&](const Candidate& c) {
    return c.evidence == Evidence::kTable &&
           document.tokens[c.tokens.end - 1].kind == TokenKind::kClitic;
  };
  if (std::ranges::none_of(candidates, ends_in_clitic)) return;  // nearly always
  std::vector<Range> people;  // by their ends
  for (const Candidate& c : candidates) {
    if (c.type == EntityType::kPerson) people.push_back(c.tokens);
  }
  std::ranges::sort(people, {}, [](Range r) { return std::pair(r.end, r.begin); });
  std::erase_if(candidates, [&](const Candidate& c) {
    if (!ends_in_clitic(c)) return false;
    const auto person = std::ranges::lower_bound(people, c.tokens.end - 1, {}, &Range::end);
    return person != people.end() && person->end == c.tokens.end - 1 &&
           person->begin <= c.tokens.begin;
  });
}

// Names of the table that need no context beside those of the tagger; both in the order of the
// text.
class TableBesideTagger {
 public:
  TableBesideTagger(const Gazetteer& gazetteer, const Document& document,
                    std::span<const Candidate> candidates)
      : document_(document) {
    for (const Candidate& c : candidates) {
      if (c.evidence == Evidence::kTagger) tagged_.push_back(c.tokens);
      const auto common = [&](const Sense& s) { return gazetteer.entry(s.entry).common; };
      if (c.evidence == Evidence::kTable && !std::ranges::all_of(c.senses, common)) {
        known_.push_back(c.tokens);
      }
    }
    std::ranges::sort(tagged_, {}, &Range::begin);
    std::ranges::sort(known_, {}, &Range::begin);
  }

  // True if the table knows that `name`, of the tagger, is wrong.
  bool Corrects(const Candidate& name) const { return IsList(name) || GoesOn(name); }

 private:
  // No name of the table is longer, in tokens (gazetteer.cc).
  static constexpr uint32_t kMaxNameTokens = 16;

  // "China and Côte d'Ivoire": nothing but names of the table, at least two.
  bool IsList(const Candidate& name) const {
    const DocumentField& field = document_.fields[name.field];
    uint32_t names = 0;
    for (uint32_t i = name.tokens.begin; i < name.tokens.end;) {
      const auto found = std::ranges::lower_bound(known_, i, {}, &Range::begin);
      if (found == known_.end() || found->begin != i || found->end > name.tokens.end) return false;
      ++names;
      if (found->end == name.tokens.end) return names > 1;
      i = found->end;
      if (const std::string_view joint = document_.TextOf(field, i);
          joint != "and" && joint != ",") {
        return false;
      }
      ++i;
    }
    return false;
  }

  // "McDonald" of "McDonald's", "York" of "New York".
  bool GoesOn(const Candidate& name) const {
    const auto end = std::ranges::upper_bound(known_, name.tokens.begin, {}, &Range::begin);
    for (auto known = end; known != known_.begin();) {
      --known;
      if (known->begin + kMaxNameTokens <= name.tokens.begin) return false;
      if (known->end < name.tokens.end || *known == name.tokens || CrossesAnother(*known)) continue;
      if (OnlyAddsThe(*known, name)) continue;
      return true;
    }
    return false;
  }

  // "the Vatican" for "Vatican", which the table has, too; not "The Hague" for "Hague".
  bool OnlyAddsThe(Range known, const Candidate& name) const {
    return known.end == name.tokens.end &&
           document_.matches[name.tokens.begin].tokens == name.tokens.size() &&
           WithoutThe(document_, name.field, known) == name.tokens;
  }

  // True if a name of the tagger lies partly in `known`.
  bool CrossesAnother(Range known) const {
    const auto crosses = [&](Range name) {
      const bool overlaps = name.begin < known.end && known.begin < name.end;
      return overlaps && (name.begin < known.begin || name.end > known.end);
    };
    // Those of the tagger do not overlap, so only the ones at the two ends can.
    const auto first = std::ranges::upper_bound(tagged_, known.begin, {}, &Range::end);
    const auto behind = std::ranges::lower_bound(tagged_, known.end, {}, &Range::begin);
    return (first != tagged_.end() && crosses(*first)) ||
           (behind != tagged_.begin() && crosses(*std::prev(behind)));
  }

  const Document& document_;
  std::vector<Range> tagged_;
  std::vector<Range> known_;
};

}  // namespace

void Describe(const Document& document, Sentence& sentence) {
  uint32_t words = 0, lower = 0, upper = 0, long_words = 0, long_capitals = 0;
  const DocumentField& field = document.fields[sentence.field];
  for (uint32_t i = sentence.tokens.begin; i < sentence.tokens.end; ++i) {
    // Without branches: nothing predicts which word is long or a capital.
    const Token& token = document.tokens[i];
    const bool word = token.kind == TokenKind::kWord && token.letter_case != LetterCase::kNone;
    const bool is_long = word & (token.end - token.begin >= kLongWordBytes);
    words += word;
    lower += word & (token.letter_case == LetterCase::kLower);
    upper += word & (token.letter_case == LetterCase::kUpper);
    long_words += is_long;
    long_capitals += is_long & token.Is(Token::kCapitalized);
  }
  sentence.all_caps = words >= 2 && lower == 0 && upper * 2 > words;
  const bool is_title = field.field == TextField::kTitle;
  const bool headline =
      is_title || (sentence.tokens.size() <= kMaxHeadlineTokens &&
                   !IsTerminator(document.TextOf(field, sentence.tokens.end - 1)));
  sentence.title_case = headline && !sentence.all_caps &&
                        long_words >= (is_title ? kMinLongWordsInTitle : kMinLongWords) &&
                        long_capitals * 5 >= long_words * 4;
}

float Confidence(const Candidate& candidate) {
  return candidate.confidence > 0 ? candidate.confidence
                                  : kConfidence[static_cast<size_t>(candidate.evidence)];
}

void Read(const Article& article, const Gazetteer& gazetteer, Document& document) {
  document.fields.clear();
  document.tokens.clear();
  document.sentences.clear();
  document.matches.clear();
  document.english = IsEnglish(article.language);
  ReadField(TextField::kTitle, article.title, document);
  if (article.standfirst_in_body.empty()) {
    ReadField(TextField::kStandfirst, article.standfirst, document);
  }
  ReadField(TextField::kBody, article.body, document);
  const std::span<const Token> tokens = document.tokens;
  document.matches.assign(tokens.size(), Match());
  for (const DocumentField& field : document.fields) {
    const auto [begin, size] = std::pair(field.tokens.begin, field.tokens.size());
    gazetteer.FindAll(field.text, tokens.subspan(begin, size), !document.english,
                      std::span(document.matches).subspan(begin, size));
  }
}

void AddTagged(std::span<const Candidate> tagged, std::vector<Candidate>& candidates) {
  const auto begin = [](const Candidate& c) { return c.tokens.begin; };
  std::ranges::stable_sort(candidates, {}, begin);
  const size_t others = candidates.size();
  size_t next = 0;
  for (const Candidate& name : tagged) {
    while (next < others && begin(candidates[next]) < begin(name)) ++next;
    Candidate& added = candidates.emplace_back(name);
    for (size_t i = next; i < others && begin(candidates[i]) == begin(name); ++i) {
      const Candidate& other = candidates[i];
      if (other.tokens != name.tokens || other.senses.empty()) continue;
      if (other.type != name.type && Confidence(other) > Confidence(name)) {
        added.type = other.type;
        added.confidence = Confidence(other);
      }
      if (other.type == added.type) added.senses = other.senses;
    }
  }
}

void ResolveOverlaps(const Gazetteer& gazetteer, Document& document,
                     std::vector<Candidate>& candidates) {
  std::erase_if(candidates, [&](const Candidate& c) {
    return document.tokens[c.tokens.end - 1].end - document.tokens[c.tokens.begin].begin >
           kMaxMentionBytes;
  });
  DropPossessives(document, candidates);
  const TableBesideTagger table(gazetteer, document, candidates);
  std::erase_if(candidates, [&](const Candidate& c) {
    return c.evidence == Evidence::kTagger && table.Corrects(c);
  });
  const auto by_strength = [](const Candidate& c) {
    const int rank = c.evidence == Evidence::kWatchList ? 0
                     : c.evidence == Evidence::kTagger  ? 1
                                                        : 2;
    return std::tuple(rank, -static_cast<int64_t>(c.tokens.size()), c.evidence, c.tokens.begin);
  };
  std::ranges::sort(candidates, {}, by_strength);
  document.taken.assign(document.tokens.size(), 0);
  std::erase_if(candidates, [&](const Candidate& c) { return !Take(document, c.tokens); });
  std::ranges::sort(candidates, {}, [](const Candidate& c) { return c.tokens.begin; });
}

bool IsPlacePreposition(std::string_view word) {
  return std::ranges::find(kPlacePrepositions, word) != kPlacePrepositions.end();
}

bool IsBehindPlacePreposition(const Document& document, const Candidate& candidate) {
  const DocumentField& field = document.fields[candidate.field];
  const uint32_t begin = candidate.tokens.begin;
  return begin > field.tokens.begin && IsPlacePreposition(document.TextOf(field, begin - 1));
}

bool IsFullName(const Document& document, const Candidate& candidate) {
  if (candidate.type != EntityType::kPerson || candidate.tokens.size() < 2) return false;
  for (uint32_t i = candidate.tokens.begin; i < candidate.tokens.end; ++i) {
    const Token& token = document.tokens[i];
    const bool lower =
        token.letter_case == LetterCase::kLower && (document.matches[i].cues & kParticle) == 0;
    if (lower || token.kind == TokenKind::kClitic) return false;
  }
  return true;
}

bool Take(Document& document, Range tokens) {
  const auto range = std::span(document.taken).subspan(tokens.begin, tokens.size());
  if (std::ranges::find(range, uint8_t{1}) != range.end()) return false;
  std::ranges::fill(range, uint8_t{1});
  return true;
}

}  // namespace newsfeed::entities
