#include "processors/dedup/entry.h"

#include "processors/article/to_proto.h"

namespace newsfeed::dedup {
namespace {

void Assign(std::string* field, std::string_view text) { field->assign(text.data(), text.size()); }

}  // namespace

void ToProto(const IndexEntry& entry, v1::IndexEntry& out) {
  out.Clear();
  out.set_prepared_offset(entry.prepared_offset);
  Assign(out.mutable_sketch(), entry.sketch);
  newsfeed::ToProto(entry.dedup, *out.mutable_dedup());
  newsfeed::ToProto(entry.origin, *out.mutable_origin());
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
                   .dedup = newsfeed::FromProto(message.dedup()),
                   .origin = newsfeed::FromProto(message.origin()),
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
