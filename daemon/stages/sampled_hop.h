// A hop that is watched: what it makes is what the hop within makes, and a few of its outcomes are
// copied for the live page. The hop knows nothing of it.
//
// Copies are made when a batch was worked on, a moment before it is committed; the batch's clock is
// the only one.
#pragma once

#include <memory>

#include "daemon/outcome_samples.h"
#include "daemon/stages/hop.h"

namespace newsfeed::stages {

// `samples` null: `hop` itself.
std::unique_ptr<Hop> Sampled(std::unique_ptr<Hop> hop, const config::v1::Outputs& outputs,
                             std::shared_ptr<OutcomeSamples> samples);

}  // namespace newsfeed::stages
