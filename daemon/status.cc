#include "daemon/status.h"

#include <algorithm>

namespace newsfeed {

const char* OfficeName(JudgeStatus::Office office) {
  switch (office) {
    case JudgeStatus::Office::kCatchingUp: return "catching up";
    case JudgeStatus::Office::kStandby: return "standby";
    case JudgeStatus::Office::kTakingOver: return "taking over";
    case JudgeStatus::Office::kOwner: return "owner";
  }
  return "";
}

bool AppStatus::ready() const {
  return !draining && std::ranges::all_of(workers, &WorkerStatus::ready) &&
         (!judge || judge->why_not_ready.empty());
}

}  // namespace newsfeed
