#include "daemon/config_loader.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <vector>

#include "newsfeed/config/v1/options.pb.h"
#include "processors/pipeline/processor_table.h"

namespace newsfeed {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Number of single-letter changes from `a` to `b`.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[b.size()];
}

std::string Upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

// Takes no note of anything.
class IgnoringHandler : public YAML::EventHandler {
 public:
  using Mark = YAML::Mark;
  using Anchor = YAML::anchor_t;
  using Style = YAML::EmitterStyle::value;
  void OnDocumentStart(const Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const Mark&, Anchor) override {}
  void OnAlias(const Mark&, Anchor) override {}
  void OnScalar(const Mark&, const std::string&, Anchor, const std::string&) override {}
  void OnSequenceStart(const Mark&, const std::string&, Anchor, Style) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const Mark&, const std::string&, Anchor, Style) override {}
  void OnMapEnd() override {}
};

// Not YAML::LoadAll: it never ends on ",!*`?", which gives it a document for ever (found by
// fuzzing).
bool HasSecondDocument(const std::string& yaml) {
  std::istringstream in(yaml);
  YAML::Parser parser(in);
  IgnoringHandler handler;
  return parser.HandleNextDocument(handler) && parser.HandleNextDocument(handler);
}

// Walks YAML along the descriptor of a message. Keeps the path for messages.
class Filler {
 public:
  Filler(std::string_view file_name, const SecretSource& secrets)
      : file_name_(file_name), secrets_(secrets) {}

  absl::Status Fill(const YAML::Node& node, const std::string& path, Message& out) {
    if (node.IsNull()) return absl::OkStatus();
    if (!node.IsMap()) return Error(node, path, "needs keys, not a single value or a list");
    std::set<std::string> seen;
    for (const auto& item : node) {
      if (!item.first.IsScalar()) return Error(item.first, path, "a key must be a name");
      const std::string key = item.first.Scalar();
      const std::string key_path = path.empty() ? key : path + "." + key;
      if (!seen.insert(key).second) return Error(item.first, key_path, "is given twice");
      const FieldDescriptor* field = out.GetDescriptor()->FindFieldByName(key);
      if (field == nullptr) return UnknownKey(item.first, key_path, *out.GetDescriptor());
      if (absl::Status status = FillField(item.second, key_path, *field, out); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Error(const YAML::Node& node, std::string_view path, std::string_view what) const {
    const int line = node.Mark().line;
    return absl::InvalidArgumentError(
        path.empty() ? fmt::format("{}:{}: {}", file_name_, line + 1, what)
                     : fmt::format("{}:{}: {}: {}", file_name_, line + 1, path, what));
  }

  absl::Status UnknownKey(const YAML::Node& node, const std::string& path,
                          const Descriptor& descriptor) const {
    std::string nearest;
    // As many changes make another word.
    size_t least = std::min<size_t>(4, 1 + node.Scalar().size() / 2);
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const std::string& name = descriptor.field(i)->name();
      if (const size_t distance = EditDistance(name, node.Scalar()); distance < least) {
        least = distance;
        nearest = name;
      }
    }
    return Error(node, path,
                 nearest.empty() ? "unknown key"
                                 : fmt::format("unknown key (did you mean \"{}\"?)", nearest));
  }

  absl::Status FillField(const YAML::Node& node, const std::string& path,
                         const FieldDescriptor& field, Message& out) {
    if (!field.is_repeated()) {
      if (node.IsNull()) return absl::OkStatus();  // "key:" with all below it commented out
      return FillValue(node, path, field, out);
    }
    out.GetReflection()->ClearField(&out, &field);
    if (node.IsNull()) return absl::OkStatus();
    if (field.is_map()) return FillMap(node, path, field, out);
    if (!node.IsSequence()) return Error(node, path, "needs a list");
    size_t index = 0;
    for (const YAML::Node& element : node) {
      const std::string element_path = fmt::format("{}[{}]", path, index++);
      if (absl::Status status = FillValue(element, element_path, field, out); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

  // A map of strings to strings.
  absl::Status FillMap(const YAML::Node& node, const std::string& path,
                       const FieldDescriptor& field, Message& out) {
    if (!node.IsMap()) return Error(node, path, "needs names and values");
    std::set<std::string> seen;
    for (const auto& item : node) {
      if (!item.first.IsScalar()) return Error(item.first, path, "a key must be a name");
      const std::string& key = item.first.Scalar();
      const std::string key_path = path + "." + key;
      if (!seen.insert(key).second) return Error(item.first, key_path, "is given twice");
      Message& entry = *out.GetReflection()->AddMessage(&out, &field);
      const Descriptor& type = *field.message_type();
      entry.GetReflection()->SetString(&entry, type.map_key(), key);
      if (absl::Status status = FillValue(item.second, key_path, *type.map_value(), entry);
          !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status FillValue(const YAML::Node& node, const std::string& path,
                         const FieldDescriptor& field, Message& out) {
    const Reflection& reflection = *out.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Message* child = field.is_repeated() ? reflection.AddMessage(&out, &field)
                                           : reflection.MutableMessage(&out, &field);
      return Fill(node, path, *child);
    }
    if (!node.IsScalar()) return Error(node, path, "needs a single value");
    const std::string& text = node.Scalar();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: return SetString(node, path, field, out);
      case FieldDescriptor::CPPTYPE_BOOL:
        if (text != "true" && text != "false") return Error(node, path, "needs true or false");
        return Set<bool>(text == "true", field, out, &Reflection::SetBool, &Reflection::AddBool);
      case FieldDescriptor::CPPTYPE_ENUM: return SetEnum(node, path, field, out);
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE: return SetReal(node, path, field, out);
      default: return SetInteger(node, path, field, out);
    }
  }

  template <typename T, typename Setter, typename Adder>
  absl::Status Set(const T& value, const FieldDescriptor& field, Message& out, Setter set,
                   Adder add) {
    const Reflection& reflection = *out.GetReflection();
    if (field.is_repeated()) {
      (reflection.*add)(&out, &field, value);
    } else {
      (reflection.*set)(&out, &field, value);
    }
    return absl::OkStatus();
  }

  absl::Status SetString(const YAML::Node& node, const std::string& path,
                         const FieldDescriptor& field, Message& out) {
    std::string value;
    std::string_view rest = node.Scalar();
    for (size_t start; secrets_ && (start = rest.find("${")) != rest.npos;) {
      const size_t colon = rest.find(':', start);
      const size_t end = rest.find('}', start);
      if (end == rest.npos || colon > end) {
        return Error(node, path, "${ must be ${env:NAME} or ${file:PATH}");
      }
      value += rest.substr(0, start);
      auto secret = secrets_(rest.substr(start + 2, colon - start - 2),
                             std::string(rest.substr(colon + 1, end - colon - 1)));
      if (!secret.ok()) return Error(node, path, std::string(secret.status().message()));
      value += *secret;
      rest.remove_prefix(end + 1);
    }
    value += rest;
    return Set<std::string>(value, field, out, &Reflection::SetString, &Reflection::AddString);
  }

  absl::Status SetEnum(const YAML::Node& node, const std::string& path,
                       const FieldDescriptor& field, Message& out) {
    const EnumValueDescriptor* value = field.enum_type()->FindValueByName(Upper(node.Scalar()));
    if (value != nullptr && value->number() != 0) {
      return Set(value, field, out, &Reflection::SetEnum, &Reflection::AddEnum);
    }
    std::vector<std::string> known;
    for (int i = 0; i < field.enum_type()->value_count(); ++i) {
      if (field.enum_type()->value(i)->number() == 0) continue;  // UNSPECIFIED
      known.push_back(field.enum_type()->value(i)->name());
    }
    return Error(node, path, fmt::format("needs one of {}", fmt::join(known, ", ")));
  }

  absl::Status SetReal(const YAML::Node& node, const std::string& path,
                       const FieldDescriptor& field, Message& out) {
    double number = 0;
    const std::string& text = node.Scalar();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
      return Error(node, path, "needs a number");
    }
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
      return Set(static_cast<float>(number), field, out, &Reflection::SetFloat,
                 &Reflection::AddFloat);
    }
    return Set(number, field, out, &Reflection::SetDouble, &Reflection::AddDouble);
  }

  absl::Status SetInteger(const YAML::Node& node, const std::string& path,
                          const FieldDescriptor& field, Message& out) {
    int64_t number = 0;
    const std::string& text = node.Scalar();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
      return Error(node, path, "needs a whole number");
    }
    const auto [least, most] = Bounds(field);
    if (number < least || number > most) {
      return Error(node, path, fmt::format("{} is outside {} to {}", number, least, most));
    }
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return Set(static_cast<int32_t>(number), field, out, &Reflection::SetInt32,
                   &Reflection::AddInt32);
      case FieldDescriptor::CPPTYPE_UINT32:
        return Set(static_cast<uint32_t>(number), field, out, &Reflection::SetUInt32,
                   &Reflection::AddUInt32);
      case FieldDescriptor::CPPTYPE_UINT64:
        return Set(static_cast<uint64_t>(number), field, out, &Reflection::SetUInt64,
                   &Reflection::AddUInt64);
      default:
        return Set(number, field, out, &Reflection::SetInt64, &Reflection::AddInt64);
    }
  }

  static std::pair<int64_t, int64_t> Bounds(const FieldDescriptor& field) {
    if (field.options().HasExtension(config::v1::range)) {
      const auto& range = field.options().GetExtension(config::v1::range);
      return {range.min(), range.max()};
    }
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32: return {INT32_MIN, INT32_MAX};
      case FieldDescriptor::CPPTYPE_UINT32: return {0, UINT32_MAX};
      case FieldDescriptor::CPPTYPE_UINT64: return {0, INT64_MAX};
      default: return {INT64_MIN, INT64_MAX};
    }
  }

  std::string_view file_name_;
  const SecretSource& secrets_;
};

// systemd gives a service its secrets in a folder whose name it tells here (LoadCredential=).
std::string SecretPath(const std::string& name) {
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  if (credentials == nullptr) return name;
  return std::filesystem::path(credentials) / name;  // `name` alone where it is absolute
}

}  // namespace

absl::StatusOr<std::string> ProcessSecret(std::string_view kind, const std::string& name) {
  if (kind == "env") {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) {
      return absl::NotFoundError(fmt::format("environment variable {} is not set", name));
    }
    return std::string(value);
  }
  if (kind == "file") {
    auto contents = ReadFile(SecretPath(name));
    // Editors end files with a newline that is no part of a password.
    if (contents.ok() && contents->ends_with('\n')) contents->pop_back();
    return contents;
  }
  return absl::InvalidArgumentError("${ must be ${env:NAME} or ${file:PATH}");
}

absl::Status ParseYaml(const std::string& yaml, std::string_view file_name,
                       const SecretSource& secrets, Message& out) {
  try {
    const YAML::Node document = YAML::Load(yaml);
    if (HasSecondDocument(yaml)) {
      return absl::InvalidArgumentError(fmt::format("{}: more than one document", file_name));
    }
    return Filler(file_name, secrets).Fill(document, "", out);
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        fmt::format("{}:{}: not YAML: {}", file_name, error.mark.line + 1, error.msg));
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  // A folder can be opened, and its first read throws. What may not be looked at throws without
  // `error`.
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::InvalidArgumentError(fmt::format("{}: is a folder", path));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(fmt::format("{}: cannot be read", path));
  std::string contents{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return absl::UnknownError(fmt::format("{}: cannot be read", path));
  return contents;
}

absl::StatusOr<config::v1::Config> LoadConfig(const std::string& path) {
  auto yaml = ReadFile(path);
  if (!yaml.ok()) return yaml.status();
  config::v1::Config config;
  if (absl::Status status = ParseYaml(*yaml, path, ProcessSecret, config); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckChain(config); !status.ok()) {
    return absl::InvalidArgumentError(fmt::format("{}: {}", path, std::string(status.message())));
  }
  return config;
}

absl::StatusOr<config::v1::LineRules> LoadLineRules(const std::string& path) {
  auto yaml = ReadFile(path);
  if (!yaml.ok()) return yaml.status();
  config::v1::LineRules rules;
  if (absl::Status status = ParseYaml(*yaml, path, ProcessSecret, rules); !status.ok()) {
    return status;
  }
  return rules;
}

}  // namespace newsfeed
