#include "processors/entities/name_recall.h"

#include <algorithm>

#include "processors/entities/organization_name.h"
#include "processors/text/hash.h"

namespace newsfeed::entities {
namespace {

constexpr uint32_t kAmbiguous = UINT32_MAX;
// Longer ones are looked for by the grammar alone.
constexpr uint32_t kMaxNameTokens = 8;
// "Acme" of "Acme Corp.": shorter words are too often something else.
constexpr uint32_t kMinSingleBytes = 4;
// Initials of two letters fit too much.
constexpr size_t kMinAcronymBytes = 3;
constexpr size_t kMaxAcronymBytes = 8;

uint64_t Step(uint64_t key, const Token& token) { return text::Mix(key + token.hash + 1); }

}  // namespace

void NameRecall::Recall(Document& document, const Gazetteer& gazetteer,
                        std::vector<Candidate>& candidates, std::vector<Acronym>& acronyms) {
  if (!document.english) return;
  Learn(document, gazetteer, candidates);
  if (!known_.empty()) FindNames(document, candidates);
  FindAcronyms(document, candidates, acronyms);
}

void NameRecall::Learn(const Document& document, const Gazetteer& gazetteer,
                       std::span<const Candidate> candidates) {
  known_.clear();
  singles_.clear();
  first_tokens_ = 0;
  longest_ = 0;
  for (const Candidate& c : candidates) {
    if (c.evidence == Evidence::kSurname || c.evidence == Evidence::kWatchList) continue;
    // What stands in the table has been found wherever it stands; single words are left to other
    // rules.
    const Range whole = WithoutThe(document, c.field, c.tokens);
    if (c.senses.empty() && whole.size() > 1) Know(document, whole, c);
    if (c.type != EntityType::kOrganization) continue;
    const Range core = CoreOf(document, c.field, c.tokens);
    if (core.end != c.tokens.end && MayStandAlone(document, gazetteer, core, c)) {
      Know(document, core, c);
    }
  }
  if (!singles_.empty()) ForgetWords(document);
}

// "Acme" of "Acme Corp.", but no other name of the table, and no cue: "Bank", "National".
bool NameRecall::MayStandAlone(const Document& document, const Gazetteer& gazetteer, Range core,
                               const Candidate& of) {
  if (core.size() > 1) return true;
  const Token& token = document.tokens[core.begin];
  const std::span<const Token> alone = std::span(document.tokens).subspan(core.begin, 1);
  return token.kind == TokenKind::kWord && token.end - token.begin >= kMinSingleBytes &&
         gazetteer.Find(document.fields[of.field].text, alone, false).empty();
}

void NameRecall::Know(const Document& document, Range tokens, const Candidate& of) {
  if (tokens.size() > kMaxNameTokens) return;
  const Token& first = document.tokens[tokens.begin];
  uint64_t key = 0;
  for (uint32_t i = tokens.begin; i < tokens.end; ++i) key = Step(key, document.tokens[i]);
  if (tokens.size() == 1) singles_.try_emplace(first.hash, key);
  known_.try_emplace(key, Known{tokens, of.field, of.type, of.evidence, of.senses});
  first_tokens_ |= Bit(first.hash);
  longest_ = std::max(longest_, tokens.size());
}

// A name of one token that the text also has as a word in lower case is a word: "targets" beside
// "Target Corp.".
void NameRecall::ForgetWords(const Document& document) {
  for (const Token& token : document.tokens) {
    if (token.letter_case != LetterCase::kLower || (first_tokens_ & Bit(token.hash)) == 0) continue;
    const auto single = singles_.find(token.hash);
    if (single != singles_.end()) known_.erase(single->second);
  }
}

void NameRecall::FindNames(Document& document, std::vector<Candidate>& candidates) {
  const size_t before = candidates.size();
  for (const Sentence& sentence : document.sentences) FindIn(document, sentence, candidates);
  if (candidates.size() == before) return;
  std::ranges::sort(candidates, {}, [](const Candidate& c) { return c.tokens.begin; });
}

void NameRecall::FindIn(Document& document, const Sentence& sentence,
                        std::vector<Candidate>& candidates) {
  for (uint32_t i = sentence.tokens.begin; i < sentence.tokens.end; ++i) {
    if ((first_tokens_ & Bit(document.tokens[i].hash)) == 0 || document.taken[i] != 0) continue;
    const uint32_t limit = std::min(sentence.tokens.end, i + longest_);
    const Known* best = nullptr;
    Range found;
    uint64_t key = 0;
    for (uint32_t end = i; end < limit && document.taken[end] == 0;) {
      key = Step(key, document.tokens[end++]);
      const auto known = known_.find(key);
      if (known == known_.end() || !Stands(document, sentence, {i, end}, known->second)) continue;
      best = &known->second;
      found = {i, end};
    }
    if (best == nullptr || !Take(document, found)) continue;
    candidates.push_back({found, sentence.field, best->type, best->evidence, best->senses});
    i = found.end - 1;
  }
}

// Capitals where the full name has them, and no longer name around it.
bool NameRecall::Stands(const Document& document, const Sentence& sentence, Range tokens,
                        const Known& known) const {
  const DocumentField& field = document.fields[sentence.field];
  if (tokens.size() != known.tokens.size()) return false;
  for (uint32_t i = 0; i < tokens.size(); ++i) {
    const Token& seen = document.tokens[tokens.begin + i];
    const Token& expected = document.tokens[known.tokens.begin + i];
    if (expected.Is(Token::kCapitalized) && !seen.Is(Token::kCapitalized)) return false;
    if (!EqualFolded(document.TextOf(field, tokens.begin + i),
                     document.TextOf(document.fields[known.field], known.tokens.begin + i))) {
      return false;
    }
  }
  if (sentence.all_caps || sentence.title_case || tokens.end == sentence.tokens.end) return true;
  const Token& next = document.tokens[tokens.end];
  return !(next.kind == TokenKind::kWord && next.Is(Token::kCapitalized) &&
           document.taken[tokens.end] == 0);
}

// "GRF" of "the Global Rivers Forum"; into initials_.
void NameRecall::ReadInitials(const Document& document, const Candidate& name) {
  initials_.clear();
  const Range tokens = WithoutThe(document, name.field, name.tokens);
  for (uint32_t i = tokens.begin; i < tokens.end; ++i) {
    if (document.tokens[i].Is(Token::kCapitalized)) {
      initials_ += document.TextOf(document.fields[name.field], i).front();
    }
  }
}

void NameRecall::LearnInitials(const Document& document, std::span<const Candidate> candidates) {
  long_forms_.clear();
  const auto first_word = [&](const Candidate& c) {
    return document.tokens[WithoutThe(document, c.field, c.tokens).begin].hash;
  };
  for (uint32_t i = 0; i < candidates.size(); ++i) {
    const Candidate& c = candidates[i];
    if (c.type != EntityType::kOrganization || c.tokens.size() < kMinAcronymBytes) continue;
    ReadInitials(document, c);
    if (initials_.size() < kMinAcronymBytes || initials_.size() > kMaxAcronymBytes) continue;
    const auto [form, added] = long_forms_.try_emplace(TokenHash(initials_), i);
    if (added || form->second == kAmbiguous) continue;
    // The same name again, or another with the same initials.
    if (first_word(c) != first_word(candidates[form->second])) form->second = kAmbiguous;
  }
}

// "GRF" where the article names one organisation with these initials.
void NameRecall::FindAcronyms(const Document& document, std::span<const Candidate> candidates,
                              std::vector<Acronym>& acronyms) {
  LearnInitials(document, candidates);
  if (long_forms_.empty()) return;
  for (const Sentence& sentence : document.sentences) {
    if (sentence.all_caps) continue;
    for (uint32_t i = sentence.tokens.begin; i < sentence.tokens.end; ++i) {
      const Token& token = document.tokens[i];
      if (token.letter_case != LetterCase::kUpper || token.kind != TokenKind::kWord) continue;
      const auto form = long_forms_.find(token.hash);
      if (form == long_forms_.end() || form->second == kAmbiguous ||
          document.matches[i].tokens > 0) {
        continue;
      }
      const Candidate& name = candidates[form->second];
      ReadInitials(document, name);
      if (document.TextOf(document.fields[sentence.field], i) != initials_) continue;
      acronyms.push_back({name.tokens, i, sentence.field, name.type});
      form->second = kAmbiguous;  // one is enough: NameMemory finds the others
    }
  }
}

}  // namespace newsfeed::entities
