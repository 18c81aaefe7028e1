// ASCII letters and blanks in UTF-8 text: what protocols and formats are made of. No locale.
#pragma once

#include <cstddef>
#include <string_view>

namespace newsfeed::text::ascii {

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
constexpr bool IsLetter(char c) { return Lower(c) >= 'a' && Lower(c) <= 'z'; }
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// `lower` must be in lower case.
constexpr bool StartsWith(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (size_t i = 0; i < lower.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

constexpr bool Equal(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && StartsWith(text, lower);
}

// Place of `lower` in `text` in any case, or npos.
constexpr size_t Find(std::string_view text, std::string_view lower, size_t from = 0) {
  for (size_t i = from; i + lower.size() <= text.size(); ++i) {
    if (StartsWith(text.substr(i), lower)) return i;
  }
  return std::string_view::npos;
}

constexpr std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace newsfeed::text::ascii
