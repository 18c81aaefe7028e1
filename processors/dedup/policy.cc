#include "processors/dedup/policy.h"

#include <fmt/format.h>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "processors/text/hash.h"

namespace newsfeed::dedup {
namespace {

constexpr int64_t kHourMs = 3'600'000;

struct Limit {
  const char* key;
  uint32_t least;
  uint32_t most;
};

// Limits as told in config.proto.
constexpr Limit kLimits[] = {
    {"window_hours", 1, 8760},         {"max_entries", 1, 100'000'000},
    {"min_containment_percent", 1, 100}, {"min_lead_percent", 0, 100},
    {"min_numbers_percent", 0, 100},   {"short_words", 0, 1000},
    {"min_new_text_percent", 1, 100},
};

uint32_t Value(const config::v1::Dedup& config, const google::protobuf::FieldDescriptor& field) {
  return config.GetReflection()->GetUInt32(config, &field);
}

absl::Status CheckLimits(const config::v1::Dedup& config) {
  for (const Limit& limit : kLimits) {
    const uint32_t value = Value(config, *config.GetDescriptor()->FindFieldByName(limit.key));
    if (value >= limit.least && value <= limit.most) continue;
    return absl::InvalidArgumentError(fmt::format("dedup.{}: {} is not within {} to {}", limit.key,
                                                  value, limit.least, limit.most));
  }
  return absl::OkStatus();
}

// Of values, not of bytes: a default that is written out changes nothing.
std::string PolicyName(const config::v1::Dedup& config) {
  std::string values;
  const auto* descriptor = config.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto& field = *descriptor->field(i);
    values += fmt::format("{}={};", field.number(), Value(config, field));
  }
  return fmt::format("v1-{:08x}", static_cast<uint32_t>(text::Hash(values)));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Policy>> MakePolicy(const config::v1::Dedup& config) {
  if (absl::Status status = CheckLimits(config); !status.ok()) return status;
  auto policy = std::make_shared<Policy>();
  policy->name = PolicyName(config);
  policy->config = config.SerializeAsString();
  policy->window_ms = config.window_hours() * kHourMs;
  policy->max_entries = config.max_entries();
  policy->min_containment_percent = config.min_containment_percent();
  policy->min_lead_percent = config.min_lead_percent();
  policy->min_numbers_percent = config.min_numbers_percent();
  policy->short_words = config.short_words();
  policy->min_new_text_percent = config.min_new_text_percent();
  return policy;
}

absl::StatusOr<std::shared_ptr<const Policy>> ParsePolicy(std::string_view config) {
  config::v1::Dedup parsed;
  if (!parsed.ParseFromArray(config.data(), static_cast<int>(config.size()))) {
    return absl::InvalidArgumentError("policy: no serialized Dedup");
  }
  return MakePolicy(parsed);
}

}  // namespace newsfeed::dedup
