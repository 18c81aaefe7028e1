// One article on its way through the pipeline, as plain structs.
//
// All views lie in the memory of the batch (payload or arena) and die at Batch::Clear(). Articles
// are reused: vectors keep their capacity, so processors clear and fill rather than replace them.
// An article belongs to one batch and is used by one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "processors/text/arena.h"
#include "processors/article/fate.h"
#include "processors/article/record.h"
#include "processors/article/time.h"

namespace newsfeed {

// Values as in newsfeed.v1.EnrichedArticle.PubStatus.
enum class PubStatus : uint8_t { kUsable = 1, kWithheld = 2, kCanceled = 3 };

// Values as in newsfeed.v1.Entity.Type.
enum class EntityType : uint8_t { kPerson = 1, kOrganization = 2, kLocation = 3, kMisc = 4 };

// Values as in newsfeed.v1.Mention.Field.
enum class TextField : uint8_t { kTitle = 1, kStandfirst = 2, kBody = 3 };

// Values as in newsfeed.v1.Dedup.Verdict.
enum class Verdict : uint8_t {
  kNotJudged = 0,
  kUnique = 1,
  kDuplicate = 2,
  kUpdate = 3,
  kLowInformation = 4,
};

// What `Article::text` is.
enum class TextForm : uint8_t {
  kPlain,     // plain text of an article or of a page
  kFragment,  // HTML of an article's body, as feeds carry it
  kPage,      // a whole HTML page, with its furniture
};

// A field of `extra`.
struct ExtraField {
  std::string_view name;
  std::string_view value;
};

// A piece of `Article::text` that is not in the body.
struct RemovedText {
  // Name of the rule; lives as long as the process.
  std::string_view rule;
  // Empty where only the place or size is told.
  std::string_view text{};
  // Half open byte range in Article::text.
  uint32_t begin = 0;
  uint32_t end = 0;
  // Bytes, where the piece is no one range (begin == end == 0).
  uint32_t size = 0;
};

// Half open range of indices or bytes.
struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;

  uint32_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  bool operator==(const Range&) const = default;
};

// Half open byte range in the UTF-8 text of a field; on character boundaries.
struct EntityMention {
  TextField field = TextField::kBody;
  uint32_t begin = 0;
  uint32_t end = 0;
  bool operator==(const EntityMention&) const = default;
};

// An identifier in a public table ("wikidata", "Q142").
struct EntityLink {
  std::string_view scheme;
  std::string_view id;
  bool operator==(const EntityLink&) const = default;
};

struct Entity {
  std::string_view id;
  EntityType type = EntityType::kMisc;
  std::string_view name;
  float confidence = 0;
  float salience = 0;
  // Into Article::entity_links.
  Range links;
  // Into Article::entity_mentions, never empty.
  Range mentions;
};

// Coordinates of another input record, for duplicates and updates.
struct Origin {
  std::string_view topic;
  Partition partition;
  Offset offset;
  int64_t timestamp_ms = 0;
};

// The judge's verdict with its evidence; the meaning of each is told in article.proto.
struct DedupResult {
  Verdict verdict = Verdict::kNotJudged;
  std::string_view canonical_id;
  std::optional<Origin> canonical_origin;
  std::string_view story_id;
  std::optional<Origin> revision_of;
  float similarity = 0;
  std::string_view rule;
  float containment = 0;
  float containment_reverse = 0;
  float lead = 0;
  float numbers = 0;
  float title = 0;
  float jaccard = 0;
  uint32_t corrected_numbers = 0;
  uint32_t repetitions = 0;
  std::string_view policy;
};

struct Article {
  // --- The record, set by Batch::Add. ---
  RecordId origin;
  int64_t timestamp_ms = 0;            // of the record; 0: none
  std::string_view key;                // data() == nullptr: null
  std::string_view value;  // data() == nullptr: null; else text::Arena::kPadding bytes follow
  std::span<const Header> headers;
  bool from_file = false;              // see Record
  uint64_t oversize_bytes = 0;         // see Record
  uint64_t oversize_hash = 0;

  // --- Set by the worker. ---
  // How often the broker refused what was made of this record alone, and what it said (the worker's
  // memory). Above 0 less is to be made of it.
  uint8_t refusals = 0;
  std::string_view refused_why;

  // --- Set by decode. ---
  std::string_view id;                 // never empty on a live article after decode
  std::string_view url;
  std::string_view source_name;
  std::string_view source_domain;
  std::string_view title;              // the feed's; cleanup may find one, and cleans it
  std::string_view standfirst;         // the feed's summary; cleanup may find one
  // The text to be cleaned: valid UTF-8. Read-only from here on: `removed` points into it.
  std::string_view text;
  TextForm form = TextForm::kPlain;
  std::string_view charset;            // the encoding the text was read in, "utf-8"
  std::vector<std::string_view> authors;
  std::vector<std::string_view> keywords;
  std::string_view section;
  std::string_view claimed_language;   // what the feed or page says; may be wrong
  std::optional<FeedTime> published;
  std::string_view published_source;   // JSON pointer or element it was found at
  std::optional<FeedTime> modified;
  std::optional<FeedTime> embargoed_until;
  PubStatus pub_status = PubStatus::kUsable;
  std::string_view rights_holder;
  std::string_view rights_notice;
  std::string_view usage_terms;
  bool truncated = false;              // the source gave only the beginning
  bool paywalled = false;              // the page says that the whole text is for subscribers
  std::vector<ExtraField> extra;

  // --- Set by cleanup; without it the text is the body (see Pipeline). ---
  std::string_view body;               // paragraphs separated by "\n\n"
  // The part of the body that `standfirst` repeats; empty if it is none.
  Range standfirst_in_body;
  std::string_view language;           // BCP 47, "und" if unsure
  float language_confidence = 0;
  std::vector<RemovedText> removed;
  uint32_t words = 0;                  // of the body
  uint32_t longest_paragraph = 0;      // bytes
  bool low_information = false;        // only page chrome was left
  bool consent_notice = false;         // it reads like a notice about cookies

  // --- Set by the sketch step of dedup: an encoded sketch (processors/dedup/sketch.h). ---
  std::string_view sketch;

  // --- Set by the judge. ---
  DedupResult dedup;

  // --- Set by entities; in order of first mention; mentions sorted by (entity, field, begin). ---
  std::vector<Entity> entities;
  std::vector<EntityMention> entity_mentions;
  std::vector<EntityLink> entity_links;
  std::string_view entity_model;       // what tagged them, for `processing.model`

  Fate fate;

  bool live() const { return fate.kind == FateKind::kLive; }
  bool has_value() const { return value.data() != nullptr; }

  // The value of the first header with this name; nothing if absent or null.
  std::optional<std::string_view> FindHeader(std::string_view name) const;

  // Memory that lives as long as the batch.
  text::Arena& arena() const { return *arena_; }

  // Ends a live article; `detail` is copied, cut at a character and made valid UTF-8. A second
  // call changes nothing: the first reason is the true one.
  void Reject(Reason reason, std::string_view detail);
  void Filter(FilterWhy why);

  // Back to what Batch::Add left: forgets fields, verdict and fate, keeps the record.
  void Reset();

 private:
  friend class Batch;
  text::Arena* arena_ = nullptr;
};

// Text of a field of a finished article.
std::string_view FieldText(const Article& article, TextField field);

}  // namespace newsfeed
