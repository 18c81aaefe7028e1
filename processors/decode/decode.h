// Bytes to article: JSON in the known shapes of news feeds or by a configured mapping, plain text,
// HTML; any encoding to UTF-8. See README.md for the table of shapes.
#pragma once

#include <memory>

#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/processor.h"

namespace newsfeed::decode {

// The processor "decode". Fails on a mapping that is no JSON pointer, an unknown charset and the
// like; the message names the key.
absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Decode& config,
                                                  const config::v1::Limits& limits);

}  // namespace newsfeed::decode
