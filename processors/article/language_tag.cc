#include "processors/article/language_tag.h"

#include <algorithm>
#include <array>

#include "processors/text/ascii.h"

namespace newsfeed {

namespace ascii = text::ascii;
namespace {

constexpr size_t kMaxTagBytes = 35;  // RFC 5646, section 4.4.1

// Feeds that give the name instead of the code.
struct LanguageName {
  std::string_view name;
  std::string_view code;
};
constexpr std::array kLanguageNames = std::to_array<LanguageName>({
    {"arabic", "ar"},     {"bengali", "bn"},   {"chinese", "zh"},    {"czech", "cs"},
    {"danish", "da"},     {"dutch", "nl"},     {"english", "en"},    {"finnish", "fi"},
    {"french", "fr"},     {"german", "de"},    {"greek", "el"},      {"hebrew", "he"},
    {"hindi", "hi"},      {"hungarian", "hu"}, {"indonesian", "id"}, {"italian", "it"},
    {"japanese", "ja"},   {"korean", "ko"},    {"norwegian", "no"},  {"persian", "fa"},
    {"polish", "pl"},     {"portuguese", "pt"}, {"romanian", "ro"},  {"russian", "ru"},
    {"spanish", "es"},    {"swedish", "sv"},   {"thai", "th"},       {"turkish", "tr"},
    {"ukrainian", "uk"},  {"urdu", "ur"},      {"vietnamese", "vi"},
});

// The case of a subtag: "GB", "Hant", everything else lower. Only letters and digits are allowed.
bool AppendSubtag(std::string_view subtag, bool first, char*& end) {
  const bool letters = std::ranges::all_of(subtag, ascii::IsLetter);
  const auto good = [](char c) { return ascii::IsLetter(c) || ascii::IsDigit(c); };
  if (subtag.empty() || subtag.size() > 8 || !std::ranges::all_of(subtag, good)) return false;
  // No language of four to eight letters was ever registered.
  if (first && (!letters || subtag.size() < 2 || subtag.size() > 3)) return false;
  for (size_t i = 0; i < subtag.size(); ++i) {
    const bool upper = !first && letters && (subtag.size() == 2 || (subtag.size() == 4 && i == 0));
    *end++ = upper ? ascii::Upper(subtag[i]) : ascii::Lower(subtag[i]);
  }
  return true;
}

}  // namespace

std::string_view LanguageTag(std::string_view label, text::Arena& arena) {
  label = ascii::Trim(label);
  for (const LanguageName& known : kLanguageNames) {
    if (ascii::Equal(label, known.name)) return known.code;
  }
  // "en_US.UTF-8" of a locale, too.
  label = label.substr(0, label.find_first_of(".@"));
  if (label.size() > kMaxTagBytes) return {};
  char* const out = arena.Allocate(label.size());
  char* end = out;
  for (bool first = true;; first = false) {
    const size_t at = std::min(label.find_first_of("-_"), label.size());
    if (!AppendSubtag(label.substr(0, at), first, end)) return {};
    if (at == label.size()) break;
    *end++ = '-';
    label.remove_prefix(at + 1);
  }
  return {out, static_cast<size_t>(end - out)};
}

}  // namespace newsfeed
