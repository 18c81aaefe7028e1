#include "processors/cleanup/character_reference.h"

#include <algorithm>

#include "processors/text/windows1252.h"

namespace newsfeed::cleanup {
namespace {

struct NamedCharacter {
  std::string_view name;
  char32_t character;
};

constexpr NamedCharacter kNamed[] = {
#include "processors/cleanup/entity_table.inc"
};

constexpr size_t kLongestName = 32;
constexpr char32_t kReplacement = 0xFFFD;

char32_t Character(char32_t number) {
  if (number >= 0x80 && number < 0xA0) {
    const char16_t character = text::kWindows1252[number - 0x80];
    return character == 0 ? kReplacement : character;
  }
  const bool surrogate = number >= 0xD800 && number < 0xE000;
  return number == 0 || surrogate || number > 0x10FFFF ? kReplacement : number;
}

int DigitValue(char c, int base) {
  if (c >= '0' && c <= '9') return c - '0';
  if (base == 16 && c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (base == 16 && c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<char32_t> ReadNumber(std::string_view digits) {
  int base = 10;
  if (!digits.empty() && (digits[0] == 'x' || digits[0] == 'X')) {
    base = 16;
    digits.remove_prefix(1);
  }
  if (digits.empty()) return std::nullopt;
  char32_t number = 0;
  for (char c : digits) {
    const int value = DigitValue(c, base);
    if (value < 0) return std::nullopt;
    // Stays beyond Unicode once it is, without running over.
    number = std::min<char32_t>(number * static_cast<char32_t>(base) + static_cast<char32_t>(value),
                                0x110000);
  }
  return Character(number);
}

std::optional<char32_t> ReadName(std::string_view name) {
  const auto found = std::ranges::lower_bound(kNamed, name, {}, &NamedCharacter::name);
  if (found == std::end(kNamed) || found->name != name) return std::nullopt;
  return found->character;
}

}  // namespace

std::optional<CharacterReference> ReadCharacterReference(std::string_view text) {
  const size_t semicolon = text.substr(0, kLongestName + 2).find(';');
  if (semicolon == std::string_view::npos || semicolon < 2) return std::nullopt;
  const std::string_view inside = text.substr(1, semicolon - 1);
  const auto character = inside[0] == '#' ? ReadNumber(inside.substr(1)) : ReadName(inside);
  if (!character) return std::nullopt;
  return CharacterReference{*character, semicolon + 1};
}

}  // namespace newsfeed::cleanup
