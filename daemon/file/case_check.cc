#include "daemon/file/case_check.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "daemon/file/json_writer.h"
#include "processors/text/utf8.h"

namespace newsfeed::file {
namespace {

using config::v1::Expectation;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr size_t kMaxShownBytes = 120;
// Of what is alike before the first difference.
constexpr size_t kShownBefore = 30;

// THE table of keys that are one field of the published JSON, whole.
struct FieldKey {
  std::string_view key;
  std::string_view path;
};
constexpr auto kFieldKeys = std::to_array<FieldKey>({
    {"id", "id"},
    {"url", "url"},
    {"title", "title"},
    {"standfirst", "standfirst"},
    {"language", "language"},
    {"published_at", "publishedAt"},
    {"embargoed_until", "embargoedUntil"},
    {"pub_status", "pubStatus"},
    {"rights_holder", "rights.holder"},
    {"usage_terms", "rights.usageTerms"},
    {"verdict", "dedup.verdict"},
    {"canonical_id", "dedup.canonicalId"},
    {"body", "body"},
    {"reason", "reason"},
    {"why", "why"},
});

const Value* Member(const Value& value, std::string_view name) {
  if (value.has_struct_value()) {
    const auto& fields = value.struct_value().fields();
    const auto found = fields.find(std::string(name));
    return found == fields.end() ? nullptr : &found->second;
  }
  if (!value.has_list_value()) return nullptr;
  int index = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc() || end != name.data() + name.size()) return nullptr;
  const auto& values = value.list_value().values();
  return index >= 0 && index < values.size() ? &values.Get(index) : nullptr;
}

// "dedup.evidence.rule"; null: there is none.
const Value* Find(const Struct& json, std::string_view path) {
  const size_t first = path.find('.');
  const auto found = json.fields().find(std::string(path.substr(0, first)));
  const Value* value = found == json.fields().end() ? nullptr : &found->second;
  for (size_t dot = first; value != nullptr && dot != path.npos;) {
    const size_t begin = dot + 1;
    dot = path.find('.', begin);
    value = Member(*value, path.substr(begin, dot == path.npos ? dot : dot - begin));
  }
  return value;
}

// As it would be written in a file of cases.
std::string TextOf(const Value* value) {
  if (value == nullptr) return "";
  switch (value->kind_case()) {
    case Value::kStringValue: return value->string_value();
    case Value::kBoolValue: return value->bool_value() ? "true" : "false";
    case Value::kNumberValue: return fmt::format("{}", value->number_value());
    case Value::kStructValue: return fmt::format("({} keys)", value->struct_value().fields_size());
    case Value::kListValue: return fmt::format("({} entries)", value->list_value().values_size());
    default: return "";
  }
}

std::string TextAt(const Struct& json, std::string_view path) { return TextOf(Find(json, path)); }

// In quotes, fit for a screen, cut around byte `from`.
std::string Shown(std::string_view text, size_t from = 0) {
  size_t begin = from > kShownBefore ? from - kShownBefore : 0;
  while (begin > 0 && begin < text.size() && (static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) {
    --begin;
  }
  text::Arena arena;
  const std::string_view rest = text.substr(std::min(begin, text.size()));
  std::string quoted;
  AppendJsonString(text::CleanExcerpt(rest, kMaxShownBytes, arena), quoted);
  return fmt::format("{}{}{}", begin > 0 ? "…" : "", quoted,
                     rest.size() > kMaxShownBytes ? "…" : "");
}

std::string Difference(std::string_view key, std::string_view expected, std::string_view actual) {
  const auto [at, unused] = std::ranges::mismatch(expected, actual);
  const auto byte = static_cast<size_t>(at - expected.begin());
  // Of short texts the eye sees it.
  const bool is_long = std::max(expected.size(), actual.size()) > kMaxShownBytes;
  const size_t from = is_long ? byte : 0;
  return fmt::format("{}: expected {}, is {}{}", key, Shown(expected, from), Shown(actual, from),
                     is_long ? fmt::format(" (differs at byte {})", byte) : "");
}

// Collects what differs.
class Check {
 public:
  Check(const Expectation& expected, const Struct& json) : expected_(expected), json_(json) {}

  std::vector<std::string> Differences() && {
    for (const FieldKey& field : kFieldKeys) CheckField(field);
    for (const auto& [path, value] : expected_.fields()) Equal(path, value, TextAt(json_, path));
    CheckCleanup();
    CheckAuthors();
    CheckRevision();
    CheckBody();
    for (const auto& entity : expected_.entities()) CheckEntity(entity);
    // Maps have no order.
    std::ranges::sort(found_);
    return std::move(found_);
  }

 private:
  void Equal(std::string_view key, std::string_view expected, std::string_view actual) {
    if (expected != actual) found_.push_back(Difference(key, expected, actual));
  }

  void CheckField(const FieldKey& key) {
    const auto* field = Expectation::descriptor()->FindFieldByName(std::string(key.key));
    const auto& reflection = *Expectation::GetReflection();
    if (!reflection.HasField(expected_, field)) return;
    Equal(key.key, reflection.GetString(expected_, field), TextAt(json_, key.path));
  }

  void CheckCleanup() {
    if (expected_.has_charset()) {
      const std::string actual = TextAt(json_, "cleanup.charset");
      if (!absl::EqualsIgnoreCase(expected_.charset(), actual)) {
        Equal("charset", expected_.charset(), actual);
      }
    }
    if (expected_.has_truncated()) {
      Equal("truncated", expected_.truncated() ? "true" : "false",
            TextAt(json_, "cleanup.truncated"));
    }
  }

  void CheckAuthors() {
    if (expected_.authors().empty()) return;
    std::vector<std::string> actual;
    if (const Value* authors = Find(json_, "authors")) {
      for (const Value& author : authors->list_value().values()) {
        actual.push_back(author.string_value());
      }
    }
    Equal("authors", fmt::format("{}", fmt::join(expected_.authors(), "; ")),
          fmt::format("{}", fmt::join(actual, "; ")));
  }

  void CheckRevision() {
    if (!expected_.has_revision_of()) return;
    const auto& earlier = expected_.revision_of();
    Equal("revision_of", fmt::format("{}:{}", earlier.file(), earlier.ordinal()),
          fmt::format("{}:{}", TextAt(json_, "dedup.revisionOf.topic"),
                      TextAt(json_, "dedup.revisionOf.offset")));
  }

  void CheckBody() {
    const std::string body = TextAt(json_, "body");
    if (expected_.has_body_begins() && !body.starts_with(expected_.body_begins())) {
      found_.push_back(Difference("body_begins", expected_.body_begins(),
                                  body.substr(0, expected_.body_begins().size())));
    }
    if (expected_.has_body_ends() && !body.ends_with(expected_.body_ends())) {
      const size_t size = std::min(body.size(), expected_.body_ends().size());
      found_.push_back(
          Difference("body_ends", expected_.body_ends(), body.substr(body.size() - size)));
    }
    for (const std::string& phrase : expected_.body_includes()) {
      if (body.find(phrase) != body.npos) continue;
      found_.push_back(fmt::format("body_includes: {} is not in {}", Shown(phrase), Shown(body)));
    }
    for (const std::string& phrase : expected_.body_excludes()) {
      const size_t at = body.find(phrase);
      if (at != body.npos) {
        found_.push_back(fmt::format("body_excludes: {} is in {}", Shown(phrase), Shown(body, at)));
      }
    }
  }

  static bool IsNamed(const Value& entity, const std::string& name) {
    if (TextAt(entity.struct_value(), "name") == name) return true;
    const Value* mentions = Find(entity.struct_value(), "mentions");
    return mentions != nullptr &&
           std::ranges::any_of(mentions->list_value().values(), [&](const Value& mention) {
             return TextAt(mention.struct_value(), "text") == name;
           });
  }

  void CheckEntity(const config::v1::CaseEntity& expected) {
    std::vector<std::string> types;  // under which the name was found
    if (const Value* entities = Find(json_, "entities")) {
      for (const Value& entity : entities->list_value().values()) {
        if (IsNamed(entity, expected.name())) {
          types.push_back(TextAt(entity.struct_value(), "type"));
        }
      }
    }
    if (!types.empty() &&
        (!expected.has_type() || std::ranges::count(types, expected.type()) > 0)) {
      return;
    }
    found_.push_back(
        fmt::format("entities: {} {} is {}", Shown(expected.name()), expected.type(),
                    types.empty() ? "not among them" : fmt::format("{}", fmt::join(types, ", "))));
  }

  const Expectation& expected_;
  const Struct& json_;
  std::vector<std::string> found_;
};

bool IsPublished(const CaseOutcome& actual) {
  return actual.outcome == Outcome::kEnriched || actual.outcome == Outcome::kDuplicate;
}

}  // namespace

std::string_view CaseOutcomeName(Outcome outcome) {
  // One record is no plural.
  return outcome == Outcome::kDuplicate ? "duplicate" : EntryOf(outcome).name;
}

std::string Describe(const CaseOutcome& actual) {
  const std::string_view name = CaseOutcomeName(actual.outcome);
  switch (actual.outcome) {
    case Outcome::kDeadLetter:
      return fmt::format("{} {}: {}", name, TextAt(actual.json, "reason"),
                         TextAt(actual.json, "detail"));
    case Outcome::kFiltered: return fmt::format("{} {}", name, TextAt(actual.json, "why"));
    case Outcome::kDuplicate:
      return fmt::format("{} of {}", name, TextAt(actual.json, "dedup.canonicalId"));
    case Outcome::kEnriched: return std::string(name);
  }
  return std::string(name);
}

std::vector<std::string> Differences(const Expectation& expected, const CaseOutcome& actual) {
  if (expected.has_outcome() && expected.outcome() != CaseOutcomeName(actual.outcome)) {
    return {fmt::format("outcome: expected {}, is {}", expected.outcome(), Describe(actual))};
  }
  std::vector<std::string> differences = Check(expected, actual.json).Differences();
  // Why an article's fields are missing.
  if (!differences.empty() && !IsPublished(actual)) {
    differences.insert(differences.begin(), "is " + Describe(actual));
  }
  return differences;
}

}  // namespace newsfeed::file
