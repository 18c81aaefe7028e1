// Bytes to article: JSON in the known shapes of news feeds or by a configured mapping, plain text,
// HTML; any encoding to UTF-8. See README.md for the table of shapes.
#pragma once

#include <cstdint>
#include <memory>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/processor.h"

namespace newsfeed::decode {

// What is done with the article next.
enum class Next : uint8_t {
  kPublish,  // nothing that fills fields: what `decode.required` names must be there
  kCleanup,  // fills some of `decode.required`, which CheckRequiredBehind asks for
};

// The processor "decode". Fails on a mapping that is no JSON pointer, an unknown charset and the
// like; the message names the key.
absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Decode& config,
                                                  const config::v1::Limits& limits,
                                                  Next next = Next::kPublish);

// `step`, which is cleanup, and behind it the question for the fields of `decode.required`: an
// article that still lacks one is rejected as decode would have. `step` alone, or its error, where
// there is nothing to ask.
absl::StatusOr<std::unique_ptr<Processor>> CheckRequiredBehind(
    absl::StatusOr<std::unique_ptr<Processor>> step, const config::v1::Decode& config);

}  // namespace newsfeed::decode
