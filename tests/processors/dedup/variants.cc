#include "tests/processors/dedup/variants.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace newsfeed::testing {
namespace {

constexpr std::string_view kSyllables[] = {"ba", "ce", "di", "fo", "gu", "ha", "je", "ki",
                                           "lo", "mu", "na", "pe", "ri", "so", "tu", "va"};
constexpr size_t kVocabulary = 20'000;

std::string WordAt(size_t rank) {
  std::string word;
  for (size_t rest = rank + 1; rest > 0; rest /= 16) word += kSyllables[rest % 16];
  return word;
}

std::vector<std::string> Split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + separator.size(), text.size()));
  }
  return parts;
}

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

std::string FirstWords(const std::string& body, double share) {
  std::vector<std::string> words = Split(body, " ");
  words.resize(static_cast<size_t>(static_cast<double>(words.size()) * share));
  return Join(words, " ");
}

}  // namespace

std::vector<std::string> Paragraphs(std::string_view body) { return Split(body, "\n\n"); }
std::string JoinParagraphs(const std::vector<std::string>& paragraphs) {
  return Join(paragraphs, "\n\n");
}

std::string_view VariantName(Variant variant) {
  constexpr std::array<std::string_view, 11> kNames = {
      "same",     "new title", "light furniture", "cut to 1/2", "cut to 1/3",      "5 % edited",
      "10 % edited", "shuffled",  "+30 % new",       "+100 % new", "corrected digits"};
  return kNames[static_cast<size_t>(variant)];
}

std::string NewsGenerator::Word() {
  if (Below(15) == 0) return std::to_string(1 + Below(5000));
  const double uniform = static_cast<double>(random_() >> 11) * 0x1.0p-53;
  return WordAt(static_cast<size_t>(std::pow(double{kVocabulary}, uniform)));
}

std::string NewsGenerator::Sentence(size_t words) {
  std::string sentence = Word();
  for (size_t i = 1; i < words; ++i) sentence += ' ' + Word();
  return sentence;
}

NewsText NewsGenerator::Article(size_t words) {
  NewsText article{.title = Sentence(8), .body = {}};
  std::vector<std::string> paragraphs;
  for (size_t done = 0; done < words;) {
    const size_t length = std::min<size_t>(words - done, 30 + Below(30));
    paragraphs.push_back(Sentence(length) + '.');
    done += length;
  }
  article.body = JoinParagraphs(paragraphs);
  return article;
}

std::string NewsGenerator::Edited(const std::string& body, uint64_t percent) {
  std::vector<std::string> words = Split(body, " ");
  for (std::string& word : words) {
    if (Below(100) < percent) word = Word();
  }
  return Join(words, " ");
}

// Another first digit for three numbers, or for all there are.
std::string NewsGenerator::Corrected(std::string body) {
  std::vector<size_t> numbers;
  for (size_t i = 1; i < body.size(); ++i) {
    if (body[i] >= '0' && body[i] <= '9' && body[i - 1] == ' ') numbers.push_back(i);
  }
  std::ranges::shuffle(numbers, random_);
  numbers.resize(std::min<size_t>(numbers.size(), 3));
  for (const size_t at : numbers) body[at] = static_cast<char>('1' + (body[at] - '0' + 3) % 9);
  return body;
}

NewsText NewsGenerator::Make(Variant variant, const NewsText& original, const NewsText& other) {
  NewsText made = original;
  switch (variant) {
    case Variant::kSame: break;
    case Variant::kNewTitle: made.title = other.title; break;
    case Variant::kLightFurniture:
      made.body = "By " + Sentence(3) + "\n\n" + made.body + "\n\n" + Sentence(12);
      break;
    case Variant::kCutToHalf: made.body = FirstWords(made.body, 0.5); break;
    case Variant::kCutToThird: made.body = FirstWords(made.body, 0.33); break;
    case Variant::kEdited5: made.body = Edited(made.body, 5); break;
    case Variant::kEdited10: made.body = Edited(made.body, 10); break;
    case Variant::kShuffled: {
      std::vector<std::string> paragraphs = Paragraphs(made.body);
      std::ranges::shuffle(paragraphs, random_);
      made.body = JoinParagraphs(paragraphs);
      break;
    }
    case Variant::kMore30: {
      const double share = 0.3 * static_cast<double>(original.body.size()) /
                           static_cast<double>(std::max<size_t>(other.body.size(), 1));
      made.body += "\n\n" + FirstWords(other.body, std::min(share, 1.0));
      break;
    }
    case Variant::kMore100: {
      const double share = 0.5 * static_cast<double>(original.body.size()) /
                           static_cast<double>(std::max<size_t>(other.body.size(), 1));
      const std::string half = FirstWords(other.body, std::min(share, 1.0));
      made.body = half + "\n\n" + made.body + "\n\n" + Edited(half, 100);
      break;
    }
    case Variant::kCorrectedDigits: made.body = Corrected(std::move(made.body)); break;
  }
  return made;
}

}  // namespace newsfeed::testing
