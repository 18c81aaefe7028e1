// Texts with names in them, as the trainer uses them.
//
//   conll   "token TAB tag" lines, an empty line behind a sentence, "-DOCSTART-" before a document;
//           as running text that the tokeniser splits anew, or with its own tokens
//   names   a line of JSON a document: {"text", "names": [[begin, end, "PER"], ...]}, offsets in
//           bytes; the type "?" is a name of unknown type or a doubtful one
//
// Files that end in .xz or .gz are read through xz or gzip. Offsets are exact: what does not fall
// on tokens is unknown (kUnknown) and neither taught nor counted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "processors/entities/mention.h"
#include "processors/entities/tagger_features.h"

namespace newsfeed::entities {

inline constexpr Tag kUnknown = kTags;
inline constexpr Tag kOutsideOrMisc = kTags + 1;  // no person, organisation or place

// A name in the text of a document.
struct GoldName {
  uint32_t begin = 0;
  uint32_t end = 0;
  EntityType type = EntityType::kMisc;
  bool doubtful = false;
};

struct TrainingText {
  std::string text;
  std::vector<GoldName> names;
  Document document;       // views into `text`
  std::vector<Tag> gold;   // by token; or kUnknown, kOutsideOrMisc
  float weight = 1;
};

struct CorpusOptions {
  std::string format;        // "conll", "names"
  std::string path;
  float weight = 1;
  bool own_tokens = false;   // of a conll file
  bool no_misc = false;      // the set has no MISC: a capitalised O may be one
  bool partial = false;      // not all names are marked: a capitalised O is unknown
  bool misc_doubtful = false;  // MISC of the set follows other rules: unknown
  bool cut = false;          // "the", "'s" and titles are no part of a name
  uint32_t sentences_a_document = 20;  // where the set does not tell documents apart
  uint32_t limit = UINT32_MAX;         // documents
};

// Splits `text` into tokens and labels them by its names.
void Prepare(const CorpusOptions& options, TrainingText& text);

absl::StatusOr<std::vector<std::unique_ptr<TrainingText>>> ReadCorpus(const CorpusOptions& options);

}  // namespace newsfeed::entities
