// THE table of the known shapes of news JSON: where each of them keeps which field.
//
// A shape is not chosen: the rows of all shapes are looked for at once, and for each field the
// first
// row (in the order of the table) with a usable value wins. So mixed records, and shapes extended
// by
// a customer, need no rule of their own. The README of this folder shows the same table; a test
// holds them together.
//
// Paths are JSON pointers (RFC 6901) in which "*" stands for each element of an array. A value may
// also hide where converters from XML put it (see kTextMembers): "/guid" finds the text of
// {"guid": "x"}, {"guid": ["x"]}, {"guid": {"#text": "x"}} and {"guid": [{"_": "x"}]}.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace newsfeed::decode {

// A field of the article. Up to kKeywords as in `decode.mapping`, in the same order.
enum class Field : uint8_t {
  kId,
  kUrl,
  kSource,
  kTitle,
  kStandfirst,
  kBody,
  kPublished,
  kModified,
  kAuthors,
  kLanguage,
  kSection,
  kKeywords,
  kDomain,
  kEmbargo,
  kPubStatus,
  kRightsHolder,
  kRightsNotice,
  kUsageTerms,
  kType,   // schema.org: which object of a @graph is the article
  kExtra,  // a field of the customer's
};
inline constexpr size_t kFields = static_cast<size_t>(Field::kExtra) + 1;

// The key in `decode.mapping` and `decode.required`; empty for fields that have none there.
std::string_view MappingName(Field field);

// What a path holds.
enum class Aspect : uint8_t {
  kText,  // the value; of a body plain text, or HTML that is found by looking
  kHtml,  // the value: HTML in any case
  kPart,  // the value of one of several parts, chosen by its role and type
  kRole,  // the role of a part ("main"); see PartRank
  kMime,  // the type of a part ("text/html")
};

struct ShapeRow {
  Field field;
  std::string_view path;
  std::string_view shape;
  std::string_view example;
  Aspect aspect = Aspect::kText;
};

// In the order of preference for each field.
std::span<const ShapeRow> ShapeTable();

// Members in which a value may stand instead of being one.
std::span<const std::string_view> TextMembers();

// How good a part with this role is for the field: 0 best; nothing below kNoPart is used.
inline constexpr int kNoPart = 100;
int PartRank(Field field, std::string_view role);

}  // namespace newsfeed::decode
