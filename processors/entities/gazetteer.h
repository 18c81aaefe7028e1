// Tables of known names, compiled for look-up by tokens.
//
//   auto gazetteer = Gazetteer::Create(files);
//   Match match = (*gazetteer)->Find(text, tokens.subspan(i));     longest name that begins at i
//
// A file is a tab-separated table; its format is told in config/gazetteer/README.md. Rows are names
// of entities (with type, links and aliases) or cues of the name grammar (given names, titles,
// "Corp."). All names are compiled into one hash trie over token hashes: flat arrays, about
// 40 bytes a token of a name. A hit is compared with the text, so no two words are confused.
// Filters of a bit a hash keep most words away from the trie, which is larger than a core's cache.
//
// Built once, immutable, shared by all threads. Views into it live as long as it does: what is
// published must be copied, as a reload replaces it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/attributes.h>
#include <absl/status/statusor.h>

#include "processors/article/article.h"
#include "processors/entities/tokenizer.h"

namespace newsfeed::entities {

// A file of the gazetteer: its name for messages, and its contents.
struct GazetteerFile {
  std::string name;
  std::string contents;
};

// What a word tells the name grammar; the rows of the table with these types.
enum Cue : uint16_t {
  kGivenName = 1,            // GIVEN_NAME: "Bernie"
  kTitle = 2,                // TITLE: "President", "Mr.", "spokesman"
  kOrganizationSuffix = 4,   // ORGANIZATION_SUFFIX: "Corp.", "University"
  kOrganizationHead = 8,     // ORGANIZATION_HEAD: "Ministry" (of)
  kLocationSuffix = 16,      // LOCATION_SUFFIX: "County", "River"
  kLocationHead = 32,        // LOCATION_HEAD: "Lake", "Mount"
  kNotName = 64,             // NOT_NAME: capitalised, but no part of a name: "The", "Monday"
  kParticle = 128,           // PARTICLE: "van", "bin": lower-case part of a surname
  kThing = 512,              // THING: "Cup", named after a person or place: "Stanley Cup"
  kSpeechVerb = 256,         // SPEECH_VERB: "said", beside the name of who speaks
};

// How a name must be written in the text to be taken for it. ’ and ' are the same in each.
enum class CaseRule : uint8_t {
  kCapital,  // capitals where the table has them, or more of them; "WHO" as it is
  kExact,    // as in the table
  kAny,      // any
};

// An entity of the table.
struct GazetteerEntry {
  std::string_view name;  // canonical
  EntityType type = EntityType::kMisc;
  bool watch = false;     // wins every overlap
  bool common = false;    // also an ordinary word or a given name: wants context
  bool city = false;      // a town: may be part of the name of a person or firm
  bool capital = false;   // capital of its country
  char country[3] = "";   // ISO 3166-1 alpha-2 of the country it lies in or is
  char region[4] = "";    // of a U.S. state, or of a city in one: "IL"
  uint32_t population = 0;
  uint32_t first_link = 0;
  uint32_t link_count = 0;
};

// One reading of a name.
struct Sense {
  uint32_t entry = 0;
  uint32_t surface_begin = 0;
  uint16_t surface_size = 0;
  CaseRule rule = CaseRule::kCapital;
};

// What begins at a token. There is one for each token of a text, so it is small.
struct Match {
  // Readings of the longest entity: places of the same name, else one. The case of each has been
  // checked.
  std::span<const Sense> senses() const { return {first_sense, sense_count}; }
  bool empty() const { return (tokens | title_tokens | cues) == 0; }

  const Sense* first_sense = nullptr;
  uint16_t sense_count = 0;
  // Length of the longest entity, in tokens; 0: none.
  uint8_t tokens = 0;
  // Length of the longest title, in tokens.
  uint8_t title_tokens = 0;
  // Cues of the first token alone. A word in lower case need not have those that ask for a capital
  // (all but titles, particles and verbs of speech).
  uint16_t cues = 0;
};
static_assert(sizeof(Match) == 16);

class Gazetteer {
 public:
  // Compiles the files. Of two rows with the same name, later files win over earlier ones; places
  // of the same name are all kept. Fails on a line that cannot be used: "cities.tsv:17: …".
  static absl::StatusOr<std::shared_ptr<const Gazetteer>> Create(
      std::span<const GazetteerFile> files);

  // The longest name at the head of `tokens`, which lie in `text`. With `exact_case` every name
  // must be written as in the table.
  Match Find(std::string_view text, std::span<const Token> tokens, bool exact_case) const
      ABSL_ATTRIBUTE_LIFETIME_BOUND;

  // Find at each of `tokens`: matches[i] is what begins at tokens[i]. `matches` is as long as
  // `tokens` and holds default values before the call.
  void FindAll(std::string_view text, std::span<const Token> tokens, bool exact_case,
               std::span<Match> matches) const;

  const GazetteerEntry& entry(uint32_t index) const { return entries_[index]; }
  std::span<const EntityLink> links(const GazetteerEntry& entry) const {
    return std::span(links_).subspan(entry.first_link, entry.link_count);
  }
  size_t size() const { return entries_.size(); }

  // "gazetteer-1f3a09bc": changes with any byte of the files.
  std::string_view model() const { return model_; }

  // Memory held.
  size_t bytes() const;

 private:
  friend class GazetteerBuilder;

  Gazetteer();

  // A prefix of names: keyed by the hash of its tokens' hashes.
  struct Node {
    uint64_t key = 0;  // 0: empty slot
    uint32_t first_sense = 0;
    uint16_t sense_count : 15 = 0;
    uint16_t goes_on : 1 = 0;  // a longer name begins with this one
    uint16_t cues = 0;
  };
  static_assert(sizeof(Node) == 16);

  // A set of hashes as one bit each: "no" is certain, "yes" is not. Small, so that what is asked of
  // every token stays in the first levels of the cache.
  class Filter {
   public:
    explicit Filter(uint32_t bits) : mask_(bits - 1), words_(bits / 64) {}
    void Add(uint32_t hash) { words_[(hash & mask_) / 64] |= uint64_t{1} << hash % 64; }
    bool Has(uint32_t hash) const { return (words_[(hash & mask_) / 64] >> hash % 64 & 1) != 0; }
    size_t bytes() const { return words_.capacity() * sizeof(words_[0]); }

   private:
    uint32_t mask_;  // bits - 1, a power of two less one
    std::vector<uint64_t> words_;
  };

  bool MayBegin(const Token& token) const {
    return IsUncapitalized(token) ? uncapitalized_firsts_.Has(token.hash) : firsts_.Has(token.hash);
  }
  static bool IsUncapitalized(const Token& token) {
    return token.letter_case == LetterCase::kLower || token.letter_case == LetterCase::kNone;
  }

  const Node* FindNode(uint64_t key) const;
  void Walk(std::string_view text, std::span<const Token> tokens, uint64_t state, bool exact_case,
            Match& match) const;
  std::span<const Sense> Accepted(std::string_view text, std::span<const Token> tokens,
                                  const Node& node, bool exact_case) const;
  bool Accepts(std::string_view text, std::span<const Token> tokens, const Sense& sense,
               bool exact_case) const;

  std::vector<GazetteerEntry> entries_;
  std::vector<EntityLink> links_;
  std::vector<Sense> senses_;
  std::vector<Node> nodes_;        // open addressing, a power of two, at most half full
  Filter firsts_;                  // first tokens of names and cues
  Filter uncapitalized_firsts_;    // of them, what may be written without a capital
  Filter longer_;                  // keys of nodes of two tokens or more
  std::string texts_;              // names, links, surfaces as "token token"
  std::string model_;
};

}  // namespace newsfeed::entities
