#include "processors/decode/json_paths.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "processors/text/utf8.h"

namespace newsfeed::decode {
namespace {

// Members of authors and keywords that hold the name, beside those of all values.
constexpr std::array<std::string_view, 2> kNameMembers = {"name", "term"};

bool IsList(Field field) {
  return field == Field::kAuthors || field == Field::kKeywords || field == Field::kType;
}

// The first reference token of a pointer, unescaped; the pointer goes on to the next.
std::string TakeToken(std::string_view& pointer) {
  pointer.remove_prefix(1);
  std::string token;
  while (!pointer.empty() && pointer.front() != '/') {
    const bool escape = pointer.front() == '~';
    token.push_back(!escape ? pointer.front() : pointer[1] == '0' ? '~' : '/');
    pointer.remove_prefix(escape ? 2 : 1);
  }
  return token;
}

std::string EscapedToken(std::string_view key) {
  std::string token = "/";
  for (char c : key) token += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return token;
}

absl::Status InvalidArgument(const std::string& message) {
  return absl::InvalidArgumentError(message);
}

}  // namespace

absl::Status CheckPointer(std::string_view key, std::string_view pointer) {
  bool good = (pointer.empty() || pointer.front() == '/') && text::IsValidUtf8(pointer);
  for (size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] != '~') continue;
    good = good && i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1');
  }
  if (good) return absl::OkStatus();
  return InvalidArgument(fmt::format("{}: not a JSON pointer: \"{}\"", key, pointer));
}

const std::string* MappedPointer(const config::v1::Decode& config, Field field) {
  const config::v1::Decode::Mapping& mapping = config.mapping();
  switch (field) {
    case Field::kId: return mapping.has_id() ? &mapping.id() : nullptr;
    case Field::kUrl: return mapping.has_url() ? &mapping.url() : nullptr;
    case Field::kSource: return mapping.has_source() ? &mapping.source() : nullptr;
    case Field::kTitle: return mapping.has_title() ? &mapping.title() : nullptr;
    case Field::kStandfirst: return mapping.has_standfirst() ? &mapping.standfirst() : nullptr;
    case Field::kBody: return mapping.has_body() ? &mapping.body() : nullptr;
    case Field::kPublished: return mapping.has_published_at() ? &mapping.published_at() : nullptr;
    case Field::kModified: return mapping.has_modified_at() ? &mapping.modified_at() : nullptr;
    case Field::kAuthors: return mapping.has_authors() ? &mapping.authors() : nullptr;
    case Field::kLanguage: return mapping.has_language() ? &mapping.language() : nullptr;
    case Field::kSection: return mapping.has_section() ? &mapping.section() : nullptr;
    case Field::kKeywords: return mapping.has_keywords() ? &mapping.keywords() : nullptr;
    default: return nullptr;
  }
}

absl::StatusOr<JsonPaths> JsonPaths::Create(const config::v1::Decode& config) {
  JsonPaths paths;
  for (size_t i = 0; i <= static_cast<size_t>(Field::kKeywords); ++i) {
    const Field field = static_cast<Field>(i);
    const std::string* pointer = MappedPointer(config, field);
    if (pointer == nullptr) continue;
    const std::string key = fmt::format("decode.mapping.{}", MappingName(field));
    if (absl::Status status = CheckPointer(key, *pointer); !status.ok()) return status;
    paths.AddRow(kRoot, *pointer, {.field = field}, /*stars=*/false);
    paths.looked_for_[i] = *pointer;
  }
  for (int i = 0; i < config.extra_size(); ++i) {
    if (!config.extra(i).has_pointer()) continue;
    const std::string& pointer = config.extra(i).pointer();
    const std::string key = fmt::format("decode.extra[{}].pointer", i);
    if (absl::Status status = CheckPointer(key, pointer); !status.ok()) return status;
    paths.AddTarget(paths.Follow(kRoot, pointer, false),
                    {.field = Field::kExtra, .rank = static_cast<uint16_t>(i), .base = true});
  }
  paths.AddShapes(config);
  return paths;
}

void JsonPaths::AddShapes(const config::v1::Decode& config) {
  const uint32_t graph = Element(Member(kRoot, "@graph"));
  uint16_t rank = 0;
  std::string_view last_list;
  uint16_t list = 0;
  for (const ShapeRow& row : ShapeTable()) {
    ++rank;
    if (MappedPointer(config, row.field) != nullptr) continue;
    // Parts of one list share everything before the last token.
    const std::string_view parent = row.path.substr(0, row.path.rfind('/'));
    if (parent != last_list) ++list;
    last_list = parent;
    const JsonTarget target = {
        .field = row.field, .aspect = row.aspect, .rank = rank, .list = list};
    AddRow(kRoot, row.path, target, /*stars=*/true);
    if (row.shape.find("schema.org") != row.shape.npos) {
      JsonTarget in_graph = target;
      in_graph.graph = true;
      AddRow(graph, row.path, in_graph, /*stars=*/true);
    }
    std::string& names = looked_for_[static_cast<size_t>(row.field)];
    if (row.aspect == Aspect::kRole || row.aspect == Aspect::kMime) continue;
    if (!names.empty()) names += ", ";
    names += row.path;
  }
}

void JsonPaths::AddRow(uint32_t from, std::string_view pointer, JsonTarget target, bool stars) {
  const uint32_t place = Follow(from, pointer, stars);
  target.base = true;
  AddTarget(place, target);
  if (target.aspect != Aspect::kText && target.aspect != Aspect::kHtml) return;
  target.base = false;
  const uint32_t element = Element(place);
  JsonTarget bare = target;
  bare.element = !IsList(target.field);
  AddTarget(element, bare);
  for (const uint32_t parent : {place, element}) {
    for (std::string_view member : TextMembers()) AddTarget(Member(parent, member), target);
    if (!IsList(target.field)) continue;
    for (std::string_view member : kNameMembers) AddTarget(Member(parent, member), target);
  }
}

void JsonPaths::AddTarget(uint32_t node, JsonTarget target) {
  nodes_[node].targets.push_back(target);
}

uint32_t JsonPaths::Follow(uint32_t from, std::string_view pointer, bool stars) {
  uint32_t node = from;
  while (!pointer.empty()) {
    const std::string token = TakeToken(pointer);
    node = stars && token == "*" ? Element(node) : Member(node, token);
  }
  return node;
}

uint32_t JsonPaths::Member(uint32_t node, std::string_view key) {
  if (const uint32_t known = Child(node, key); known != kNone) return known;
  const auto added = static_cast<uint32_t>(nodes_.size());
  nodes_[node].children.emplace(std::string(key), added);
  JsonNode child{.path = nodes_[node].path + EscapedToken(key), .repeats = nodes_[node].repeats};
  nodes_.push_back(std::move(child));
  return added;
}

uint32_t JsonPaths::Element(uint32_t node) {
  if (nodes_[node].any != kNone) return nodes_[node].any;
  const auto added = static_cast<uint32_t>(nodes_.size());
  nodes_[node].any = added;
  JsonNode child{.path = nodes_[node].path + "/*", .repeats = true};
  nodes_.push_back(std::move(child));
  return added;
}

uint32_t JsonPaths::Child(uint32_t node, std::string_view key) const {
  const auto& children = nodes_[node].children;
  if (children.empty()) return kNone;
  const auto found = children.find(key);
  return found == children.end() ? kNone : found->second;
}

}  // namespace newsfeed::decode
