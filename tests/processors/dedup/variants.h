// Invented articles and what a feed makes of them, for tests and measurements of de-duplication.
// Seeded: the same seed gives the same texts everywhere.
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
  kCutToHalf,         // the first half of the paragraphs' words
  kCutToThird,
  kEdited5,           // 5 % of the words replaced
  kEdited10,
  kShuffled,          // paragraphs in another order
  kMore30,            // 30 % of new text at its end
  kMore100,           // as much again, half of it before the old text
  kCorrectedDigits,   // three numbers changed
};
inline constexpr Variant kAllVariants[] = {
    Variant::kSame,     Variant::kNewTitle, Variant::kLightFurniture, Variant::kCutToHalf,
    Variant::kCutToThird, Variant::kEdited5, Variant::kEdited10,      Variant::kShuffled,
    Variant::kMore30,   Variant::kMore100,  Variant::kCorrectedDigits};

std::string_view VariantName(Variant variant);

class NewsGenerator {
 public:
  explicit NewsGenerator(uint64_t seed) : random_(seed) {}

  // An article of about this many words, in words of a made-up language with Zipf's frequencies;
  // every fifteenth word or so is a number.
  NewsText Article(size_t words);

  // `other` lends its words where new text is needed.
  NewsText Make(Variant variant, const NewsText& original, const NewsText& other);

  uint64_t Below(uint64_t n) { return random_() % n; }

 private:
  std::string Word();
  std::string Sentence(size_t words);
  std::string Edited(const std::string& body, uint64_t percent);
  std::string Corrected(std::string body);

  std::mt19937_64 random_;
};

// "a b\n\nc" => {"a b", "c"}
std::vector<std::string> Paragraphs(std::string_view body);
std::string JoinParagraphs(const std::vector<std::string>& paragraphs);

}  // namespace newsfeed::testing
