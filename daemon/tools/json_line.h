// An object of JSON, member by member.
//
//   JsonLine line;
//   line.Add("reason", "WRONG_TYPE").Add("offset", 17);
//   std::move(line).Take()  =>  {"reason":"WRONG_TYPE","offset":17}
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/file/json_writer.h"
#include "processors/text/utf8.h"

namespace newsfeed::tools {

// Bytes of a record as text fit for a screen or JSON: what is no UTF-8 becomes U+FFFD, control
// characters '?'.
inline std::string CleanText(std::string_view bytes, size_t max_bytes = 64 << 10) {
  text::Arena arena;
  return std::string(text::CleanExcerpt(bytes, max_bytes, arena));
}

class JsonLine {
 public:
  // `text` must be valid UTF-8.
  JsonLine& Add(std::string_view name, std::string_view text) {
    Name(name);
    file::AppendJsonString(text, out_);
    return *this;
  }
  JsonLine& Add(std::string_view name, const char* text) {
    return Add(name, std::string_view(text));
  }
  template <std::integral T>
  JsonLine& Add(std::string_view name, T number) {
    if constexpr (std::same_as<T, bool>) {
      return AddRaw(name, number ? "true" : "false");
    } else {
      return AddRaw(name, std::to_string(number));
    }
  }
  JsonLine& Add(std::string_view name, float number) {
    Name(name);
    file::AppendJsonNumber(number, out_);
    return *this;
  }
  // JSON as it is.
  JsonLine& AddRaw(std::string_view name, std::string_view json) {
    Name(name);
    out_ += json;
    return *this;
  }
  std::string Take() && {
    out_ += '}';
    return std::move(out_);
  }

 private:
  void Name(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    file::AppendJsonString(name, out_);
    out_ += ':';
  }

  std::string out_ = "{";
};

// [ITEM,ITEM]; `write(element)` gives the JSON of each.
template <typename Range, typename Write>
std::string JsonList(const Range& range, Write write) {
  std::string out = "[";
  for (const auto& element : range) {
    if (out.size() > 1) out += ',';
    out += write(element);
  }
  return out + "]";
}

inline std::string JsonText(std::string_view text) {
  std::string out;
  file::AppendJsonString(text, out);
  return out;
}

}  // namespace newsfeed::tools
