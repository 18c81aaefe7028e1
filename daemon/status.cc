#include "daemon/status.h"

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

}  // namespace newsfeed
