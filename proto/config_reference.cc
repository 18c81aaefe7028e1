// Writes the documents of the configuration from the comments of its protos:
//
//   newsfeed_config_reference newsfeed.desc markdown > config/REFERENCE.md
//   newsfeed_config_reference newsfeed.desc yaml     > config/newsfeed.yaml
//   newsfeed_config_reference newsfeed.desc man      > newsfeedd.5
//
// The descriptor set must be made with --include_source_info. A field without a comment is an error.
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "newsfeed/config/v1/options.pb.h"
#include "proto/roff.h"

namespace newsfeed {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptorSet;
using google::protobuf::SourceLocation;

constexpr char kRoot[] = "newsfeed.config.v1.Config";
constexpr char kCases[] = "newsfeed.config.v1.CaseFile";

// The comment above a declaration, as lines.
template <typename T>
std::vector<std::string> CommentOf(const T& declaration) {
  SourceLocation location;
  if (!declaration.GetSourceLocation(&location) || location.leading_comments.empty()) {
    std::cerr << declaration.full_name() << ": has no comment\n";
    std::exit(1);
  }
  std::vector<std::string> lines;
  std::istringstream text(location.leading_comments);
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with(' ')) line.erase(0, 1);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

std::string Join(const std::vector<std::string>& lines) {
  return fmt::format("{}", fmt::join(lines, " "));
}

std::string DefaultOf(const FieldDescriptor& field) {
  if (field.is_map()) return "{}";
  if (field.is_repeated()) return "[]";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return field.default_value_string().empty() ? "\"\"" : field.default_value_string();
    case FieldDescriptor::CPPTYPE_BOOL: return field.default_value_bool() ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM: return field.default_value_enum()->name();
    case FieldDescriptor::CPPTYPE_UINT32: return std::to_string(field.default_value_uint32());
    case FieldDescriptor::CPPTYPE_INT32: return std::to_string(field.default_value_int32());
    case FieldDescriptor::CPPTYPE_UINT64: return std::to_string(field.default_value_uint64());
    case FieldDescriptor::CPPTYPE_INT64: return std::to_string(field.default_value_int64());
    case FieldDescriptor::CPPTYPE_DOUBLE: return fmt::format("{}", field.default_value_double());
    case FieldDescriptor::CPPTYPE_FLOAT: return fmt::format("{}", field.default_value_float());
    case FieldDescriptor::CPPTYPE_MESSAGE: return "";
  }
  return "";
}

std::string TypeOf(const FieldDescriptor& field) {
  if (field.is_map()) return "names and values";
  std::string type;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: type = "string"; break;
    case FieldDescriptor::CPPTYPE_BOOL: type = "true or false"; break;
    case FieldDescriptor::CPPTYPE_ENUM: type = "name"; break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT: type = "number"; break;
    case FieldDescriptor::CPPTYPE_MESSAGE: type = "keys"; break;
    default: type = "whole number";
  }
  return field.is_repeated() ? "list of " + type : type;
}

std::string RangeOf(const FieldDescriptor& field) {
  if (!field.options().HasExtension(config::v1::range)) return "";
  const auto& range = field.options().GetExtension(config::v1::range);
  return fmt::format("{} to {}", range.min(), range.max());
}

std::string RestartOf(const FieldDescriptor& field) {
  return field.options().GetExtension(config::v1::restart) ? " A change needs a restart." : "";
}

void PrintEnum(const EnumDescriptor& type) {
  fmt::print("\nValues of `{}`:\n\n", type.name());
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    fmt::print("- `{}`: {}\n", type.value(i)->name(), Join(CommentOf(*type.value(i))));
  }
}

void PrintSection(const Descriptor& message, const std::string& path) {
  fmt::print("\n## {}\n\n{}\n\n| key | type | default | range | meaning |\n|---|---|---|---|---|\n",
             path.empty() ? "top level" : "`" + path + "`", Join(CommentOf(message)));
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const std::string standard = DefaultOf(field);
    fmt::print("| `{}` | {} | {} | {} | {}{} |\n", field.name(), TypeOf(field),
               standard.empty() ? "" : "`" + standard + "`", RangeOf(field),
               Join(CommentOf(field)), RestartOf(field));
  }
  for (int i = 0; i < message.enum_type_count(); ++i) PrintEnum(*message.enum_type(i));
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field.is_map()) continue;
    PrintSection(*field.message_type(), (path.empty() ? "" : path + ".") + field.name() +
                                            (field.is_repeated() ? "[]" : ""));
  }
}

void PrintMarkdown(const Descriptor& root) {
  fmt::print(
      "# Configuration reference\n\n"
      "Made from the comments of `proto/newsfeed/config/v1/config.proto` (`tests/run` checks that it "
      "is up to date;\n`cmake --build --preset release --target config_documents` makes it anew).\n\n"
      "Files are YAML. An unknown key, a value of the wrong type or out of its range is an error that "
      "names the key's path.\n`${{env:NAME}}` and `${{file:PATH}}` in a string stand for an "
      "environment variable or the contents of a file.\n\n"
      "SIGHUP makes `newsfeedd run` load the file again. A change of what needs a restart is refused, the rest takes "
      "effect\nbetween two batches.\n");
  PrintSection(root, "");
}

void PrintYamlFields(const Descriptor& message, const std::string& indent) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (i > 0 || !indent.empty()) fmt::print("#\n");
    for (const std::string& line : CommentOf(field)) fmt::print("# {}# {}\n", indent, line);
    if (const std::string range = RangeOf(field); !range.empty()) {
      fmt::print("# {}# {}.\n", indent, range);
    }
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      std::vector<std::string> names;
      for (int v = 0; v < field.enum_type()->value_count(); ++v) {
        if (field.enum_type()->value(v)->number() != 0) {
          names.push_back(field.enum_type()->value(v)->name());
        }
      }
      fmt::print("# {}# One of {}.\n", indent, fmt::join(names, ", "));
    }
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_repeated()) {
      fmt::print("# {}{}:\n", indent, field.name());
      PrintYamlFields(*field.message_type(), indent + "  ");
    } else {
      fmt::print("# {}{}: {}\n", indent, field.name(), DefaultOf(field).empty() ? "[]" : DefaultOf(field));
    }
  }
}

void PrintYaml(const Descriptor& root) {
  fmt::print(
      "# The configuration of newsfeedd with every default. As it stands it changes nothing: take the\n"
      "# leading \"# \" off a key and the keys above it to set it. REFERENCE.md has the same as "
      "tables.\n#\n");
  for (int i = 0; i < root.field_count(); ++i) {
    const FieldDescriptor& field = *root.field(i);
    const bool section =
        field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_repeated();
    fmt::print("\n# {}\n# {}:{}\n", Join(CommentOf(field)), field.name(),
               section ? "" : " " + DefaultOf(field));
    if (section) PrintYamlFields(*field.message_type(), "  ");
  }
}

void PrintManSection(const Descriptor& message, const std::string& path) {
  if (!path.empty()) fmt::print(".SS {}\n", Roff(path));
  fmt::print("{}\n", Roff(Join(CommentOf(message))));
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const std::string standard = DefaultOf(field);
    const std::string range = RangeOf(field);
    fmt::print(".TP\n.BR {} \" ({}{}{})\"\n{}{}\n", Roff(field.name()), TypeOf(field),
               range.empty() ? "" : ", " + Roff(range),
               standard.empty() || standard == "\"\"" ? "" : ", default " + Roff(standard), Roff(Join(CommentOf(field))),
               RestartOf(field));
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM) continue;
    for (int v = 0; v < field.enum_type()->value_count(); ++v) {
      const auto& value = *field.enum_type()->value(v);
      if (value.number() != 0) fmt::print(".br\n.BR {} : {}\n", Roff(value.name()), "\"" + Roff(Join(CommentOf(value))) + "\"");
    }
  }
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field.is_map()) continue;
    PrintManSection(*field.message_type(),
                    (path.empty() ? "" : path + ".") + field.name() + (field.is_repeated() ? "[]" : ""));
  }
}

void PrintMan(const Descriptor& root, const Descriptor& cases) {
  fmt::print(
      ".TH NEWSFEEDD 5 \"\" \"newsfeed\" \"File Formats\"\n"
      ".SH NAME\nnewsfeedd.yaml \\- configuration of newsfeedd, and cases of newsfeedd test\n"
      ".SH DESCRIPTION\nFiles are YAML. An unknown key, a value of the wrong type or out of its range is an error that\n"
      "names the key's path. ${{env:NAME}} and ${{file:PATH}} in a string stand for an environment variable or the\n"
      "contents of a file; a relative PATH lies in $CREDENTIALS_DIRECTORY where that is set (systemd).\n"
      ".SH CONFIGURATION\n");
  PrintManSection(root, "");
  fmt::print(".SH CASES\nFiles of\n.BR \"newsfeedd test\" .\n");
  PrintManSection(cases, "");
  fmt::print(".SH SEE ALSO\n.BR newsfeedd (1)\n");
}

int Main(int argc, char** argv) {
  FileDescriptorSet files;
  std::ifstream in(argc > 1 ? argv[1] : "", std::ios::binary);
  const std::string_view kind = argc > 2 ? argv[2] : "";
  if (!files.ParseFromIstream(&in) || files.file().empty() ||
      (kind != "markdown" && kind != "yaml" && kind != "man")) {
    std::cerr << "usage: newsfeed_config_reference DESCRIPTOR_SET markdown|yaml|man\n";
    return 1;
  }
  DescriptorPool pool;
  for (const auto& file : files.file()) {
    if (pool.BuildFile(file) == nullptr) return 1;
  }
  const Descriptor* root = pool.FindMessageTypeByName(kRoot);
  const Descriptor* cases = pool.FindMessageTypeByName(kCases);
  if (root == nullptr || cases == nullptr) return 1;
  if (kind == "markdown") {
    PrintMarkdown(*root);
  } else if (kind == "man") {
    PrintMan(*root, *cases);
  } else {
    PrintYaml(*root);
  }
  return 0;
}

}  // namespace
}  // namespace newsfeed

int main(int argc, char** argv) { return newsfeed::Main(argc, argv); }
