// Tokens and sentence ends of news text.
//
//   "Mr. O'Neill didn't visit the U.S. He flew to St. Louis-Lambert (BBC)."
//   Mr. | O'Neill | did | n't | visit | the | U.S. || He | flew | to | St. | Louis | - | Lambert
//   | ( | BBC | ) | .                                  (|| is a sentence end)
//
// - A token is a word, a number, a mark or an address; blanks belong to none. A dot belongs to
//   abbreviations ("Inc.", "U.S.", "J.") and to names of hosts ("Amazon.com").
// - Clitics are tokens ('s 're 've 'll 'd 'm n't), so that possessives are no part of a name; other
//   apostrophes are letters ("O'Neill", "Côte d'Ivoire" -> Côte | d'Ivoire).
// - Hyphens are tokens, so that "U.S.-led" has the name in it; kGlued tells that no blank stood
//   before.
// - A character of Han, kana or Thai script is a token of its own: those scripts have no blanks.
// - Sentences end at . ! ? and at every line end. An abbreviation ends one only before a word that
//   begins sentences ("in the U.S. The"); what follows in lower case never begins one.
//
// Free of state and allocation but for the vector of the caller, which is reused. Time is linear in
// the text. Words of Unicode letters in any script; ASCII takes a fast path.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace newsfeed::entities {

enum class TokenKind : uint8_t {
  kWord,          // letters, perhaps with digits, apostrophes and inner dots
  kAbbreviation,  // a word with its dots: "Mr.", "U.S.", "J."
  kClitic,        // "'s", "n't"
  kNumber,        // "1,000.5", "9:30"
  kAddress,       // URL, e-mail, @name
  kMark,          // anything else; runs of one ASCII mark are one token ("...")
};

enum class LetterCase : uint8_t {
  kNone,     // no letters, or a script without case
  kLower,    // "word"
  kCapital,  // "Word", "A"
  kUpper,    // "WORD", "U.S."
  kMixed,    // "McDonald", "iPhone"
};

struct Token {
  enum Flag : uint8_t {
    kSentenceStart = 1,  // the first token of a sentence, perhaps a quotation mark
    kFirstWord = 2,      // the first that is no mark: its capital says nothing
    kGlued = 4,          // no blank before it
    kCapitalized = 8,    // its first letter is a capital
  };

  // Half open byte range in the text, on character boundaries, never empty.
  uint32_t begin = 0;
  uint32_t end = 0;
  // Of the text after simple case folding, ’ as '. Equal words have equal hashes, not conversely.
  uint32_t hash = 0;
  TokenKind kind = TokenKind::kMark;
  LetterCase letter_case = LetterCase::kNone;
  uint8_t flags = 0;

  bool Is(Flag flag) const { return (flags & flag) != 0; }
  bool is_word() const { return kind == TokenKind::kWord || kind == TokenKind::kAbbreviation; }
};
static_assert(sizeof(Token) == 16);

inline std::string_view TokenText(std::string_view text, const Token& token) {
  return text.substr(token.begin, token.end - token.begin);
}

// Appends the tokens of `text`: valid UTF-8 of less than 4 GB. The first begins a sentence.
void Tokenize(std::string_view text, std::vector<Token>& tokens);

// The hash of a word, as in Token::hash; for tables. `word` is any text.
uint32_t TokenHash(std::string_view word);

// True if both are equal after the folding of Token::hash.
bool EqualFolded(std::string_view a, std::string_view b);

// True if both are equal, ’ taken for '.
bool EqualButApostrophes(std::string_view a, std::string_view b);

// Appends `word` as Token::hash sees it.
void AppendFolded(std::string_view word, std::vector<char>& out);

}  // namespace newsfeed::entities
