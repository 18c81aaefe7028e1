// Which lines of a text or page are the article's, judged by a small trained model.
//
// Each line is described by what it says, how it is marked up and what stands around it (Feature);
// a sum of decision trees over these and the features of the lines beside it gives the odds that it
// belongs to the article. Weights: line_model_page.inc for pages, line_model_text.inc for plain
// text; made by training/train_lines.py, which tells on what.
//
// A LineModel is the scratch memory of one worker.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "processors/cleanup/line_rules.h"
#include "processors/cleanup/lines.h"

namespace newsfeed::cleanup {

// What is known of a line, beside its own markup. -1 stands for beyond the ends of the text.
enum Feature : uint16_t {
  kWordsFeature,          // up to 150
  kBytesFeature,          // up to 1000
  kLastFeature,           // class of the last character
  kFirstFeature,          // class of the first
  kCapitalsFeature,       // words that begin with a capital, percent
  kAllCapsFeature,
  kDigitsFeature,         // of its bytes, percent
  kCommasFeature,
  kSignsFeature,          // bits: 1 bar or bullet, 2 @ or ://, 4 copyright, 8 clock, 16 year
  kItemsFeature,          // of a list of labels
  kRuleFeature,           // the line rule whose words fit, 0 none
  kAnywhereFeature,       // that rule asks for no place
  kSeenBeforeFeature,     // lines before that are the same
  kSeenFeature,           // other lines that are the same
  kTitleShareFeature,     // of its words, those in the title, percent
  kIsTitleFeature,
  kIsStandfirstFeature,   // repeats the description; 2: its element says so
  kIsAuthorFeature,
  kFullFeature,           // a full paragraph
  kTagFeature,
  kLinkFeature,
  kStrongFeature,
  kInArticleFeature,
  kStructureFeature,      // bits: 1 list, 2 table, 4 quotation, 8 heading
  kBlockRuleFeature,      // the block rule around it, 0 none
  kDepthFeature,          // against that of most prose
  kParentProseFeature,    // of the page's prose, that in the parent block, percent
  kGrandparentProseFeature,
  kLookProseFeature,      // of the page's prose, that in blocks of this look, percent
  kLookLinesFeature,      // lines of this look, up to 100
  kIndexFeature,
  kFromEndFeature,
  kSinceFullFeature,      // lines since the last full paragraph
  kUntilFullFeature,
  kFullBeforeFeature,     // of the full paragraphs, those before it, percent
  kFullTotalFeature,
  kLinesTotalFeature,
  kSharedWordsFeature,    // of its longer words, those that full paragraphs hold, percent
  kJsonLdFeature,         // words that the text in JSON-LD holds in this order, percent; -1: none
  kJsonLdSizeFeature,     // that text against the page's full paragraphs, percent
  kHeadlineFeature,       // lines since the headline, below 0 before it; -100: none
  kParentLinesFeature,    // lines in the parent block
  kParentLinkFeature,     // mean link percent of them
  kGrandparentLinesFeature,
  kGrandparentLinkFeature,
  kNamesFeature,          // bits of LineRules::NameKinds, of its block
  kOuterNamesFeature,     // of the two around it
  kLookParentsFeature,    // full lines of this look a parent block, in tenths
  kFeatures,
};

// A tree's node: goes on at the next node where the feature of the line `at / kFeatures` lines
// further is at most `limit`, else `right` nodes further. A leaf has right == 0.
struct TreeNode {
  int16_t at = 0;  // at most kReach * kFeatures
  uint16_t right = 0;
  float limit = 0;  // of a leaf: its value
};

// A node as it is walked: on to the next and, above the limit, `further` nodes more; from a leaf
// (-1 and the least of limits) to itself.
struct TreeStep {
  int16_t at = 0;
  int16_t further = 0;
  float limit = 0;
};

// Where the sum of the trees so far is above `surely` or below `surely_not` the rest need not be
// asked: no line of the trainer's came to another end.
struct Checkpoint {
  float surely = 0;
  float surely_not = 0;
};
inline constexpr size_t kCheckpointTrees = 8;  // between two

struct Trees {
  std::span<const TreeNode> nodes;
  std::span<const uint16_t> firsts;
  std::span<const Checkpoint> checkpoints;
  std::span<const TreeStep> steps;  // of the nodes
  std::span<const uint8_t> depths;  // longest way down, of each group of kCheckpointTrees
};

struct LineModelContext {
  std::string_view title{};
  std::string_view standfirst{};
  std::span<const std::string_view> authors{};
  // The article's text as the page's JSON-LD gives it.
  std::string_view json_ld_body{};
  bool page = false;
};

class LineModel {
 public:
  // Lines beyond the ends that features reach.
  static constexpr int kReach = 3;

  explicit LineModel(const LineRules& rules);

  // Begins a text, then describes its lines in order: `words` as Look left them.
  void Begin(const LineModelContext& context, size_t lines);
  void Describe(const Line& line, const LineFacts& facts, std::span<const Word> words,
                const LineRules& rules, std::span<const uint16_t> candidates);
  // The same lines as a plain text, and beside another title: cheaper than to describe them again.
  void Retitle(std::string_view title, std::span<const Line> lines,
               std::span<const LineFacts> facts);
  // Forgets lines that have gone; the others need not be described again.
  template <typename Dropped>
  void Forget(Dropped dropped) {
    size_t kept = 0;
    for (size_t i = 0; i < lines_; ++i) {
      if (dropped(i)) continue;
      std::copy_n(Row(i), kFeatures, Row(kept));
      words_of_[kept++] = words_of_[i];
    }
    lines_ = kept;
    words_of_.resize(kept);
    rows_.resize((kept + 2 * kReach) * kFeatures);
    std::fill(rows_.end() - kReach * kFeatures, rows_.end(), -1.0F);
  }

  // Judges them; then odds(i) above 0 means that line i is the article's. Exact only between the
  // bounds of the checkpoints.
  void Judge(std::span<const Line> lines, std::span<const LineFacts> facts);

  float odds(size_t i) const { return odds_[i]; }
  // The features of line i, for training.
  std::span<const float> features(size_t i) const {
    return std::span(rows_).subspan((i + kReach) * kFeatures, kFeatures);
  }

 private:
  float* Row(size_t i) { return &rows_[(i + kReach) * kFeatures]; }
  void CountRepeats();
  void CountPlaces(std::span<const LineFacts> facts);
  void FindProse(std::span<const Line> lines, std::span<const LineFacts> facts);
  void CountMarkup(std::span<const Line> lines, std::span<const LineFacts> facts);
  void ReadTitle(std::string_view title);
  float TitleShare(Range words) const;
  void SumTrees(const Trees& trees);
  void ShareOdds(std::span<const Line> lines);
  void GuardAgainstTeasers(std::span<const Line> lines, std::span<const LineFacts> facts);
  bool IsProse(std::span<const Line> lines, std::span<const LineFacts> facts, size_t i);
  void DropIslands(std::span<const LineFacts> facts);
  void ReadJsonLd();
  float JsonLdShare(std::string_view line, std::span<const Word> words);
  void NumberBlocks(std::span<const Line> lines);
  void CountHeadline(std::span<const Line> lines);

  std::vector<uint8_t> rule_codes_;
  std::vector<float> rows_;
  std::vector<float> odds_;
  size_t lines_ = 0;
  LineModelContext context_;
  // Words by half of their hash, sorted; title_bits_: by their first bits.
  std::vector<uint32_t> title_words_;
  uint64_t title_bits_ = 0;
  uint64_t title_key_ = 0;
  uint64_t standfirst_key_ = 0;
  std::vector<uint64_t> author_keys_;
  std::vector<Word> scratch_;
  // All words of a line by half of their hash, and the slots of the longer ones in held_words_.
  struct LineWords {
    Range all;
    Range longer;
    uint64_t text = 0;  // hash
  };
  std::vector<LineWords> words_of_;
  std::vector<uint32_t> all_words_;
  std::vector<uint16_t> long_words_;
  // Of full paragraphs.
  std::vector<uint16_t> held_words_;
  // Slots of three words in a row in the text of JSON-LD.
  std::vector<uint8_t> json_ld_;
  std::vector<uint32_t> json_ld_slots_;
  size_t json_ld_words_ = 0;
  struct BlockFacts {
    uint32_t lines = 0;
    uint32_t link = 0;
    uint32_t prose = 0;

    void Add(uint8_t link_percent) {
      ++lines;
      link += link_percent;
    }
  };
  struct LookFacts {
    uint32_t lines = 0;
    uint32_t full = 0;
    uint32_t parents = 0;  // with full lines of this look
    uint32_t prose = 0;
  };
  // Of a line, by number.
  struct Place {
    uint32_t look = 0;
    uint32_t parent = 0;
    uint32_t grandparent = 0;
  };
  // Lines of one look, in blocks of as many lines.
  struct Alike {
    uint32_t lines = 0;
    float odds = 0;  // their sum

    void Add(float line_odds) {
      ++lines;
      odds += line_odds;
    }
  };
  std::vector<Alike> alike_;
  std::vector<uint32_t> group_of_;
  std::vector<BlockFacts> blocks_;
  std::vector<LookFacts> looks_;
  std::vector<Place> places_;
  std::vector<uint8_t> prose_;
  absl::flat_hash_map<uint64_t, uint32_t> block_numbers_;
  absl::flat_hash_map<uint64_t, uint32_t> look_numbers_;
  absl::flat_hash_set<uint64_t> look_parents_;
  absl::flat_hash_map<uint64_t, uint32_t> counts_;
  std::vector<uint32_t> repeats_;
  std::vector<uint32_t> first_of_;
};

}  // namespace newsfeed::cleanup
