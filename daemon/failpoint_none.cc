#include "daemon/failpoint.h"

namespace newsfeed {

void Failpoint(std::string_view) {}

}  // namespace newsfeed
