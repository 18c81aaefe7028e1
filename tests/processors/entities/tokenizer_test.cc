#include "processors/entities/tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "processors/text/utf8.h"

namespace newsfeed::entities {
namespace {

std::vector<Token> Tokens(std::string_view text) {
  std::vector<Token> tokens;
  Tokenize(text, tokens);
  return tokens;
}

// Tokens separated by " ", sentences by " || ".
std::string Split(std::string_view text) {
  std::string out;
  for (const Token& token : Tokens(text)) {
    if (!out.empty()) out += token.Is(Token::kSentenceStart) ? " || " : " ";
    out += TokenText(text, token);
  }
  return out;
}

struct Example {
  std::string_view name, text, expected;
};
std::string NameOf(const testing::TestParamInfo<Example>& info) {
  return std::string(info.param.name);
}

class Tokenizer : public testing::TestWithParam<Example> {};
TEST_P(Tokenizer, Splits) { EXPECT_EQ(Split(GetParam().text), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(Words, Tokenizer, testing::Values(
    Example{"Empty", "", ""},
    Example{"Blanks", " \t\r\n\n ", ""},
    Example{"Plain", "Ada met Ben.", "Ada met Ben ."},
    Example{"Possessive", "Ada's dog", "Ada 's dog"},
    Example{"CurlyPossessive", "Ada’s dog", "Ada ’s dog"},
    Example{"PossessiveOfPlural", "the Millers' dog", "the Millers ' dog"},
    Example{"Negation", "don't can't isn’t", "do n't ca n't is n’t"},
    Example{"Contractions", "we're they've I'll he'd I'm", "we 're they 've I 'll he 'd I 'm"},
    Example{"InnerApostrophe", "O'Neill d’Arc", "O'Neill d’Arc"},
    Example{"Quotes", "\"Yes,\" she said", "\" Yes , \" she said"},
    Example{"Hyphens", "U.S.-led well-known", "U.S. - led well - known"},
    Example{"Dash", "Oslo—the city—is", "Oslo — the city — is"},
    Example{"Ellipsis", "well... yes", "well ... yes"},
    Example{"Brackets", "(BBC)", "( BBC )"},
    Example{"Accents", "São Paulo, Łódź", "São Paulo , Łódź"},
    Example{"Cyrillic", "Война и мир", "Война и мир"},
    Example{"Han", "北京2024年", "北 京 2024 年"},
    Example{"NoBreakSpace", "New\u00A0York", "New York"}), NameOf);

INSTANTIATE_TEST_SUITE_P(Numbers, Tokenizer, testing::Values(
    Example{"Thousands", "1,250.5 million", "1,250.5 million"},
    Example{"Money", "$5.2bn, £3m", "$ 5.2bn , £ 3m"},
    Example{"Percent", "4.5%", "4.5 %"},
    Example{"Clock", "at 9:30.", "at 9:30 ."},
    Example{"Ordinal", "the 19th", "the 19th"},
    Example{"EndsSentence", "It was 7. Then 8.", "It was 7 . || Then 8 ."}), NameOf);

INSTANTIATE_TEST_SUITE_P(Addresses, Tokenizer, testing::Values(
    Example{"Url", "See https://a.example/x?y=1, now", "See https://a.example/x?y=1 , now"},
    Example{"Www", "(www.a.example)", "( www.a.example )"},
    Example{"Mail", "mail ada.b-c@mail.example.", "mail ada.b-c@mail.example ."},
    Example{"Handle", "by @ada_b today", "by @ada_b today"},
    Example{"Host", "Amazon.com fell", "Amazon.com fell"},
    Example{"Ticker", "(NYSE:BRK.B) $XYZ", "( NYSE : BRK.B ) $ XYZ"}), NameOf);

INSTANTIATE_TEST_SUITE_P(Sentences, Tokenizer, testing::Values(
    Example{"Title", "Mr. Ray and Dr. May left.", "Mr. Ray and Dr. May left ."},
    Example{"Initials", "J. K. Row and George W. Hill", "J. K. Row and George W. Hill"},
    Example{"LetterAtEnd", "It was plan B. it failed", "It was plan B . it failed"},
    Example{"Country", "in the U.S. Senate", "in the U.S. Senate"},
    Example{"CountryAtEnd", "in the U.S. The", "in the U.S. || The"},
    Example{"Firm", "Acme Inc. said", "Acme Inc. said"},
    Example{"FirmAtEnd", "for Acme Inc. But", "for Acme Inc. || But"},
    Example{"Month", "on Jan. 5", "on Jan. 5"},
    Example{"Clock", "at 5 p.m. Monday", "at 5 p.m. Monday"},
    Example{"QuoteGoesBefore", "\"Go.\" He went.", "\" Go . \" || He went ."},
    Example{"QuoteGoesAfter", "He went. \"Go.\"", "He went . || \" Go . \""},
    Example{"QuestionInSentence", "\"Why?\" he asked", "\" Why ? \" he asked"},
    Example{"LowerCaseGoesOn", "at Yahoo! and", "at Yahoo ! and"},
    Example{"NoBlank", "the end.The start", "the end . || The start"},
    Example{"Paragraph", "Headline\n\nText", "Headline || Text"},
    Example{"Line", "Oslo\nBergen", "Oslo || Bergen"},
    Example{"Chinese", "他来。我去", "他 来 。 || 我 去"}), NameOf);

TEST(TokenizerCase, IsTold) {
  const auto tokens = Tokens("word Word WORD McDonald iPhone U.S. A 12 京 Émile");
  const LetterCase expected[] = {
      LetterCase::kLower, LetterCase::kCapital, LetterCase::kUpper,   LetterCase::kMixed,
      LetterCase::kMixed, LetterCase::kUpper,   LetterCase::kCapital, LetterCase::kNone,
      LetterCase::kNone,  LetterCase::kCapital};
  ASSERT_EQ(tokens.size(), std::size(expected));
  for (size_t i = 0; i < tokens.size(); ++i) EXPECT_EQ(tokens[i].letter_case, expected[i]) << i;
  EXPECT_FALSE(tokens[4].Is(Token::kCapitalized));
  EXPECT_TRUE(tokens[9].Is(Token::kCapitalized));
}

TEST(TokenizerHash, IgnoresCaseAndKindOfApostrophe) {
  const auto tokens = Tokens("O’NEILL o'neill Émile éMILE U.S. u.s.");
  ASSERT_EQ(tokens.size(), 6U);
  for (size_t i = 0; i < 6; i += 2) EXPECT_EQ(tokens[i].hash, tokens[i + 1].hash) << i;
  EXPECT_NE(tokens[0].hash, tokens[2].hash);
}

TEST(TokenizerHash, IsThatOfTheWordAlone) {
  for (std::string_view word : {"Oslo", "Łódź", "O’Neill", "1,250", "京", "n't"}) {
    EXPECT_EQ(TokenHash(word), Tokens(word == "n't" ? "do" "n't" : word).back().hash) << word;
  }
}

// Words before a blank are read eight bytes at a time, others byte by byte.
TEST(TokenizerHash, IsTheSameBeforeABlankAndBeforeADot) {
  for (size_t size = 2; size < 45; ++size) {
    for (const char* letters : {"aB", "Ab", "AB", "ab"}) {
      const std::string word = letters + std::string(size - 2, letters[1]);
      const Token plain = Tokens(word + " x").front();
      const Token other = Tokens(word + "'s").front();
      EXPECT_EQ(plain.hash, TokenHash(word)) << word;
      EXPECT_EQ(other.hash, plain.hash) << word;
      EXPECT_EQ(other.letter_case, plain.letter_case) << word;
      EXPECT_EQ(other.flags, plain.flags) << word;
    }
  }
}

TEST(TokenizerFirstWord, IsBehindTheQuotationMark) {
  const auto tokens = Tokens("\"Go now.\" Yes");
  EXPECT_TRUE(tokens[0].Is(Token::kSentenceStart));
  EXPECT_TRUE(tokens[1].Is(Token::kFirstWord));
  EXPECT_FALSE(tokens[2].Is(Token::kFirstWord));
  EXPECT_TRUE(tokens[5].Is(Token::kFirstWord));
}

// Every byte that is no blank lies in exactly one token, and tokens end at characters.
void ExpectExactCover(std::string_view text) {
  size_t at = 0;
  for (const Token& token : Tokens(text)) {
    ASSERT_LE(at, token.begin);
    ASSERT_LT(token.begin, token.end);
    ASSERT_TRUE(text::IsBoundary(text, token.begin) && text::IsBoundary(text, token.end));
    for (; at < token.begin; ++at) ASSERT_FALSE(std::isalnum(static_cast<unsigned char>(text[at])));
    at = token.end;
  }
  ASSERT_LE(at, text.size());
}

TEST(TokenizerSpans, CoverTheText) {
  const std::string_view pieces[] = {"A", "b", ".", "'", "’", "s", "n", "t", "-", " ", "@", "é",
                                     "京", "\n", "1", ",", "http://", "www.", "U.S.", "…"};
  uint64_t random = 1;
  for (int run = 0; run < 5000; ++run) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      random = random * 6364136223846793005ULL + 1442695040888963407ULL;
      text += pieces[(random >> 33) % std::size(pieces)];
    }
    SCOPED_TRACE(text);
    ExpectExactCover(text);
  }
}

TEST(TokenizerTime, IsLinearInHostileText) {
  for (std::string_view unit : {"A", "a.", "A.", "A. ", "n't", "'", "a@", "-", "A.b", "www.", "’"}) {
    std::string text;
    while (text.size() < 1'000'000) text += unit;
    EXPECT_GT(Tokens(text).size(), 0U);
  }
}

}  // namespace
}  // namespace newsfeed::entities
