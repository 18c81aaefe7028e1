// Text for a manual page, newsfeedd(1) or newsfeedd(5).
#pragma once

#include <string>
#include <string_view>

namespace newsfeed {

// `text` so that man(7) reads no request and no escape in it: "-c\n.x" => "\-c\n\&.x"
inline std::string Roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if ((out.empty() || out.back() == '\n') && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace newsfeed
