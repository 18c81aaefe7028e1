#include "processors/article/fate.h"

#include <array>
#include <utility>

namespace newsfeed {
namespace {

// THE table of reasons. A test holds it against the enums in dead_letter.proto.
constexpr std::array kReasonNames = std::to_array<std::pair<Reason, std::string_view>>({
    {Reason::kInvalidJson, "INVALID_JSON"},
    {Reason::kInvalidEncoding, "INVALID_ENCODING"},
    {Reason::kMissingText, "MISSING_TEXT"},
    {Reason::kTooLarge, "TOO_LARGE"},
    {Reason::kTooDeep, "TOO_DEEP"},
    {Reason::kWrongType, "WRONG_TYPE"},
    {Reason::kMissingField, "MISSING_FIELD"},
    {Reason::kTooComplex, "TOO_COMPLEX"},
    {Reason::kOutputTooLarge, "OUTPUT_TOO_LARGE"},
    {Reason::kOutputRefused, "OUTPUT_REFUSED"},
    {Reason::kOperatorSkipped, "OPERATOR_SKIPPED"},
    {Reason::kLowQuality, "LOW_QUALITY"},
});

constexpr std::array kFilterWhyNames = std::to_array<std::pair<FilterWhy, std::string_view>>({
    {FilterWhy::kTombstone, "TOMBSTONE"},
    {FilterWhy::kLowQuality, "LOW_QUALITY"},
});

template <typename Table>
constexpr auto Keys(const Table& table) {
  std::array<typename Table::value_type::first_type, std::tuple_size_v<Table>> keys{};
  for (size_t i = 0; i < table.size(); ++i) keys[i] = table[i].first;
  return keys;
}

template <typename Table, typename Key>
std::string_view NameIn(const Table& table, Key key) {
  for (const auto& [value, name] : table) {
    if (value == key) return name;
  }
  return "UNSPECIFIED";
}

constexpr auto kReasons = Keys(kReasonNames);
constexpr auto kFilterWhys = Keys(kFilterWhyNames);

}  // namespace

std::string_view ReasonName(Reason reason) { return NameIn(kReasonNames, reason); }
std::string_view FilterWhyName(FilterWhy why) { return NameIn(kFilterWhyNames, why); }
std::span<const Reason> AllReasons() { return kReasons; }
std::span<const FilterWhy> AllFilterWhys() { return kFilterWhys; }

}  // namespace newsfeed
