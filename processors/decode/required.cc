#include "processors/decode/required.h"

#include <fmt/format.h>

#include <string_view>

namespace newsfeed::decode {
namespace {

// Known, whatever it is.
bool IsLanguage(std::string_view tag) { return !tag.empty() && tag != "und"; }

bool IsEmpty(Field field, const Article& article) {
  switch (field) {
    case Field::kId: return article.id.empty();
    case Field::kUrl: return article.url.empty();
    case Field::kSource: return article.source_name.empty();
    case Field::kTitle: return article.title.empty();
    case Field::kStandfirst: return article.standfirst.empty();
    case Field::kBody: return article.body.empty();
    case Field::kPublished: return !article.published;
    case Field::kModified: return !article.modified;
    case Field::kAuthors: return article.authors.empty();
    // Cleanup decides; before it the feed's word counts.
    case Field::kLanguage:
      return !IsLanguage(article.language.empty() ? article.claimed_language : article.language);
    case Field::kSection: return article.section.empty();
    case Field::kKeywords: return article.keywords.empty();
    default: return false;
  }
}

// What cleanup fills where decode left it empty: of a page nearly all, of a text what can be read
// off it.
bool CleanupMayFill(Field field, TextForm form) {
  switch (field) {
    case Field::kId:
    case Field::kBody: return false;
    case Field::kTitle:
    case Field::kStandfirst:
    case Field::kLanguage: return true;
    default: return form == TextForm::kPage;
  }
}

void Reject(Field missing, Article& article) {
  article.Reject(Reason::kMissingField,
                 fmt::format("required field is missing: {}", MappingName(missing)));
}

}  // namespace

absl::StatusOr<RequiredFields> RequiredFields::Create(const config::v1::Decode& config) {
  RequiredFields required;
  for (int i = 0; i < config.required_size(); ++i) {
    Field field = Field::kId;
    while (field < Field::kExtra && MappingName(field) != config.required(i)) {
      field = static_cast<Field>(static_cast<uint8_t>(field) + 1);
    }
    if (config.required(i).empty() || field == Field::kExtra) {
      return absl::InvalidArgumentError(
          fmt::format("decode.required[{}]: unknown field: \"{}\"", i, config.required(i)));
    }
    required.fields_.push_back(field);
  }
  return required;
}

void RequiredFields::Check(Article& article) const {
  for (Field field : fields_) {
    if (IsEmpty(field, article)) return Reject(field, article);
  }
}

void RequiredFields::CheckBeforeCleanup(Article& article) const {
  for (Field field : fields_) {
    if (IsEmpty(field, article) && !CleanupMayFill(field, article.form)) {
      return Reject(field, article);
    }
  }
}

}  // namespace newsfeed::decode
