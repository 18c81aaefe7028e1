// What the steps of tagging hand to each other:
//
//   Document (tokens of all fields)
//     -> candidates: FindNames (table, name grammar), StatisticalTagger
//     -> AddTagged: the tagger's names among the others'
//     -> ResolveOverlaps: candidates that do not overlap, in the order of the text
//     -> RecallNames: surnames and acronyms that the document itself has explained
//     -> Group: entities (grouping.h)
//
// Each step is a function on plain values; a new source of candidates only appends to the vector.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "processors/article/article.h"
#include "processors/entities/gazetteer.h"
#include "processors/entities/tokenizer.h"

namespace newsfeed::entities {

// Why a piece of text is taken for a name.
enum class Evidence : uint8_t {
  kWatchList,        // a row with the flag "watch"
  kTable,            // a row of the gazetteer
  kAcronym,          // "World Health Organization (WHO)", and WHO afterwards
  kTitleName,        // "President Vladimir Putin"
  kGivenName,        // "Vladimir Putin": a given name and a capitalised word
  kSpeaker,          // "Xolani Mbeki said": two or three capitalised words beside a verb of speech
  kSurname,          // "Putin", once "Vladimir Putin" was seen
  kPattern,          // "Acme Corp.", "University of Oslo", "Orange County"
  kTagger,           // the statistical tagger
  kCount,
};


// A field of the article and its tokens.
struct DocumentField {
  TextField field = TextField::kBody;
  std::string_view text;
  Range tokens;  // into Document::tokens
};

// A sentence, and how it is written.
struct Sentence {
  Range tokens;
  uint32_t field = 0;       // into Document::fields
  bool all_caps = false;    // "LEADERS MEET IN PARIS": case says nothing
  bool title_case = false;  // "Leaders Meet in Paris": capitals say little
};

// An article as tokens; reused from article to article.
struct Document {
  std::vector<DocumentField> fields;
  std::vector<Token> tokens;
  std::vector<Sentence> sentences;
  // What the table says at each token.
  std::vector<Match> matches;
  // 1 for each token that is part of a name; set by ResolveOverlaps.
  std::vector<uint8_t> taken;
  bool english = true;

  std::string_view TextOf(const DocumentField& field, uint32_t token) const {
    return TokenText(field.text, tokens[token]);
  }
};

// Finds out how a sentence is written; its tokens and field are set.
void Describe(const Document& document, Sentence& sentence);

// Text beyond this is not tagged: no article is so long, and memory is some 25 bytes a byte.
inline constexpr uint32_t kMaxTaggedBytes = uint32_t{2} << 20;
// No name is longer, in bytes.
inline constexpr uint32_t kMaxMentionBytes = 200;

// Splits the fields of `article` that are tagged into tokens and sentences, and looks up each
// token.
void Read(const Article& article, const Gazetteer& gazetteer, Document& document);

// A piece of text that may be a name.
struct Candidate {
  Range tokens;        // into Document::tokens, within one sentence
  uint32_t field = 0;  // into Document::fields
  EntityType type = EntityType::kMisc;
  Evidence evidence = Evidence::kTable;
  // Readings in the table; empty: not from there.
  std::span<const Sense> senses;
  // As measured for this mention; 0: as for its evidence.
  float confidence = 0;
};

// Share of mentions like this one, alone, that are right in span and type.
float Confidence(const Candidate& candidate);

// An acronym explained in the text.
struct Acronym {
  Range name;          // tokens of the long form
  uint32_t token = 0;  // of the acronym
  uint32_t field = 0;
  EntityType type = EntityType::kOrganization;
};

// Appends the names of the statistical tagger to candidates. Of a name that the table has with the
// same span, the surer of the two tells the type; of the same type it takes the table's readings,
// so that it keeps its links.
void AddTagged(std::span<const Candidate> tagged, std::vector<Candidate>& candidates);

// Keeps the best of candidates that overlap, in the order of the text: a watch list beats all, then
// the tagger the table and the grammar; of these the longer beats the shorter, then the stronger
// evidence. But the table corrects the tagger where it knows, without asking for context, that a
// name goes on ("McDonald's", not "McDonald") or that one is a list of several ("China and Côte
// d'Ivoire"). O(n log n).
void ResolveOverlaps(const Gazetteer& gazetteer, Document& document,
                     std::vector<Candidate>& candidates);

// True for "Jordan" of "in Jordan", "near Jordan": what stands there is a place. English only.
bool IsBehindPlacePreposition(const Document& document, const Candidate& candidate);
bool IsPlacePreposition(std::string_view word);

// True for a person's name of several words, "Michael Jordan", "Maria van der Meer": capitals but
// for particles. Not for "Abdullah of Jordan", nor what a tagger may take for a name, "Ada's
// arrival in Jordan".
bool IsFullName(const Document& document, const Candidate& candidate);

// Marks tokens as named; false, and nothing done, if one of them is already.
bool Take(Document& document, Range tokens);

}  // namespace newsfeed::entities
