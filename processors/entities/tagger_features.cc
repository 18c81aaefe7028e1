#include "processors/entities/tagger_features.h"

#include <algorithm>
#include <bit>

namespace newsfeed::entities {
namespace {

constexpr uint32_t kMaxPhraseTokens = 7;
constexpr uint8_t kMaxRun = 6;
constexpr uint32_t kMaxShapeRun = 4;

// Kinds of features; each has one of its own for every offset.
enum Kind : uint32_t {
  kExact = 1,
  kLower = 10,
  kShape = 20,
  kShortShape = 30,
  kPrefix = 40,   // + 8 * offset + length
  kSuffix = 80,
  kCluster = 120,  // + 8 * offset + clustering
  kLists = 160,
  kHabit = 170,
  kShapeCluster = 180,
  kHabitShape = 190,
  kHistoryLower = 200,
  kHistoryShape = 210,
  kHistoryCluster = 220,  // + 8 * offset + clustering
  kHistoryLists = 250,
  kHistorySuffix = 260,
  kBias = 300,
  kPrevious,
  kTwoPrevious,
  kPairBefore,
  kPairAfter,
  kClusterPairBefore,
  kClusterPairAfter,
  kShapes,
  kOutsidePair,
  kFirstWord,
  kFirstHabit,
  kFirstShape,
  kStyle,
  kStyleHabit,
  kStyleShape,
  kStylePrevious,
  kRun,
  kRunPrevious,
  kRunFirst,
  kRunLast,
  kRunLastSuffix,
  kRunLastCluster,
  kRunBefore,
  kRunAfter,
  kRunBeforeCluster,
  kRunAfterCluster,
  kRunLists,
  kPhrase,
  kPhrasePrevious,
  kPhraseShape,
  kMemory,
  kMemoryPrevious,
  kMemoryTag,
  kMemoryAround,
};

uint64_t Join(uint64_t a, uint64_t b) { return a * 0x9E3779B97F4A7C15 + b; }
uint64_t Join(uint64_t a, uint64_t b, uint64_t c) { return Join(Join(a, b), c); }

uint32_t Step(uint32_t hash, uint32_t value) {
  return std::rotl((hash ^ value) * 0x85EBCA6BU, 13) * 5 + 0xE6546B64U;
}

// Of a byte: "A", "a", "0", the mark itself. Letters beyond ASCII count as small ones.
uint32_t ShapeOf(char c) {
  if (c >= 'A' && c <= 'Z') return 'A';
  if (c >= '0' && c <= '9') return '0';
  if ((c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) & 0x80) != 0) return 'a';
  return static_cast<unsigned char>(c);
}

void MakeShapes(std::string_view text, const Token& token, Form& form) {
  uint32_t last = 0, run = 0;
  form.shape = form.short_shape = 1;
  for (size_t i = 0; i < text.size(); ++i) {
    uint32_t shape = ShapeOf(text[i]);
    if (i == 0 && token.Is(Token::kCapitalized)) shape = 'A';
    run = shape == last ? run + 1 : 1;
    if (run == 1) form.short_shape = Step(form.short_shape, shape);
    if (run <= kMaxShapeRun) form.shape = Step(form.shape, shape);
    last = shape;
  }
}

// Affixes of one to four bytes, of words that are longer.
void MakeAffixes(std::string_view text, Form& form) {
  uint32_t hash = 3;
  for (size_t i = 0; i < 4 && i + 1 < text.size(); ++i) {
    hash = Step(hash, static_cast<unsigned char>(text[i]));
    form.prefixes[i] = hash | 1;
  }
  hash = 5;
  for (size_t i = 0; i < 4 && i + 1 < text.size(); ++i) {
    hash = Step(hash, static_cast<unsigned char>(text[text.size() - 1 - i]));
    form.suffixes[i] = hash | 1;
  }
}

Form OutsideForm(uint32_t number) {
  Form form;
  form.exact = form.lower = form.shape = form.short_shape = number;
  return form;
}

// The slot of `hash` in an open table, or the empty one where it belongs.
template <typename Entry, typename Key>
size_t SlotOf(const std::vector<Entry>& table, Key key, Key Entry::* member) {
  size_t slot = static_cast<size_t>(text::Mix(key)) & (table.size() - 1);
  while (table[slot].*member != 0 && table[slot].*member != key) {
    slot = (slot + 1) & (table.size() - 1);
  }
  return slot;
}

size_t TableSize(size_t entries) { return std::bit_ceil(std::max<size_t>(2 * entries, 2)); }

}  // namespace

uint32_t OfferedTags(Tag previous, bool last, std::array<Tag, kTags>& out) {
  uint32_t count = 0;
  if (IsOpen(previous)) {
    if (!last) out[count++] = MakeTag(TypeOf(previous), kInside);
    out[count++] = MakeTag(TypeOf(previous), kEnd);
    return count;
  }
  out[count++] = kOutside;
  for (uint32_t type = 0; type < kTypes; ++type) {
    if (!last) out[count++] = static_cast<Tag>(4 * type + kBegin);
    out[count++] = static_cast<Tag>(4 * type + kSingle);
  }
  return count;
}

// --- Lexicon. ---

Lexicon::Lexicon(std::span<const Word> words, std::span<const Phrase> phrases)
    : words_(TableSize(words.size())), phrases_(TableSize(phrases.size())) {
  for (const Word& word : words) {
    words_[SlotOf(words_, word.hash, &Word::hash)] = word;
    if ((word.info.flags & WordInfo::kMayBegin) != 0) {
      may_begin_[word.hash % kFilterBits / 64] |= uint64_t{1} << word.hash % 64;
    }
  }
  for (const Phrase& phrase : phrases) {
    phrases_[SlotOf(phrases_, phrase.key, &Phrase::key)] = phrase;
  }
}

WordInfo Lexicon::Find(uint32_t hash) const {
  return words_[SlotOf(words_, hash, &Word::hash)].info;
}

PhraseInfo Lexicon::FindPhrase(uint32_t key) const {
  return phrases_[SlotOf(phrases_, key, &Phrase::key)].info;
}

size_t Lexicon::bytes() const {
  return words_.size() * sizeof(Word) + phrases_.size() * sizeof(Phrase) + sizeof(*this);
}

// --- Forms. ---

Form MakeForm(std::string_view text, const Token& token, const Lexicon& lexicon) {
  Form form;
  form.exact = text::Hash(text);
  form.lower = token.hash;
  MakeShapes(text, token, form);
  MakeAffixes(text, form);
  form.word = lexicon.Find(token.hash);
  return form;
}

FormTable::FormTable(const Lexicon& lexicon) : lexicon_(&lexicon), slots_(1024) { Clear(); }

void FormTable::Clear() {
  forms_.clear();
  std::ranges::fill(slots_, 0U);
  forms_.push_back(OutsideForm(11));
  forms_.push_back(OutsideForm(13));
}

uint32_t FormTable::Intern(std::string_view text, const Token& token) {
  const uint64_t key = text::Hash(text);
  for (size_t slot = key & (slots_.size() - 1);; slot = (slot + 1) & (slots_.size() - 1)) {
    const uint32_t found = slots_[slot];
    if (found == 0) break;
    if (forms_[found - 1].exact == key) return found - 1;
  }
  const uint32_t id = size();
  forms_.push_back(MakeForm(text, token, *lexicon_));
  if (2 * forms_.size() > slots_.size()) {
    slots_.assign(2 * slots_.size(), 0);
    for (uint32_t i = 2; i < size(); ++i) Insert(forms_[i].exact, i);
  } else {
    Insert(key, id);
  }
  return id;
}

void FormTable::Insert(uint64_t key, uint32_t id) {
  size_t slot = key & (slots_.size() - 1);
  while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = id + 1;
}

// --- Features. ---

void AddFormFeatures(const Form& form, int offset, FeatureList& out) {
  const auto at = static_cast<uint32_t>(offset + 2);
  const WordInfo& word = form.word;
  out.Add(kLower + at, form.lower);
  out.Add(kShortShape + at, form.short_shape);
  for (uint32_t i = 0; i < kClusterings; ++i) {
    if (word.clusters[i] != 0) out.Add(kCluster + 8 * at + i, word.clusters[i]);
  }
  if (word.lists != 0) out.Add(kLists + at, word.lists);
  if (offset < -1 || offset > 1) return;
  out.Add(kShape + at, form.shape);
  out.Add(kHabit + at, word.case_habit);
  if (form.suffixes[2] != 0) out.Add(kSuffix + 8 * at + 2, form.suffixes[2]);
  if (offset != 0) return;
  out.Add(kExact, form.exact);
  for (uint32_t i = 0; i < 4; ++i) {
    if (form.prefixes[i] != 0) out.Add(kPrefix + i, form.prefixes[i]);
    if (form.suffixes[i] != 0 && i != 2) out.Add(kSuffix + 8 * at + i, form.suffixes[i]);
  }
  out.Add(kHabitShape, Join(form.short_shape, word.case_habit));
  if (word.clusters[1] != 0) out.Add(kShapeCluster, Join(form.short_shape, word.clusters[1]));
  for (uint32_t i = 0; i < 8; ++i) {
    if ((word.lists >> i & 1) != 0) out.Add(kLists + 5, i);
  }
}

void AddHistoryFeatures(const Form& form, int offset, Tag previous, FeatureList& out) {
  const auto at = static_cast<uint32_t>(offset + 2);
  const WordInfo& word = form.word;
  out.Add(kHistoryLower + at, Join(form.lower, previous));
  out.Add(kHistoryShape + at, Join(form.short_shape, previous));
  if (word.clusters[1] != 0) {
    out.Add(kHistoryCluster + 8 * at + 1, Join(word.clusters[1], previous));
  }
  if (word.clusters[3] != 0) {
    out.Add(kHistoryCluster + 8 * at + 3, Join(word.clusters[3], previous));
  }
  if (offset != 0) return;
  if (word.clusters[2] != 0) {
    out.Add(kHistoryCluster + 8 * at + 2, Join(word.clusters[2], previous));
  }
  out.Add(kHistoryLists, Join(word.lists, previous));
  if (form.suffixes[2] != 0) out.Add(kHistorySuffix, Join(form.suffixes[2], previous));
}

void AddContextFeatures(const TokenContext& c, FeatureList& out) {
  const Form& before = *c.forms[1];
  const Form& word = *c.forms[2];
  const Form& after = *c.forms[3];
  const uint64_t previous = c.previous;
  out.Add(kBias, 0);
  out.Add(kPrevious, previous);
  out.Add(kTwoPrevious, Join(previous, c.before_previous));
  out.Add(kPairBefore, Join(before.lower, word.lower));
  out.Add(kPairAfter, Join(word.lower, after.lower));
  out.Add(kOutsidePair, Join(before.lower, after.lower));
  out.Add(kClusterPairBefore, Join(before.word.clusters[1], word.word.clusters[1]));
  out.Add(kClusterPairAfter, Join(word.word.clusters[1], after.word.clusters[1]));
  out.Add(kShapes, Join(before.short_shape, word.short_shape, after.short_shape));
  if (c.first_word) {
    out.Add(kFirstWord, previous);
    out.Add(kFirstHabit, Join(word.word.case_habit, after.word.case_habit));
    out.Add(kFirstShape, Join(word.short_shape, after.short_shape));
  }
  if (c.style != 0) {
    out.Add(kStyle, c.style);
    out.Add(kStyleHabit, Join(c.style, word.word.case_habit));
    out.Add(kStyleShape, Join(c.style, word.short_shape));
    out.Add(kStylePrevious, Join(c.style, previous));
  }
  if (c.run_length != 0) {
    const uint64_t run = 8ULL * c.run_length + c.run_place;
    const uint64_t place = c.run_place == 0 ? 0 : c.run_place + 1 == c.run_length ? 2 : 1;
    out.Add(kRun, run);
    out.Add(kRunPrevious, Join(run, previous));
    out.Add(kRunBefore, Join(c.before_run->lower, place));
    out.Add(kRunAfter, Join(c.after_run->lower, place));
    out.Add(kRunBeforeCluster, Join(c.before_run->word.clusters[1], run));
    out.Add(kRunAfterCluster, Join(c.after_run->word.clusters[1], run));
    if (c.run_length > 1) {
      out.Add(kRunFirst, Join(c.run_first->lower, place));
      out.Add(kRunLast, Join(c.run_last->lower, place));
      out.Add(kRunLastSuffix, Join(c.run_last->suffixes[2], place));
      out.Add(kRunLastCluster, Join(c.run_last->word.clusters[2], place));
      out.Add(kRunLists, Join(c.run_first->word.lists, c.run_last->word.lists, place));
    }
  }
  if (c.phrase_lists != 0) {
    const uint64_t phrase = 4ULL * c.phrase_lists + c.phrase_place;
    out.Add(kPhrase, phrase);
    out.Add(kPhrasePrevious, Join(phrase, previous));
    out.Add(kPhraseShape, Join(phrase, word.short_shape));
  }
  if (c.memory[1] != 0) {
    out.Add(kMemory, c.memory[1]);
    out.Add(kMemoryPrevious, Join(c.memory[1], previous));
    out.Add(kMemoryTag, Join(c.memory_tag, previous));
  }
  if ((c.memory[0] | c.memory[2]) != 0) {
    out.Add(kMemoryAround, Join(c.memory[0], c.memory[1], c.memory[2]));
  }
}

// --- Walk. ---

void DocumentWalk::BeginDocument(size_t tokens) {
  ++document_number_;
  memory_used_ = 0;
  const size_t wanted = TableSize(std::max<size_t>(tokens, 256));
  // Kept while it is large enough, but a huge article's is given back.
  if (memory_.size() < wanted || memory_.size() > 64 * wanted) memory_.assign(wanted, Memory());
}

bool DocumentWalk::IsCapital(uint32_t token) const {
  const Token& t = document_->tokens[token];
  return t.Is(Token::kCapitalized) || t.letter_case == LetterCase::kUpper ||
         t.letter_case == LetterCase::kMixed;
}

void DocumentWalk::Enter(const Document& document, const Sentence& sentence, Range piece) {
  document_ = &document;
  sentence_ = &sentence;
  text_ = document.fields[sentence.field].text;
  piece_ = piece;
  active_.assign(piece.size(), 0);
  form_ids_.assign(piece.size(), UINT32_MAX);
  runs_.assign(piece.size(), Run());
  phrases_.assign(piece.size(), PhrasePlace());
  for (uint32_t i = 0; i < piece.size(); ++i) {
    const Token& token = document.tokens[piece.begin + i];
    if (token.kind == TokenKind::kMark || token.kind == TokenKind::kClitic) continue;
    active_[i] = IsCapital(piece.begin + i) || lexicon_->MayBegin(token.hash);
  }
  FindRuns();
  FindPhrases();
}

void DocumentWalk::FindRuns() {
  for (uint32_t i = piece_.begin; i < piece_.end;) {
    uint32_t end = i;
    while (end < piece_.end && active_[end - piece_.begin] != 0 && IsCapital(end)) ++end;
    for (uint32_t j = i; j < end; ++j) runs_[j - piece_.begin] = {i, end};
    i = std::max(end, i + 1);
  }
}

void DocumentWalk::FindPhrases() {
  for (uint32_t i = piece_.begin; i < piece_.end; ++i) {
    if (active_[i - piece_.begin] == 0) continue;
    const WordInfo& first = forms_[FormAt(i)].word;
    if ((first.flags & WordInfo::kBeginsPhrase) == 0) continue;
    uint32_t key = Lexicon::PhraseKey(0, document_->tokens[i].hash);
    uint32_t length = 0;
    uint8_t lists = 0;
    for (uint32_t n = 2; n <= kMaxPhraseTokens && i + n <= piece_.end; ++n) {
      key = Lexicon::PhraseKey(key, document_->tokens[i + n - 1].hash);
      const PhraseInfo found = lexicon_->FindPhrase(key);
      if (found.lists != 0) {
        length = n;
        lists = found.lists;
      }
      if (!found.goes_on) break;
    }
    if (length <= phrases_[i - piece_.begin].length) continue;
    for (uint32_t n = 0; n < length; ++n) {
      const Place place = n == 0 ? kBegin : n + 1 == length ? kEnd : kInside;
      phrases_[i - piece_.begin + n] = {lists, place, static_cast<uint8_t>(length)};
    }
  }
}

uint32_t DocumentWalk::FormAt(int64_t token) {
  if (token < piece_.begin) return FormTable::kBeforeSentence;
  if (token >= piece_.end) return FormTable::kAfterSentence;
  const auto index = static_cast<uint32_t>(token);
  uint32_t& id = form_ids_[index - piece_.begin];
  if (id == UINT32_MAX) {
    const Token& t = document_->tokens[index];
    id = forms_.Intern(TokenText(text_, t), t);
  }
  return id;
}

std::array<uint32_t, 5> DocumentWalk::FormIds(uint32_t token) {
  std::array<uint32_t, 5> ids;
  for (int offset = -2; offset <= 2; ++offset) {
    ids[static_cast<size_t>(offset + 2)] = FormAt(int64_t{token} + offset);
  }
  return ids;
}

void DocumentWalk::Context(uint32_t token, Tag previous, Tag before_previous, TokenContext& out) {
  const std::array<uint32_t, 5> ids = FormIds(token);
  const Run run = runs_[token - piece_.begin];
  const bool in_run = run.begin != run.end;
  std::array<uint32_t, 4> around{};
  if (in_run) {
    around = {FormAt(run.begin), FormAt(run.end - 1), FormAt(int64_t{run.begin} - 1),
              FormAt(run.end)};
  }
  // No form is added below: pointers hold.
  for (size_t i = 0; i < 5; ++i) out.forms[i] = &forms_[ids[i]];
  out.previous = previous;
  out.before_previous = before_previous;
  out.first_word = document_->tokens[token].Is(Token::kFirstWord);
  out.style = static_cast<uint8_t>(sentence_->all_caps ? 1 : sentence_->title_case ? 2 : 0);
  out.run_length = 0;
  if (in_run) {
    out.run_length = static_cast<uint8_t>(std::min<uint32_t>(run.end - run.begin, kMaxRun));
    out.run_place = static_cast<uint8_t>(std::min<uint32_t>(token - run.begin, kMaxRun - 1));
    if (token + 1 == run.end) out.run_place = static_cast<uint8_t>(out.run_length - 1);
    out.run_first = &forms_[around[0]];
    out.run_last = &forms_[around[1]];
    out.before_run = &forms_[around[2]];
    out.after_run = &forms_[around[3]];
  }
  const PhrasePlace& phrase = phrases_[token - piece_.begin];
  out.phrase_lists = phrase.lists;
  out.phrase_place = phrase.place;
  for (size_t i = 0; i < 3; ++i) {
    out.memory[i] = MemoryValue(int64_t{token} - 1 + static_cast<int64_t>(i));
  }
  const Memory* memory = FindMemory(document_->tokens[token].hash);
  out.memory_tag = memory != nullptr ? memory->last : kOutside;
}

const Memory* DocumentWalk::FindMemory(uint32_t hash) const {
  for (size_t slot = hash & (memory_.size() - 1);; slot = (slot + 1) & (memory_.size() - 1)) {
    const Memory& memory = memory_[slot];
    if (memory.document != document_number_) return nullptr;
    if (memory.hash == hash) return &memory;
  }
}

// 0: nothing; else the most frequent type, and whether it was all there was, and more than once.
uint8_t DocumentWalk::MemoryValue(int64_t token) const {
  if (token < piece_.begin || token >= piece_.end) return 0;
  const auto index = static_cast<uint32_t>(token);
  if (active_[index - piece_.begin] == 0 || !IsCapital(index)) return 0;
  const Memory* memory = FindMemory(document_->tokens[index].hash);
  if (memory == nullptr) return 0;
  const auto* most = std::ranges::max_element(memory->counts);
  uint32_t sum = 0;
  for (uint8_t count : memory->counts) sum += count;
  const bool all = *most == sum;
  return static_cast<uint8_t>(1 + 4 * (most - memory->counts) + 2 * all + (sum > 1));
}

void DocumentWalk::Remember(uint32_t token, Tag tag) {
  if (!IsCapital(token)) return;
  const uint32_t hash = document_->tokens[token].hash;
  for (size_t slot = hash & (memory_.size() - 1);; slot = (slot + 1) & (memory_.size() - 1)) {
    Memory& memory = memory_[slot];
    if (memory.document != document_number_) {
      memory = {};
      memory.document = document_number_;
      memory.hash = hash;
    } else if (memory.hash != hash) {
      continue;
    }
    uint8_t& count = memory.counts[tag == kOutside ? kTypes : tag / 4];
    if (count < 255) ++count;
    memory.last = tag;
    return;
  }
}

}  // namespace newsfeed::entities
