#include "processors/decode/json_walk.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "processors/text/ascii.h"
#include "processors/text/utf8.h"

namespace newsfeed::decode {

namespace ascii = text::ascii;
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(text::Arena::kPadding >= simdjson::SIMDJSON_PADDING);

// More authors, keywords or parts than this are no news.
constexpr uint32_t kMaxCapturesOfNode = 256;
// Larger scratch memory is given back after the batch.
constexpr size_t kMaxKeptCapacity = size_t{8} << 20;

bool IsJsonBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view TrimEnd(std::string_view token) {
  while (!token.empty() && IsJsonBlank(token.back())) token.remove_suffix(1);
  return token;
}

// The grammar of RFC 8259, section 6.
bool IsNumber(std::string_view token) {
  size_t at = 0;
  const auto digits = [&] {
    const size_t start = at;
    while (at < token.size() && ascii::IsDigit(token[at])) ++at;
    return at - start;
  };
  const auto take = [&](char c) { return at < token.size() && token[at] == c && ++at != 0; };
  take('-');
  const size_t whole = at;
  const size_t size = digits();
  if (size == 0 || (size > 1 && token[whole] == '0')) return false;
  if (take('.') && digits() == 0) return false;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (digits() == 0) return false;
  }
  return at == token.size();
}

int HexValue(char c) {
  if (ascii::IsDigit(c)) return c - '0';
  const char lower = ascii::Lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The value of four hexadecimal digits, or -1.
int32_t HexQuad(std::string_view text) {
  if (text.size() < 4) return -1;
  int32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    const int digit = HexValue(text[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

size_t FindBackslash(std::string_view text, size_t from) { return text.find('\\', from); }

// What "\n" and the like stand for; 0: no escape.
char SimpleEscape(char c) {
  switch (c) {
    case '"': case '\\': case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

bool EscapesAreValid(std::string_view raw) {
  for (size_t at = FindBackslash(raw, 0); at != raw.npos; at = FindBackslash(raw, at)) {
    if (at + 1 == raw.size()) return false;
    if (raw[at + 1] == 'u') {
      if (HexQuad(raw.substr(at + 2)) < 0) return false;
      at += 6;
    } else {
      if (SimpleEscape(raw[at + 1]) == 0) return false;
      at += 2;
    }
  }
  return true;
}

// Reads "\uXXXX", or two of them that are a pair, at the head of `raw`.
text::CodePoint ReadUnicodeEscape(std::string_view raw) {
  const auto unit = static_cast<char32_t>(HexQuad(raw.substr(2)));
  if (unit < 0xD800 || unit > 0xDFFF) return {unit, 6};
  if (unit < 0xDC00 && raw.size() >= 12 && raw[6] == '\\' && raw[7] == 'u') {
    const auto low = static_cast<char32_t>(HexQuad(raw.substr(8)));
    const bool is_pair = low >= 0xDC00 && low <= 0xDFFF;
    if (is_pair) return {0x10000 + ((unit - 0xD800) << 10) + low - 0xDC00, 12};
  }
  return {0xFFFD, 6};
}

JsonKind KindOf(char first) {
  switch (first) {
    case '{': return JsonKind::kObject;
    case '[': return JsonKind::kArray;
    case '"': return JsonKind::kString;
    case 't': case 'f': return JsonKind::kBool;
    case 'n': return JsonKind::kNull;
    default: return JsonKind::kNumber;
  }
}

// Checks a scalar as written; strings lose their quotes. Says what is wrong, or nothing.
std::string_view CheckScalar(JsonKind kind, std::string_view& token) {
  token = TrimEnd(token);
  switch (kind) {
    case JsonKind::kString:
      if (token.size() < 2 || token.back() != '"') return "string without an end";
      token = token.substr(1, token.size() - 2);
      return EscapesAreValid(token) ? "" : "wrong escape in a string";
    case JsonKind::kBool: return token == "true" || token == "false" ? "" : "unknown word";
    case JsonKind::kNull: return token == "null" ? "" : "unknown word";
    default: return IsNumber(token) ? "" : "neither a value nor a number";
  }
}

}  // namespace

std::string_view JsonKindName(JsonKind kind) {
  constexpr std::array<std::string_view, 6> kNames = {"null",     "true or false", "a number",
                                                      "a string", "an array",      "an object"};
  return kNames[static_cast<size_t>(kind)];
}

std::string_view Unescape(std::string_view raw, text::Arena& arena) {
  size_t escape = FindBackslash(raw, 0);
  if (escape == raw.npos) return raw;
  // An escape is never shorter than what it stands for.
  char* const out = arena.Allocate(raw.size());
  char* end = out;
  size_t at = 0;
  while (escape != raw.npos) {
    std::memcpy(end, raw.data() + at, escape - at);
    end += escape - at;
    if (raw[escape + 1] == 'u') {
      const text::CodePoint point = ReadUnicodeEscape(raw.substr(escape, 12));
      end += text::Encode(point.value, end);
      at = escape + point.bytes;
    } else {
      *end++ = SimpleEscape(raw[escape + 1]);
      at = escape + 2;
    }
    escape = FindBackslash(raw, at);
  }
  std::memcpy(end, raw.data() + at, raw.size() - at);
  end += raw.size() - at;
  const auto size = static_cast<size_t>(end - out);
  arena.Trim(out, raw.size(), size);
  return {out, size};
}

JsonFault JsonWalk::Run(std::string_view text, const JsonPaths& paths, uint32_t max_depth) {
  text_ = text;
  paths_ = &paths;
  max_depth_ = max_depth;
  ++run_;
  frames_.clear();
  active_.clear();
  captures_.clear();
  return RunRoot();
}

void JsonWalk::TrimMemory() {
  if (parser_.capacity() > kMaxKeptCapacity) parser_ = ondemand::parser();
  if (captures_.capacity() * sizeof(JsonCapture) > kMaxKeptCapacity) captures_ = {};
}

JsonFault JsonWalk::RunRoot() {
  // Grown in powers of two, so that a few growing records do not allocate each time.
  if (parser_.capacity() < text_.size()) {
    const size_t capacity = std::max(std::bit_ceil(text_.size()), size_t{1} << 16);
    if (parser_.allocate(capacity) != simdjson::SUCCESS) return Invalid("cannot be indexed");
  }
  const simdjson::padded_string_view padded(text_.data(), text_.size(),
                                            text_.size() + simdjson::SIMDJSON_PADDING);
  if (const auto error = parser_.iterate(padded).get(document_); error != simdjson::SUCCESS) {
    return {Reason::kInvalidJson, simdjson::error_message(error)};
  }
  ondemand::json_type type;
  if (document_.type().get(type) != simdjson::SUCCESS) return Invalid("no value");
  if (type == ondemand::json_type::object || type == ondemand::json_type::array) {
    if (JsonFault fault = OpenRoot(type); fault.reason != Reason::kUnspecified) return fault;
    return RunFrames();
  }
  std::string_view token;
  if (document_.raw_json_token().get(token) != simdjson::SUCCESS) return Invalid("no value");
  // Of the whole text, so that what follows the scalar counts too.
  token = ascii::Trim(text_);
  const JsonKind kind = KindOf(token.front());
  const std::string_view wrong = CheckScalar(kind, token);
  if (!wrong.empty()) return InvalidAt(wrong, token.data());
  return {Reason::kWrongType,
          fmt::format("the record is {}, not an object", JsonKindName(kind))};
}

// Goes into a container: the document or a value.
template <typename Container>
simdjson::error_code JsonWalk::Begin(Container& container, Frame& frame) {
  if (frame.is_object) {
    ondemand::object object;
    const auto error = container.get_object().get(object);
    return error != simdjson::SUCCESS ? error : object.begin().get(frame.members);
  }
  ondemand::array array;
  const auto error = container.get_array().get(array);
  return error != simdjson::SUCCESS ? error : array.begin().get(frame.elements);
}

JsonFault JsonWalk::OpenRoot(ondemand::json_type type) {
  Frame frame;
  frame.is_root = true;
  frame.start = text_.data() + text_.find_first_of("{[");
  frame.is_object = type == ondemand::json_type::object;
  if (frame.is_object) {
    active_.push_back(JsonPaths::kRoot);
    Capture(JsonKind::kObject, {}, {});
  }
  if (Begin(document_, frame) != simdjson::SUCCESS) return NoEnd(frame.is_object);
  frame.active_end = active_.size();
  frame.captures_end = captures_.size();
  frames_.push_back(frame);
  return {};
}

JsonFault JsonWalk::RunFrames() {
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    const bool at_end = frame.is_object ? frame.members == ondemand::object_iterator()
                                        : frame.elements == ondemand::array_iterator();
    JsonFault fault = at_end ? Close() : VisitNext(frame);
    if (fault.reason != Reason::kUnspecified) return fault;
  }
  const char* behind = nullptr;
  if (document_.current_location().get(behind) == simdjson::SUCCESS) {
    return InvalidAt("more behind the end of the record", behind);
  }
  return {};
}

// The key of a field. Escaped keys are rare; simdjson unescapes them into its own memory.
bool JsonWalk::Named(ondemand::field& field, std::string_view& key) {
  const char* raw = field.key().raw();
  const char* end = raw;
  while (*end != '"' && *end != '\\') ++end;
  key = {raw, static_cast<size_t>(end - raw)};
  if (*end == '"') return true;
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  if (!EscapesAreValid({raw, static_cast<size_t>(end - raw)})) return false;
  // With a lone surrogate the key is none we look for.
  if (field.unescaped_key().get(key) != simdjson::SUCCESS) key = {};
  return true;
}

JsonFault JsonWalk::VisitNext(Frame& frame) {
  Place place{active_.size(), frame.first, frame.last, frame.in_array};
  ondemand::value value;
  if (frame.is_object) {
    ondemand::field field;
    if (const auto error = (*frame.members).get(field); error != simdjson::SUCCESS) {
      return Invalid(simdjson::error_message(error));
    }
    std::string_view key;
    if (!Named(field, key)) return Invalid("wrong escape in a key");
    ActivateMember(frame, key);
    value = field.value();
  } else {
    if (const auto error = (*frame.elements).get(value); error != simdjson::SUCCESS) {
      return Invalid(simdjson::error_message(error));
    }
    if (!frame.is_root) {
      place.last = frame.count;
      if (!place.in_array) place.first = frame.count;
      place.in_array = true;
    }
  }
  return VisitValue(value, place);
}

JsonFault JsonWalk::VisitValue(ondemand::value value, const Place& place) {
  std::string_view token = value.raw_json_token();
  const JsonKind kind = KindOf(token.front());
  Frame& frame = frames_.back();
  if (!frame.is_object) ActivateElement(frame, kind == JsonKind::kObject);
  ++frame.count;
  if (kind == JsonKind::kObject || kind == JsonKind::kArray) return Open(value, kind, place);
  const std::string_view wrong = CheckScalar(kind, token);
  if (!wrong.empty()) return InvalidAt(wrong, token.data());
  Capture(kind, token, place);
  active_.resize(place.active_begin);
  if (frame.is_root) frame.only_objects = false;
  Advance(frame);
  return {};
}

JsonFault JsonWalk::Open(ondemand::value value, JsonKind kind, const Place& place) {
  if (frames_.size() >= max_depth_) {
    return {Reason::kTooDeep, fmt::format("nested deeper than {} levels", max_depth_)};
  }
  Frame frame;
  frame.is_object = kind == JsonKind::kObject;
  frame.active_begin = place.active_begin;
  frame.active_end = active_.size();
  frame.first = place.first;
  frame.last = place.last;
  frame.in_array = place.in_array;
  frame.start = value.raw_json_token().data();
  frame.captures_begin = captures_.size();
  Capture(kind, {}, place);
  frame.captures_end = captures_.size();
  // The one element of an array as a record must be an object.
  Frame& parent = frames_.back();
  if (parent.is_root && !frame.is_object) parent.only_objects = false;
  if (const auto error = Begin(value, frame); error != simdjson::SUCCESS) {
    return Invalid(simdjson::error_message(error));
  }
  frames_.push_back(frame);
  return {};
}

void JsonWalk::Advance(Frame& frame) {
  if (frame.is_object) {
    ++frame.members;
  } else {
    ++frame.elements;
  }
}

JsonFault JsonWalk::Close() {
  const Frame frame = frames_.back();
  frames_.pop_back();
  const char* end = text_.data() + text_.size();
  const char* next = nullptr;
  if (document_.current_location().get(next) == simdjson::SUCCESS && next < end) end = next;
  if (frame.captures_begin < frame.captures_end) {
    const std::string_view raw =
        TrimEnd({frame.start, static_cast<size_t>(end - frame.start)});
    for (size_t i = frame.captures_begin; i < frame.captures_end; ++i) captures_[i].raw = raw;
  }
  active_.resize(frame.active_begin);
  if (frames_.empty()) {
    const bool one_object = frame.is_object || (frame.count == 1 && frame.only_objects);
    if (one_object) return {};
    return {Reason::kWrongType,
            fmt::format("the record is an array of {} values, not one object", frame.count)};
  }
  Advance(frames_.back());
  return {};
}

void JsonWalk::ActivateMember(const Frame& frame, std::string_view key) {
  for (size_t i = frame.active_begin; i < frame.active_end; ++i) {
    const uint32_t child = paths_->Child(active_[i], key);
    if (child != JsonPaths::kNone) active_.push_back(child);
  }
}

void JsonWalk::ActivateElement(const Frame& frame, bool is_object) {
  if (frame.is_root) {
    if (is_object && frame.count == 0) active_.push_back(JsonPaths::kRoot);
    return;
  }
  for (size_t i = frame.active_begin; i < frame.active_end; ++i) {
    const JsonNode& node = paths_->node(active_[i]);
    const uint32_t any = node.any;
    if (any != JsonPaths::kNone) active_.push_back(any);
    if (node.children.empty()) continue;
    const fmt::format_int index(frame.count);
    const uint32_t child = paths_->Child(active_[i], {index.data(), index.size()});
    if (child != JsonPaths::kNone) active_.push_back(child);
  }
}

void JsonWalk::Capture(JsonKind kind, std::string_view raw, const Place& place) {
  if (counts_.size() < paths_->size()) counts_.resize(paths_->size());
  for (size_t i = place.active_begin; i < active_.size(); ++i) {
    const uint32_t index = active_[i];
    const JsonNode& node = paths_->node(index);
    if (node.targets.empty()) continue;
    NodeCount& count = counts_[index];
    if (count.run != run_) count = {run_, 0};
    // A second value at a place that is one: a duplicate key.
    if (count.captures >= (node.repeats ? kMaxCapturesOfNode : 1)) continue;
    ++count.captures;
    for (const JsonTarget& target : node.targets) {
      captures_.push_back({target, index, kind, place.first, place.last, raw});
    }
  }
}

// The record has no bracket at its end, or too few: simdjson does not say where.
JsonFault JsonWalk::NoEnd(bool is_object) const {
  const std::string_view trimmed = TrimEnd(text_);
  if (trimmed.back() == (is_object ? '}' : ']')) return InvalidAt("", nullptr);
  return {Reason::kInvalidJson, fmt::format("begins with {} but does not end with {}",
                                            is_object ? '{' : '[', is_object ? '}' : ']')};
}

JsonFault JsonWalk::Invalid(std::string_view what) {
  const char* at = nullptr;
  if (document_.current_location().get(at) != simdjson::SUCCESS) at = text_.data() + text_.size();
  return InvalidAt(what, at);
}

JsonFault JsonWalk::InvalidAt(std::string_view what, const char* at) const {
  const char* end = text_.data() + text_.size();
  if (at == nullptr || at < text_.data() || at > end) at = end;
  // What simdjson says there depends on the bytes behind the record.
  if (at == end) what = "cut short";
  return {Reason::kInvalidJson, fmt::format("{}, at byte {}", what, at - text_.data())};
}

}  // namespace newsfeed::decode
