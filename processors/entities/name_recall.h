// Names that the document itself explains, beside surnames (NameMemory in name_grammar.h):
//
//   full names   BODY "Bernie Sanders won."        TITLE "[BERNIE SANDERS] WINS"
//   short forms  "Tollund Widget Corp. fell."      "[Tollund Widget] rose.", "[Tollund] shares"
//   acronyms     "the Global Rivers Forum said"    "the [GRF] left", without brackets around it
//
// Case says nothing in headlines, so there the grammar finds little; what the text names in full it
// may name there too. Linear in the text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "processors/entities/gazetteer.h"
#include "processors/entities/mention.h"

namespace newsfeed::entities {

class NameRecall {
 public:
  // Adds candidates to those that are resolved, in order, and acronyms to those that the text
  // explains in brackets.
  void Recall(Document& document, const Gazetteer& gazetteer, std::vector<Candidate>& candidates,
              std::vector<Acronym>& acronyms);

 private:
  // A name, by the hashes of its tokens.
  struct Known {
    Range tokens;
    uint32_t field = 0;
    EntityType type = EntityType::kPerson;
    Evidence evidence = Evidence::kTable;
    std::span<const Sense> senses;
  };

  void Learn(const Document& document, const Gazetteer& gazetteer,
             std::span<const Candidate> candidates);
  void Know(const Document& document, Range tokens, const Candidate& of);
  static bool MayStandAlone(const Document& document, const Gazetteer& gazetteer, Range core,
                            const Candidate& of);
  void FindNames(Document& document, std::vector<Candidate>& candidates);
  void FindIn(Document& document, const Sentence& sentence, std::vector<Candidate>& candidates);
  bool Stands(const Document& document, const Sentence& sentence, Range tokens,
              const Known& known) const;
  void ForgetWords(const Document& document);
  void ReadInitials(const Document& document, const Candidate& name);
  void LearnInitials(const Document& document, std::span<const Candidate> candidates);
  void FindAcronyms(const Document& document, std::span<const Candidate> candidates,
                    std::vector<Acronym>& acronyms);

  static uint64_t Bit(uint32_t hash) { return uint64_t{1} << hash % 64; }

  absl::flat_hash_map<uint64_t, Known> known_;       // by the hash of all tokens
  // Names of one token: token hash -> key in known_.
  absl::flat_hash_map<uint32_t, uint64_t> singles_;
  // Hash of initials -> candidate, or kAmbiguous.
  absl::flat_hash_map<uint32_t, uint32_t> long_forms_;
  uint64_t first_tokens_ = 0;                        // Bit of each first token
  uint32_t longest_ = 0;                             // in tokens
  std::string initials_;
};

}  // namespace newsfeed::entities
