#include "processors/dedup/entry.h"

namespace newsfeed::dedup {
namespace {

void Assign(std::string* field, std::string_view text) { field->assign(text.data(), text.size()); }

void FillOrigin(const Origin& origin, v1::Origin& out) {
  Assign(out.mutable_topic(), origin.topic);
  out.set_partition(origin.partition.value);
  out.set_offset(origin.offset.value);
  out.set_timestamp(origin.timestamp_ms);
}

Origin ReadOrigin(const v1::Origin& message) {
  return {message.topic(), {message.partition()}, {message.offset()}, message.timestamp()};
}

void FillDedup(const DedupResult& result, v1::Dedup& out) {
  out.set_verdict(static_cast<v1::Dedup::Verdict>(result.verdict));
  Assign(out.mutable_canonical_id(), result.canonical_id);
  if (result.canonical_origin) FillOrigin(*result.canonical_origin, *out.mutable_canonical_origin());
  Assign(out.mutable_story_id(), result.story_id);
  if (result.revision_of) FillOrigin(*result.revision_of, *out.mutable_revision_of());
  out.set_similarity(result.similarity);
  v1::Evidence& evidence = *out.mutable_evidence();
  Assign(evidence.mutable_rule(), result.rule);
  evidence.set_containment(result.containment);
  evidence.set_containment_reverse(result.containment_reverse);
  evidence.set_lead(result.lead);
  evidence.set_numbers(result.numbers);
  evidence.set_title(result.title);
  Assign(out.mutable_policy(), result.policy);
}

DedupResult ReadDedup(const v1::Dedup& message) {
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
                     .policy = message.policy()};
  if (message.has_canonical_origin()) {
    result.canonical_origin = ReadOrigin(message.canonical_origin());
  }
  if (message.has_revision_of()) result.revision_of = ReadOrigin(message.revision_of());
  return result;
}

}  // namespace

void ToProto(const IndexEntry& entry, v1::IndexEntry& out) {
  out.Clear();
  out.set_prepared_offset(entry.prepared_offset);
  Assign(out.mutable_sketch(), entry.sketch);
  FillDedup(entry.dedup, *out.mutable_dedup());
  FillOrigin(entry.origin, *out.mutable_origin());
  Assign(out.mutable_id(), entry.id);
  out.set_clock_ms(entry.clock_ms);
  out.set_sequence(entry.sequence);
  out.set_oldest_sequence(entry.oldest_sequence);
  out.set_rejected(entry.rejected);
  if (!entry.policy) return;
  out.mutable_policy()->set_window_ms(entry.policy->window_ms);
  out.mutable_policy()->set_max_entries(entry.policy->max_entries);
  Assign(out.mutable_policy()->mutable_name(), entry.policy->name);
  Assign(out.mutable_policy()->mutable_config(), entry.policy->config);
}

IndexEntry FromProto(const v1::IndexEntry& message) {
  IndexEntry entry{.prepared_offset = message.prepared_offset(),
                   .sketch = message.sketch(),
                   .dedup = ReadDedup(message.dedup()),
                   .origin = ReadOrigin(message.origin()),
                   .id = message.id(),
                   .clock_ms = message.clock_ms(),
                   .sequence = message.sequence(),
                   .oldest_sequence = message.oldest_sequence(),
                   .policy = std::nullopt,
                   .rejected = message.rejected()};
  if (message.has_policy()) {
    const auto& policy = message.policy();
    entry.policy = {policy.window_ms(), policy.max_entries(), policy.name(), policy.config()};
  }
  return entry;
}

}  // namespace newsfeed::dedup
