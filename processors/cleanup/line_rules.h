// Rules that tell lines of furniture from lines of the article, loaded from config/cleanup.
//
// Compiled once and shared by all workers; immutable. Phrases are looked up by hash: the cost of a
// line does not depend on the number of rules.
//
//   auto rules = LineRules::Create(config);
//   LineFacts facts = (*rules)->Look("Read more: Who is next", scratch, candidates);
//
// `candidates` then holds the patterns that fit what the line says; where it stands is judged by
// furniture.h.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include "newsfeed/config/v1/cleanup_rules.pb.h"
#include "processors/article/article.h"
#include "processors/cleanup/words.h"
#include "processors/text/hash.h"

namespace newsfeed::cleanup {

// What names of elements hint at (LineRules.NameKind), in the order of their bits.
inline constexpr std::array<std::string_view, 8> kNameKinds = {
    "heading", "date", "caption", "teaser", "box", "text", "quote", "intro"};

// Index into the rules for lines, then those for blocks.
using RuleIndex = uint8_t;

// What a line is, wherever it stands.
struct LineFacts {
  // Of a script without blanks as many as would say it with blanks: WordCounts::even.
  uint32_t words = 0;
  // As CountWords counts them.
  uint32_t counted_words = 0;
  bool ends_sentence = false;
  // A full paragraph: text, not furniture, unless a rule knows better.
  bool full = false;
  bool all_caps = false;
  bool title_case = false;
  // Items of a list of short items ("Home | World | Sport"); 0 if it is none.
  uint32_t items = 0;
  // See FoldedKey. 0 for lines too long to be furniture.
  uint64_t key = 0;
  // Patterns that fit, into the vector handed to Look.
  Range candidates;
};

// Rules that are on.
class RuleSet {
 public:
  RuleSet() { on_.set(); }
  void SwitchOff(RuleIndex rule) { on_.reset(rule); }
  bool Has(RuleIndex rule) const { return on_[rule]; }

 private:
  std::bitset<256> on_;
};

class LineRules {
 public:
  // Longer lines are never furniture.
  static constexpr size_t kMaxFurnitureBytes = 1000;
  static constexpr uint32_t kMaxFurnitureWords = 120;
  // Lines of more words are no title, name or link: their shape is not looked at, they have no key.
  static constexpr uint32_t kMaxKeyWords = 40;
  static constexpr size_t kMaxRules = 64;  // for lines; as many for blocks
  static constexpr size_t kMaxConsentPhrases = 1024;

  // A pattern, compiled. `places` and `follows` are sets of bits.
  struct Pattern {
    RuleIndex rule = 0;
    bool has_phrases = false;
    bool no_final_stop = false;
    bool all_caps = false;
    bool title_case = false;
    uint8_t places = 0;  // 1 << Place; 0: anywhere
    config::v1::LineRules::Field equals = config::v1::LineRules::NO_FIELD;
    uint32_t min_words = 1;
    uint32_t max_words = 30;
    uint32_t max_share_percent = 100;
    uint32_t min_items = 0;
    uint32_t only = 0;   // 1 << word list
    uint32_t needs = 0;  // 1 << word list
    uint64_t follows = 0;  // 1 << RuleIndex

    bool anywhere() const {
      return places == 0 && follows == 0 && max_share_percent == 100 &&
             equals == config::v1::LineRules::NO_FIELD;
    }
  };

  // Fails on a rule that cannot be used; the message names the rule.
  static absl::StatusOr<std::shared_ptr<const LineRules>> Create(
      const config::v1::LineRules& config);

  // Looks at one line; appends the patterns whose words and shape fit to `candidates`, in the order
  // of the rules.
  LineFacts Look(std::string_view line, std::vector<Word>& scratch,
                 std::vector<uint16_t>& candidates) const;

  const Pattern& pattern(uint16_t index) const { return patterns_[index]; }

  // Name of a rule, for lines or blocks; lives as long as the process.
  std::string_view name(RuleIndex rule) const { return names_[rule]; }
  std::span<const std::string_view> names() const { return names_; }

  // The block rule for an element, -1 if none. `name_words` are its class, id and role.
  int BlockByTag(std::string_view tag) const;
  int BlockByWords(std::span<const Word> name_words) const;
  // True for a block rule that removes however much text the element holds.
  bool IsAlways(RuleIndex rule) const { return always_[rule]; }
  // True if the words name the element that holds the article.
  bool IsContainer(std::span<const Word> name_words) const;
  // What they hint at: bits by kNameKinds.
  uint8_t NameKinds(std::span<const Word> name_words) const;
  // How many of the phrases of notices about cookies stand in a text.
  size_t CountConsentPhrases(std::span<const Word> words) const;
  // True if they name a standfirst.
  bool IsStandfirst(std::span<const Word> name_words) const;

 private:
  LineRules() = default;

  // Of the phrases of a kind, by hash: the words that they begin with, most words begin none; all
  // their beginnings, where none goes on, neither does the search; and they themselves.
  struct Beginnings {
    std::bitset<16384> words;
    std::bitset<65536> beginnings;
    std::bitset<65536> phrases;

    void Add(std::span<const Word> phrase);
    bool Has(const Word& word) const;
  };

  absl::Status AddRules(const config::v1::LineRules& config);
  absl::Status AddBlocks(const config::v1::LineRules& config);
  absl::Status AddNames(const google::protobuf::RepeatedPtrField<std::string>& names,
                        std::string_view list, absl::flat_hash_map<uint64_t, bool>& held);
  absl::Status AddPattern(const config::v1::LineRules::Pattern& pattern, RuleIndex rule);
  absl::Status AddPhrases(const google::protobuf::RepeatedPtrField<std::string>& phrases,
                          uint64_t kind, uint16_t pattern);
  absl::StatusOr<uint32_t> Lists(
      const google::protobuf::RepeatedPtrField<std::string>& names) const;
  void FindPhrases(std::span<const Word> words, std::vector<uint16_t>& found) const;
  template <typename Iterator>
  bool FindAt(Iterator word, Iterator end, const Beginnings& known, uint64_t kind,
              std::vector<uint16_t>& found) const;
  void Collect(uint64_t phrase, uint64_t kind, std::vector<uint16_t>& found) const;
  uint32_t ListsOf(uint64_t word) const;
  bool Fits(const Pattern& pattern, const LineFacts& facts, std::span<const Word> words,
            uint32_t first_lists) const;
  uint32_t ListsOfFirst(std::span<const Word> words) const;

  std::vector<std::string_view> names_;
  size_t line_rules_ = 0;
  std::vector<Pattern> patterns_;
  std::vector<uint16_t> without_phrases_;
  absl::flat_hash_map<uint64_t, std::vector<uint16_t>> phrases_;
  Beginnings starts_;     // and whole lines
  Beginnings contained_;
  Beginnings ends_;       // from the last word on

  absl::flat_hash_map<std::string, uint32_t, text::StringHash, std::equal_to<>> list_bits_;
  absl::flat_hash_map<uint64_t, uint32_t> listed_words_;

  absl::flat_hash_map<std::string, RuleIndex, text::StringHash, std::equal_to<>> block_tags_;
  absl::flat_hash_map<uint64_t, RuleIndex> block_words_;
  absl::flat_hash_map<uint64_t, bool> container_words_;
  absl::flat_hash_map<uint64_t, bool> standfirst_words_;
  absl::flat_hash_map<uint64_t, uint8_t> kind_words_;
  absl::flat_hash_map<uint64_t, uint16_t> consent_phrases_;
  std::bitset<256> always_;
};

}  // namespace newsfeed::cleanup
