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

// Calls `take(begin, end)` for each run of other bytes than blanks, until it returns false.
template <typename Take>
void ForEachRun(std::string_view text, Take take) {
  constexpr std::string_view kBlanks = " \n\t";
  size_t end = 0;
  for (size_t at; (at = text.find_first_not_of(kBlanks, end)) != text.npos;) {
    end = std::min(text.find_first_of(kBlanks, at), text.size());
    if (!take(at, end)) return;
  }
}

std::string FirstShare(const std::string& body, double share) {
  return std::string(
      FirstWords(body, static_cast<size_t>(static_cast<double>(CountWords(body)) * share)));
}

}  // namespace

size_t CountWords(std::string_view text) {
  size_t words = 0;
  ForEachRun(text, [&](size_t, size_t) { return ++words > 0; });
  return words;
}

std::string_view FirstWords(std::string_view text, size_t words) {
  size_t length = 0;
  ForEachRun(text, [&](size_t, size_t end) {
    if (words == 0) return false;
    length = end;
    return --words > 0;
  });
  return text.substr(0, length);
}

bool HasDigit(std::string_view text) {
  return text.find_first_of("0123456789") != text.npos;
}

std::vector<std::string> Paragraphs(std::string_view body) { return Split(body, "\n\n"); }
std::string JoinParagraphs(const std::vector<std::string>& paragraphs) {
  return Join(paragraphs, "\n\n");
}

std::string_view VariantName(Variant variant) {
  constexpr std::array<std::string_view, 12> kNames = {
      "same",       "new title",  "light furniture", "heavy furniture", "cut to 1/2",
      "cut to 1/3", "5 % edited", "10 % edited",     "shuffled",        "+30 % new",
      "+100 % new", "corrected digits"};
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

std::string NewsGenerator::Chrome(size_t words) {
  std::string text;
  while (words > 0) {
    const size_t length = std::min<size_t>(words, 1 + Below(6));
    if (!text.empty()) text += '\n';
    text += Sentence(length);
    words -= length;
  }
  return text;
}

std::string NewsGenerator::Passage(const NewsText& other, size_t words) {
  std::string passage(FirstWords(other.body, words));
  const size_t missing = words - CountWords(passage);
  if (missing > 0) passage += "\n\n" + Article(missing).body;
  return passage;
}

// Other words at places that are drawn, so many of a hundred exactly.
std::string NewsGenerator::Edited(std::string body, const NewsText& other, uint64_t percent) {
  std::vector<std::pair<size_t, size_t>> places;
  std::vector<std::string_view> words;
  ForEachRun(other.body, [&](size_t begin, size_t end) {
    const auto word = std::string_view(other.body).substr(begin, end - begin);
    if (!HasDigit(word)) words.push_back(word);
    return true;
  });
  ForEachRun(body, [&](size_t begin, size_t end) {
    if (!HasDigit(std::string_view(body).substr(begin, end - begin))) places.emplace_back(begin, end);
    return true;
  });
  if (words.empty()) return body;
  const size_t edits = CountWords(body) * percent / 100;
  std::ranges::shuffle(places, random_);
  places.resize(std::min(places.size(), edits));
  std::ranges::sort(places, std::greater<>());
  for (const auto& [begin, end] : places) {
    body.replace(begin, end - begin, words[Below(words.size())]);
  }
  return body;
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
  const size_t words = CountWords(original.body);
  switch (variant) {
    case Variant::kSame: break;
    case Variant::kNewTitle: made.title = other.title; break;
    case Variant::kLightFurniture:
      made.body = "By " + Sentence(3) + "\n\n" + made.body + "\n\n" + Sentence(12);
      break;
    case Variant::kHeavyFurniture: {
      const size_t before = words * (3 + Below(18)) / 100;
      const size_t behind = words * (3 + Below(18)) / 100;
      made.body = Chrome(before) + "\n\n" + made.body + "\n\n" + Chrome(behind);
      break;
    }
    case Variant::kCutToHalf: made.body = FirstShare(made.body, 0.5); break;
    case Variant::kCutToThird: made.body = FirstShare(made.body, 0.33); break;
    case Variant::kEdited5: made.body = Edited(std::move(made.body), other, 5); break;
    case Variant::kEdited10: made.body = Edited(std::move(made.body), other, 10); break;
    case Variant::kShuffled: {
      std::vector<std::string> paragraphs = Paragraphs(made.body);
      std::ranges::shuffle(paragraphs, random_);
      made.body = JoinParagraphs(paragraphs);
      break;
    }
    case Variant::kMore30: made.body += "\n\n" + Passage(other, words * 3 / 10); break;
    case Variant::kMore100: {
      const std::string passage = Passage(other, words);
      const std::string half(FirstWords(passage, words / 2));
      made.body = half + "\n\n" + made.body + "\n\n" + passage.substr(half.size());
      break;
    }
    case Variant::kCorrectedDigits: made.body = Corrected(std::move(made.body)); break;
  }
  return made;
}

}  // namespace newsfeed::testing
