#include "tests/testing/line_rules_file.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <cstdlib>

namespace newsfeed::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "config/cleanup/lines.yaml: %s\n", what.c_str());
  std::abort();
}

void Fill(const YAML::Node& node, Message& message);

void Add(const YAML::Node& node, const FieldDescriptor& field, Message& message) {
  const auto* reflection = message.GetReflection();
  const bool list = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const auto text = node.as<std::string>();
      if (list) return reflection->AddString(&message, &field, text);
      return reflection->SetString(&message, &field, text);
    }
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection->SetUInt32(&message, &field, node.as<uint32_t>());
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->SetBool(&message, &field, node.as<bool>());
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = field.enum_type()->FindValueByName(node.as<std::string>());
      if (value == nullptr) Fail("unknown value " + node.as<std::string>());
      if (list) return reflection->AddEnum(&message, &field, value);
      return reflection->SetEnum(&message, &field, value);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Fill(node, list ? *reflection->AddMessage(&message, &field)
                             : *reflection->MutableMessage(&message, &field));
    default: Fail("field type not used: " + field.full_name());
  }
}

void Fill(const YAML::Node& node, Message& message) {
  for (const auto& entry : node) {
    const auto key = entry.first.as<std::string>();
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(key);
    if (field == nullptr) Fail("unknown key " + key);
    if (!field->is_repeated()) {
      Add(entry.second, *field, message);
      continue;
    }
    if (!entry.second.IsSequence()) Fail("not a list: " + key);
    for (const YAML::Node& item : entry.second) Add(item, *field, message);
  }
}

}  // namespace

const config::v1::LineRules& ShippedLineRulesConfig() {
  static const auto* const rules = [] {
    auto* message = new config::v1::LineRules();
    Fill(YAML::LoadFile(NEWSFEED_SOURCE_DIR "/config/cleanup/lines.yaml"), *message);
    return message;
  }();
  return *rules;
}

std::shared_ptr<const cleanup::LineRules> ShippedLineRules() {
  static const auto* const rules = [] {
    auto created = cleanup::LineRules::Create(ShippedLineRulesConfig());
    if (!created.ok()) Fail(std::string(created.status().message()));
    return new std::shared_ptr<const cleanup::LineRules>(*std::move(created));
  }();
  return *rules;
}

}  // namespace newsfeed::testing
