#include "processors/entities/organization_name.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace newsfeed::entities {
namespace {

// Legal forms, as tokens; two firms of one article do not differ by them alone.
constexpr auto kLegalForms = std::to_array<std::string_view>(
    {"AB",    "AG",          "ASA",     "Bhd",    "Co",   "Co.",  "Company", "Corp",
     "Corp.", "Corporation", "GmbH",    "Inc",    "Inc.", "KG",   "KGaA",    "LLC",
     "LLP",   "LP",          "Limited", "Ltd",    "Ltd.", "N.V.", "NV",      "Oyj",
     "PLC",   "Plc",         "S.A.",    "S.p.A.", "SA",   "SE",   "SpA",     "plc"});

bool IsLegalForm(std::string_view token) {
  return std::ranges::find(kLegalForms, token) != kLegalForms.end();
}

// What may stand between a name and its legal form.
bool IsJoint(std::string_view token) { return token == "&" || token == ","; }

}  // namespace

Range WithoutThe(const Document& document, uint32_t field, Range name) {
  if (name.size() > 1 && EqualFolded(document.TextOf(document.fields[field], name.begin), "the")) {
    ++name.begin;
  }
  return name;
}

Range CoreOf(const Document& document, uint32_t field, Range name) {
  const Range whole = WithoutThe(document, field, name);
  const auto text = [&](uint32_t i) { return document.TextOf(document.fields[field], i); };
  Range core = whole;
  while (!core.empty() && IsLegalForm(text(core.end - 1))) {
    --core.end;
    while (!core.empty() && IsJoint(text(core.end - 1))) --core.end;
  }
  return core.empty() ? whole : core;
}

}  // namespace newsfeed::entities
