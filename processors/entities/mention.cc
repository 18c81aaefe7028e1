#include "processors/entities/mention.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "processors/text/utf8.h"

namespace newsfeed::entities {
namespace {

// Measured on open news sets, see README.md; in the order of Evidence.
constexpr std::array<float, static_cast<size_t>(Evidence::kCount)> kConfidence = {
    1.00F,  // kWatchList: the user says so
    0.85F,  // kTable
    0.80F,  // kAcronym
    0.85F,  // kTitleName
    0.80F,  // kGivenName
    0.80F,  // kSurname
    0.65F,  // kPattern
};

// A headline in title case has this many long words, most of them capitalised.
constexpr uint32_t kMinTitleCaseWords = 4;
constexpr uint32_t kMaxHeadlineTokens = 30;
constexpr uint32_t kLongWordBytes = 4;

bool IsTerminator(std::string_view mark) { return mark == "." || mark == "?" || mark == "!"; }

// Finds out how the sentence is written.
void Describe(const Document& document, Sentence& sentence) {
  uint32_t words = 0, lower = 0, upper = 0, long_words = 0, long_capitals = 0;
  const DocumentField& field = document.fields[sentence.field];
  for (uint32_t i = sentence.tokens.begin; i < sentence.tokens.end; ++i) {
    const Token& token = document.tokens[i];
    if (token.kind != TokenKind::kWord || token.letter_case == LetterCase::kNone) continue;
    ++words;
    lower += token.letter_case == LetterCase::kLower;
    upper += token.letter_case == LetterCase::kUpper;
    if (token.end - token.begin < kLongWordBytes) continue;
    ++long_words;
    long_capitals += token.Is(Token::kCapitalized);
  }
  sentence.all_caps = words >= 2 && lower == 0 && upper * 2 > words;
  const bool headline =
      field.field == TextField::kTitle ||
      (sentence.tokens.size() <= kMaxHeadlineTokens &&
       !IsTerminator(document.TextOf(field, sentence.tokens.end - 1)));
  sentence.title_case = headline && !sentence.all_caps && long_words >= kMinTitleCaseWords &&
                        long_capitals * 5 >= long_words * 4;
}

void ReadField(TextField field, std::string_view text, Document& document) {
  text = text::Prefix(text, kMaxTaggedBytes);
  if (text.empty()) return;
  const auto begin = static_cast<uint32_t>(document.tokens.size());
  Tokenize(text, document.tokens);
  const auto end = static_cast<uint32_t>(document.tokens.size());
  const auto index = static_cast<uint32_t>(document.fields.size());
  document.fields.push_back({field, text, {begin, end}});
  for (uint32_t i = begin; i < end;) {
    uint32_t next = i + 1;
    while (next < end && !document.tokens[next].Is(Token::kSentenceStart)) ++next;
    Sentence& sentence = document.sentences.emplace_back();
    sentence.tokens = {i, next};
    sentence.field = index;
    Describe(document, sentence);
    i = next;
  }
}

// The grammar of names knows English; without a label the text is taken for it.
bool IsEnglish(std::string_view language) {
  return language.empty() || language == "en" || language.starts_with("en-");
}

}  // namespace

float Confidence(Evidence evidence) { return kConfidence[static_cast<size_t>(evidence)]; }

void Read(const Article& article, const Gazetteer& gazetteer, Document& document) {
  document.fields.clear();
  document.tokens.clear();
  document.sentences.clear();
  document.matches.clear();
  document.english = IsEnglish(article.language);
  ReadField(TextField::kTitle, article.title, document);
  if (article.standfirst_in_body.empty()) {
    ReadField(TextField::kStandfirst, article.standfirst, document);
  }
  ReadField(TextField::kBody, article.body, document);
  const std::span<const Token> tokens = document.tokens;
  document.matches.reserve(tokens.size());
  for (const DocumentField& field : document.fields) {
    const auto own = tokens.subspan(field.tokens.begin, field.tokens.size());
    for (uint32_t i = 0; i < own.size(); ++i) {
      document.matches.push_back(gazetteer.Find(field.text, own.subspan(i), !document.english));
    }
  }
}

void ResolveOverlaps(Document& document, std::vector<Candidate>& candidates) {
  std::erase_if(candidates, [&](const Candidate& c) {
    return document.tokens[c.tokens.end - 1].end - document.tokens[c.tokens.begin].begin >
           kMaxMentionBytes;
  });
  const auto by_strength = [](const Candidate& c) {
    const bool watched = c.evidence == Evidence::kWatchList;
    return std::tuple(!watched, -static_cast<int64_t>(c.tokens.size()), c.evidence, c.tokens.begin);
  };
  std::ranges::sort(candidates, {}, by_strength);
  document.taken.assign(document.tokens.size(), 0);
  std::erase_if(candidates, [&](const Candidate& c) { return !Take(document, c.tokens); });
  std::ranges::sort(candidates, {}, [](const Candidate& c) { return c.tokens.begin; });
}

bool Take(Document& document, Range tokens) {
  const auto range = std::span(document.taken).subspan(tokens.begin, tokens.size());
  if (std::ranges::find(range, uint8_t{1}) != range.end()) return false;
  std::ranges::fill(range, uint8_t{1});
  return true;
}

}  // namespace newsfeed::entities
