#include "processors/cleanup/line_rules.h"

#include <absl/container/node_hash_set.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "processors/cleanup/sentence.h"

namespace newsfeed::cleanup {
namespace {

using Rules = config::v1::LineRules;

// How phrases are compared, mixed into their hash.
constexpr uint64_t kWhole = 1;
constexpr uint64_t kStarts = 2;
constexpr uint64_t kContains = 3;
constexpr uint64_t kEnds = 4;
constexpr uint64_t kFinal = 0x5851F42D4C957F2D;

constexpr size_t kMaxLists = 31;
constexpr size_t kMaxPatterns = 1024;
// Words of a phrase of `class_words`, and of one of `consent_phrases`.
constexpr size_t kMaxNameWords = 3;
constexpr size_t kMaxConsentWords = 24;  // letters, in Thai

// A full paragraph: a sentence of ten words, or a line so long that it is no label.
constexpr uint32_t kFullWords = 10;
constexpr size_t kFullBytes = 50;
constexpr uint32_t kLongWords = 25;
// A word this short need not begin with a capital in a name or headline ("of", "von").
constexpr uint32_t kJoiningWord = 3;

// Of an item of a list of labels: three words ("Arts & Culture").
constexpr uint32_t kMaxItemQuarterWords = 12;
constexpr uint64_t kBar = '|';
constexpr uint64_t kBullet = 0x2022;

uint64_t Keyed(uint64_t phrase, uint64_t kind) { return phrase ^ (kind * kFinal); }

size_t Slot(uint64_t word) { return word >> 50; }
size_t BeginningSlot(uint64_t phrase) { return phrase >> 48; }

// RemovedText::rule outlives every configuration.
std::string_view Intern(const std::string& name) {
  static std::mutex mutex;
  static auto* const names = new absl::node_hash_set<std::string>();
  const std::lock_guard lock(mutex);
  return *names->insert(name).first;
}

absl::Status Fault(std::string_view rule, std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("cleanup rule \"{}\": {}", rule, what));
}

uint32_t CapitalWords(std::span<const Word> words) {
  return static_cast<uint32_t>(std::ranges::count_if(words, &Word::capitals));
}

// No small letters but those of a name or two ("McCARTHY").
bool IsAllCaps(std::span<const Word> words, uint32_t count) {
  return count > 0 && CapitalWords(words) * 10 >= count * 8 &&
         std::ranges::any_of(words, [](const Word& w) { return w.capitals && w.length > 1; });
}

bool IsTitleCase(std::span<const Word> words) {
  const auto fits = [](const Word& w) { return w.symbol || w.capital || w.length <= kJoiningWord; };
  const auto first = std::ranges::find_if(words, [](const Word& w) { return !w.symbol; });
  return first != words.end() && std::ranges::all_of(words, fits) &&
         std::ranges::any_of(words, &Word::capital);
}

// Items of a list set apart by bars or bullets, none longer than kMaxItemQuarterWords; else 0.
uint32_t CountItems(std::span<const Word> words) {
  uint32_t items = 0;
  uint32_t length = 0;
  for (const Word& word : words) {
    if (word.symbol && (word.hash == kBar || word.hash == kBullet)) {
      length = 0;
    } else {
      items += length == 0 ? 1 : 0;
      length += word.quarters;
      if (length > kMaxItemQuarterWords) return 0;
    }
  }
  return items > 1 ? items : 0;
}

// Bullets before a line and punctuation around it are no part of what it says.
std::span<const Word> WithoutEdges(std::span<const Word> words) {
  while (!words.empty() && words.front().symbol &&
         (words.front().hash == kBullet || words.front().hash == kBar)) {
    words = words.subspan(1);
  }
  return words;
}

std::span<const Word> WithoutTrailingSymbols(std::span<const Word> words) {
  while (!words.empty() && words.back().symbol) words = words.first(words.size() - 1);
  return words;
}

// Symbols and numbers belong to every list.
bool IsListed(const Word& word) { return !word.symbol && word.hash != kNumber; }

uint64_t PhraseHash(std::span<const Word> words) {
  uint64_t phrase = 0;
  for (const Word& word : words) phrase = Extend(phrase, word.hash);
  return phrase;
}

// Calls `found(value)` for each phrase of `map` in the words of a name, until it returns true.
template <typename Map, typename Found>
bool FindName(const Map& map, std::span<const Word> words, Found found) {
  for (size_t i = 0; i < words.size(); ++i) {
    uint64_t phrase = 0;
    for (size_t n = 0; n < kMaxNameWords && i + n < words.size(); ++n) {
      phrase = Extend(phrase, words[i + n].hash);
      if (const auto it = map.find(phrase); it != map.end() && found(it->second)) return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const LineRules>> LineRules::Create(const Rules& config) {
  std::shared_ptr<LineRules> rules(new LineRules());
  if (absl::Status status = rules->AddRules(config); !status.ok()) return status;
  if (absl::Status status = rules->AddBlocks(config); !status.ok()) return status;
  return rules;
}

absl::Status LineRules::AddRules(const Rules& config) {
  if (config.word_lists_size() > static_cast<int>(kMaxLists)) {
    return absl::InvalidArgumentError("cleanup rules: more than 31 word lists");
  }
  if (config.rules_size() > static_cast<int>(kMaxRules)) {
    return absl::InvalidArgumentError("cleanup rules: more than 64 rules");
  }
  std::vector<Word> words;
  for (int i = 0; i < config.word_lists_size(); ++i) {
    const uint32_t bit = uint32_t{1} << i;
    list_bits_[config.word_lists(i).name()] = bit;
    for (const std::string& text : config.word_lists(i).words()) {
      ReadWords(text, words);
      if (words.size() != 1) return Fault(text, "a word list holds single words");
      listed_words_[words[0].hash] |= bit;
    }
  }
  for (const auto& rule : config.rules()) {
    if (rule.name().empty()) return Fault("", "has no name");
    if (std::ranges::find(names_, rule.name()) != names_.end()) return Fault(rule.name(), "twice");
    names_.push_back(Intern(rule.name()));
  }
  line_rules_ = names_.size();
  for (int i = 0; i < config.rules_size(); ++i) {
    for (const auto& pattern : config.rules(i).patterns()) {
      if (auto status = AddPattern(pattern, static_cast<RuleIndex>(i)); !status.ok()) {
        return status;
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> LineRules::Lists(
    const google::protobuf::RepeatedPtrField<std::string>& names) const {
  uint32_t bits = 0;
  for (const std::string& name : names) {
    const auto found = list_bits_.find(std::string_view(name));
    if (found == list_bits_.end()) return Fault(name, "no such word list");
    bits |= found->second;
  }
  return bits;
}

absl::Status LineRules::AddPattern(const Rules::Pattern& from, RuleIndex rule) {
  const std::string_view name = names_[rule];
  if (patterns_.size() >= kMaxPatterns) return Fault(name, "more than 1024 patterns");
  Pattern pattern;
  pattern.rule = rule;
  pattern.no_final_stop = from.no_final_stop();
  pattern.all_caps = from.all_caps();
  pattern.title_case = from.title_case();
  pattern.equals = from.equals();
  pattern.min_words = from.min_words();
  pattern.max_words = from.max_words();
  pattern.max_share_percent = from.max_share_percent();
  pattern.min_items = from.min_items();
  if (pattern.max_words > kMaxFurnitureWords) return Fault(name, "max_words is beyond 120");
  for (const int place : from.places()) {
    if (place == Rules::UNSPECIFIED) return Fault(name, "a place is not set");
    pattern.places |= static_cast<uint8_t>(1 << place);
  }
  for (const std::string& other : from.follows()) {
    const auto found = std::ranges::find(names_, other);
    if (found == names_.end()) return Fault(name, fmt::format("follows unknown \"{}\"", other));
    pattern.follows |= uint64_t{1} << (found - names_.begin());
  }
  const auto only = Lists(from.only());
  const auto needs = Lists(from.needs());
  if (!only.ok()) return only.status();
  if (!needs.ok()) return needs.status();
  pattern.only = *only;
  pattern.needs = *needs;
  pattern.has_phrases = from.whole_size() + from.starts_size() + from.contains_size() +
                            from.ends_size() > 0;
  if (!pattern.has_phrases && pattern.only == 0 && pattern.needs == 0 && pattern.places == 0 &&
      pattern.follows == 0 && pattern.min_items == 0 && pattern.equals == Rules::NO_FIELD) {
    return Fault(name, "a pattern fits every line");
  }
  const auto index = static_cast<uint16_t>(patterns_.size());
  patterns_.push_back(pattern);
  if (!pattern.has_phrases) without_phrases_.push_back(index);
  for (const auto& [phrases, kind] : {std::pair{&from.whole(), kWhole}, {&from.starts(), kStarts},
                                      {&from.contains(), kContains}, {&from.ends(), kEnds}}) {
    if (auto status = AddPhrases(*phrases, kind, index); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status LineRules::AddPhrases(const google::protobuf::RepeatedPtrField<std::string>& phrases,
                                   uint64_t kind, uint16_t pattern) {
  std::vector<Word> words;
  for (const std::string& text : phrases) {
    ReadWords(text, words);
    if (words.empty()) return Fault(names_[patterns_[pattern].rule], "an empty phrase");
    if (kind == kEnds) std::ranges::reverse(words);
    const uint64_t phrase = PhraseHash(words);
    auto& held = phrases_[Keyed(phrase, kind)];
    if (held.empty() || held.back() != pattern) held.push_back(pattern);
    (kind == kEnds ? ends_ : kind == kContains ? contained_ : starts_).Add(words);
  }
  return absl::OkStatus();
}

absl::Status LineRules::AddBlocks(const Rules& config) {
  if (config.blocks_size() > static_cast<int>(kMaxRules)) {
    return absl::InvalidArgumentError("cleanup rules: more than 64 blocks");
  }
  std::vector<Word> words;
  for (const auto& block : config.blocks()) {
    if (block.name().empty()) return Fault("", "has no name");
    // A block may share its name with a rule for lines: one name, one switch.
    const auto index = static_cast<RuleIndex>(names_.size());
    names_.push_back(Intern(block.name()));
    always_[index] = block.always();
    for (const std::string& tag : block.tags()) block_tags_.try_emplace(tag, index);
    for (const std::string& text : block.class_words()) {
      ReadNameWords(text, words);
      if (words.empty() || words.size() > kMaxNameWords) {
        return Fault(block.name(), fmt::format("\"{}\" has not 1 to 3 words", text));
      }
      block_words_.try_emplace(PhraseHash(words), index);
    }
  }
  for (const auto& kind : config.name_kinds()) {
    const auto found = std::ranges::find(kNameKinds, kind.name());
    if (found == kNameKinds.end()) return Fault(kind.name(), "no such kind of names");
    for (const std::string& text : kind.class_words()) {
      ReadNameWords(text, words);
      if (words.empty() || words.size() > kMaxNameWords) {
        return Fault(kind.name(), fmt::format("\"{}\" has not 1 to 3 words", text));
      }
      kind_words_[PhraseHash(words)] |= static_cast<uint8_t>(1 << (found - kNameKinds.begin()));
    }
  }
  absl::Status status =
      AddNames(config.article_containers(), "article_containers", container_words_);
  if (status.ok()) status = AddNames(config.standfirsts(), "standfirsts", standfirst_words_);
  if (config.consent_phrases_size() > static_cast<int>(kMaxConsentPhrases)) {
    return absl::InvalidArgumentError("cleanup rules: more than 1024 consent_phrases");
  }
  for (const std::string& phrase : config.consent_phrases()) {
    ReadWords(phrase, words);
    if (words.empty() || words.size() > kMaxConsentWords) {
      return Fault(phrase, "a consent phrase has 1 to 24 words");
    }
    consent_phrases_.try_emplace(PhraseHash(words), static_cast<uint16_t>(consent_phrases_.size()));
  }
  return status;
}

absl::Status LineRules::AddNames(const google::protobuf::RepeatedPtrField<std::string>& names,
                                 std::string_view list,
                                 absl::flat_hash_map<uint64_t, bool>& held) {
  std::vector<Word> words;
  for (const std::string& text : names) {
    ReadNameWords(text, words);
    if (words.empty() || words.size() > kMaxNameWords) {
      return Fault(list, fmt::format("\"{}\" has not 1 to 3 words", text));
    }
    held[PhraseHash(words)] = true;
  }
  return absl::OkStatus();
}

void LineRules::Collect(uint64_t phrase, uint64_t kind, std::vector<uint16_t>& found) const {
  const auto it = phrases_.find(Keyed(phrase, kind));
  if (it != phrases_.end()) found.insert(found.end(), it->second.begin(), it->second.end());
}

void LineRules::Beginnings::Add(std::span<const Word> phrase) {
  words.set(Slot(phrase[0].hash));
  uint64_t beginning = 0;
  for (const Word& word : phrase) {
    beginning = Extend(beginning, word.hash);
    beginnings.set(BeginningSlot(beginning));
  }
  phrases.set(BeginningSlot(beginning));
}

bool LineRules::Beginnings::Has(const Word& word) const { return words[Slot(word.hash)]; }

// The phrases that begin with the word at `word`. True if one may hold all up to `end`.
template <typename Iterator>
bool LineRules::FindAt(Iterator word, Iterator end, const Beginnings& known, uint64_t kind,
                       std::vector<uint16_t>& found) const {
  uint64_t phrase = 0;
  for (; word != end; ++word) {
    phrase = Extend(phrase, word->hash);
    if (!known.beginnings[BeginningSlot(phrase)]) return false;
    if (known.phrases[BeginningSlot(phrase)]) Collect(phrase, kind, found);
  }
  return true;
}

void LineRules::FindPhrases(std::span<const Word> words, std::vector<uint16_t>& found) const {
  for (size_t i = 0; i < words.size(); ++i) {
    if (contained_.Has(words[i])) {
      FindAt(words.begin() + static_cast<std::ptrdiff_t>(i), words.end(), contained_, kContains,
             found);
    }
  }
  const std::span<const Word> whole = WithoutTrailingSymbols(words);
  if (whole.empty()) return;
  if (starts_.Has(words[0]) && FindAt(whole.begin(), whole.end(), starts_, kStarts, found)) {
    Collect(PhraseHash(whole), kWhole, found);
    if (whole.size() < words.size()) {
      FindAt(words.begin(), words.end(), starts_, kStarts, found);
    }
  }
  // Not views::reverse, which clang 14 cannot read.
  if (ends_.Has(whole.back())) FindAt(whole.rbegin(), whole.rend(), ends_, kEnds, found);
}

bool LineRules::Fits(const Pattern& pattern, const LineFacts& facts, std::span<const Word> words,
                     uint32_t first_lists) const {
  if (facts.words < pattern.min_words || facts.words > pattern.max_words ||
      (pattern.no_final_stop && facts.ends_sentence) || (pattern.all_caps && !facts.all_caps) ||
      (pattern.title_case && !facts.title_case) || facts.items < pattern.min_items ||
      (pattern.only != 0 && (first_lists & pattern.only) == 0)) {
    return false;
  }
  // Last: the lists are looked up for each word.
  const auto outside = [&](const Word& word) {
    return IsListed(word) && (ListsOf(word.hash) & pattern.only) == 0;
  };
  const auto wanted = [&](const Word& word) {
    return IsListed(word) && (ListsOf(word.hash) & pattern.needs) != 0;
  };
  return (pattern.only == 0 || (!words.empty() && std::ranges::none_of(words, outside))) &&
         (pattern.needs == 0 || std::ranges::any_of(words, wanted));
}

LineFacts LineRules::Look(std::string_view line, std::vector<Word>& scratch,
                          std::vector<uint16_t>& candidates) const {
  LineFacts facts;
  scratch.clear();
  const WordCounts counts = CountByScript(line);
  facts.words = counts.even();
  facts.counted_words = counts.counted();
  const auto begin = static_cast<uint32_t>(candidates.size());
  facts.candidates = {begin, begin};
  facts.ends_sentence = EndsSentence(line);
  // Thai has no full stops: a line of it must be long to be text.
  const uint32_t full_words = counts.words + counts.half_words + counts.quarter_words / 4;
  facts.full = (facts.ends_sentence && full_words >= kFullWords && line.size() >= kFullBytes) ||
               full_words >= kLongWords;
  if (line.size() > kMaxFurnitureBytes || facts.words > kMaxFurnitureWords) return facts;
  ReadWords(line, scratch);
  const std::span<const Word> words = WithoutEdges(scratch);
  if (facts.words <= kMaxKeyWords) {
    const auto count = static_cast<uint32_t>(
        std::ranges::count_if(words, [](const Word& word) { return !word.symbol; }));
    facts.key = FoldedKey(scratch);
    facts.all_caps = IsAllCaps(words, count);
    facts.title_case = IsTitleCase(words);
    facts.items = CountItems(words);
  }
  FindPhrases(words, candidates);
  if (facts.words <= kMaxKeyWords) {
    candidates.insert(candidates.end(), without_phrases_.begin(), without_phrases_.end());
  }
  if (candidates.size() == begin) return facts;
  const auto first = candidates.begin() + begin;
  std::sort(first, candidates.end());
  auto last = std::unique(first, candidates.end());
  const uint32_t first_lists = ListsOfFirst(words);
  last = std::remove_if(first, last, [&](uint16_t index) {
    return !Fits(patterns_[index], facts, words, first_lists);
  });
  candidates.erase(last, candidates.end());
  facts.candidates.end = static_cast<uint32_t>(candidates.size());
  return facts;
}

// Of the first word that is asked for its lists; all where there is none.
uint32_t LineRules::ListsOfFirst(std::span<const Word> words) const {
  const auto first = std::ranges::find_if(words, IsListed);
  return first == words.end() ? ~uint32_t{0} : ListsOf(first->hash);
}

uint32_t LineRules::ListsOf(uint64_t word) const {
  const auto found = listed_words_.find(word);
  return found == listed_words_.end() ? 0 : found->second;
}

int LineRules::BlockByTag(std::string_view tag) const {
  const auto found = block_tags_.find(tag);
  return found == block_tags_.end() ? -1 : found->second;
}

int LineRules::BlockByWords(std::span<const Word> name_words) const {
  int block = -1;
  FindName(block_words_, name_words, [&](RuleIndex index) {
    block = index;
    return true;
  });
  return block;
}

uint8_t LineRules::NameKinds(std::span<const Word> name_words) const {
  uint8_t kinds = 0;
  FindName(kind_words_, name_words, [&](uint8_t kind) {
    kinds |= kind;
    return false;
  });
  return kinds;
}

bool LineRules::IsContainer(std::span<const Word> name_words) const {
  return FindName(container_words_, name_words, [](bool) { return true; });
}

size_t LineRules::CountConsentPhrases(std::span<const Word> words) const {
  std::bitset<kMaxConsentPhrases> found;
  for (size_t i = 0; i < words.size(); ++i) {
    uint64_t phrase = 0;
    for (size_t n = i; n < std::min(words.size(), i + kMaxConsentWords); ++n) {
      phrase = Extend(phrase, words[n].hash);
      if (const auto it = consent_phrases_.find(phrase); it != consent_phrases_.end()) {
        found.set(it->second);
      }
    }
  }
  return found.count();
}

bool LineRules::IsStandfirst(std::span<const Word> name_words) const {
  return FindName(standfirst_words_, name_words, [](bool) { return true; });
}

}  // namespace newsfeed::cleanup
