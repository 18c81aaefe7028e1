// Places that stand for their teams, in reports of matches:
//
//   "[Sweden] defeated [South Korea] 1 – 0; [Panama] coach Hernan Dario Gomez said …"
//
// A team is no country, nor is it its town: who is meant so is not to be linked to the place. What
// says so are scores and words beside the name, and enough words of sport in the text. Elsewhere
// ("Russia lost the war") nothing is a team.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "processors/entities/mention.h"

namespace newsfeed::entities {

// teams[i] becomes 1 where candidates[i], a place, is a team. English only.
void FindTeams(const Document& document, std::span<const Candidate> candidates,
               std::vector<uint8_t>& teams);

}  // namespace newsfeed::entities
