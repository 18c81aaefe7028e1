// JSON objects and lists into a string, for what the admin server tells of itself. It knows where
// commas go.
//
//   JsonOutput json(out);
//   json.Object([&] { json.Put("ready", true); json.Put("at", time); });  {"ready":true,"at":"…"}
//
// Keys are literals. Any bytes may stand in texts: what is not UTF-8 becomes '?'. Times are RFC
// 3339 in UTC, null where they are infinite.
#pragma once

#include <absl/time/time.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include "daemon/file/json_writer.h"
#include "daemon/log.h"

namespace newsfeed::admin {

class JsonOutput {
 public:
  explicit JsonOutput(std::string& out) : out_(out) {}

  // The comma before an element or a key.
  void Next() {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[') out_ += ',';
  }
  void Key(std::string_view key) {
    Next();
    fmt::format_to(std::back_inserter(out_), "\"{}\":", key);
  }

  void Put(std::string_view key, std::string_view text) {
    Key(key);
    AppendText(text, out_);
  }
  void Put(std::string_view key, const char* text) { Put(key, std::string_view(text)); }
  void Put(std::string_view key, bool value) {
    Key(key);
    out_ += value ? "true" : "false";
  }
  void Put(std::string_view key, std::integral auto value) {
    Key(key);
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  void Put(std::string_view key, double value) {
    Key(key);
    if (std::isfinite(value)) {
      fmt::format_to(std::back_inserter(out_), "{}", value);
    } else {
      out_ += "null";
    }
  }
  void Put(std::string_view key, absl::Time time) {
    Key(key);
    if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) {
      out_ += "null";
    } else {
      out_ += '"' + absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()) + '"';
    }
  }
  // 0: never.
  void PutMillis(std::string_view key, int64_t milliseconds) {
    Put(key, milliseconds == 0 ? absl::InfinitePast() : absl::FromUnixMillis(milliseconds));
  }

  template <typename Body>
  void Object(Body body) {
    out_ += '{';
    body();
    out_ += '}';
  }
  template <typename Elements, typename Body>
  void List(std::string_view key, const Elements& elements, Body body) {
    Key(key);
    out_ += '[';
    for (const auto& element : elements) {
      Next();
      Object([&] { body(element); });
    }
    out_ += ']';
  }
  template <typename Elements>
  void Numbers(std::string_view key, const Elements& elements) {
    Key(key);
    out_ += fmt::format("[{}]", fmt::join(elements, ","));
  }
  void Counts(std::string_view key, const std::map<std::string, uint64_t>& counts) {
    Key(key);
    Object([&] {
      for (const auto& [name, count] : counts) {
        Next();
        AppendText(name, out_);
        out_ += fmt::format(":{}", count);
      }
    });
  }

 private:
  static void AppendText(std::string_view text, std::string& out) {
    file::AppendJsonString(log::Readable(text), out);
  }

  std::string& out_;
};

}  // namespace newsfeed::admin
