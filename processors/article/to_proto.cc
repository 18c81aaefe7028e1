#include "processors/article/to_proto.h"

#include <fmt/format.h>

#include <string>

#include "processors/text/hash.h"
#include "processors/text/utf8.h"

namespace newsfeed {
namespace {

std::string* Assign(std::string* field, std::string_view text) {
  field->assign(text.data(), text.size());
  return field;
}

void FillTime(const std::optional<FeedTime>& time, std::string* out) {
  if (time) *out = FormatTime(*time);
}

void FillCleanup(const Article& article, uint32_t max_removed_text_bytes, v1::Cleanup& out) {
  for (const RemovedText& removed : article.removed) {
    v1::Cleanup::Removed& piece = *out.add_removed();
    Assign(piece.mutable_rule(), removed.rule);
    const std::string_view quoted = text::Prefix(removed.text, max_removed_text_bytes);
    Assign(piece.mutable_text(), quoted);
    if (quoted.size() < removed.text.size()) {
      *piece.mutable_hash() = fmt::format("{:016x}", text::Hash(removed.text));
    }
    piece.set_begin(removed.begin);
    piece.set_end(removed.end);
    piece.set_size(removed.size > 0 ? removed.size : removed.end - removed.begin);
  }
  Assign(out.mutable_charset(), article.charset);
  out.set_truncated(article.truncated);
  out.set_paywalled(article.paywalled);
  v1::Quality& quality = *out.mutable_quality();
  quality.set_words(article.words);
  if (!article.text.empty()) {
    quality.set_kept(static_cast<float>(article.body.size()) /
                     static_cast<float>(article.text.size()));
  }
  quality.set_longest_paragraph(article.longest_paragraph);
  quality.set_low_information(article.low_information);
  quality.set_consent_notice(article.consent_notice);
}

}  // namespace

void ToProto(const Article& article, const ProcessingStamp& stamp,
             uint32_t max_removed_text_bytes, v1::EnrichedArticle& out) {
  out.Clear();
  Assign(out.mutable_id(), article.id);
  Assign(out.mutable_url(), article.url);
  Assign(out.mutable_source()->mutable_name(), article.source_name);
  Assign(out.mutable_source()->mutable_domain(), article.source_domain);
  Assign(out.mutable_title(), article.title);
  Assign(out.mutable_standfirst(), article.standfirst);
  Assign(out.mutable_body(), article.body);
  Assign(out.mutable_language(), article.language);
  out.set_language_confidence(article.language_confidence);
  for (std::string_view author : article.authors) Assign(out.add_authors(), author);
  FillTime(article.published, out.mutable_published_at());
  Assign(out.mutable_published_source(), article.published_source);
  FillTime(article.modified, out.mutable_modified_at());
  for (std::string_view keyword : article.keywords) Assign(out.add_keywords(), keyword);
  Assign(out.mutable_section(), article.section);
  out.set_pub_status(static_cast<v1::EnrichedArticle::PubStatus>(article.pub_status));
  FillTime(article.embargoed_until, out.mutable_embargoed_until());
  v1::Rights& rights = *out.mutable_rights();
  Assign(rights.mutable_holder(), article.rights_holder);
  Assign(rights.mutable_notice(), article.rights_notice);
  Assign(rights.mutable_usage_terms(), article.usage_terms);
  for (const ExtraField& field : article.extra) {
    Assign(&(*out.mutable_extra())[std::string(field.name)], field.value);
  }
  AddEntities(article, out);
  ToProto(article.dedup, *out.mutable_dedup());
  FillCleanup(article, max_removed_text_bytes, *out.mutable_cleanup());
  ToProto({article.origin.topic.name, article.origin.partition, article.origin.offset,
           article.timestamp_ms},
          *out.mutable_origin());
  v1::Processing& processing = *out.mutable_processing();
  Assign(processing.mutable_version(), stamp.version);
  Assign(processing.mutable_model(), article.entity_model);
  Assign(processing.mutable_config_digest(), stamp.config_digest);
}

void AddEntities(const Article& article, v1::EnrichedArticle& out) {
  for (const Entity& entity : article.entities) {
    v1::Entity& filled = *out.add_entities();
    Assign(filled.mutable_id(), entity.id);
    filled.set_type(static_cast<v1::Entity::Type>(entity.type));
    Assign(filled.mutable_name(), entity.name);
    filled.set_confidence(entity.confidence);
    filled.set_salience(entity.salience);
    for (uint32_t i = entity.links.begin; i < entity.links.end; ++i) {
      v1::Link& link = *filled.add_links();
      Assign(link.mutable_scheme(), article.entity_links[i].scheme);
      Assign(link.mutable_id(), article.entity_links[i].id);
    }
    for (uint32_t i = entity.mentions.begin; i < entity.mentions.end; ++i) {
      const EntityMention& mention = article.entity_mentions[i];
      v1::Mention& place = *filled.add_mentions();
      place.set_field(static_cast<v1::Mention::Field>(mention.field));
      place.set_begin(mention.begin);
      place.set_end(mention.end);
      Assign(place.mutable_text(), FieldText(article, mention.field)
                                       .substr(mention.begin, mention.end - mention.begin));
    }
  }
}

void ToProto(const Origin& origin, v1::Origin& out) {
  Assign(out.mutable_topic(), origin.topic);
  out.set_partition(origin.partition.value);
  out.set_offset(origin.offset.value);
  out.set_timestamp(origin.timestamp_ms);
}

void ToProto(const DedupResult& result, v1::Dedup& out) {
  out.set_verdict(static_cast<v1::Dedup::Verdict>(result.verdict));
  Assign(out.mutable_canonical_id(), result.canonical_id);
  if (result.canonical_origin) ToProto(*result.canonical_origin, *out.mutable_canonical_origin());
  Assign(out.mutable_story_id(), result.story_id);
  if (result.revision_of) ToProto(*result.revision_of, *out.mutable_revision_of());
  out.set_similarity(result.similarity);
  v1::Evidence& evidence = *out.mutable_evidence();
  Assign(evidence.mutable_rule(), result.rule);
  evidence.set_containment(result.containment);
  evidence.set_containment_reverse(result.containment_reverse);
  evidence.set_lead(result.lead);
  evidence.set_numbers(result.numbers);
  evidence.set_title(result.title);
  evidence.set_jaccard(result.jaccard);
  evidence.set_corrected_numbers(result.corrected_numbers);
  evidence.set_repetitions(result.repetitions);
  Assign(out.mutable_policy(), result.policy);
}

Origin FromProto(const v1::Origin& message) {
  return {message.topic(), {message.partition()}, {message.offset()}, message.timestamp()};
}

DedupResult FromProto(const v1::Dedup& message) {
  const v1::Evidence& evidence = message.evidence();
  DedupResult result{.verdict = static_cast<Verdict>(message.verdict()),
                     .canonical_id = message.canonical_id(),
                     .canonical_origin = std::nullopt,
                     .story_id = message.story_id(),
                     .revision_of = std::nullopt,
                     .similarity = message.similarity(),
                     .rule = evidence.rule(),
                     .containment = evidence.containment(),
                     .containment_reverse = evidence.containment_reverse(),
                     .lead = evidence.lead(),
                     .numbers = evidence.numbers(),
                     .title = evidence.title(),
                     .jaccard = evidence.jaccard(),
                     .corrected_numbers = evidence.corrected_numbers(),
                     .repetitions = evidence.repetitions(),
                     .policy = message.policy()};
  if (message.has_canonical_origin()) {
    result.canonical_origin = FromProto(message.canonical_origin());
  }
  if (message.has_revision_of()) result.revision_of = FromProto(message.revision_of());
  return result;
}

}  // namespace newsfeed
