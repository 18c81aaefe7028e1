#include "processors/cleanup/line_model.h"

#include <algorithm>
#include <array>

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
// Lines between two pieces of text that make them two, and a quarter of the words of the greatest is
// what a piece must have.
constexpr size_t kIslandGap = 8;

// A paragraph with more of its bytes in links leads elsewhere; a heading with so much does.
constexpr uint8_t kMostLinkPercent = 25;
constexpr uint8_t kLinkHeadingPercent = 80;
constexpr size_t kFewestTeasers = 3;
constexpr uint8_t kTeaserLinkPercent = 15;
constexpr float kNever = -10.0F;
// A shorter text in JSON-LD is none.
constexpr size_t kMinJsonLdBytes = 200;
constexpr size_t kJsonLdSlots = size_t{1} << 17;

uint32_t TripleSlot(const Word& a, const Word& b, const Word& c) {
  return static_cast<uint32_t>(Extend(Extend(a.hash, b.hash), c.hash) >> 47);
}

size_t SlotOf(uint64_t word) { return word >> 50; }

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
    plain[c] = !(c >= '0' && c <= '9') && c != ':' && c != '.' && c != 'h' && c != ',' && c != '|' &&
               c != '@' && c != 0xC2 && c != 0xE2;
  }
  return plain;
}();

Signs CountSigns(std::string_view line) {
  Signs signs;
  uint32_t run = 0;  // digits before
  const size_t size = std::min(line.size(), kLookedAtBytes);
  for (size_t i = 0; i < size; ++i) {
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
  title_words_.clear();
  ReadWords(context.title, scratch_);
  title_bits_ = 0;
  for (const Word& word : scratch_) {
    title_words_.push_back(word.hash);
    title_bits_ |= uint64_t{1} << (word.hash >> 58);
  }
  std::ranges::sort(title_words_);
  title_key_ = FoldedKey(scratch_);
  standfirst_key_ = FoldedKey(context.standfirst, scratch_);
  author_keys_.clear();
  for (const std::string_view author : context.authors) {
    author_keys_.push_back(FoldedKey(author, scratch_));
  }
  ReadJsonLd();
  for (const uint64_t word : long_words_) held_words_[SlotOf(word)] = 0;
  long_words_.clear();
  long_words_of_.clear();
}

void LineModel::Describe(const Line& line, const LineFacts& facts, std::span<const Word> words,
                         const LineRules& rules, std::span<const uint16_t> candidates) {
  float* const row = Row(lines_++);
  const auto set = [row](Feature feature, auto value) { row[feature] = static_cast<float>(value); };
  const auto own_words = static_cast<uint32_t>(long_words_.size());
  uint32_t capitals = 0;
  uint32_t in_title = 0;
  uint32_t counted = 0;
  for (const Word& word : words) {
    if (word.symbol) continue;
    ++counted;
    capitals += word.capital ? 1 : 0;
    const bool may_be_in_title = (title_bits_ >> (word.hash >> 58) & 1) != 0;
    in_title += may_be_in_title && std::ranges::binary_search(title_words_, word.hash) ? 1 : 0;
    if (word.length >= kLongWord) long_words_.push_back(word.hash);
  }
  long_words_of_.push_back({own_words, static_cast<uint32_t>(long_words_.size())});
  const Signs signs = CountSigns(line.text);
  set(kWordsFeature, std::min<size_t>(facts.words, kMaxWords));
  set(kBytesFeature, std::min(line.text.size(), kMaxBytes));
  set(kLastFeature, facts.ends_sentence ? kStopClass : LastClass(line.text));
  set(kFirstFeature, FirstClass(line.text));
  set(kCapitalsFeature, Percent(capitals, counted));
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
  set(kTitleShareFeature, Percent(in_title, counted));
  set(kIsTitleFeature, facts.key != 0 && facts.key == title_key_);
  set(kIsStandfirstFeature,
      line.markup.is_standfirst ? 2 : (facts.key != 0 && facts.key == standfirst_key_ ? 1 : 0));
  set(kIsAuthorFeature,
      facts.key != 0 && std::ranges::find(author_keys_, facts.key) != author_keys_.end());
  set(kFullFeature, facts.full);
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

void LineModel::CountBlocks(std::span<const Line> lines, std::span<const LineFacts> facts) {
  blocks_.clear();
  look_parents_.clear();
  size_t words = 0;
  for (size_t i = 0; i < lines_; ++i) {
    const LineMarkup& markup = lines[i].markup;
    if (facts[i].full) words += facts[i].words;
    for (const uint32_t block : {markup.parent, markup.grandparent}) {
      BlockFacts& held = blocks_[block];
      ++held.lines;
      held.link += markup.link_percent;
      if (markup.parent == markup.grandparent) break;
    }
    if (!facts[i].full) continue;
    // The first full line of this look in this parent.
    uint32_t& seen = look_parents_[text::Mix(markup.look) ^ (uint64_t{markup.parent} << 32)];
    if (seen++ == 0) ++look_parents_[markup.look | 1];
  }
  for (size_t i = 0; i < lines_; ++i) {
    const LineMarkup& markup = lines[i].markup;
    float* const row = Row(i);
    const BlockFacts parent = blocks_[markup.parent];
    const BlockFacts grandparent = blocks_[markup.grandparent];
    row[kParentLinesFeature] = static_cast<float>(std::min(parent.lines, uint32_t{100}));
    row[kParentLinkFeature] = static_cast<float>(parent.link / std::max(parent.lines, 1u));
    row[kGrandparentLinesFeature] = static_cast<float>(std::min(grandparent.lines, uint32_t{100}));
    row[kGrandparentLinkFeature] = static_cast<float>(grandparent.link / std::max(grandparent.lines, 1u));
    row[kJsonLdSizeFeature] = json_ld_words_ == 0 ? -1.0F : Percent(json_ld_words_, std::max(words, size_t{1}));
    const auto parents = look_parents_.find(markup.look | 1);
    const auto full = full_looks_.find(markup.look);
    row[kLookParentsFeature] = parents == look_parents_.end() || full == full_looks_.end()
                                   ? 0.0F
                                   : static_cast<float>(std::min(full->second * 10 / parents->second, 300u));
  }
}

void LineModel::CountHeadline(std::span<const Line> lines) {
  // Where no line repeats the title, an h1 stands for it.
  bool repeats = false;
  for (size_t i = 0; i < lines_; ++i) repeats = repeats || Row(i)[kIsTitleFeature] > 0;
  const auto is_headline = [&](size_t i) {
    return repeats ? Row(i)[kIsTitleFeature] > 0 : lines[i].markup.tag == 2;
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

void LineModel::CountRepeats(std::span<const Line> lines) {
  counts_.clear();
  for (size_t i = 0; i < lines_; ++i) {
    uint32_t& count = counts_[text::Hash(lines[i].text)];
    Row(i)[kSeenBeforeFeature] = static_cast<float>(std::min(count, uint32_t{5}));
    ++count;
  }
  for (size_t i = 0; i < lines_; ++i) {
    const uint32_t count = counts_[text::Hash(lines[i].text)];
    Row(i)[kSeenFeature] = static_cast<float>(std::min(count - 1, uint32_t{5}));
  }
}

void LineModel::CountPlaces(std::span<const LineFacts> facts) {
  constexpr size_t kFar = 50;
  size_t full = 0;
  for (const uint64_t word : long_words_) held_words_[SlotOf(word)] = 0;
  for (size_t i = 0; i < lines_; ++i) {
    if (!facts[i].full) continue;
    ++full;
    for (uint32_t w = long_words_of_[i].begin; w < long_words_of_[i].end; ++w) {
      uint16_t& held = held_words_[SlotOf(long_words_[w])];
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
    for (uint32_t w = long_words_of_[i].begin; w < long_words_of_[i].end; ++w) {
      shared += held_words_[SlotOf(long_words_[w])] > own ? 1 : 0;
    }
    row[kSharedWordsFeature] =
        long_words_of_[i].empty() ? -1.0F : Percent(shared, long_words_of_[i].size());
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
  if (!facts[i].full || lines[i].markup.link_percent > kMostLinkPercent || Row(i)[kSeenFeature] > 0) {
    return false;
  }
  if (i == 0) return true;
  const LineMarkup& before = lines[i - 1].markup;
  return !(before.in_heading && before.link_percent >= kLinkHeadingPercent);
}

void LineModel::CountMarkup(std::span<const Line> lines, std::span<const LineFacts> facts) {
  counts_.clear();
  prose_.clear();
  full_looks_.clear();
  uint64_t all = 0;
  uint64_t depths = 0;
  // Teasers stand above the headline; where most prose does, it is no headline.
  uint64_t above_bytes = 0;
  uint64_t below_bytes = 0;
  for (size_t i = 0; i < lines_; ++i) {
    if (!IsProse(lines, facts, i)) continue;
    (Row(i)[kHeadlineFeature] < 0 ? above_bytes : below_bytes) += lines[i].text.size();
  }
  const bool below = below_bytes * 3 > above_bytes;
  const auto block_key = [](uint32_t node) { return uint64_t{node} << 1; };
  const auto look_key = [](uint64_t look) { return look | 1; };
  for (size_t i = 0; i < lines_; ++i) {
    const LineMarkup& markup = lines[i].markup;
    ++counts_[look_key(markup.look)];
    if (facts[i].full) ++full_looks_[markup.look];
    if (!IsProse(lines, facts, i) || (below && Row(i)[kHeadlineFeature] < 0)) continue;
    const auto bytes = static_cast<uint32_t>(lines[i].text.size());
    all += bytes;
    depths += uint64_t{markup.depth} * bytes;
    prose_[look_key(markup.look)] += bytes;
    prose_[block_key(markup.parent)] += bytes;
    if (markup.grandparent != markup.parent) prose_[block_key(markup.grandparent)] += bytes;
  }
  const float depth = all == 0 ? 0.0F : static_cast<float>(depths / all);
  const auto share = [&](uint64_t key) {
    const auto found = prose_.find(key);
    return found == prose_.end() ? 0.0F : Percent(found->second, all);
  };
  for (size_t i = 0; i < lines_; ++i) {
    const LineMarkup& markup = lines[i].markup;
    float* const row = Row(i);
    row[kDepthFeature] = static_cast<float>(markup.depth) - depth;
    row[kParentProseFeature] = share(block_key(markup.parent));
    row[kGrandparentProseFeature] = share(block_key(markup.grandparent));
    row[kLookProseFeature] = share(look_key(markup.look));
    row[kLookLinesFeature] = static_cast<float>(std::min(counts_[look_key(markup.look)], uint32_t{100}));
  }
}

void LineModel::SumTrees(std::span<const TreeNode> nodes, std::span<const uint16_t> trees) {
  odds_.assign(lines_, 0.0F);
  for (size_t i = 0; i < lines_; ++i) {
    const float* const row = Row(i);
    float sum = 0;
    for (const uint16_t tree : trees) {
      const TreeNode* node = &nodes[tree];
      while (node->left != 0) node += row[node->at] <= node->limit ? node->left : node->right;
      sum += node->limit;
    }
    odds_[i] = sum;
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
    words.back() += std::min<size_t>(facts[i].words, kMaxWords);
  }
  if (islands.empty()) return;
  const size_t most = *std::ranges::max_element(words);
  for (size_t k = 0; k < islands.size(); ++k) {
    if (words[k] * 4 >= most) continue;
    for (uint32_t i = islands[k].begin; i < islands[k].end; ++i) odds_[i] = std::min(odds_[i], kNever);
  }
}

// Whatever the trees say: a page with several paragraphs that each stand below a linked heading lists
// other articles, and so does a paragraph with links that is repeated on the page.
void LineModel::GuardAgainstTeasers(std::span<const Line> lines, std::span<const LineFacts> facts) {
  const auto is_teaser = [&](size_t i) {
    const LineMarkup& before = lines[i - 1].markup;
    return facts[i].full && before.in_heading && before.link_percent >= kLinkHeadingPercent;
  };
  size_t teasers = 0;
  for (size_t i = 1; i < lines_; ++i) teasers += is_teaser(i) ? 1 : 0;
  for (size_t i = 0; i < lines_; ++i) {
    const bool teaser = i > 0 && teasers >= kFewestTeasers && is_teaser(i);
    const bool repeated = Row(i)[kSeenFeature] > 0 && lines[i].markup.link_percent >= kTeaserLinkPercent;
    if (teaser || repeated) odds_[i] = std::min(odds_[i], kNever);
  }
}

void LineModel::Judge(std::span<const Line> lines, std::span<const LineFacts> facts) {
  CountRepeats(lines);
  CountPlaces(facts);
  CountHeadline(lines);
  if (context_.page) CountMarkup(lines, facts);
  if (context_.page) CountBlocks(lines, facts);
  if (context_.page) {
    SumTrees(page::kNodes, page::kTrees);
    GuardAgainstTeasers(lines, facts);
  } else {
    SumTrees(plain::kNodes, plain::kTrees);
    DropIslands(facts);
  }
}

}  // namespace newsfeed::cleanup
