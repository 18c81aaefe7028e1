// Named points at which a test makes the daemon die, stop or wait, inside a transaction if need be.
//
//   Failpoint("publisher.after_send_offsets");
//
// The product's body is empty (failpoint_none.cc). tests/faults links another one into
// `newsfeedd_failpoints`, which does what NEWSFEED_FAILPOINTS says. From any thread.
#pragma once

#include <string_view>

namespace newsfeed {

void Failpoint(std::string_view name);

}  // namespace newsfeed
