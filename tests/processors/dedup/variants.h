// Articles, invented or given, and what a feed makes of them, for tests and measurements of
// de-duplication. Seeded: the same seed gives the same texts everywhere.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace newsfeed::testing {

struct NewsText {
  std::string title;
  std::string body;  // paragraphs separated by "\n\n"
};

// What becomes of an article on its way through other hands.
enum class Variant : uint8_t {
  kSame,
  kNewTitle,          // another headline, the text as it was
  kLightFurniture,    // a byline before it, a footer behind it
  kHeavyFurniture,    // a page around it: 6 to 40 % more words, in short lines before and behind
  kCutToHalf,         // the first half of the words
  kCutToThird,
  kEdited5,           // 5 % of the words replaced; numbers stay, a changed one is a correction
  kEdited10,
  kShuffled,          // paragraphs in another order
  kMore30,            // 30 % of new text at its end
  kMore100,           // as much again, half of it before the old text
  kCorrectedDigits,   // three numbers changed, or all there are
};
inline constexpr Variant kAllVariants[] = {
    Variant::kSame,       Variant::kNewTitle, Variant::kLightFurniture, Variant::kHeavyFurniture,
    Variant::kCutToHalf,  Variant::kCutToThird, Variant::kEdited5,      Variant::kEdited10,
    Variant::kShuffled,   Variant::kMore30,   Variant::kMore100,        Variant::kCorrectedDigits};

std::string_view VariantName(Variant variant);

class NewsGenerator {
 public:
  explicit NewsGenerator(uint64_t seed) : random_(seed) {}

  // An article of about this many words, in words of a made-up language with Zipf's frequencies;
  // every fifteenth word or so is a number.
  NewsText Article(size_t words);

  // `other` lends title and words where new ones are needed; what it lacks is invented.
  NewsText Make(Variant variant, const NewsText& original, const NewsText& other);

  // What stands on every page of a site: so many words, in lines of one to six.
  std::string Chrome(size_t words);

  uint64_t Below(uint64_t n) { return random_() % n; }

 private:
  std::string Word();
  std::string Sentence(size_t words);
  std::string Passage(const NewsText& other, size_t words);
  std::string Edited(std::string body, const NewsText& other, uint64_t percent);
  std::string Corrected(std::string body);

  std::mt19937_64 random_;
};

size_t CountWords(std::string_view text);
// The first words, blanks and paragraphs between them as they are.
std::string_view FirstWords(std::string_view text, size_t words);
bool HasDigit(std::string_view text);

// "a b\n\nc" => {"a b", "c"}
std::vector<std::string> Paragraphs(std::string_view body);
std::string JoinParagraphs(const std::vector<std::string>& paragraphs);

}  // namespace newsfeed::testing
