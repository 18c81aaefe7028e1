#include "daemon/file/json_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <iterator>
#include <vector>

namespace newsfeed::file {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// True for bytes that a JSON string cannot hold as they are (RFC 8259, section 7).
constexpr auto kEscaped = [] {
  std::array<bool, 256> escaped{};
  for (size_t c = 0; c < 0x20; ++c) escaped[c] = true;
  escaped['"'] = escaped['\\'] = true;
  return escaped;
}();

void AppendEscape(unsigned char c, std::string& out) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\t': out += "\\t"; return;
    case '\r': out += "\\r"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    default: fmt::format_to(std::back_inserter(out), FMT_COMPILE("\\u{:04x}"), int{c});
  }
}

template <typename T>
void AppendNumber(T number, std::string& out) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), number);
}

// JSON has no words for the numbers that are none; proto3 writes them as strings.
template <std::floating_point T>
void AppendFloat(T number, std::string& out) {
  if (std::isfinite(number)) return AppendNumber(number, out);
  out += std::isnan(number) ? R"("NaN")" : number > 0 ? R"("Infinity")" : R"("-Infinity")";
}

// One that a newer version knows is written by its number.
void AppendEnum(int number, const google::protobuf::EnumDescriptor& values, std::string& out) {
  const auto* value = values.FindValueByNumber(number);
  if (value == nullptr) return AppendNumber(number, out);
  out += '"';
  out += value->name();
  out += '"';
}

void AppendQuoted(int64_t number, std::string& out) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("\"{}\""), number);
}

void AppendValue(const Message& message, const FieldDescriptor& field, int index,
                 std::string& out) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = index >= 0;
  std::string scratch;
  const auto get = [&](auto single, auto element) {
    return repeated ? (reflection.*element)(message, &field, index)
                    : (reflection.*single)(message, &field);
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      AppendJsonString(repeated ? reflection.GetRepeatedStringReference(message, &field, index,
                                                                        &scratch)
                                : reflection.GetStringReference(message, &field, &scratch),
                       out);
      return;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      AppendJson(repeated ? reflection.GetRepeatedMessage(message, &field, index)
                          : reflection.GetMessage(message, &field),
                 out);
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      return AppendEnum(get(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue),
                        *field.enum_type(), out);
    case FieldDescriptor::CPPTYPE_BOOL:
      out += get(&Reflection::GetBool, &Reflection::GetRepeatedBool) ? "true" : "false";
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      return AppendNumber(get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32), out);
    case FieldDescriptor::CPPTYPE_UINT32:
      return AppendNumber(get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32), out);
    case FieldDescriptor::CPPTYPE_INT64:
      return AppendQuoted(get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64), out);
    case FieldDescriptor::CPPTYPE_UINT64:
      out += '"';
      AppendNumber(get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64), out);
      out += '"';
      return;
    case FieldDescriptor::CPPTYPE_FLOAT:
      return AppendFloat(get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat), out);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return AppendFloat(get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble), out);
  }
}

void AppendMap(const Message& message, const FieldDescriptor& field, std::string& out) {
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor* key = field.message_type()->map_key();
  const FieldDescriptor* value = field.message_type()->map_value();
  std::vector<const Message*> entries;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    entries.push_back(&reflection.GetRepeatedMessage(message, &field, i));
  }
  std::ranges::sort(entries, {}, [&](const Message* entry) {
    return entry->GetReflection()->GetString(*entry, key);
  });
  out += '{';
  for (const Message* entry : entries) {
    if (out.back() != '{') out += ',';
    AppendValue(*entry, *key, -1, out);
    out += ':';
    AppendValue(*entry, *value, -1, out);
  }
  out += '}';
}

void AppendList(const Message& message, const FieldDescriptor& field, std::string& out) {
  out += '[';
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    if (i > 0) out += ',';
    AppendValue(message, field, i, out);
  }
  out += ']';
}

}  // namespace

void AppendJsonNumber(float number, std::string& out) { AppendFloat(number, out); }

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  size_t plain = 0;  // first byte not yet written
  for (size_t i = 0; i < text.size(); ++i) {
    if (!kEscaped[static_cast<unsigned char>(text[i])]) continue;
    out.append(text, plain, i - plain);
    AppendEscape(static_cast<unsigned char>(text[i]), out);
    plain = i + 1;
  }
  out.append(text, plain);
  out += '"';
}

void AppendJson(const Message& message, std::string& out) {
  const auto& descriptor = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  out += '{';
  bool first = true;
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    // An absent message has no default to print.
    if (!field.is_repeated() && field.has_presence() && !reflection.HasField(message, &field)) {
      continue;
    }
    if (!first) out += ',';
    first = false;
    out += '"';
    out += field.json_name();
    out += "\":";
    if (field.is_map()) {
      AppendMap(message, field, out);
    } else if (field.is_repeated()) {
      AppendList(message, field, out);
    } else {
      AppendValue(message, field, -1, out);
    }
  }
  out += '}';
}

}  // namespace newsfeed::file
