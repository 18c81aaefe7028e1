// What the statistical tagger looks at. The trainer and the tagger both go through these functions,
// so what a model has learned is what it is asked.
//
//   "... met [Maria Kowalczyk] in ..." at "Kowalczyk":
//     its form    word, shape "Aaaa", endings "k", "yk" .., word classes, name lists; less of them
//                 for the two words on either side
//     history     the tag before joined with word, shape and classes
//     context     pairs of words, place in the run of capitals and the words around it, names of
//                 several words in the lists, what the article has called this word before
//
// A feature is a number: the hash of its kind and value, whose row of weights is added to the score
// of each tag (after Ratinov and Roth, "Design challenges and misconceptions in named entity
// recognition", 2009; hashing after Weinberger et al., 2009). All values are functions of the text
// alone.
//
// Only a token that may be part of a name is asked about: one with a capital, one that the lexicon
// has seen to begin names ("al", "eBay"), or what follows within a name. Everything else is O.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "processors/entities/mention.h"
#include "processors/entities/tokenizer.h"
#include "processors/text/hash.h"

namespace newsfeed::entities {

// --- Tags: O, and begin, inside, end, single of each type. ---

inline constexpr uint32_t kTypes = 4;
inline constexpr uint32_t kColumns = 4 * kTypes;  // O is the reference: its score is a constant
enum Place : uint8_t { kBegin, kInside, kEnd, kSingle };
using Tag = uint8_t;  // a column, or kOutside
inline constexpr Tag kOutside = kColumns;
inline constexpr uint32_t kTags = kColumns + 1;

constexpr Tag MakeTag(EntityType type, Place place) {
  return static_cast<Tag>(4 * (static_cast<uint32_t>(type) - 1) + place);
}
constexpr Place PlaceOf(Tag tag) { return static_cast<Place>(tag % 4); }
constexpr EntityType TypeOf(Tag tag) { return static_cast<EntityType>(tag / 4 + 1); }
// True if the name goes on behind this tag.
constexpr bool IsOpen(Tag tag) { return tag != kOutside && tag % 4 <= kInside; }

// Fills `out` with the tags that may follow `previous`, O first if it may; `last`: no token
// follows. Returns how many.
uint32_t OfferedTags(Tag previous, bool last, std::array<Tag, kTags>& out);

// --- Words. ---

inline constexpr uint32_t kClusterings = 4;

// What the lexicon of a model knows of a word, whatever its case.
struct WordInfo {
  enum Flag : uint8_t {
    kMayBegin = 1,      // begins names without a capital
    kBeginsPhrase = 2,  // a listed name of several words begins with it
  };
  uint16_t clusters[kClusterings] = {};  // 0: in none
  uint8_t lists = 0;                     // a bit for each list of names it is in
  uint8_t case_habit = 0;                // 0 unknown, else 1 (never) to 7 (always with a capital)
  uint8_t flags = 0;
};

// Listed names of several words.
struct PhraseInfo {
  uint8_t lists = 0;     // 0: only the beginning of longer ones
  bool goes_on = false;  // longer ones begin with it
};

// The words and names a model knows. Immutable.
class Lexicon {
 public:
  struct Word {
    uint32_t hash = 0;  // Token::hash
    WordInfo info;
  };
  struct Phrase {
    uint32_t key = 0;  // see PhraseKey
    PhraseInfo info;
  };

  Lexicon() : Lexicon({}, {}) {}
  Lexicon(std::span<const Word> words, std::span<const Phrase> phrases);

  WordInfo Find(uint32_t hash) const;
  PhraseInfo FindPhrase(uint32_t key) const;
  bool MayBegin(uint32_t hash) const {
    return (may_begin_[hash % kFilterBits / 64] >> hash % 64 & 1) != 0 &&
           (Find(hash).flags & WordInfo::kMayBegin) != 0;
  }
  size_t bytes() const;

  // The key of a phrase that goes on with a word; begin with 0.
  static uint32_t PhraseKey(uint32_t key, uint32_t hash) {
    return static_cast<uint32_t>(text::Mix(uint64_t{key} << 32 | hash) >> 16);
  }

 private:
  static constexpr uint32_t kFilterBits = 1 << 14;

  std::vector<Word> words_;  // open addressing, a power of two, at most half full; hash 0: empty
  std::vector<Phrase> phrases_;  // likewise
  std::array<uint64_t, kFilterBits / 64> may_begin_{};
};

// A word as it is written, with all that is asked of it.
struct Form {
  uint64_t exact = 0;  // of its bytes
  uint32_t lower = 0;
  uint32_t shape = 0;        // "McDonald" -> "AaAaaaaa" with runs cut at four
  uint32_t short_shape = 0;  // "AaAa"
  uint32_t prefixes[4] = {};  // 0: too short
  uint32_t suffixes[4] = {};
  WordInfo word;
};

Form MakeForm(std::string_view text, const Token& token, const Lexicon& lexicon);

// --- Features. ---

class FeatureList {
 public:
  static constexpr uint32_t kCapacity = 160;

  void Clear() { size_ = 0; }
  void Add(uint32_t kind, uint64_t value) {
    uint64_t x = (value + kind * 0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93;
    x = (x ^ x >> 32) * 0xD6E8FEB86659FD93;
    hashes_[size_++] = static_cast<uint32_t>(x >> 32);
  }
  std::span<const uint32_t> hashes() const { return {hashes_, size_}; }

 private:
  uint32_t size_ = 0;
  uint32_t hashes_[kCapacity];
};

// Of the word `offset` tokens away, -2 to 2.
void AddFormFeatures(const Form& form, int offset, FeatureList& out);

// Of the word at -1, 0 or 1, joined with the tag before.
void AddHistoryFeatures(const Form& form, int offset, Tag previous, FeatureList& out);

// What the article has called a word so far.
struct Memory {
  uint8_t counts[kTypes + 1] = {};  // by type less 1; the last: O
  Tag last = kOutside;
  uint32_t hash = 0;
  uint32_t document = 0;
};

// All that is asked of a token but the forms alone.
struct TokenContext {
  const Form* forms[5] = {};  // at -2 .. 2
  Tag previous = kOutside;
  Tag before_previous = kOutside;
  bool first_word = false;
  uint8_t style = 0;  // of the sentence: 0 plain, 1 all capitals, 2 title case
  uint8_t run_length = 0;  // of capitalised tokens around it, at most 6; 0: in none
  uint8_t run_place = 0;
  const Form* run_first = nullptr;
  const Form* run_last = nullptr;
  const Form* before_run = nullptr;
  const Form* after_run = nullptr;
  uint8_t phrase_lists = 0;
  Place phrase_place = kSingle;
  uint8_t memory[3] = {};  // MemoryValue at -1, 0, 1
  Tag memory_tag = kOutside;
};

void AddContextFeatures(const TokenContext& context, FeatureList& out);

// --- A document as the tagger walks through it. ---

// Forms seen, each once; ids are indices.
class FormTable {
 public:
  static constexpr uint32_t kBeforeSentence = 0;
  static constexpr uint32_t kAfterSentence = 1;

  explicit FormTable(const Lexicon& lexicon);
  uint32_t Intern(std::string_view text, const Token& token);
  // Forgets all but the two outside of sentences.
  void Clear();
  const Form& operator[](uint32_t id) const { return forms_[id]; }
  uint32_t size() const { return static_cast<uint32_t>(forms_.size()); }

 private:
  void Insert(uint64_t key, uint32_t id);

  const Lexicon* lexicon_;
  std::vector<Form> forms_;
  std::vector<uint32_t> slots_;  // open addressing: id + 1; a power of two, at most half full
};

// Longer sentences are walked in pieces, so that scratch memory is bounded.
inline constexpr uint32_t kMaxPieceTokens = 1024;

// Walks one sentence, or a piece of it, at a time.
//
//   walk.BeginDocument(document.tokens.size());
//   for each piece { walk.Enter(document, sentence, piece);
//                    for each token i that MayBeName(i, previous)
//                    { walk.Context(i, previous, before, context); ... walk.Remember(i, tag); } }
class DocumentWalk {
 public:
  explicit DocumentWalk(const Lexicon& lexicon) : lexicon_(&lexicon), forms_(lexicon) {}

  void BeginDocument(size_t tokens);
  // `piece` lies within `sentence` and has at most kMaxPieceTokens.
  void Enter(const Document& document, const Sentence& sentence, Range piece);

  // False: the token is O, and nothing is asked.
  bool MayBeName(uint32_t token, Tag previous) const {
    return active_[token - piece_.begin] != 0 || IsOpen(previous);
  }
  void Context(uint32_t token, Tag previous, Tag before_previous, TokenContext& out);
  // Form ids at -2 .. 2.
  std::array<uint32_t, 5> FormIds(uint32_t token);
  void Remember(uint32_t token, Tag tag);

  const FormTable& forms() const { return forms_; }
  // Only before a piece is entered.
  void ForgetForms() { forms_.Clear(); }

 private:
  struct Run {
    uint32_t begin = 0;
    uint32_t end = 0;
  };
  struct PhrasePlace {
    uint8_t lists = 0;
    Place place = kSingle;
    uint8_t length = 0;
  };

  bool IsCapital(uint32_t token) const;
  uint32_t FormAt(int64_t token);
  void FindRuns();
  void FindPhrases();
  uint8_t MemoryValue(int64_t token) const;
  const Memory* FindMemory(uint32_t hash) const;

  const Lexicon* lexicon_;
  FormTable forms_;
  const Document* document_ = nullptr;
  const Sentence* sentence_ = nullptr;
  std::string_view text_;
  Range piece_;
  // By token of the piece.
  std::vector<uint8_t> active_;
  std::vector<uint32_t> form_ids_;
  std::vector<Run> runs_;
  std::vector<PhrasePlace> phrases_;
  // Of the document, by Token::hash; open addressing, a power of two. A slot of another document is
  // empty.
  std::vector<Memory> memory_;
  uint32_t document_number_ = 0;
  uint32_t memory_used_ = 0;
};

}  // namespace newsfeed::entities
