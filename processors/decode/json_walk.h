// One pass over a JSON record: checks all of it and captures what JsonPaths looks for.
//
//   JsonWalk walk;
//   JsonFault fault = walk.Run(text, paths, max_depth);   // fault.reason == kUnspecified: fine
//   for (const JsonCapture& capture : walk.captures()) …
//
// simdjson On Demand (simdjson.org) finds the structure; this walk visits every value once, with a
// stack of its own instead of recursion, so that also what nobody asks for must be well-formed.
// Strings are not unescaped here: captures are views of the record, valid as long as it is.
//
// Duplicate keys: the first one counts (RFC 8259 leaves it open).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "processors/article/fate.h"
#include "processors/decode/json_paths.h"
#include "processors/text/arena.h"

namespace newsfeed::decode {

enum class JsonKind : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

// "a number", for details.
std::string_view JsonKindName(JsonKind kind);

// A value that is looked for, in the order of the record.
struct JsonCapture {
  JsonTarget target;
  uint32_t node = 0;
  JsonKind kind = JsonKind::kNull;
  // Indices in the first and the last array on the way.
  uint32_t first = 0;
  uint32_t last = 0;
  // Strings: between the quotes, still escaped. Others: as written.
  std::string_view raw;
};

struct JsonFault {
  Reason reason = Reason::kUnspecified;
  std::string detail;
};

class JsonWalk {
 public:
  // `text` is valid UTF-8 followed by text::Arena::kPadding readable bytes. The record is an object
  // or an array of exactly one; anything else is kWrongType.
  JsonFault Run(std::string_view text, const JsonPaths& paths, uint32_t max_depth);

  // Of the last run that was fine.
  std::span<const JsonCapture> captures() const { return captures_; }

  // Gives back what one huge record made it take.
  void TrimMemory();

 private:
  struct Frame {
    bool is_object = false;
    bool is_root = false;
    bool only_objects = true;  // of the root: no element so far is anything else
    simdjson::ondemand::object_iterator members;
    simdjson::ondemand::array_iterator elements;
    size_t active_begin = 0;  // nodes that are looked for here, in active_
    size_t active_end = 0;
    size_t captures_begin = 0;  // captures of the container itself
    size_t captures_end = 0;
    const char* start = nullptr;
    uint32_t count = 0;  // of values so far
    uint32_t first = 0;
    uint32_t last = 0;
    bool in_array = false;  // first and last are set
  };

  // A value on its way from its parent to its own frame.
  struct Place {
    size_t active_begin = 0;
    uint32_t first = 0;
    uint32_t last = 0;
    bool in_array = false;
  };

  JsonFault RunRoot();
  JsonFault RunFrames();
  JsonFault VisitNext(Frame& frame);
  JsonFault VisitValue(simdjson::ondemand::value value, const Place& place);
  JsonFault Open(simdjson::ondemand::value value, JsonKind kind, const Place& place);
  JsonFault OpenRoot(simdjson::ondemand::json_type type);
  JsonFault Close();
  template <typename Container>
  static simdjson::error_code Begin(Container& container, Frame& frame);
  static void Advance(Frame& frame);
  void ActivateMember(const Frame& frame, std::string_view key);
  void ActivateElement(const Frame& frame, bool is_object);
  void Capture(JsonKind kind, std::string_view raw, const Place& place);
  JsonFault NoEnd(bool is_object) const;
  JsonFault Invalid(std::string_view what);
  JsonFault InvalidAt(std::string_view what, const char* at) const;
  bool Named(simdjson::ondemand::field& field, std::string_view& key);

  std::string_view text_;
  const JsonPaths* paths_ = nullptr;
  uint32_t max_depth_ = 0;
  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
  std::vector<Frame> frames_;
  std::vector<uint32_t> active_;
  std::vector<JsonCapture> captures_;
  // Captures of each node in this run; valid where the run is the same.
  struct NodeCount {
    uint64_t run = 0;
    uint32_t captures = 0;
  };
  std::vector<NodeCount> counts_;
  uint64_t run_ = 0;
};

// The text of a string as captured, unescaped: `raw` itself where nothing is escaped, else in
// `arena`. A lone surrogate ("\ud83d": an emoji cut in half) becomes U+FFFD.
std::string_view Unescape(std::string_view raw, text::Arena& arena);

}  // namespace newsfeed::decode
