#include "processors/cleanup/line_model.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>

#include "processors/text/hash.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

namespace page {
#include "processors/cleanup/line_model_page.inc"
}  // namespace page
namespace plain {
#include "processors/cleanup/line_model_text.inc"
}  // namespace plain

// The rules that the model was trained with, by name: others are 0 to it.
constexpr std::array<std::string_view, 40> kKnownRules = {
    "",          "headline",   "section-label", "navigation", "share-bar",     "advertisement",
    "consent",   "newsletter", "related",       "related-list", "caption",     "byline",
    "date-line", "link-line",  "market-data",   "copyright",  "agency-credit", "terms",
    "comments",  "tags",       "form",          "embed",      "aside",         "footer",
    "hidden",    "script"};

constexpr size_t kMaxWords = 150;
constexpr size_t kMaxBytes = 1000;
// Bytes of a line that are looked at one by one.
constexpr size_t kLookedAtBytes = 400;
// Shorter words say little.
constexpr uint32_t kLongWord = 5;
constexpr size_t kSlots = size_t{1} << 14;
// Lines between two pieces of text that make them two, and a quarter of the words of the greatest
// is what a piece must have.
constexpr size_t kIslandGap = 8;

// A paragraph with more of its bytes in links leads elsewhere; a heading with so much does.
constexpr uint8_t kMostLinkPercent = 25;
constexpr uint8_t kLinkHeadingPercent = 80;
constexpr size_t kFewestTeasers = 3;
constexpr uint8_t kTeaserLinkPercent = 15;
constexpr float kNever = -10.0F;
// From here on a line of a page is prose whatever stands around it.
constexpr float kSurelyProse = 3.0F;
// What a line counts for among those of its look, at most; and what is a link.
constexpr float kMostSharedOdds = 4.0F;
constexpr uint8_t kMostlyLinkPercent = 50;
// A shorter text in JSON-LD is none.
constexpr size_t kMinJsonLdBytes = 200;
constexpr size_t kJsonLdSlots = size_t{1} << 17;

uint32_t TripleSlot(const Word& a, const Word& b, const Word& c) {
  return static_cast<uint32_t>(Extend(Extend(a.hash, b.hash), c.hash) >> 47);
}

uint16_t SlotOf(uint64_t word) { return static_cast<uint16_t>(word >> 50); }
uint32_t HalfOf(uint64_t word) { return static_cast<uint32_t>(word >> 32); }
size_t TitleBit(uint32_t half) { return half >> 26; }

// What titles are compared by: a word; in scripts without blanks, whose letters are words, a letter
// and the one before it.
uint64_t TermOf(const Word& word, uint64_t& before) {
  if (!word.unspaced()) {
    before = 0;
    return word.hash;
  }
  const uint64_t term = before == 0 ? word.hash : Extend(before, word.hash);
  before = word.hash;
  return term;
}

float Percent(uint64_t part, uint64_t all) {
  return all == 0 ? 0.0F : static_cast<float>(std::min<uint64_t>(part * 100 / all, 100));
}

enum CharClass : uint8_t {
  kNoClass, kSmallLetter, kCapitalLetter, kDigitClass, kQuoteClass, kStopClass, kQuestionClass,
  kColonClass, kCommaClass, kEllipsisClass, kDashClass, kParenClass, kOtherSign, kWideLetter,
};

CharClass ClassOf(char32_t c) {
  if (c >= 'a' && c <= 'z') return kSmallLetter;
  if (c >= 'A' && c <= 'Z') return kCapitalLetter;
  if (c >= '0' && c <= '9') return kDigitClass;
  switch (c) {
    case '.':
    case 0x3002:
    case 0x0964:
    case '!': return kStopClass;
    case '?':
    case 0xFF1F: return kQuestionClass;
    case ':':
    case 0xFF1A: return kColonClass;
    case ',':
    case ';': return kCommaClass;
    case 0x2026: return kEllipsisClass;
    case '-':
    case '*':
    case '>':
    case 0x2013:
    case 0x2014:
    case 0x2022: return kDashClass;
    case '(':
    case ')':
    case '[':
    case ']': return kParenClass;
    case '"':
    case '\'':
    case 0xAB:
    case 0xBB:
    case 0x2018:
    case 0x2019:
    case 0x201A:
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x300C:
    case 0x300D: return kQuoteClass;
    default: return c < 0x80 ? kOtherSign : kWideLetter;
  }
}

CharClass FirstClass(std::string_view line) { return ClassOf(text::Decode(line).value); }

CharClass LastClass(std::string_view line) {
  size_t begin = line.size() - 1;
  while (begin > 0 && !text::IsBoundary(line, begin)) --begin;
  return ClassOf(text::Decode(line.substr(begin)).value);
}

// Bits of kSignsFeature and counts of digits and commas.
struct Signs {
  uint32_t bits = 0;
  uint32_t digits = 0;
  uint32_t commas = 0;
};

// Bytes that CountSigns has nothing to say about, but that they end a number.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t c = 0; c < 256; ++c) {
    plain[c] = !(c >= '0' && c <= '9') && c != ':' && c != '.' && c != 'h' && c != ',' &&
               c != '|' && c != '@' && c != 0xC2 && c != 0xE2;
  }
  return plain;
}();

// Nodes to be walked without a branch: which way a line goes cannot be foretold.
template <size_t size>
constexpr auto StepsOf(const TreeNode (&nodes)[size]) {
  std::array<TreeStep, size> steps{};
  for (size_t i = 0; i < size; ++i) {
    const bool leaf = nodes[i].right == 0;
    steps[i] = {nodes[i].at, static_cast<int16_t>(nodes[i].right - 1),
                leaf ? -std::numeric_limits<float>::infinity() : nodes[i].limit};
  }
  return steps;
}
constexpr auto kPageSteps = StepsOf(page::kNodes);
constexpr auto kPlainSteps = StepsOf(plain::kNodes);

// The longest way from root to leaf in each group of kCheckpointTrees trees.
template <size_t nodes, size_t trees>
constexpr auto DepthsOf(const TreeNode (&node)[nodes], const uint16_t (&firsts)[trees]) {
  std::array<uint8_t, nodes> depth{};
  std::array<uint8_t, (trees + kCheckpointTrees - 1) / kCheckpointTrees> most{};
  for (size_t tree = 0; tree < trees; ++tree) {
    const size_t end = tree + 1 < trees ? firsts[tree + 1] : nodes;
    uint8_t& longest = most[tree / kCheckpointTrees];
    for (size_t i = firsts[tree]; i < end; ++i) {
      longest = std::max(longest, depth[i]);
      if (node[i].right == 0) continue;
      depth[i + 1] = depth[i + node[i].right] = static_cast<uint8_t>(depth[i] + 1);
    }
  }
  return most;
}
constexpr auto kPageDepths = DepthsOf(page::kNodes, page::kTrees);
constexpr auto kPlainDepths = DepthsOf(plain::kNodes, plain::kTrees);

const TreeStep* Next(const TreeStep* step, const float* row) {
  const ptrdiff_t beyond = -static_cast<ptrdiff_t>(row[step->at] > step->limit);
  return step + 1 + (step->further & beyond);
}

// Walks down several trees in step, so that one need not wait for another, and adds their values in
// the order of the trees.
template <size_t... tree>
float SumOf(const Trees& trees, size_t first, int depth, const float* row, float sum,
            std::index_sequence<tree...>) {
  const TreeStep* const steps = trees.steps.data();
  const TreeStep* at[] = {steps + trees.firsts[first + tree]...};
  for (; depth > 0; --depth) ((at[tree] = Next(at[tree], row)), ...);
  ((sum += trees.nodes[static_cast<size_t>(at[tree] - steps)].limit), ...);
  return sum;
}

// Sixteen bytes of which each is compared at once: the compiler's vectors.
using Bytes [[gnu::vector_size(16)]] = uint8_t;

bool IsAny(Bytes mask) {
  uint64_t halves[2];
  std::memcpy(halves, &mask, sizeof(halves));
  return (halves[0] | halves[1]) != 0;
}

// Bytes from `at` on, in steps of sixteen, that hold nothing but letters and commas for CountSigns.
size_t SkipLetters(std::string_view line, size_t at, size_t size, uint32_t& commas) {
  Bytes counts{};
  for (; at + 16 <= size; at += 16) {
    Bytes bytes;
    std::memcpy(&bytes, line.data() + at, sizeof(bytes));
    const auto digits = static_cast<Bytes>(static_cast<Bytes>(bytes - '0') < 10);
    const auto signs = static_cast<Bytes>((bytes == '|') | (bytes == '@') | (bytes == ':') |
                                          (bytes == 0xC2) | (bytes == 0xE2));
    if (IsAny(digits | signs)) break;
    counts -= static_cast<Bytes>(bytes == ',');
  }
  for (size_t i = 0; i < sizeof(counts); ++i) commas += counts[i];
  return at;
}

Signs CountSigns(std::string_view line) {
  Signs signs;
  uint32_t run = 0;  // digits before
  const size_t size = std::min(line.size(), kLookedAtBytes);
  size_t stop = 0;  // nothing to skip before
  for (size_t i = 0; i < size; ++i) {
    if (run == 0 && i >= stop) {
      i = SkipLetters(line, i, size, signs.commas);
      if (i >= size) break;
      stop = i + 16;
    }
    const unsigned char c = static_cast<unsigned char>(line[i]);
    if (kPlain[c]) {
      run = 0;
      continue;
    }
    if (c >= '0' && c <= '9') {
      ++signs.digits;
      ++run;
      if (run == 4 && (line[i - 3] == '1' || line[i - 3] == '2')) signs.bits |= 16;
      continue;
    }
    const bool clock = (c == ':' || c == '.' || c == 'h') && run >= 1 && run <= 2 && i + 2 < size &&
                       line[i + 1] >= '0' && line[i + 1] <= '5';
    if (clock) signs.bits |= 8;
    run = 0;
    if (c == ',') ++signs.commas;
    if (c == '|') signs.bits |= 1;
    if (c == '@') signs.bits |= 2;
    if (c == ':' && line.substr(i, 3) == "://") signs.bits |= 2;
    if (c == 0xC2 && i + 1 < size) {
      const unsigned char next = static_cast<unsigned char>(line[i + 1]);
      if (next == 0xA9) signs.bits |= 4;
      if (next == 0xB7) signs.bits |= 1;
    }
    if (c == 0xE2 && line.substr(i, 3) == "\u2022") signs.bits |= 1;
  }
  return signs;
}

}  // namespace

LineModel::LineModel(const LineRules& rules) {
  for (const std::string_view name : rules.names()) {
    const auto found = std::ranges::find(kKnownRules, name);
    rule_codes_.push_back(found == kKnownRules.end()
                              ? uint8_t{0}
                              : static_cast<uint8_t>(found - kKnownRules.begin()));
  }
  held_words_.assign(kSlots, 0);
}

void LineModel::Begin(const LineModelContext& context, size_t lines) {
  context_ = context;
  lines_ = 0;
  rows_.assign((lines + 2 * kReach) * kFeatures, -1.0F);
  ReadTitle(context.title);
  standfirst_key_ = FoldedKey(context.standfirst, scratch_);
  author_keys_.clear();
  for (const std::string_view author : context.authors) {
    author_keys_.push_back(FoldedKey(author, scratch_));
  }
  ReadJsonLd();
  for (const uint16_t slot : long_words_) held_words_[slot] = 0;
  long_words_.clear();
  all_words_.clear();
  words_of_.clear();
}

void LineModel::ReadTitle(std::string_view title) {
  title_words_.clear();
  title_bits_ = 0;
  ReadWords(title, scratch_);
  uint64_t before = 0;
  for (const Word& word : scratch_) {
    const uint32_t half = HalfOf(TermOf(word, before));
    title_words_.push_back(half);
    title_bits_ |= uint64_t{1} << TitleBit(half);
  }
  std::ranges::sort(title_words_);
  title_key_ = FoldedKey(scratch_);
}

float LineModel::TitleShare(Range words) const {
  uint32_t in_title = 0;
  if (title_bits_ == 0) return 0;
  for (uint32_t w = words.begin; w < words.end; ++w) {
    const uint32_t half = all_words_[w];
    if ((title_bits_ >> TitleBit(half) & 1) == 0) continue;
    in_title += std::ranges::binary_search(title_words_, half) ? 1 : 0;
  }
  return Percent(in_title, words.size());
}

void LineModel::Retitle(std::string_view title, std::span<const Line> lines,
                        std::span<const LineFacts> facts) {
  const bool was_page = context_.page;
  const bool same_title = context_.title == title;
  if (same_title && !was_page) return;
  context_ = {.title = title};
  standfirst_key_ = 0;
  author_keys_.clear();
  if (!same_title) ReadTitle(title);
  for (size_t i = 0; i < lines_; ++i) {
    float* const row = Row(i);
    if (!same_title) {
      row[kTitleShareFeature] = TitleShare(words_of_[i].all);
      row[kIsTitleFeature] = facts[i].key != 0 && facts[i].key == title_key_ ? 1.0F : 0.0F;
    }
    row[kIsStandfirstFeature] = lines[i].markup.is_standfirst ? 2.0F : 0.0F;
    row[kIsAuthorFeature] = 0;
  }
}

void LineModel::Describe(const Line& line, const LineFacts& facts, std::span<const Word> words,
                         const LineRules& rules, std::span<const uint16_t> candidates) {
  float* const row = Row(lines_++);
  const auto set = [row](Feature feature, auto value) { row[feature] = static_cast<float>(value); };
  LineWords& own = words_of_.emplace_back();
  own.text = text::Hash(line.text);
  uint32_t capitals = 0;
  uint64_t before = 0;  // a letter of a script without blanks
  uint32_t all = own.all.begin = static_cast<uint32_t>(all_words_.size());
  uint32_t longer = own.longer.begin = static_cast<uint32_t>(long_words_.size());
  all_words_.resize(all + words.size());
  long_words_.resize(longer + words.size());
  for (const Word& word : words) {
    const uint32_t counts = word.symbol ? 0 : 1;
    capitals += counts & static_cast<uint32_t>(word.capital);
    all_words_[all] = HalfOf(TermOf(word, before));
    long_words_[longer] = SlotOf(word.hash);
    all += counts;
    longer += counts & static_cast<uint32_t>(word.length >= kLongWord);
  }
  own.all.end = all;
  own.longer.end = longer;
  all_words_.resize(all);
  long_words_.resize(longer);
  const Signs signs = CountSigns(line.text);
  set(kWordsFeature, std::min<size_t>(facts.counted_words, kMaxWords));
  set(kBytesFeature, std::min(line.text.size(), kMaxBytes));
  set(kLastFeature, facts.ends_sentence ? kStopClass : LastClass(line.text));
  set(kFirstFeature, FirstClass(line.text));
  set(kCapitalsFeature, Percent(capitals, own.all.size()));
  set(kAllCapsFeature, facts.all_caps);
  set(kDigitsFeature, Percent(signs.digits, std::min(line.text.size(), kLookedAtBytes)));
  set(kCommasFeature, std::min(signs.commas, uint32_t{20}));
  set(kSignsFeature, signs.bits);
  set(kItemsFeature, std::min(facts.items, uint32_t{20}));
  uint8_t rule = 0;
  bool anywhere = false;
  for (const uint16_t candidate : candidates) {
    const LineRules::Pattern& pattern = rules.pattern(candidate);
    if (pattern.equals != config::v1::LineRules::NO_FIELD) continue;
    if (!pattern.has_phrases && pattern.only == 0 && pattern.min_items == 0) continue;
    if (rule == 0 || (pattern.anywhere() && !anywhere)) rule = rule_codes_[pattern.rule];
    anywhere = anywhere || pattern.anywhere();
  }
  set(kRuleFeature, rule);
  set(kAnywhereFeature, anywhere);
  set(kTitleShareFeature, TitleShare(own.all));
  set(kIsTitleFeature, facts.key != 0 && facts.key == title_key_);
  set(kIsStandfirstFeature,
      line.markup.is_standfirst ? 2 : (facts.key != 0 && facts.key == standfirst_key_ ? 1 : 0));
  set(kIsAuthorFeature,
      facts.key != 0 && std::ranges::find(author_keys_, facts.key) != author_keys_.end());
  set(kFullFeature, facts.full);
  if (!context_.page) return;
  set(kJsonLdFeature, JsonLdShare(line.text, words));
  const LineMarkup& markup = line.markup;
  set(kTagFeature, markup.tag);
  set(kLinkFeature, markup.link_percent);
  set(kStrongFeature, markup.strong_percent);
  set(kInArticleFeature, markup.in_article);
  set(kStructureFeature, (markup.in_list ? 1 : 0) + (markup.in_table ? 2 : 0) +
                             (markup.in_quote ? 4 : 0) + (markup.in_heading ? 8 : 0));
  set(kNamesFeature, markup.names);
  set(kOuterNamesFeature, markup.outer_names);
  set(kBlockRuleFeature, markup.rule == 0 ? 0 : rule_codes_[markup.rule - 1]);
}

void LineModel::ReadJsonLd() {
  for (const uint32_t slot : json_ld_slots_) json_ld_[slot] = 0;
  json_ld_slots_.clear();
  json_ld_words_ = 0;
  if (context_.json_ld_body.size() < kMinJsonLdBytes) return;
  json_ld_.resize(kJsonLdSlots, 0);
  ReadWords(context_.json_ld_body, scratch_);
  json_ld_words_ = scratch_.size();
  for (size_t i = 2; i < scratch_.size(); ++i) {
    const uint32_t slot = TripleSlot(scratch_[i - 2], scratch_[i - 1], scratch_[i]);
    json_ld_[slot] = 1;
    json_ld_slots_.push_back(slot);
  }
}

float LineModel::JsonLdShare(std::string_view line, std::span<const Word> words) {
  if (json_ld_words_ == 0) return -1.0F;
  if (words.empty()) {
    ReadWords(line, scratch_);
    words = scratch_;
  }
  if (words.size() < 3) return -1.0F;
  size_t held = 0;
  for (size_t i = 2; i < words.size(); ++i) {
    held += json_ld_[TripleSlot(words[i - 2], words[i - 1], words[i])];
  }
  return Percent(held, words.size() - 2);
}

void LineModel::CountHeadline(std::span<const Line> lines) {
  // Where no line repeats the title, an h1 stands for it: of a page alone, whose lines are judged as a
  // plain text next, and shall be judged as they would be if they came as one.
  bool repeats = false;
  for (size_t i = 0; i < lines_; ++i) repeats = repeats || Row(i)[kIsTitleFeature] > 0;
  const auto is_headline = [&](size_t i) {
    return repeats ? Row(i)[kIsTitleFeature] > 0 : context_.page && lines[i].markup.tag == 2;
  };
  size_t first = lines_;
  for (size_t i = 0; i < lines_ && first == lines_; ++i) first = is_headline(i) ? i : first;
  size_t last = first;
  for (size_t i = 0; i < lines_; ++i) {
    if (is_headline(i)) last = i;
    const float distance = first == lines_ ? -100.0F
                           : i < first     ? -std::min(static_cast<float>(first - i), 50.0F)
                                           : std::min(static_cast<float>(i - last), 100.0F);
    Row(i)[kHeadlineFeature] = distance;
  }
}

void LineModel::CountRepeats() {
  // The first line of each text counts for all of them.
  counts_.clear();
  repeats_.assign(lines_, 0);
  first_of_.resize(lines_);
  for (size_t i = 0; i < lines_; ++i) {
    const uint32_t first =
        counts_.try_emplace(words_of_[i].text, static_cast<uint32_t>(i)).first->second;
    first_of_[i] = first;
    Row(i)[kSeenBeforeFeature] = static_cast<float>(std::min(repeats_[first]++, uint32_t{5}));
  }
  for (size_t i = 0; i < lines_; ++i) {
    Row(i)[kSeenFeature] = static_cast<float>(std::min(repeats_[first_of_[i]] - 1, uint32_t{5}));
  }
}

void LineModel::CountPlaces(std::span<const LineFacts> facts) {
  constexpr size_t kFar = 50;
  size_t full = 0;
  for (const uint16_t slot : long_words_) held_words_[slot] = 0;
  for (size_t i = 0; i < lines_; ++i) {
    if (!facts[i].full) continue;
    ++full;
    for (uint32_t w = words_of_[i].longer.begin; w < words_of_[i].longer.end; ++w) {
      uint16_t& held = held_words_[long_words_[w]];
      if (held < UINT16_MAX) ++held;
    }
  }
  size_t before = 0;
  size_t since = kFar;
  for (size_t i = 0; i < lines_; ++i) {
    float* const row = Row(i);
    row[kIndexFeature] = static_cast<float>(std::min<size_t>(i, 300));
    row[kFromEndFeature] = static_cast<float>(std::min<size_t>(lines_ - 1 - i, 300));
    row[kSinceFullFeature] = static_cast<float>(since);
    row[kFullBeforeFeature] = Percent(before, full);
    row[kFullTotalFeature] = static_cast<float>(std::min<size_t>(full, 100));
    row[kLinesTotalFeature] = static_cast<float>(std::min<size_t>(lines_, 1000));
    const uint32_t own = facts[i].full ? 1 : 0;
    uint32_t shared = 0;
    const Range longer = words_of_[i].longer;
    for (uint32_t w = longer.begin; w < longer.end; ++w) {
      shared += held_words_[long_words_[w]] > own ? 1 : 0;
    }
    row[kSharedWordsFeature] = longer.empty() ? -1.0F : Percent(shared, longer.size());
    since = facts[i].full ? 0 : std::min(since + 1, kFar);
    before += facts[i].full ? 1 : 0;
  }
  size_t until = kFar;
  for (size_t i = lines_; i > 0; --i) {
    Row(i - 1)[kUntilFullFeature] = static_cast<float>(until);
    until = facts[i - 1].full ? 0 : std::min(until + 1, kFar);
  }
}

// A full paragraph that may be the article's: no link to another, nor the teaser below one, and not
// repeated on the page.
bool LineModel::IsProse(std::span<const Line> lines, std::span<const LineFacts> facts, size_t i) {
  if (!facts[i].full || lines[i].markup.link_percent > kMostLinkPercent ||
      Row(i)[kSeenFeature] > 0) {
    return false;
  }
  if (i == 0) return true;
  const LineMarkup& before = lines[i - 1].markup;
  return !(before.in_heading && before.link_percent >= kLinkHeadingPercent);
}

// Numbers blocks and looks in the order of the lines, so that each is looked up once a line at
// most.
void LineModel::NumberBlocks(std::span<const Line> lines) {
  block_numbers_.clear();
  look_numbers_.clear();
  blocks_.clear();
  looks_.clear();
  places_.resize(lines_);
  const auto number = [](auto& numbers, uint64_t key, auto& facts) {
    const auto [it, added] = numbers.try_emplace(key, static_cast<uint32_t>(facts.size()));
    if (added) facts.emplace_back();
    return it->second;
  };
  for (size_t i = 0; i < lines_; ++i) {
    const LineMarkup& markup = lines[i].markup;
    const LineMarkup* before = i > 0 ? &lines[i - 1].markup : nullptr;
    Place& place = places_[i];
    if (before != nullptr) place = places_[i - 1];
    if (before == nullptr || before->look != markup.look) {
      place.look = number(look_numbers_, markup.look, looks_);
    }
    if (before == nullptr || before->parent != markup.parent) {
      place.parent = number(block_numbers_, markup.parent, blocks_);
    }
    if (before == nullptr || before->grandparent != markup.grandparent) {
      place.grandparent = number(block_numbers_, markup.grandparent, blocks_);
    }
  }
}

// Teasers stand above the headline; where most prose does, it is no headline.
void LineModel::FindProse(std::span<const Line> lines, std::span<const LineFacts> facts) {
  uint64_t above_bytes = 0;
  uint64_t below_bytes = 0;
  prose_.resize(lines_);
  for (size_t i = 0; i < lines_; ++i) {
    prose_[i] = IsProse(lines, facts, i) ? 1 : 0;
    if (prose_[i] == 0) continue;
    (Row(i)[kHeadlineFeature] < 0 ? above_bytes : below_bytes) += lines[i].text.size();
  }
  if (below_bytes * 3 <= above_bytes) return;
  for (size_t i = 0; i < lines_; ++i) {
    if (Row(i)[kHeadlineFeature] < 0) prose_[i] = 0;
  }
}

void LineModel::CountMarkup(std::span<const Line> lines, std::span<const LineFacts> facts) {
  NumberBlocks(lines);
  FindProse(lines, facts);
  look_parents_.clear();
  uint64_t all = 0;
  uint64_t depths = 0;
  size_t full_words = 0;
  for (size_t i = 0; i < lines_; ++i) {
    const LineMarkup& markup = lines[i].markup;
    const Place place = places_[i];
    LookFacts& look = looks_[place.look];
    BlockFacts& parent = blocks_[place.parent];
    BlockFacts& grandparent = blocks_[place.grandparent];
    const bool apart = place.parent != place.grandparent;
    ++look.lines;
    parent.Add(markup.link_percent);
    if (apart) grandparent.Add(markup.link_percent);
    if (facts[i].full) {
      ++look.full;
      full_words += facts[i].counted_words;
      look.parents +=
          look_parents_.insert(uint64_t{place.look} << 32 | place.parent).second ? 1 : 0;
    }
    if (prose_[i] == 0) continue;
    const auto bytes = static_cast<uint32_t>(lines[i].text.size());
    all += bytes;
    depths += uint64_t{markup.depth} * bytes;
    look.prose += bytes;
    parent.prose += bytes;
    if (apart) grandparent.prose += bytes;
  }
  const float depth = all == 0 ? 0.0F : static_cast<float>(depths / all);
  const auto capped = [](uint32_t count, uint32_t most) {
    return static_cast<float>(std::min(count, most));
  };
  const float json_ld_size =
      json_ld_words_ == 0 ? -1.0F : Percent(json_ld_words_, std::max(full_words, size_t{1}));
  for (size_t i = 0; i < lines_; ++i) {
    const LookFacts& look = looks_[places_[i].look];
    const BlockFacts& parent = blocks_[places_[i].parent];
    const BlockFacts& grandparent = blocks_[places_[i].grandparent];
    float* const row = Row(i);
    row[kDepthFeature] = static_cast<float>(lines[i].markup.depth) - depth;
    row[kParentProseFeature] = Percent(parent.prose, all);
    row[kGrandparentProseFeature] = Percent(grandparent.prose, all);
    row[kLookProseFeature] = Percent(look.prose, all);
    row[kLookLinesFeature] = capped(look.lines, 100);
    row[kParentLinesFeature] = capped(parent.lines, 100);
    row[kParentLinkFeature] = static_cast<float>(parent.link / parent.lines);
    row[kGrandparentLinesFeature] = capped(grandparent.lines, 100);
    row[kGrandparentLinkFeature] = static_cast<float>(grandparent.link / grandparent.lines);
    row[kJsonLdSizeFeature] = json_ld_size;
    row[kLookParentsFeature] = look.full == 0 ? 0.0F : capped(look.full * 10 / look.parents, 300);
  }
}

void LineModel::SumTrees(const Trees& trees) {
  odds_.assign(lines_, 0.0F);
  for (size_t i = 0; i < lines_; ++i) {
    const float* const row = Row(i);
    float sum = 0;
    bool decided = false;
    size_t next = 0;
    for (size_t group = 0; !decided && next + kCheckpointTrees <= trees.firsts.size(); ++group) {
      sum = SumOf(trees, next, trees.depths[group], row, sum,
                  std::make_index_sequence<kCheckpointTrees>());
      next += kCheckpointTrees;
      if (group >= trees.checkpoints.size()) continue;
      const Checkpoint& checkpoint = trees.checkpoints[group];
      decided = sum > checkpoint.surely || sum < checkpoint.surely_not;
    }
    for (; !decided && next < trees.firsts.size(); ++next) {
      sum = SumOf(trees, next, trees.depths.back(), row, sum, std::index_sequence<0>());
    }
    odds_[i] = decided && sum < 0 ? std::min(sum, kNever) : sum;
  }
}

// Lines of one look are of one kind: each is judged by what the others say too. So one item of a
// list in the article is not lost, nor one teaser of ten kept.
void LineModel::ShareOdds(std::span<const Line> lines) {
  counts_.clear();
  alike_.clear();
  group_of_.resize(lines_);
  for (size_t i = 0; i < lines_; ++i) {
    const LineMarkup& markup = lines[i].markup;
    uint64_t key = Extend(places_[i].look, markup.depth);
    key = Extend(key, blocks_[places_[i].parent].lines * 2 +
                          (markup.link_percent > kMostlyLinkPercent ? 1 : 0));
    const auto [it, added] = counts_.try_emplace(key, static_cast<uint32_t>(alike_.size()));
    if (added) alike_.emplace_back();
    group_of_[i] = it->second;
    alike_[it->second].Add(std::clamp(odds_[i], -kMostSharedOdds, kMostSharedOdds));
  }
  for (size_t i = 0; i < lines_; ++i) {
    const Alike& alike = alike_[group_of_[i]];
    if (alike.lines < 2) continue;
    const float own = std::clamp(odds_[i], -kMostSharedOdds, kMostSharedOdds);
    odds_[i] += (alike.odds - own) / static_cast<float>(alike.lines - 1);
  }
}

// A plain text's article is one piece: likely lines far from the most of them are another's.
void LineModel::DropIslands(std::span<const LineFacts> facts) {
  std::vector<Range> islands;
  std::vector<size_t> words;
  for (size_t i = 0; i < lines_; ++i) {
    if (odds_[i] <= 0) continue;
    if (islands.empty() || i - islands.back().end >= kIslandGap) {
      islands.push_back({static_cast<uint32_t>(i), 0});
      words.push_back(0);
    }
    islands.back().end = static_cast<uint32_t>(i + 1);
    words.back() += std::min<size_t>(facts[i].counted_words, kMaxWords);
  }
  if (islands.empty()) return;
  const size_t most = *std::ranges::max_element(words);
  for (size_t k = 0; k < islands.size(); ++k) {
    if (words[k] * 4 >= most) continue;
    for (uint32_t i = islands[k].begin; i < islands[k].end; ++i) {
      odds_[i] = std::min(odds_[i], kNever);
    }
  }
}

// Unless the trees are sure: a page with several paragraphs that each stand below a linked heading
// lists other articles, and so does a paragraph with links that is repeated on the page. (A list of
// products or of matches has such headings, too, and its paragraphs are the article.)
void LineModel::GuardAgainstTeasers(std::span<const Line> lines, std::span<const LineFacts> facts) {
  const auto is_teaser = [&](size_t i) {
    const LineMarkup& before = lines[i - 1].markup;
    return facts[i].full && before.in_heading && before.link_percent >= kLinkHeadingPercent;
  };
  size_t teasers = 0;
  for (size_t i = 1; i < lines_; ++i) teasers += is_teaser(i) ? 1 : 0;
  for (size_t i = 0; i < lines_; ++i) {
    if (odds_[i] >= kSurelyProse) continue;
    const bool teaser = i > 0 && teasers >= kFewestTeasers && is_teaser(i);
    const bool repeated =
        Row(i)[kSeenFeature] > 0 && lines[i].markup.link_percent >= kTeaserLinkPercent;
    if (teaser || repeated) odds_[i] = std::min(odds_[i], kNever);
  }
}

void LineModel::Judge(std::span<const Line> lines, std::span<const LineFacts> facts) {
  CountRepeats();
  CountPlaces(facts);
  CountHeadline(lines);
  if (context_.page) {
    CountMarkup(lines, facts);
    SumTrees({page::kNodes, page::kTrees, {}, kPageSteps, kPageDepths});
    ShareOdds(lines);
    GuardAgainstTeasers(lines, facts);
  } else {
    SumTrees({plain::kNodes, plain::kTrees, plain::kCheckpoints, kPlainSteps, kPlainDepths});
    DropIslands(facts);
  }
}

}  // namespace newsfeed::cleanup
